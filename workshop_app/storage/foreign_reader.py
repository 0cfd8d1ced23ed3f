"""Reading the private copy of a foreign file, in a process of its own (see foreign_file.py).

Standard library and domain only, so that a fresh interpreter is ready at once. Nothing in the file is trusted:
not its schema, not a declared type, not a stored id. What is found is told in codes; the sentences stand in
foreign_file.py. Recommendations for hostile files: sqlite.org/security.html; the order of the checks is that of
db/README.md.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import groupby
from multiprocessing.connection import Connection
from operator import itemgetter
from pathlib import Path
from typing import Any

from workshop_app.domain.fold import redacted_names
from workshop_app.domain.op import (
    OpKind,
    canonical_fields,
    chain_next,
    split_parents,
)
from workshop_app.domain.text import is_storable
from workshop_app.storage import frozen_schema
from workshop_app.storage.record_check import (
    MAX_QUARANTINED,
    OP_COLUMNS,
    Found,
    Redacted,
    Unfit,
    check_content,
    place_moved,
    set_aside,
    take,
)
from workshop_app.worker_process import Answer, Step, limit_resources, send

TIME_LIMIT_S = 600.0
"""A file of a million notes takes half a minute; nothing of ours comes near this."""
MEMORY_BYTES = 768 * 1024**2
HEAP_BYTES = 256 * 1024**2
MAX_VALUE_BYTES = 1_000_000
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
_LOOK_FURTHER = 10_000
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


class Refused(Exception):
    """Carries the code of a sentence of foreign_file."""


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
        found = Found()
        for row in connection.execute(f"SELECT {', '.join(OP_COLUMNS)} FROM op"):
            if found.rows % _STEP_ROWS == 0:
                step(found.rows, total)
            try:
                take(row, redacted, found)
            except Unfit as problem:
                if len(found.refused) >= MAX_QUARANTINED:
                    raise Refused("tampered") from problem
                set_aside(row, str(problem), found)
            except (ValueError, TypeError, AttributeError, RecursionError) as problem:
                raise Refused("tampered") from problem
        place_moved(connection, found)
        _check_manifest(connection, found)
        _check_sessions(connection)
        return found.document(version)


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
            check_content(text, value, OpKind.REDACT)
            names, targets = redacted_names(value), split_parents(parents)
        except (Unfit, ValueError, TypeError, AttributeError, RecursionError):
            continue
        for target in targets:
            named.setdefault((entity_id, target), set()).update(names)
    return {target: frozenset(names) for target, names in named.items()}


def _check_manifest(connection: sqlite3.Connection, found: Found) -> None:
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
    for session, chain, last, whole in _chains(connection):
        if session not in rows:
            raise Refused("missing")
        count, head = rows[session]
        if whole and head and (count < last or (count == last and head != chain)):
            raise Refused("missing")


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
    found, lost = Found(), 0
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
                take(row, redacted, found)
                target.execute(f"INSERT OR IGNORE INTO op VALUES ({', '.join('?' * 8)})", _as_stored(row))
            except Unfit as problem:
                set_aside(row, str(problem), found)
            except (ValueError, TypeError, AttributeError, RecursionError):
                set_aside(row, "内容が書き換わっています", found)
        place_moved(target, found)
        _salvage_sessions(source, target)
        target.commit()
        lost = max(lost, _written(source) - found.rows)
    if found.rows == len(found.refused):
        raise Refused("nothing")
    return found.document(version) | {"lost": lost}


def _salvage_sessions(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Each session's row; what it says of number and chain only where that is so, for nothing else vouches for it."""
    rows = {
        row[0]: row
        for row in _readable_rows(source, "session", SESSION_COLUMNS, lambda done, of: None)
        if row is not None and _fits_session(row)
    }
    insert = f"INSERT INTO session VALUES ({', '.join('?' * 8)})"
    for session, chain, last, whole in _chains(target):
        row = rows.pop(session, None)
        if row is None:
            target.execute(insert, (session, "不明な端末", "", "", 0, "", last, b""))
            continue
        texts = [value.decode() for value in (*row[1:4], row[5])]
        stands = whole and row[6:] == (last, chain)
        target.execute(insert, (session, *texts[:3], row[4], texts[3], last, chain if stands else b""))


def _chains(connection: sqlite3.Connection) -> Iterator[tuple[bytes, bytes, int, bool]]:
    """Of each session with records: its id, hash chain, last number, and whether the numbers have no gap or fork."""
    ordered = connection.execute("SELECT session, seq, op_id FROM op ORDER BY session, seq")
    for session, group in groupby(ordered, key=itemgetter(0)):
        chain, last, whole = b"", 0, True
        for _, seq, op_id in group:
            whole = whole and seq == last + 1
            last, chain = seq, chain_next(chain, op_id)
        yield session, chain, last, whole


def _written(source: sqlite3.Connection) -> int:
    """How many records the writing program had counted; 0 when that cannot be read any more."""
    rows = _try(lambda: source.execute("SELECT value FROM local WHERE key = 'manifest'").fetchall()) or []
    count = bytes(rows[0][0]).partition(b":")[0] if rows and isinstance(rows[0][0], bytes) else b""
    return int(count) if count.isdigit() and len(count) < 10 else 0


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
    # Where the end cannot be seen, what lies behind is looked for in vain, and not counted as lost by guessing.
    end = min(highest[0] if highest else last + _LOOK_FURTHER, _MAX_SALVAGE_ROWID)
    for rowid in range(last + 1, end + 1):
        try:
            row = source.execute(f"SELECT {names} FROM {table} WHERE rowid = ?", (rowid,)).fetchone()
        except sqlite3.DatabaseError:
            if highest:
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
