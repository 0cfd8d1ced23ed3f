"""The layout after a small change: only the islands concerned are measured anew, whatever else is on the board."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from workshop_app.domain.arrange import AreaKey, Layout, area_of, island_box
from workshop_app.domain.board import (
    ISLAND_HEAD,
    ISLAND_PAD,
    NOTE_HEIGHT,
    NOTE_WIDTH,
    BoardIsland,
    BoardNote,
    Position,
)
from workshop_app.domain.geometry import Rect, bounding
from workshop_app.domain.ids import EntityId

_MOST_HEADS = 3


@dataclass(slots=True)
class Relayout:
    """Places what stands outside of any island, with all that is in it; the rest of `layout` stays as it is."""

    layout: Layout
    notes: Mapping[EntityId, BoardNote]
    islands: Mapping[EntityId, BoardIsland]
    inside: Mapping[EntityId, Sequence[EntityId]]
    heads: dict[EntityId, int]
    head_of: Callable[[str, int], int]
    positions: dict[EntityId, Position] = field(init=False)
    boxes: dict[EntityId, Rect] = field(init=False)
    corners: dict[EntityId, Position] = field(init=False)
    areas: dict[AreaKey, Rect] = field(init=False)
    visited: set[EntityId] = field(init=False)

    def __post_init__(self) -> None:
        self.positions = dict(self.layout.positions)
        self.boxes = dict(self.layout.boxes)
        self.corners = dict(self.layout.corners)
        self.areas = dict(self.layout.areas)
        self.visited = set()

    def run(
        self, moved: Mapping[EntityId, Position], left: Collection[EntityId], gone: Collection[EntityId]
    ) -> Layout | None:
        """The layout once `moved` lies where it says, out of what it `left`; None when only a whole layout can tell."""
        for item in gone:
            self.positions.pop(item, None)
            self.boxes.pop(item, None)
            self.corners.pop(item, None)
            self.heads.pop(item, None)
        self.positions |= moved
        for root in {self._root(item) for item in (*moved, *left)}:
            area = area_of(self.islands.get(root) or self.notes[root])
            origin = self.layout.origins.get(area)
            if origin is None:
                return None
            rect = self._place(root, origin, hidden=False)
            # It may be too large afterwards, which does no harm; never too small.
            self.areas[area] = bounding([self.areas[area], rect])
        found = self.layout.found - moved.keys()
        origins = self.layout.origins
        return Layout(self.positions, found, self.boxes, self.corners, origins, self.areas)

    def _root(self, item: EntityId) -> EntityId:
        while True:
            around = self.islands[item].parent_id if item in self.islands else self.notes[item].note.island_id
            if around is None:
                return item
            item = around

    def _place(self, item: EntityId, corner: Position, *, hidden: bool) -> Rect:
        self.visited.add(item)
        place = self.positions[item]
        x, y = corner.x + place.x, corner.y + place.y
        if item in self.notes:
            rect = Rect(x, y, NOTE_WIDTH, NOTE_HEIGHT)
        else:
            rect = self._place_island(item, x, y, hidden=hidden)
        if hidden:
            self.boxes.pop(item, None)
        else:
            self.boxes[item] = rect
        return rect

    def _place_island(self, item: EntityId, x: int, y: int, *, hidden: bool) -> Rect:
        island = self.islands[item]
        head = self.heads.get(item, ISLAND_HEAD)
        for _ in range(_MOST_HEADS):
            inner = Position(x + ISLAND_PAD, y + head)
            rects = [self._place(child, inner, hidden=hidden or island.folded) for child in self.inside[item]]
            relative = [rect.shifted(-inner.x, -inner.y) for rect in rects]
            box = island_box(relative, head, folded=island.folded)
            # What is not seen has no title to make room for.
            wanted = ISLAND_HEAD if hidden else self.head_of(island.title, box.width)
            if wanted == head:
                break
            head = wanted
        self.corners[item] = inner
        self.heads.pop(item, None)
        if head != ISLAND_HEAD:
            self.heads[item] = head
        return box.shifted(x, y)
