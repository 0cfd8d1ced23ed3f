"""Where things come to stand after a gesture: pure arithmetic on the content, nothing is written here.

What is dropped stays where it was dropped unless something is there already; then it takes the nearest free place.
An island that grows by it pushes aside what it would cover. The first gesture in a table also writes the places of
that table's notes that have none yet, so that nothing jumps later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isqrt

from workshop_app.domain.arrange import AreaKey, anchored, island_box
from workshop_app.domain.board import ISLAND_HEAD, ISLAND_PAD, NOTE_HEIGHT, NOTE_WIDTH, Position, Spot
from workshop_app.domain.geometry import (
    GAP_X,
    STEP_X,
    STEP_Y,
    Occupied,
    Rect,
    bounding,
    in_rows,
    reading_order,
)
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft
from workshop_app.services.islands import NewIsland
from workshop_app.ui.board.content import BoardContent

_NEW = EntityId(b"\0" * 16)
"""Stands for an island that has no id yet."""
BESIDE = GAP_X * 4
_TOLERANCE = 6
"""Scene units that two things may overlap before one gives way."""


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """An island about to be made, what goes into it, and what has to move for it."""

    island: NewIsland
    members: Mapping[EntityId, Position]
    others: Mapping[EntityId, Spot]


def spot_now(content: BoardContent, item: EntityId) -> Spot:
    """Where something stands as it is shown: what undoes a move."""
    return Spot(content.parent_of(item), content.layout.positions[item])


def scene_corner(content: BoardContent, item: EntityId) -> tuple[int, int]:
    """The scene point of something's position (an island may reach further to the left and above)."""
    x, y = content.corner(content.parent_of(item), content.area(item))
    place = content.layout.positions[item]
    return x + place.x, y + place.y


def moved(
    content: BoardContent,
    items: Sequence[EntityId],
    dx: int,
    dy: int,
    *,
    into: EntityId | None,
    area: AreaKey | None = None,
) -> dict[EntityId, Spot]:
    """Spots of things moved by so much and dropped into an island, or with None outside of any."""
    spots: dict[EntityId, Spot] = {}
    moving = set(items)
    home = area or (content.area(items[0]) if into is None else content.area(into))
    corner = content.corner(into, home)
    taken = _rects_in(content, into, home, without=moving)
    for item in _in_order(content, items):
        x, y = scene_corner(content, item)
        box = content.boxes[item]
        rect = box.shifted(dx - corner[0], dy - corner[1])
        place = _free_place(rect, taken)
        off = (x - box.x, y - box.y)
        spots[item] = Spot(into, Position(place.x + off[0], place.y + off[1]))
        taken[item] = rect.at(place)
    if into is not None:
        spots |= _grown(content, into, taken, moving)
    return with_anchors(content, spots, home)


def nudged(content: BoardContent, items: Sequence[EntityId], dx: int, dy: int) -> dict[EntityId, Spot]:
    """Spots of things pushed by the arrow keys: each stays in its island, and may overlap on the way."""
    spots: dict[EntityId, Spot] = {}
    for item in items:
        now = spot_now(content, item)
        assert now.position is not None
        spots[item] = Spot(now.island_id, Position(now.position.x + dx, now.position.y + dy))
    return with_anchors(content, spots, content.area(items[0]))


def to_positions(content: BoardContent, places: Mapping[EntityId, Position]) -> dict[EntityId, Spot]:
    """Spots with these positions, each in the island it stands in."""
    spots = {item: Spot(content.parent_of(item), place) for item, place in places.items()}
    return with_anchors(content, spots, *{content.area(item) for item in places})


def grouped(
    content: BoardContent, items: Sequence[EntityId], near: EntityId | None = None, title: str = ""
) -> GroupPlan:
    """An island around these, in reading order; at the place of `near`, or of the first of them."""
    order = _in_order(content, items)
    if near is not None:
        order = [near, *(item for item in order if item != near)]
    boxes = content.boxes
    parents = {content.parent_of(item) for item in order}
    parent = parents.pop() if len(parents) == 1 else None
    area = content.area(order[0])
    columns = max(2, isqrt(len(order) - 1) + 1)
    widest = max(boxes[item].width for item in order)
    places = in_rows([boxes[item][2:] for item in order], max(columns * STEP_X, widest))
    rects = {item: boxes[item].at(place) for item, place in zip(order, places, strict=True)}
    members: dict[EntityId, Position] = {}
    for item, place in zip(order, places, strict=True):
        x, y = scene_corner(content, item)
        members[item] = Position(place.x + x - boxes[item].x, place.y + y - boxes[item].y)
    anchor = boxes[order[0]] if near is not None else bounding(boxes[item] for item in order)
    corner = content.corner(parent, area)
    size = island_box(rects.values())
    wanted = size.at(Position(anchor.x - ISLAND_PAD - corner[0], anchor.y - ISLAND_HEAD - corner[1]))
    taken = _rects_in(content, parent, area, without=set(order))
    place = _free_place(wanted, taken)
    taken[_NEW] = wanted.at(place)
    others: dict[EntityId, Spot] = {}
    if parent is not None:
        others = _grown(content, parent, taken, set(order))
    spots = with_anchors(content, others, area)
    island = NewIsland(area.workshop_id, area.table, place, parent, title)
    return GroupPlan(island, members, {item: spot for item, spot in spots.items() if item not in members})


