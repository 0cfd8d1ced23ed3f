"""The table of the merge page: a file a row with what it brings, its warnings below it, and the sum."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from workshop_app.domain.fingerprint import fingerprint
from workshop_app.services.merge import MergeReport, SourceReport
from workshop_app.ui.icons import icon
from workshop_app.ui.merge_delegate import FIGURE_ROLE, SUM_ROLE, MergeDelegate
from workshop_app.ui.merge_words import mismatch_text, places_text
from workshop_app.ui.theme import look

_FILE, _PLACES, _STATE = 0, 1, 6
_FIGURES = {2: "added", 3: "updated", 4: "voided", 5: "conflicts"}
_UPDATED, _VOIDED = 3, 4
_NAMES_SHARE = 0.68
"""Part of what the figures leave of the width for file and places; the rest is for the state."""
_SHARES = {_FILE: 0.52, _PLACES: 0.48}


class MergeTable(QTableWidget):
    """Shows a `MergeReport`; the rows of the sources in order, then the sum of what can be merged."""

    details_requested = Signal()
    """Enter, or a double click, on a source."""
    fitted = Signal()
    """Rows, widths and heights are settled; the sum row, which is not among those that scroll, follows them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, _STATE + 1, parent)
        self.setObjectName("mergeTable")
        self.setAccessibleName(self.tr("統合するファイル"))
        self._report: MergeReport | None = None
        self._compact = False
        self._rows: list[SourceReport | None] = []
        self.sum_row = -1
        self.sum_height = 0
        self._delegate = MergeDelegate(self)
        self.setItemDelegate(self._delegate)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.cellDoubleClicked.connect(lambda row, _: self._ask_details(row))

    def show_report(self, report: MergeReport | None) -> None:
        """Show a preview or what was done."""
        if report is not self._report:
            self._report = report
            self._draw()

    def chosen(self) -> list[SourceReport]:
        """The sources of the selected rows, top to bottom."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        sources = [self._rows[row] for row in rows if row < len(self._rows)]
        return [source for source in sources if source is not None]

    def chosen_paths(self) -> set[Path]:
        """Their files."""
        return {source.path for source in self.chosen()}

    def set_compact(self, compact: bool) -> None:
        """Where the page is narrow 変わった and 取消 share a column."""
        if compact != self._compact:
            self._compact = compact
            self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the details of the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask_details(self.currentRow())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw again in another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns follow the width."""
        super().resizeEvent(event)
        self._fit()

    def _ask_details(self, row: int) -> None:
        if 0 <= row < len(self._rows) and self._rows[row] is not None:
            self.selectRow(row)
            self.details_requested.emit()

    # --- rows ----------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        chosen = self.chosen_paths()
        sources: Sequence[SourceReport] = self._report.sources if self._report else ()
        self.blockSignals(True)
        self.clearSpans()
        self.clearSelection()
        self.setRowCount(0)
        self._rows = []
        self.sum_row = -1
        for source in sources:
            self._add_row(source)
            self._draw_source(len(self._rows) - 1, source)
            if source.status != "refused":
                for sentence in source.warnings:
                    self._add_sentence(sentence)
        if self._report is not None and sources:
            self._add_row(None)
            self.sum_row = len(self._rows) - 1
            self._draw_sum(self.sum_row, sources)
            for sentence in self._report.warnings:
                self._add_sentence(sentence)
        self._draw_heads()
        self._fit()
        for row, shown in enumerate(self._rows):
            if shown is not None and shown.path in chosen:
                self.selectRow(row)
        self.blockSignals(False)
        self.itemSelectionChanged.emit()

    def _add_row(self, source: SourceReport | None) -> None:
        self._rows.append(source)
        self.setRowCount(len(self._rows))

    def _draw_heads(self) -> None:
        header = self.horizontalHeader()
        header.setFixedHeight(look().px(34))
        sheet = (
            f"QHeaderView::section {{ background: {look().colour('surface').name()};"
            f" padding-left: {look().px(12)}px; padding-right: {look().px(12)}px; }}"
        )
        if header.styleSheet() != sheet:
            header.setStyleSheet(sheet)
        changed = self.tr("変わった・取消") if self._compact else self.tr("変わった")
        heads = (
            self.tr("ファイル"),
            self.tr("区・班"),
            self.tr("新しい"),
            changed,
            self.tr("取消"),
            self.tr("競合"),
            self.tr("状態"),
        )
        for column, text in enumerate(heads):
            head = QTableWidgetItem(text)
            head.setFont(look().font(13))
            head.setForeground(QBrush(look().colour("text2")))
            side = Qt.AlignmentFlag.AlignRight if column in _FIGURES else Qt.AlignmentFlag.AlignLeft
            head.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(column, head)

    def _draw_source(self, row: int, source: SourceReport) -> None:
        name = self._item(source.path.name)
        mark = fingerprint(source.sha256) if source.sha256 else ""
        name.setToolTip(f"{source.path}\n{self.tr('ファイルの指紋')} {mark}" if mark else str(source.path))
        self.setItem(row, _FILE, name)
        if source.status == "refused":
            self._span(row, self._item(source.reason or "", role="danger", picture="cross"))
            for item in self._items(row):
                item.setBackground(QBrush(look().colour("dangerTint")))
            return
        places = places_text(source.tables)
        if source.earlier:
            places = self.tr("{0}（{1}回目）").format(places, source.earlier + 1)
        self.setItem(row, _PLACES, self._item(places))
        self._draw_figures(row, {column: getattr(source, name) for column, name in _FIGURES.items()})
        self.setItem(row, _STATE, self._state(source))

    def _draw_figures(self, row: int, values: dict[int, int], *, bold: bool = False) -> None:
        for column, value in values.items():
            text, zero = f"{value:,}", not value
            if self._compact and column == _UPDATED:
                text, zero = f"{value:,}・{values[_VOIDED]:,}", not value and not values[_VOIDED]
            role = "text2" if zero and not bold else "text"
            self.setItem(row, column, self._item(text, role=role, bold=bold, right=True))

    def _state(self, source: SourceReport) -> QTableWidgetItem:
        mismatch = mismatch_text(source)
        if source.status == "unchanged":
            return self._item(self.tr("前と同じです"), role="text2", picture="check")
        if source.salvaged:
            return self._item(self.tr("読める記録だけです"), role="warn", picture="warn")
        if mismatch:
            return self._item(mismatch, role="warn", picture="warn")
        if source.conflicts:
            return self._item(self.tr("競合はあとで選べます"), role="warn", picture="warn")
        if source.warnings:
            return self._item(self.tr("確かめてください"), role="warn", picture="warn")
        if self._report is not None and not self._report.dry_run:
            return self._item(self.tr("統合しました"), picture="check")
        return self._item(self.tr("統合できます"), picture="check")

    def _add_sentence(self, text: str) -> None:
        """A warning in a row of its own: nobody has to hover to learn of it."""
        self._add_row(None)
        row = len(self._rows) - 1
        self.setItem(row, _FILE, self._item(""))
        self._span(row, self._item(text, role="warn", picture="warn"))
        self._only_shown(row)

    def _draw_sum(self, row: int, sources: Sequence[SourceReport]) -> None:
        merged = [source for source in sources if source.status == "merged"]
        written = self._report is not None and not self._report.dry_run
        text = self.tr("統合した {0}ファイル") if written else self.tr("統合する {0}ファイル")
        self.setItem(row, _FILE, self._item(text.format(len(merged)), bold=True))
        sums = {column: sum(getattr(source, name) for source in merged) for column, name in _FIGURES.items()}
        self._draw_figures(row, sums, bold=True)
        for column in (_PLACES, _STATE):
            self.setItem(row, column, self._item(""))
        for item in self._items(row):
            item.setData(SUM_ROLE, True)
        self._only_shown(row)

    def _only_shown(self, row: int) -> None:
        for item in self._items(row):
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)

    def _items(self, row: int) -> list[QTableWidgetItem]:
        items = (self.item(row, column) for column in range(self.columnCount()))
        return [item for item in items if item is not None]

    def _span(self, row: int, sentence: QTableWidgetItem) -> None:
        self.setItem(row, _PLACES, sentence)
        for column in range(_PLACES + 1, self.columnCount()):
            self.setItem(row, column, self._item(""))
        self.setSpan(row, _PLACES, 1, self.columnCount() - _PLACES)

    def _item(
        self, text: str, *, role: str = "text", bold: bool = False, right: bool = False, picture: str = ""
    ) -> QTableWidgetItem:
        """A cell; states and sentences, which have a picture, are smaller than names and figures."""
        item = QTableWidgetItem(text)
        item.setFont(look().font(13 if picture else 15, bold))
        item.setForeground(QBrush(look().colour(role)))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        item.setData(FIGURE_ROLE, right)
        if picture:
            item.setIcon(icon(picture, 16, role))
        return item

    # --- sizes ---------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        header = self.horizontalHeader()
        header.setMinimumSectionSize(look().px(40))
        self.setColumnHidden(_VOIDED, self._compact)
        figures = {column: self._figure_width(column) for column in _FIGURES}
        taken = sum(wide for column, wide in figures.items() if not self.isColumnHidden(column))
        # The states stand on one line as long as the names have most of the room.
        room = self.viewport().width() - taken
        shares = min(room - self._state_width(), round(room * _NAMES_SHARE))
        shares = max(shares, room // 2)
        for column in range(_STATE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            share = _SHARES.get(column)
            header.resizeSection(column, figures[column] if share is None else round(shares * share))
        header.setSectionResizeMode(_STATE, QHeaderView.ResizeMode.Stretch)
        for row in range(self.rowCount()):
            self.setRowHidden(row, False)
            self.setRowHeight(row, look().px(38 if self._compact else 42))
            self._grow(row)
        if self.sum_row >= 0:
            self.sum_height = self.rowHeight(self.sum_row)
            self.setRowHidden(self.sum_row, True)
        self.fitted.emit()

    def _state_width(self) -> int:
        """What the longest state needs to stand on one line; sentences over several columns do not count."""
        metrics = QFontMetrics(look().font(13))
        words = (self.item(row, _STATE) for row in range(self.rowCount()))
        widest = max((metrics.horizontalAdvance(item.text()) for item in words if item), default=0)
        return widest + look().px(16 + 8 + 2 * 12) + 2

    def _figure_width(self, column: int) -> int:
        """As narrow as the head allows where room is scarce."""
        head = self.horizontalHeaderItem(column)
        text = head.text() if head is not None else ""
        wide = QFontMetrics(look().font(13)).horizontalAdvance(text) + 2 * look().px(12) + 4
        return wide if self._compact else max(wide, look().px(64))

    def _grow(self, row: int) -> None:
        """Room for the whole sentence of a refused file, and for a long name."""
        height = self.rowHeight(row)
        for column in range(self.columnCount()):
            item = self.item(row, column)
            if not self.isColumnHidden(column) and item is not None and item.text():
                span = range(column, column + self.columnSpan(row, column))
                width = sum(self.columnWidth(covered) for covered in span)
                height = max(height, self._delegate.height_for(self.model().index(row, column), width))
        self.setRowHeight(row, height)
