"""What a killed run of this program left half-written, and how it is told from what is being written now.

Passing files and folders carry the number of the process that writes them. One whose process is gone is nobody's
any more and is taken away at the next occasion, so that kills do not pile up.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

_PROCESS = re.compile(r"\.p(\d+)\.")
_OLD_S = 24 * 60 * 60


def passing_name(name: str) -> str:
    """A hidden name for what will be called `name` when it is whole."""
    return f".{name}.p{os.getpid()}.part"


def sweep(folder: Path, start: str) -> None:
    """Remove passing files and folders below `folder` whose names begin so and whose process is gone.

    Their journals go with them. What cannot be removed stays: this is housekeeping and never a reason to stop.
    """
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            found = _PROCESS.search(entry.name)
            if entry.name.startswith(start) and found and _is_gone(int(found[1]), entry):
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        os.unlink(entry.path)


def _is_gone(process: int, entry: os.DirEntry[str]) -> bool:
    if process == os.getpid():
        return False
    if sys.platform == "win32":
        # There os.kill(pid, 0) would end the process instead of asking for it.
        return time.time() - entry.stat().st_mtime > _OLD_S
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
