"""What can be undone and done again: lists of what is on disk, moved only by what is on disk.

Not QUndoStack: that moves its place whatever the disk says, and an undo that was refused would be gone or would
count as done. Here an action runs first, and the list moves when it has been written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workshop_app.domain.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from workshop_app.ui.open_file import Action, OpenFile, Outcome


@dataclass(frozen=True, slots=True)
class Command:
    """Something done to `size` notes. `back` and `forward` are use cases: an undo is another edit."""

    text: str
    size: int
    forward: Action
    back: Action


class History(QObject):
    """The commands done and those undone, newest last."""

    can_undo_changed = Signal(bool)

    def __init__(self, open_file: OpenFile) -> None:
        super().__init__(open_file)
        self._open_file = open_file
        self._done: list[Command] = []
        self._undone: list[Command] = []

    def can_undo(self) -> bool:
        """True when there is something to undo."""
        return bool(self._done)

    def can_redo(self) -> bool:
        """True when there is something to do again."""
        return bool(self._undone)

    def push(self, command: Command) -> None:
        """Something new has been done; what was undone before it cannot be done again."""
        self._done.append(command)
        self._undone.clear()
        self.can_undo_changed.emit(True)

    def undo(self, then: Callable[[str], None] = lambda text: None) -> None:
        """Undo the last command; `then` gets its text once that is on disk."""
        if self._done and not self._open_file.busy:
            command = self._done[-1]
            self._step(command, command.back, self._done, self._undone, then)

    def redo(self, then: Callable[[str], None] = lambda text: None) -> None:
        """Do the last undone command again."""
        if self._undone and not self._open_file.busy:
            command = self._undone[-1]
            self._step(command, command.forward, self._undone, self._done, then)

    def clear(self) -> None:
        """Forget everything."""
        self._done.clear()
        self._undone.clear()
        self.can_undo_changed.emit(False)

    def _step(
        self,
        command: Command,
        action: Action,
        source: list[Command],
        target: list[Command],
        then: Callable[[str], None],
    ) -> None:
        def finish(outcome: Outcome) -> None:
            if not source or source[-1] is not command:
                return
            if outcome.problem is None:
                target.append(source.pop())
            elif isinstance(outcome.problem, InvalidInput | NotFound):
                # The note was changed elsewhere meanwhile: this can never be done, and stands in the way.
                source.pop()
            self.can_undo_changed.emit(bool(self._done))
            if outcome.problem is None:
                then(command.text)

        self._open_file.act(action, command.size, finish)
