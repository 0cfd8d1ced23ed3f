"""A combo box of one of our heights, which the wheel cannot change by accident."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from workshop_app.ui.theme import look


class ComboField(QComboBox):
    """36 high (30 in the narrow layout)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compact = False
        self._fit()

    def set_label(self, label: str) -> None:
        """What it is for, to be read aloud."""
        self.setAccessibleName(label)

    def set_compact(self, compact: bool) -> None:
        """Take the lower height."""
        self._compact = compact
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel turned over a form must not change the table of the next note."""
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(look().px(30 if self._compact else 36))
