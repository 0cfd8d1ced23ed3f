"""The op log in SQL: reading, appending and taking the union. Rows are inserted and never updated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, func, insert, select

from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.op import OP_ID_BYTES, Op, OpId, OpKind, join_parents, split_parents
from workshop_app.storage import tables

_T = TypeVar("_T")
CHUNK = 500
"""Rows or ids a statement takes at once; below SQLite's smallest default limit of variables."""
ENTITIES_WITH_JOINING_EDITS = (
    select(tables.op.c.entity_id)
    .where(tables.op.c.kind == OpKind.SET, func.length(tables.op.c.parents) > OP_ID_BYTES)
    .distinct()
)
"""Entities with an edit that replaces several: where a conflict can have been settled."""


def row_to_op(row: Row[Any] | Sequence[Any]) -> Op:
    """An op from a row in the order of `OP_COLUMNS`."""
    op_id, entity_id, kind, payload, parents, hlc, session, seq = tuple(row)
    return Op(
        OpId(op_id), EntityId(entity_id), kind, payload, split_parents(parents), hlc, SessionId(session), seq
    )


def op_to_values(op: Op) -> dict[str, Any]:
    """The column values of an op."""
    return {
        "op_id": op.op_id,
        "entity_id": op.entity_id,
        "kind": op.kind,
        "payload": op.payload,
        "parents": join_parents(op.parents),
        "hlc": op.hlc,
        "session": op.session,
        "seq": op.seq,
    }


def ops_of(connection: Connection, entity_id: EntityId) -> list[Op]:
    """Every op of one entity."""
    rows = connection.execute(select(tables.op).where(tables.op.c.entity_id == bytes(entity_id)))
    return [row_to_op(row) for row in rows]


def ops_of_many(connection: Connection, entity_ids: Iterable[EntityId]) -> Iterator[list[Op]]:
    """The ops of many entities, one list per entity that has any."""
    for chunk in chunks(sorted(entity_ids)):
        found: dict[bytes, list[Op]] = {}
        query = select(tables.op).where(tables.op.c.entity_id.in_([bytes(item) for item in chunk]))
        for row in connection.execute(query):
            op = row_to_op(row)
            found.setdefault(op.entity_id, []).append(op)
        yield from found.values()


def insert_own_ops(connection: Connection, ops: Sequence[Op]) -> None:
    """Add ops made here; an id that is there already would be a defect and raises."""
    connection.execute(insert(tables.op), [op_to_values(op) for op in ops])


def chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Cut a sequence into runs of `CHUNK`."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
