"""Projecting many new notes at once: what the fold of a single, ordinary birth edit gives, as one SQL statement.

The fold of a note with one edit is that edit; for a million of them Python is the slow part. Notes that hold
anything out of the ordinary were named by the reader of their file (`foreign_reader._is_ordinary`) and are folded
like every other. A test holds both ways equal for any payload.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection

from workshop_app.domain.note import EntityType, NoteField
from workshop_app.domain.op import OpKind
from workshop_app.storage.engine import driver


def _get(name: str) -> str:
    return f"json_extract(o.payload, '$.{name}')"


def _points() -> str:
    """A list of plain texts as canonical JSON has it, taken apart by replacing."""
    inside = f"substr({_get(NoteField.POINTS)}, 3, length({_get(NoteField.POINTS)}) - 4)"
    return f"replace({inside}, '\",\"', ';')"


_STATEMENT = f"""
INSERT INTO main.note (note_id, number, workshop_id, device, table_no, round_no, theme, kind, points, text,
    votes, island_id, void_reason, conflicts, created_ms, updated_ms)
SELECT o.entity_id, {_get(NoteField.NUMBER)}, id_bytes({_get(NoteField.WORKSHOP)}), {_get(NoteField.DEVICE)},
    {_get(NoteField.TABLE)}, {_get(NoteField.ROUND)}, {_get(NoteField.THEME)}, {_get(NoteField.KIND)},
    CASE {_get(NoteField.POINTS)} WHEN '[]' THEN '' ELSE {_points()} END, {_get(NoteField.TEXT)},
    max(0, {_get(NoteField.VOTES)}), id_bytes({_get(NoteField.ISLAND)}), NULL, '', o.hlc >> 16, o.hlc >> 16
FROM temp.touched t CROSS JOIN main.op o ON o.entity_id = t.entity_id
WHERE NOT t.known AND t.ops = 1
    AND (SELECT count(*) FROM temp.touched x WHERE x.entity_id = t.entity_id) = 1
    AND t.entity_id NOT IN (SELECT entity_id FROM temp.unusual)
    AND o.kind = '{OpKind.SET}' AND o.parents = x'' AND json_extract(o.payload, '$.type') = '{EntityType.NOTE}'
"""


@lru_cache(maxsize=4096)
def _id_bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def project_single_notes(connection: Connection) -> None:
    """Insert the rows of all new notes in temp.touched (see union.py) that have one ordinary edit."""
    # SQLite's own unhex() came with 3.41.
    driver(connection).create_function("id_bytes", 1, _id_bytes, deterministic=True)
    driver(connection).execute(_STATEMENT)
