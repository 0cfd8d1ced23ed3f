"""Opens any workbook this program wrote and says what is wrong with it: `python tests/check_workbook.py FILE`.

The checks of the workbook design, section 10, that apply to the sheets there are now. It reads the file with
openpyxl and, where openpyxl hides things, as XML; of the program it uses only the row-height formula.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries

from workshop_app.workbook.row_height import count_lines, line_em, row_height

RESULTS, BY_ISLAND, FIGURES = "資料1_開催結果", "資料3-1_意見一覧_", "資料4_集計"
NOTES, TALLIES, CODES, PROVENANCE = "データ_意見", "データ_集計", "コード表", "出力情報"
CONNECTIONS = "データ_つながり"
"""Only where there are arrows or links."""
PRINT_WIDTH = 132
A4_POINTS = 757
"""Between the margins of A4 landscape; a width unit is at most 6 points wide."""
FILLS = {"C5CCD4", "D9DEE4", "EDF0F3"}
FONT = "BIZ UDゴシック"
NOTE_COLUMNS = [
    "通し番号",
    "番号",
    "区",
    "団体コード",
    "会場コード",
    "開催日",
    "開催日_和暦",
    "テーブル番号",
    "ラウンド",
    "端末",
    "テーマコード",
    "テーマ",
    "種別コード",
    "種別",
    "島コード",
    "表札",
    "論点コード",
    "意見_公開用",
    "改行有",
    "票数_票",
    "会場投票者数_人",
    "公開区分",
    "備考",
    "意見の概要番号",
    "対応区分",
]
INTERNAL_COLUMNS = ["意見_原文", "意見ID", "更新日時", "競合"]
TALLY_COLUMNS = [
    "集計番号",
    "集計名",
    "区",
    "団体コード",
    "テーマコード",
    "種別コード",
    "項目",
    "値",
    "単位",
    "母数",
    "母数の単位",
]
CODE_COLUMNS = ["コード種", "コード", "名称", "説明", "並び順"]
PROVENANCE_COLUMNS = ["項目", "値", "説明"]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def check(path: Path) -> list[str]:
    """Every finding as one line; an empty list means that the workbook keeps the rules."""
    book = load_workbook(path)
    return [
        *_names(book),
        *_no_formulas(book, path),
        *_fonts_and_fills(book),
        *_print_sheets(book),
        *_data_sheets(book),
        *_links(book),
        *_counts(book),
        *_charts(path, book),
        *_properties(book, path),
    ]


def _is_data(title: str) -> bool:
    return title in (NOTES, CONNECTIONS, TALLIES, CODES, PROVENANCE)


def _prints(book: Any) -> list[Any]:
    return [sheet for sheet in book if not _is_data(sheet.title)]


def _facts(book: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in book[PROVENANCE].iter_rows(min_row=2, values_only=True)}


# --- 1 names -------------------------------------------------------------------------------------------------


def _names(book: Any) -> Iterator[str]:
    titles = [sheet.title for sheet in book]
    islands = [title for title in titles if title.startswith(BY_ISLAND)]
    connections = [CONNECTIONS] if CONNECTIONS in titles else []
    wanted = [RESULTS, *islands, FIGURES, NOTES, *connections, TALLIES, CODES, PROVENANCE]
    if titles != wanted or not islands:
        yield f"sheets are {titles}, wanted {wanted}"
    for title in titles:
        if len(title.encode("utf-16-le")) // 2 > 31 or re.search(r"[:\\/?*\[\]：￥／？＊［］]", title):
            yield f"sheet name {title!r} is too long or has a forbidden character"
    selected = [sheet.title for sheet in book if sheet.sheet_view.tabSelected]
    if selected != titles[:1]:
        yield f"selected tabs: {selected}"
    edition = _facts(book).get("版")
    for sheet in book:
        colour = (sheet.sheet_properties.tabColor.rgb or "")[-6:] if sheet.sheet_properties.tabColor else ""
        wanted_colour = "7F7F7F" if _is_data(sheet.title) else "7F6000" if edition == "事務局用" else "1F3A5F"
        if colour != wanted_colour:
            yield f"{sheet.title}: tab colour {colour}"
        if sheet.sheet_state != "visible" or sheet.protection.sheet:
            yield f"{sheet.title}: hidden or protected"


# --- 3 no formulas, nothing live ---------------------------------------------------------------------------------


def _no_formulas(book: Any, path: Path) -> Iterator[str]:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield f"{sheet.title}!{cell.coordinate}: formula"
                if isinstance(cell.value, str):
                    if cell.value.startswith("=") and not cell.quotePrefix:
                        yield f"{sheet.title}!{cell.coordinate}: looks like a formula without quotePrefix"
                    if _CONTROL.search(cell.value):
                        yield f"{sheet.title}!{cell.coordinate}: control character"
                if cell.data_type == "e":
                    yield f"{sheet.title}!{cell.coordinate}: error value"
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.search(r"vbaProject|externalLink|connections\.xml|activeX", name):
                yield f"live part {name}"
            if not name.startswith("xl/worksheets/sheet"):
                continue
            if ElementTree.fromstring(archive.read(name)).find(f".//{_MAIN}f") is not None:
                yield f"{name}: formula element"
        book_xml = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        calculation = book_xml.find(f"{_MAIN}calcPr")
        if calculation is not None and calculation.get("fullCalcOnLoad") in ("1", "true"):
            yield "fullCalcOnLoad is on: Excel asks to save on closing"


# --- 6 fonts and fills ---------------------------------------------------------------------------------------------


def _fonts_and_fills(book: Any) -> Iterator[str]:
    for index, font in enumerate(book._fonts):
        if font.name != FONT or (font.sz or 0) < 9:
            yield f"font {index} is {font.name} {font.sz}"
    normal = book._named_styles["Normal"].font
    if normal.name != FONT:
        yield f"Normal is {normal.name}"
    for index, fill in enumerate(book._fills):
        colour = (getattr(fill.fgColor, "rgb", None) or "")[-6:] if fill.fill_type == "solid" else ""
        if fill.fill_type == "solid" and colour not in FILLS:
            yield f"fill {index} is {colour}"
        elif fill.fill_type not in (None, "none", "solid", "gray125", "lightUp"):
            yield f"fill {index} is {fill.fill_type}"


# --- 4, 5 print sheets -----------------------------------------------------------------------------------------------


def _print_sheets(book: Any) -> Iterator[str]:
    facts = _facts(book)
    edition = "【事務局用・取扱注意】" if facts.get("版") == "事務局用" else "【公表用】"
    for sheet in _prints(book):
        where, setup = sheet.title, sheet.page_setup
        number = where.split("_")[0]
        if (setup.paperSize, setup.orientation, setup.firstPageNumber) != (9, "landscape", 1):
            yield f"{where}: paper {setup.paperSize} {setup.orientation} first page {setup.firstPageNumber}"
        if not setup.useFirstPageNumber or not sheet.print_options.horizontalCentered:
            yield f"{where}: first page number unused or not centred"
        if not sheet.print_area:
            yield f"{where}: no print area"
        if where != FIGURES and (sheet.print_title_rows != "$3:$3" or sheet.freeze_panes != "A4"):
            yield f"{where}: print titles {sheet.print_title_rows}, frozen at {sheet.freeze_panes}"
        fit = bool(sheet.sheet_properties.pageSetUpPr.fitToPage)
        if sheet.row_breaks.brk and (fit or setup.scale != 92):
            yield f"{where}: manual breaks with fit {fit} and scale {setup.scale}"
        if len(sheet.row_breaks.brk) > 1000:
            yield f"{where}: {len(sheet.row_breaks.brk)} page breaks"
        if edition not in (sheet.oddHeader.center.text or "") or number not in (
            sheet.oddHeader.right.text or ""
        ):
            yield f"{where}: header {sheet.oddHeader.center.text!r} {sheet.oddHeader.right.text!r}"
        if "&P" not in (sheet.oddFooter.center.text or "") or "&N" in (sheet.oddFooter.center.text or ""):
            yield f"{where}: footer {sheet.oddFooter.center.text!r}"
        if sheet.auto_filter.ref:
            yield f"{where}: has an autofilter"
        yield from _widths_and_heights(sheet)


def _widths_and_heights(sheet: Any) -> Iterator[str]:
    left, top, right, bottom = range_boundaries(sheet.print_area.split("!")[-1].replace("$", ""))
    widths = [sheet.column_dimensions[get_column_letter(c)].width for c in range(left, right + 1)]
    if abs(sum(widths) - PRINT_WIDTH) > 1:
        yield f"{sheet.title}: widths sum to {sum(widths)}"
    merged = {area.coord.split(":")[0]: area for area in sheet.merged_cells.ranges}
    for row in range(top, bottom + 1):
        height = sheet.row_dimensions[row].height
        if height is None or height > 409.5:
            yield f"{sheet.title} row {row}: height {height}"
            continue
        needs = list(_needs(sheet, row, left, right, widths, merged))
        if height < row_height(needs, 0) - 0.5:
            yield f"{sheet.title} row {row}: height {height} is under {row_height(needs, 0)}"


def _needs(
    sheet: Any, row: int, left: int, right: int, widths: list[float], merged: dict[str, Any]
) -> Iterator[tuple[int, float]]:
    for column in range(left, right + 1):
        cell = sheet.cell(row, column)
        if not isinstance(cell, Cell) or not isinstance(cell.value, str) or not cell.alignment.wrap_text:
            continue
        area = merged.get(cell.coordinate)
        last = area.max_col if area is not None else column
        width = sum(widths[column - left : last - left + 1])
        size = float(cell.font.sz or 11)
        yield count_lines(cell.value, line_em(width, size)), size


# --- 3, 9 data sheets -----------------------------------------------------------------------------------------------


def _data_sheets(book: Any) -> Iterator[str]:
    internal = _facts(book).get("版") == "事務局用"
    wanted = {
        NOTES: NOTE_COLUMNS + (INTERNAL_COLUMNS if internal else []),
        TALLIES: TALLY_COLUMNS,
        CODES: CODE_COLUMNS,
        PROVENANCE: PROVENANCE_COLUMNS,
    }
    for name, columns in wanted.items():
        sheet = book[name]
        rows = list(sheet.iter_rows(values_only=True))
        if list(rows[0]) != columns:
            yield f"{name}: columns {[column for column in rows[0] if column not in columns]} differ"
        if sheet.merged_cells.ranges:
            yield f"{name}: merged cells"
        empty = [number for number, row in enumerate(rows, 1) if any(value in (None, "") for value in row)]
        if empty:
            yield f"{name}: empty cells in rows {empty[:5]}"
        width = sum(sheet.column_dimensions[get_column_letter(c)].width for c in range(1, len(columns) + 1))
        fit = sheet.sheet_properties.pageSetUpPr.fitToPage
        scale = A4_POINTS / (width * 6) if fit else sheet.page_setup.scale / 100
        if 10 * scale < 8:
            yield f"{name}: printed at {10 * scale:.1f} points"
        if not fit and sheet.print_title_cols != "$A:$B":
            yield f"{name}: pages across repeat {sheet.print_title_cols}"
        if any(cell.font.name != FONT for cell in sheet[1]):
            yield f"{name}: header font"
        if name != PROVENANCE and sheet.auto_filter.ref != sheet.dimensions:
            yield f"{name}: autofilter {sheet.auto_filter.ref} of {sheet.dimensions}"
        bad = [n for n, row in enumerate(rows[1:], 2) for value in row if value == "〃"]
        if bad:
            yield f"{name}: ditto marks in rows {bad[:5]}"
    notes = book[NOTES]
    if notes.freeze_panes != "C2":
        yield f"{NOTES}: frozen at {notes.freeze_panes}"
    for row in notes.iter_rows(min_row=2):
        value = row[5].value
        if value not in ("該当なし", "競合") and (
            not hasattr(value, "year") or row[5].number_format != "yyyy-mm-dd"
        ):
            yield f"{NOTES} row {row[0].row}: 開催日 {value!r}"
        votes = row[19].value
        if not isinstance(row[3].value, str) or not (votes == "該当なし" or isinstance(votes, int | float)):
            yield f"{NOTES} row {row[0].row}: 団体コード or 票数 has the wrong type"


# --- 7 links ------------------------------------------------------------------------------------------------------


def _links(book: Any) -> Iterator[str]:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                link = cell.hyperlink
                if link is None:
                    continue
                name, _, place = (link.location or "").partition("!")
                name = name.strip("'")
                if link.target or name not in book.sheetnames or book[name][place].value in (None, ""):
                    yield f"{sheet.title}!{cell.coordinate}: link to {link.location or link.target}"


# --- 2, 8 counts ----------------------------------------------------------------------------------------------------


def _counts(book: Any) -> Iterator[str]:
    rows = list(book[NOTES].iter_rows(min_row=2, values_only=True))
    notes = Counter({row[1]: 0 for row in rows}) + Counter(row[1] for row in rows)
    known_votes = [row[19] for row in rows if row[19] != "該当なし"]
    # Votes that nobody entered are no 0: － in print, 該当なし in the data.
    votes, printed_votes = (sum(known_votes), sum(known_votes)) if known_votes else ("該当なし", "－")
    printed: Counter[str] = Counter()
    texts: dict[str, str] = {}
    for sheet in _prints(book):
        if sheet.title.startswith(BY_ISLAND):
            for row in sheet.iter_rows(min_row=4, values_only=True):
                if isinstance(row[0], int):
                    printed[row[1]] += 1 if "続き" not in str(row[8] or "") else 0
                    texts[row[1]] = texts.get(row[1], "") + str(row[5])
    if printed != notes:
        difference = (printed - notes) + (notes - printed)
        yield f"資料3-1 and {NOTES} differ in {list(difference)[:5]}"
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        yield f"{NOTES}: 通し番号 has gaps"
    totals = {row[0]: row for row in book[RESULTS].iter_rows(min_row=4, values_only=True) if row[0]}
    if not rows:
        votes, printed_votes = {"－": ("該当なし", "－")}.get(totals["計"][9], (0, 0))
    if (totals["計"][6], totals["計"][9]) != (len(rows), printed_votes):
        yield f"{RESULTS}: 計 {totals['計'][6]} and {totals['計'][9]}, data {len(rows)} and {printed_votes}"
    wards = Counter(row[2] for row in rows)
    for ward, count in wards.items():
        shown = sum(r[6] for r in book[RESULTS].iter_rows(min_row=4, values_only=True) if r[0] == ward)
        if shown != count:
            yield f"{RESULTS}: {ward} {shown}, data {count}"
    numbers = {str(row[0]) for row in book[TALLIES].iter_rows(min_row=2, values_only=True)}
    # 表5 is about islands: without any there is nothing to count.
    islands = any(row[14] != "該当なし" for row in rows)
    for number in ("資料1", "表1", "表2", "表3", "表4", *(["表5"] if islands else [])):
        if number not in numbers:
            yield f"{TALLIES}: nothing of {number}"
    facts = _facts(book)
    if facts.get("掲載") != len(rows) or facts.get("票数", facts.get("票")) != votes:
        yield f"{PROVENANCE}: 掲載 {facts.get('掲載')}, 票 {facts.get('票数', facts.get('票'))}"
    if facts.get("集めた付箋") != facts.get("掲載", 0) + facts.get("非掲載", 0):
        yield f"{PROVENANCE}: 集めた付箋 is not 掲載 + 非掲載"


# --- 10 charts and properties -----------------------------------------------------------------------------------------


def _charts(path: Path, book: Any) -> Iterator[str]:
    wanted = _wanted_charts(book)
    with zipfile.ZipFile(path) as archive:
        charts = [name for name in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        if len(charts) != wanted:
            yield f"{len(charts)} charts, wanted {wanted}"
        for name in charts:
            root = ElementTree.fromstring(archive.read(name))
            title = "".join(node.text or "" for node in root.find(f".//{_CHART}title").iter() if node.text)  # type: ignore[union-attr]
            if "n=" not in title:
                yield f"{name}: title {title!r} without n="
            for series in root.iter(f"{_CHART}ser"):
                yield from _cached_points(name, series, book)


def _wanted_charts(book: Any) -> int:
    """Four; without participants no per-head chart, without votes in islands no chart of them, 0 for 0 notes."""
    if book[NOTES].max_row == 1:
        return 0
    total = next(row for row in book[RESULTS].iter_rows(min_row=4, values_only=True) if row[0] == "計")
    tallies = {row[0] for row in book[TALLIES].iter_rows(min_row=2, values_only=True)}
    return 2 + bool(isinstance(total[3], int) and total[3]) + ("表5" in tallies)


def _cached_points(name: str, series: ElementTree.Element, book: Any) -> Iterator[str]:
    reference = series.find(f"{_CHART}val/{_CHART}numRef")
    if reference is None:
        yield f"{name}: series without values"
        return
    sheet, _, area = (reference.findtext(f"{_CHART}f") or "").partition("!")
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    cells = [
        book[sheet.strip("'")].cell(row, column).value
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
    points = {
        int(p.get("idx", "0")): float(p.findtext(f"{_CHART}v") or "nan")
        for p in reference.iter(f"{_CHART}pt")
    }
    wanted = {index: float(value) for index, value in enumerate(cells) if isinstance(value, int | float)}
    if any(abs(points.get(index, 0.0) - value) > 1e-9 for index, value in wanted.items()):
        yield f"{name}: cached points differ from {sheet}!{area}"


def _properties(book: Any, path: Path) -> Iterator[str]:
    if (book.properties.creator or "openpyxl") == "openpyxl" or not book.properties.title:
        yield f"creator {book.properties.creator!r}, title {book.properties.title!r}"
    for sheet in book:
        if sheet.dimensions.startswith("A1:XFD"):
            yield f"{sheet.title}: dimensions {sheet.dimensions}"
    if path.stat().st_size > 50 * 1024**2:
        yield "the file is over 50 MB"


if __name__ == "__main__":
    findings = check(Path(sys.argv[1]))
    print("\n".join(findings) or "no findings")
    sys.exit(1 if findings else 0)
