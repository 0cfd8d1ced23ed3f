"""Bringing a finished file to a medium that is not trusted: a stick, a network share.

Plain bytes only, never SQLite: they are written under a passing name, synced, and read back by hash before
the file gets its name.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20

Step = Callable[[int, int], None]
"""Told how many bytes of how many are copied; may raise to stop it."""


def _untold(done: int, of: int) -> None:
    """Nobody follows the copying."""


def sha256_of(path: Path) -> str:
    """The hash of what the medium gives back, not of what the system remembers having written."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_out(source: Path, part: Path, sha256: str, step: Step = _untold) -> bool:
    """Write a file's bytes under a passing name and read them back; False when they are not those.

    Raises OSError when the medium refuses or is gone. The caller renames or removes `part`.
    """
    with source.open("rb") as original, part.open("wb") as copy:
        _pump(original, copy.write, step)
        copy.flush()
        os.fsync(copy.fileno())
    return sha256_of(part) == sha256


def copy_in(source: Path, copy: Path, step: Step = _untold) -> str:
    """Copy a file's bytes to this machine; returns their hash. Raises OSError."""
    digest = hashlib.sha256()

    def take(block: bytes) -> None:
        digest.update(block)
        target.write(block)

    with source.open("rb") as original, copy.open("wb") as target:
        _pump(original, take, step)
    return digest.hexdigest()


def _pump(original: BinaryIO, take: Callable[[bytes], object], step: Step) -> None:
    size, done = os.fstat(original.fileno()).st_size, 0
    while block := original.read(_CHUNK):
        step(done, size)
        take(block)
        done += len(block)
