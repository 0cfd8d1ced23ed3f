"""The scene: a projection of the board in the file. It holds no truth and is changed by `apply` alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import Board, Scope
from workshop_app.domain.changes import Changes
from workshop_app.domain.geometry import Rect
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.content import BoardContent, Difference
from workshop_app.ui.board.full_text import full_text_boxes
from workshop_app.ui.board.paint_island import title_head
from workshop_app.ui.board.painter import BoardPainter
from workshop_app.ui.board.style import BoardStyle, Frame
from workshop_app.ui.theme import look

_MARGIN = 4000
"""Scene units around everything that can be scrolled to."""
_REACH = 120
"""Scene units that seals, signs and rings can reach beyond their item."""
_FEW = 40

_MANY = 2000
_FEW_CHANGES = 200
"""With more notes on the board than the first, a change of no more than the second is taken in by itself."""


class ReadBoard(Protocol):
    """Reads the board; with `only` of the notes just those, and everything else whole."""

    def __call__(self, scope: Scope, *, only: Collection[EntityId] | None = None) -> Board: ...


class BoardScene(QGraphicsScene):
    """One item paints all; what is chosen stands beside it, not in it."""

    content_changed = Signal(object)
    """A `Difference`, after it is shown."""
    choice_changed = Signal()

    def __init__(
        self,
        agenda: Agenda,
        read: ReadBoard,
        scope: Scope,
        *,
        own_mark: str = "",
        workshops: Collection[EntityId] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._agenda = agenda
        self._read = read
        self._own_mark = own_mark
        self.scope = scope
        self._text_frame: Frame | None = None
        self.focus_item_id: EntityId | None = None
        """The note or island that the keys mean."""
        themes = [theme.id for theme in agenda.all_themes]
        self.content = BoardContent(themes, title_head, tuple(workshops))
        self.style_ = BoardStyle.of(look(), agenda)
        self.painter_ = BoardPainter(self.content, self.style_)
        self._layer = BoardLayer(self)
        self.addItem(self._layer)
        self._fit_rect()

    # --- the board --------------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the board for the first time; until then it is empty."""
        self._take(self._read(self.scope), fresh=True)

    def apply(self, changes: Changes) -> None:
        """Show what an action or a merge changed in the file: only that moves, all else keeps its place."""
        if changes and not self._apply_some(changes):
            self._take(self._read(self.scope), fresh=False)

    def _apply_some(self, changes: Changes) -> bool:
        """The quick way for one gesture on a board of many thousands; False when it is not to be had."""
        ids = changes.added | changes.updated
        content = self.content
        if changes.everything or self.full_text or self.scope != Scope() or len(content.notes) < _MANY:
            return False
        if len(ids) > _FEW_CHANGES:
            return False
        part = self._read(self.scope, only=ids)
        marks = {one.note.device_mark for one in part.notes if one.note.note_id not in content.notes}
        difference = None if marks - {self._own_mark} else content.take_some(part, ids)
        if difference is not None:
            self._follow(difference)
        return difference is not None

    def show_scope(self, scope: Scope) -> None:
        """Show another table."""
        self.scope = scope
        self.focus_item_id = None
        self._take(self._read(scope), fresh=True)

    @property
    def full_text(self) -> bool:
        """True while whole texts are shown (全文)."""
        return self._text_frame is not None

    def set_full_text(self, frame: Frame | None) -> None:
        """全文: each row of notes grows to its longest text as it is set at this zoom; None ends it."""
        self._text_frame = frame
        self._show_boxes()

    def follow_zoom(self, frame: Frame) -> None:
        """Another zoom breaks the texts into other lines."""
        if self._text_frame is not None and self._text_frame.scale != frame.scale:
            self.set_full_text(frame)

    def dress(self) -> None:
        """Take the colours and sizes of another look."""
        self.style_ = BoardStyle.of(look(), self._agenda)
        marks = self.painter_.marks
        self.painter_ = BoardPainter(self.content, self.style_)
        self.painter_.marks = marks
        self._layer.update()

    def clear_new(self) -> None:
        """Somebody has seen what came from elsewhere."""
        self.content.incoming.clear()
        self._layer.update()

    def frame(self, transform: QTransform) -> Frame:
        """The frame of a view with this transform from scene to px."""
        return Frame(transform.m11(), transform.dx(), transform.dy(), self.style_.unit)

    def _take(self, board: Board, *, fresh: bool) -> None:
        known = self.content.notes
        incoming = [
            item.note.note_id
            for item in board.notes
            if not fresh and item.note.note_id not in known and item.note.device_mark != self._own_mark
        ]
        if fresh:
            self.content.incoming.clear()
        difference = self.content.take(board, incoming)
        self._follow(difference)
        if self.full_text:
            self._show_boxes()

    def _show_boxes(self) -> None:
        frame = self._text_frame
        boxes = self.content.layout.boxes
        if frame is not None:
            boxes = full_text_boxes(self.content, self.style_, frame)
        self._follow(self.content.show_boxes(boxes))

    def _follow(self, difference: Difference) -> None:
        old = [self._layer.shown[item] for item in difference.changed | difference.removed]
        self.painter_.follow(difference)
        boxes = self.content.boxes
        new = {item: boxes[item] for item in difference.changed | difference.added}
        for item in difference.removed:
            del self._layer.shown[item]
        self._layer.shown |= new
        self._fit_rect()
        rects = [*old, *new.values()]
        if difference.arrows or len(rects) > _FEW or self.content.arrows:
            self._layer.update()
        else:
            self.repaint_rects(rects)
        gone = {item for item in self.chosen if item not in boxes and item not in self.content.arrows}
        if gone:
            self.choose(self.chosen - gone)
        if self.focus_item_id not in boxes:
            self.focus_item_id = None
        if difference:
            self.content_changed.emit(difference)

    def _fit_rect(self) -> None:
        bounds = self.content.bounds()
        self._layer.set_bounds(bounds)
        self.setSceneRect(QRectF(*bounds).adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))

    # --- what is chosen --------------------------------------------------------------------------------

    @property
    def chosen(self) -> frozenset[EntityId]:
        """Notes, islands and arrows that are chosen."""
        return frozenset(self.painter_.marks.chosen)

    def choose(self, items: Iterable[EntityId], focus: EntityId | None = None) -> None:
        """Choose these and nothing else; the keys mean `focus`, or the one there is."""
        wanted = set(items)
        if focus is None:
            focus = next(iter(wanted)) if len(wanted) == 1 else self.focus_item_id
        if focus not in wanted:
            focus = next(iter(wanted), None)
        if wanted == self.painter_.marks.chosen and focus == self.focus_item_id:
            return
        self.painter_.marks.chosen = wanted
        self.focus_item_id = focus
        self.show_whole()
        self._layer.update()
        self.choice_changed.emit()

    def outermost(self, items: Iterable[EntityId]) -> list[EntityId]:
        """Of these notes and islands the ones that stand in no other of them."""
        wanted = {item for item in items if item in self.content.boxes}
        return [item for item in wanted if wanted.isdisjoint(self.content.around(item))]

    def set_target(self, target: EntityId | None) -> None:
        """Show where a drop would go."""
        marks = self.painter_.marks
        if target != marks.target:
            rects = [
                self.content.boxes[item] for item in (target, marks.target) if item in self.content.boxes
            ]
            marks.target = target
            self.repaint_rects(rects)

    def show_whole(self, shown: bool = True) -> None:
        """Show all text of the note that alone is chosen, or leave it cut for now."""
        chosen = self.painter_.marks.chosen
        notes = chosen & self.content.notes.keys()
        whole = next(iter(notes)) if shown and len(chosen) == len(notes) == 1 else None
        if self.painter_.marks.whole != whole:
            self.painter_.marks.whole = whole
            self._layer.update()

    def set_hidden(self, notes: frozenset[EntityId]) -> None:
        """Of these notes show the outline only."""
        if self.painter_.marks.hidden != notes:
            self.painter_.marks.hidden = notes
            self._layer.update()

    def repaint_rects(self, rects: Iterable[Rect]) -> None:
        """Paint these places anew, with what reaches out of them."""
        for rect in rects:
            self._layer.update(QRectF(*rect).adjusted(-_REACH, -_REACH, _REACH, _REACH))


class BoardLayer(QGraphicsItem):
    """The item that paints everything: one item costs as little as the notes that are seen (perf.md §3b)."""

    def __init__(self, scene: BoardScene) -> None:
        super().__init__()
        self._board = scene
        self._bounds = QRectF()
        self.shown: dict[EntityId, Rect] = dict(scene.content.boxes)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def set_bounds(self, bounds: Rect) -> None:
        """Around everything that is painted."""
        wanted = QRectF(*bounds).adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        if wanted != self._bounds:
            self.prepareGeometryChange()
            self._bounds = wanted

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint what is exposed, in px: lines and letters are not scaled."""
        exposed: QRectF = option.exposedRect
        frame = self._board.frame(painter.worldTransform())
        painter.save()
        painter.setWorldTransform(QTransform())
        self._board.painter_.paint(painter, exposed, frame)
        painter.restore()
