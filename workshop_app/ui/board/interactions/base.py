"""What every gesture has: the desk it works at, and the three things that can happen to it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from workshop_app.ui.board.content import BoardContent
from workshop_app.ui.board.scene import BoardScene
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.open_file import OpenFile


@dataclass(frozen=True, slots=True)
class Desk:
    """What a gesture works with."""

    open_file: OpenFile
    scene: BoardScene
    view: BoardView

    @property
    def content(self) -> BoardContent:
        """What is on the board now."""
        return self.scene.content

    def pointer(self, event: QMouseEvent) -> Pointer:
        """Where a mouse event happened."""
        place = event.position()
        return Pointer(self.view.mapToScene(place.toPoint()), place, event.modifiers())


@dataclass(frozen=True, slots=True)
class Pointer:
    """A place under the mouse or a finger: in the scene and in px of the view."""

    scene: QPointF
    place: QPointF
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @property
    def adds(self) -> bool:
        """Shift or Ctrl: to what is chosen, not instead of it."""
        both = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        return bool(self.modifiers & both)


class Interaction:
    """One gesture, from press to release. Until `end` nothing is written, so cancelling leaves no trace."""

    def __init__(self, desk: Desk, start: Pointer) -> None:
        self.desk = desk
        self.start = start

    def move(self, pointer: Pointer) -> None:
        """The mouse has moved with the button down."""

    def end(self, pointer: Pointer) -> None:
        """The button was let go: do it."""

    def cancel(self) -> None:
        """Esc, or the focus went: as if nothing had been."""
