"""How long the window stands still during a merge: `python tests/bench/window_gaps.py [NOTES] [--json OUT]`.

The real window on the merge page, drawn offscreen, merges a file of NOTES notes into a new file and then another
one into the file it has open. A timer of 10 ms ticks in the window's thread; what is printed is the longest time
between two ticks, in ms, for each stage. Nothing here passes or fails; a busy machine adds its own waits.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from big_file import make  # noqa: E402
from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QMainWindow, QPushButton  # noqa: E402

from workshop_app import bootstrap  # noqa: E402
from workshop_app.services.prepare import WorkshopSetup  # noqa: E402
from workshop_app.ui.application import prepare_application  # noqa: E402
from workshop_app.ui.jobs import jobs_under_way  # noqa: E402
from workshop_app.ui.merge_page import MergePage  # noqa: E402

_TICK_MS = 10
_IDLE_MS = 5_000
_LONGEST_RUN_MS = 30 * 60_000


class Heartbeat(QObject):
    """Ticks in the window's thread and keeps the longest gap of each stage."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: dict[str, float] = {}
        self.seconds: dict[str, float] = {}
        self._stage = ""
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def run(self, stage: str, begin: Callable[[], object], done: Callable[[], bool]) -> None:
        """Begin something and let the window live until it is done."""
        loop = QEventLoop()
        end = QTimer()
        end.setInterval(50)
        end.timeout.connect(lambda: loop.quit() if done() else None)
        QTimer.singleShot(_LONGEST_RUN_MS, loop, loop.quit)
        self._stage, self._last = stage, time.perf_counter()
        start = self._last
        self._timer.start()
        end.start()
        QTimer.singleShot(0, begin)
        loop.exec()
        self._on_tick()
        self._timer.stop()
        self.seconds[stage] = time.perf_counter() - start
        if not done():
            raise SystemExit(f"{stage}: not done in time")

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.gaps[self._stage] = max(self.gaps.get(self._stage, 0.0), 1000 * (now - self._last))
        self._last = now


def merge_in(heart: Heartbeat, window: QMainWindow, source: Path, name: str) -> None:
    """Show the page, put a file on it, press the button: as a person would."""
    page = window.findChild(MergePage)
    button = window.findChild(QPushButton, "mergeDo")
    assert isinstance(page, MergePage)
    assert isinstance(button, QPushButton)

    def quiet() -> bool:
        return not page.work.busy and not jobs_under_way()

    heart.run(f"{name}: preview", lambda: page.add_files([source]), lambda: quiet() and button.isEnabled())
    heart.run(
        f"{name}: merge and show",
        lambda: QTest.mouseClick(button, Qt.MouseButton.LeftButton),
        lambda: quiet() and page.work.report is not None and not page.work.previewing,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=int, nargs="?", default=200_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["WORKSHOP_APP_HOME"] = str(folder / "home")
        first, second, own = folder / "東区.wsdb", folder / "西区.wsdb", folder / "中央区.wsdb"
        make(first, options.notes)
        make(second, options.notes, ward="西区")
        setup = WorkshopSetup(bootstrap.load_agenda(None), "中央区", "2014-10-05", tables=4)
        bootstrap.create_database(own, setup)
        prepare_application()
        # What making the files left behind is not the window's.
        gc.collect()
        heart = Heartbeat()
        idle = QElapsedTimer()
        idle.start()
        heart.run("nothing (the machine's own waits)", lambda: None, lambda: idle.elapsed() > _IDLE_MS)
        window = bootstrap.open_main_window(None)
        window.show()
        window.show_page("merge")
        page = window.findChild(MergePage)
        page.set_target(folder / "統合.wsdb")
        merge_in(heart, window, first, "into a new file")
        window.close()
        window = bootstrap.open_main_window(own)
        window.show()
        window.show_page("merge")
        merge_in(heart, window, second, "into the open file")
        window.close()
    for stage, gap in heart.gaps.items():
        print(f"{stage:34} longest gap {gap:7.1f} ms in {heart.seconds[stage]:6.1f} s")
    if options.json:
        document = {"notes": options.notes, "longest_gap_ms": heart.gaps, "seconds": heart.seconds}
        options.json.write_text(json.dumps(document, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
