"""Settling what clashes, and removing a text on request. Every call is one transaction.

A settling edit names all heads of its field as parents. It travels by merge like any edit, and whoever has it
has the question settled too. What was not chosen stays in the history.
"""

from __future__ import annotations

from collections.abc import Collection

from workshop_app.domain.changes import Changes
from workshop_app.domain.conflict import text_edits
from workshop_app.domain.errors import InvalidInput, NotFound
from workshop_app.domain.fold import TYPE_KEY, VOID_FIELD, EntityState, value_key
from workshop_app.domain.ids import EntityId, derived_entity_id
from workshop_app.domain.note import CARRIED_BY_SPLIT, Conflict, ConflictValue, EntityType, NoteField
from workshop_app.domain.op import JsonValue, OpId, OpKind
from workshop_app.domain.text import require_note_text
from workshop_app.services.edits import append_restore, append_void, free_split_number
from workshop_app.services.ports import UnitOfWork, Workspace

MIN_VALUE_PREFIX = 8
"""Fewest characters of a value's id by which it may be named."""


def keep_value(workspace: Workspace, entity_id: EntityId, field: str, op_id: bytes) -> Changes:
    """Settle a conflict by one of its values; for `void` that is a void or an edit it had not seen.

    Raises InvalidInput when it is settled already, NotFound when that value is no longer among the choices,
    and StorageUnavailable; then nothing was written.
    """
    with workspace.transaction() as uow:
        state = _clashing(uow, entity_id, field)
        if field == VOID_FIELD:
            _settle_void(uow, state, op_id)
        else:
            heads = state.fields[field].heads
            chosen = next((head for head in heads if head.op_id == op_id and not head.redacted), None)
            if chosen is None:
                raise _not_among()
            _set(uow, state, field, chosen.value)
        return uow.changes


def write_text(workspace: Workspace, note_id: EntityId, text: str) -> Changes:
    """Settle a note's clashing texts by a third one; raises as `keep_value`, InvalidInput for unusable text."""
    clean = require_note_text(text)
    with workspace.transaction() as uow:
        _set(uow, _clashing(uow, note_id, NoteField.TEXT), NoteField.TEXT, clean)
        return uow.changes


def keep_both(workspace: Workspace, note_id: EntityId) -> Changes:
    """Settle a note's clashing texts by letting each be a note of its own; raises as `keep_value`.

    The note keeps the wording it has been showing. Ids and numbers of the others follow from the note and the
    edits alone, so two clerks who do the same make the same notes, and doing it again makes none.
    """
    with workspace.transaction() as uow:
        state = _clashing(uow, note_id, NoteField.TEXT)
        if state.voided:
            raise InvalidInput(
                "この付箋は取り消されています。どの文も残っています。分けるときは、先に付箋を戻してください。"
            )
        *others, kept = state.fields[NoteField.TEXT].distinct
        _set(uow, state, NoteField.TEXT, kept.value)
        place = 2
        for head in others:
            split_id = derived_entity_id("split", bytes(note_id).hex(), head.op_id.hex())
            known = uow.state(split_id)
            if known is not None:
                append_restore(uow, known)
                continue
            place, number = free_split_number(workspace, state, place)
            place += 1
            fields = {name: state.get(name) for name in CARRIED_BY_SPLIT if name in state.fields} | {
                TYPE_KEY: str(EntityType.NOTE),
                NoteField.NUMBER: number,
                NoteField.TEXT: head.value,
                NoteField.VOTES: 0,
                NoteField.SPLIT_FROM: bytes(note_id).hex(),
            }
            uow.append(split_id, OpKind.SET, fields, ())
        return uow.changes


def choose_value(workspace: Workspace, entity_id: EntityId, field: str, value: JsonValue) -> Changes:
    """Give a settled field another value: undo, redo, and choosing again. The same value writes nothing.

    Raises NotFound, InvalidInput when the field clashes anew (that must be looked at first), StorageUnavailable.
    """
    with workspace.transaction() as uow:
        state = _existing(uow, entity_id)
        if field in state.conflicts:
            raise InvalidInput(
                "その後に届いた内容と、また違いが出ています。どちらも残っています。並べて見てから選んでください。"
            )
        if field not in state.fields or value_key(state.fields[field].value) != value_key(value):
            _set(uow, state, field, value)
        return uow.changes


def void_entity(workspace: Workspace, entity_id: EntityId, reason: str) -> Changes:
    """Void one entity with all that is known of it now, unless it is voided already."""
    with workspace.transaction() as uow:
        append_void(uow, _existing(uow, entity_id), reason)
        return uow.changes


def revoke_voids(workspace: Workspace, entity_id: EntityId) -> Changes:
    """Take back every void of one entity."""
    with workspace.transaction() as uow:
        append_restore(uow, _existing(uow, entity_id))
        return uow.changes


