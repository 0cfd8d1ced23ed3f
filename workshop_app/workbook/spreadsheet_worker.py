"""Reading a workbook from outside, in a process of its own that may die without harm.

Only the standard library and the domain are imported here, and openpyxl only inside the process: the
function must be found by a fresh interpreter (spawn, frozen build) without loading window or database.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from multiprocessing.connection import Connection
from typing import Any
from xml.parsers import expat

from workshop_app.domain.source_table import known_fields
from workshop_app.worker_process import limit_resources, send

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 400 * 1024**2
MAX_RATIO = 200
MIN_RATIO_BYTES = 20 * 1024**2
MAX_SHEETS = 100
MAX_SHEET_ROWS = 1_048_576
PEEK_ROWS = 25
MEMORY_BYTES = 2 * 1024**3

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Refused(Exception):
    """Carries the code of a sentence of spreadsheet_import."""


def work(path: str, sheet: str | None, max_rows: int, max_columns: int, answer: Connection) -> None:
    """Read one sheet (None: the likeliest) and send {'sheet', 'rows', …} or {'refused': code, 'detail': […]}."""
    limit_resources(MEMORY_BYTES)
    warnings.simplefilter("ignore")
    try:
        document = _read(path, sheet, max_rows, max_columns)
    except Refused as problem:
        document = {"refused": problem.args[0], "detail": list(problem.args[1:])}
    except MemoryError:
        document = {"refused": "memory"}
    except Exception as problem:  # Whatever openpyxl trips over: the file is not readable as a workbook.
        document = {"refused": "damaged", "detail": [type(problem).__name__]}
    send(answer, document)
    answer.close()


def _read(path: str, sheet: str | None, max_rows: int, max_columns: int) -> dict[str, Any]:
    check_archive(path)
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    sheets: dict[str, Any] = {each.title: each for each in book.worksheets[:MAX_SHEETS]}
    if not sheets:
        raise Refused("no_sheets")
    if sheet is None:
        sheet = _likely_sheet(sheets)
    if sheet not in sheets:
        raise Refused("no_such_sheet", *sheets)
    rows: list[tuple[int, list[str]]] = []
    for number, cells in _rows(sheets[sheet], MAX_SHEET_ROWS):
        if any(cells):
            if len(rows) > max_rows + 100:
                raise Refused("rows")
            if len(cells) > max_columns and any(cells[max_columns:]):
                raise Refused("columns")
            rows.append((number, cells[:max_columns]))
    facts = _Facts()
    # The one private name used: openpyxl's read-only sheet tells hidden rows and merges to nobody.
    part = getattr(sheets[sheet], "_worksheet_path", None)
    if part is not None:
        with zipfile.ZipFile(path) as archive, archive.open(part) as source:
            facts.read(source)
    return {
        "sheet": sheet,
        "rows": rows,
        "hidden_sheets": [name for name, each in sheets.items() if each.sheet_state != "visible"],
        "sheets": list(sheets),
        "hidden_rows": facts.hidden_rows,
        "merged": facts.merged,
        "formulas_without_value": facts.formulas_without_value,
    }


def _likely_sheet(sheets: dict[str, Any]) -> str:
    """The visible sheet whose top names most of the columns we know; else the first with anything on it."""
    best, best_score = next(iter(sheets)), (-1, -1, -1)
    for name, sheet in sheets.items():
        top = [cells for _, cells in _rows(sheet, PEEK_ROWS) if any(cells)]
        fields = max((known_fields(cells) for cells in top), key=len, default=set())
        visible = sheet.sheet_state == "visible"
        score = (int("text" in fields and visible), int(bool(top)) + int(bool(top) and visible), len(fields))
        if score > best_score:
            best, best_score = name, score
    return best


def check_archive(path: str) -> None:
    """Look at the directory of the ZIP before anything is unpacked; raises Refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise Refused("bomb")
            total = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries)
            if total > MAX_UNPACKED_BYTES or (total > MIN_RATIO_BYTES and total > MAX_RATIO * packed):
                raise Refused("bomb")
            if any(entry.flag_bits & 1 for entry in entries):
                raise Refused("encrypted")
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names:
                raise Refused("not_workbook")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as source:
                        if b"<!DOCTYPE" in source.read(4_096):
                            raise Refused("damaged", "DOCTYPE")
    except zipfile.BadZipFile:
        raise Refused("damaged", "ZIP") from None


def _rows(sheet: Any, limit: int) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers; the size a sheet claims is not believed (some claim a million rows)."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > limit:
            return
        yield number, [cell_text(value) for value in row]


def cell_text(value: object) -> str:
    """A cell's value as plain text: 3.0 is '3', dates are ISO, error values stand as they are."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(" ", "minutes" if not (value.second or value.microsecond) else "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return unescaped(str(value))


def unescaped(text: str) -> str:
    """Undo Excel's own escape: `_x000D_` is a carriage return, `_x005F_` an underscore."""
    if "_x" not in text:
        return text
    out = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return out.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Facts:
    """What openpyxl's read-only mode leaves out, from one pass over the sheet's XML."""

    def __init__(self) -> None:
        self.hidden_rows: list[int] = []
        self.merged: list[str] = []
        self.formulas_without_value = 0
        self._row = 0
        self._formula = self._value = False
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self, source: Any) -> None:
        with suppress(expat.ExpatError):
            self._parser.ParseFile(source)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        if tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isascii() and number.isdigit() else self._row + 1
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self._row)
        elif tag == "c":
            # A formula may rightly give an empty text; then it has a type and an empty value.
            self._formula, self._value = False, attributes.get("t") == "str"
        elif tag == "f":
            self._formula = True
        elif tag == "v" and self._formula:
            self._parser.CharacterDataHandler = self._text
        elif tag == "mergeCell" and len(self.merged) < 100_000:
            self.merged.append(attributes.get("ref", ""))

    def _text(self, text: str) -> None:
        self._value = True

    def _end(self, name: str) -> None:
        if name.endswith("}v"):
            self._parser.CharacterDataHandler = None
        elif name.endswith("}c") and self._formula and not self._value:
            self.formulas_without_value += 1
