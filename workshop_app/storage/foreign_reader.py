"""Reading the private copy of a foreign file, in a process of its own (see foreign_file.py).

Standard library and domain only, so that a fresh interpreter is ready at once. Nothing in the file is trusted:
not its schema, not a declared type, not a stored id. What is found is told in codes; the sentences stand in
foreign_file.py. Recommendations for hostile files: sqlite.org/security.html; the order of the checks is that of
db/README.md.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from types import NoneType
from typing import Any

from workshop_app.domain.clock import MAX_STAMP
from workshop_app.domain.fold import REDACTABLE, TYPE_KEY, redacted_names
from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.note import PRACTICE_TITLE, EntityType, NoteField
from workshop_app.domain.op import (
    OpId,
    OpKind,
    OpSet,
    canonical_fields,
    chain_next,
    compute_op_id,
    split_parents,
)
from workshop_app.domain.text import MAX_NOTE_CHARS, is_storable
from workshop_app.storage import frozen_schema
from workshop_app.worker_process import Answer, Step, limit_resources, send

TIME_LIMIT_S = 600.0
"""A file of a million notes takes half a minute; nothing of ours comes near this."""
MEMORY_BYTES = 768 * 1024**2
HEAP_BYTES = 256 * 1024**2
MAX_VALUE_BYTES = 1_000_000
MAX_QUARANTINED = 1_000
OP_COLUMNS = ("op_id", "entity_id", "kind", "payload", "parents", "hlc", "session", "seq")
SESSION_COLUMNS = (
    "session",
    "station",
    "machine",
    "app_version",
    "opened_at_ms",
    "tz",
    "op_count",
    "chain_head",
)
_STEP_ROWS = 20_000
_MAX_SALVAGE_ROWID = 5_000_000
_MAX_DEPTH = 20
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 3,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 8,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 50,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}
"""SQLite's own recommendation for hostile input; a real file of ours passes under all of them."""
_PRAGMAS = (
    f"hard_heap_limit = {HEAP_BYTES}",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "mmap_size = 0",
    "query_only = ON",
    "temp_store = MEMORY",
)

Redacted = dict[tuple[bytes, bytes], frozenset[str]]
"""Fields that were removed on request, by entity and record."""


class Refused(Exception):
    """Carries the code of a sentence of foreign_file."""


class _Unfit(Exception):
    """One record cannot be taken; carries a short reason for the report."""


@dataclass
class _Found:
    """What the records of a file add up to."""

    rows: int = 0
    ops: OpSet = field(default_factory=OpSet)
    notes: set[bytes] = field(default_factory=set)
    agendas: set[str] = field(default_factory=set)
    practice: bool | None = None
    """Whether a workshop is one for practice; None without any workshop."""
    tables: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    unusual: set[bytes] = field(default_factory=set)
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
            "tables": [[workshop, table, count] for (workshop, table), count in self.tables.items()],
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
_LIST_MARKS = re.compile(r'[]["\\]')


def work(path: str, schema: str, version: int, salvage_into: str | None, answer: Connection) -> None:
    """Over there: verify the copy (or salvage what is whole) and send the finding, or {'refused': code}."""
    limit_resources(MEMORY_BYTES, int(TIME_LIMIT_S))
    document = read(path, schema, version, salvage_into, lambda done, of: send(answer, {"step": [done, of]}))
    send(answer, document)
    answer.close()


def read(path: str, schema: str, version: int, salvage_into: str | None, step: Step) -> Answer:
    """The finding for one private copy; never raises. `schema` is the SQL that makes a file of this version."""
    if salvage_into is not None:
        return _finding(lambda: _salvage(path, schema, version, salvage_into, step))
    return _finding(lambda: _verified(path, "mode=ro&immutable=1", schema, version, step))


def read_own(path: str, schema: str, version: int) -> str | None:
    """Why everybody would refuse this file, which is ours and may be open; None for a sound one."""
    finding = _finding(lambda: _verified(path, "mode=ro", schema, version, lambda done, of: None))
    return str(finding["refused"]) if "refused" in finding else None


