"""Reading a file from outside as if somebody had built it to hurt us.

Everything happens on a private copy; the original is only read. A `-journal` or `-wal` beside it is never
replayed: with it the file is not finished, and the sentence says how to hand it over properly. The checks
stand in the order in which they become safe to make (db/README.md, "opening a file from outside").
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workshop_app import paths
from workshop_app.domain.clock import MAX_STAMP
from workshop_app.domain.errors import RefusedFile
from workshop_app.domain.fold import TYPE_KEY
from workshop_app.domain.ids import SessionId
from workshop_app.domain.note import EntityType, NoteField
from workshop_app.domain.op import Op, compute_op_id
from workshop_app.domain.text import MAX_NOTE_CHARS, is_storable
from workshop_app.services.ports import ForeignOps, SessionRecord
from workshop_app.storage.engine import file_uri
from workshop_app.storage.migrate import SQLITE_MAGIC, require_ours
from workshop_app.storage.op_store import OP_COLUMNS, row_to_op
from workshop_app.storage.tables import SCHEMA_VERSION

MIN_BYTES = 512
MAX_BYTES = 2 * 1024**3
TIME_LIMIT_S = 60.0
MAX_VALUE_BYTES = 1_000_000
MAX_PAYLOAD_DEPTH = 20
_COPY_CHUNK = 1 << 20
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

UNCHANGED = "今のデータは変わっていません。"
AGAIN = "端末で、もう一度「ファイルを渡す」をしてください。"


def read_foreign(path: Path) -> ForeignOps:
    """Verify a workshop file from outside and read its edits; raises RefusedFile with its own reason."""
    with tempfile.TemporaryDirectory(prefix="workshop-app-") as folder:
        copy = Path(folder) / "copy.wsdb"
        digest = _private_copy(path, copy)
        # From here on the copy is judged, but every sentence names the file the person knows.
        named = copy.with_name(path.name)
        os.rename(copy, named)
        version = require_ours(named)
        _check_header(named)
        try:
            with closing(_open_hardened(named)) as connection:
                return _read(connection, path.name, digest, version)
        except sqlite3.DatabaseError as problem:
            raise RefusedFile(
                f"「{path.name}」は壊れていて、最後まで読めません。{UNCHANGED}{AGAIN}"
            ) from problem


def _private_copy(path: Path, copy: Path) -> str:
    """Copy while hashing; refuse links, odd sizes, side files and a file that changes under our hands."""
    try:
        before = path.lstat()
    except FileNotFoundError:
        raise RefusedFile(
            f"「{path.name}」が見つかりません。{UNCHANGED}場所と名前を確かめてください。"
        ) from None
    except OSError as problem:
        raise RefusedFile(
            f"「{path.name}」を読めませんでした。{UNCHANGED}場所と名前を確かめてください。"
        ) from problem
    if not stat.S_ISREG(before.st_mode):
        raise RefusedFile(
            f"「{path.name}」は普通のファイルではありません。{UNCHANGED}記録のファイルそのものを選んでください。"
        )
    if before.st_size > MAX_BYTES:
        raise RefusedFile(
            f"「{path.name}」は大きすぎます（2 GB まで）。{UNCHANGED}選んだファイルを確かめてください。"
        )
    for suffix in ("-journal", "-wal"):
        side = path.with_name(path.name + suffix)
        if side.exists() and side.stat().st_size > 0:
            raise RefusedFile(
                f"「{path.name}」は書き込みの途中で写されています（{side.name} があります）。{UNCHANGED}"
                "その端末で本アプリを開き直して閉じ、もう一度「ファイルを渡す」をしてください。"
            )
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source, copy.open("wb") as target:
            while block := source.read(_COPY_CHUNK):
                digest.update(block)
                target.write(block)
        after = path.lstat()
    except OSError as problem:
        raise RefusedFile(
            f"「{path.name}」を読めませんでした。{UNCHANGED}もう一度試してください。"
        ) from problem
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RefusedFile(
            f"「{path.name}」はまだ書き込まれている途中です。{UNCHANGED}終わってから、もう一度試してください。"
        )
    return digest.hexdigest()


def _check_header(path: Path) -> None:
    """The database header by hand, before SQLite sees the file (file format, section 1.3)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    assert head.startswith(SQLITE_MAGIC)
    (raw_page,) = struct.unpack_from(">H", head, 16)
    page = 65536 if raw_page == 1 else raw_page
    if head[18:20] == b"\x02\x02":
        raise RefusedFile(
            f"「{path.name}」は開いたまま写されたファイルです。{UNCHANGED}"
            "その端末で本アプリを開き直して閉じ、もう一度「ファイルを渡す」をしてください。"
        )
    (change, page_count) = struct.unpack_from(">II", head, 24)
    (encoding,) = struct.unpack_from(">I", head, 56)
    (valid_for,) = struct.unpack_from(">I", head, 92)
    if page < MIN_BYTES or page & (page - 1):
        raise RefusedFile(f"「{path.name}」は壊れています。{UNCHANGED}{AGAIN}")
    if size != page_count * page:
        raise RefusedFile(f"「{path.name}」は途中で切れています。{UNCHANGED}{AGAIN}")
    usual = head[18:20] == b"\x01\x01" and head[20] == 0 and head[21:24] == bytes((64, 32, 32))
    if not usual or encoding != 1 or change != valid_for:
        raise RefusedFile(f"「{path.name}」は本アプリが作った形ではありません。{UNCHANGED}{AGAIN}")


