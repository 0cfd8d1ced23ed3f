"""The sum of the merge table, in sight below the rows however many there are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QVBoxLayout, QWidget

from workshop_app.ui.merge_table import MergeTable


class SumRow(QTableView):
    """Another view of the table's model that shows its sum row only, in the same columns."""

    def __init__(self, table: MergeTable) -> None:
        super().__init__()
        self._table = table
        self.setObjectName("mergeSum")
        self.setAccessibleName(self.tr("合計"))
        self.setModel(table.model())
        self.setItemDelegate(table.itemDelegate())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(1)
        table.fitted.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        """Take the row, the widths and the height of the table."""
        table = self._table
        self.setVisible(table.sum_row >= 0)
        if table.sum_row < 0:
            return
        for row in range(table.rowCount()):
            self.setRowHidden(row, row != table.sum_row)
        for column in range(table.columnCount()):
            self.setColumnHidden(column, table.isColumnHidden(column))
            self.setColumnWidth(column, table.columnWidth(column))
        self.setRowHeight(table.sum_row, table.sum_height)
        self.setFixedHeight(table.sum_height)


class TableWithSum(QWidget):
    """The table and its sum in one frame."""

    def __init__(self, table: MergeTable) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(table, 1)
        column.addWidget(SumRow(table))
