"""Python's cyclic garbage, collected in the window's thread only.

Python collects in whichever thread happens to allocate. Garbage may hold widgets, and a widget that a worker
deletes brings the program down (seen as a rare crash after a merge).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from workshop_app.ui.jobs import jobs_under_way

_INTERVAL_MS = 100
"""Often, so that little has come together each time: what a worker makes meanwhile is looked at as well."""


class GarbageCollector(QObject):
    """Turns the automatic collection off and does the same work from a timer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.setInterval(_INTERVAL_MS)
        timer.timeout.connect(self._on_timeout)
        timer.start()

    def _on_timeout(self) -> None:
        due = [count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        # A worker may hold millions of objects just then; looking at all of them would stop the window.
        oldest = 1 if jobs_under_way() else 2
        for generation in range(oldest, -1, -1):
            if due[generation]:
                gc.collect(generation)
                return
