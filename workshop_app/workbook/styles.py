"""The look of a cell by its role: fonts, fills, lines and number formats of the house style.

Meaning is never colour; all fills are greys that survive a black-and-white copier.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils.indexed_list import IndexedList

from workshop_app.services.report_spec import Role
from workshop_app.workbook.row_height import FontMetrics

if TYPE_CHECKING:
    from openpyxl import Workbook

TEXT, SECONDARY, LINK_COLOUR = "FF000000", "FF404040", "FF1F3A5F"
BAND_FILL, HEADER_FILL, TOTAL_FILL = "FFC5CCD4", "FFD9DEE4", "FFEDF0F3"
THICK_LINE, THIN_LINE = "FF333333", "FF7F7F7F"
WHOLE, ONE_DECIMAL, SHARE_FORMAT, DATE_FORMAT = "#,##0_ ", "0.0_ ", "0.0%_ ", "yyyy-mm-dd"
_JAPANESE_CHARSET, _SWISS_FAMILY = 128, 3


@dataclass(frozen=True, slots=True)
class Look:
    """How a role looks. `lines` is one of box, band, thin band, total, header, frame and ''."""

    points: float
    bold: bool = False
    fill: str = ""
    lines: str = ""
    horizontal: str = "left"
    wrap: bool = False
    number_format: str = "General"
    colour: str = TEXT
    underline: bool = False


LOOKS: dict[Role, Look] = {
    Role.TITLE: Look(15, bold=True),
    Role.DOCUMENT_NUMBER: Look(12, bold=True, lines="frame", horizontal="center"),
    Role.PREFACE: Look(10, wrap=True),
    Role.REMARK: Look(9, wrap=True, colour=SECONDARY),
    Role.CAPTION: Look(11, bold=True),
    Role.HEADER: Look(10, bold=True, fill=HEADER_FILL, lines="header", horizontal="center", wrap=True),
    Role.THEME_BAND: Look(11.5, bold=True, fill=BAND_FILL, lines="band"),
    Role.ISLAND_BAND: Look(10.5, bold=True, fill=TOTAL_FILL, lines="thin band"),
    Role.ISLAND_NUMBER: Look(
        10.5, bold=True, fill=TOTAL_FILL, lines="thin band", horizontal="right", number_format=WHOLE
    ),
    Role.BODY: Look(10, lines="box", wrap=True),
    Role.BODY_CENTRE: Look(10, lines="box", horizontal="center", wrap=True),
    Role.SMALL: Look(9, lines="box", wrap=True),
    Role.NUMBER: Look(10, lines="box", horizontal="right", number_format=WHOLE),
    Role.NUMBER_1: Look(10, lines="box", horizontal="right", number_format=ONE_DECIMAL),
    Role.SHARE: Look(10, lines="box", horizontal="right", number_format=SHARE_FORMAT),
    Role.TOTAL: Look(10, bold=True, fill=TOTAL_FILL, lines="total", horizontal="center", wrap=True),
    Role.TOTAL_NUMBER: Look(
        10, bold=True, fill=TOTAL_FILL, lines="total", horizontal="right", number_format=WHOLE
    ),
    Role.TOTAL_NUMBER_1: Look(
        10, bold=True, fill=TOTAL_FILL, lines="total", horizontal="right", number_format=ONE_DECIMAL
    ),
    Role.TOTAL_SHARE: Look(
        10, bold=True, fill=TOTAL_FILL, lines="total", horizontal="right", number_format=SHARE_FORMAT
    ),
    Role.LINK: Look(9.5, lines="box", horizontal="center", colour=LINK_COLOUR, underline=True),
    Role.BAND_LINK: Look(
        9.5, fill=TOTAL_FILL, lines="thin band", horizontal="center", colour=LINK_COLOUR, underline=True
    ),
    Role.DATA_HEADER: Look(10, bold=True, fill=HEADER_FILL, lines="box", horizontal="center"),
    Role.DATA: Look(10, lines="box"),
    Role.DATA_DATE: Look(10, lines="box", number_format=DATE_FORMAT),
}


def base_font(font: FontMetrics, **changes: Any) -> Font:
    """The one font family of the book, marked as Japanese so that no program substitutes by charset."""
    return Font(name=font.name, charset=_JAPANESE_CHARSET, family=_SWISS_FAMILY, **changes)


class StyleSheet:
    """Registers the named styles in a workbook and hands out ready style arrays.

    Copying an array is many times faster than naming the style cell by cell, which counts at 10,000 notes.
    """

    def __init__(self, book: Workbook, font: FontMetrics) -> None:
        # The first font decides blank cells. Normal's font decides the width of a column unit: at 11 pt one
        # is 5.25 to 6 pt wide, for which the row heights are reckoned; at 10 pt texts would wrap earlier.
        plain = base_font(font, sz=11, color=TEXT)
        book._fonts = IndexedList([plain])
        book._named_styles["Normal"].font = plain
        sheet = book.active
        assert sheet is not None
        probe = sheet["A1"]
        self._arrays: dict[tuple[Role, bool], Any] = {}
        for role, look in LOOKS.items():
            name = f"ws_{role.value}"
            book.add_named_style(_named_style(name, look, font))
            for quoted in (False, True):
                probe.style = name
                probe.quotePrefix = quoted
                self._arrays[role, quoted] = copy(probe._style)
        probe.style = "Normal"
        probe.quotePrefix = False

    def apply(self, cell: Any, role: Role, *, quoted: bool = False) -> None:
        """Give a cell its style; `quoted` marks text that must never be read as a formula."""
        cell._style = copy(self._arrays[role, quoted])


def _named_style(name: str, look: Look, font: FontMetrics) -> NamedStyle:
    style = NamedStyle(name=name)
    style.font = base_font(
        font, sz=look.points, b=look.bold, color=look.colour, u="single" if look.underline else None
    )
    if look.fill:
        style.fill = PatternFill("solid", fgColor=look.fill, bgColor=look.fill)
    style.border = _border(look.lines)
    style.alignment = Alignment(horizontal=look.horizontal, vertical="center", wrap_text=look.wrap)
    style.number_format = look.number_format
    return style


def _border(lines: str) -> Border:
    thin, thick = Side("thin", color=THIN_LINE), Side("medium", color=THICK_LINE)
    if lines == "box":
        return Border(left=thin, right=thin, top=thin, bottom=thin)
    if lines in ("header", "total"):
        return Border(left=thin, right=thin, top=thick, bottom=thick)
    if lines == "band":
        return Border(top=thick, bottom=thick)
    if lines == "thin band":
        return Border(top=thin, bottom=thin)
    if lines == "frame":
        return Border(left=thick, right=thick, top=thick, bottom=thick)
    return Border()
