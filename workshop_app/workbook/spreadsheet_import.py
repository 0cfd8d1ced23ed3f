"""A workbook from outside as one plain table, or one plain sentence; never a hang, never a traceback.

The reading happens in `spreadsheet_worker`, in a process that has limits and is killed when its time is up.
"""

from __future__ import annotations

import re
import stat
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workshop_app import worker_process
from workshop_app.domain.delimited import too_large
from workshop_app.domain.errors import RefusedFile, WorkshopError
from workshop_app.domain.source_table import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    UNCHANGED,
    Record,
    SourceTable,
    check_size,
    known_field,
    make_table,
)
from workshop_app.workbook import spreadsheet_worker

SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods")
"""What is sent here by its name; only the first three can be read, the others get a helpful sentence."""
TIME_LIMIT_S = 60.0
_FILLED_FIELDS = frozenset({"theme", "kind", "table", "round", "island"})
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_RESAVE = "Excel で開いて .xlsx で保存し直してから、もう一度選んでください。"
_REFUSALS = {
    "damaged": f"は壊れているか、Excel の形ではないため読めません。{UNCHANGED}{_RESAVE}",
    "not_workbook": f"は Excel の .xlsx ではありません。{UNCHANGED}{_RESAVE}",
    "encrypted": f"にはパスワードがかかっています。{UNCHANGED}Excel でパスワードを外し、.xlsx で保存し直してください。",
    "old": f"は古い形の Excel か、パスワード付きのファイルです。{UNCHANGED}Excel で開き、パスワードを外して .xlsx で保存し直してください。",
    "bomb": f"は広げると大きくなりすぎるため、読むのをやめました。{UNCHANGED}"
    "意見の表だけを新しいブックに写して、.xlsx で保存し直してください。",
    "memory": f"は大きすぎて読めません。{UNCHANGED}意見の表だけを新しいブックに写して、保存し直してください。",
    "time": f"は {TIME_LIMIT_S:.0f}秒では読み終わらないため、やめました。{UNCHANGED}"
    "意見の表だけを新しいブックに写して、保存し直してください。",
    "no_sheets": f"には読める表のシートがありません。{UNCHANGED}{_RESAVE}",
    "start": f"を読むための準備ができませんでした。{UNCHANGED}本アプリを開き直して、もう一度試してください。",
    "cancelled": f"の読み込みをやめました。{UNCHANGED}",
}


def is_spreadsheet(path: Path) -> bool:
    """True for a file whose name says workbook; it goes to `read_xlsx`, anything else to the text reader."""
    return path.suffix.lower() in SPREADSHEET_SUFFIXES


def read_xlsx(
    path: Path,
    sheet: str | None = None,
    *,
    header: bool | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    cancelled: threading.Event | None = None,
) -> SourceTable:
    """Read one sheet of a workbook (None: the one that looks like opinions); callable from any thread.

    `header` as in `decode_table`. Hidden rows and sheets are read like any other and named in the warnings.
    Raises RefusedFile with one sentence for whatever cannot be read, within `time_limit_s` seconds.
    """
    _check_outside(path)
    arguments = (str(path), sheet, MAX_ROWS, MAX_COLUMNS)
    answer = worker_process.ask(
        spreadsheet_worker.work, arguments, time_limit_s=time_limit_s, cancelled=cancelled
    )
    refused = answer.get("refused")
    if refused is not None:
        raise _refusal(path, str(refused), sheet, answer.get("detail", ()))
    name = str(answer["sheet"])
    said = _warnings(answer, name, chosen=sheet is not None)
    rows = [(int(number), tuple(map(str, cells))) for number, cells in answer["rows"]]
    try:
        table = make_table(path.name, "xlsx", rows, sheet=name, header=header, warnings=said)
    except RefusedFile as problem:
        if rows or len(answer["sheets"]) == 1:
            raise
        raise RefusedFile(
            f"「{path.name}」のシート「{name}」には文字がありません。{UNCHANGED}"
            f"意見のあるシートを選んでください（{'・'.join(answer['sheets'])}）。"
        ) from problem
    return replace(_with_merged_values(table, answer["merged"]), sheets=tuple(answer["sheets"]))


