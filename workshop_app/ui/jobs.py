"""Work that may take longer than a frame, away from the window's thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from workshop_app.domain.errors import WorkshopError

T = TypeVar("T")


class _Relay(QObject):
    """Lives in the window's thread; carries the outcome over from the worker."""

    finished = Signal(object, str)

    def __init__(self, parent: QObject, done: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._done = done
        self._failed = failed
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    @Slot(object, str)
    def _on_finished(self, result: object, sentence: str) -> None:
        self.deleteLater()
        if sentence:
            self._failed(sentence)
        else:
            self._done(result)


class _Work(QRunnable):
    def __init__(self, work: Callable[[], object], relay: _Relay, unexpected: str) -> None:
        super().__init__()
        self._work = work
        self._relay = relay
        self._unexpected = unexpected

    def run(self) -> None:
        result: object = None
        sentence = ""
        try:
            result = self._work()
        except WorkshopError as problem:
            sentence = problem.sentence
        except Exception:
            # The worker's thread has no one above it: tell the person, and leave the trace for the engineer.
            import traceback

            traceback.print_exc()
            sentence = self._unexpected
        # The window may have been closed meanwhile; then nobody waits for the outcome.
        with contextlib.suppress(RuntimeError):
            self._relay.finished.emit(result, sentence)


def run_job(
    parent: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
) -> None:
    """Run `work` in a worker thread, then `done(result)` or `failed(sentence)` in the window's thread.

    Neither is called when `parent` is gone by then.
    """
    relay = _Relay(parent, done, failed)
    unexpected = parent.tr(
        "思いがけないことで途中で止まりました。保存した付箋はすべて残っています。もう一度試してください。"
    )
    QThreadPool.globalInstance().start(_Work(work, relay, unexpected))
