"""The file the window has open: its workspace, what can be undone, and the one bus for changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import FileBusy, StorageUnavailable, WorkshopError
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.services.ports import Watch, Workspace
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.history import History
from workshop_app.ui.jobs import run_job
from workshop_app.ui.patience import WAIT_MS, when_free
from workshop_app.ui.progress import Progress

LOOK_MS = 1_000
"""So often it is asked whether another program wrote into the file."""
MANY_FROM = 500
"""More changes of others than this are read by a worker."""
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
    noticed = Signal(str)
    """Something to know about what was saved."""
    held = Signal(object)
    """Long work has begun: a `Progress`. Until `released` nothing else may be changed."""
    released = Signal()
    agenda_replaced = Signal()
    """Another program put another agenda into the file: everything that shows it has to be made anew."""

    def __init__(self, workspace: Workspace, services: AppServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.services = services
        workspace.neighbours.wait_at_most(WAIT_MS)
        self.agenda = workspace.agenda()
        self.history = History(self)
        self._busy = False
        self._closed = False
        self._read: dict[EntityId, Note] = {}
        self._read_ids: frozenset[EntityId] = frozenset()
        self._elsewhere = Changes()
        """What other programs wrote and the views do not know yet."""
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self.look_elsewhere)
        self._look.start()

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
        self._leave_out(changes)
        before = self.agenda
        try:
            self.agenda = self.workspace.agenda()
        except FileBusy:
            # Not known: whoever makes everything anew is right in any case.
            return True
        self._tell(Outcome(changes, tuple(notes)))
        return self.agenda != before

    def look_elsewhere(self) -> None:
        """Tell the views what another program wrote into the file; a look costs nothing while nobody does."""
        if self._busy:
            return
        try:
            self._gather()
            changes = self._elsewhere
            if not changes:
                return
            agenda = self.workspace.agenda()
            notes = [] if changes.everything else self.workspace.notes_by_ids(changes.updated)
        except WorkshopError:
            # Taken, or out of reach: the next look will see, and the next save will say so.
            return
        self._elsewhere = Changes()
        if agenda != self.agenda:
            self.agenda_replaced.emit()
            return
        self._tell_changes(Outcome(changes, tuple(notes)))

    def _gather(self) -> None:
        found = self.workspace.neighbours.changes()
        if found is None:
            self._elsewhere = Changes(everything=True)
        elif found:
            updated = self._elsewhere.updated | found
            self._elsewhere = Changes(updated=updated, everything=len(updated) > MANY_FROM)

    def _leave_out(self, own: Changes) -> None:
        """What a worker of this window wrote looks as if another program had; the views are told anyway."""
        with suppress(WorkshopError):
            self._gather()
        updated = self._elsewhere.updated - own.added - own.updated
        if own.everything or not updated:
            self._elsewhere = Changes()
        else:
            self._elsewhere = Changes(updated=updated, everything=len(updated) > MANY_FROM)

    def act(self, action: Action, size: int, then: Callable[[Outcome], None]) -> None:
        """Run a use case on `size` notes, in a worker when there are many; `then` hears what became of it.

        A few are written at once, or as soon as another program lets go of the file. The signals have told
        everybody else by then.
        """
        if size < LONG_FROM:
            self._run_here(action, then)
        else:
            self._run_in_worker(action, then)

    def notes_of(self, note_ids: Iterable[EntityId]) -> list[Note]:
        """The notes among these ids, oldest first, as they are on disk."""
        wanted = frozenset(note_ids)
        if self._read and wanted <= self._read_ids:
            return [note for note_id, note in self._read.items() if note_id in wanted]
        return self.workspace.notes_by_ids(wanted)

    def close(self) -> None:
        """Let go of the file. Work under way is done to its end, and nobody is told."""
        self._closed = True
        self._look.stop()
        self.history.clear()
        self.workspace.close()

    def _run_here(self, action: Action, then: Callable[[Outcome], None]) -> None:
        if self._busy:
            # The worker has the file; waiting for it would stop the window.
            sentence = self.tr(
                "前の作業を書き込んでいます。何も変えていません。終わってから、もう一度試してください。"
            )
            self.refused.emit(sentence)
            then(Outcome(problem=WorkshopError(sentence)))
            return
        self.saving.emit()
        progress: Progress | None = None
        written: list[Changes] = []

        def attempt() -> None:
            try:
                if not written:
                    if progress is not None:
                        progress.check()
                    written.append(action(self.workspace, None))
                changes = written[0]
                notes = self.workspace.notes_by_ids(changes.added | changes.updated)
            except FileBusy:
                raise
            except WorkshopError as problem:
                finish(Outcome(problem=problem))
            else:
                finish(Outcome(changes, tuple(notes)))

        def wait() -> None:
            nonlocal progress
            progress = Progress(
                self.tr("ほかの窓かプログラムが書き終わるのを待っています"),
                self.tr("保存をやめました。何も変えていません。もう一度試すと、保存できます。"),
            )
            self.hold(progress)

        def finish(outcome: Outcome) -> None:
            if self._closed:
                return
            if progress is not None:
                self.release()
            self._tell(outcome)
            then(outcome)

        when_free(self, attempt, lambda problem: finish(Outcome(problem=problem)), wait)

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
            if outcome.changes:
                self._leave_out(outcome.changes)
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
            self._tell_changes(outcome)

    def _tell_changes(self, outcome: Outcome) -> None:
        if outcome.changes:
            self._read = {note.note_id: note for note in outcome.notes}
            self._read_ids = outcome.changes.added | outcome.changes.updated
            self.changed.emit(outcome.changes)
            self._read = {}
            self._read_ids = frozenset()
