"""Laying a board out: a place for whatever has none, and the whole as rectangles of the scene. Pure and deterministic.

What somebody put somewhere stays there. The rest is laid out by theme, then island, then in rows, never on top of
anything else, filled in reading order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import NamedTuple

from workshop_app.domain.board import (
    ISLAND_HEAD,
    ISLAND_PAD,
    NOTE_HEIGHT,
    NOTE_WIDTH,
    Board,
    BoardIsland,
    BoardNote,
    Position,
    Spot,
    spot_of,
)
from workshop_app.domain.geometry import (
    GAP_X,
    GAP_Y,
    STEP_X,
    STEP_Y,
    Occupied,
    Rect,
    Slots,
    bounding,
    in_rows,
    next_multiple,
    reading_order,
    tidy,
)
from workshop_app.domain.ids import EntityId

FOLDED_HEIGHT = 40
"""Below the title of a folded island: the line that says how many notes are in it."""
ISLAND_MIN_WIDTH = 2 * STEP_X - GAP_X + 2 * ISLAND_PAD
"""Room for two notes, so that a title has a line to stand in."""
AREA_GAP = 2 * STEP_X
_THEME_GAP = STEP_X
_LEAST_COLUMNS = 6
"""Newcomers fill rows of at least so many notes."""
_NOTE = Rect(0, 0, NOTE_WIDTH, NOTE_HEIGHT)


class AreaKey(NamedTuple):
    """A table of a workshop: what stands in no island is placed relative to its table's area."""

    workshop_id: EntityId | None
    table: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. `positions` are as the file has them, all others are on the scene."""

    positions: Mapping[EntityId, Position]
    found: frozenset[EntityId]
    """Which of the positions are not in the file: found here, or somebody else's note was in the way."""
    boxes: Mapping[EntityId, Rect]
    """Notes and islands; what is inside a folded island has none."""
    corners: Mapping[EntityId, Position]
    """For every island the point its content is placed from."""
    origins: Mapping[AreaKey, Position]
    """For every area the point its content is placed from."""
    areas: Mapping[AreaKey, Rect]


@dataclass(slots=True)
class _Content:
    """What stands in one island or area."""

    is_area: bool
    islands: list[BoardIsland] = field(default_factory=list)
    notes: list[BoardNote] = field(default_factory=list)

    @property
    def ids(self) -> Iterator[EntityId]:
        yield from (island.island_id for island in self.islands)
        yield from (item.note.note_id for item in self.notes)


def area_of(item: BoardNote | BoardIsland) -> AreaKey:
    """The area that something in no island stands in."""
    if isinstance(item, BoardIsland):
        return AreaKey(item.workshop_id, item.table)
    return AreaKey(item.note.workshop_id, item.note.table)


def island_box(content: Iterable[Rect], head: int = ISLAND_HEAD, *, folded: bool = False) -> Rect:
    """An island's rectangle relative to its position; `content` is relative to the corner under its title.

    `head` is the height of its title with margins. What was dragged out to the left or above makes it grow there.
    """
    if folded:
        return Rect(0, 0, ISLAND_MIN_WIDTH, head + FOLDED_HEIGHT)
    inside = [rect.shifted(ISLAND_PAD, head) for rect in content]
    room = Rect(ISLAND_PAD, head, ISLAND_MIN_WIDTH - 2 * ISLAND_PAD, 0 if inside else NOTE_HEIGHT)
    around = bounding([room, *inside])
    return Rect(
        around.x - ISLAND_PAD,
        around.y - head,
        around.width + 2 * ISLAND_PAD,
        around.height + head + ISLAND_PAD,
    )


def lay_out(
    board: Board,
    themes: Sequence[str],
    *,
    heads: Mapping[EntityId, int] | None = None,
    kept: Mapping[EntityId, Position] | None = None,
    origins: Mapping[AreaKey, Position] | None = None,
    incoming: Collection[EntityId] = (),
    workshops: Sequence[EntityId] = (),
) -> Layout:
    """Find a place for everything on the board.

    `themes` in their order; `heads` are the heights of island titles that need more than ISLAND_HEAD; `incoming` has
    just come from elsewhere and gives way to what was here; `kept` are positions found earlier (for what has one in
    the file they count only while it is incoming), `origins` those of the areas; `workshops` says in which order
    wards stand below each other.
    """
    return _Work(board, themes, heads or {}, kept or {}, frozenset(incoming)).layout(origins or {}, workshops)


