"""LassoSelect: a rectangle over empty board chooses what it touches; with Alt a line drawn by hand does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from workshop_app.domain.geometry import Rect
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.interactions.base import Desk, Interaction, Pointer
from workshop_app.ui.board.style import mixed


class LassoSelect(Interaction):
    """`then` hears what was caught, for the tool that makes an island of it."""

    def __init__(
        self,
        desk: Desk,
        start: Pointer,
        *,
        by_hand: bool = False,
        then: Callable[[list[EntityId]], None] | None = None,
    ) -> None:
        super().__init__(desk, start)
        self._before = desk.scene.chosen if start.adds else frozenset()
        self._by_hand = by_hand or bool(start.modifiers & Qt.KeyboardModifier.AltModifier)
        self._then = then
        self._points = [start.scene]
        self._line = _Line(desk)
        desk.scene.addItem(self._line)

    def move(self, pointer: Pointer) -> None:
        """The line grows; what is caught is chosen already."""
        if self._by_hand:
            self._points.append(pointer.scene)
        else:
            self._points = [self.start.scene, pointer.scene]
        self._line.setPath(self._path())
        self.desk.scene.choose(self._before | set(self._caught()))

    def end(self, pointer: Pointer) -> None:
        """What was caught stays chosen."""
        self.move(pointer)
        self._remove()
        if self._then is not None:
            self._then(self._caught())

    def cancel(self) -> None:
        """Chosen is what was chosen before."""
        self._remove()
        self.desk.scene.choose(self._before)

    def _remove(self) -> None:
        if self._line.scene() is not None:
            self.desk.scene.removeItem(self._line)

    def _path(self) -> QPainterPath:
        path = QPainterPath()
        if self._by_hand:
            path.addPolygon(QPolygonF(self._points))
            path.closeSubpath()
        else:
            path.addRect(QRectF(self._points[0], self._points[-1]).normalized())
        return path

    def _caught(self) -> list[EntityId]:
        """Islands that are inside altogether, and notes that are touched (by hand: whose middle is inside)."""
        path = self._path()
        bounds = path.boundingRect()
        if bounds.width() < 2 and bounds.height() < 2:
            return []
        area = Rect(
            int(bounds.x()), int(bounds.y()), max(1, int(bounds.width())), max(1, int(bounds.height()))
        )
        content = self.desk.content
        boxes = content.boxes
        islands = [one for one in content.islands_in(area) if bounds.contains(QRectF(*boxes[one]))]
        if self._by_hand:
            islands = [one for one in islands if path.contains(QRectF(*boxes[one]).center())]
        inside = set(islands)
        notes = content.notes_in(area)
        if self._by_hand:
            notes = [one for one in notes if path.contains(QRectF(*boxes[one]).center())]
        found = [one for one in notes if inside.isdisjoint(content.around(one))]
        return [one for one in islands if inside.isdisjoint(content.around(one))] + found


class _Line(QGraphicsPathItem):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        style = desk.scene.style_
        pen = QPen(style.colour("accent"), 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self.setPen(pen)
        fill = mixed(style.colour("accent"), style.colour("sunken"), 0.5)
        fill.setAlpha(40)
        self.setBrush(fill)
        self.setZValue(3)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Smooth only where it is no rectangle: thin upright lines stay sharp."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.path().elementCount() > 5)
        super().paint(painter, option, widget)
