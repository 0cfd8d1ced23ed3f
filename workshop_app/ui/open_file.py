"""The file the window has open: its workspace, what can be undone, and the one bus for changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import StorageUnavailable, WorkshopError
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.services.ports import Watch, Workspace
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.history import History
from workshop_app.ui.jobs import run_job
from workshop_app.ui.progress import Progress

LONG_FROM = 50
"""An action on so many notes or more takes longer than a frame and goes to a worker."""

Action: TypeAlias = Callable[[Workspace, Watch | None], Changes]
"""A use case, to be run on the workspace it is given."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action: `changes` when it is on disk, else None and the problem."""

    changes: Changes | None = None
    notes: tuple[Note, ...] = ()
    """The changed notes where a worker has read them already."""
    problem: WorkshopError | None = None


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
    held = Signal(object)
    """Long work has begun: a `Progress`. Until `released` nothing else may be changed."""
    released = Signal()

    def __init__(self, workspace: Workspace, services: AppServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.services = services
        self.agenda = workspace.agenda()
        self.history = History(self)
        self._busy = False
        self._closed = False
        self._read: dict[EntityId, Note] = {}

    @property
    def busy(self) -> bool:
        """True while long work is under way."""
        return self._busy

    def hold(self, progress: Progress) -> None:
        """A worker is about to have the file for itself: until `release` nothing here can be changed.

        SQLite would make the window wait for the worker, and then refuse all the same.
        """
        self._busy = True
        self.held.emit(progress)

    def release(self) -> None:
        """That worker is done."""
        self._busy = False
        self.released.emit()

    def reread(self, changes: Changes, notes: Sequence[Note] = ()) -> bool:
        """Somebody else wrote to the file: tell the views. True when the agenda is another one now.

        `notes` are the changed ones where a worker has read them already. When everything may be different,
        undo has nothing left to stand on.
        """
        if changes.everything:
            self.history.clear()
        before, self.agenda = self.agenda, self.workspace.agenda()
        self._tell(Outcome(changes, tuple(notes)))
        return self.agenda != before

    def run(self, action: Callable[[], Changes]) -> Changes | None:
        """Run one quick use case; None when nothing was written, and then a signal has said why."""
        return self._run_here(lambda workspace, watch: action()).changes

    def act(self, action: Action, size: int, then: Callable[[Outcome], None]) -> None:
        """Run a use case on `size` notes, in a worker when there are many; `then` hears what became of it.

        The signals have told everybody else by then.
        """
        if size < LONG_FROM:
            then(self._run_here(action))
        else:
            self._run_in_worker(action, then)

    def notes_of(self, note_ids: Iterable[EntityId]) -> list[Note]:
        """The notes among these ids, oldest first, as they are on disk."""
        ids = list(note_ids)
        if all(note_id in self._read for note_id in ids):
            wanted = set(ids)
            return [note for note_id, note in self._read.items() if note_id in wanted]
        return self.workspace.notes_by_ids(ids)

    def close(self) -> None:
        """Let go of the file. Work under way is done to its end, and nobody is told."""
        self._closed = True
        self.history.clear()
        self.workspace.close()

    def _run_here(self, action: Action) -> Outcome:
        if self._busy:
            # The worker has the file; waiting for it would stop the window.
            sentence = self.tr(
                "前の作業を書き込んでいます。何も変えていません。終わってから、もう一度試してください。"
            )
            self.refused.emit(sentence)
            return Outcome(problem=WorkshopError(sentence))
        self.saving.emit()
        try:
            outcome = Outcome(action(self.workspace, None))
        except WorkshopError as problem:
            outcome = Outcome(problem=problem)
        self._tell(outcome)
        return outcome

    def _run_in_worker(self, action: Action, then: Callable[[Outcome], None]) -> None:
        """On a connection of the worker's own: the window's is not for two threads at once."""
        path, services = self.workspace.path, self.services
        progress = Progress(self.tr("保存しています"))
        self.saving.emit()
        self.hold(progress)

        def work() -> Outcome:
            try:
                workspace = services.open(path)
                try:
                    changes = action(workspace, progress)
                    return Outcome(changes, tuple(workspace.notes_by_ids(changes.added | changes.updated)))
                finally:
                    workspace.close()
            except WorkshopError as problem:
                return Outcome(problem=problem)

        def finish(outcome: Outcome) -> None:
            if self._closed:
                return
            self.release()
            self._tell(outcome)
            then(outcome)

        run_job(self, work, finish, lambda sentence: finish(Outcome(problem=WorkshopError(sentence))))

    def _tell(self, outcome: Outcome) -> None:
        if isinstance(outcome.problem, StorageUnavailable):
            self.save_failed.emit(outcome.problem.on_screen)
        elif outcome.problem is not None:
            self.refused.emit(outcome.problem.sentence)
        else:
            self.saved.emit()
            if outcome.changes:
                self._read = {note.note_id: note for note in outcome.notes}
                self.changed.emit(outcome.changes)
                self._read = {}
