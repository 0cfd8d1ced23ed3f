"""What connects things on the board: arrows with a word, and "says the same" between notes.

Every call is one transaction. Nothing is deleted: `take_away` voids, `put_back` brings back.
"""

from __future__ import annotations

from collections.abc import Iterable

from workshop_app.domain.board import ArrowField, LinkField, Relation, SameMeaning, Scope
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import TYPE_KEY
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import EntityType
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.services.arrange import OFF_BOARD, id_text
from workshop_app.services.edits import append_changes, append_restore, append_void, existing
from workshop_app.services.ports import Workspace

_TAKEN_AWAY = (EntityType.ARROW, EntityType.SAME_MEANING, EntityType.MOMENT)


def add_arrow(
    workspace: Workspace, scope: Scope, source: EntityId, target: EntityId, relation: Relation
) -> Changes:
    """Draw an arrow between two notes or islands; it is the one added entity. Raises NotFound, InvalidInput."""
    if source == target:
        raise InvalidInput("矢印の両端が同じものです。何も変えていません。別の付箋か島につないでください。")
    with workspace.transaction() as uow:
        for end in (source, target):
            existing(uow, end, EntityType.NOTE, EntityType.ISLAND)
        fields = {
            TYPE_KEY: str(EntityType.ARROW),
            ArrowField.FROM: id_text(source),
            ArrowField.TO: id_text(target),
            ArrowField.RELATION: str(relation),
            ArrowField.WORKSHOP: id_text(scope.workshop_id),
            ArrowField.TABLE: scope.table,
        }
        uow.append(uow.new_id(), OpKind.SET, fields, ())
        return uow.changes


def change_arrow(
    workspace: Workspace, arrow_id: EntityId, relation: Relation, *, turned: bool = False
) -> Changes:
    """Give an arrow another word; `turned` lets it point the other way as well."""
    with workspace.transaction() as uow:
        state = existing(uow, arrow_id, EntityType.ARROW)
        fields: dict[str, JsonValue] = {ArrowField.RELATION: str(relation)}
        if turned:
            fields[ArrowField.FROM], fields[ArrowField.TO] = (
                state.get(ArrowField.TO),
                state.get(ArrowField.FROM),
            )
        append_changes(uow, state, fields)
        return uow.changes


def link_same(workspace: Workspace, note_ids: Iterable[EntityId]) -> Changes:
    """Say of notes that they say the same: each is linked to the first; all stay and are counted.

    Two laptops that link the same pair make one link. One that was taken away is put back.
    """
    first, *others = note_ids
    with workspace.transaction() as uow:
        existing(uow, first, EntityType.NOTE)
        for other in others:
            if other == first:
                continue
            existing(uow, other, EntityType.NOTE)
            link_id = SameMeaning.id_of(first, other)
            known = uow.state(link_id)
            if known is not None:
                append_restore(uow, known)
                continue
            one, two = sorted((first, other))
            fields = {
                TYPE_KEY: str(EntityType.SAME_MEANING),
                LinkField.FIRST: id_text(one),
                LinkField.SECOND: id_text(two),
            }
            uow.append(link_id, OpKind.SET, fields, ())
        return uow.changes


def take_away(workspace: Workspace, entity_ids: Iterable[EntityId]) -> Changes:
    """Take arrows, links or moments away; they stay in the file and can be put back."""
    with workspace.transaction() as uow:
        for entity_id in entity_ids:
            append_void(uow, existing(uow, entity_id, *_TAKEN_AWAY), OFF_BOARD)
        return uow.changes


def put_back(workspace: Workspace, entity_ids: Iterable[EntityId]) -> Changes:
    """Put arrows, links or moments back that were taken away."""
    with workspace.transaction() as uow:
        for entity_id in entity_ids:
            append_restore(uow, existing(uow, entity_id, *_TAKEN_AWAY))
        return uow.changes
