"""A copy on this machine of a workshop file that lies on a stick or a share, where SQLite must not write."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workshop_app.domain.errors import WorkshopError
from workshop_app.storage.backup import fsync_file, fsync_folder
from workshop_app.storage.engine import storage_errors
from workshop_app.storage.foreign_file import private_folder, verify_file
from workshop_app.storage.migrate import require_ours
from workshop_app.storage.verify_union import lost_edits


@contextmanager
def passing_copy(path: Path) -> Iterator[Path]:
    """A verified private copy to look at, of the same name; thrown away at the end."""
    with private_folder() as folder:
        copy = verify_file(path, folder).copy
        # The verification leaves it unwritable; a reader of ours may still have to migrate it.
        copy.chmod(stat.S_IRUSR | stat.S_IWUSR)
        yield copy


def copy_to_folder(path: Path, folder: Path) -> Path:
    """A verified copy to work in; returns where it lies. The original is only read.

    When the folder already holds a file of that name with all these edits (the copy made last time, perhaps
    worked on since), that one is returned.
    """
    with private_folder() as private:
        verified = verify_file(path, private).copy
        target = folder / path.name
        serial = 2
        while target.exists():
            if _holds(target, verified):
                return target
            target = folder / f"{path.stem}_{serial}{path.suffix}"
            serial += 1
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        with storage_errors():
            try:
                shutil.copyfile(verified, part)
                fsync_file(part)
                os.replace(part, target)
                fsync_folder(folder)
            finally:
                part.unlink(missing_ok=True)
    return target


def _holds(path: Path, verified: Path) -> bool:
    try:
        require_ours(path)
        with storage_errors():
            return not lost_edits(path, [verified])
    except WorkshopError:
        return False
