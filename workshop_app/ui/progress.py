"""How far long work is, and its way out; shared by a worker, which tells, and the window, which looks."""

from __future__ import annotations

import threading

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from workshop_app.domain.errors import Cancelled
from workshop_app.ui.labels import ElidedLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import SecondaryButton

SHOWN_AFTER_MS = 300
_LOOK_EVERY_MS = 100


class Progress:
    """A `services.ports.Watch`: told by the worker how far it is, asked by it whether to stop.

    `stopped_text` is what the person is told when the work has stopped, `promise` what does not happen before it
    has ended; '' is the usual sentence. Work that cannot be stopped any more is not `stoppable`.
    """

    def __init__(
        self, what: str = "", stopped_text: str = "", promise: str = "", *, stoppable: bool = True
    ) -> None:
        self._cancelled = threading.Event()
        self._state = (what, 0, 0)
        self.stoppable = stoppable
        self.stopped_text = stopped_text or QCoreApplication.translate(
            "progress", "途中でやめました。今のデータは変わっていません。"
        )

        self.promise = promise or QCoreApplication.translate("progress", "終わるまで何も書き込みません")

    @property
    def state(self) -> tuple[str, int, int]:
        """What is being done, how much of it is done, and of how much (0: not known)."""
        return self._state

    @property
    def stopping(self) -> bool:
        """True once the person has said so, until the work has heard it."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Have the work stop at its next step; nothing of it is kept."""
        self._cancelled.set()

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        """Say how far it is; raises Cancelled when the person wants to stop."""
        self._state = (what, done, of)
        self.check()

    def check(self) -> None:
        """Raise Cancelled when the person wants to stop."""
        if self._cancelled.is_set():
            raise Cancelled(self.stopped_text)


class ProgressBar(QWidget):
    """What is being done, a bar, and 中止 (Esc); comes up only when the work takes its time.

    Where the length is not known there is no bar: nothing moves by itself.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("progress")
        self._progress: Progress | None = None
        self._label = ElidedLabel("", 15)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        self._cancel = SecondaryButton(self.tr("中止"), self.tr("Esc"))
        self._cancel.setObjectName("progressCancel")
        self._cancel.clicked.connect(self._on_cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(look().px(16), look().px(4), look().px(12), look().px(4))
        row.setSpacing(look().px(12))
        row.addWidget(self._label, 2)
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._on_cancel)
        self._escape.setEnabled(False)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self.hide()

    def text(self) -> str:
        """What it says; '' while there is nothing to say."""
        return self._label.text() if self._progress is not None else ""

    def follow(self, progress: Progress) -> None:
        """Work has begun."""
        self._progress = progress
        self._cancel.setEnabled(progress.stoppable)
        self._label.setText("")
        self._timer.start(SHOWN_AFTER_MS)

    def finish(self) -> None:
        """Work has ended."""
        self._timer.stop()
        self._progress = None
        self._escape.setEnabled(False)
        self.hide()

    def _look(self) -> None:
        if self._progress is None:
            return
        self._timer.setInterval(_LOOK_EVERY_MS)
        what, done, of = self._progress.state
        count = f" {done:,} / {of:,}" if of else f" {done:,}" if done else ""
        words = self.tr("{0}…{1}（{2}）")
        if self._progress.stopping:
            words = self.tr("中止しています… {0}{1}")
        self._label.setText(words.format(what, count, self._progress.promise))
        self._label.setToolTip(self._label.text())
        self._bar.setVisible(bool(of))
        # Parts of a thousand: Qt's bars count in 32 bits, and records may be more.
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * done / of) if of else 0)
        can_stop = self._progress.stoppable and not self._progress.stopping
        self._cancel.setEnabled(can_stop)
        self._escape.setEnabled(can_stop)
        self.setAccessibleName(self._label.text())
        self.show()

    def _on_cancel(self) -> None:
        if self._progress is not None and self._progress.stoppable:
            self._progress.cancel()
            self._look()
