"""Paper: size, margins, scale, print titles, header and footer."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break

from workshop_app.services.report_spec import DataSheet, PrintSheet, Report
from workshop_app.workbook.layout import SCALE, Layout
from workshop_app.workbook.row_height import FontMetrics
from workshop_app.workbook.safe_text import readable_text, utf16_units

_A4 = 9
_HEADER_LIMIT = 255
"""Excel refuses a longer header or footer, codes included."""
_FONT_CODE = "{name},標準"
_TEXT_LIMIT = 60
_DATA_SCALE = 85
_MOST_DATA_UNITS = 157
"""Wider than this, one page across would shrink the 10 points of a data sheet to under 8."""


def set_up_page(sheet: Any, spec: PrintSheet, layout: Layout, report: Report, font: FontMetrics) -> None:
    """Page set-up of a print sheet, after its cells are written."""
    _paper(sheet)
    setup = sheet.page_setup
    if spec.computed_breaks:
        # Excel ignores manual breaks in fit-to mode, therefore a fixed scale.
        setup.scale = SCALE
        for row in layout.breaks:
            sheet.row_breaks.append(Break(id=row))
    else:
        _fit_width(sheet)
    if spec.header_row:
        sheet.print_title_rows = "3:3"
        sheet.freeze_panes = "A4"
    last = get_column_letter(len(spec.columns))
    sheet.print_area = f"A1:{last}{layout.last_row}"
    _header(sheet, report, spec.number, font)


def set_up_data_page(sheet: Any, spec: DataSheet, report: Report, font: FontMetrics) -> None:
    """Page set-up of a data sheet, for the rare case that somebody prints it.

    A wide one goes over several pages across, its first columns on each of them.
    """
    _paper(sheet)
    if sum(column.width for column in spec.columns) <= _MOST_DATA_UNITS:
        _fit_width(sheet)
    else:
        sheet.page_setup.scale = _DATA_SCALE
        sheet.page_setup.pageOrder = "overThenDown"
        if spec.frozen_columns:
            sheet.print_title_cols = f"A:{get_column_letter(spec.frozen_columns)}"
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = f"{get_column_letter(spec.frozen_columns + 1)}2"
    _header(sheet, report, spec.name, font)


def _paper(sheet: Any) -> None:
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.firstPageNumber = 1
    sheet.page_setup.useFirstPageNumber = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins = PageMargins(left=0.59, right=0.59, top=0.79, bottom=0.67, header=0.35, footer=0.31)


def _fit_width(sheet: Any) -> None:
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0


def _header(sheet: Any, report: Report, number: str, font: FontMetrics) -> None:
    head, foot = sheet.oddHeader, sheet.oddFooter
    _fill((head.left, head.center, head.right), (report.header_left, report.edition_label, number), font)
    head.right.size = 10
    _fill((foot.left, foot.center, foot.right), (report.footer_left, number, report.footer_right), font)
    foot.center.text += "－&P"


def _fill(parts: tuple[Any, Any, Any], texts: tuple[str, str, str], font: FontMetrics) -> None:
    for part, text in zip(parts, texts, strict=True):
        part.text = _coded(text)
        part.font = _FONT_CODE.format(name=font.name)
        part.size = 9


def _coded(text: str) -> str:
    """One line, not too long for the 255 units of a whole header, every & doubled."""
    line = " ".join(readable_text(text).split())
    while utf16_units(line.replace("&", "&&")) > _TEXT_LIMIT:
        line = line[:-2] + "…"
    return line.replace("&", "&&")
