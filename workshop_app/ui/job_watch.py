"""Following a job from the window: what it is doing comes in as a signal, and it can be told to stop."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject, Signal

from workshop_app.domain.errors import Cancelled

_SECONDS_BETWEEN = 0.1


class JobWatch(QObject):
    """A `services.ports.Watch` for one job; `stopped_text` is what the job's `failed` gets after `stop`."""

    progressed = Signal(str, int, int)
    """What is being done, how much of it, of how much (0: not known). At most ten times a second."""

    def __init__(self, stopped_text: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stopped_text = stopped_text
        self._stop = threading.Event()
        self._told = ("", 0.0)

    def stop(self) -> None:
        """Ask the job to stop; it answers when it next looks up."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the job was asked to stop."""
        return self._stop.is_set()

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        """From the worker: say what is being done; raises Cancelled to stop."""
        self.check()
        now = time.monotonic()
        before, at = self._told
        # A new piece of work is always told: it may be long and never speak again.
        if what != before or now - at >= _SECONDS_BETWEEN:
            self._told = (what, now)
            self.progressed.emit(what, done, of)

    def check(self) -> None:
        """From the worker: raises Cancelled when the person wants to stop."""
        if self._stop.is_set():
            raise Cancelled(self.stopped_text)