def _check_outside(path: Path) -> None:
    """What can be told without unpacking anything."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise RefusedFile(
                f"「{path.name}」は普通のファイルではありません。{UNCHANGED}ファイルを選んでください。"
            )
        if found.st_size > MAX_BYTES:
            raise too_large(path.name)
        with path.open("rb") as source:
            start = source.read(8)
    except OSError as problem:
        raise RefusedFile(
            f"「{path.name}」を読めませんでした。{UNCHANGED}場所と名前を確かめ、Excel で開いているときは閉じてください。"
        ) from problem
    if not start:
        raise RefusedFile(
            f"「{path.name}」は空のファイルです。{UNCHANGED}意見の入っているファイルを選んでください。"
        )
    if start.startswith((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08", b"\x09\x04", b"\x09\x02")):
        raise _refusal(path, "old", None, ())
    if not start.startswith(b"PK"):
        raise _refusal(path, "not_workbook", None, ())


def _refusal(path: Path, code: str, sheet: str | None, detail: Sequence[str]) -> WorkshopError:
    if code == "rows":
        return _size_problem(path, MAX_ROWS + 1, 0)
    if code == "columns":
        return _size_problem(path, 0, MAX_COLUMNS + 1)
    if code == "no_such_sheet":
        names = "・".join(detail)
        return RefusedFile(
            f"「{path.name}」にシート「{sheet}」はありません。{UNCHANGED}次から選んでください（{names}）。"
        )
    return RefusedFile(f"「{path.name}」{_REFUSALS.get(code, _REFUSALS['damaged'])}")


def _size_problem(path: Path, rows: int, columns: int) -> WorkshopError:
    try:
        check_size(path.name, rows, columns)
    except RefusedFile as problem:
        return problem
    raise ValueError("within the limits")


def _warnings(answer: dict[str, Any], sheet: str, *, chosen: bool) -> list[str]:
    said = []
    others = [name for name in answer["sheets"] if name != sheet]
    if others and not chosen:
        said.append(f"シート「{sheet}」を読みました。ほかのシートは読んでいません（{_few(others)}）。")
    hidden = answer["hidden_sheets"]
    if hidden:
        said.append(f"表示されていないシートがあります（{_few(hidden)}）。")
    filled = {row[0] for row in answer["rows"]}
    hidden_rows = [number for number in answer["hidden_rows"] if number in filled]
    if hidden_rows:
        said.append(f"表示されていない行も読みました（{_few(hidden_rows)}行目）。")
    if answer["formulas_without_value"]:
        said.append(
            f"計算の結果が保存されていない数式が {answer['formulas_without_value']:,}か所あり、空として読みました。"
            "Excel で開いて保存し直すと読めます。"
        )
    return said


def _few(items: Sequence[object]) -> str:
    return "・".join(map(str, items[:10])) + ("…" if len(items) > 10 else "")


def _with_merged_values(table: SourceTable, ranges: Sequence[str]) -> SourceTable:
    """Give every row of a merged cell its value, in columns such as テーマ; an opinion is never doubled."""
    fields = [known_field(heading) for heading in table.headers]
    places = {number: index for index, (number, _) in enumerate(table.rows)}
    rows: list[Record] = list(table.rows)
    filled, budget = 0, 10 * MAX_ROWS
    for match in filter(None, map(_RANGE.fullmatch, ranges)):
        column, last_column = _column_index(match[1]), _column_index(match[3])
        first, last = int(match[2]), int(match[4])
        field = fields[column] if column == last_column and column < len(fields) else None
        if field is None or field[0] not in _FILLED_FIELDS or first not in places:
            continue
        value = rows[places[first]][1][column]
        # Real ranges do not overlap; a file made to hurt may repeat one a million times.
        last = min(last, table.rows[-1][0], first + budget)
        budget -= last - first
        for number in range(first + 1, last + 1):
            index = places.get(number)
            if value and index is not None and not rows[index][1][column]:
                cells = list(rows[index][1])
                cells[column] = value
                rows[index] = (number, tuple(cells))
                filled += 1
    if not filled:
        return table
    said = f"結合されたセルは、{filled:,}行で上と同じ値として読みました。"
    return SourceTable(
        table.name, table.encoding, table.sheet, table.headers, tuple(rows), (*table.warnings, said)
    )


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