def tidied(
    board: Board,
    layout: Layout,
    wanted: Collection[EntityId] | None = None,
    *,
    heads: Mapping[EntityId, int] | None = None,
) -> dict[EntityId, Position]:
    """Positions with which nothing wanted overlaps anything; None tidies the whole board. Only what moves is named."""
    work = _Work(board, (), heads or {}, layout.positions, frozenset())
    moved: dict[EntityId, Position] = {}
    for content in work.contents_inside_out():
        rects = {item: work.rect(item) for item in content.ids}
        chosen = {item: rect for item, rect in rects.items() if wanted is None or item in wanted}
        fixed = [rect for item, rect in rects.items() if item not in chosen]
        corners = {item: work.size(item) for item in chosen}
        for item, place in tidy(chosen, fixed).items():
            # An island may reach further to the left or above than its own position.
            position = Position(place.x - corners[item].x, place.y - corners[item].y)
            if position != work.positions[item]:
                work.positions[item] = moved[item] = position
    return moved


def sorted_into_themes(
    board: Board, layout: Layout, themes: Sequence[str], *, heads: Mapping[EntityId, int] | None = None
) -> dict[EntityId, Position]:
    """Positions that put what stands in no island beside its own theme, in each table's area. Names what moves."""
    work = _Work(board, themes, heads or {}, layout.positions, frozenset())
    work.measure()
    moved: dict[EntityId, Position] = {}
    for content in work.areas.values():
        places = work.by_theme(content)
        moved |= {item: place for item, place in places.items() if place != work.positions[item]}
    return moved


def spots_at(board: Board, positions: Mapping[EntityId, Position]) -> dict[EntityId, Spot]:
    """These positions, each in the island that the note or island stands in now: what a move is given."""
    return {item: Spot(spot.island_id, positions[item]) for item, spot in _spots(board) if item in positions}


def anchored(board: Board, layout: Layout, areas: Collection[AreaKey] | None = None) -> dict[EntityId, Spot]:
    """Spots for everything of these areas (None: of all) that has no position in the file, as it is shown.

    The first move in an area writes them as well, so that nothing jumps when the layout is made anew.
    """
    islands = {island.island_id: island for island in board.islands}

    def area(item: BoardNote | BoardIsland) -> AreaKey:
        around = spot_of(item).island_id
        while around is not None:
            item = islands[around]
            around = islands[around].parent_id
        return area_of(item)

    everything: dict[EntityId, BoardNote | BoardIsland] = {item.note.note_id: item for item in board.notes}
    everything |= islands
    found = {
        key: layout.positions[key]
        for key, item in everything.items()
        if key in layout.found and (areas is None or area(item) in areas)
    }
    return spots_at(board, found)


def _spots(board: Board) -> Iterator[tuple[EntityId, Spot]]:
    yield from ((item.note.note_id, spot_of(item)) for item in board.notes)
    yield from ((island.island_id, spot_of(island)) for island in board.islands)


def make_room(rects: Mapping[EntityId, Rect], grown: EntityId) -> dict[EntityId, Position]:
    """Where those go that one island, now larger, covers: to the nearest free place. All else stays."""
    covered = {item: r for item, r in rects.items() if item != grown and r.overlaps(rects[grown])}
    return tidy(covered, [rect for item, rect in rects.items() if item not in covered])


def board_text(board: Board, layout: Layout, wanted: Collection[EntityId] | None = None) -> str:
    """Titles and notes as text, in the order in which they are read on the board; None takes everything.

    A wanted island stands for all that is in it.
    """
    work = _Work(board, (), {}, layout.positions, frozenset())
    lines: list[str] = []
    waiting: list[tuple[EntityId, int, bool]] = []

    def add(content: _Content, depth: int, whole: bool) -> None:
        order = reading_order({item: work.rect(item) for item in content.ids})
        waiting.extend((item, depth, whole) for item in reversed(order))

    work.measure()
    for key in sorted(
        work.areas, key=lambda key: (layout.origins[key].y, layout.origins[key].x), reverse=True
    ):
        add(work.areas[key], 0, wanted is None)
    while waiting:
        item, depth, whole = waiting.pop()
        whole = whole or (wanted is not None and item in wanted)
        island = work.islands.get(item)
        inner = depth
        if whole:
            indent = "　" * depth
            words = f"■{island.title}" if island else f"・{work.notes[item].note.text}"
            lines.append(indent + words.replace("\n", f"\n{indent}　"))
            inner = depth + 1
        if island:
            add(work.contents[item], inner, whole)
    return "\n".join(lines)


