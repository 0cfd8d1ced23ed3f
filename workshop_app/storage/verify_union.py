"""The last look at a merged file before others may see it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, select

from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId
from workshop_app.domain.op import OpId, OpSet
from workshop_app.storage import op_store, tables
from workshop_app.storage.engine import connect, file_uri, storage_errors
from workshop_app.storage.projections import project

SAMPLE = 100
_LOST = """
SELECT count(*) FROM part.op
WHERE op_id NOT IN (SELECT op_id FROM main.op)
AND op_id NOT IN (SELECT op_id FROM main.quarantine WHERE op_id IS NOT NULL)
"""


def lost_edits(merged: Path, parts: Sequence[Path]) -> int:
    """How many edits of these verified local files are missing from the merged one and not in its quarantine."""
    lost = 0
    with storage_errors(), closing(sqlite3.connect(file_uri(merged, "mode=ro"), uri=True)) as connection:
        for part in parts:
            connection.execute("ATTACH ? AS part", (file_uri(part, "mode=ro&immutable=1"),))
            lost += connection.execute(_LOST).fetchone()[0]
            connection.execute("DETACH part")
    return lost


def edits_of(path: Path) -> set[bytes]:
    """The ids of the edits a verified local file holds."""
    with storage_errors(), closing(sqlite3.connect(file_uri(path, "mode=ro"), uri=True)) as connection:
        return {row[0] for row in connection.execute("SELECT op_id FROM op")}


def manifest_of(path: Path) -> str:
    """Count and digest of the edits a verified local file holds."""
    known = OpSet()
    for op_id in edits_of(path):
        known.add(OpId(op_id))
    return known.manifest()


def stale_projections(merged: Path) -> bool:
    """Whether any of 100 random entities shows something else than its edits add up to; changes nothing."""
    connection = connect(merged)
    try:
        with storage_errors():
            query = select(tables.op.c.entity_id).distinct().order_by(func.random()).limit(SAMPLE)
            entities = [EntityId(row[0]) for row in connection.execute(query)]
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            shown = _rows(connection, entities)
            project(connection, (fold(ops) for ops in op_store.ops_of_many(connection, entities)))
            reckoned = _rows(connection, entities)
            connection.exec_driver_sql("ROLLBACK")
            return shown != reckoned
    finally:
        connection.close()


def _rows(connection: Connection, entities: Sequence[EntityId]) -> set[tuple]:
    """The rows of these entities in every table that has an entity as the first part of its key."""
    found: set[tuple] = set()
    for table in tables.metadata.sorted_tables:
        key = table.primary_key.columns[0]
        if table is not tables.op:
            query = select(table).where(key.in_([bytes(entity) for entity in entities]))
            found |= {(table.name, *row) for row in connection.execute(query)}
    return found
