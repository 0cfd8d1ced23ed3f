"""What clashes in a file, open and settled, read from the edits themselves."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from workshop_app.domain.conflict import open_conflict, settled_conflicts
from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict
from workshop_app.domain.op import Op
from workshop_app.storage import op_store, tables


def read_conflicts(connection: Connection) -> list[Conflict]:
    """What needs a person, oldest entity first; values in ascending (clock, op id)."""
    rows = connection.execute(select(tables.conflict)).all()
    histories = _histories(connection, {EntityId(row.entity_id) for row in rows})
    stations = _stations(connection) if rows else {}
    states = {entity_id: fold(ops) for entity_id, ops in histories.items()}
    found = [
        open_conflict(histories[row.entity_id], states[row.entity_id], row.field, stations) for row in rows
    ]
    return sorted(found, key=lambda c: (states[c.entity_id].created_hlc, c.entity_id, c.field))


def read_settled_conflicts(connection: Connection) -> list[Conflict]:
    """What clashed and was settled, oldest entity first. Looks through the whole op log."""
    found = connection.execute(op_store.ENTITIES_WITH_JOINING_EDITS)
    histories = _histories(connection, {EntityId(row.entity_id) for row in found})
    stations = _stations(connection) if histories else {}
    return [
        conflict
        for ops in sorted(histories.values(), key=lambda ops: min((op.hlc, op.op_id) for op in ops))
        for conflict in settled_conflicts(ops, stations)
    ]


def _stations(connection: Connection) -> dict[bytes, str]:
    return {row.session: row.station for row in connection.execute(select(tables.session))}


def _histories(connection: Connection, entity_ids: Collection[EntityId]) -> dict[EntityId, list[Op]]:
    return {ops[0].entity_id: ops for ops in op_store.ops_of_many(connection, entity_ids)}
