"""Projecting many new notes at once: what the fold of a single, ordinary birth edit gives, as one SQL statement.

The fold of a note with one edit is that edit; for a million of them Python is the slow part. A statement that
meets anything out of the ordinary leaves the note out, and it is folded like every other. A test holds both
ways equal for any payload.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection

from workshop_app.domain.note import EntityType, NoteField
from workshop_app.domain.op import OpKind
from workshop_app.storage.engine import driver

_TEXTS = (NoteField.NUMBER, NoteField.DEVICE, NoteField.TEXT)
_TEXTS_OR_NULL = (NoteField.THEME, NoteField.KIND)
_NUMBERS_OR_NULL = (NoteField.TABLE, NoteField.ROUND)


def _get(name: str) -> str:
    return f"json_extract(o.payload, '$.{name}')"


def _ordinary() -> str:
    """True for a payload of the usual types; json_type costs nothing more, SQLite keeps the parsed text."""
    tests = [f"json_type(o.payload, '$.{name}') = 'text'" for name in _TEXTS]
    tests += [
        f"coalesce(json_type(o.payload, '$.{name}'), 'null') IN ('text', 'null')" for name in _TEXTS_OR_NULL
    ]
    tests += [
        f"coalesce(json_type(o.payload, '$.{name}'), 'null') IN ('integer', 'null')"
        for name in _NUMBERS_OR_NULL
    ]
    tests += [
        f"abs(coalesce({_get(name)}, 0)) < 9007199254740992" for name in (*_NUMBERS_OR_NULL, NoteField.VOTES)
    ]
    tests.append(f"json_type(o.payload, '$.{NoteField.VOTES}') = 'integer'")
    tests.append(f"json_type(o.payload, '$.{NoteField.POINTS}') = 'array'")
    # A list of plain texts, as it is written in canonical JSON: taken apart below by replacing.
    tests.append(
        f"({_get(NoteField.POINTS)} = '[]' OR ({_get(NoteField.POINTS)} GLOB '[[]\"*\"]'"
        f" AND instr(o.payload, '\\') = 0 AND instr({_points()}, '\"') = 0))"
    )
    tests += [
        f"(coalesce(json_type(o.payload, '$.{name}'), 'null') = 'null' OR ({_get(name)} NOT GLOB '*[^0-9a-f]*'"
        f" AND length({_get(name)}) = 32 AND json_type(o.payload, '$.{name}') = 'text'))"
        for name in (NoteField.WORKSHOP, NoteField.ISLAND)
    ]
    return " AND ".join(tests)


def _points() -> str:
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
    AND o.kind = '{OpKind.SET}' AND o.parents = x'' AND json_extract(o.payload, '$.type') = '{EntityType.NOTE}'
    AND {_ordinary()}
"""


@lru_cache(maxsize=4096)
def _id_bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def project_single_notes(connection: Connection) -> None:
    """Insert the rows of all new notes in temp.touched (see union.py) that have one ordinary edit."""
    # SQLite's own unhex() came with 3.41.
    driver(connection).create_function("id_bytes", 1, _id_bytes, deterministic=True)
    driver(connection).execute(_STATEMENT)
