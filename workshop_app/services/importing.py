"""Notes from a table that was typed elsewhere: guess the columns, plan, show, then write all or nothing.

An opinion is never dropped because something beside it cannot be understood: the note is kept, and a notice
says which words were not. The plan is pure and may be made in a worker thread.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.changes import Changes
from workshop_app.domain.delimited import decode_table, encoding_label, too_large
from workshop_app.domain.errors import InvalidInput, RefusedFile
from workshop_app.domain.note import MAX_ROUND, MAX_TABLE, MAX_VOTES, NoteDraft
from workshop_app.domain.source_table import (
    COLUMN_NAMES,
    MAX_BYTES,
    UNCHANGED,
    SourceTable,
    known_field,
    known_fields,
)
from workshop_app.domain.text import MAX_NOTE_CHARS, clean_text, fold_text
from workshop_app.services import record
from workshop_app.services.import_codes import CodeReader, is_missing, read_number
from workshop_app.services.ports import UnitOfWork, Watch, Workspace
from workshop_app.services.prepare import this_workshop

FIELDS = tuple(COLUMN_NAMES)
FIELD_LABELS: Mapping[str, str] = {
    "text": "意見",
    "theme": "テーマ",
    "kind": "種別",
    "table": "テーブル",
    "round": "ラウンド",
    "points": "論点",
    "votes": "票",
    "island": "表札",
    "number": "番号",
}
"""What the fields are called on the screen. `number` is recognised and left alone: notes get new numbers."""
MAX_ISLAND_TITLE = 200
_GUESS_ROWS = 500


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person says about the table.

    `columns` maps a field (a key or label of FIELD_LABELS) to a heading, to a column's place counted from 0
    (int), or to '' for none; fields not named are guessed. The other values are for rows that have none;
    theme and kind may be written in any way a cell may write them.
    """

    columns: Mapping[str, str | int] = field(default_factory=dict)
    theme: str | None = None
    kind: str | None = None
    table: int | None = None
    round: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedNote:
    """A note that will be made; `island` is the title (表札) its island is to have."""

    row_no: int
    draft: NoteDraft
    island: str | None = None


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that makes no note, with the reason and the whole words it had."""

    row_no: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know; `rows` are the rows it is about, () for the whole table."""

    message: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """rows = notes + skipped. `same_existing`: how many have a twin among the notes already in the file."""

    rows: int
    notes: int
    skipped: int
    unclassified: int
    same_in_table: int
    same_existing: int


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. `columns` says for each field the heading it is read from, or None.

    `text_is_guess`: no heading says that it is the opinions', and nobody has chosen; good for a preview only.
    """

    name: str
    encoding: str
    sheet: str | None
    columns: Mapping[str, str | None]
    text_is_guess: bool
    unused_columns: tuple[str, ...]
    drafts: tuple[PlannedNote, ...]
    skipped: tuple[SkippedRow, ...]
    notices: tuple[Notice, ...]
    counts: ImportCounts


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    imported: int
    changes: Changes


def read_delimited(path: Path, encoding: str | None = None, *, header: bool | None = None) -> SourceTable:
    """Read a .txt, .csv or .tsv file under limits; raises RefusedFile or InvalidInput with a sentence."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RefusedFile(
                f"「{path.name}」は普通のファイルではありません。{UNCHANGED}ファイルを選んでください。"
            )
        with path.open("rb") as source:
            data = source.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RefusedFile(
            f"「{path.name}」が見つかりません。{UNCHANGED}場所と名前を確かめてください。"
        ) from None
    except OSError as problem:
        raise RefusedFile(
            f"「{path.name}」を読めませんでした。{UNCHANGED}Excel で開いているときは閉じて、もう一度試してください。"
        ) from problem
    if len(data) > MAX_BYTES:
        raise too_large(path.name)
    return decode_table(data, path.name, encoding, header=header)


def guess_columns(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int | None]:
    """For each field the column (from 0) whose heading names it best; the text falls back to the longest."""
    best: dict[str, tuple[int, int]] = {}
    for column, heading in enumerate(headers):
        found = known_field(heading)
        if found is not None and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], column)
    guess: dict[str, int | None] = {name: best[name][1] if name in best else None for name in FIELDS}
    if guess["text"] is None and headers:
        taken = {column for column in guess.values() if column is not None}
        free = [column for column in range(len(headers)) if column not in taken] or range(len(headers))
        sample = rows[:_GUESS_ROWS]
        guess["text"] = max(free, key=lambda c: (sum(len(row[c]) for row in sample if c < len(row)), -c))
    return {name: None if name != "text" and c == guess["text"] else c for name, c in guess.items()}


