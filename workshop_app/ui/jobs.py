"""Work that may take longer than a frame, away from the window's thread."""

from __future__ import annotations

import itertools
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from workshop_app.domain.errors import WorkshopError

T = TypeVar("T")


@dataclass(slots=True)
class _Job:
    """One piece of work and whom to tell of it."""

    parent: QObject
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[str], None]
    unexpected: str
    result: Any = None
    sentence: str = ""

    def perform(self) -> None:
        """Do the work; runs in the worker."""
        try:
            self.result = self.work()
        except WorkshopError as problem:
            self.sentence = problem.sentence
        except Exception:
            # Nobody is above this thread: tell the person, and leave the trace for the engineer.
            traceback.print_exc()
            self.sentence = self.unexpected


class _Desk(QObject):
    """Hands jobs out and takes their outcome back in the window's thread; one for the whole program.

    The jobs lie here, and a worker knows only its job's number: so neither this object nor a widget that a
    job refers to is ever let go of, and with that deleted, by a worker.
    """

    finished = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[int, _Job] = {}
        self._numbers = itertools.count()
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    def start(self, job: _Job) -> None:
        number = next(self._numbers)
        self.jobs[number] = job
        threading.Thread(target=self._run, args=(number,), name="job").start()

    def _run(self, number: int) -> None:
        self.jobs[number].perform()
        self.finished.emit(number)

    @Slot(int)
    def _on_finished(self, number: int) -> None:
        job = self.jobs.pop(number)
        if not shiboken6.isValid(job.parent):
            return
        if job.sentence:
            job.failed(job.sentence)
        else:
            job.done(job.result)


_desk: _Desk | None = None


def run_job(
    parent: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
) -> None:
    """Run `work` in a thread of its own, then `done(result)` or `failed(sentence)` in the window's thread.

    Neither is called when `parent` is gone by then. The program does not end before the work has.
    """
    global _desk
    if _desk is None:
        _desk = _Desk()
    unexpected = parent.tr(
        "思いがけないことで途中で止まりました。保存した付箋はすべて残っています。もう一度試してください。"
    )
    _desk.start(_Job(parent, work, done, failed, unexpected))


def jobs_under_way() -> int:
    """How many jobs have not been answered yet."""
    return 0 if _desk is None else len(_desk.jobs)
