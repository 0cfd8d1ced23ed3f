"""What the board shows: a board, its layout, and quick answers about both. Knows nothing of painting or widgets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations

from workshop_app.domain.arrange import AreaKey, Layout, area_of, lay_out
from workshop_app.domain.board import ISLAND_HEAD, Arrow, Board, BoardIsland, BoardNote, Position, Scope
from workshop_app.domain.geometry import Rect, bounding, reading_order
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.grid import SpatialGrid
from workshop_app.ui.board.partial import Relayout

_NOTE_CELL, _ISLAND_CELL = 512, 2048
_MOST_LAYOUTS = 3
_EMPTY = Layout({}, frozenset(), {}, {}, {}, {})

HeadOf = Callable[[str, int], int]
"""How high the head of an island is, from its title and its width."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one update changed: ids by what is to be painted anew, and whether arrows are among it."""

    added: frozenset[EntityId] = frozenset()
    changed: frozenset[EntityId] = frozenset()
    removed: frozenset[EntityId] = frozenset()
    arrows: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.arrows)


class BoardContent:
    """Notes and islands of one scope with their rectangles; what did not change keeps its object."""

    def __init__(self, themes: Sequence[str], head_of: HeadOf, workshops: Sequence[EntityId] = ()) -> None:
        self.board = Board(Scope())
        self.layout = _EMPTY
        self.boxes: dict[EntityId, Rect] = {}
        """As they are shown; in the mode 全文 they are not those of the layout."""
        self.notes: dict[EntityId, BoardNote] = {}
        self.islands: dict[EntityId, BoardIsland] = {}
        self.arrows: dict[EntityId, Arrow] = {}
        self.heads: dict[EntityId, int] = {}
        self.incoming: set[EntityId] = set()
        """Notes that came from elsewhere while the board was open, until somebody has seen them."""
        self.order: dict[EntityId, int] = {}
        self.widest_island = 0
        self._bounds = bounding(())
        self.themes = themes
        self.workshops = workshops
        self._head_of = head_of
        self._depths: dict[EntityId, int] = {}
        self._inside: dict[EntityId, list[EntityId]] = {}
        self._notes_grid = SpatialGrid(_NOTE_CELL)
        self._islands_grid = SpatialGrid(_ISLAND_CELL)

    # --- taking a board in -----------------------------------------------------------------------------

    def take(self, board: Board, incoming: Collection[EntityId] = ()) -> Difference:
        """Show another state of the board; what has a place already keeps it."""
        self.incoming |= set(incoming)
        board = self._with_known_objects(board)
        fresh = board.scope != self.board.scope
        kept: Mapping[EntityId, Position] = {} if fresh else self.layout.positions
        origins: Mapping[AreaKey, Position] = {} if fresh else self.layout.origins
        layout = self._laid_out(board, kept, origins)
        if origins and _any_overlap(layout.areas.values()):
            layout = self._laid_out(board, kept, {})
        self.layout = layout
        return self._show(board, dict(self.layout.boxes))

    def take_some(self, part: Board, ids: Collection[EntityId]) -> Difference | None:
        """Show what a small change made of some entities; None when the whole board has to be taken.

        `part` has of the notes only those among `ids`, and everything else whole.
        """
        fresh = {item.note.note_id: item for item in part.notes}
        islands = {island.island_id: island for island in part.islands}
        dirty: dict[EntityId, BoardNote | BoardIsland] = dict(fresh)
        dirty |= {one: island for one, island in islands.items() if self.islands.get(one) != island}
        gone = {item for item in ids if item in self.notes and item not in fresh}
        lost = self.islands.keys() - islands.keys()
        if any(item.position is None for item in dirty.values()):
            return None
        if any(child not in dirty and child not in gone for one in lost for child in self.children(one)):
            return None
        notes = {one: fresh.get(one, item) for one, item in self.notes.items() if one not in gone} | fresh
        board = replace(part, notes=tuple(notes.values()))
        away = gone | lost
        left = {self._outermost(item) for item in (*dirty, *away) if self._knows(item)} - away
        moved = {one: item.position for one, item in dirty.items() if item.position is not None}
        inside = self._counts(board)
        work = Relayout(self.layout, notes, islands, inside, dict(self.heads), self._head_of)
        layout = work.run(moved, left, away)
        if layout is None or _any_overlap(layout.areas.values()):
            return None
        self.layout, self.heads = layout, work.heads
        return self._show(board, dict(layout.boxes), work.visited, inside)

    def _knows(self, item: EntityId) -> bool:
        return item in self.notes or item in self.islands

    def _outermost(self, item: EntityId) -> EntityId:
        return [item, *self.around(item)][-1]

    def show_boxes(self, boxes: Mapping[EntityId, Rect]) -> Difference:
        """Show the same board with other rectangles (全文)."""
        return self._show(self.board, dict(boxes))

    def _laid_out(
        self, board: Board, kept: Mapping[EntityId, Position], origins: Mapping[AreaKey, Position]
    ) -> Layout:
        """Heads depend on widths and widths on what stands inside, so another layout follows where a head grew."""
        shown = {island.island_id for island in board.islands}
        wanted = {island_id: head for island_id, head in self.heads.items() if island_id in shown}
        for _ in range(_MOST_LAYOUTS):
            self.heads = wanted
            layout = lay_out(
                board,
                self.themes,
                heads=self.heads,
                kept=kept,
                origins=origins,
                incoming=self.incoming,
                workshops=self.workshops,
            )
            wanted = {
                island.island_id: head
                for island in board.islands
                if (box := layout.boxes.get(island.island_id))
                and (head := self._head_of(island.title, box.width)) != ISLAND_HEAD
            }
            if wanted == self.heads:
                break
        return layout

    def _with_known_objects(self, board: Board) -> Board:
        """Equal notes are the same object again, so that what was painted of them stays good."""
        notes = tuple(
            old if (old := self.notes.get(item.note.note_id)) == item and old is not None else item
            for item in board.notes
        )
        return replace(board, notes=notes)

    def _show(
        self,
        board: Board,
        boxes: dict[EntityId, Rect],
        among: Collection[EntityId] | None = None,
        inside: dict[EntityId, list[EntityId]] | None = None,
    ) -> Difference:
        """Take everything in; only what is `among` these can be different (None: anything)."""
        notes = {item.note.note_id: item for item in board.notes}
        islands = {island.island_id: island for island in board.islands}
        old_boxes, old_notes, old_islands = self.boxes, self.notes, self.islands
        added = frozenset(boxes.keys() - old_boxes.keys())
        removed = frozenset(old_boxes.keys() - boxes.keys())
        counts = self._counts(board) if inside is None else inside
        changed = frozenset(
            item
            for item in (boxes if among is None else among)
            if item in boxes
            and item not in added
            and (
                boxes[item] != old_boxes[item]
                or notes.get(item) is not old_notes.get(item)
                or islands.get(item) != old_islands.get(item)
                or (item in islands and counts[item] != self._inside.get(item, []))
            )
        )
        arrows = {arrow.arrow_id: arrow for arrow in board.arrows}
        lines = arrows != self.arrows or board.links != self.board.links
        self.board, self.boxes, self.notes, self.islands, self.arrows = board, boxes, notes, islands, arrows
        self.order = {item.note.note_id: place for place, item in enumerate(board.notes)}
        self.widest_island = max((boxes[one].width for one in islands if one in boxes), default=0)
        # Far fewer rectangles than boxes; of whole texts (全文) the boxes reach further.
        around = [*self.layout.areas.values()]
        self._bounds = bounding(around if boxes == self.layout.boxes else [*around, *boxes.values()])
        self._inside = counts
        self._depths = self._find_depths()
        for item in removed:
            self._notes_grid.remove(item)
            self._islands_grid.remove(item)
        for item in added | changed:
            (self._notes_grid if item in notes else self._islands_grid).put(item, boxes[item])
        self.incoming &= notes.keys()
        return Difference(added, changed, removed, lines)

    @staticmethod
    def _counts(board: Board) -> dict[EntityId, list[EntityId]]:
        inside: dict[EntityId, list[EntityId]] = {island.island_id: [] for island in board.islands}
        for item in board.notes:
            if item.note.island_id is not None:
                inside[item.note.island_id].append(item.note.note_id)
        for island in board.islands:
            if island.parent_id is not None:
                inside[island.parent_id].append(island.island_id)
        return inside

    def _find_depths(self) -> dict[EntityId, int]:
        depths: dict[EntityId, int] = {}
        for island_id in self.islands:
            way = []
            step: EntityId | None = island_id
            while step is not None and step not in depths:
                way.append(step)
                step = self.islands[step].parent_id
            depth = -1 if step is None else depths[step]
            for one in reversed(way):
                depth += 1
                depths[one] = depth
        return depths

    # --- questions ------------------------------------------------------------------------------------------

    def bounds(self) -> Rect:
        """Around everything."""
        return self._bounds

    def notes_in(self, area: Rect) -> list[EntityId]:
        """Notes that overlap an area, the one painted last at the end."""
        return sorted(self._notes_grid.inside(area), key=self.order.__getitem__)

    def islands_in(self, area: Rect) -> list[EntityId]:
        """Islands that overlap an area, outer ones first."""
        return sorted(self._islands_grid.inside(area), key=lambda one: (self._depths[one], one))

    def note_at(self, x: float, y: float) -> EntityId | None:
        """The uppermost note at a point."""
        return max(self._notes_grid.at(x, y), key=self.order.__getitem__, default=None)

    def island_at(self, x: float, y: float, without: Set[EntityId] = frozenset()) -> EntityId | None:
        """The innermost island at a point; `without` names islands that do not count, with all that is in them."""
        found = [
            one
            for one in self._islands_grid.at(x, y)
            if not without or without.isdisjoint(self.around(one, itself=True))
        ]
        return max(found, key=lambda one: (self._depths[one], one), default=None)

    def item_at(self, x: float, y: float) -> EntityId | None:
        """A note at a point, else an island."""
        return self.note_at(x, y) or self.island_at(x, y)

    def neighbour(self, item: EntityId | None, dx: int, dy: int) -> EntityId | None:
        """The nearest note or island in a direction, by its upper left corner; without an item the first in reading."""
        boxes = self.boxes
        if item is None or item not in boxes:
            return next(iter(reading_order(boxes)), None)
        home = boxes[item]

        def way(other: EntityId) -> tuple[int, EntityId] | None:
            right, down = boxes[other].x - home.x, boxes[other].y - home.y
            along, aside = right * dx + down * dy, abs(right * dy) + abs(down * dx)
            return None if along <= 0 or aside > along * 2 else (along + 2 * aside, other)

        return min(filter(None, map(way, boxes)), default=(0, None))[1]

    def around(self, item: EntityId, *, itself: bool = False) -> Iterator[EntityId]:
        """The islands that a note or island stands in, inner ones first; `itself` begins with an island itself."""
        if itself and item in self.islands:
            yield item
        step = self.parent_of(item)
        while step is not None:
            yield step
            step = self.islands[step].parent_id

    def parent_of(self, item: EntityId) -> EntityId | None:
        """The island that a note or island stands in."""
        if item in self.islands:
            return self.islands[item].parent_id
        return self.notes[item].note.island_id

    def children(self, island_id: EntityId) -> Sequence[EntityId]:
        """What stands in an island, not what stands in islands in it."""
        return self._inside.get(island_id, ())

    def everything_in(self, items: Iterable[EntityId]) -> set[EntityId]:
        """These, and whatever stands in the islands among them."""
        found: set[EntityId] = set()
        waiting = list(items)
        while waiting:
            item = waiting.pop()
            if item not in found:
                found.add(item)
                waiting += self._inside.get(item, ())
        return found

    def notes_inside(self, island_id: EntityId) -> int:
        """How many notes an island holds, inner islands included."""
        return sum(item in self.notes for item in self.everything_in([island_id]))

    def siblings(self, parent: EntityId | None, area: AreaKey | None) -> list[EntityId]:
        """What stands in an island, or in no island of an area."""
        if parent is not None:
            return list(self.children(parent))
        return [
            item
            for item in (*self.notes, *self.islands)
            if self.parent_of(item) is None and (area is None or self.area(item) == area)
        ]

    def area(self, item: EntityId) -> AreaKey:
        """The table's area that something stands in."""
        outermost = item
        for island_id in self.around(item):
            outermost = island_id
        return area_of(self.islands.get(outermost) or self.notes[outermost])

    def area_at(self, x: float, y: float) -> AreaKey:
        """The area nearest to a point; on an empty board that of its scope."""
        areas = self.layout.areas
        if not areas:
            return AreaKey(self.board.scope.workshop_id, self.board.scope.table)

        def distance(key: AreaKey) -> float:
            rect = areas[key]
            return max(rect.x - x, x - rect.right, 0) + max(rect.y - y, y - rect.bottom, 0)

        return min(areas, key=lambda key: (distance(key), key.table or 0))

    def corner(self, parent: EntityId | None, area: AreaKey) -> tuple[int, int]:
        """The scene point that positions in an island, or in no island of an area, are counted from."""
        if parent is not None:
            place = self.layout.corners[parent]
        elif area in self.layout.origins:
            place = self.layout.origins[area]
        else:
            return 0, 0
        return place.x, place.y


def _any_overlap(rects: Iterable[Rect]) -> bool:
    return any(one.overlaps(other) for one, other in combinations(rects, 2))