def _finding(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except Refused as problem:
        return {"refused": problem.args[0]}
    except MemoryError:
        return {"refused": "memory"}
    except sqlite3.OperationalError as problem:
        return {"refused": "time" if "interrupted" in str(problem) else "damaged"}
    except (sqlite3.DatabaseError, ValueError, TypeError, AttributeError):
        return {"refused": "damaged"}


def _verified(path: str, mode: str, schema: str, version: int, step: Step) -> Answer:
    with closing(_open_hardened(path, mode)) as connection:
        # One view of it all, whoever writes meanwhile.
        connection.execute("BEGIN")
        if connection.execute("PRAGMA integrity_check(1)").fetchall() != [(b"ok",)]:
            raise Refused("damaged")
        if _schema(connection) != frozen_schema.expected(schema):
            raise Refused("schema")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise Refused("damaged")
        total = connection.execute("SELECT count(*) FROM op").fetchone()[0]
        redacted = _redacted(connection)
        found = _Found()
        for row in connection.execute(f"SELECT {', '.join(OP_COLUMNS)} FROM op"):
            if found.rows % _STEP_ROWS == 0:
                step(found.rows, total)
            try:
                _take(row, redacted, found)
            except _Unfit as problem:
                _set_aside(row, str(problem), found)
            except (ValueError, TypeError, AttributeError, RecursionError) as problem:
                raise Refused("tampered") from problem
        _check_manifest(connection, found)
        _check_sessions(connection)
        return found.document(version)


def _take(row: tuple[Any, ...], redacted: Redacted, found: _Found) -> None:
    """Check one record and count it in; _Unfit when its content may not be stored, ValueError when altered."""
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
        if not names or value is None or any(value.get(name) is not None for name in names):
            raise ValueError("content does not match its id")
    found.ops.add(OpId(op_id))
    if value is None:
        raise _Unfit("書き方が決まりと違います")
    _check_content(text, value, named)
    found.newest = max(found.newest, hlc)
    if kind != _SET or parents or not _is_ordinary(value):
        found.unusual.add(entity_id)
    _count_in(EntityId(entity_id), value, found)


def _check_content(text: str, value: dict[str, Any], kind: str) -> None:
    """What a record of whole content may still not hold: controls, endless text."""
    if not is_storable(kind) or len(kind) > 50:
        raise _Unfit("種類の名前が読めません")
    if not is_storable(text) or ("\\" in text and not all(map(is_storable, _strings(value, _MAX_DEPTH)))):
        raise _Unfit("保存できない制御文字が入っています")
    words = value.get(NoteField.TEXT)
    if isinstance(words, str) and len(words) > MAX_NOTE_CHARS:
        raise _Unfit(f"1枚の付箋の {MAX_NOTE_CHARS:,}文字を超えています")


def _strings(value: object, depth: int) -> Iterator[str]:
    if depth == 0:
        raise _Unfit("入れ子が深すぎます")
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, depth - 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key, depth - 1)
            yield from _strings(item, depth - 1)


def _count_in(entity_id: EntityId, value: dict[str, Any], found: _Found) -> None:
    kind = value.get(TYPE_KEY)
    if kind == EntityType.AGENDA and isinstance(value.get("agenda_id"), str):
        found.agendas.add(value["agenda_id"])
    if kind == EntityType.WORKSHOP:
        found.practice = bool(found.practice) or value.get("title") == PRACTICE_TITLE
    if kind == EntityType.NOTE:
        found.notes.add(bytes(entity_id))
        if NoteField.NUMBER in value:
            workshop, table = value.get(NoteField.WORKSHOP), value.get(NoteField.TABLE)
            place = str(workshop) if isinstance(workshop, str) else ""
            found.tables[place, table if type(table) is int else None] += 1


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
        and not any(type(point) is not str or _LIST_MARKS.search(point) for point in value[NoteField.POINTS])
    )


