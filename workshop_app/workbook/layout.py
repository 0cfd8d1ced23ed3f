"""From logical rows to sheet rows: row numbers, heights, continuation rows and page breaks.

Pure arithmetic, no openpyxl; links and charts are resolved against the row numbers found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from workshop_app.services.report_spec import Cell, Link, PageBreak, PrintSheet, Role, Row, RowKind, Value
from workshop_app.workbook.row_height import (
    FontMetrics,
    count_lines,
    line_em,
    max_lines,
    row_height,
    wrap_lines,
)
from workshop_app.workbook.safe_text import readable_text

SCALE = 92
PRINTABLE_POINTS = (595.3 - 105.1) / (SCALE / 100) - 4
"""Height of A4 landscape inside the margins, at the scale of sheets with computed breaks."""
MAX_BREAKS = 1_000
"""Excel allows 1,026 manual breaks on a sheet; past this it breaks by itself."""
CONTINUED = "(続き)"
_MINIMUM = {
    RowKind.HEADER: 24.0,
    RowKind.BODY: 19.0,
    RowKind.TOTAL: 20.0,
    RowKind.THEME_BAND: 21.0,
    RowKind.ISLAND_BAND: 20.0,
    RowKind.CAPTION: 20.0,
    RowKind.REMARK: 15.0,
    RowKind.SPACER: 14.25,
}
_TITLE_HEIGHT = 27.0
_PREFACE_EXTRA = 7.0
_NUMBER_BOX_UNITS = 17.0
_BANDS = (RowKind.THEME_BAND, RowKind.ISLAND_BAND)
_BAND_ROLES = {RowKind.THEME_BAND: Role.THEME_BAND, RowKind.ISLAND_BAND: Role.ISLAND_BAND}


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell at its column (from 1); `merge_to` is the last column joined with it, or 0."""

    column: int
    value: Value
    role: Role
    link: Link | None = None
    merge_to: int = 0


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """One sheet row (numbered from 1) with its height in points."""

    number: int
    height: float
    cells: tuple[PlacedCell, ...]


@dataclass(slots=True)
class Layout:
    """A laid-out sheet. `anchors` gives the first sheet row of each row key, `breaks` the last row of pages."""

    rows: list[PlacedRow] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    breaks: list[int] = field(default_factory=list)

    @property
    def last_row(self) -> int:
        """The last used row."""
        return self.rows[-1].number


@dataclass(frozen=True, slots=True)
class _Piece:
    """One sheet row before it has a number."""

    kind: RowKind
    cells: tuple[PlacedCell, ...]
    height: float
    key: str
    keep_with_next: bool
    page: PageBreak
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Looks:
    """What the layout must know about styles: size and wrapping by role, and the font."""

    font: FontMetrics
    points: dict[Role, float]
    wrapped: frozenset[Role]


def lay_out(sheet: PrintSheet, looks: Looks) -> Layout:
    """Place every row of a sheet."""
    widths = [column.width for column in sheet.columns]
    count = len(widths)
    head = [_title_piece(sheet, widths), _preface_piece(sheet, widths, looks)]
    if sheet.header_row:
        cells = tuple(
            PlacedCell(index, column.header, Role.HEADER) for index, column in enumerate(sheet.columns, 1)
        )
        height = _height(cells, widths, RowKind.HEADER, looks)
        head.append(_Piece(RowKind.HEADER, cells, height, "", True, PageBreak.NEVER))
    body = [piece for row in sheet.rows for piece in _pieces(row, widths, looks)]
    repeated = head[2].height if sheet.header_row else 0.0
    first = sum(piece.height for piece in head)
    if sheet.computed_breaks:
        body = _fitted(body, first, repeated)
    layout = Layout()
    for number, piece in enumerate([*head, *body], start=1):
        assert all(1 <= cell.column <= count for cell in piece.cells)
        layout.rows.append(PlacedRow(number, piece.height, piece.cells))
        if piece.key:
            layout.anchors.setdefault(piece.key, number)
    if sheet.computed_breaks:
        layout.breaks = _page_breaks(body, first, repeated, len(head))[:MAX_BREAKS]
    return layout


def number_box_columns(widths: Sequence[float]) -> int:
    """How many columns at the right the boxed 資料番号 takes (at least 17 units)."""
    total = 0.0
    for taken, width in enumerate(reversed(widths), start=1):
        total += width
        if total >= _NUMBER_BOX_UNITS:
            return taken
    return len(widths)


