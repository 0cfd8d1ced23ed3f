"""What makes 30,000 notes quick: rectangles of equal paper for far, painted notes kept for near and middle."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from workshop_app.domain.board import BoardNote
from workshop_app.domain.geometry import Rect
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.content import BoardContent, Difference
from workshop_app.ui.board.paint_note import paint_far_note, paint_paper, paint_seal, paint_words, seal_size
from workshop_app.ui.board.style import BoardStyle, Frame

_CHUNK = 4096
_BUDGET = 24 * 1024 * 1024
"""Bytes of painted notes kept: some four screens of them, whatever the zoom."""


class FarChunks:
    """The notes' rectangles in scene units, by square of the board and by paper: few calls paint very many."""

    def __init__(self, content: BoardContent, style: BoardStyle) -> None:
        self._content = content
        self._style = style
        self._members: dict[tuple[int, int], dict[EntityId, tuple[int, Rect]]] = {}
        self._homes: dict[EntityId, tuple[int, int]] = {}
        self._lists: dict[tuple[int, int], dict[int, list[QRect]]] = {}
        self._islands: list[list[QRect]] | None = None
        self._put(note_id for note_id in content.notes if note_id in content.boxes)

    def follow(self, difference: Difference) -> None:
        """Take in what changed."""
        self._islands = None
        for item in difference.removed | difference.changed:
            self._drop(item)
        self._put(item for item in difference.added | difference.changed if item in self._content.notes)

    def islands(self) -> list[list[QRect]]:
        """All islands, outer ones first."""
        if self._islands is None:
            content = self._content
            by_depth: dict[int, list[QRect]] = {}
            for island_id in content.islands:
                if island_id in content.boxes:
                    depth = sum(1 for _ in content.around(island_id))
                    by_depth.setdefault(depth, []).append(QRect(*content.boxes[island_id]))
            self._islands = [by_depth[depth] for depth in sorted(by_depth)]
        return self._islands

    def lists_in(self, area: Rect) -> Iterable[dict[int, list[QRect]]]:
        """For each square that has notes in the area, its rectangles by paper."""
        reach = 512
        right, bottom = area.right // _CHUNK, area.bottom // _CHUNK
        for column in range((area.x - reach) // _CHUNK, right + 1):
            for row in range((area.y - reach) // _CHUNK, bottom + 1):
                if (column, row) in self._members:
                    yield self._list((column, row))

    def _list(self, chunk: tuple[int, int]) -> dict[int, list[QRect]]:
        if chunk not in self._lists:
            lists: dict[int, list[QRect]] = {}
            # Made one after the other: painting reads them in this order, and memory far apart costs five times as much.
            for paper, box in sorted(self._members[chunk].values()):
                lists.setdefault(paper, []).append(QRect(*box))
            self._lists[chunk] = lists
        return self._lists[chunk]

    def _put(self, items: Iterable[EntityId]) -> None:
        for item in items:
            box = self._content.boxes[item]
            chunk = (box.x // _CHUNK, box.y // _CHUNK)
            paper = self._style.fill_index(self._content.notes[item].note.kind)
            self._members.setdefault(chunk, {})[item] = (paper, box)
            self._homes[item] = chunk
            self._lists.pop(chunk, None)

    def _drop(self, item: EntityId) -> None:
        chunk = self._homes.pop(item, None)
        if chunk is not None:
            del self._members[chunk][item]
            self._lists.pop(chunk, None)


class NotePixmaps:
    """Painted notes by their size, the ones used last; text is broken and painted once for each size."""

    def __init__(self, style: BoardStyle) -> None:
        self._style = style
        self._kept: OrderedDict[tuple[object, ...], tuple[BoardNote | None, QPixmap]] = OrderedDict()
        self._bytes = 0

    def note(self, item: BoardNote, width: int, height: int, frame: Frame, ratio: float) -> QPixmap:
        """A note of this size in px."""
        key = (item.note.note_id, width, height, ratio)
        kept = self._kept.get(key)
        if kept is not None and kept[0] is item:
            self._kept.move_to_end(key)
            return kept[1]
        # A copy of the paper, so that only the words are painted for each note.
        image = QPixmap(self._paper(item.note.kind, item.note.theme, width, height, frame, ratio))
        painter = QPainter(image)
        paint_words(painter, QRectF(0, 0, width, height), item, self._style, frame)
        painter.end()
        self._keep(key, item, image)
        return image

    def seal(self, votes: int, near: bool, ratio: float) -> QPixmap:
        """A seal with so many votes."""
        style = self._style

        def paint(painter: QPainter, rect: QRectF) -> None:
            place = QRectF(0, 0, rect.width() + style.px(5), rect.height() / 2)
            paint_seal(painter, place, votes, style, near=near)

        width, height = seal_size(votes, style, near=near)
        return self._painted(("seal", votes, near, ratio), width, height, ratio, paint)

    def _paper(
        self, kind: str | None, theme: str | None, width: int, height: int, frame: Frame, ratio: float
    ) -> QPixmap:
        def paint(painter: QPainter, rect: QRectF) -> None:
            paint_paper(painter, rect, kind, theme, self._style, frame)

        key = ("paper", kind, theme, width, height, ratio)
        return self._painted(key, width, height, ratio, paint)

    def far(self, kind: str | None, width: int, height: int, ratio: float) -> QPixmap:
        """Any note of a kind at far."""
        style = self._style

        def paint(painter: QPainter, rect: QRectF) -> None:
            paint_far_note(painter, rect, style.fill(kind), style.edge(kind), style.char(kind), style)

        return self._painted(("far", kind, width, height, ratio), width, height, ratio, paint)

    def _painted(
        self,
        key: tuple[object, ...],
        width: int,
        height: int,
        ratio: float,
        paint: Callable[[QPainter, QRectF], None],
    ) -> QPixmap:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept[1]
        image, painter = _blank(width, height, ratio)
        paint(painter, QRectF(0, 0, width, height))
        painter.end()
        self._keep(key, None, image)
        return image

    def _keep(self, key: tuple[object, ...], item: BoardNote | None, image: QPixmap) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._bytes -= _size(old[1])
        self._kept[key] = (item, image)
        self._bytes += _size(image)
        while self._bytes > _BUDGET and len(self._kept) > 1:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= _size(gone)


def _blank(width: int, height: int, ratio: float) -> tuple[QPixmap, QPainter]:
    image = QPixmap(round(width * ratio), round(height * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image, QPainter(image)


def _size(image: QPixmap) -> int:
    return image.width() * image.height() * 4
