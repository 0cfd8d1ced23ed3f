"""Backups beside the file, made by SQLite's backup API and counted only after they open again."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from workshop_app.domain.errors import StorageUnavailable
from workshop_app.storage.engine import damaged, file_uri, storage_errors

FOLDER_SUFFIX = "_控え"
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def backup_folder(path: Path) -> Path:
    """Where the backups of a file lie: a folder beside it."""
    return path.with_name(path.stem + FOLDER_SUFFIX)


def back_up(path: Path, reason: str) -> Path:
    """Copy a workshop file as it is now; returns the copy's path.

    Raises StorageUnavailable when the copy cannot be written or does not open again, RefusedFile when it is
    the file itself that is damaged; then the caller must not go on with what the backup was for.
    """
    folder = backup_folder(path)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    stem = f"{stamp}_{_UNSAFE.sub('', reason)}"
    with storage_errors(path):
        folder.mkdir(exist_ok=True)
        copy = folder / f"{stem}.wsdb"
        serial = 2
        while copy.exists():
            copy = folder / f"{stem}_{serial}.wsdb"
            serial += 1
        partial = copy.with_suffix(".part")
        partial.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(file_uri(path, "mode=ro"), uri=True)) as source,
            closing(sqlite3.connect(partial)) as target,
        ):
            source.backup(target)
        if not _opens(partial):
            partial.unlink(missing_ok=True)
            if not _opens(path):
                raise damaged(f"「{path.name}」")
            raise StorageUnavailable(
                "控えを作れませんでした。今のデータは変わっていません。空き容量を確かめて、もう一度試してください。"
            )
        fsync_file(partial)
        os.replace(partial, copy)
        fsync_folder(folder)
    return copy


def fsync_file(path: Path) -> None:
    """Make the system write a finished file to the medium."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Make a rename in a folder last through a power cut (POSIX; Windows has no such call)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _opens(path: Path) -> bool:
    with closing(sqlite3.connect(file_uri(path, "mode=ro"), uri=True)) as copy:
        return [row[0] for row in copy.execute("PRAGMA integrity_check(1)")] == ["ok"]
