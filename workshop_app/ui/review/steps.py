"""「1 / 3 件」 with ‹ ›: what is left of the list in the narrow layout."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workshop_app.ui.labels import TextLabel
from workshop_app.ui.widgets import SecondaryButton, TextButton


class ConflictSteps(QWidget):
    """Asks for the one before or after, or for the other list."""

    stepped = Signal(int)
    """-1 or 1."""
    other_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._other = TextButton("")
        self._other.clicked.connect(self.other_pressed)
        self.place = TextLabel("", 15)
        self._buttons: list[SecondaryButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._other)
        row.addWidget(self.place)
        for sign, by, name, words in (
            ("‹", -1, "reviewPrevious", self.tr("前の競合")),
            ("›", 1, "reviewNext", self.tr("次の競合")),
        ):
            button = SecondaryButton(sign)
            button.setObjectName(name)
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.clicked.connect(lambda _checked=False, by=by: self.stepped.emit(by))
            self._buttons.append(button)
            row.addWidget(button)

    def show_place(self, row: int, count: int, other: str) -> None:
        """Which of how many, counted from 0, and the words of the other list."""
        self.place.setText(self.tr("{0} / {1} 件").format(row + 1, count))
        self._other.setText(other)
        self._other.updateGeometry()
        for button in self._buttons:
            button.setEnabled(count > 1)
