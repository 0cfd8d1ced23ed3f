"""One SQLite connection, set up for a note that must survive a power cut.

DELETE journal and `synchronous=EXTRA`: no side file that can be forgotten when the file is carried away, and
no acknowledged note lost when the power goes (measured; see the durability notes in db/README.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from workshop_app.domain.errors import Cancelled, FileBusy, RefusedFile, StorageUnavailable, WorkshopError

BUSY_TIMEOUT_MS = 4_000


def file_uri(path: Path, query: str) -> str:
    """An SQLite URI for any path: Japanese, spaces, # and ? included."""
    return f"file:{quote(str(path.absolute().as_posix()), safe='/:')}?{query}"


def connect(path: Path, *, create: bool = False, wait_ms: int = BUSY_TIMEOUT_MS) -> Connection:
    """Open a file of ours for reading and writing.

    The connection is in autocommit: a write is one explicit `write_transaction`, which covers DDL and PRAGMA
    too (pysqlite's own default mode does not). Closing the connection lets go of the file. While another
    program has the file, a call waits for `wait_ms` and then raises FileBusy.
    """
    uri = file_uri(path, "mode=rwc" if create else "mode=rw")

    def open_raw() -> sqlite3.Connection:
        raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        raw.execute(f"PRAGMA busy_timeout = {wait_ms}")
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("PRAGMA synchronous = EXTRA")
        raw.execute("PRAGMA fullfsync = ON")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA trusted_schema = OFF")
        # Words that are removed on request must not stay behind in a free corner of any page, from whenever.
        raw.execute("PRAGMA secure_delete = ON")
        return raw

    engine = create_engine("sqlite://", creator=open_raw, poolclass=NullPool)
    with storage_errors(path):
        return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def write_transaction(connection: Connection) -> Iterator[None]:
    """One transaction that takes the write lock at once: commit at the end, roll back on any exception."""
    with storage_errors():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            # A failed COMMIT may or may not have ended the transaction already.
            if driver(connection).in_transaction:
                connection.exec_driver_sql("ROLLBACK")
            raise


def set_wait(connection: Connection, wait_ms: int) -> None:
    """Wait no longer than this for another program, from now on."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait_ms}")


def driver(connection: Connection) -> sqlite3.Connection:
    """The sqlite3 connection underneath."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


@contextmanager
def storage_errors(path: Path | None = None) -> Iterator[None]:
    """Turn what the environment does to us into a sentence; program faults pass through unchanged.

    `path` is the file to name where there may be several.
    """
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as problem:
        original = problem.orig if isinstance(problem, DatabaseError) else problem
        name = "このファイル" if path is None else f"「{path.name}」"
        moved = getattr(original, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY_DBMOVED
        known = _moved() if moved else _sentence(str(original).lower(), name)
        if known is not None:
            raise known from problem
        if isinstance(problem, OperationalError | sqlite3.OperationalError):
            raise StorageUnavailable(
                *_unsaved(
                    "ファイルを読み書きできませんでした。", "保存先を確かめて、もう一度試してください。"
                )
            ) from problem
        raise
    except OSError as problem:
        raise StorageUnavailable(
            "ファイルを読み書きできませんでした。今のデータは変わっていません。"
            f"保存先を確かめて、もう一度試してください（{problem.strerror or problem}）。"
        ) from problem


def _moved() -> StorageUnavailable:
    """SQLite calls it read-only, too; but nothing is wrong with the rights, and copying it would not help."""
    return StorageUnavailable(
        *_unsaved(
            "開いているファイルが、消されたか、移されたか、別のものに置き換えられています。",
            "ファイルを元の場所に戻して、もう一度試してください。",
        )
    )


def _sentence(message: str, name: str) -> WorkshopError | None:
    if "interrupted" in message:
        # A statement stops in the middle only when somebody who watches it said so.
        return Cancelled("やめました。今のデータは変わっていません。")
    if "full" in message:
        clear_away = "不要なファイルを片づけて、もう一度"
        return StorageUnavailable(
            *_unsaved(
                "空き容量が足りません。",
                f"{clear_away}試してください。",
                f"{clear_away} Enter を押してください。",
            )
        )
    if "readonly" in message or "read-only" in message:
        return StorageUnavailable(
            f"{name}は読み取り専用です。今のデータは変わっていません。書き込める場所に写してから開いてください。"
        )
    if "locked" in message or "busy" in message:
        return FileBusy(
            *_unsaved(
                f"ほかの窓かプログラムが{name}に書き込んでいます。", "少し待って、もう一度試してください。"
            )
        )
    if "unable to open" in message:
        return StorageUnavailable(
            f"{name}を開けませんでした。今のデータは変わっていません。場所と名前を確かめてください。"
        )
    if any(sign in message for sign in ("malformed", "not a database", "could not decode", "no such table")):
        return damaged(name)
    return None


def damaged(name: str) -> RefusedFile:
    """What is said of a file of ours that cannot be read any more; `name` as it stands in the sentence."""
    return RefusedFile(
        f"{name}は壊れていて読めません。ファイルはそのままにしてあります。控えから開いてください。"
    )


def _unsaved(what: str, what_to_do: str, at_the_box: str = "") -> tuple[str, str]:
    """Nothing was written: in general, and for a window that still has on screen what was being saved."""
    return (
        f"{what}今のデータは変わっていません。{what_to_do}",
        f"{what}書いた文はこの画面に残っています。{at_the_box or what_to_do}",
    )
