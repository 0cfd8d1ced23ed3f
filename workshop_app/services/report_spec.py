"""The plain specification of a workbook: sheets, rows, roles and charts, and nothing of any file format.

`services.report` builds it from the opinions; the workbook layer turns it into cells. Everything is a value:
numbers are int or float, links name a row by its key, and no row number appears anywhere, because heights,
continuation rows and page breaks are decided when the sheet is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Value = int | float | str | date | None


class Edition(StrEnum):
    """Who the workbook is for."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Role(StrEnum):
    """What a cell is; the value is the name of its style in the workbook, without the ws_ prefix."""

    TITLE = "標題"
    DOCUMENT_NUMBER = "資料番号"
    PREFACE = "前文"
    REMARK = "注"
    CAPTION = "表題"
    HEADER = "見出し"
    THEME_BAND = "テーマ"
    ISLAND_BAND = "表札"
    ISLAND_NUMBER = "表札数"
    BODY = "本文"
    BODY_CENTRE = "本文中"
    SMALL = "細字"
    NUMBER = "数"
    NUMBER_1 = "数1"
    SHARE = "率"
    TOTAL = "計"
    TOTAL_NUMBER = "計数"
    TOTAL_NUMBER_1 = "計数1"
    TOTAL_SHARE = "計率"
    LINK = "リンク"
    BAND_LINK = "リンク帯"
    DATA_HEADER = "データ見出し"
    DATA = "データ"
    DATA_DATE = "データ日付"


class RowKind(StrEnum):
    """How a row behaves on the page. BAND texts run over the empty cells to their right."""

    HEADER = "header"
    BODY = "body"
    TOTAL = "total"
    THEME_BAND = "theme band"
    ISLAND_BAND = "island band"
    CAPTION = "caption"
    REMARK = "remark"
    SPACER = "spacer"


class PageBreak(StrEnum):
    """Whether a row begins a new page."""

    NEVER = "never"
    IF_HALF_FULL = "if half full"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Link:
    """A jump to the row with this key on another sheet of the same workbook."""

    sheet: str
    key: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with its role; `link` makes it a jump."""

    value: Value
    role: Role
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One logical row; it may take several sheet rows when its text is long.

    `cells` starts at the first column; a REMARK or CAPTION row has one cell that spans the table. `key` names
    the row for links and charts, unique in its sheet. `repeat` lists columns written again in continuation
    rows, `continued_at` the column that then says (続き). `merge_from` joins that column with all to its
    right (the text column of a list that is narrower than the sheet). An `optional` row is left out when its
    page would be too full otherwise.
    """

    kind: RowKind
    cells: tuple[Cell, ...] = ()
    key: str = ""
    keep_with_next: bool = False
    page: PageBreak = PageBreak.NEVER
    repeat: tuple[int, ...] = ()
    continued_at: int | None = None
    merge_from: int | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a print sheet: header text and width in spreadsheet units."""

    header: str
    width: float


class ChartKind(StrEnum):
    """All charts are horizontal bars."""

    SINGLE = "single"
    STACKED = "stacked"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of cells in one row or one column, named by row keys and column numbers (from 0)."""

    first_key: str
    first_column: int
    last_key: str
    last_column: int


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name, its cells, and the same values as plain points (None = no bar)."""

    name: str
    span: Span
    points: tuple[int | float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart lying over spacer rows, from one row key to another, over a range of columns (inclusive)."""

    kind: ChartKind
    title: str
    axis_title: str
    number_format: str
    categories: Span
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    top_key: str
    bottom_key: str
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class PrintSheet:
    """A sheet to be read on paper.

    `header_row` False means every table brings its own header (資料4). `computed_breaks` True means page
    breaks come from the row heights, False means fit to one page wide.
    """

    name: str
    number: str
    title: str
    preface: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    charts: tuple[Chart, ...] = ()
    header_row: bool = True
    computed_breaks: bool = False


class DataKind(StrEnum):
    """Type of a data column."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column of a data sheet: its name (with the unit, if any), width and type."""

    name: str
    width: float
    kind: DataKind = DataKind.TEXT


@dataclass(frozen=True, slots=True)
class DataSheet:
    """A machine-readable table from A1: one header row, no merges, no empty cell.

    `frozen_columns` stay on screen when scrolling right; `filtered` adds an autofilter.
    """

    name: str
    columns: tuple[DataColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    frozen_columns: int = 0
    filtered: bool = True


Sheet = PrintSheet | DataSheet


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """The numbers that must agree everywhere: collected = shown + excluded."""

    shown: int
    excluded: int
    votes: int
    excluded_by_reason: Mapping[str, int] = field(default_factory=dict)
    open_conflicts: int = 0
    island_votes: int = 0
    """Seals on islands and their titles; no note's, and not among `votes`."""

    @property
    def collected(self) -> int:
        """Every note that was ever saved."""
        return self.shown + self.excluded


@dataclass(frozen=True, slots=True)
class Report:
    """A whole workbook, ready to be written.

    `file_name` is a proposal; `generated_ms` is milliseconds since 1970. Header and footer texts are plain,
    the writer escapes them.
    """

    edition: Edition
    edition_label: str
    title: str
    file_name: str
    header_left: str
    footer_left: str
    footer_right: str
    creator: str
    output_number: int
    generated_ms: int
    sheets: tuple[Sheet, ...]
    counts: ReportCounts