def _title_piece(sheet: PrintSheet, widths: Sequence[float]) -> _Piece:
    count = len(widths)
    first = count - number_box_columns(widths) + 1
    cells = (
        PlacedCell(1, sheet.title, Role.TITLE),
        PlacedCell(first, sheet.number, Role.DOCUMENT_NUMBER, merge_to=count),
    )
    return _Piece(RowKind.SPACER, cells, _TITLE_HEIGHT, "top", True, PageBreak.NEVER)


def _preface_piece(sheet: PrintSheet, widths: Sequence[float], looks: Looks) -> _Piece:
    cells = (PlacedCell(1, sheet.preface, Role.PREFACE, merge_to=len(widths)),)
    height = min(409.5, _height(cells, widths, RowKind.REMARK, looks) + _PREFACE_EXTRA)
    return _Piece(RowKind.REMARK, cells, height, "", True, PageBreak.NEVER)


def _pieces(row: Row, widths: Sequence[float], looks: Looks) -> list[_Piece]:
    groups = _band_rows(row, widths, looks) if row.kind in _BANDS else _cell_rows(row, widths, looks)
    out = []
    for index, cells in enumerate(groups):
        last = index == len(groups) - 1
        # A band stays whole and with its first note; a long note may go over the page between its rows.
        keep = row.keep_with_next if last else row.kind in _BANDS
        out.append(
            _Piece(
                row.kind,
                cells,
                _height(cells, widths, row.kind, looks),
                row.key if index == 0 else "",
                keep,
                row.page if index == 0 else PageBreak.NEVER,
                row.optional,
            )
        )
    return out


def _band_rows(row: Row, widths: Sequence[float], looks: Looks) -> list[tuple[PlacedCell, ...]]:
    """A band's text runs over empty cells to its right; what does not fit goes on in another band row."""
    role = _BAND_ROLES[row.kind]
    filled = [index for index, cell in enumerate(row.cells) if index and cell.value is not None]
    room = sum(widths[: filled[0]] if filled else widths)
    lines = wrap_lines(readable_text(str(row.cells[0].value)), line_em(room, looks.points[role], looks.font))
    out = []
    for index, line in enumerate(lines):
        cells = [PlacedCell(1, line, role)]
        for column in range(2, len(widths) + 1):
            given = row.cells[column - 1] if index == 0 and column <= len(row.cells) else Cell(None, role)
            cells.append(PlacedCell(column, given.value, given.role, given.link))
        out.append(tuple(cells))
    return out


def _cell_rows(row: Row, widths: Sequence[float], looks: Looks) -> list[tuple[PlacedCell, ...]]:
    """The cells of a row, over as many sheet rows as its longest text needs."""
    spanning = row.kind in (RowKind.REMARK, RowKind.CAPTION)
    columns: list[list[PlacedCell]] = []
    for index, cell in enumerate(row.cells):
        merge_to = 0
        if row.kind == RowKind.REMARK or row.merge_from == index:
            merge_to = len(widths)
        value = readable_text(cell.value) if isinstance(cell.value, str) else cell.value
        parts: list[Value] = [value]
        if isinstance(value, str) and cell.role in looks.wrapped:
            room = sum(widths[index:]) if merge_to or spanning else widths[index]
            points = looks.points[cell.role]
            parts = [*_parts(value, line_em(room, points, looks.font), max_lines(points, looks.font))]
        columns.append([PlacedCell(index + 1, part, cell.role, cell.link, merge_to) for part in parts])
    height = max(map(len, columns), default=0)
    if height <= 1:
        return [tuple(column[0] for column in columns)]
    return [tuple(_continued(row, column, index) for column in columns) for index in range(height)]


def _continued(row: Row, column: list[PlacedCell], index: int) -> PlacedCell:
    if index < len(column):
        return column[index]
    first = column[0]
    value: Value = ""
    if first.column - 1 in row.repeat:
        value = first.value
    elif first.column - 1 == row.continued_at:
        value = CONTINUED
    return PlacedCell(first.column, value, first.role, None, first.merge_to)


def _parts(text: str, em: float, limit: int) -> list[str]:
    """A text in parts of at most `limit` lines; nothing but a line break at a joint is left out."""
    if len(text) <= limit and "\n" not in text:
        return [text]
    parts: list[str] = []
    current, lines_used = "", 0
    for number, paragraph in enumerate(text.split("\n")):
        for position, line in enumerate(wrap_lines(paragraph, em)):
            if lines_used == limit:
                parts.append(current)
                current, lines_used = "", 0
            elif number and not position:
                current += "\n"
            current += line
            lines_used += 1
    return [*parts, current]