def _set_aside(row: tuple[Any, ...], reason: str, found: _Found) -> None:
    if len(found.refused) >= MAX_QUARANTINED:
        raise Refused("tampered")
    op_id, payload = row[0], row[3]
    identity = op_id if isinstance(op_id, bytes) and len(op_id) == 32 else b""
    raw = payload.decode("utf-8", "backslashreplace") if isinstance(payload, bytes) else repr(payload)
    found.refused.append((identity, reason, raw[:2_000]))


def _redacted(connection: sqlite3.Connection) -> Redacted:
    """Which records may differ from their id because a value was removed on request, and in which fields.

    A redaction that cannot be taken itself excuses nothing: its target would arrive without it.
    """
    named: dict[tuple[bytes, bytes], set[str]] = {}
    rows = connection.execute("SELECT entity_id, payload, parents FROM op WHERE kind = ?", (OpKind.REDACT,))
    for entity_id, payload, parents in rows:
        try:
            text = payload.decode()
            value = canonical_fields(text) or {}
            _check_content(text, value, OpKind.REDACT)
            names, targets = redacted_names(value), split_parents(parents)
        except (_Unfit, ValueError, TypeError, AttributeError, RecursionError):
            continue
        for target in targets:
            named.setdefault((entity_id, target), set()).update(names)
    return {target: frozenset(names) for target, names in named.items()}


def _check_manifest(connection: sqlite3.Connection, found: _Found) -> None:
    """Count and digest that the writing program keeps: no record may be missing from the set, or added to it."""
    rows = connection.execute("SELECT value FROM local WHERE key = 'manifest'").fetchall()
    # Files of before version 3 have none.
    if rows and rows[0][0].decode() != found.ops.manifest():
        raise Refused("missing")


def _check_sessions(connection: sqlite3.Connection) -> None:
    """Each session's row against its records: numbers and hash chain, but for forks and salvaged gaps."""
    rows: dict[bytes, tuple[int, bytes]] = {}
    for row in connection.execute(f"SELECT {', '.join(SESSION_COLUMNS)} FROM session"):
        rows[row[0]] = _session_values(row)
    at: bytes | None = None
    chain, expected, whole = b"", 0, True

    def close() -> None:
        if at is None:
            return
        if at not in rows:
            raise Refused("missing")
        count, head = rows[at]
        if whole and head and (count < expected or (count == expected and head != chain)):
            raise Refused("missing")

    for session, seq, op_id in connection.execute("SELECT session, seq, op_id FROM op ORDER BY session, seq"):
        if session != at:
            close()
            at, chain, expected, whole = session, b"", 0, True
        whole = whole and seq == expected + 1
        expected, chain = seq, chain_next(chain, op_id)
    close()


def _session_values(row: tuple[Any, ...]) -> tuple[int, bytes]:
    session, station, machine, app_version, opened_at_ms, tz, op_count, chain_head = row
    try:
        texts = [value.decode() for value in (station, machine, app_version, tz)]
        fits = len(session) == 16 and type(op_count) is int and op_count >= 0 and type(opened_at_ms) is int
    except (ValueError, TypeError, AttributeError) as problem:
        raise Refused("tampered") from problem
    if (
        not fits
        or not isinstance(chain_head, bytes)
        or any(len(t) > 200 or not is_storable(t) for t in texts)
    ):
        raise Refused("tampered")
    return op_count, chain_head


# --- salvage -------------------------------------------------------------------------------------------------


