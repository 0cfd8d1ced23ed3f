"""NudgeNotes: the arrow keys push what is chosen; a key held down is one step for undo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt

from workshop_app.domain.ids import EntityId
from workshop_app.ui.board import commands, plans
from workshop_app.ui.board.interactions.base import Desk
from workshop_app.ui.board.interactions.drag_notes import Ghost

STEP, FINE_STEP = 10, 1
DIRECTIONS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class NudgeNotes:
    """Collects the way while the key repeats; writes when it is let go."""

    def __init__(self, desk: Desk, items: Sequence[EntityId]) -> None:
        self._desk = desk
        self._items = desk.scene.outermost(items)
        self._way = QPointF()
        self._ghost: Ghost | None = None

    def step(self, dx: int, dy: int, *, repeated: bool) -> None:
        """A little further."""
        self._way += QPointF(dx, dy)
        if repeated and self._ghost is None:
            self._ghost = Ghost(self._desk.scene, self._desk.content.everything_in(self._items))
            self._ghost.show()
        if self._ghost is not None:
            self._ghost.setPos(self._way)

    def end(self) -> None:
        """Write it."""
        self.cancel()
        if self._items and not self._way.isNull():
            content = self._desk.content
            spots = plans.nudged(content, self._items, round(self._way.x()), round(self._way.y()))
            commands.move(self._desk.open_file, content, spots)

    def cancel(self) -> None:
        """Everything stays where it was."""
        if self._ghost is not None:
            self._ghost.remove()
            self._ghost = None
