"""Types notes into the real window until somebody kills it; prints each text once its box is empty.

Like a keyboard, it types wherever the window has its focus: a window that comes up with the cursor elsewhere
loses the words, and then the notes it says were saved are not on disk.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from workshop_app.bootstrap import open_main_window


def main() -> None:
    window = open_main_window(Path(sys.argv[1]))
    window.show()
    editor = window.findChild(QWidget, "captureEditor")
    assert editor is not None
    print("READY", editor.toPlainText(), flush=True)
    numbers = count(1)

    def type_one() -> None:
        focused = QApplication.focusWidget()
        if focused is None:
            # Not in front yet.
            return
        text = f"{sys.argv[2]} {next(numbers)}"
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        QApplication.sendEvent(focused, event)
        print("TYPED", text, flush=True)
        QTest.keyClick(focused, Qt.Key.Key_Return)
        if editor.toPlainText() == "":
            print("SAVED", text, flush=True)

    timer = QTimer()
    timer.timeout.connect(type_one)
    timer.start(0)
    QApplication.exec()


main()