def _salvage(path: str, schema: str, version: int, into: str, step: Step) -> Answer:
    """Write every record that is whole into a new file; the rest is counted with its reason."""
    found, lost = _Found(), 0
    sessions: dict[bytes, int] = {}
    with (
        closing(_open_hardened(path, "mode=ro&immutable=1")) as source,
        closing(sqlite3.connect(into)) as target,
    ):
        wanted = {row[1]: row for row in frozen_schema.expected(schema)}
        have = {row[1]: row for row in _schema(source)}
        if any(have.get(name) != wanted[name] for name in ("op", "session")):
            raise Refused("schema")
        target.execute("PRAGMA synchronous = OFF")
        for name in ("op", "session"):
            target.execute(str(wanted[name][2]))
        redacted = _try(lambda: _redacted(source)) or {}
        for row in _readable_rows(source, "op", OP_COLUMNS, step):
            if row is None:
                lost += 1
                continue
            try:
                _take(row, redacted, found)
                target.execute(f"INSERT OR IGNORE INTO op VALUES ({', '.join('?' * 8)})", _as_stored(row))
                count = sessions.get(row[6], 0)
                sessions[row[6]] = max(count, row[7])
            except _Unfit as problem:
                _set_aside(row, str(problem), found)
            except (ValueError, TypeError, AttributeError, RecursionError):
                _set_aside(row, "内容が書き換わっています", found)
        known = set()
        for row in _readable_rows(source, "session", SESSION_COLUMNS, lambda done, of: None):
            if row is not None and _fits_session(row):
                known.add(row[0])
                target.execute(
                    f"INSERT OR IGNORE INTO session VALUES ({', '.join('?' * 8)})",
                    (row[0], *(value.decode() for value in row[1:4]), row[4], row[5].decode(), *row[6:]),
                )
        for session, count in sessions.items():
            if session not in known:
                target.execute(
                    f"INSERT INTO session VALUES ({', '.join('?' * 8)})",
                    (session, "不明な端末", "", "", 0, "", count, b""),
                )
        target.commit()
    if found.rows == len(found.refused):
        raise Refused("nothing")
    return found.document(version) | {"lost": lost}


def _fits_session(row: tuple[Any, ...]) -> bool:
    try:
        _session_values(row)
    except Refused:
        return False
    return True


def _as_stored(row: tuple[Any, ...]) -> tuple[Any, ...]:
    op_id, entity_id, kind, payload, parents, hlc, session, seq = row
    return (op_id, entity_id, kind.decode(), payload.decode(), parents, hlc, session, seq)


def _readable_rows(
    source: sqlite3.Connection, table: str, columns: tuple[str, ...], step: Step
) -> Iterator[tuple[Any, ...] | None]:
    """Every row that can be read; None for each row number whose page cannot."""
    names = ", ".join(columns)
    last = 0
    try:
        for row in source.execute(f"SELECT rowid, {names} FROM {table} ORDER BY rowid"):
            last = row[0]
            if last % _STEP_ROWS == 0:
                step(last, 0)
            yield row[1:]
        return
    except sqlite3.DatabaseError:
        pass
    # A damaged page stops the scan; what lies on whole pages can still be found by its number.
    highest = _try(
        lambda: source.execute(f"SELECT rowid FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone()
    )
    end = min(highest[0] if highest else last + 10_000, _MAX_SALVAGE_ROWID)
    for rowid in range(last + 1, end + 1):
        try:
            row = source.execute(f"SELECT {names} FROM {table} WHERE rowid = ?", (rowid,)).fetchone()
        except sqlite3.DatabaseError:
            yield None
            continue
        if row is not None:
            yield row


def _try(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except sqlite3.DatabaseError:
        return None


# --- opening -------------------------------------------------------------------------------------------------


def _open_hardened(path: str, mode: str) -> sqlite3.Connection:
    uri = f"{Path(path).absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    deadline = time.monotonic() + TIME_LIMIT_S
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)
    # A text is bytes until it is looked at: the file may call anything a text.
    connection.text_factory = bytes
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _schema(connection: sqlite3.Connection) -> frozenset[frozen_schema.SchemaRow]:
    rows = connection.execute(frozen_schema.QUERY)
    return frozenset(
        (kind.decode(), name.decode(), None if sql is None else sql.decode()) for kind, name, sql in rows
    )
