"""Push buttons of four looks, with a key hint in a box where there is one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from workshop_app.ui.icons import icon
from workshop_app.ui.theme import look

HEIGHT, TALL, SMALL = 40, 48, 28
_HINT_GAP, _HINT_PAD = 10, 6


class _Button(QPushButton):
    look_name = "secondary"
    ink = "text"

    def __init__(self, text: str, key_hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._hint = key_hint
        self._height = HEIGHT
        self.setProperty("look", self.look_name)
        # Only a dialog decides which button Enter presses.
        self.setAutoDefault(False)
        self._fit()

    def set_hint(self, key_hint: str) -> None:
        """Show another key, or none."""
        if key_hint != self._hint:
            self._hint = key_hint
            self._fit()

    def set_tall(self, tall: bool) -> None:
        """48 high (the main actions at the table) or 40."""
        self._height = TALL if tall else HEIGHT
        self._fit()

    def set_small(self, small: bool) -> None:
        """28 high, for a link beside a heading, or 40."""
        self._height = SMALL if small else HEIGHT
        self._fit()

    def sizeHint(self) -> QSize:
        """Room for the text, the padding and the key hint."""
        metrics = QFontMetrics(self._text_font())
        padding = look().px(20 if self.look_name == "primary" else 8 if self.look_name == "text" else 16)
        width = metrics.horizontalAdvance(self.text()) + 2 * padding + 4 + self._hint_width()
        if not self.icon().isNull():
            width += self.iconSize().width() + look().px(6)
        return QSize(width, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """Text is never cut."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's button, moved aside for the key hint."""
        super().paintEvent(event)
        if self._hint:
            self._paint_hint()

    def _text_font(self) -> QFont:
        return look().font(15, bold=self.look_name == "primary")

    def _hint_width(self) -> int:
        if not self._hint:
            return 0
        metrics = QFontMetrics(look().font(12))
        return metrics.horizontalAdvance(self._hint) + look().px(2 * _HINT_PAD + _HINT_GAP)

    def _fit(self) -> None:
        self.setFixedHeight(look().px(self._height))
        hint = self._hint_width()
        # The style centres the text in the content box, so the room of the hint is padding on the right.
        current = look()
        base = current.px(20 if self.look_name == "primary" else 8 if self.look_name == "text" else 16)
        sheet = f"QPushButton {{ padding-right: {base + hint}px; }}" if hint else ""
        if self.styleSheet() != sheet:
            self.setStyleSheet(sheet)
        self.updateGeometry()

    def _paint_hint(self) -> None:
        current = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = current.font(12)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(self._hint) + current.px(2 * _HINT_PAD)
        height = metrics.height() + current.px(4)
        text_width = QFontMetrics(self._text_font()).horizontalAdvance(self.text())
        content = text_width + current.px(_HINT_GAP) + width
        left = (self.width() - content) / 2 + text_width + current.px(_HINT_GAP)
        box = QRectF(left, (self.height() - height) / 2, width, height)
        role = self.ink if self.isEnabled() else "text2"
        painter.setPen(QPen(current.colour(role), 1))
        painter.drawRoundedRect(box, 2, 2)
        painter.setFont(font)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._hint)


class PrimaryButton(_Button):
    """The one thing to do on this page, filled with the accent."""

    look_name = "primary"
    ink = "onAccent"


class SecondaryButton(_Button):
    """Everything else that can be pressed."""


class DangerButton(_Button):
    """Takes something away; outlined, never the default."""

    look_name = "danger"
    ink = "danger"


class TextButton(_Button):
    """An action in words, with an icon before it where that helps."""

    look_name = "text"
    ink = "accent"

    def __init__(self, text: str, icon_name: str = "", parent: QWidget | None = None) -> None:
        self._icon_name = icon_name
        super().__init__(text, "", parent)

    def _fit(self) -> None:
        if self._icon_name:
            side = look().px(18)
            self.setIcon(icon(self._icon_name, 18, "accent"))
            self.setIconSize(QSize(side, side))
        super()._fit()
