"""Going back to a backup: a whole file, or the last merge as long as nothing was built on it.

The content is replaced in place by SQLite's backup API: one transaction that a crash leaves done or undone, and
other windows on the file see it. What was there before is backed up first, so going back can be gone back on;
from then to the end nobody else can write.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workshop_app.domain.errors import InvalidInput, RefusedFile
from workshop_app.storage.backup import back_up, backup_folder
from workshop_app.storage.carry_over import carry_over
from workshop_app.storage.engine import BUSY_TIMEOUT_MS, connect, driver, file_uri, storage_errors
from workshop_app.storage.leftovers import passing_name
from workshop_app.storage.migrate import require_ours, upgrade
from workshop_app.storage.places import refuse_unsafe
from workshop_app.storage.tables import SCHEMA_VERSION
from workshop_app.storage.unit_of_work import MANIFEST

_UNCHANGED = "今のデータは変わっていません。"


def restore_backup(path: Path, backup: Path, reason: str = "控えに戻す前") -> Path:
    """Put the content of a backup in the place of the file's; returns the backup made of what was there.

    Raises RefusedFile when the backup cannot be used, StorageUnavailable when the disk refuses; then nothing
    was changed.
    """
    refuse_unsafe(path)
    # Closing a plain handle on the file would give its locks up (POSIX): its head is read before they are taken.
    require_ours(path)
    with _only_writer(path) as target:
        return _replace(target, path, backup, reason)


def take_back_merge(path: Path) -> Path:
    """Undo the last merge by going back to its backup; returns the backup made of the merged state.

    Raises as `backup_of_last_merge` does; then nothing was changed.
    """
    refuse_unsafe(path)
    require_ours(path)
    with _only_writer(path) as target:
        number, backup = _last_merge(target, path)
        return _replace(target, path, backup, f"統合{number}の取り消し前")


@contextmanager
def _only_writer(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the file beside which nobody can write until it is closed; others go on reading."""
    with (
        storage_errors(path),
        closing(sqlite3.connect(file_uri(path, "mode=rw"), uri=True, isolation_level=None)) as target,
    ):
        target.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        target.execute("PRAGMA synchronous = EXTRA")
        target.execute("PRAGMA locking_mode = EXCLUSIVE")
        target.execute("BEGIN IMMEDIATE")
        yield target


def _replace(target: sqlite3.Connection, path: Path, backup: Path, reason: str) -> Path:
    """Back up what is there and put the other in its place; `target` is the only one that can write."""
    version = require_ours(backup)
    _require_whole(backup)
    before = back_up(path, reason)
    staged = before.with_name(passing_name(path.name))
    try:
        shutil.copyfile(backup, staged)
        with closing(connect(staged)) as content:
            content.exec_driver_sql("PRAGMA journal_mode = MEMORY")
            if version < SCHEMA_VERSION:
                upgrade(content, "head")
            carry_over(content, path)
            # SQLite copies only into a connection without a transaction; in this locking mode the lock outlives it.
            target.execute("COMMIT")
            # One transaction, which a crash leaves done or undone with all that was carried over.
            driver(content).backup(target)
    finally:
        staged.unlink(missing_ok=True)
    return before


def backup_of_last_merge(path: Path) -> tuple[int, Path]:
    """Number of the last merge and the backup to go back to.

    Raises InvalidInput when there was no merge, when something was written since, or when its backup is gone;
    the sentence says which.
    """
    require_ours(path)
    with storage_errors(), closing(sqlite3.connect(file_uri(path, "mode=ro"), uri=True)) as file:
        return _last_merge(file, path)


def _last_merge(file: sqlite3.Connection, path: Path) -> tuple[int, Path]:
    run = file.execute(
        "SELECT run_id, backup, manifest_after FROM merge_run ORDER BY run_id DESC LIMIT 1"
    ).fetchone()
    now = file.execute("SELECT value FROM local WHERE key = ?", (MANIFEST,)).fetchone()
    if run is None:
        raise InvalidInput(f"「{path.name}」には、取り消せる統合がありません。{_UNCHANGED}")
    number, name, after = run
    if now is None or after != now[0]:
        raise InvalidInput(
            f"統合 No.{number} のあとに記録が加わっているため、統合だけを取り消すことはできません。{_UNCHANGED}"
            "直したい付箋を、一枚ずつ取り消してください。"
        )
    if name is None:
        raise InvalidInput(
            f"「{path.name}」は統合 No.{number} で新しく作られたため、戻す前の状態がありません。{_UNCHANGED}"
            "要らないときは、ファイルごと片づけてください。"
        )
    backup = backup_folder(path) / str(name)
    if not backup.is_file():
        raise InvalidInput(
            f"統合 No.{number} の前の控えが見つからないため、取り消せません。{_UNCHANGED}"
            f"「{backup_folder(path).name}」フォルダーを確かめてください。"
        )
    return int(number), backup


def _require_whole(backup: Path) -> None:
    with closing(sqlite3.connect(file_uri(backup, "mode=ro&immutable=1"), uri=True)) as file:
        if file.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise RefusedFile(f"控え「{backup.name}」は壊れています。{_UNCHANGED}別の控えを選んでください。")
