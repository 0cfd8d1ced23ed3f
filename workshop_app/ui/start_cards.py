"""The painted buttons of the start screen: big cards and the rows of recent files."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from workshop_app.ui.icons import pixmap
from workshop_app.ui.settings import RecentFile
from workshop_app.ui.theme import look


class PressedByEnter(QAbstractButton):
    """A painted button that Enter presses, as it presses every other button of the start screen."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses; the arrow keys move (QAbstractButton's own)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self.click()
        else:
            super().keyPressEvent(event)


class StartCard(PressedByEnter):
    """One way to begin: icon, what it does, one line more. The primary one is filled with the accent."""

    def __init__(self, icon_name: str, title: str, detail: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._detail = detail
        self._primary = False
        self._compact = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(title)
        self.set_detail(detail)
        self._fit()

    @property
    def detail(self) -> str:
        """The second line."""
        return self._detail

    @property
    def primary(self) -> bool:
        """True for the one filled card of the screen."""
        return self._primary

    def set_detail(self, detail: str) -> None:
        """Change the second line."""
        self._detail = detail
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(detail)
        self.update()

    def set_primary(self, primary: bool) -> None:
        """Fill it with the accent, or not."""
        self._primary = primary
        self.update()

    def set_compact(self, compact: bool) -> None:
        """56 high instead of 84."""
        self._compact = compact
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def sizeHint(self) -> QSize:
        """As wide as it is given."""
        return QSize(look().px(300), self.minimumHeight())

    def _fit(self) -> None:
        self.setFixedHeight(look().px(56 if self._compact else 84))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, icon and both lines."""
        current = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, border, ink, ink2, icon_role = self._colours()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(border, 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 4, 4)
        token = 20 if self._compact else 24
        side = current.px(token)
        picture = pixmap(self._icon_name, token, icon_role, self.devicePixelRatioF())
        left = current.px(16 if self._compact else 22)
        painter.drawPixmap(left, (self.height() - side) // 2, picture)
        text_left = left + side + current.px(14 if self._compact else 20)
        width = self.width() - text_left - current.px(12)
        title_font = current.font(17 if self._compact else 20, True)
        detail_font = current.font(13)
        title_high = QFontMetrics(title_font).height()
        detail_high = QFontMetrics(detail_font).height()
        gap = current.px(2 if self._compact else 5)
        top = (self.height() - title_high - detail_high - gap) / 2
        _draw_line(painter, QRectF(text_left, top, width, title_high), self.text(), title_font, ink)
        second = QRectF(text_left, top + title_high + gap, width, detail_high)
        _draw_line(painter, second, self._detail, detail_font, ink2)

    def _colours(self) -> tuple[QColor, QColor, QColor, QColor, str]:
        current = look()
        if self._primary:
            role = "accentHover" if self.underMouse() or self.isDown() else "accent"
            fill = current.colour(role)
            return fill, fill, current.colour("onAccent"), current.colour("onAccent"), "onAccent"
        fill = current.colour("accentTint" if self.underMouse() or self.isDown() else "surface")
        return fill, current.colour("border"), current.colour("text"), current.colour("text2"), "text"


class RecentRow(PressedByEnter):
    """One file used lately; a file that is not there now is named quietly and cannot be pressed."""

    def __init__(self, recent: RecentFile, detail: str, missing_text: str) -> None:
        super().__init__()
        self.recent = recent
        self._detail = detail
        self._missing_text = missing_text
        self._compact = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(recent.path.name)
        self.setToolTip(str(recent.path))
        self.setAccessibleName(recent.path.name)
        self.set_missing(False)
        self._fit()

    @property
    def detail(self) -> str:
        """The second line as shown."""
        return self._detail if self.isEnabled() else self._missing_text

    def set_missing(self, missing: bool) -> None:
        """Say whether the file is there."""
        self.setEnabled(not missing)
        self.setAccessibleDescription(self.detail)
        self.update()

    def set_compact(self, compact: bool) -> None:
        """52 high instead of 72."""
        self._compact = compact
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def sizeHint(self) -> QSize:
        """As wide as it is given."""
        return QSize(look().px(300), self.minimumHeight())

    def _fit(self) -> None:
        self.setFixedHeight(look().px(52 if self._compact else 72))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw icon, name, second line and the hairline below."""
        current = look()
        painter = QPainter(self)
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            painter.fillRect(self.rect(), current.colour("accentTint"))
        side = current.px(22)
        role = "text" if self.isEnabled() else "text2"
        painter.drawPixmap(0, (self.height() - side) // 2, pixmap("file", 22, role, self.devicePixelRatioF()))
        left = side + current.px(16)
        width = self.width() - left - current.px(4)
        name_font, detail_font = current.font(15, True), current.font(13)
        name_high, detail_high = QFontMetrics(name_font).height(), QFontMetrics(detail_font).height()
        gap = current.px(2 if self._compact else 5)
        top = (self.height() - name_high - detail_high - gap) / 2
        _draw_line(painter, QRectF(left, top, width, name_high), self.text(), name_font, current.colour(role))
        second = QRectF(left, top + name_high + gap, width, detail_high)
        _draw_line(painter, second, self.detail, detail_font, current.colour("text2"))
        painter.setPen(QPen(current.colour("line"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


def _draw_line(painter: QPainter, box: QRectF, text: str, font: QFont, colour: QColor) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, int(box.width()))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
