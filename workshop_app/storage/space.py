"""Is there room for what is about to be written? Asked before anything is, so that nobody waits for nothing.

The answer is an estimate: a disk may still fill up in the middle, and then nothing has changed either.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from workshop_app.domain.errors import StorageUnavailable

_MEGABYTE = 1_000_000
_COPIES_OF_TARGET = 3
"""The backup, what the transaction keeps of the old pages, and the grown file itself."""
_GROWTH = 2
"""What a source adds to the target: its edits, and the tables and the index that are derived from them."""
_COPIES_OF_PACKAGE = 3
"""A package is made compact twice and then read back from a private copy."""
_COPIES_ON_SHARE = 2
"""The generation, and the new shared.wsdb while the old one is still there."""


@dataclass(frozen=True, slots=True)
class Need:
    """So many bytes are going to be written below a folder, which may not be there yet."""

    folder: Path
    size: int


def free_bytes(folder: Path) -> int:
    """Ask the operating system; the one function tests replace. Raises OSError."""
    return shutil.disk_usage(folder).free


def require_room(needs: Iterable[Need]) -> None:
    """Raise StorageUnavailable, with megabytes needed and free, when one of the disks has not enough room.

    Folders on one disk need their room together. A disk that does not say how full it is stands in nobody's way.
    """
    by_disk: dict[int, list[Need]] = defaultdict(list)
    for need in needs:
        folder = _existing(need.folder)
        try:
            by_disk[_disk_of(folder)].append(Need(folder, need.size))
        except OSError:
            continue
    for together in by_disk.values():
        size = sum(need.size for need in together)
        most = max(together, key=lambda need: need.size)
        try:
            free = free_bytes(most.folder)
        except OSError:
            continue
        if size > free:
            raise StorageUnavailable(
                f"空き容量が足りません（{-(-size // _MEGABYTE):,} MB ほど要りますが、空きは "
                f"{free // _MEGABYTE:,} MB です）。今のデータは変わっていません。"
                f"「{most.folder}」のあるディスクの不要なファイルを片づけて、もう一度試してください。"
            )


@contextmanager
def room_for(needs: Sequence[Need]) -> Iterator[None]:
    """Work that needs so much room: refused before it begins, and in the same words when it is over in the middle.

    Between asking and writing somebody else may have filled the disk.
    """
    require_room(needs)
    try:
        yield
    except StorageUnavailable:
        require_room(needs)
        raise


def merge_needs(target: Path, sources: Sequence[Path], *, dry_run: bool) -> list[Need]:
    """What a merge writes: the sources' private copies, and the target beside its backup.

    A dry run does the work on a copy among the private ones.
    """
    private, come = Path(gettempdir()), sum(map(size_of, sources))
    grown = _COPIES_OF_TARGET * size_of(target) + _GROWTH * come
    return [Need(private, come), Need(private if dry_run else target.parent, grown)]


def package_needs(source: Path, folder: Path) -> list[Need]:
    """What a hand-over file needs: it is made and read back on this machine, and then brought to the medium."""
    size = size_of(source)
    return [Need(Path(gettempdir()), _COPIES_OF_PACKAGE * size), Need(folder, size)]


def workbook_needs(source: Path, target: Path) -> list[Need]:
    """What a workbook needs: packed it is smaller than the file it is made from, as are its unfinished parts."""
    size = size_of(source)
    return [Need(Path(gettempdir()), size), Need(target.parent, size)]


def share_needs(
    local: Path, sources: Sequence[Path], fetched: Sequence[int], home: Path, share: Path
) -> list[Need]:
    """What publishing needs on both sides; `fetched` are the sizes of what has to be brought here first.

    Generations hold nearly the same, so the greatest of them stands for all. The merge into the working file
    comes on top and is asked for by itself.
    """
    whole = max([size_of(local), *fetched]) + sum(map(size_of, sources))
    return [Need(home, sum(fetched) + _COPIES_OF_PACKAGE * whole), Need(share, _COPIES_ON_SHARE * whole)]


def size_of(path: Path) -> int:
    """Bytes of an ordinary file; 0 for anything else, which the reading itself says more about."""
    try:
        info = path.stat()
    except (OSError, ValueError):
        return 0
    return info.st_size if stat.S_ISREG(info.st_mode) else 0


def _disk_of(folder: Path) -> int:
    return folder.stat().st_dev


def _existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    folder = folder.absolute()
    while not os.path.isdir(folder) and folder != folder.parent:
        folder = folder.parent
    return folder