def free_beside(content: BoardContent, note_id: EntityId, *, below: bool) -> tuple[Rect, EntityId | None]:
    """The place to the right of a note or below it (in the scene), and the note that has it, if any."""
    box = content.boxes[note_id]
    place = box.shifted(0, STEP_Y) if below else box.shifted(STEP_X, 0)
    place = Rect(place.x, place.y, NOTE_WIDTH, NOTE_HEIGHT)
    for other in reversed(content.notes_in(_inner(place))):
        if other != note_id:
            return place, other
    return place, None


def spot_beside(content: BoardContent, note_id: EntityId) -> Spot:
    """A free spot near a note, in the island it stands in."""
    parent, area = content.parent_of(note_id), content.area(note_id)
    x, y = content.corner(parent, area)
    taken = _rects_in(content, parent, area, without=set())
    return Spot(parent, _free_place(content.layout.boxes[note_id].shifted(STEP_X - x, -y), taken))


def placed_draft(
    content: BoardContent, draft: NoteDraft, text: str, place: Rect
) -> tuple[NoteDraft, dict[EntityId, Spot]]:
    """A note about to be written at a place of the scene, and what has to get its place with it."""
    scope = content.board.scope
    if draft.island is not None and draft.island in content.islands:
        area = content.area(draft.island)
    else:
        known = [key for key in content.layout.areas if key.table == draft.table]
        area = known[0] if known else AreaKey(scope.workshop_id, draft.table)
    x, y = content.corner(draft.island, area)
    taken = _rects_in(content, draft.island, area, without=set())
    free = _free_place(place.shifted(-x, -y), taken)
    anchors = with_anchors(content, {}, area)
    if draft.island is not None:
        inside = {**taken, _NEW: place.at(free)}
        anchors = with_anchors(content, _grown(content, draft.island, inside, set()), area)
    return replace(draft, text=text, position=(free.x, free.y)), anchors


def with_anchors(
    content: BoardContent, spots: Mapping[EntityId, Spot], *areas: AreaKey
) -> dict[EntityId, Spot]:
    """Together with the places that the rest of the table has until now only on screen."""
    if not content.layout.found:
        return dict(spots)
    return {**anchored(content.board, content.layout, set(areas)), **spots}


def _grown(
    content: BoardContent, island_id: EntityId, inside: Mapping[EntityId, Rect], moving: set[EntityId]
) -> dict[EntityId, Spot]:
    """What an island pushes aside that now holds `inside`, and what the islands around it push aside then.

    `moving` has left the places where it is still shown.
    """
    found: dict[EntityId, Spot] = {}
    step: EntityId | None = island_id
    while step is not None:
        island = content.islands[step]
        position = content.layout.positions[step]
        head = content.heads.get(step, ISLAND_HEAD)
        box = island_box(inside.values(), head, folded=island.folded)
        rect = box.shifted(position.x, position.y)
        parent = island.parent_id
        taken = _rects_in(content, parent, content.area(step), without={step, *moving})
        covered = {item: other for item, other in taken.items() if _inner(other).overlaps(rect)}
        free = Occupied([rect, *(other for item, other in taken.items() if item not in covered)])
        for item in sorted(covered, key=lambda one: (covered[one].y, covered[one].x, one)):
            place = free.nearest(covered[item])
            free.take(covered[item].at(place))
            now = content.layout.positions[item]
            spot = Position(now.x + place.x - covered[item].x, now.y + place.y - covered[item].y)
            found[item] = Spot(parent, spot)
            taken[item] = covered[item].at(place)
        inside = {**taken, step: rect}
        step = parent
    return found


def _rects_in(
    content: BoardContent, parent: EntityId | None, area: AreaKey, without: set[EntityId]
) -> dict[EntityId, Rect]:
    """What stands in an island or area, counted from its corner."""
    x, y = content.corner(parent, area)
    return {
        item: content.layout.boxes[item].shifted(-x, -y)
        for item in content.siblings(parent, area)
        if item not in without and item in content.layout.boxes
    }


def _free_place(rect: Rect, taken: Mapping[EntityId, Rect]) -> Position:
    """Its own place when nothing is there, else the nearest free one."""
    inner = _inner(rect)
    if any(other.overlaps(inner) for other in taken.values()):
        return Occupied(taken.values()).nearest(rect)
    return Position(rect.x, rect.y)


def _inner(rect: Rect) -> Rect:
    return Rect(
        rect.x + _TOLERANCE, rect.y + _TOLERANCE, rect.width - 2 * _TOLERANCE, rect.height - 2 * _TOLERANCE
    )


def _in_order(content: BoardContent, items: Iterable[EntityId]) -> list[EntityId]:
    return reading_order({item: content.boxes[item] for item in items})
