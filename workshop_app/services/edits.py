"""One edit that changes some fields of an entity: what every use case that edits has in common."""

from __future__ import annotations

from collections.abc import Mapping

from workshop_app.domain.errors import NotFound
from workshop_app.domain.fold import TYPE_KEY, EntityState
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import EntityType, NoteField
from workshop_app.domain.numbering import split_number
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.services.ports import UnitOfWork, Workspace


def existing(uow: UnitOfWork, entity_id: EntityId, *types: EntityType) -> EntityState:
    """An entity of one of these types; raises NotFound."""
    state = uow.state(entity_id)
    if state is None or state.type not in types:
        what = "島" if types == (EntityType.ISLAND,) else "付箋" if types == (EntityType.NOTE,) else "もの"
        raise NotFound(
            f"その{what}は見つかりません。今のデータは変わっていません。ボードを開き直して、もう一度試してください。"
        )
    return state


def append_void(uow: UnitOfWork, state: EntityState, reason: str) -> None:
    """Void an entity with all that is known of it now, unless it is voided already."""
    if not state.voided:
        payload = {TYPE_KEY: state.type, "reason": reason}
        uow.append(state.entity_id, OpKind.VOID, payload, state.head_ids)


def append_restore(uow: UnitOfWork, state: EntityState) -> None:
    """Take back every void of an entity."""
    if state.voids:
        live = [mark.op_id for mark in state.voids]
        uow.append(state.entity_id, OpKind.RESTORE, {TYPE_KEY: state.type}, live)


def append_changes(uow: UnitOfWork, state: EntityState, fields: Mapping[str, JsonValue]) -> None:
    """Write the fields whose value is another one now; one that clashes is settled by writing it again."""
    changed = {
        name: value
        for name, value in fields.items()
        if name not in state.fields or state.fields[name].in_conflict or state.fields[name].value != value
    }
    if changed:
        parents = [
            head.op_id for name in changed if name in state.fields for head in state.fields[name].heads
        ]
        uow.append(state.entity_id, OpKind.SET, {TYPE_KEY: state.type} | changed, parents)


def free_split_number(workspace: Workspace, state: EntityState, place: int) -> tuple[int, str]:
    """The first number from 東3A-027-`place` on that no note of the file has, and its place."""
    while _number_is_taken(workspace, number := split_number(str(state.get(NoteField.NUMBER, "")), place)):
        place += 1
    return place, number


def _number_is_taken(workspace: Workspace, number: str) -> bool:
    try:
        return workspace.note_by_number(number) is not None
    except NotFound:
        # Two notes have it.
        return True
