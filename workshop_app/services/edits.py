"""One edit that changes some fields of an entity: what every use case that edits has in common."""

from __future__ import annotations

from collections.abc import Mapping

from workshop_app.domain.fold import TYPE_KEY, EntityState
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.services.ports import UnitOfWork


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
