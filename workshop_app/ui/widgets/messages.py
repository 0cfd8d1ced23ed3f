"""What the window says: a banner that stays, a toast that goes, and the words of an empty page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workshop_app.ui.icons import pixmap
from workshop_app.ui.labels import ElidedLabel, TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets.buttons import SecondaryButton, TextButton

TOAST_MS = 8000
_TOAST_EDGE = 24
_LEVELS = {
    "info": ("check", "accent", "accentTint", "text"),
    "warn": ("warn", "warn", "warnTint", "warn"),
    "error": ("cross", "danger", "dangerTint", "danger"),
}


class Banner(QWidget):
    """One message with at most one action; stays until it is solved or replaced. Hidden while empty."""

    action_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = "info"
        self._icon = QLabel()
        self._label = TextLabel("", 15, wrap=True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = TextButton("")
        self._action.clicked.connect(self.action_pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addWidget(self._label, 1)
        row.addWidget(self._action)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setMinimumHeight(look().px(44))
        self.hide()

    @property
    def level(self) -> str:
        """info, warn or error."""
        return self._level

    @property
    def asks(self) -> bool:
        """True while it offers an action."""
        return bool(self._action.text()) and not self.isHidden()

    def text(self) -> str:
        """What it says; '' while it is hidden."""
        return self._label.text()

    def show_message(self, level: str, text: str, action_text: str = "") -> None:
        """Say something: level info, warn or error."""
        self._level = level
        self._label.set_look(role=_LEVELS[level][3])
        self._label.setText(text)
        self._action.setText(action_text)
        self._action.setVisible(bool(action_text))
        self._action.updateGeometry()
        self.setAccessibleName(text)
        self._draw_icon()
        self.show()

    def clear(self) -> None:
        """Solved."""
        self._label.setText("")
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setMinimumHeight(look().px(44))
            self._draw_icon()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint and border of the level."""
        _, border, fill, _ = _LEVELS[self._level]
        _paint_box(self, border, fill)

    def _draw_icon(self) -> None:
        name, role, _, _ = _LEVELS[self._level]
        self._icon.setPixmap(pixmap(name, 20, role, self.devicePixelRatioF()))


class Toast(QWidget):
    """A word on what was just done, with its undo; goes after eight seconds unless looked at.

    At the lower left of its parent, or of the part of it that it may lie `over`; at the lower right where it
    would cover a button.
    """

    action_pressed = Signal()

    def __init__(self, parent: QWidget, over: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._host = parent
        self._over = over or parent
        self._label = ElidedLabel("", 15, role="window")
        self._action = QPushButton()
        self._action.setObjectName("toastAction")
        self._action.setFlat(True)
        self._action.clicked.connect(self._on_action)
        self._action.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(16)
        row.addWidget(self._label, 1)
        row.addWidget(self._action)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOAST_MS)
        self._timer.timeout.connect(self.hide)
        self._dressed = ""
        parent.installEventFilter(self)
        self.hide()

    @property
    def running(self) -> bool:
        """True while the eight seconds run."""
        return self._timer.isActive()

    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def show_toast(self, text: str, action_text: str = "") -> None:
        """Show it, for eight seconds from now."""
        self._label.setText(text)
        self._label.setToolTip(text)
        self._label.updateGeometry()
        self._action.setText(action_text)
        self._action.setVisible(bool(action_text))
        self.setAccessibleName(text)
        self._dress()
        self.show()
        self._place()
        self.raise_()
        self._timer.start()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes and colours of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self._dress()
            self._place()

    def _dress(self) -> None:
        current = look()
        ink, ground = current.colour("window").name(), current.colour("text").name()
        sheet = (
            f"QWidget {{ background: {ground}; color: {ink}; }}"
            f"QPushButton {{ border: none; background: {ground}; color: {ink}; text-decoration: underline;"
            f" padding: 0 8px; font-size: {current.px(15)}px; }}"
            f" QPushButton:focus {{ border: 2px solid {ink}; }}"
        )
        # Setting a style sheet sends StyleChange again.
        if sheet != self._dressed:
            self._dressed = sheet
            self.setStyleSheet(sheet)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(current.px(48))
        self._action.setFixedHeight(current.px(40))

    def _place(self) -> None:
        parent = self._host
        self.setFixedWidth(min(parent.width() - 2 * _TOAST_EDGE, self.sizeHint().width()))
        corner = self._over.mapTo(parent, self._over.rect().bottomLeft())
        top = corner.y() + 1 - self.height() - _TOAST_EDGE
        right = parent.width() - self.width() - _TOAST_EDGE
        self.move(min(corner.x() + _TOAST_EDGE, right), top)
        if self._covers_a_button():
            self.move(right, top)

    def _covers_a_button(self) -> bool:
        buttons = (one for one in self._host.findChildren(QAbstractButton) if one is not self._action)
        seen = ((one, one.visibleRegion().boundingRect()) for one in buttons if one.isVisible())
        return any(
            self.geometry().intersects(QRect(one.mapTo(self._host, box.topLeft()), box.size()))
            for one, box in seen
        )

    def enterEvent(self, event: QEnterEvent) -> None:
        """It waits while it is read."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Then it begins again."""
        self._timer.start()
        super().leaveEvent(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The same with the keyboard; and it stays at its place when the page is resized."""
        if event.type() == QEvent.Type.FocusIn and watched is self._action:
            self._timer.stop()
        elif event.type() == QEvent.Type.FocusOut and watched is self._action:
            self._timer.start()
        elif event.type() == QEvent.Type.Resize and watched is self._host and self.isVisible():
            self._place()
        return False

    def _on_action(self) -> None:
        self.hide()
        self._timer.stop()
        self.action_pressed.emit()


class EmptyState(QWidget):
    """A sentence, an explanation and at most one button, in the middle of where things will be."""

    pressed = Signal()

    def __init__(self, title: str, text: str, button_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = TextLabel(title, 17, bold=True, wrap=True)
        self._text = TextLabel(text, 15, role="text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        column.addStretch(1)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        if button_text:
            button = SecondaryButton(button_text)
            button.clicked.connect(self.pressed)
            column.addSpacing(8)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def set_texts(self, title: str, text: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._text.setText(text)


def _paint_box(widget: QWidget, border: str, fill: str) -> None:
    current = look()
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(current.colour(border), 1))
    painter.setBrush(current.colour(fill))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