class _Work:
    """One layout in the making: the tree of the board, positions and sizes as they are found."""

    def __init__(
        self,
        board: Board,
        themes: Sequence[str],
        heads: Mapping[EntityId, int],
        kept: Mapping[EntityId, Position],
        incoming: frozenset[EntityId],
    ) -> None:
        self.islands = {island.island_id: island for island in board.islands}
        self.notes = {item.note.note_id: item for item in board.notes}
        self.contents = {island_id: _Content(is_area=False) for island_id in self.islands}
        self.areas: dict[AreaKey, _Content] = {}
        self.positions: dict[EntityId, Position] = {}
        self._sizes: dict[EntityId, Rect] = {}
        self._themes = {theme: order for order, theme in enumerate(themes)}
        self._heads = heads
        self._incoming = incoming
        self._given: set[EntityId] = set()
        for island in board.islands:
            self._content_of(island.parent_id, island).islands.append(island)
            self._take_position(island.island_id, island.position, kept)
        for item in board.notes:
            self._content_of(item.note.island_id, item).notes.append(item)
            self._take_position(item.note.note_id, item.position, kept)

    def layout(self, origins: Mapping[AreaKey, Position], workshops: Sequence[EntityId]) -> Layout:
        for content in self.contents_inside_out():
            self._place(content)
        rects = {key: bounding(map(self.rect, content.ids)) for key, content in self.areas.items()}
        corners: dict[EntityId, Position] = {}
        boxes: dict[EntityId, Rect] = {}
        at = self._area_origins(rects, origins, workshops)
        waiting = [(content, at[key], False) for key, content in self.areas.items()]
        while waiting:
            content, corner, hidden = waiting.pop()
            if not hidden:
                boxes |= {item: self.rect(item).shifted(corner.x, corner.y) for item in content.ids}
            for island in content.islands:
                place = self.positions[island.island_id]
                head = self._head(island.island_id)
                inside = Position(corner.x + place.x + ISLAND_PAD, corner.y + place.y + head)
                corners[island.island_id] = inside
                waiting.append((self.contents[island.island_id], inside, hidden or island.folded))
        areas = {key: rect.shifted(at[key].x, at[key].y) for key, rect in rects.items()}
        found = frozenset(item for item in self.positions if item not in self._given)
        return Layout(self.positions, found, boxes, corners, at, areas)

    def contents_inside_out(self) -> Iterator[_Content]:
        """Every content after those of the islands in it; sizes of islands are known when their turn has passed."""
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
        for island_id in sorted(depths, key=lambda one: -depths[one]):
            content = self.contents[island_id]
            yield content
            island = self.islands[island_id]
            inside = map(self.rect, content.ids)
            self._sizes[island_id] = island_box(inside, self._head(island_id), folded=island.folded)
        yield from self.areas.values()

    def measure(self) -> None:
        """Know all sizes, when everything has its position."""
        for _ in self.contents_inside_out():
            pass

    def size(self, item: EntityId) -> Rect:
        """Its rectangle when its position is the corner."""
        return self._sizes.get(item, _NOTE)

    def rect(self, item: EntityId) -> Rect:
        """Its rectangle relative to what it stands in."""
        place = self.positions[item]
        return self.size(item).shifted(place.x, place.y)

    def by_theme(self, content: _Content) -> dict[EntityId, Position]:
        """A column for each theme, wide enough that all are about equally high; islands first, then lone notes."""
        groups: dict[tuple[int, str], _Content] = {}
        for island in content.islands:
            groups.setdefault(self._theme_rank(island.theme), _Content(is_area=True)).islands.append(island)
        for item in content.notes:
            groups.setdefault(self._theme_rank(item.note.theme), _Content(is_area=True)).notes.append(item)
        room = {rank: self._room(group) for rank, group in groups.items()}
        # About as wide as a screen: 16 to 9.
        height = max(1, isqrt(sum(room.values()) * 9 // 16))
        found: dict[EntityId, Position] = {}
        x = 0
        for rank in sorted(groups):
            width = max(3 * STEP_X, -(-room[rank] // height))
            places = self._in_rows(groups[rank], width)
            found |= {item: Position(x + place.x, place.y) for item, place in places.items()}
            right = max(place.x + self.size(item).width for item, place in places.items())
            x += next_multiple(right + GAP_X, STEP_X) + _THEME_GAP
        return found

    def _content_of(self, island_id: EntityId | None, item: BoardNote | BoardIsland) -> _Content:
        if island_id is not None:
            return self.contents[island_id]
        return self.areas.setdefault(area_of(item), _Content(is_area=True))

    def _take_position(
        self, item: EntityId, position: Position | None, kept: Mapping[EntityId, Position]
    ) -> None:
        known = position
        if position is None or item in self._incoming:
            known = kept.get(item, position)
        if known is not None:
            self.positions[item] = known
        if position is not None and known == position:
            self._given.add(item)

    def _place(self, content: _Content) -> None:
        """Give a position to all that stands in one island or area."""
        missing = [item for item in content.ids if item not in self.positions]
        newcomers = [item for item in content.ids if item in self._incoming and item in self.positions]
        if not missing and not newcomers:
            return
        settled = {
            item: self.rect(item)
            for item in content.ids
            if item in self.positions and item not in self._incoming
        }
        if not settled and not newcomers:
            self.positions |= self.by_theme(content) if content.is_area else self._inside(content)
            return
        taken = Occupied(settled.values())
        for item in newcomers:
            rect = self.rect(item)
            if not taken.is_free(rect) and any(rect.overlaps(other) for other in settled.values()):
                place, size = taken.nearest(rect), self.size(item)
                self.positions[item] = Position(place.x - size.x, place.y - size.y)
                self._given.discard(item)
                rect = self.rect(item)
            settled[item] = rect
            taken.take(rect)
        around = bounding(settled.values())
        below = [self.rect(one.island_id).bottom for one in content.islands if one.island_id in settled]
        corner = Position(around.x, max(below) + GAP_Y if below else around.y)
        columns = _LEAST_COLUMNS if content.is_area else _columns(len(content.notes))
        slots = Slots(taken, corner, max(around.width, columns * STEP_X))
        for item in missing:
            size = self.size(item)
            place = slots.next(size.width, size.height)
            self.positions[item] = Position(place.x - size.x, place.y - size.y)
            taken.take(self.rect(item))

    def _inside(self, content: _Content) -> dict[EntityId, Position]:
        """Notes in a block that is about as wide as high, inner islands below."""
        wide = _columns(len(content.notes)) * STEP_X
        return self._in_rows(content, max(wide, 2 * isqrt(self._room(content))), notes_first=wide)

    def _in_rows(self, content: _Content, width: int, *, notes_first: int = 0) -> dict[EntityId, Position]:
        """Islands in rows, the highest first, and notes in rows; below each other."""
        islands = sorted(
            (island.island_id for island in content.islands),
            key=lambda one: (-self.size(one).height, self.islands[one].title, one),
        )
        notes = [item.note.note_id for item in content.notes]
        parts = (
            [(notes, notes_first), (islands, width)] if notes_first else [(islands, width), (notes, width)]
        )
        found: dict[EntityId, Position] = {}
        bottom = 0
        for items, part_width in parts:
            step = STEP_Y if items is notes else STEP_Y // 2
            y = next_multiple(bottom + GAP_Y, step) if bottom else 0
            sizes = [self.size(item) for item in items]
            places = in_rows([(size.width, size.height) for size in sizes], part_width)
            for item, size, place in zip(items, sizes, places, strict=True):
                found[item] = Position(place.x - size.x, y + place.y - size.y)
            bottom = max(
                (y + place.y + size.height for size, place in zip(sizes, places, strict=True)), default=bottom
            )
        return found

    def _room(self, content: _Content) -> int:
        sizes = [self.size(item) for item in content.ids]
        return sum((size.width + GAP_X) * (size.height + GAP_Y) for size in sizes)

    def _theme_rank(self, theme: str | None) -> tuple[int, str]:
        """Themes in their order, then codes nobody knows, then what has none."""
        if theme is None:
            return len(self._themes) + 1, ""
        return self._themes.get(theme, len(self._themes)), "" if theme in self._themes else theme

    def _head(self, island_id: EntityId) -> int:
        return self._heads.get(island_id, ISLAND_HEAD)

    def _area_origins(
        self, rects: Mapping[AreaKey, Rect], kept: Mapping[AreaKey, Position], workshops: Sequence[EntityId]
    ) -> dict[AreaKey, Position]:
        """Tables of one workshop side by side, workshops below each other, on the grid of the notes."""
        rank = {workshop: order for order, workshop in enumerate(workshops)}

        def order(key: AreaKey) -> tuple[object, ...]:
            workshop = key.workshop_id or b""
            return (
                rank.get(key.workshop_id, len(rank)) if key.workshop_id else len(rank) + 1,
                workshop,
                key.table is None,
                key.table or 0,
            )

        found: dict[AreaKey, Position] = {}
        x = y = bottom = 0
        before: AreaKey | None = None
        for key in sorted(rects, key=order):
            rect = rects[key]
            if before is not None and before.workshop_id != key.workshop_id:
                x, y = 0, bottom
            corner = (
                Position(next_multiple(x - rect.x, STEP_X), next_multiple(y - rect.y, STEP_Y))
                if before
                else Position(0, 0)
            )
            found[key] = kept.get(key, corner)
            placed = rect.shifted(found[key].x, found[key].y)
            x, bottom = placed.right + AREA_GAP, max(bottom, placed.bottom + AREA_GAP)
            before = key
        return found


def _columns(notes: int) -> int:
    """So many notes in a row make a block that is read at one glance: about their square root."""
    return max(2, (isqrt(4 * notes) + 1) // 2)
