"""What a disk may hold after the power went: a model of files and folders with unsynced changes.

What was synced is there. A write that was not may be there, not there, or there in some of its 512-byte
sectors; a file name that was made, moved or taken away without a sync of its folder may be in either state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
NOTHING, EVERYTHING, PREFIX, MIXED = "nothing", "everything", "a prefix", "a mixture"
POLICIES = (NOTHING, EVERYTHING, PREFIX, MIXED, MIXED)
"""How much of the unsynced changes survives; the mixture, which tears writes, is drawn twice as often."""


@dataclass(slots=True, eq=False)
class File:
    """A file: what is surely on the disk, the changes since the last sync, and what programs see."""

    durable: bytes = b""
    pending: list[Write | Size] = field(default_factory=list)
    live: bytearray = field(default_factory=bytearray)

    def change(self, change: Write | Size) -> None:
        """A program writes or cuts."""
        change.apply(self.live)
        self.pending.append(change)

    def sync(self) -> None:
        """fsync or fdatasync returned."""
        self.durable, self.pending = bytes(self.live), []

    def survivor(self, policy: str, random: Random) -> bytes:
        """One content it may have after a power cut."""
        content = bytearray(self.durable)
        kept = _kept(len(self.pending), policy, random)
        for change, keep in zip(self.pending, kept, strict=True):
            if keep and policy == MIXED and random.random() < 0.5:
                change.tear(content, random)
            elif keep:
                change.apply(content)
        return bytes(content)


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written at an offset."""

    offset: int
    data: bytes

    def apply(self, content: bytearray) -> None:
        """All of it."""
        _grow(content, self.offset)
        content[self.offset : self.offset + len(self.data)] = self.data

    def tear(self, content: bytearray, random: Random) -> None:
        """Only some of the disk's sectors; a sector itself is written whole or not at all."""
        end = self.offset + len(self.data)
        start = self.offset
        while start < end:
            stop = min(end, (start // SECTOR + 1) * SECTOR)
            if random.random() < 0.5:
                _grow(content, start)
                content[start:stop] = self.data[start - self.offset : stop - self.offset]
            start = stop


@dataclass(frozen=True, slots=True)
class Size:
    """A file cut or stretched to a size."""

    size: int

    def apply(self, content: bytearray) -> None:
        """Cut, or stretch with zeros."""
        _grow(content, self.size)
        del content[self.size :]

    def tear(self, content: bytearray, random: Random) -> None:
        """A size is set or not; there is no half."""
        self.apply(content)


@dataclass(slots=True, eq=False)
class Folder:
    """A folder: the entries surely on the disk, and the entries programs see."""

    durable: dict[str, File | Folder] = field(default_factory=dict)
    live: dict[str, File | Folder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """One change of names, kept or lost as a whole: (folder, name, what stands there or None)."""

    changes: tuple[tuple[Folder, str, File | Folder | None], ...]

    def apply(self, which: dict[int, dict[str, File | Folder]]) -> None:
        """Make the change in the given tables of entries, by folder."""
        for folder, name, node in self.changes:
            if node is None:
                which[id(folder)].pop(name, None)
            else:
                which[id(folder)][name] = node


class Disk:
    """A folder tree under programs that write, and what is left of it when the power goes."""

    def __init__(self, content: dict[str, bytes | None]) -> None:
        """Start from relative path → bytes (None for a folder), all of it synced."""
        self.root = Folder()
        self._names: list[Entries] = []
        for path, data in sorted(content.items()):
            folder, name = self._place(path)
            node: File | Folder = Folder() if data is None else File(data, live=bytearray(data))
            folder.durable[name] = folder.live[name] = node

    def find(self, path: str) -> File | Folder | None:
        """What programs see at a path."""
        node: File | Folder | None = self.root
        for part in Path(path).parts:
            node = node.live.get(part) if isinstance(node, Folder) else None
        return node

    def file(self, path: str) -> File:
        """The file programs see at a path; KeyError when there is none."""
        node = self.find(path)
        if not isinstance(node, File):
            raise KeyError(path)
        return node

    def make(self, path: str, node: File | Folder) -> None:
        """A new name in a folder."""
        self._rename(((*self._place(path), node),))

    def remove(self, path: str) -> None:
        """A name taken away."""
        self._rename(((*self._place(path), None),))

    def move(self, old: str, new: str) -> None:
        """A rename: after a cut the old name or the new one stands there, never both or none."""
        self._rename(((*self._place(old), None), (*self._place(new), self.find(old))))

    def sync(self, path: str) -> None:
        """fsync of a file makes its content last; of a folder, its names."""
        node = self.find(path)
        if isinstance(node, File):
            node.sync()
        elif node is not None:
            # A rename between two folders lasts when either of them was synced.
            pinned = [change for change in self._names if any(f is node for f, _, _ in change.changes)]
            for change in pinned:
                change.apply({id(folder): folder.durable for folder, _, _ in change.changes})
            self._names = [change for change in self._names if change not in pinned]

    def live(self) -> dict[str, bytes | None]:
        """The whole tree as programs see it."""
        return _flat(self.root, lambda folder: folder.live, lambda file: bytes(file.live))

    def after_power_cut(self, random: Random) -> dict[str, bytes | None]:
        """One tree that may be found when the power is back."""
        entries: dict[int, dict[str, File | Folder]] = {}
        for folder in self._folders():
            entries[id(folder)] = dict(folder.durable)
        kept = _kept(len(self._names), random.choice(POLICIES), random)
        for change, keep in zip(self._names, kept, strict=True):
            if keep:
                change.apply(entries)
        contents: dict[int, bytes] = {}

        def content(file: File) -> bytes:
            if id(file) not in contents:
                contents[id(file)] = file.survivor(random.choice(POLICIES), random)
            return contents[id(file)]

        return _flat(self.root, lambda folder: entries[id(folder)], content)

    def _rename(self, changes: tuple[tuple[Folder, str, File | Folder | None], ...]) -> None:
        change = Entries(changes)
        change.apply({id(folder): folder.live for folder, _, _ in changes})
        self._names.append(change)

    def _place(self, path: str) -> tuple[Folder, str]:
        folder = self.find(str(Path(path).parent))
        if not isinstance(folder, Folder):
            raise KeyError(path)
        return folder, Path(path).name

    def _folders(self) -> list[Folder]:
        found, todo = [], [self.root]
        while todo:
            folder = todo.pop()
            found.append(folder)
            inside = [*folder.live.values(), *folder.durable.values()]
            inside += [node for change in self._names for _, _, node in change.changes if node is not None]
            todo += [node for node in inside if isinstance(node, Folder) and node not in (*found, *todo)]
        return found


def _kept(count: int, policy: str, random: Random) -> list[bool]:
    if policy == PREFIX:
        length = random.randint(0, count)
        return [index < length for index in range(count)]
    if policy == MIXED:
        return [random.random() < 0.5 for _ in range(count)]
    return [policy == EVERYTHING] * count


def _grow(content: bytearray, size: int) -> None:
    if len(content) < size:
        content.extend(bytes(size - len(content)))


def _flat(
    folder: Folder,
    entries: Callable[[Folder], dict[str, File | Folder]],
    content: Callable[[File], bytes],
    prefix: str = "",
) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = {}
    for name, node in entries(folder).items():
        if isinstance(node, Folder):
            found[prefix + name] = None
            found |= _flat(node, entries, content, f"{prefix}{name}/")
        else:
            found[prefix + name] = content(node)
    return found


def read_tree(folder: Path) -> dict[str, bytes | None]:
    """A real folder in the form of the model."""
    return {
        path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def write_tree(folder: Path, content: dict[str, bytes | None]) -> None:
    """Make a tree of the model real in an empty folder."""
    for path, data in sorted(content.items()):
        if data is None:
            (folder / path).mkdir(parents=True)
        else:
            (folder / path).write_bytes(data)
