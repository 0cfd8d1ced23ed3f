"""While another program has the file: try again by a timer. The window's thread waits for nobody."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from workshop_app.domain.errors import FileBusy

WAIT_MS = 10
"""SQLite itself waits no longer than this in the window's thread."""
AGAIN_MS = 100
LIMIT_MS = 10_000


def when_free(
    parent: QObject,
    attempt: Callable[[], None],
    give_up: Callable[[FileBusy], None],
    waiting: Callable[[], None] = lambda: None,
) -> None:
    """Run `attempt` now, and again until it is no longer refused with FileBusy; `give_up` after the limit.

    `waiting` is called once, when it has to be tried again. Nothing is called any more when `parent` is gone.
    """
    try:
        attempt()
        return
    except FileBusy:
        waiting()
    timer, since = QTimer(parent), QElapsedTimer()
    timer.setInterval(AGAIN_MS)
    since.start()

    def again() -> None:
        try:
            attempt()
        except FileBusy as problem:
            if since.elapsed() < LIMIT_MS:
                return
            timer.stop()
            timer.deleteLater()
            give_up(problem)
            return
        except BaseException:
            timer.stop()
            raise
        timer.stop()
        timer.deleteLater()

    timer.timeout.connect(again)
    timer.start()
