"""Paints a board, or the part of it that is seen, in order: islands, notes, arrows, seals and signs, rings.

Takes a painter, the content and a frame; the window, a picture and a page use it alike. With `vector` nothing goes
through a pixmap, so that the text of a page stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from workshop_app.domain.board import ISLAND_HEAD, NOTE_HEIGHT
from workshop_app.domain.geometry import Rect
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.caches import FarChunks, NotePixmaps
from workshop_app.ui.board.content import BoardContent, Difference
from workshop_app.ui.board.paint_arrow import Line, arrow_line, paint_arrow, paint_link, relation_word
from workshop_app.ui.board.paint_island import LABEL_FROM, paint_far_title, paint_island
from workshop_app.ui.board.paint_note import (
    grown_height,
    paint_note,
    paint_seal,
    paint_signs,
    seal_corner,
    seal_size,
    shows_whole,
)
from workshop_app.ui.board.style import BoardStyle, Frame, Level
from workshop_app.ui.icons import ratio_of

_REACH = 28
"""Px that seals, signs and rings reach beyond what they belong to."""
_CHAR_FROM = 24
"""Px a note has to be high at far for its character."""
_ROUND_FROM = 20
_CARD_ZOOM = 0.8
_WORDS_FROM = 0.2
"""At smaller zooms a word would be larger than what it speaks of; the arrow is then only a line."""


@dataclass
class Marks:
    """What is shown of the person's work on top of the board."""

    chosen: set[EntityId] = field(default_factory=set)
    whole: EntityId | None = None
    """The one note that shows all its text."""
    target: EntityId | None = None
    """The note or island that a drop would join."""
    hidden: frozenset[EntityId] = frozenset()
    """Notes of which only the outline is shown, as a search does not mean them."""


