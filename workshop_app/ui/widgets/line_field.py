"""A line of text of one of our heights."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from workshop_app.ui.theme import look
from workshop_app.ui.widgets.composition import KeepsComposition


class LineField(KeepsComposition, QLineEdit):
    """36 high, or 40 for the one field of a page; follows the text size."""

    def __init__(self, text: str = "", height: int = 36, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._height = height
        self._fit()

    def settled_text(self) -> str:
        """The text with an open composition committed."""
        self.settle()
        return self.text()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(look().px(self._height))