def _open_hardened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file_uri(path, "mode=ro&immutable=1"), uri=True, isolation_level=None)
    deadline = time.monotonic() + TIME_LIMIT_S
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    for pragma in (
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "mmap_size = 0",
        "query_only = ON",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _read(connection: sqlite3.Connection, name: str, digest: str, version: int) -> ForeignOps:
    if [row[0] for row in connection.execute("PRAGMA integrity_check(1)")] != ["ok"]:
        raise RefusedFile(f"「{name}」は壊れています。{UNCHANGED}{AGAIN}")
    # text_factory is set only now: PRAGMA results above are SQLite's own words.
    connection.text_factory = bytes
    if _schema(connection) != expected_schema(version):
        raise RefusedFile(
            f"「{name}」の中の表の形が本アプリのものと違います。{UNCHANGED}"
            "ほかのプログラムで手を加えていないか確かめてください。"
        )
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise RefusedFile(f"「{name}」は壊れています。{UNCHANGED}{AGAIN}")
    ops = tuple(_ops(connection, name))
    sessions = tuple(_sessions(connection, name))
    payloads = [(op, op.fields()) for op in ops]
    agendas = {
        str(fields["agenda_id"])
        for _, fields in payloads
        if fields.get(TYPE_KEY) == EntityType.AGENDA and isinstance(fields.get("agenda_id"), str)
    }
    notes = {op.entity_id for op, fields in payloads if fields.get(TYPE_KEY) == EntityType.NOTE}
    return ForeignOps(name, digest, ops, sessions, len(notes), frozenset(agendas))


def _ops(connection: sqlite3.Connection, name: str) -> Iterator[Op]:
    """Every op, its values checked by what they are and not by what their column says."""
    columns = ", ".join(OP_COLUMNS)
    for row in connection.execute(f"SELECT {columns} FROM op ORDER BY op_id"):
        with _refuse_bad_record(name):
            op_id, entity_id, kind, payload, parents, hlc, session, seq = row
            op = row_to_op((op_id, entity_id, kind.decode(), payload.decode(), parents, hlc, session, seq))
            if not (len(op_id) == 32 and len(entity_id) == 16 and len(session) == 16):
                raise ValueError("id length")
            if not (isinstance(hlc, int) and 0 <= hlc <= MAX_STAMP and isinstance(seq, int) and seq >= 1):
                raise ValueError("clock or sequence")
            if compute_op_id(op.entity_id, op.kind, op.payload, op.parents, hlc, op.session, seq) != op_id:
                raise ValueError("content does not match its id")
            _check_payload(op.payload)
        yield op


def _sessions(connection: sqlite3.Connection, name: str) -> Iterator[SessionRecord]:
    query = (
        "SELECT session, station, machine, app_version, opened_at_ms, tz, op_count, chain_head FROM session"
    )
    for row in connection.execute(query):
        with _refuse_bad_record(name):
            session, station, machine, app_version, opened_at_ms, tz, op_count, chain_head = row
            texts = [value.decode() for value in (station, machine, app_version, tz)]
            if len(session) != 16 or op_count < 0 or any(len(text) > 200 for text in texts):
                raise ValueError("session")
            station, machine, app_version, tz = texts
            record = SessionRecord(
                SessionId(session), station, machine, app_version, opened_at_ms, tz, op_count, chain_head
            )
        yield record


@contextmanager
def _refuse_bad_record(name: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, AttributeError, RecursionError) as problem:
        raise RefusedFile(f"「{name}」の記録の一部が書き換わっています。{UNCHANGED}{AGAIN}") from problem


def _check_payload(payload: str) -> None:
    """JSON without floats, duplicate keys or characters that no file format of ours can carry."""
    value = json.loads(
        payload, object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float
    )
    if not isinstance(value, dict):
        raise ValueError("payload is no object")
    _check_strings(value, MAX_PAYLOAD_DEPTH)
    text = value.get(NoteField.TEXT)
    if isinstance(text, str) and len(text) > MAX_NOTE_CHARS:
        raise ValueError("note too long")


def _check_strings(value: object, depth: int) -> None:
    if depth == 0:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        if not all(map(is_storable, value)):
            raise ValueError("control character")
    elif isinstance(value, list):
        for item in value:
            _check_strings(item, depth - 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_strings(key, depth - 1)
            _check_strings(item, depth - 1)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_float(text: str) -> object:
    raise ValueError(f"not allowed: {text}")


def _schema(connection: sqlite3.Connection) -> list[tuple[bytes, bytes, bytes | None]]:
    return sorted(
        connection.execute("SELECT type, name, sql FROM sqlite_schema"), key=lambda row: (row[0], row[1])
    )


def expected_schema(version: int) -> list[tuple[bytes, bytes, bytes | None]]:
    """What `sqlite_schema` of a file of this version must hold, byte for byte."""
    script = "schema.sql" if version == SCHEMA_VERSION else f"schema_v{version}.sql"
    with closing(sqlite3.connect(":memory:")) as blank:
        blank.executescript((paths.db_dir() / script).read_text(encoding="utf-8"))
        blank.text_factory = bytes
        return _schema(blank)
