"""The package for the stick: a verified copy, never a file copy of an open database.

SQLite makes and checks it in a private folder of this machine; the stick gets finished bytes only, which are
synced, read back by hash, renamed and read back again. Only when `hand_over` returns may somebody say
取り外せます.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workshop_app.domain.errors import InvalidInput, StorageUnavailable
from workshop_app.domain.wareki import JST
from workshop_app.storage.backup import fsync_folder
from workshop_app.storage.database import SUFFIX, Database
from workshop_app.storage.engine import file_uri, storage_errors
from workshop_app.storage.foreign_file import in_this_process, private_folder, verify_file
from workshop_app.storage.verified_copy import copy_out, sha256_of

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


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

    Raises InvalidInput when the folder is missing, StorageUnavailable when the medium refuses, is pulled out,
    or gives back something else than was written; then no package is left behind.
    """
    if not os.path.isdir(folder):
        raise InvalidInput(
            f"渡す先のフォルダー「{folder}」がありません。今のデータはそのままです。場所を確かめてください。"
        )
    with private_folder() as private:
        package = private / database.path.name
        edits = make_package(database, package)
        sha256 = sha256_of(package)
        try:
            target = _put(package, folder, sha256)
        except OSError as problem:
            raise _refused_by_medium(problem, package.stat().st_size) from problem
    notes = database.notes()
    return Package(target, sha256, len(notes), sum(note.voided for note in notes), edits)


def make_package(database: Database, package: Path) -> int:
    """Write a compact, private-free copy and check it as a stranger would; returns how many edits it holds."""
    # Another window may add a note meanwhile; the package is then the later state, never less.
    known = database.counts()["op"]
    with storage_errors():
        database.vacuum_into(package)
        _forget_private(package)
    with private_folder() as inside:
        # In this process: what is read back was written by this program a moment ago.
        edits = verify_file(package, inside, reader=in_this_process).rows_in
    if edits < known:
        raise _not_as_written()
    return edits


def _put(package: Path, folder: Path, sha256: str) -> Path:
    """Bring the finished bytes to the medium; nothing is left behind when that does not work."""
    stem = package.stem
    # A package of this very file that was cut off earlier; nobody else's file is touched.
    cut_off = re.compile(rf"\.{re.escape(stem)}_\d{{8}}-\d{{6}}(_\d+)?{re.escape(SUFFIX)}\.part")
    for name in os.listdir(folder):
        if cut_off.fullmatch(name):
            (folder / name).unlink()
    stamped = f"{stem}_{datetime.now(JST):%Y%m%d-%H%M%S}"
    target = folder / f"{stamped}{SUFFIX}"
    serial = 2
    while target.exists():
        target = folder / f"{stamped}_{serial}{SUFFIX}"
        serial += 1
    part = folder / f".{target.name}.part"
    written = part
    try:
        if not copy_out(package, part, sha256):
            raise _not_as_written()
        os.replace(part, target)
        written = target
        fsync_folder(folder)
        if sha256_of(target) != sha256:
            raise _not_as_written()
    except BaseException:
        with suppress(OSError):
            written.unlink(missing_ok=True)
        raise
    return target


def _forget_private(path: Path) -> None:
    """Half-written text stays on the laptop it was typed on."""
    with closing(sqlite3.connect(file_uri(path, "mode=rw"), uri=True, isolation_level=None)) as copy:
        copy.execute("DELETE FROM local WHERE key = 'draft'")
        # Without this the deleted text would still lie in a free corner of its page.
        copy.execute("VACUUM")


def _refused_by_medium(problem: OSError, size: int) -> StorageUnavailable:
    if problem.errno in DISK_FULL:
        megabytes = max(1, -(-size // 1_000_000))
        return StorageUnavailable(
            f"渡す先の空き容量が足りません（{megabytes} MB ほど要ります）。今のデータはそのままです。"
            "渡す先の不要なファイルを片づけるか、別の USB メモリーで試してください。"
        )
    return StorageUnavailable(
        "渡す先に書き込めませんでした。今のデータはそのままです。USB メモリーが抜けていないか、"
        "書き込み禁止になっていないかを確かめて、もう一度「ファイルを渡す」をしてください。"
    )


def _not_as_written() -> StorageUnavailable:
    return StorageUnavailable(
        "書き込んだ内容を読み直したら、元と違っていました。今のデータはそのままです。別の USB メモリーで試してください。"
    )
