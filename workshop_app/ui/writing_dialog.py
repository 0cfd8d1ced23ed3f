"""A dialog that saves many notes: it stays open until they are on disk, with everything in it as it was."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workshop_app.domain.errors import StorageUnavailable
from workshop_app.ui.open_file import OpenFile, Outcome
from workshop_app.ui.progress import Progress, ProgressBar
from workshop_app.ui.widgets import Banner, Dialog


class WritingDialog(Dialog):
    """`write` in accept(), with `written` to hear what became of it. Esc stops the work before it closes."""

    roomy = True

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.open_file = open_file
        self.banner = Banner()
        self._bar = ProgressBar()
        self._progress: Progress | None = None
        self.body.addWidget(self.banner)
        frame = self.layout()
        assert isinstance(frame, QVBoxLayout)
        # Above the buttons, outside of what the dialog is about.
        frame.insertWidget(frame.count() - 1, self._bar)
        open_file.held.connect(self._on_held)
        open_file.released.connect(self._on_released)

    def written(self, outcome: Outcome) -> None:
        """Close when the notes are on disk; otherwise say why not, and stay."""
        if outcome.problem is None:
            self.done(self.DialogCode.Accepted)
            return
        level = "error" if isinstance(outcome.problem, StorageUnavailable) else "warn"
        self.banner.show_message(level, outcome.problem.sentence)

    def reject(self) -> None:
        """Leave; while notes are being written, stop that first."""
        if self._progress is not None:
            self._progress.cancel()
        else:
            super().reject()

    def _on_held(self, progress: Progress) -> None:
        self._progress = progress
        self._bar.follow(progress)
        self._set_writing(True)

    def _on_released(self) -> None:
        self._progress = None
        self._bar.finish()
        self._set_writing(False)

    def _set_writing(self, writing: bool) -> None:
        self.inner.setEnabled(not writing)
        assert self.action_button is not None
        self.action_button.setEnabled(not writing)
