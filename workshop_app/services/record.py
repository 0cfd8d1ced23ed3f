"""Recording at the table: add, edit, void and restore notes. Every call is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import IslandField
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput, NotFound
from workshop_app.domain.fold import TYPE_KEY, EntityState
from workshop_app.domain.ids import EntityId, derived_entity_id
from workshop_app.domain.note import (
    EDITABLE_FIELDS,
    MAX_TABLE,
    EntityType,
    NoteDraft,
    NoteField,
    Workshop,
    checked_fields,
)
from workshop_app.domain.numbering import format_number, number_prefix
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.services.edits import append_changes
from workshop_app.services.ports import UnitOfWork, Watch, Workspace
from workshop_app.services.prepare import this_workshop

UNDO_REASON = "入力の取り消し（元に戻す）"
"""Reason written when a note just typed is taken back with undo; it stays in the file and is counted."""
_READ_AT_ONCE = 500
_NOTE_TYPE = {TYPE_KEY: str(EntityType.NOTE)}


def add_notes(workspace: Workspace, drafts: Sequence[NoteDraft], watch: Watch | None = None) -> Changes:
    """Save new notes, all or none; their numbers are given here and never change.

    Raises InvalidInput (text empty or too long, unknown theme, kind or point, a point of another theme, a
    table the workshop does not have, or a file without a workshop), StorageUnavailable and Cancelled; in each case nothing was written.
    """
    local, workshop = workspace.local, this_workshop(workspace)
    agenda = workspace.agenda()
    ward_short = agenda.ward(workshop.ward_id).short
    prepared = [_with_checked_codes(agenda, draft.fields()) for draft in drafts]
    for fields in prepared:
        require_table(workshop, fields[NoteField.TABLE])
        require_points_of_theme(agenda, fields[NoteField.THEME], fields[NoteField.POINTS])
    with workspace.transaction() as uow:
        for done, fields in enumerate(prepared):
            _say(watch, "付箋を保存しています", done, len(prepared))
            prefix = number_prefix(ward_short, fields[NoteField.TABLE], local.device_mark)
            number = format_number(prefix, uow.next_running_number(prefix))
            birth = {
                NoteField.NUMBER: number,
                NoteField.WORKSHOP: bytes(workshop.workshop_id).hex(),
                NoteField.DEVICE: local.device_mark,
            }
            uow.append(uow.new_id(), OpKind.SET, _NOTE_TYPE | fields | birth, ())
        return uow.changes


def edit_note(workspace: Workspace, note_id: EntityId, fields: Mapping[str, JsonValue]) -> Changes:
    """Change some fields of one note; fields that already have the value are left alone.

    Raises NotFound, InvalidInput (also for a voided note) and StorageUnavailable.
    """
    unknown = set(fields) - EDITABLE_FIELDS
    if unknown:
        raise ValueError(f"not editable: {sorted(unknown)}")
    checked = _with_checked_codes(workspace.agenda(), checked_fields(fields))
    with workspace.transaction() as uow:
        state = _existing(uow, note_id)
        if state.voided:
            raise InvalidInput("この付箋は取り消されています。直すときは、先に「戻す」を押してください。")
        place = str(state.get(NoteField.WORKSHOP, ""))
        here = next((w for w in workspace.workshops() if bytes(w.workshop_id).hex() == place), None)
        if here is not None:
            require_table(here, checked.get(NoteField.TABLE))
        append_changes(uow, state, checked)
        return uow.changes


def void_notes(
    workspace: Workspace, note_ids: Iterable[EntityId], reason: str, watch: Watch | None = None
) -> Changes:
    """Take notes back with a reason; they stay in the file, are counted, and can be restored."""
    return void_each(workspace, dict.fromkeys(note_ids, reason), watch)


def void_each(workspace: Workspace, reasons: Mapping[EntityId, str], watch: Watch | None = None) -> Changes:
    """Take notes back, each with a reason of its own, all or none."""
    if not all(reason.strip() for reason in reasons.values()):
        raise InvalidInput("取り消す理由を選ぶか、書いてください。付箋はそのまま残っています。")
    with workspace.transaction() as uow:
        for note_id, state in _states(uow, list(reasons), watch, "付箋を取り消しています"):
            if not state.voided:
                payload = _NOTE_TYPE | {"reason": reasons[note_id].strip()}
                uow.append(note_id, OpKind.VOID, payload, state.head_ids)
        return uow.changes


def restore_notes(workspace: Workspace, note_ids: Iterable[EntityId], watch: Watch | None = None) -> Changes:
    """Bring voided notes back."""
    with workspace.transaction() as uow:
        for note_id, state in _states(uow, list(note_ids), watch, "付箋を戻しています"):
            if state.voids:
                uow.append(note_id, OpKind.RESTORE, _NOTE_TYPE, [mark.op_id for mark in state.voids])
        return uow.changes


def ensure_islands(
    workspace: Workspace,
    titles: Iterable[tuple[str | None, str]],
    tables: Mapping[tuple[str | None, str], int | None] | None = None,
) -> dict[tuple[str | None, str], EntityId]:
    """Find or make an island per (theme, title) in this file's workshop; the same title is the same island.

    The id is derived from workshop, theme and title, so importing one list twice or on two laptops of one
    workshop makes no second island. `tables` says at which table a new one stands, where it stands at one.
    """
    local = workspace.local
    base = "" if local.workshop_id is None else bytes(local.workshop_id).hex()
    wanted = {
        (theme, title): derived_entity_id("island", base, theme or "", title)
        for theme, title in dict.fromkeys(titles)
    }
    known = {island.island_id for island in workspace.islands()}
    missing = {key: island_id for key, island_id in wanted.items() if island_id not in known}
    if missing:
        with workspace.transaction() as uow:
            for (theme, title), island_id in missing.items():
                fields: dict[str, JsonValue] = {
                    TYPE_KEY: str(EntityType.ISLAND),
                    IslandField.TITLE: title,
                    IslandField.THEME: theme,
                    IslandField.WORKSHOP: base,
                }
                table = (tables or {}).get((theme, title))
                if table is not None:
                    fields[IslandField.TABLE] = table
                uow.append(island_id, OpKind.SET, fields, ())
    return wanted


def common_tables(
    drafts: Iterable[tuple[NoteDraft, str]],
) -> dict[tuple[str | None, str], int | None]:
    """For each island (theme and title) of these notes the table at which all of them were written, if it is one."""
    tables: dict[tuple[str | None, str], set[int | None]] = {}
    for draft, title in drafts:
        tables.setdefault((draft.theme, title), set()).add(draft.table)
    return {key: next(iter(found)) if len(found) == 1 else None for key, found in tables.items()}


def _states(
    uow: UnitOfWork, note_ids: Sequence[EntityId], watch: Watch | None, what: str
) -> Iterator[tuple[EntityId, EntityState]]:
    """Each note as it stands, read in few queries; between two of them the person may stop the work."""
    for done, note_id in enumerate(note_ids):
        if done % _READ_AT_ONCE == 0:
            uow.read_ahead(note_ids[done : done + _READ_AT_ONCE])
        _say(watch, what, done, len(note_ids))
        yield note_id, _existing(uow, note_id)


def _say(watch: Watch | None, what: str, done: int, of: int) -> None:
    if watch is not None:
        watch.step(what, done, of)


def _existing(uow: UnitOfWork, note_id: EntityId) -> EntityState:
    state = uow.state(note_id)
    if state is None or state.type != EntityType.NOTE:
        raise NotFound("その付箋は見つかりません。番号を確かめてください。今のデータは変わっていません。")
    return state


def require_table(workshop: Workshop, table: int | None) -> None:
    """Refuse a table above the number of tables; raises InvalidInput. What is not settled limits nothing."""
    tables = table_limit(workshop)
    if table is not None and table > tables:
        raise InvalidInput(
            f"テーブル {table} はありません。この会場のテーブルは {tables} までです。今のデータは変わっていません。"
            "番号か、会場のテーブルの数を直してください。"
        )


def table_limit(workshop: Workshop) -> int:
    """The greatest table number a note of this workshop may have."""
    return MAX_TABLE if workshop.tables is None or "tables" in workshop.conflicts else workshop.tables


def require_points_of_theme(agenda: Agenda, theme: str | None, points: Iterable[str]) -> None:
    """Refuse agenda points of another theme than the note's; raises InvalidInput.

    A merge may still bring the two together, and an undo may put that back: it is no rule of the stored data.
    """
    themes = {point.id: point.theme_id for point in agenda.points()}
    strange = [point for point in points if themes.get(point, theme) != theme]
    if strange:
        own = "未分類" if theme is None else theme
        raise InvalidInput(
            f"論点「{'・'.join(strange)}」は、この付箋のテーマ（{own}）のものではありません。"
            "今のデータは変わっていません。テーマか論点を直してください。"
        )


def _with_checked_codes(agenda: Agenda, fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse themes, kinds and points that this file's agenda does not have."""
    try:
        if fields.get(NoteField.THEME) is not None:
            fields[NoteField.THEME] = agenda.theme(fields[NoteField.THEME]).id
        if fields.get(NoteField.KIND) is not None:
            fields[NoteField.KIND] = agenda.kind(fields[NoteField.KIND]).id
        for point in fields.get(NoteField.POINTS) or ():
            agenda.point(point)
    except LookupError as problem:
        raise InvalidInput(f"{problem.args[0]}今のデータは変わっていません。") from problem
    return fields
