"""Backups beside the file, made by SQLite's backup API and counted only after they open again."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from workshop_app.domain.errors import StorageUnavailable
from workshop_app.domain.wareki import JST
from workshop_app.storage.engine import damaged, file_uri, storage_errors
from workshop_app.storage.leftovers import passing_name, sweep

FOLDER_SUFFIX = "_控え"
KEEP_LAST = 20
KEEP_DAYS = 30
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
    now = datetime.now(JST).replace(tzinfo=None)
    stamp = now.strftime("%Y%m%d-%H%M%S")
    stem = f"{stamp}_{_UNSAFE.sub('', reason)}"
    with storage_errors(path):
        folder.mkdir(exist_ok=True)
        copy = folder / f"{stem}.wsdb"
        serial = 2
        while copy.exists():
            copy = folder / f"{stem}_{serial}.wsdb"
            serial += 1
        sweep(folder, ".")
        partial = folder / passing_name(copy.name)
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
        for old in superseded(sorted(folder.glob("*.wsdb")), now):
            old.unlink(missing_ok=True)
    return copy


def superseded(copies: Sequence[Path], now: datetime) -> list[Path]:
    """Which backups may go: not the last 20, not the first of each of 30 days, not the first of a month.

    `copies` in ascending order of name, which begins with the time. What is named otherwise is somebody's own
    and stays.
    """
    dated = [(copy, when) for copy in copies if (when := _time_of(copy)) is not None]
    kept_days: set[str] = set()
    kept_months: set[str] = set()
    gone = []
    for copy, when in dated[: max(0, len(dated) - KEEP_LAST)]:
        day, month = f"{when:%Y%m%d}", f"{when:%Y%m}"
        first_of_day = day not in kept_days and now - when < timedelta(days=KEEP_DAYS)
        if not first_of_day and month in kept_months:
            gone.append(copy)
        kept_days.add(day)
        kept_months.add(month)
    return gone


def _time_of(copy: Path) -> datetime | None:
    try:
        return datetime.strptime(copy.name[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return None


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
        except OSError as problem:
            # Some network file systems have no such call for folders; the rename itself has happened.
            if problem.errno not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
                raise
        finally:
            os.close(handle)


def _opens(path: Path) -> bool:
    with closing(sqlite3.connect(file_uri(path, "mode=ro"), uri=True)) as copy:
        return [row[0] for row in copy.execute("PRAGMA integrity_check(1)")] == ["ok"]
