"""Every touch of a shared folder: plain file calls, in one place, so that tests can let any of them fail."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from workshop_app.storage.backup import fsync_file, fsync_folder
from workshop_app.storage.verified_copy import Step, copy_in, copy_out


class ShareFiles:
    """Raises OSError when the share is gone or refuses; SQLite never gets a path from here."""

    def is_folder(self, path: Path) -> bool:
        """Whether a folder is there."""
        return os.path.isdir(path)

    def make_folder(self, path: Path) -> None:
        """Make a folder that may be there already."""
        path.mkdir(exist_ok=True)

    def sizes(self, folder: Path) -> dict[str, int]:
        """Name and size of every ordinary file in a folder."""
        found = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                info = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(info.st_mode):
                    found[entry.name] = info.st_size
        return found

    def fetch(self, path: Path, copy: Path, step: Step) -> str:
        """Copy a file to this machine; returns its SHA-256."""
        return copy_in(path, copy, step)

    def bring(self, source: Path, part: Path, sha256: str, step: Step) -> None:
        """Write a finished file under a passing name, synced and read back."""
        if not copy_out(source, part, sha256, step):
            raise OSError("read back something else than was written")

    def replace(self, part: Path, target: Path) -> None:
        """Give a file its name, in place of what had it before."""
        os.replace(part, target)

    def sync(self, folder: Path) -> None:
        """Make the renames in a folder last."""
        fsync_folder(folder)

    def read(self, path: Path) -> bytes:
        """A small file."""
        return path.read_bytes()

    def modified_ms(self, path: Path) -> int:
        """When a file was last written, by the clock of the share."""
        return path.stat().st_mtime_ns // 1_000_000

    def write_new(self, path: Path, content: bytes) -> None:
        """Make a small file; FileExistsError when the name is taken."""
        with path.open("xb") as file:
            file.write(content)

    def overwrite(self, path: Path, part: Path, content: bytes) -> None:
        """Put a small file in place of another, whole."""
        part.write_bytes(content)
        fsync_file(part)
        os.replace(part, path)

    def remove(self, path: Path) -> None:
        """Take a file away that may be gone already."""
        path.unlink(missing_ok=True)
