"""A copy on this machine of a workshop file that lies on a stick or a share, where SQLite must not write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from workshop_app.domain.errors import RefusedFile, WorkshopError
from workshop_app.services.ports import ForeignOps
from workshop_app.storage.backup import fsync_file, fsync_folder
from workshop_app.storage.database import Database
from workshop_app.storage.engine import storage_errors
from workshop_app.storage.foreign_file import read_foreign
from workshop_app.storage.verified_copy import copy_in


@contextmanager
def passing_copy(path: Path) -> Iterator[Path]:
    """A verified private copy to look at, of the same name; thrown away at the end."""
    with TemporaryDirectory(prefix="workshop-app-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        _copy(path, copy, read_foreign(path))
        yield copy


def copy_to_folder(path: Path, folder: Path) -> Path:
    """A verified copy to work in; returns where it lies. The original is only read.

    When the folder already holds a file of that name with all these edits (the copy made last time, perhaps
    worked on since), that one is returned.
    """
    foreign = read_foreign(path)
    target = folder / path.name
    serial = 2
    while target.exists():
        if _holds(target, foreign):
            return target
        target = folder / f"{path.stem}_{serial}{path.suffix}"
        serial += 1
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    with storage_errors():
        try:
            _copy(path, part, foreign)
            fsync_file(part)
            os.replace(part, target)
            fsync_folder(folder)
        finally:
            part.unlink(missing_ok=True)
    return target


def _copy(path: Path, copy: Path, verified: ForeignOps) -> None:
    with storage_errors():
        same = copy_in(path, copy) == verified.sha256
    if not same:
        raise RefusedFile(
            f"「{path.name}」はまだ書き込まれている途中です。今のデータは変わっていません。"
            "終わってから、もう一度試してください。"
        )


def _holds(path: Path, foreign: ForeignOps) -> bool:
    try:
        database = Database.open(path)
    except WorkshopError:
        return False
    try:
        return database.unknown_rows(foreign) == 0
    finally:
        database.close()
