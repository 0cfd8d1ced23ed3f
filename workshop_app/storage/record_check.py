"""Checking the records of a foreign file one by one, and counting what they add up to (see foreign_reader.py).

Nothing in a record is trusted: not a declared type, not a stored id. Standard library and domain only.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import NoneType
from typing import Any

from workshop_app.domain.clock import MAX_STAMP
from workshop_app.domain.fold import REDACTABLE, TYPE_KEY, fold
from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.note import PRACTICE_TITLE, EntityType, NoteField
from workshop_app.domain.op import Op, OpId, OpKind, OpSet, canonical_fields, compute_op_id, split_parents
from workshop_app.domain.text import MAX_NOTE_CHARS, is_storable
from workshop_app.worker_process import Answer

MAX_QUARANTINED = 1_000
OP_COLUMNS = ("op_id", "entity_id", "kind", "payload", "parents", "hlc", "session", "seq")
_MAX_DEPTH = 20
Redacted = dict[tuple[bytes, bytes], frozenset[str]]
"""Fields that were removed on request, by entity and record."""


class Unfit(Exception):
    """One record cannot be taken; carries a short reason for the report."""


@dataclass
class Found:
    """What the records of a file add up to."""

    rows: int = 0
    ops: OpSet = field(default_factory=OpSet)
    notes: set[bytes] = field(default_factory=set)
    agendas: set[str] = field(default_factory=set)
    practice: bool | None = None
    """Whether a workshop is one for practice; None without any workshop."""
    tables: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    unusual: set[bytes] = field(default_factory=set)
    moved: set[bytes] = field(default_factory=set)
    """Notes with an edit that names another table or workshop."""
    newest: int = 0
    refused: list[tuple[bytes, str, str]] = field(default_factory=list)

    def document(self, version: int) -> Answer:
        """As it travels to the parent."""
        return {
            "version": version,
            "rows": self.rows,
            "notes": len(self.notes),
            "agendas": sorted(self.agendas),
            "practice": self.practice,
            "tables": [[workshop, table, count] for (workshop, table), count in self.tables.items() if count],
            "newest": self.newest,
            "unusual": [entity_id.hex() for entity_id in self.unusual],
            "quarantined": [[op_id.hex(), reason, raw] for op_id, reason, raw in self.refused],
        }


_IDS = (NoteField.WORKSHOP, NoteField.ISLAND)
_FIELD_TYPES: dict[str, tuple[type, ...]] = {
    NoteField.NUMBER: (str,),
    NoteField.DEVICE: (str,),
    NoteField.TEXT: (str,),
    NoteField.VOTES: (int,),
    NoteField.POINTS: (list,),
    NoteField.THEME: (str, NoneType),
    NoteField.KIND: (str, NoneType),
    NoteField.TABLE: (int, NoneType),
    NoteField.ROUND: (int, NoneType),
    NoteField.WORKSHOP: (str, NoneType),
    NoteField.ISLAND: (str, NoneType),
}
_FIELDS = tuple(_FIELD_TYPES)
_ORDINARY_TYPES = frozenset(product(*_FIELD_TYPES.values()))
_INT_MAX = 2**53
_SET = str(OpKind.SET).encode()
_HEX_ID = re.compile("[0-9a-f]{32}")
_PLAIN_POINT = re.compile(r'[^]["\\]+')


def take(row: tuple[Any, ...], redacted: Redacted, found: Found) -> None:
    """Check one record and count it in; Unfit when its content may not be stored, ValueError when altered."""
    op_id, entity_id, kind, payload, parents, hlc, session, seq = row
    found.rows += 1
    if not (len(op_id) == 32 and len(entity_id) == 16 and len(session) == 16):
        raise ValueError("id length")
    # An object that hands out its own comparison is not among what SQLite returns: these are plain values.
    if not (type(hlc) is int and 0 <= hlc <= MAX_STAMP and type(seq) is int and seq >= 1):
        raise ValueError("clock or sequence")
    text = payload.decode()
    named = kind.decode()
    wanted = compute_op_id(
        EntityId(entity_id), named, text, split_parents(parents), hlc, SessionId(session), seq
    )
    value = canonical_fields(text)
    if wanted != op_id:
        names = redacted.get((entity_id, op_id), frozenset()) if named in REDACTABLE else frozenset()
        # Only a value that stands here as removed explains why the content is another one than the id says.
        removed = [value[name] for name in names if name in value] if value is not None else []
        if not removed or any(item is not None for item in removed):
            raise ValueError("content does not match its id")
    found.ops.add(OpId(op_id))
    if value is None:
        raise Unfit("書き方が決まりと違います")
    check_content(text, value, named)
    found.newest = max(found.newest, hlc)
    if kind != _SET or parents or not _is_ordinary(value):
        found.unusual.add(entity_id)
    _count_in(EntityId(entity_id), value, found)


def check_content(text: str, value: dict[str, Any], kind: str) -> None:
    """What a record of whole content may still not hold: controls, endless text."""
    if not is_storable(kind) or len(kind) > 50:
        raise Unfit("種類の名前が読めません")
    if not is_storable(text) or ("\\" in text and not all(map(is_storable, _strings(value, _MAX_DEPTH)))):
        raise Unfit("保存できない制御文字が入っています")
    words = value.get(NoteField.TEXT)
    if isinstance(words, str) and len(words) > MAX_NOTE_CHARS:
        raise Unfit(f"1枚の付箋の {MAX_NOTE_CHARS:,}文字を超えています")


def _strings(value: object, depth: int) -> Iterator[str]:
    if depth == 0:
        raise Unfit("入れ子が深すぎます")
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, depth - 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key, depth - 1)
            yield from _strings(item, depth - 1)


def _count_in(entity_id: EntityId, value: dict[str, Any], found: Found) -> None:
    """Count what an edit tells of the file. A note is counted where it was born; see `place_moved`."""
    kind = value.get(TYPE_KEY)
    if kind == EntityType.AGENDA and isinstance(value.get("agenda_id"), str):
        found.agendas.add(value["agenda_id"])
    if kind == EntityType.WORKSHOP:
        found.practice = bool(found.practice) or value.get("title") == PRACTICE_TITLE
    if kind == EntityType.NOTE:
        found.notes.add(bytes(entity_id))
        if NoteField.NUMBER in value:
            found.tables[_place(value)] += 1
        elif NoteField.TABLE in value or NoteField.WORKSHOP in value:
            found.moved.add(bytes(entity_id))


def _place(value: Mapping[str, Any]) -> tuple[str, int | None]:
    workshop, table = value.get(NoteField.WORKSHOP), value.get(NoteField.TABLE)
    return str(workshop) if isinstance(workshop, str) else "", table if type(table) is int else None


def place_moved(connection: sqlite3.Connection, found: Found) -> None:
    """Notes that were moved to another table are counted at the one they lie at now."""
    query = f"SELECT {', '.join(OP_COLUMNS)} FROM op WHERE entity_id = ?"
    for entity_id in found.moved:
        ops = []
        for op_id, entity, kind, payload, parents, hlc, session, seq in connection.execute(
            query, (entity_id,)
        ):
            fields = canonical_fields(as_text(payload))
            if fields is not None:
                ops.append(
                    Op(
                        OpId(op_id),
                        EntityId(entity),
                        as_text(kind),
                        as_text(payload),
                        split_parents(parents),
                        hlc,
                        SessionId(session),
                        seq,
                    )
                )
                if NoteField.NUMBER in fields:
                    found.tables[_place(fields)] -= 1
        if ops:
            state = fold(ops)
            found.tables[
                _place({name: state.get(name) for name in (NoteField.WORKSHOP, NoteField.TABLE)})
            ] += 1


def as_text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _is_ordinary(value: dict[str, Any]) -> bool:
    """Whether a birth edit of a note holds what this program writes, so that SQL alone can project it."""
    if value.get(TYPE_KEY) != EntityType.NOTE:
        return False
    if tuple(map(type, map(value.get, _FIELDS))) not in _ORDINARY_TYPES:
        return False
    numbers = (value[NoteField.VOTES], *(value.get(name) or 0 for name in (NoteField.TABLE, NoteField.ROUND)))
    ids = [value[name] for name in _IDS if value.get(name) is not None]
    return (
        # Who is born on the board already lies somewhere; such a note is folded.
        NoteField.POS not in value
        and NoteField.HOLD not in value
        and bool(value[NoteField.NUMBER])
        and min(numbers) > -_INT_MAX
        and max(numbers) < _INT_MAX
        and all(map(_HEX_ID.fullmatch, ids))
        and all(type(point) is str and _PLAIN_POINT.fullmatch(point) for point in value[NoteField.POINTS])
    )


def set_aside(row: tuple[Any, ...], reason: str, found: Found) -> None:
    """Count a record that is left out; of very many only the first keep their words."""
    op_id, payload = row[0], row[3]
    identity = op_id if isinstance(op_id, bytes) and len(op_id) == 32 else b""
    raw = payload.decode("utf-8", "backslashreplace") if isinstance(payload, bytes) else repr(payload)
    found.refused.append((identity, reason, raw[:2_000] if len(found.refused) < MAX_QUARANTINED else ""))
