#!/usr/bin/env python3
"""Take the pictures of the README and for looking at: `python3 packaging/dev.py screenshots [FOLDER]`.

The real window on the practice opinions, drawn offscreen at the two sizes the design is made for. Without
FOLDER only the README's pictures are written again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["QT_QPA_PLATFORM"] = "offscreen"
_HOME = TemporaryDirectory(prefix="workshop-app-pictures-")
os.environ["WORKSHOP_APP_HOME"] = _HOME.name

import board_files  # noqa: E402
from PySide6.QtCore import QSize, Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QComboBox, QMainWindow, QWidget  # noqa: E402

from workshop_app import bootstrap  # noqa: E402
from workshop_app.demo import run_demo  # noqa: E402
from workshop_app.ui.jobs import jobs_under_way  # noqa: E402
from workshop_app.ui.theme import apply_look, load_look  # noqa: E402

OWN = Path(__file__).resolve().parent / "screenshots"
SIZES = {"1366": QSize(1366, 698), "911": QSize(911, 440)}
LOOKS = (("light", 100), ("dark", 100), ("contrast", 100), ("light", 150))
PAGES = ("capture", "board", "list", "merge", "review", "export", "settings", "help")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with TemporaryDirectory(prefix="workshop-app-pictures-") as place:
        demo = run_demo(Path(place) / "demo", lambda line: None)
        ward = next(path for path in demo.ward_files if path.stem == "東区")
        window = bootstrap.open_main_window(ward)
        window.show()
        _write_something(window)
        _grab(window, SIZES["1366"], OWN / "capture.png")
        if folder is not None:
            _grab_everything(window, folder)
            window.close()
            merged = bootstrap.open_main_window(demo.merged)
            merged.show()
            _grab_pages(merged, folder, "merged")
            merged.close()
            _grab_boards(Path(place), demo.merged, folder)
            start = bootstrap.open_main_window(None)
            start.show()
            for name, size in SIZES.items():
                _grab(start, size, folder / f"start-{name}.png")
            start.close()
        window.close()


def _write_something(window: QMainWindow) -> None:
    # Shortcuts reach only the active window.
    assert QTest.qWaitForWindowActive(window)
    table = window.findChild(QComboBox, "captureTable")
    table.setCurrentIndex(table.findText("3"))
    editor = window.findChild(QWidget, "captureEditor")
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(
        editor, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    editor.insertPlainText("区役所と出張所でできる手続きの違いが、行ってみないと分からない。")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClick(
        editor, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    editor.insertPlainText("窓口が混む時間を前もって教えてもらえれば、すいている日に行く")


def _grab_everything(window: QMainWindow, folder: Path) -> None:
    application = QApplication.instance()
    for look_name, percent in LOOKS:
        apply_look(application, load_look(look_name, percent))
        for name, size in SIZES.items():
            _grab(window, size, folder / f"capture-{look_name}{percent}-{name}.png")
    apply_look(application, load_look("light", 100))
    _grab_pages(window, folder, "ward")


def _grab_pages(window: QMainWindow, folder: Path, prefix: str) -> None:
    for page in PAGES:
        if window.findChild(QWidget, f"page_{page}") is None:
            continue
        window.show_page(page)
        for name, size in SIZES.items():
            _grab(window, size, folder / f"{prefix}-{page}-{name}.png")
    window.show_page("capture")


def _grab_boards(place: Path, merged: Path, folder: Path) -> None:
    """The board with 60, some 350 and 3,000 notes; the first in every look."""
    files = {"60": place / "60.wsdb", "350": merged, "3000": place / "3000.wsdb"}
    board_files.one_table(files["60"])
    board_files.many_notes(files["3000"], 3000)
    application = QApplication.instance()
    for notes, path in files.items():
        window = bootstrap.open_main_window(path)
        window.show()
        for look_name, percent in LOOKS if notes == "60" else LOOKS[:2]:
            apply_look(application, load_look(look_name, percent))
            for name, size in SIZES.items():
                window.resize(size)
                window.show_page("board")
                _grab(window, size, folder / f"board{notes}-{look_name}{percent}-{name}.png")
        apply_look(application, load_look("light", 100))
        window.close()


def _grab(window: QMainWindow, size: QSize, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    window.resize(size)
    QTest.qWait(50)
    # Pages fill themselves by workers; half loaded they are no picture of anything.
    for _ in range(600):
        if jobs_under_way() == 0:
            break
        QTest.qWait(100)
    else:
        raise SystemExit(f"still at work after a minute: {path.name}")
    QTest.qWait(50)
    assert window.grab().save(str(path)), path


if __name__ == "__main__":
    main()
