"""Projecting many new notes at once: what the fold of a single, ordinary birth edit gives, as one SQL statement.

The fold of a note with one edit is that edit; for a million of them Python is the slow part. Whatever
else an edit may hold was named by the reader of its file (`foreign_reader._is_ordinary`) and is folded like every
other. A test holds both ways equal for any payload.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection

from workshop_app.domain.note import NoteField
from workshop_app.storage.engine import driver


def _get(name: str) -> str:
    return f"json_extract(i.payload, '$.{name}')"


def _points() -> str:
    """A list of plain texts as canonical JSON has it, taken apart by replacing."""
    return f"replace(trim({_get(NoteField.POINTS)}, '[]\"'), '\",\"', ';')"


_COLUMNS = f"""
SELECT i.entity_id, {_get(NoteField.NUMBER)}, id_bytes({_get(NoteField.WORKSHOP)}), {_get(NoteField.DEVICE)},
    {_get(NoteField.TABLE)}, {_get(NoteField.ROUND)}, {_get(NoteField.THEME)}, {_get(NoteField.KIND)},
    {_points()}, {_get(NoteField.TEXT)},
    max(0, {_get(NoteField.VOTES)}), id_bytes({_get(NoteField.ISLAND)}), NULL, '', i.hlc >> 16, i.hlc >> 16,
    NULL, NULL, 0
"""


@lru_cache(maxsize=4096)
def _id_bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def project_single_notes(connection: Connection, origin: str) -> None:
    """Insert the rows of all new notes among the edits of `origin` (see union.py) that need no fold."""
    # SQLite's own unhex() came with 3.41.
    driver(connection).create_function("id_bytes", 1, _id_bytes, deterministic=True)
    driver(connection).execute(
        "INSERT INTO main.note (note_id, number, workshop_id, device, table_no, round_no, theme, kind, points, text,"
        f" votes, island_id, void_reason, conflicts, created_ms, updated_ms, pos_x, pos_y, held) {_COLUMNS} FROM {origin}"
        " WHERE i.entity_id NOT IN (SELECT entity_id FROM temp.folded)"
    )
