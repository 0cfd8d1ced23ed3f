"""The package for the stick: a verified copy, never a file copy of an open database.

VACUUM INTO on the target medium, sync, verify as a stranger would, rename, read back by hash. Only when this
function returns may somebody say 取り外せます.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workshop_app.domain.errors import InvalidInput, StorageUnavailable
from workshop_app.storage.backup import fsync_file, fsync_folder
from workshop_app.storage.database import SUFFIX, Database
from workshop_app.storage.engine import file_uri, storage_errors
from workshop_app.storage.foreign_file import in_this_process, private_folder, verify_file


@dataclass(frozen=True, slots=True)
class Package:
    """A hand-over file that was written and read back."""

    path: Path
    sha256: str
    notes: int
    voided: int
    edits: int


def hand_over(database: Database, folder: Path) -> Package:
    """Write the package into a folder.

    Raises InvalidInput when the folder is missing, StorageUnavailable when the medium refuses or gives back
    something else than was written; then no package is left behind.
    """
    if not folder.is_dir():
        raise InvalidInput(
            f"渡す先のフォルダー「{folder}」がありません。今のデータはそのままです。場所を確かめてください。"
        )
    stem = f"{database.path.stem}_{datetime.now():%Y%m%d-%H%M%S}"
    target = folder / f"{stem}{SUFFIX}"
    serial = 2
    while target.exists():
        target = folder / f"{stem}_{serial}{SUFFIX}"
        serial += 1
    partial = folder / f".{target.name}.part"
    try:
        with storage_errors():
            partial.unlink(missing_ok=True)
            database.vacuum_into(partial)
            _forget_private(partial)
            fsync_file(partial)
            written = _sha256(partial)
        with private_folder() as inside:
            # In this process: what is read back was written by this program a moment ago.
            edits = verify_file(partial, inside, reader=in_this_process).rows_in
        if edits != database.counts()["op"]:
            raise _not_as_written()
        with storage_errors():
            os.replace(partial, target)
            fsync_folder(folder)
            if _sha256(target) != written:
                target.unlink()
                raise _not_as_written()
    finally:
        partial.unlink(missing_ok=True)
    notes = database.notes()
    voided = sum(note.voided for note in notes)
    return Package(target, written, len(notes), voided, edits)


def _forget_private(path: Path) -> None:
    """Half-written text stays on the laptop it was typed on."""
    with closing(sqlite3.connect(file_uri(path, "mode=rw"), uri=True, isolation_level=None)) as copy:
        copy.execute("DELETE FROM local WHERE key = 'draft'")
        # Without this the deleted text would still lie in a free corner of its page.
        copy.execute("VACUUM")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _not_as_written() -> StorageUnavailable:
    return StorageUnavailable(
        "書き込んだ内容を読み直したら、元と違っていました。今のデータはそのままです。別の USB メモリーで試してください。"
    )
