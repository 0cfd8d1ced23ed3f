"""The left rail: one entry a page, in groups; the current one is marked by more than colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from workshop_app.ui.icons import pixmap
from workshop_app.ui.theme import look

FOOT = "foot"
_EDGE = 8
_LEAST = 30


@dataclass(frozen=True, slots=True)
class RailEntry:
    """An entry; entries of one group stand together, those of the group `foot` at the bottom."""

    page_id: str
    icon: str
    label: str
    group: str


class _RailButton(QAbstractButton):
    def __init__(self, entry: RailEntry) -> None:
        super().__init__()
        self.entry = entry
        self.count = 0
        self.compact = False
        self.setText(entry.label)
        self.setObjectName(f"rail_{entry.page_id}")
        self.setAccessibleName(entry.label)
        self.setToolTip(entry.label)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def nextCheckState(self) -> None:
        """Only `set_current` checks."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(look().px(80), look().px(60))

    def paintEvent(self, event: QPaintEvent) -> None:
        current = look()
        painter = QPainter(self)
        chosen = self.isChecked()
        if chosen or self.underMouse() or self.isDown():
            painter.fillRect(self.rect(), current.colour("accentTint"))
        if chosen:
            painter.fillRect(0, 0, 4, self.height(), current.colour("accent"))
        role = "accent" if chosen else "text"
        icon_size = 20 if self.compact else 22
        side = current.px(icon_size)
        image = pixmap(self.entry.icon, icon_size, role, self.devicePixelRatioF())
        font = current.font(12 if self.compact else 13, bold=chosen)
        label_high = QFontMetrics(font).height()
        gap = current.px(2 if self.compact else 4)
        without_label = (self.compact and self.entry.group == FOOT) or side + gap + label_high > self.height()
        if without_label:
            gap = label_high = 0
        top = (self.height() - side - gap - label_high) / 2
        painter.drawPixmap(int((self.width() - side) / 2), int(top), image)
        painter.setPen(current.colour(role))
        painter.setFont(font)
        if not without_label:
            box = QRectF(0, top + side + gap, self.width(), label_high)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), self.entry.label)
        if self.count:
            self._paint_count(painter)

    def _paint_count(self, painter: QPainter) -> None:
        current = look()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(current.font(12, bold=True))
        text = str(self.count)
        width = max(current.px(18), painter.fontMetrics().horizontalAdvance(text) + current.px(8))
        # In the narrow rail it keeps to the edge, so that the icon stays in sight.
        margin = current.px(1 if self.compact else 8)
        pill = QRectF(self.width() - width - margin, current.px(2), width, current.px(18))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current.colour("text"))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setPen(current.colour("window"))
        painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), text)


class Rail(QWidget):
    """The entries, top to bottom. Pressing one asks; `set_current` shows where one is."""

    page_requested = Signal(str)

    def __init__(self, entries: Sequence[RailEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._compact = False
        self._buttons: dict[str, _RailButton] = {}
        self._spaces: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, _EDGE, 1, _EDGE)
        column.setSpacing(0)
        group = entries[0].group if entries else ""
        stretched = False
        for entry in entries:
            if entry.group == FOOT and not stretched:
                column.addStretch(1)
                stretched = True
            elif entry.group != group:
                space = QWidget()
                self._spaces.append(space)
                column.addWidget(space)
            group = entry.group
            button = _RailButton(entry)
            button.clicked.connect(
                lambda _checked=False, page_id=entry.page_id: self.page_requested.emit(page_id)
            )
            self._buttons[entry.page_id] = button
            column.addWidget(button)
        if not stretched:
            column.addStretch(1)
        self._fit()

    def set_current(self, page_id: str) -> None:
        """Mark the page in front."""
        for name, button in self._buttons.items():
            button.setChecked(name == page_id)

    def set_count(self, page_id: str, count: int) -> None:
        """Show how many matters are open there; 0 shows nothing."""
        button = self._buttons[page_id]
        button.count = count
        label = button.entry.label
        button.setAccessibleName(self.tr("{0} {1}件").format(label, count) if count else label)
        button.update()

    def set_compact(self, compact: bool) -> None:
        """56 wide instead of 80."""
        self._compact = compact
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The surface and the hairline at its right."""
        current = look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), current.colour("surface"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), current.colour("line"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is too low for all entries (large text on a small screen), each gives a little."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        current = look()
        self.setFixedWidth(current.px(56 if self._compact else 80))
        gap = current.px(8 if self._compact else 16)
        for space in self._spaces:
            space.setFixedHeight(gap)
        room = self.height() - 2 * _EDGE - gap * len(self._spaces)
        usual = current.px(47 if self._compact else 60)
        for button in self._buttons.values():
            button.compact = self._compact
            button.setFixedHeight(min(usual, max(current.px(_LEAST), room // len(self._buttons))))
            button.update()
