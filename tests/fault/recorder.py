"""Recording what a command does to a folder, so that it can be stopped at any point afterwards."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fault import strace_log
from fault.disk_model import Disk, File, Folder, Size, Write, read_tree
from fault.program import ROOT, Box
from fault.strace_log import Call

WHOLE_STRINGS = 1 << 24
ANSWER = "answer"
Event = tuple
"""(what, path, …): make, folder, write, size, sync, remove, move; or only `ANSWER`."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A tree at the start, everything that was done to it, and what the command said."""

    start: dict[str, bytes | None]
    events: tuple[Event, ...]
    out: str

    @property
    def answered(self) -> int:
        """How many events lie before the end of the answer."""
        return max(index for index, event in enumerate(self.events) if event == (ANSWER,)) + 1

    def disk_at(self, cut: int) -> Disk:
        """The disk after the first `cut` events."""
        disk = Disk(self.start)
        for event in self.events[:cut]:
            apply(disk, event)
        return disk


def record(box: Box, command: Sequence[str]) -> Recording:
    """Run a Python command that works in the box. Raises when the recording does not give the real outcome."""
    start = read_tree(box.root)
    with tempfile.TemporaryDirectory(prefix="workshop-log-") as folder:
        log = Path(folder) / "log"
        done = subprocess.run(
            [*strace_log.tracer(log, strings=WHOLE_STRINGS), sys.executable, *command],
            cwd=ROOT,
            env=box.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the recorded command did not work: {done.stderr.decode(errors='replace')}")
        events = tuple(events_of(strace_log.read_log(log), box.root, start))
    recording = Recording(start, events, done.stdout.decode())
    if recording.disk_at(len(events)).live() != read_tree(box.root):
        raise RuntimeError(
            "the recording does not lead to the files that are there: a call was not understood"
        )
    return recording


def events_of(calls: Iterable[Call], base: Path, start: dict[str, bytes | None]) -> list[Event]:
    """The changes below `base` and the answers on standard output, in order."""
    events: list[Event] = []
    disk = Disk(start)
    positions: dict[tuple[int, str], int] = {}
    for call in calls:
        if call.result is None or call.result < 0:
            continue
        if call.name == "lseek":
            positions[call.process, str(call.arguments[0])] = call.result
        elif call.touches((base,)):
            for event in _translate(call, base, disk, positions):
                apply(disk, event)
                events.append(event)
        elif call.name in ("write", "writev") and call.arguments[0] == "1":
            events.append((ANSWER,))
    return events


def apply(disk: Disk, event: Event) -> None:
    """Do one event to a disk."""
    match event:
        case ("make", path):
            disk.make(path, File())
        case ("folder", path):
            disk.make(path, Folder())
        case ("write" | "size", path, change):
            disk.file(path).change(change)
        case ("sync", path):
            disk.sync(path)
        case ("remove", path):
            disk.remove(path)
        case ("move", old, new):
            disk.move(old, new)


def _translate(call: Call, base: Path, disk: Disk, positions: dict[tuple[int, str], int]) -> list[Event]:
    paths = [str(Path(path).relative_to(base)) for path in call.paths if Path(path).is_relative_to(base)]
    name, path = call.name, paths[-1]
    handle = (call.process, str(call.arguments[0]))
    match name:
        case "open" | "openat" | "creat":
            positions[call.process, str(call.result)] = 0
            if disk.find(path) is None:
                return [("make", path)]
            return [("size", path, Size(0))] if re.search("O_TRUNC|^creat", call.text) else []
        case "pwrite64" | "pwritev":
            return [("write", path, Write(int(call.arguments[-1]), _data(call)))]
        case "write" | "writev":
            offset = len(disk.file(path).live) if "O_APPEND" in call.text else positions.get(handle, 0)
            positions[handle] = offset + int(call.result or 0)
            return [("write", path, Write(offset, _data(call)))]
        case "sendfile":
            offset = positions.get(handle, 0)
            positions[handle] = offset + int(call.result or 0)
            begin = int(call.arguments[2])
            source = disk.file(str(Path(call.paths[1]).relative_to(base))).live
            return [("write", paths[0], Write(offset, bytes(source[begin : begin + int(call.result or 0)])))]
        case "ftruncate" | "truncate":
            return [("size", path, Size(int(call.arguments[1])))]
        case "fsync" | "fdatasync":
            return [("sync", path)]
        case "mkdir" | "mkdirat":
            return [("folder", path)]
        case "unlink" | "unlinkat" | "rmdir":
            return [("remove", path)]
        case "rename" | "renameat" | "renameat2":
            return [("move", *paths)]
    raise RuntimeError(f"the recorder does not know what {name} does to a file")


def _data(call: Call) -> bytes:
    data = b"".join(argument for argument in call.arguments if isinstance(argument, bytes))
    if len(data) < int(call.result or 0):
        raise RuntimeError("strace cut a string off; give it a larger -s")
    return data[: call.result]