def void_again(workspace: Workspace, entity_id: EntityId, void_ids: Collection[bytes]) -> Changes:
    """Put voids back that were taken back: each covers what it had seen, no more."""
    with workspace.transaction() as uow:
        state = _existing(uow, entity_id)
        for op in uow.ops(entity_id):
            if op.op_id in void_ids:
                _void(uow, state, str(op.fields().get("reason") or ""), op.parents)
        return uow.changes


def redact_note(workspace: Workspace, note_id: EntityId, reason: str) -> Changes:
    """Remove a note's text, earlier wordings too, because somebody asked for it; the note stays and is counted.

    A note split from this one has its own text and is removed by its own call. Raises NotFound, InvalidInput
    without a reason or when there is no text left, StorageUnavailable.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput("取り除く理由を書いてください。付箋はそのまま残っています。")
    with workspace.transaction() as uow:
        state = _existing(uow, note_id)
        text = state.fields.get(NoteField.TEXT)
        if state.type != EntityType.NOTE or text is None:
            raise NotFound("その付箋は見つかりません。番号を確かめてください。今のデータは変わっていません。")
        if all(head.redacted for head in text.heads):
            raise InvalidInput(
                "この付箋の文は、もう取り除いてあります。付箋の数は変わりません。することはありません。"
            )
        payload = {TYPE_KEY: state.type, "reason": reason, "fields": [str(NoteField.TEXT)]}
        uow.append(note_id, OpKind.REDACT, payload, text_edits(uow.ops(note_id)))
        return uow.changes


def find_conflict(workspace: Workspace, name: str) -> Conflict:
    """An open conflict by its id, or by a note's number when that note has just one.

    Raises NotFound, or InvalidInput when it is settled already or the note has several.
    """
    found = workspace.conflicts()
    exact = next((conflict for conflict in found if conflict.conflict_id == name), None)
    if exact is not None:
        return exact
    if ":" in name:
        raise _settled_already()
    note = workspace.note_by_number(name)
    if note is None:
        raise NotFound(
            f"「{name}」という競合も付箋もありません。conflicts で確かめてください。今のデータは変わっていません。"
        )
    own = [conflict for conflict in found if conflict.entity_id == note.note_id]
    if not own:
        raise _settled_already()
    if len(own) > 1:
        ids = "、".join(conflict.conflict_id for conflict in own)
        raise InvalidInput(
            f"{name} には決めることが {len(own)}件あります。今のデータは変わっていません。"
            f"次のどれかで指定してください: {ids}。"
        )
    return own[0]


def find_value(conflict: Conflict, prefix: str) -> ConflictValue:
    """One of the clashing values by its id or the beginning of it; raises InvalidInput."""
    found = [value for value in conflict.values if value.op_id.hex().startswith(prefix.lower())]
    if len(prefix) < MIN_VALUE_PREFIX or len(found) != 1:
        raise InvalidInput(
            f"「{prefix}」では、どの内容か決まりません。今のデータは変わっていません。"
            f"conflicts --json に出る値の id を、初めから {MIN_VALUE_PREFIX}文字以上、ほかと分かれる所まで書いてください。"
        )
    return found[0]


# --- inside --------------------------------------------------------------------------------------------


def _set(uow: UnitOfWork, state: EntityState, field: str, value: JsonValue) -> None:
    """Put one value in the place of all heads. What was voided stays voided: its void must cover the new head."""
    known = state.fields.get(field)
    parents = [] if known is None else [head.op_id for head in known.heads]
    uow.append(state.entity_id, OpKind.SET, {TYPE_KEY: state.type, field: value}, parents)
    if state.void_reason is not None:
        _void(uow, state, state.void_reason, _existing(uow, state.entity_id).head_ids)


def _settle_void(uow: UnitOfWork, state: EntityState, op_id: bytes) -> None:
    mark = next((mark for mark in state.voids if mark.op_id == op_id), None)
    if mark is not None:
        _void(uow, state, mark.reason, state.head_ids)
    elif op_id in state.uncovered:
        append_restore(uow, state)
    else:
        raise _not_among()


def _void(uow: UnitOfWork, state: EntityState, reason: str, covers: Collection[OpId]) -> None:
    uow.append(state.entity_id, OpKind.VOID, {TYPE_KEY: state.type, "reason": reason}, covers)


def _clashing(uow: UnitOfWork, entity_id: EntityId, field: str) -> EntityState:
    state = _existing(uow, entity_id)
    if field not in state.conflicts:
        raise _settled_already()
    return state


def _existing(uow: UnitOfWork, entity_id: EntityId) -> EntityState:
    state = uow.state(entity_id)
    if state is None:
        raise NotFound("その付箋は見つかりません。番号を確かめてください。今のデータは変わっていません。")
    return state


def _settled_already() -> InvalidInput:
    return InvalidInput(
        "この競合は、もう決まっています。どの内容も履歴に残っています。今のデータは変わっていません。"
    )


def _not_among() -> NotFound:
    return NotFound(
        "選んだ内容は、その後に変わっています。今のデータは変わっていません。もう一度、並べて見てから選んでください。"
    )