def plan_import(workspace: Workspace, table: SourceTable, options: ImportOptions) -> ImportPlan:
    """What importing the table into this file would do; reads the file, writes nothing.

    Raises InvalidInput for options that do not fit, and for a merged file, which takes no new notes.
    """
    if workspace.local.workshop_id is None:
        raise InvalidInput(
            "このファイルは統合用で、会場が決まっていません。今のデータは変わっていません。"
            "各会場のファイルに取り込んでから、統合してください。"
        )
    existing = [note.text for note in workspace.notes() if not note.voided]
    limit = record.table_limit(this_workshop(workspace))
    return plan_rows(workspace.agenda(), existing, table, options, limit)


def plan_rows(
    agenda: Agenda,
    existing_texts: Iterable[str],
    table: SourceTable,
    options: ImportOptions,
    tables: int = MAX_TABLE,
) -> ImportPlan:
    """The pure part of `plan_import`: needs no open file. `tables` is the greatest table number."""
    return _Planner(agenda, table, options, tables).plan(set(existing_texts))


def require_text_column(plan: ImportPlan) -> None:
    """Raise InvalidInput while the column of opinions is only a guess: names and dates are no opinions."""
    if plan.text_is_guess:
        headings = [heading for heading in (*plan.columns.values(), *plan.unused_columns) if heading]
        raise InvalidInput(
            f"「{plan.name}」のどの列が意見か、見出しからは分かりません。{UNCHANGED}"
            f"意見の列を選んでください（命令では --column text=見出し。見出し: {'・'.join(headings)}）。"
        )


def run_import(workspace: Workspace, plan: ImportPlan, watch: Watch | None = None) -> ImportReport:
    """Write all planned notes and their islands in one transaction: all of them or nothing.

    Raises InvalidInput, StorageUnavailable and Cancelled; then nothing was written.
    """
    require_text_column(plan)
    if not plan.drafts:
        return ImportReport(0, Changes())
    with workspace.transaction() as uow:
        joined = cast("Workspace", _JoinedWorkspace(workspace, uow))
        tables = record.common_tables(
            (note.draft, note.island) for note in plan.drafts if note.island is not None
        )
        islands = record.ensure_islands(joined, tables, tables)
        drafts = [
            note.draft
            if note.island is None
            else replace(note.draft, island=islands[note.draft.theme, note.island])
            for note in plan.drafts
        ]
        changes = record.add_notes(joined, drafts, watch)
    return ImportReport(len(plan.drafts), changes)


def import_document(plan: ImportPlan, report: ImportReport | None) -> dict[str, Any]:
    """The JSON document of `import --json`; `report` is None for a dry run."""
    return {
        "source": plan.name,
        "encoding": plan.encoding,
        "encoding_label": encoding_label(plan.encoding),
        "sheet": plan.sheet,
        "dry_run": report is None,
        "columns": dict(plan.columns),
        "unused_columns": list(plan.unused_columns),
        "rows": plan.counts.rows,
        "importable": plan.counts.notes,
        "imported": 0 if report is None else report.imported,
        "unclassified": plan.counts.unclassified,
        "same_in_table": plan.counts.same_in_table,
        "same_existing": plan.counts.same_existing,
        "skipped": [{"row": row.row_no, "reason": row.reason, "text": row.text} for row in plan.skipped],
        "notices": [asdict(notice) | {"rows": list(notice.rows)} for notice in plan.notices],
    }


class _JoinedWorkspace:
    """A workspace inside a transaction that is already open: its own transactions are that one.

    So that islands and notes, which are two calls of `record`, are written together or not at all.
    """

    def __init__(self, workspace: Workspace, uow: UnitOfWork) -> None:
        self._workspace = workspace
        self._uow = uow

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork]:
        """The open transaction; leaving it commits nothing yet."""
        yield self._uow

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workspace, name)


