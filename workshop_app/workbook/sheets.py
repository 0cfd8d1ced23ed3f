"""Specifications into cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from workshop_app.services.report_spec import (
    DataKind,
    DataSheet,
    Edition,
    Link,
    PrintSheet,
    Report,
    Role,
    Value,
)
from workshop_app.workbook.charts import add_chart
from workshop_app.workbook.layout import Looks, lay_out
from workshop_app.workbook.page import set_up_data_page, set_up_page
from workshop_app.workbook.row_height import FontMetrics
from workshop_app.workbook.safe_text import looks_live, put_text
from workshop_app.workbook.styles import LOOKS, StyleSheet

if TYPE_CHECKING:
    from openpyxl import Workbook

_PRINT_TAB = {Edition.INTERNAL: "FF7F6000", Edition.PUBLIC: "FF1F3A5F"}
_DATA_TAB = "FF7F7F7F"
_DATA_ROW_HEIGHT = 15.0
_DATA_HEADER_HEIGHT = 24.0
_PROGRESS_EVERY = 500

Progress = Callable[[int, int], None]


class BookWriter:
    """Writes all sheets of one report into an empty workbook."""

    def __init__(self, book: Workbook, report: Report, font: FontMetrics, progress: Progress | None) -> None:
        self._book = book
        self._report = report
        self._font = font
        self._styles = StyleSheet(book, font)
        self._progress = progress
        self._done = 0
        looks = Looks(
            font,
            {role: look.points for role, look in LOOKS.items()},
            frozenset(role for role, look in LOOKS.items() if look.wrap),
        )
        self._layouts = {
            sheet.name: lay_out(sheet, looks) for sheet in report.sheets if isinstance(sheet, PrintSheet)
        }
        self._total = sum(
            len(sheet.rows) if isinstance(sheet, DataSheet) else len(self._layouts[sheet.name].rows)
            for sheet in report.sheets
        )

    @property
    def row_counts(self) -> Mapping[str, int]:
        """How many rows each written sheet has, for the check after writing."""
        return {
            sheet.name: len(sheet.rows) + 1
            if isinstance(sheet, DataSheet)
            else len(self._layouts[sheet.name].rows)
            for sheet in self._report.sheets
        }

    def write(self) -> None:
        """Write every sheet in order; the first one is the active one."""
        blank = self._book.active
        for spec in self._report.sheets:
            sheet = self._book.create_sheet(spec.name)
            if isinstance(spec, DataSheet):
                self._write_data(sheet, spec)
            else:
                self._write_print(sheet, spec)
        if blank is not None:
            self._book.remove(blank)
        self._book.active = 0
        for index, sheet in enumerate(self._book.worksheets):
            sheet.sheet_view.tabSelected = index == 0

    def _tick(self) -> None:
        self._done += 1
        if self._progress is not None and self._done % _PROGRESS_EVERY == 0:
            self._progress(self._done, self._total)

    def _write_print(self, sheet: Any, spec: PrintSheet) -> None:
        layout = self._layouts[spec.name]
        sheet.sheet_properties.tabColor = _PRINT_TAB[self._report.edition]
        for index, column in enumerate(spec.columns, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = column.width
        for row in layout.rows:
            sheet.row_dimensions[row.number].height = row.height
            for placed in row.cells:
                cell = sheet.cell(row.number, placed.column)
                self._fill(cell, placed.value, placed.role)
                if placed.link is not None:
                    self._link(cell, placed.link)
                if placed.merge_to > placed.column:
                    self._merge(sheet, row.number, placed.column, placed.merge_to, placed.role)
            self._tick()
        for chart in spec.charts:
            add_chart(sheet, spec, chart, layout, self._font)
        set_up_page(sheet, spec, layout, self._report, self._font)

    def _merge(self, sheet: Any, row: int, first: int, last: int, role: Role) -> None:
        # Followers of a merge cannot hold values, but without the style their outer lines are missing.
        for column in range(first + 1, last + 1):
            self._styles.apply(sheet.cell(row, column), role)
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)

    def _write_data(self, sheet: Any, spec: DataSheet) -> None:
        sheet.sheet_properties.tabColor = _DATA_TAB
        sheet.row_dimensions[1].height = _DATA_HEADER_HEIGHT
        for index, column in enumerate(spec.columns, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = column.width
            self._fill(sheet.cell(1, index), column.name, Role.DATA_HEADER)
        roles = [Role.DATA_DATE if column.kind is DataKind.DATE else Role.DATA for column in spec.columns]
        for number, values in enumerate(spec.rows, start=2):
            sheet.row_dimensions[number].height = _DATA_ROW_HEIGHT
            for index, (value, role) in enumerate(zip(values, roles, strict=True), start=1):
                self._fill(sheet.cell(number, index), value, role)
            self._tick()
        last = get_column_letter(len(spec.columns))
        if spec.filtered:
            sheet.auto_filter.ref = f"A1:{last}{len(spec.rows) + 1}"
        set_up_data_page(sheet, spec, self._report, self._font)

    def _fill(self, cell: Any, value: Value, role: Role) -> None:
        if isinstance(value, str):
            self._styles.apply(cell, role, quoted=looks_live(value))
            if value:
                put_text(cell, value)
            return
        self._styles.apply(cell, role)
        if isinstance(value, date):
            cell.value = value
            # Assigning a date gives openpyxl's own format; the style's format must win.
            self._styles.apply(cell, role)
        elif value is not None:
            cell.value = value

    def _link(self, cell: Any, link: Link) -> None:
        row = self._layouts[link.sheet].anchors[link.key]
        cell.hyperlink = Hyperlink(
            ref=cell.coordinate, location=f"'{link.sheet}'!A{row}", tooltip=f"{link.sheet} へ"
        )
