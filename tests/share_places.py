"""Small workshop files and shared folders for the tests of publishing."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workshop_app.bootstrap import create_database, load_agenda, merge_files
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.services.merge import MergeReport
from workshop_app.services.ports import Watch
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage.database import Database
from workshop_app.storage.foreign_file import in_this_process
from workshop_app.storage.share_files import ShareFiles
from workshop_app.storage.shared_folder import SharedFolder

FILE_CALLS = (
    *("make_folder", "sizes", "fetch", "bring", "replace", "sync"),
    *("read", "modified_ms", "write_new", "overwrite", "remove"),
)


class Killed(BaseException):
    """Stands for a process that ends at once: nothing of ours catches it."""


class FailingFiles(ShareFiles):
    """Real files until the call number `good` is passed; then every call raises."""

    def __init__(self, good: int, problem: Callable[[], BaseException]) -> None:
        self.good = good
        self.problem = problem
        self.calls: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if name not in FILE_CALLS:
            return super().__getattribute__(name)
        if len(self.calls) >= self.good:
            raise self.problem()
        self.calls.append(name)
        return super().__getattribute__(name)


def vanished() -> OSError:
    return OSError(errno.EHOSTDOWN, "Host is down")


def make_file(path: Path, texts: Sequence[str], ward: str = "東区", device: str = "A") -> Path:
    """A laptop's file with these notes."""
    create_database(path, WorkshopSetup(load_agenda(None), ward, "2014-10-05", device_mark=device))
    add_notes(path, texts)
    return path


def add_notes(path: Path, texts: Sequence[str]) -> None:
    database = Database.open(path)
    record.add_notes(database, [NoteDraft(text, "T1", table=1) for text in texts])
    database.close()


def texts_in(path: Path) -> list[str]:
    """The notes of a local file."""
    database = Database.open(path)
    try:
        return sorted(note.text for note in database.notes())
    finally:
        database.close()


def merge(target: Path, sources: Sequence[Path], *, dry_run: bool, watch: Watch) -> MergeReport:
    # Reading in a process of its own is tested elsewhere; here it would only take time.
    return merge_files(target, sources, dry_run=dry_run, watch=watch, reader=in_this_process)


def machine(folder: Path, home: Path, **options: Any) -> SharedFolder:
    """A shared folder as one machine sees it."""
    return SharedFolder(folder, home, merge, **options)


def generations(folder: Path) -> list[Path]:
    """Every generation; insists that each is what its name says."""
    found = sorted((folder / "gens").glob("*.wsdb")) if (folder / "gens").is_dir() else []
    for path in found:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem[9:]
    return found


def leftovers(folder: Path) -> list[str]:
    """Passing files that somebody left in a shared folder."""
    return sorted(path.name for path in folder.rglob(".*"))
