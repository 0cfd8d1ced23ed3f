"""A combo box of one of our heights, which the wheel cannot change by accident."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """What does not fit ends in an ellipsis; the style sheet's own painting just cuts it."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room - 4
        )
        self.setToolTip("" if option.currentText == self.currentText() else self.currentText())
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

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