class _Planner:
    """One run over the table."""

    def __init__(self, agenda: Agenda, table: SourceTable, options: ImportOptions, tables: int) -> None:
        self._table = table
        self._tables = tables
        self._themes = {point.id: point.theme_id for point in agenda.points()}
        self._codes = CodeReader(agenda)
        self._notices: dict[str, list[int]] = {}
        self._columns = guess_columns(table.headers, [cells for _, cells in table.rows[:_GUESS_ROWS]])
        chosen = _chosen_columns(table, options.columns)
        # A column the person gave to one field is no longer guessed for another.
        free = {name: None if c in chosen.values() else c for name, c in self._columns.items()}
        self._columns = free | chosen
        self._text_is_guess = (
            "text" not in chosen and len(table.headers) > 1 and "text" not in known_fields(table.headers)
        )
        if self._columns["text"] is None:
            raise InvalidInput(f"意見の列が決まっていません。{UNCHANGED}意見の入っている列を選んでください。")
        self._theme = self._default("テーマ", options.theme, self._codes.theme)
        self._kind = self._default("種別", options.kind, self._codes.kind)
        self._table_no = _in_range("テーブル番号", options.table, tables)
        self._round = _in_range("ラウンド", options.round, MAX_ROUND)

    def plan(self, existing: set[str]) -> ImportPlan:
        planned: list[PlannedNote] = []
        skipped: list[SkippedRow] = []
        for row_no, cells in self._table.rows:
            made = self._row(row_no, cells)
            if isinstance(made, SkippedRow):
                skipped.append(made)
            else:
                planned.append(made)
        texts = [note.draft.text for note in planned]
        counts = ImportCounts(
            rows=len(self._table.rows),
            notes=len(planned),
            skipped=len(skipped),
            unclassified=sum(note.draft.theme is None for note in planned),
            same_in_table=len(texts) - len(set(texts)),
            same_existing=sum(text in existing for text in texts),
        )
        used = {column for column in self._columns.values() if column is not None}
        return ImportPlan(
            name=self._table.name,
            encoding=self._table.encoding,
            sheet=self._table.sheet,
            columns={
                name: None if column is None else self._table.headers[column]
                for name, column in self._columns.items()
            },
            text_is_guess=self._text_is_guess,
            unused_columns=tuple(h for column, h in enumerate(self._table.headers) if column not in used),
            drafts=tuple(planned),
            skipped=tuple(skipped),
            notices=tuple(self._all_notices(counts)),
            counts=counts,
        )

    def _all_notices(self, counts: ImportCounts) -> Iterator[Notice]:
        if counts.same_existing:
            yield Notice(
                f"同じ文の付箋がすでに {counts.same_existing:,}枚あります。"
                "同じファイルを前に取り込んでいないか、確かめてください。"
            )
        if not counts.rows:
            yield Notice("見出しの下に意見の行がありません。")
        if counts.same_in_table:
            yield Notice(
                f"この表の中に、前の行と同じ文が {counts.same_in_table:,}行あります。"
                "別の人の意見かもしれないので、すべて取り込みます。"
            )
        yield from map(Notice, self._table.warnings)
        for message, rows in self._notices.items():
            yield Notice(message, tuple(rows))

    def _row(self, row_no: int, cells: Sequence[str]) -> PlannedNote | SkippedRow:
        raw = self._cell(cells, "text")
        cleaned = clean_text(raw)
        if not cleaned.text:
            if cleaned.removed:
                return SkippedRow(row_no, f"目に見えない文字だけです（{'・'.join(cleaned.removed)}）", raw)
            return SkippedRow(row_no, "意見の文字がありません", " ".join(filter(None, cells)))
        if len(cleaned.text) > MAX_NOTE_CHARS:
            reason = f"1枚の付箋に書けるのは {MAX_NOTE_CHARS:,}文字までです（{len(cleaned.text):,}文字）"
            return SkippedRow(row_no, reason, raw)
        if cleaned.removed:
            self._say(f"目に見えない文字を取り除きました（{'・'.join(cleaned.removed)}）。", row_no)
        beyond = [cell for cell in cells[len(self._table.headers) :] if cell.strip()]
        if beyond:
            self._say(f"見出しより右にはみ出した文字は取り込みません（{'・'.join(beyond)}）。", row_no)
        theme, points = self._theme_and_points(row_no, cells)
        draft = NoteDraft(
            text=cleaned.text,
            theme=theme,
            kind=self._code(row_no, cells, "kind", self._kind),
            table=self._number(row_no, cells, "table", 1, self._tables, self._table_no),
            round=self._number(row_no, cells, "round", 1, MAX_ROUND, self._round),
            points=points,
            votes=self._number(row_no, cells, "votes", 0, MAX_VOTES, 0) or 0,
        )
        return PlannedNote(row_no, draft, self._island(row_no, cells))

    def _cell(self, cells: Sequence[str], name: str) -> str:
        column = self._columns.get(name)
        return cells[column] if column is not None and column < len(cells) else ""

    def _code(self, row_no: int, cells: Sequence[str], name: str, default: str | None) -> str | None:
        words = self._cell(cells, name)
        if is_missing(words):
            return default
        found = self._codes.theme(words) if name == "theme" else self._codes.kind(words)
        if found is None:
            kept_as = "未分類" if name == "theme" else "種別なし"
            self._say(f"{FIELD_LABELS[name]}「{words.strip()}」は議題にないため、{kept_as}にします。", row_no)
        return found

    def _number(
        self, row_no: int, cells: Sequence[str], name: str, low: int, high: int, default: int | None
    ) -> int | None:
        words = self._cell(cells, name)
        if is_missing(words):
            return default
        found = read_number(words, low, high)
        if found is None:
            self._say(
                f"{FIELD_LABELS[name]}「{words.strip()}」を {low} から {high:,} までの数として読めないため、"
                f"{'0票' if name == 'votes' else '空'}にします。",
                row_no,
            )
        return found

    def _theme_and_points(self, row_no: int, cells: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
        """A point is of one theme: it names the theme of a row without one, and fits no other."""
        theme = self._code(row_no, cells, "theme", self._theme)
        words = self._cell(cells, "points")
        if is_missing(words):
            return theme, ()
        found, unknown = self._codes.points(words, theme)
        for part in unknown:
            self._say(f"論点「{part}」は議題にないため、つけません。", row_no)
        themes = {self._themes[point] for point in found}
        if theme is None and is_missing(self._cell(cells, "theme")) and len(themes) == 1:
            [theme] = themes
            self._say(f"テーマが空の行は、論点のテーマ（{theme}）にします。", row_no)
        for point in found:
            if self._themes[point] != theme:
                self._say(f"論点「{point}」は行のテーマのものではないため、つけません。", row_no)
        return theme, tuple(point for point in found if self._themes[point] == theme)

    def _island(self, row_no: int, cells: Sequence[str]) -> str | None:
        words = " ".join(clean_text(self._cell(cells, "island")).text.split())
        if is_missing(words):
            return None
        if len(words) > MAX_ISLAND_TITLE:
            self._say(f"表札が {MAX_ISLAND_TITLE}文字より長いため、島に入れません（{words}）。", row_no)
            return None
        return words

    def _say(self, message: str, row_no: int) -> None:
        self._notices.setdefault(message, []).append(row_no)

    def _default(self, label: str, words: str | None, read: Any) -> str | None:
        if words is None or is_missing(words):
            return None
        found: str | None = read(words)
        if found is None:
            raise InvalidInput(
                f"{label}「{words}」はこの議題にありません。{UNCHANGED}議題にある名前を指定してください。"
            )
        return found


def _in_range(label: str, value: int | None, high: int) -> int | None:
    if value is not None and not 1 <= value <= high:
        raise InvalidInput(f"{label}は 1 から {high} までの数で書いてください。{UNCHANGED}")
    return value


def _chosen_columns(table: SourceTable, chosen: Mapping[str, str | int]) -> dict[str, int | None]:
    by_label = {label: name for name, label in FIELD_LABELS.items()}
    out: dict[str, int | None] = {}
    for key, value in chosen.items():
        name = by_label.get(key, key)
        if name not in FIELD_LABELS:
            raise InvalidInput(
                f"「{key}」という項目はありません。{UNCHANGED}次から選んでください（{'・'.join(FIELDS)}）。"
            )
        out[name] = _find_column(table, value)
    return out


def _find_column(table: SourceTable, wanted: str | int) -> int | None:
    if wanted == "":
        return None
    if isinstance(wanted, int):
        if 0 <= wanted < len(table.headers):
            return wanted
    else:
        for names, sought in (
            (table.headers, wanted),
            ([fold_text(h) for h in table.headers], fold_text(wanted)),
            ([str(place) for place in range(1, len(table.headers) + 1)], fold_text(wanted)),
        ):
            if sought in names:
                return list(names).index(sought)
    raise InvalidInput(
        f"「{table.name}」に列「{wanted}」はありません。{UNCHANGED}次から選んでください（{'・'.join(table.headers)}）。"
    )
