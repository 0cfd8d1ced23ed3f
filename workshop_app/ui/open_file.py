"""The file the window has open: its workspace, its undo stack, and the one bus for changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import StorageUnavailable, WorkshopError
from workshop_app.services.ports import Workspace
from workshop_app.ui.app_services import AppServices


class OpenFile(QObject):
    """Runs use cases on the open file and tells the views, once, what changed."""

    changed = Signal(object)
    """Changes, after the commit. Views learn of changes in no other way."""
    saving = Signal()
    saved = Signal()
    save_failed = Signal(str)
    """The disk refused; the sentence says what to do. What was typed must stay on screen."""
    refused = Signal(str)
    """What was asked cannot be done; nothing was written."""
    released = Signal()
    """What the workers did with the file is over; it can be written to and read again."""

    def __init__(self, workspace: Workspace, services: AppServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.services = services
        self.agenda = workspace.agenda()
        self.undo_stack = QUndoStack(self)
        self._holds: dict[QObject, str] = {}

    @property
    def held(self) -> str:
        """Why nothing can be saved just now, '' when it can: a worker has the file for itself."""
        return next(iter(self._holds.values()), "")

    def hold(self, holder: QObject, sentence: str) -> None:
        """A worker begins to write to the file or to read much: until `release` every action is refused at once.

        SQLite would make the window wait for the worker, and then refuse all the same.
        """
        self._holds[holder] = sentence

    def release(self, holder: QObject) -> None:
        """That worker is done; nothing happens when it held nothing."""
        if self._holds.pop(holder, "") and not self._holds:
            self.released.emit()

    def refuses(self) -> bool:
        """True, and a signal has said why, while a worker has the file for itself."""
        if self.held:
            self.refused.emit(self.held)
        return bool(self.held)

    def reread(self, changes: Changes) -> bool:
        """Somebody else wrote to the file: tell the views. True when the agenda is another one now.

        When everything may be different, undo has nothing left to stand on.
        """
        if changes.everything:
            self.undo_stack.clear()
        before, self.agenda = self.agenda, self.workspace.agenda()
        self.changed.emit(changes)
        return self.agenda != before

    def run(self, action: Callable[[], Changes]) -> Changes | None:
        """Run one use case; None when nothing was written, and then a signal has said why."""
        if self.refuses():
            return None
        self.saving.emit()
        try:
            changes = action()
        except StorageUnavailable as problem:
            self.save_failed.emit(problem.sentence)
            return None
        except WorkshopError as problem:
            self.refused.emit(problem.sentence)
            return None
        self.saved.emit()
        if changes:
            self.changed.emit(changes)
        return changes

    def close(self) -> None:
        """Let go of the file."""
        self.undo_stack.clear()
        self.workspace.close()
