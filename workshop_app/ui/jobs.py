"""Work that may take longer than a frame, away from the window's thread."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from workshop_app.domain.errors import WorkshopError

T = TypeVar("T")


class _Relay(QObject):
    """Lives in the window's thread and carries the outcome over from the worker.

    It has no parent and is kept until it has been told: a worker must never meet an object that the window's
    thread is just deleting.
    """

    finished = Signal(object, str)
    waiting: set[_Relay] = set()  # noqa: RUF012 - the jobs under way, of the whole program

    def __init__(self, parent: QObject, done: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        super().__init__()
        self._parent = parent
        self._done = done
        self._failed = failed
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self.waiting.add(self)

    @Slot(object, str)
    def _on_finished(self, result: object, sentence: str) -> None:
        self.waiting.discard(self)
        if not shiboken6.isValid(self._parent):
            return
        if sentence:
            self._failed(sentence)
        else:
            self._done(result)


def run_job(
    parent: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
) -> None:
    """Run `work` in a thread of its own, then `done(result)` or `failed(sentence)` in the window's thread.

    Neither is called when `parent` is gone by then. The program does not end before the work has.
    """
    relay = _Relay(parent, done, failed)
    unexpected = parent.tr(
        "思いがけないことで途中で止まりました。保存した付箋はすべて残っています。もう一度試してください。"
    )

    def run() -> None:
        result: object = None
        sentence = ""
        try:
            result = work()
        except WorkshopError as problem:
            sentence = problem.sentence
        except Exception:
            # Nobody is above this thread: tell the person, and leave the trace for the engineer.
            traceback.print_exc()
            sentence = unexpected
        relay.finished.emit(result, sentence)

    threading.Thread(target=run, name="job").start()