class BoardPainter:
    """One look at one content; what is laid out or painted is kept until that changes."""

    def __init__(self, content: BoardContent, style: BoardStyle, *, vector: bool = False) -> None:
        self.content = content
        self.style = style
        self.marks = Marks()
        self._vector = vector
        self._chunks = FarChunks(content, style)
        self._pixmaps = NotePixmaps(style)

    def follow(self, difference: Difference) -> None:
        """The content has changed."""
        self._chunks.follow(difference)

    def paint(self, painter: QPainter, exposed: QRectF, frame: Frame) -> None:
        """Paint what overlaps `exposed`, given in scene units; the painter's own units are px of the frame."""
        reach = ceil(_REACH * frame.unit / frame.scale)
        x, y = floor(exposed.x()) - reach, floor(exposed.y()) - reach
        area = Rect(x, y, ceil(exposed.width()) + 2 * reach + 2, ceil(exposed.height()) + 2 * reach + 2)
        high = NOTE_HEIGHT * frame.scale / frame.unit
        # So small that letters and round corners are not seen: a few calls for very many rectangles.
        plain, tiny = high < _ROUND_FROM, high < _CHAR_FROM and not self.marks.hidden
        titled = self.content.widest_island * frame.scale >= LABEL_FROM * frame.unit
        islands = self.content.islands_in(area) if titled or not plain else []
        notes = [] if tiny else self.content.notes_in(area)
        if plain:
            self._paint_plain_islands(painter, frame)
        else:
            self._paint_islands(painter, islands, frame)
        if tiny:
            self._paint_far(painter, area, frame)
        else:
            self._paint_notes(painter, notes, frame)
        if frame.level is Level.FAR:
            for island_id in islands:
                rect = frame.rect(self.content.boxes[island_id])
                title = self.content.islands[island_id].title
                paint_far_title(painter, rect, title, self.style, frame)
        self._paint_lines(painter, area, frame)
        self._paint_rings(painter, area, frame)
        self._paint_seals(painter, [*islands, *notes], frame)
        self._paint_whole(painter, frame)

    def paint_map(self, painter: QPainter, frame: Frame) -> None:
        """Everything as small plain rectangles."""
        content = self.content
        self._paint_plain_islands(painter, frame)
        self._paint_far(painter, content.bounds(), frame)

    def line_of(self, arrow_id: EntityId, frame: Frame) -> Line | None:
        """Where an arrow lies, in px; None when an end is inside a folded island."""
        arrow = self.content.arrows[arrow_id]
        boxes = self.content.boxes
        if arrow.source_id not in boxes or arrow.target_id not in boxes:
            return None
        one, other = frame.rect(boxes[arrow.source_id]), frame.rect(boxes[arrow.target_id])
        return arrow_line(one, other, relation_word(arrow.relation), self.style)

    # --- parts ------------------------------------------------------------------------------------------------

    def _paint_islands(self, painter: QPainter, islands: Sequence[EntityId], frame: Frame) -> None:
        content, style = self.content, self.style
        for island_id in islands:
            island = content.islands[island_id]
            notes = content.notes_inside(island_id) if island.folded else 0
            rect = frame.rect(content.boxes[island_id])
            head = content.heads.get(island_id, ISLAND_HEAD)
            target = island_id == self.marks.target
            paint_island(painter, rect, island, head, style, frame, notes=notes, target=target)

    def _paint_plain_islands(self, painter: QPainter, frame: Frame) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(QTransform(frame.scale, 0, 0, frame.scale, frame.dx, frame.dy), True)
        painter.setPen(QPen(self.style.colour("border"), 0))
        painter.setBrush(self.style.colour("island"))
        for rects in self._chunks.islands():
            painter.drawRects(rects)
        painter.restore()

    def _paint_far(self, painter: QPainter, area: Rect, frame: Frame) -> None:
        kinds = {self.style.fill_index(kind): kind for kind in (*self.style.kinds, None)}
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(QTransform(frame.scale, 0, 0, frame.scale, frame.dx, frame.dy), True)
        lists = list(self._chunks.lists_in(area))
        for paper, kind in kinds.items():
            edged = NOTE_HEIGHT * frame.scale >= 8 * frame.unit
            painter.setPen(QPen(self.style.edge(kind), 0) if edged else Qt.PenStyle.NoPen)
            painter.setBrush(self.style.fill(kind))
            for by_paper in lists:
                if paper in by_paper:
                    painter.drawRects(by_paper[paper])
        painter.restore()

    def _paint_notes(self, painter: QPainter, notes: Iterable[EntityId], frame: Frame) -> None:
        content, far = self.content, frame.level is Level.FAR
        ratio = ratio_of(painter)
        for note_id in notes:
            item = content.notes[note_id]
            rect = frame.rect(content.boxes[note_id])
            if note_id in self.marks.hidden:
                painter.setPen(QPen(self.style.colour("border"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
            elif self._vector:
                paint_note(painter, rect, item, self.style, frame)
            elif far:
                image = self._pixmaps.far(item.note.kind, int(rect.width()), int(rect.height()), ratio)
                painter.drawPixmap(rect.topLeft(), image)
            else:
                image = self._pixmaps.note(item, int(rect.width()), int(rect.height()), frame, ratio)
                painter.drawPixmap(rect.topLeft(), image)

    def _paint_lines(self, painter: QPainter, area: Rect, frame: Frame) -> None:
        bare = frame.zoom < _WORDS_FROM
        content, boxes = self.content, self.content.boxes
        for link in () if bare else content.board.links:
            one, other = boxes.get(link.first_id), boxes.get(link.second_id)
            if one and other and _around(one, other).overlaps(area):
                paint_link(painter, frame.rect(one), frame.rect(other), self.style)
        for arrow_id, arrow in content.arrows.items():
            one, other = boxes.get(arrow.source_id), boxes.get(arrow.target_id)
            if one and other and _around(one, other).overlaps(area):
                line = self.line_of(arrow_id, frame)
                if line is not None:
                    chosen = arrow_id in self.marks.chosen
                    paint_arrow(
                        painter, line, arrow.relation, self.style, chosen=chosen, bare=bare and not chosen
                    )

    def _paint_seals(self, painter: QPainter, items: Iterable[EntityId], frame: Frame) -> None:
        if frame.level is Level.FAR:
            self._paint_far_signs(painter, items, frame)
            return
        content, near, ratio = self.content, frame.level is Level.NEAR, ratio_of(painter)
        for item in items:
            if item in self.marks.hidden:
                continue
            rect = frame.rect(content.boxes[item])
            if item in content.islands:
                self._paint_seal(painter, rect, content.islands[item].votes, near, ratio)
                continue
            note = content.notes[item]
            self._paint_seal(painter, rect, note.note.votes, near, ratio)
            new = item in content.incoming
            if note.note.conflicts or note.held or new:
                clash = bool(note.note.conflicts)
                paint_signs(painter, rect, self.style, clash=clash, held=note.held, new=new)

    def _paint_seal(self, painter: QPainter, rect: QRectF, votes: int, near: bool, ratio: float) -> None:
        if self._vector:
            paint_seal(painter, rect, votes, self.style, near=near)
        elif votes:
            size = seal_size(votes, self.style, near=near)
            image = self._pixmaps.seal(votes, near, ratio)
            painter.drawPixmap(seal_corner(rect, size, self.style), image)

    def _paint_far_signs(self, painter: QPainter, items: Iterable[EntityId], frame: Frame) -> None:
        """Of the signs, far shows what has just come: as a corner, since there is no room for a word."""
        if not self.content.incoming:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.style.colour("surface"), 1))
        painter.setBrush(self.style.colour("accent"))
        for item in self.content.incoming:
            rect = frame.rect(self.content.boxes[item]) if item in self.content.boxes else None
            if rect is not None:
                side = max(5.0, min(12.0, rect.height() / 2))
                painter.drawEllipse(QPointF(rect.right(), rect.top()), side / 2, side / 2)

    def _paint_rings(self, painter: QPainter, area: Rect, frame: Frame) -> None:
        content, marks = self.content, self.marks
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.style.colour("accent"), 3))
        for item in marks.chosen:
            box = content.boxes.get(item)
            if box is not None and box.overlaps(area):
                rect = frame.rect(box).adjusted(-2.5, -2.5, 2.5, 2.5)
                radius = 9 if item in content.islands else 3
                painter.drawRoundedRect(rect, radius, radius)
        if marks.target in content.notes and marks.target in content.boxes:
            rect = frame.rect(content.boxes[marks.target]).adjusted(-4, -4, 4, 4)
            painter.setPen(QPen(self.style.colour("accent"), 2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(rect, 4, 4)

    def _paint_whole(self, painter: QPainter, frame: Frame) -> None:
        """The one chosen note with all its text: longer at near, else as a card that can be read."""
        note_id = self.marks.whole
        if note_id is None or note_id not in self.content.boxes or note_id not in self.content.notes:
            return
        item, rect = self.content.notes[note_id], frame.rect(self.content.boxes[note_id])
        if shows_whole(item, rect, self.style, frame):
            return
        rect, frame = self.card(note_id, frame)
        paint_note(painter, rect, item, self.style, frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.style.colour("accent"), 3))
        painter.drawRoundedRect(rect.adjusted(-2.5, -2.5, 2.5, 2.5), 3, 3)
        paint_seal(painter, rect, item.note.votes, self.style, near=True)

    def card(self, note_id: EntityId, frame: Frame) -> tuple[QRectF, Frame]:
        """Where and how a note is painted when all its text is shown."""
        item, rect = self.content.notes[note_id], frame.rect(self.content.boxes[note_id])
        if frame.level is not Level.NEAR:
            frame = Frame(_CARD_ZOOM * frame.unit, unit=frame.unit)
            box = frame.rect(self.content.boxes[note_id]._replace(x=0, y=0))
            rect = QRectF(rect.topLeft(), box.size())
        rect.setHeight(round(grown_height(rect, item, self.style, frame)))
        return rect, frame


def _around(one: Rect, other: Rect) -> Rect:
    x, y = min(one.x, other.x) - 60, min(one.y, other.y) - 60
    return Rect(x, y, max(one.right, other.right) + 60 - x, max(one.bottom, other.bottom) + 60 - y)
