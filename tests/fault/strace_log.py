"""Running a command under strace, and reading what strace wrote about it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CHANGING = (
    *("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range", "fallocate"),
    *("fsync", "fdatasync", "sync_file_range", "ftruncate", "truncate"),
    *("open", "openat", "creat", "mkdir", "mkdirat", "link", "linkat", "symlink", "symlinkat"),
    *("unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2"),
)
"""Every system call that can change what a folder holds or make it last."""
_TWO_PATHS = {"rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"}
_OPENS = {"open", "openat", "creat"}
_LINE = re.compile(r"^(\d+) +(.*)$")
_CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+|\?)(.*)$", re.DOTALL)
_UNFINISHED = re.compile(r"^(\w+)\((.*) <unfinished \.\.\.>$", re.DOTALL)
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.DOTALL)
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\.\.\.)?|(-?\w+)(?:<((?:[^>\\]|\\.)*)>(\(deleted\))?)?')
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))")
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}


@dataclass(frozen=True, slots=True)
class Call:
    """One system call. `number` counts the calls of this name in this process from 1."""

    process: int
    name: str
    number: int
    arguments: tuple[str | bytes, ...]
    """Plain words and numbers as text, quoted strings as bytes."""
    descriptors: tuple[str, ...]
    """The path behind each argument that is a file descriptor, '' for the others."""
    result: int | None
    """What it returned; None when the process died in it."""
    result_path: str
    injected: bool
    text: str = field(repr=False)

    @property
    def paths(self) -> list[str]:
        """The absolute paths the call names, through a descriptor or in words."""
        found, base = [], ""
        for argument, descriptor in zip(self.arguments, self.descriptors, strict=True):
            if isinstance(argument, bytes):
                if self.name in _OPENS | _TWO_PATHS or not found or self.name.endswith("at"):
                    found.append(os.path.normpath(os.path.join(base, os.fsdecode(argument))))
            elif descriptor:
                base = descriptor
                if not self.name.endswith(("at", "at2")):
                    found.append(descriptor)
        return found

    @property
    def changes(self) -> bool:
        """Whether it can change anything; an open only to read cannot."""
        if self.name in _OPENS:
            return bool(re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)|^creat", self.text))
        return self.name in CHANGING

    def touches(self, folders: Sequence[Path]) -> bool:
        """Whether it can change one of these folders or something below them."""
        return self.changes and any(
            path == str(folder) or path.startswith(f"{folder}/") for path in self.paths for folder in folders
        )


def tracer(log: Path, *options: str, strings: int = 32) -> list[str]:
    """The strace command to put before a program: all its processes, paths of descriptors, hex strings."""
    names = ",".join(f"?{name}" for name in (*CHANGING, "lseek"))
    base = ["strace", "-f", "-y", "-xx", "-s", str(strings), "-e", f"trace={names}", "-o", str(log)]
    return [*base, *options]


def why_not() -> str:
    """Why nothing can be traced on this machine; '' when it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "tracing (ptrace) is not permitted here"


def read_log(log: Path) -> list[Call]:
    """Every call of the log, in the order in which they ended."""
    return list(parse(log.read_text(encoding="utf-8", errors="replace").splitlines()))


def parse(lines: Sequence[str]) -> Iterator[Call]:
    """The calls of an strace log; calls of two processes that overlap are put together again."""
    counts: Counter[tuple[int, str]] = Counter()
    begun: dict[int, tuple[str, str, int]] = {}
    for line in lines:
        split = _LINE.match(line)
        if split is None:
            continue
        process, rest = int(split[1]), split[2]
        if started := _UNFINISHED.match(rest):
            counts[process, started[1]] += 1
            begun[process] = (started[1], started[2], counts[process, started[1]])
        elif (resumed := _RESUMED.match(rest)) and process in begun:
            name, head, number = begun.pop(process)
            if call := _CALL.match(f"{name}({head}{resumed[2]}"):
                yield _call(process, number, call)
        elif call := _CALL.match(rest):
            counts[process, call[1]] += 1
            yield _call(process, counts[process, call[1]], call)


def _call(process: int, number: int, match: re.Match[str]) -> Call:
    name, inside, result, after = match.groups()
    arguments: list[str | bytes] = []
    descriptors: list[str] = []
    for found in _ARGUMENT.finditer(inside):
        quoted, word, path, deleted = found.groups()
        arguments.append(unescape(quoted) if quoted is not None else word)
        descriptors.append(os.fsdecode(unescape(path)) if path and not deleted else "")
    path = re.match(r"<((?:[^>\\]|\\.)*)>", after)
    return Call(
        process,
        name,
        number,
        tuple(arguments),
        tuple(descriptors),
        None if result == "?" else int(result),
        os.fsdecode(unescape(path[1])) if path else "",
        "(INJECTED)" in after,
        f"{name}({inside})",
    )


def unescape(text: str) -> bytes:
    """The bytes of a string as strace prints it."""

    def one(match: re.Match[bytes]) -> bytes:
        hexadecimal, octal, letter = match.groups()
        if hexadecimal:
            return bytes([int(hexadecimal, 16)])
        return bytes([int(octal, 8)]) if octal else _LETTERS.get(letter, letter)

    return _ESCAPE.sub(one, text.encode())
