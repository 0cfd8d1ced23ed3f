"""Which version a file is, and bringing an older one up to date after a backup."""

from __future__ import annotations

import struct
from pathlib import Path

from sqlalchemy import Connection

from workshop_app import paths
from workshop_app.domain.errors import NotFound, RefusedFile
from workshop_app.storage import frozen_schema
from workshop_app.storage.backup import back_up
from workshop_app.storage.engine import BUSY_TIMEOUT_MS, connect, damaged, storage_errors, write_transaction
from workshop_app.storage.places import refuse_unsafe
from workshop_app.storage.tables import APPLICATION_ID, SCHEMA_VERSION

SQLITE_MAGIC = b"SQLite format 3\x00"
HEADER_BYTES = 100
_UNCHANGED = "今のデータは変わっていません。"
_HAND_OVER_AGAIN = f"{_UNCHANGED}端末で、もう一度「ファイルを渡す」をしてください。"


def read_header(path: Path) -> tuple[int, int]:
    """Read (application_id, user_version) from the first 100 bytes, without letting SQLite near the file.

    Raises NotFound when there is no file and RefusedFile when it is no SQLite database.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
    except FileNotFoundError:
        raise NotFound(
            f"「{path.name}」が見つかりません。{_UNCHANGED}場所と名前を確かめてください。"
        ) from None
    except OSError as problem:
        raise RefusedFile(
            f"「{path.name}」を読めませんでした。ファイルはそのままです。ほかで開いていないか確かめてください。"
        ) from problem
    if not head:
        raise RefusedFile(f"「{path.name}」は中身が空です。{_HAND_OVER_AGAIN}")
    if head.startswith(b"PK\x03\x04"):
        raise RefusedFile(
            f"「{path.name}」は ZIP か Excel などのファイルで、本アプリの記録ではありません。{_choose(path)}"
        )
    if not head.startswith(SQLITE_MAGIC):
        raise RefusedFile(f"「{path.name}」は本アプリの記録ではありません。{_choose(path)}")
    if len(head) < HEADER_BYTES:
        raise RefusedFile(f"「{path.name}」は途中で切れています。{_HAND_OVER_AGAIN}")
    (user_version,) = struct.unpack_from(">i", head, 60)
    (application_id,) = struct.unpack_from(">i", head, 68)
    return application_id, user_version


def _choose(path: Path) -> str:
    """What is safe and what to do; the ending helps only a file that does not have it already."""
    if path.suffix.lower() == ".wsdb":
        return f"{_UNCHANGED}名前の終わりは .wsdb でも中身が違うので、別のファイルを選んでください。"
    return f"{_UNCHANGED}名前の終わりが .wsdb のファイルを選んでください。"


def require_ours(path: Path) -> int:
    """The schema version of one of our files; raises RefusedFile for another program's or a newer one."""
    application_id, version = read_header(path)
    if application_id != APPLICATION_ID or version < 1:
        raise RefusedFile(f"「{path.name}」は別のプログラムのデータベースです。{_choose(path)}")
    if version > SCHEMA_VERSION:
        raise RefusedFile(
            f"「{path.name}」は新しい版の本アプリで作られています。今のデータは変わっていません。新しい版で開いてください。"
        )
    return version


def create_schema(connection: Connection) -> None:
    """Make all tables in an empty database.

    The migrations are where tables come from; schema.sql is what they end in, generated and compared by a test.
    Running it takes a hundredth of the time.
    """
    script = (paths.db_dir() / "schema.sql").read_text(encoding="utf-8")
    revision = f"{SCHEMA_VERSION:04}"
    with write_transaction(connection):
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement in script.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (revision,))
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def open_current(path: Path, wait_ms: int = BUSY_TIMEOUT_MS) -> Connection:
    """Open a file of ours for writing, migrated to this version; an older one is backed up first.

    Raises RefusedFile on a network share or a stick, where SQLite must not write.
    """
    version = require_ours(path)
    refuse_unsafe(path)
    connection = connect(path, wait_ms=wait_ms)
    try:
        _require_own_shape(connection, path, version)
        _require_every_edit(connection, path)
        if version < SCHEMA_VERSION:
            back_up(path, f"版{version}からの更新前")
            upgrade(connection, "head")
    except BaseException:
        connection.close()
        raise
    return connection


def _require_own_shape(connection: Connection, path: Path, version: int) -> None:
    """Nothing of ours is missing: half of it would look like all there is. Nothing else is there to act in secret."""
    with storage_errors(path):
        found = frozenset(tuple(row) for row in connection.exec_driver_sql(frozen_schema.QUERY))
    wanted = frozen_schema.expected(frozen_schema.script_of(version))
    if wanted - found:
        raise damaged(f"「{path.name}」")
    if found != wanted:
        raise RefusedFile(
            f"「{path.name}」の中の表の形が本アプリのものと違います。ファイルはそのままです。"
            "ほかのプログラムで手を加えていないか確かめ、控えから開いてください。"
        )


def _require_every_edit(connection: Connection, path: Path) -> None:
    """As many edits as were written. Their content is looked at when it goes out (`health`)."""
    with storage_errors(path):
        kept = connection.exec_driver_sql("SELECT value FROM local WHERE key = 'manifest'").scalar()
        count = connection.exec_driver_sql("SELECT count(*) FROM op").scalar_one()
    # Files of before version 3 have none.
    if kept is not None and kept.partition(":")[0] != str(count):
        raise RefusedFile(
            f"「{path.name}」の記録の一部がなくなっています。ファイルはそのままです。控えから開くか、"
            "「統合」でこのファイルを選んで、読める記録を取り出してください。"
        )


def upgrade(connection: Connection, target: str) -> None:
    """Run the migrations up to a revision, all in one transaction."""
    # Alembic is imported only here: opening a file of the current version never pays for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(paths.db_dir() / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    with write_transaction(connection):
        command.upgrade(config, target)
