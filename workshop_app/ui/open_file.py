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

    def __init__(self, workspace: Workspace, services: AppServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.services = services
        self.agenda = workspace.agenda()
        self.undo_stack = QUndoStack(self)

    def run(self, action: Callable[[], Changes]) -> Changes | None:
        """Run one use case; None when nothing was written, and then a signal has said why."""
        self.saving.emit()
        try:
            changes = action()
        except StorageUnavailable as problem:
            self.save_failed.emit(problem.on_screen)
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
