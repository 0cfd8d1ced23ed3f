"""DragNotes: notes and islands follow the pointer; on an island they join it, on a lone note they make one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workshop_app.domain.board import ISLAND_HEAD, NOTE_HEIGHT
from workshop_app.domain.geometry import Rect, bounding
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board import commands, plans
from workshop_app.ui.board.interactions.base import Desk, Interaction, Pointer
from workshop_app.ui.board.paint_island import paint_island
from workshop_app.ui.board.paint_note import paint_note
from workshop_app.ui.board.scene import BoardScene
from workshop_app.ui.board.style import Frame, Level

_MARGIN = 12
_OPACITY = 0.6
_TINY = 10
_CORE = 0.2
"""A note is meant as a target where the pointer is inside it by so much of its size."""


class DragNotes(Interaction):
    """Begins when the pointer has really moved; a press and release without that is a click."""

    def __init__(self, desk: Desk, start: Pointer, items: Sequence[EntityId]) -> None:
        super().__init__(desk, start)
        self._items = desk.scene.outermost(items)
        self._all = desk.content.everything_in(self._items)
        self._only_notes = all(item in desk.content.notes for item in self._items)
        self._ghost: Ghost | None = None
        self._target: EntityId | None = None
        self._into: EntityId | None = None

    @property
    def started(self) -> bool:
        """True once it is a drag."""
        return self._ghost is not None

    def move(self, pointer: Pointer) -> None:
        """The ghost follows; what a drop would join is shown."""
        if self._ghost is None:
            way = (pointer.place - self.start.place).manhattanLength()
            if way < QApplication.startDragDistance() or not self._items:
                return
            self.desk.scene.show_whole(False)
            self._ghost = Ghost(self.desk.scene, self._all)
            self._ghost.show()
        self._ghost.setPos(pointer.scene - self.start.scene)
        self._find_target(pointer.scene)

    def end(self, pointer: Pointer) -> None:
        """Write where they are now."""
        if self._ghost is None:
            return
        self.move(pointer)
        target, into = self._target, self._into
        self.cancel()
        way = pointer.scene - self.start.scene
        dx, dy = round(way.x()), round(way.y())
        content, open_file = self.desk.content, self.desk.open_file
        if target in content.notes:
            assert target is not None
            plan = plans.grouped(content, [target, *self._items], near=target)
            commands.group(open_file, content, plan)
            return
        area = None
        if into is None:
            # On a file of several tables a note stays in its own table's area.
            area = content.area(self._items[0])
        spots = plans.moved(content, self._items, dx, dy, into=into, area=area)
        commands.move(open_file, content, spots)

    def cancel(self) -> None:
        """Everything stays where it was."""
        if self._ghost is not None:
            self._ghost.remove()
            self._ghost = None
            self.desk.scene.show_whole()
        self.desk.scene.set_target(None)

    def _find_target(self, place: QPointF) -> None:
        content = self.desk.content
        self._target, self._into = None, content.island_at(place.x(), place.y(), without=self._all)
        if self._into is None and self._only_notes:
            self._target = self._lone_note_at(place)
        elif self._into is not None and any(content.parent_of(item) != self._into for item in self._items):
            self._target = self._into
        self.desk.scene.set_target(self._target)

    def _lone_note_at(self, place: QPointF) -> EntityId | None:
        content = self.desk.content
        spot = Rect(round(place.x()), round(place.y()), 1, 1)
        for note_id in reversed(content.notes_in(spot)):
            box = content.boxes[note_id]
            if note_id in self._all or content.parent_of(note_id) is not None:
                continue
            dx, dy = box.width * _CORE, box.height * _CORE
            if QRectF(*box).adjusted(dx, dy, -dx, -dy).contains(place):
                return note_id
        return None


class Ghost(QGraphicsItem):
    """What is dragged, at 60 %, and a dashed line around the places it comes from."""

    def __init__(self, scene: BoardScene, items: Iterable[EntityId]) -> None:
        super().__init__()
        self._board = scene
        content = scene.content

        def order(item: EntityId) -> tuple[int, int]:
            if item in content.islands:
                return 0, len(list(content.around(item)))
            return 1, content.order[item]

        self._items = sorted((item for item in items if item in content.boxes), key=order)
        boxes = [scene.content.boxes[item] for item in self._items]
        self._bounds = QRectF(*bounding(boxes)).adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._places = Places(scene, boxes, self._bounds)
        self.setZValue(2)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def show(self) -> None:
        """Onto the scene, with its places."""
        self._board.addItem(self._places)
        self._board.addItem(self)

    def remove(self) -> None:
        """Off the scene, with its places."""
        for item in (self, self._places):
            if item.scene() is not None:
                self._board.removeItem(item)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """The same painting as that of the board."""
        content, style = self._board.content, self._board.style_
        frame = self._board.frame(painter.worldTransform())
        area = option.exposedRect
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setOpacity(_OPACITY)
        tiny = NOTE_HEIGHT * frame.scale < _TINY
        for item in self._items:
            box = content.boxes[item]
            if not QRectF(*box).intersects(area):
                continue
            rect = frame.rect(box)
            if item in content.islands:
                island = content.islands[item]
                notes = content.notes_inside(item) if island.folded else 0
                head = content.heads.get(item, ISLAND_HEAD)
                paint_island(painter, rect, island, head, style, frame, notes=notes)
            elif tiny:
                painter.fillRect(rect, style.fill(content.notes[item].note.kind))
            else:
                paint_note(painter, rect, content.notes[item], style, frame)
        painter.restore()


class Places(QGraphicsItem):
    """Dashed accent lines where the dragged things come from, over what is still painted there."""

    def __init__(self, scene: BoardScene, boxes: Sequence[Rect], bounds: QRectF) -> None:
        super().__init__()
        self._board = scene
        self._boxes = boxes
        self._bounds = bounds
        self.setZValue(1)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """The ground, so that nothing is seen twice, and the line."""
        style = self._board.style_
        frame: Frame = self._board.frame(painter.worldTransform())
        painter.save()
        painter.setWorldTransform(QTransform())
        width = 2 if frame.level > Level.FAR else 1
        painter.setPen(QPen(style.colour("accent"), width, Qt.PenStyle.DashLine))
        painter.setBrush(style.colour("island"))
        ground = style.colour("island")
        for box in self._boxes:
            place = frame.rect(box)
            # What is left there, its ring and its seal too, would be seen twice.
            painter.fillRect(place.adjusted(-4, -4, 4, 4 if width == 1 else 12), ground)
            painter.drawRect(place.adjusted(1, 1, -1, -1))
        painter.restore()
