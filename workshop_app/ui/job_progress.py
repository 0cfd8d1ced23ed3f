"""Progress of long work, inline: what is being done, how much of it, a bar, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from workshop_app.ui.labels import ElidedLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import SecondaryButton

APPEARS_AFTER_MS = 300


class JobProgress(QWidget):
    """Hidden but while work goes on that has taken longer than 0.3 s. Where the length is not known: no bar."""

    stop_pressed = Signal()
    appeared = Signal()
    """It is on the page now; `end` takes it away again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobProgress")
        self._text = ElidedLabel("", 13)
        self._text.setObjectName("jobProgressText")
        self._bar = QProgressBar()
        self._bar.setObjectName("jobProgressBar")
        self._bar.setTextVisible(False)
        self._stop = SecondaryButton(self.tr("中止"), self.tr("Esc"))
        self._stop.setObjectName("jobStop")
        self._stop.clicked.connect(self.stop_pressed)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(APPEARS_AFTER_MS)
        self._late.timeout.connect(self._on_late)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(4)
        left.addStretch(1)
        left.addWidget(self._text)
        left.addWidget(self._bar)
        left.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self._stop)
        self._fit()
        self.hide()

    def begin(self, text: str, *, can_stop: bool = True) -> None:
        """Work has begun."""
        self._stop.setEnabled(can_stop)
        self._show(text, 0, 0)
        if not self.isVisible():
            self._late.start()

    def step(self, what: str, done: int, of: int, promise: str = "") -> None:
        """How far it is; `promise` is what the person can rely on meanwhile."""
        if self._stop.isEnabled():
            self._show(what, done, of, promise)

    def stopping(self, text: str) -> None:
        """The person has asked to stop; the work will answer soon."""
        self._stop.setEnabled(False)
        self._show(text, 0, 0)

    def end(self) -> None:
        """Over."""
        self._late.stop()
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _show(self, what: str, done: int, of: int, promise: str = "") -> None:
        count = f" {done:,} / {of:,}" if of else f" {done:,}" if done else ""
        self._text.setText(f"{what}{count}{'　' + promise if promise else ''}")
        self._text.setToolTip(self._text.text())
        self._text.update()
        self._bar.setVisible(bool(of))
        # Qt's bars count in 32 bits and rows may be more.
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * done / of) if of else 0)
        self.setAccessibleName(self._text.text())

    def _on_late(self) -> None:
        self.show()
        self.appeared.emit()

    def _fit(self) -> None:
        self._bar.setFixedHeight(look().px(8))