def _height(cells: Sequence[PlacedCell], widths: Sequence[float], kind: RowKind, looks: Looks) -> float:
    needs = []
    for cell in cells:
        if cell.value is None or cell.value == "":
            continue
        points = looks.points[cell.role]
        lines = 1
        if isinstance(cell.value, str) and cell.role in looks.wrapped:
            room = sum(widths[cell.column - 1 : max(cell.column, cell.merge_to)])
            lines = count_lines(cell.value, line_em(room, points, looks.font))
        needs.append((lines, points))
    if kind == RowKind.SPACER:
        return _MINIMUM[kind]
    return row_height(needs, _MINIMUM[kind], looks.font)


def _fitted(pieces: Sequence[_Piece], used: float, repeated: float) -> list[_Piece]:
    """Leave out optional rows where that makes everything up to the next forced page break fit on a page."""
    out: list[_Piece] = []
    starts = [index for index, piece in enumerate(pieces) if piece.page is PageBreak.ALWAYS]
    bounds = [0, *(start for start in starts if start), len(pieces)]
    for start, end in pairwise(bounds):
        page = list(pieces[start:end])
        over = (repeated if start else used) + sum(piece.height for piece in page) - PRINTABLE_POINTS
        spare = [index for index, piece in enumerate(page) if piece.optional]
        if 0 < over <= sum(page[index].height for index in spare):
            while over > 0:
                over -= page.pop(spare.pop()).height
        out += page
    return out


def _page_breaks(pieces: Sequence[_Piece], used: float, repeated: float, offset: int) -> list[int]:
    """Rows after which a page ends. `used` is what stands on page 1 already, `offset` the rows above."""
    breaks: list[int] = []
    blocks: list[int] = []
    movable = False
    start = 0
    while start < len(pieces):
        blocks.append(start)
        end = _block_end(pieces, start)
        height = sum(piece.height for piece in pieces[start:end])
        page = pieces[start].page
        wanted = page is PageBreak.ALWAYS or (page is PageBreak.IF_HALF_FULL and used > PRINTABLE_POINTS / 2)
        if start and (wanted or used + height > PRINTABLE_POINTS):
            breaks.append(offset + start)
            used, movable = repeated, not wanted
        if used + height > PRINTABLE_POINTS:
            movable = False
            used = _fill_pages(pieces, start, end, used, repeated, offset, breaks)
        else:
            used += height
        start = end
    if movable:
        _fill_last_page(pieces, blocks, used, offset, breaks)
    return breaks


def _fill_last_page(
    pieces: Sequence[_Piece], blocks: Sequence[int], used: float, offset: int, breaks: list[int]
) -> None:
    """Move the last break up until a quarter of the last page is used: one note on a page looks forgotten."""
    above = breaks[-2] - offset if len(breaks) > 1 else 0
    for start in reversed([block for block in blocks if above < block < breaks[-1] - offset]):
        end = breaks[-1] - offset
        left = sum(piece.height for piece in pieces[above:start])
        if used >= PRINTABLE_POINTS / 4 or left < PRINTABLE_POINTS / 2:
            return
        used += sum(piece.height for piece in pieces[start:end])
        breaks[-1] = offset + start


def _fill_pages(
    pieces: Sequence[_Piece],
    start: int,
    end: int,
    used: float,
    repeated: float,
    offset: int,
    breaks: list[int],
) -> float:
    """A block higher than a page is broken wherever a page is full."""
    for index in range(start, end):
        if used + pieces[index].height > PRINTABLE_POINTS and index:
            if not breaks or breaks[-1] != offset + index:
                breaks.append(offset + index)
            used = repeated
        used += pieces[index].height
    return used


def _block_end(pieces: Sequence[_Piece], start: int) -> int:
    """One past the last row that must stand on the same page as `start`.

    A total and a ※ stay with what they close: else a page with nothing but a ※ appears.
    """
    end = start + 1
    while end < len(pieces) and (
        pieces[end - 1].keep_with_next
        or (
            pieces[end].kind in (RowKind.TOTAL, RowKind.REMARK) and pieces[end - 1].kind is not RowKind.SPACER
        )
    ):
        end += 1
    return end
