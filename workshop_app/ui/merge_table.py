"""The table of the merge page: a file a row with what it brings, and the sum."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QIcon, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from workshop_app.domain.fingerprint import fingerprint
from workshop_app.services.merge import MergeReport, SourceReport
from workshop_app.ui.icons import icon
from workshop_app.ui.merge_delegate import FIGURE_ROLE, SUM_ROLE, MergeDelegate
from workshop_app.ui.theme import look

_FIGURES = ("notes", "added", "updated", "voided", "conflicts")
_STATE_COLUMN = 1 + len(_FIGURES)
_SUMMED = _FIGURES[1:]
_FILE_SHARE = 0.3
"""The file column's part of the width; what is left after the figures is for the state."""


class MergeTable(QTableWidget):
    """Shows a `MergeReport`; rows are the sources in order, the last row is the sum of what can be merged."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, _STATE_COLUMN + 1, parent)
        self.setObjectName("mergeTable")
        self.setAccessibleName(self.tr("統合するファイル"))
        self._report: MergeReport | None = None
        self._written = False
        self._compact = False
        self.setHorizontalHeaderLabels(
            [
                self.tr("ファイル"),
                self.tr("付箋"),
                self.tr("新しい"),
                self.tr("変わった"),
                self.tr("取消"),
                self.tr("競合"),
                self.tr("状態"),
            ]
        )
        self._delegate = MergeDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setProperty("panel", True)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)

    def show_report(self, report: MergeReport | None, *, written: bool) -> None:
        """Show a preview (`written` False) or what was done."""
        self._report, self._written = report, written
        self._draw()

    def chosen_paths(self) -> set[Path]:
        """The files of the selected rows; the sum row is none."""
        if self._report is None:
            return set()
        rows = {index.row() for index in self.selectedIndexes()}
        return {source.path for row, source in enumerate(self._report.sources) if row in rows}

    def set_compact(self, compact: bool) -> None:
        """Leave out the note count where the page is narrow."""
        if compact != self._compact:
            self._compact = compact
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw again in another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw()

    def _draw(self) -> None:
        sources: Sequence[SourceReport] = self._report.sources if self._report else ()
        self.clearSpans()
        self.setRowCount(0)
        self.setRowCount(len(sources) + 1 if sources else 0)
        for row, source in enumerate(sources):
            self._draw_source(row, source)
        if sources:
            self._draw_sum(len(sources), sources)
        header = self.horizontalHeader()
        header.setFixedHeight(look().px(34))
        sheet = (
            f"QHeaderView::section {{ background: {look().colour('surface').name()};"
            f" padding-left: {look().px(12)}px; padding-right: {look().px(12)}px; }}"
        )
        if header.styleSheet() != sheet:
            header.setStyleSheet(sheet)
        for column in range(self.columnCount()):
            head = self.horizontalHeaderItem(column)
            if head is not None:
                head.setFont(look().font(13))
                head.setForeground(QBrush(look().colour("text2")))
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                head.setTextAlignment(right if 0 < column < _STATE_COLUMN else left)
        self._fit()

    def _fit(self) -> None:
        header = self.horizontalHeader()
        header.setMinimumSectionSize(look().px(40))
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(0, max(look().px(120), round(self.viewport().width() * _FILE_SHARE)))
        for column in range(1, _STATE_COLUMN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, self._figure_width(column))
        self.setColumnHidden(1, self._compact)
        header.setSectionResizeMode(_STATE_COLUMN, QHeaderView.ResizeMode.Stretch)
        for row in range(self.rowCount()):
            self.setRowHeight(row, look().px(38 if self._compact else 42))
            self._grow(row)

    def _figure_width(self, column: int) -> int:
        """Even columns; where room is scarce as narrow as the head allows."""
        if not self._compact:
            return look().px(88)
        head = self.horizontalHeaderItem(column)
        text = head.text() if head is not None else ""
        return QFontMetrics(look().font(13)).horizontalAdvance(text) + 2 * look().px(12) + 4

    def _grow(self, row: int) -> None:
        """Room for the whole sentence of a refused file, and for a long name."""
        height = self.rowHeight(row)
        for column in range(self.columnCount()):
            if not self.isColumnHidden(column) and self.item(row, column) is not None:
                span = range(column, column + self.columnSpan(row, column))
                width = sum(self.columnWidth(covered) for covered in span)
                height = max(height, self._delegate.height_for(self.model().index(row, column), width))
        self.setRowHeight(row, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns follow the width."""
        super().resizeEvent(event)
        self._fit()

    def _draw_source(self, row: int, source: SourceReport) -> None:
        refused = source.status == "refused"
        name = self._item(source.path.name, role="text")
        mark = fingerprint(source.sha256) if source.sha256 else ""
        name.setToolTip(f"{source.path}\n{self.tr('ファイルの指紋')} {mark}" if mark else str(source.path))
        self.setItem(row, 0, name)
        if refused:
            sentence = self._item(source.reason or "", role="danger", picture="cross")
            self.setItem(row, 1, sentence)
            # A hidden first figure column would hide the sentence with it.
            first = 2 if self._compact else 1
            if first != 1:
                self.setItem(row, first, QTableWidgetItem(sentence))
            self.setSpan(row, first, 1, _STATE_COLUMN - first + 1)
            tint = QBrush(look().colour("dangerTint"))
            for column in range(self.columnCount()):
                cell = self.item(row, column)
                if cell is None:
                    cell = QTableWidgetItem()
                    self.setItem(row, column, cell)
                cell.setBackground(tint)
            return
        for offset, figure in enumerate(_FIGURES, start=1):
            value: int = getattr(source, figure)
            self.setItem(row, offset, self._item(str(value), role="text" if value else "text2", right=True))
        self.setItem(row, _STATE_COLUMN, self._state(source))

    def _state(self, source: SourceReport) -> QTableWidgetItem:
        if source.status == "unchanged":
            state = self._item(self.tr("前と同じです"), role="text2")
        elif source.conflicts:
            state = self._item(self.tr("競合はあとで選べます"), role="warn", picture="warn")
        elif self._written:
            state = self._item(self.tr("統合しました"), role="text", picture="check")
        else:
            state = self._item(self.tr("統合できます"), role="text", picture="check")
        if source.warnings:
            state = self._item(self.tr("確かめてください"), role="warn", picture="warn")
            state.setToolTip("\n".join(source.warnings))
        return state

    def _draw_sum(self, row: int, sources: Sequence[SourceReport]) -> None:
        merged = [source for source in sources if source.status == "merged"]
        text = self.tr("統合した {0}ファイル") if self._written else self.tr("統合する {0}ファイル")
        self.setItem(row, 0, self._item(text.format(len(merged)), role="text", bold=True))
        self.setItem(row, 1, self._item("", role="text"))
        for offset, figure in enumerate(_SUMMED, start=2):
            total = sum(getattr(source, figure) for source in merged)
            self.setItem(row, offset, self._item(str(total), role="text", bold=True, right=True))
        self.setItem(row, _STATE_COLUMN, self._item("", role="text"))
        for column in range(self.columnCount()):
            cell = self.item(row, column)
            if cell is not None:
                cell.setData(SUM_ROLE, True)
                cell.setFlags(Qt.ItemFlag.ItemIsEnabled)

    def _item(
        self, text: str, *, role: str, bold: bool = False, right: bool = False, picture: str = ""
    ) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setFont(look().font(15, bold))
        item.setForeground(QBrush(look().colour(role)))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        item.setData(FIGURE_ROLE, right)
        if picture:
            item.setIcon(_icon(picture, role))
        return item


def _icon(name: str, role: str) -> QIcon:
    return icon(name, 18, role)
