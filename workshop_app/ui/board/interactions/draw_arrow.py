"""DrawArrow: from one note or island to another; then its word is asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QMenu, QStyleOptionGraphicsItem, QWidget

from workshop_app.domain.board import Relation
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board import commands
from workshop_app.ui.board.interactions.base import Desk, Interaction, Pointer
from workshop_app.ui.board.paint_arrow import arrow_line, paint_arrow, relation_word

_WIDE = 1e6


class DrawArrow(Interaction):
    """Nothing is written before a word is chosen."""

    def __init__(self, desk: Desk, start: Pointer, source: EntityId) -> None:
        super().__init__(desk, start)
        self._source = source
        self._line = _Rubber(desk, source)
        desk.scene.addItem(self._line)

    def move(self, pointer: Pointer) -> None:
        """The line follows the pointer; what it would reach is marked."""
        self._line.reach(pointer)
        self.desk.scene.set_target(self._target(pointer))

    def end(self, pointer: Pointer) -> None:
        """Ask for the word."""
        target = self._target(pointer)
        self.cancel()
        if target is not None:
            place = self.desk.view.viewport().mapToGlobal(pointer.place.toPoint())
            ask_relation(self.desk, self._source, target, place)

    def cancel(self) -> None:
        """No arrow."""
        if self._line.scene() is not None:
            self.desk.scene.removeItem(self._line)
        self.desk.scene.set_target(None)

    def _target(self, pointer: Pointer) -> EntityId | None:
        content = self.desk.content
        found = content.item_at(pointer.scene.x(), pointer.scene.y())
        if found is None or found == self._source or self._source in content.around(found):
            return None
        return None if found in content.around(self._source) else found


def ask_relation(desk: Desk, source: EntityId, target: EntityId, place: QPoint) -> None:
    """Show the four words; Esc leaves the arrow out."""

    def draw(relation: Relation) -> None:
        commands.add_arrow(desk.open_file, desk.scene.scope, source, target, relation)

    relation_menu(desk.view, draw).popup(place)


def relation_menu(parent: QWidget, then: Callable[[Relation], None]) -> QMenu:
    """The four words with the keys 1 to 4."""
    menu = QMenu(parent)
    menu.setObjectName("relationMenu")
    for number, relation in enumerate(Relation, start=1):
        action = menu.addAction(f"&{number}  {relation_word(relation)}")
        action.setObjectName(f"relation_{relation}")
        action.triggered.connect(lambda _checked=False, relation=relation: then(relation))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


class _Rubber(QGraphicsItem):
    """An arrow to the pointer."""

    def __init__(self, desk: Desk, source: EntityId) -> None:
        super().__init__()
        self._desk = desk
        self._source = source
        self._pointer: Pointer | None = None
        self.setZValue(3)

    def reach(self, pointer: Pointer) -> None:
        """Point there."""
        self._pointer = pointer
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(-_WIDE, -_WIDE, 2 * _WIDE, 2 * _WIDE)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """As it will look, with the word still open."""
        box = self._desk.content.boxes.get(self._source)
        if self._pointer is None or box is None:
            return
        style = self._desk.scene.style_
        frame = self._desk.scene.frame(painter.worldTransform())
        painter.save()
        painter.setWorldTransform(QTransform())
        end = QRectF(self._pointer.place.x() - 1, self._pointer.place.y() - 1, 2, 2)
        line = arrow_line(frame.rect(box), end, "？", style)
        paint_arrow(painter, line, Relation.CAUSE, style, chosen=True, word="？")
        painter.restore()
