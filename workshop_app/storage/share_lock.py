"""The courtesy lock of a shared folder: it keeps two clerks from working twice, and nothing depends on it.

What keeps opinions safe is that generations are never overwritten and that the next reader takes the union.
"""

from __future__ import annotations

import getpass
import json
import platform
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workshop_app.services.share import LockOwner
from workshop_app.storage.share_files import ShareFiles

LOCK_NAME = "shared.lock"
BEAT_S = 60.0
STALE_S = 180
"""Three missed beats: the program that wrote the lock is gone."""
_MAX_NAME = 80


def user_name() -> str:
    """The account's name, for the colleague who finds the lock."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "不明"


class ShareLock:
    """One try to hold the lock of one folder; `token` tells this machine's locks from others'."""

    def __init__(
        self,
        folder: Path,
        files: ShareFiles,
        wall_ms: Callable[[], int],
        token: str,
        *,
        who: str | None = None,
        host: str | None = None,
    ) -> None:
        self._path = folder / LOCK_NAME
        self._files = files
        self._wall_ms = wall_ms
        self._who = who or user_name()
        self._host = host or platform.node() or "不明"
        self._token = token
        self._part = folder / f".{LOCK_NAME}.{token}.part"
        self._ended = threading.Event()
        self._beating: threading.Thread | None = None
        self.held = False
        self.other: LockOwner | None = None
        """Whose lock was met; when `held` is true it was taken over."""

    def take(self, *, force: bool = False) -> bool:
        """Take the lock; a stale one is taken over, a live one only by force. Raises OSError."""
        try:
            self._files.write_new(self._path, self._content())
        except FileExistsError:
            # Our own is left over from a run that was killed; this machine runs one at a time.
            self.other = None if self._is_ours() else self._owner()
            if self.other is not None and self.other.age_s < STALE_S and not force:
                return False
            self._files.overwrite(self._path, self._part, self._content())
        self.held = True
        self._beating = threading.Thread(target=self._beat_until_ended, name="share-lock", daemon=True)
        self._beating.start()
        return True

    def beat(self) -> None:
        """Say that we are still at work; a lock somebody took over is left alone."""
        if self._is_ours():
            self._files.overwrite(self._path, self._part, self._content())

    def release(self) -> None:
        """Give the lock back; quietly, for a lock left behind turns stale by itself."""
        self._ended.set()
        if self._beating is not None:
            self._beating.join()
        if self.held:
            self.held = False
            with suppress(OSError):
                if self._is_ours():
                    self._files.remove(self._path)

    def _beat_until_ended(self) -> None:
        while not self._ended.wait(BEAT_S):
            with suppress(OSError):
                self.beat()

    def _content(self) -> bytes:
        document = {"who": self._who, "host": self._host, "time": self._wall_ms(), "token": self._token}
        return json.dumps(document, ensure_ascii=False).encode()

    def _is_ours(self) -> bool:
        try:
            return self._token.encode() in self._files.read(self._path)
        except FileNotFoundError:
            return False

    def _owner(self) -> LockOwner | None:
        """Who holds the lock; None when it was given back meanwhile."""
        try:
            written_ms = self._files.modified_ms(self._path)
            found = json.loads(self._files.read(self._path))
            time_ms = int(found["time"])
            # A date to come is a wrong clock; such a lock would never turn stale.
            believed = time_ms if time_ms <= self._wall_ms() + STALE_S * 1000 else written_ms
            return self._described(found["who"], found["host"], believed)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            # Just being written, or not ours at all: it counts as held since the file was touched.
            return self._described("不明", "不明", written_ms)

    def _described(self, who: object, host: object, time_ms: int) -> LockOwner:
        age_s = max(0, self._wall_ms() - time_ms) // 1000
        return LockOwner(str(who)[:_MAX_NAME], str(host)[:_MAX_NAME], age_s)
