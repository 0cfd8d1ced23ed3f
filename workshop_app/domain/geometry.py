"""Rectangles on the board: reading order, aligning, distributing, tidying, free places. Pure arithmetic.

What is tidied or found a place stands on a grid whose step is a note with its gap, so a tidied board reads in rows
and columns. Islands, which have any size, stand on half of that step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeVar

from workshop_app.domain.board import NOTE_HEIGHT, NOTE_WIDTH, Position

GAP_X = 12
GAP_Y = 20
"""Below a note there is more room than beside it, for the seal on its lower edge."""
STEP_X = NOTE_WIDTH + GAP_X
STEP_Y = NOTE_HEIGHT + GAP_Y
_CELL_X, _CELL_Y = STEP_X // 2, STEP_Y // 2
_NEAR = 18
"""So many steps to the right and down are looked at for a free place before the item goes below everything."""

Key = TypeVar("Key", bound=bytes)


class Rect(NamedTuple):
    """A rectangle in whole scene units."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first unit to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first unit below it."""
        return self.y + self.height

    def at(self, position: Position) -> Rect:
        """The same size with its corner there."""
        return Rect(position.x, position.y, self.width, self.height)

    def shifted(self, x: int, y: int) -> Rect:
        """Moved by so much."""
        return Rect(self.x + x, self.y + y, self.width, self.height)

    def overlaps(self, other: Rect) -> bool:
        """True when they share more than an edge."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


class Edge(StrEnum):
    """What several things are aligned by; CENTRE is across, MIDDLE is down."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


def bounding(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all; an empty one when there is none."""
    listed = list(rects)
    if not listed:
        return Rect(0, 0, 0, 0)
    x, y = min(r.x for r in listed), min(r.y for r in listed)
    return Rect(x, y, max(r.right for r in listed) - x, max(r.bottom for r in listed) - y)


def reading_order(rects: Mapping[Key, Rect]) -> list[Key]:
    """From the upper left, row by row; in one row is what begins less than half a note below the row's first."""
    rows: list[list[Key]] = []
    top = 0
    for key in sorted(rects, key=lambda key: (rects[key].y, rects[key].x, key)):
        if not rows or rects[key].y >= top + NOTE_HEIGHT // 2:
            rows.append([])
            top = rects[key].y
        rows[-1].append(key)
    return [key for row in rows for key in sorted(row, key=lambda key: (rects[key].x, rects[key].y, key))]


def align(rects: Mapping[Key, Rect], edge: Edge) -> dict[Key, Position]:
    """Put all on one line; what would overlap then is pushed on along the line, in its order."""
    if edge in (Edge.TOP, Edge.MIDDLE, Edge.BOTTOM):
        return _turned_back(_align({key: _turned(rect) for key, rect in rects.items()}, _ACROSS[edge], GAP_X))
    return _align(rects, edge, GAP_Y)


def distribute(rects: Mapping[Key, Rect], *, down: bool) -> dict[Key, Position]:
    """The same gap between each and the next; the first and, if there is room enough, the last stay."""
    if down:
        return _turned_back(_distribute({key: _turned(rect) for key, rect in rects.items()}, GAP_Y))
    return _distribute(rects, GAP_X)


def tidy(rects: Mapping[Key, Rect], fixed: Iterable[Rect] = ()) -> dict[Key, Position]:
    """Each to the nearest free place of the grid, in reading order; nothing overlaps, nor any of `fixed`.

    What is tidy already stays where it is.
    """
    taken = Occupied(fixed)
    found: dict[Key, Position] = {}
    for key in reading_order(rects):
        found[key] = taken.nearest(rects[key])
        taken.take(rects[key].at(found[key]))
    return found


class Occupied:
    """Which places of the grid are taken. Each rectangle keeps a gap to its right and below."""

    def __init__(self, rects: Iterable[Rect] = ()) -> None:
        self._cells: set[tuple[int, int]] = set()
        self._bottom = 0
        self._below: Slots | None = None
        for rect in rects:
            self.take(rect)

    def take(self, rect: Rect) -> None:
        """Count a rectangle in, wherever it lies."""
        self._cells.update(_cells(rect))
        self._bottom = max(self._bottom, rect.bottom)

    def is_free(self, rect: Rect) -> bool:
        """True when nothing is in any place that the rectangle would take."""
        return self._cells.isdisjoint(_cells(rect))

    def nearest(self, rect: Rect) -> Position:
        """The free place nearest to the rectangle: its own on the grid, else one to the right or below."""
        step_x, step_y = _steps(rect)
        x, y = _nearest_multiple(rect.x, step_x), _nearest_multiple(rect.y, step_y)
        for right, down in _OFFSETS:
            place = Position(x + right * step_x, y + down * step_y)
            if self.is_free(rect.at(place)):
                return place
        if self._below is None:
            self._below = Slots(self, Position(x, self._bottom + GAP_Y), _NEAR * STEP_X)
        return self._below.next(rect.width, rect.height)


class Slots:
    """Free places in rows from a corner on, filled from left to right and then downwards."""

    def __init__(self, taken: Occupied, corner: Position, width: int) -> None:
        self._taken = taken
        self._corner = Position(next_multiple(corner.x, STEP_X), next_multiple(corner.y, STEP_Y))
        self._width = width
        self._last: dict[tuple[int, int], Position] = {}

    def next(self, width: int, height: int) -> Position:
        """The next free place of this size, without taking it; a caller who takes it gets another one next time."""
        step_x, step_y = _steps(Rect(0, 0, width, height))
        # What was taken stays taken: the search goes on where the last one of this size ended.
        last = self._last.get((width, height), self._corner)
        x, y = last.x, last.y
        while not self._taken.is_free(Rect(x, y, width, height)):
            x += step_x
            if x + width > self._corner.x + self._width:
                x, y = self._corner.x, y + step_y
        self._last[width, height] = Position(x, y)
        return Position(x, y)


def in_rows(sizes: Iterable[tuple[int, int]], width: int) -> list[Position]:
    """Corners for things of these sizes, in their order, in rows of about this width, on the grid."""
    found: list[Position] = []
    x = y = tallest = 0
    for item_width, item_height in sizes:
        if x and x + item_width > width:
            x, y, tallest = 0, y + tallest, 0
        found.append(Position(x, y))
        step_x, step_y = _steps(Rect(0, 0, item_width, item_height))
        x += next_multiple(item_width + GAP_X, step_x)
        tallest = max(tallest, next_multiple(item_height + GAP_Y, step_y))
    return found


_ACROSS = {Edge.TOP: Edge.LEFT, Edge.MIDDLE: Edge.CENTRE, Edge.BOTTOM: Edge.RIGHT}
_OFFSETS = sorted(
    ((right, down) for right in range(_NEAR) for down in range(_NEAR)),
    key=lambda step: ((step[0] * STEP_X) ** 2 + (step[1] * STEP_Y) ** 2, step),
)[: _NEAR * _NEAR // 2]


def _align(rects: Mapping[Key, Rect], edge: Edge, gap: int) -> dict[Key, Position]:
    around = bounding(rects.values())
    widest = max((rect.width for rect in rects.values()), default=0)
    twice = around.x + around.right
    # The widest must come out whole, or aligning again would move the others by one.
    twice -= (twice - widest) % 2
    found: dict[Key, Position] = {}
    free_from: int | None = None
    for key in sorted(rects, key=lambda key: (rects[key].y, rects[key].x, key)):
        rect = rects[key]
        if edge is Edge.LEFT:
            x = around.x
        elif edge is Edge.RIGHT:
            x = around.right - rect.width
        else:
            x = (twice - rect.width) // 2
        y = rect.y if free_from is None or rect.y >= free_from - gap else free_from
        found[key] = Position(x, y)
        free_from = y + rect.height + gap
    return found


def _distribute(rects: Mapping[Key, Rect], gap: int) -> dict[Key, Position]:
    order = sorted(rects, key=lambda key: (rects[key].x, rects[key].y, key))
    if len(order) < 2:
        return {key: Position(rects[key].x, rects[key].y) for key in order}
    start = rects[order[0]].x
    widths = sum(rects[key].width for key in order)
    spare = max(rects[order[-1]].right - start - widths, gap * (len(order) - 1))
    found: dict[Key, Position] = {}
    before = 0
    for number, key in enumerate(order):
        found[key] = Position(start + before + number * spare // (len(order) - 1), rects[key].y)
        before += rects[key].width
    return found


def _turned(rect: Rect) -> Rect:
    return Rect(rect.y, rect.x, rect.height, rect.width)


def _turned_back(positions: Mapping[Key, Position]) -> dict[Key, Position]:
    return {key: Position(place.y, place.x) for key, place in positions.items()}


def _steps(rect: Rect) -> tuple[int, int]:
    """A note goes from note to note, an island half as far."""
    note = rect.width <= NOTE_WIDTH and rect.height <= NOTE_HEIGHT
    return (STEP_X, STEP_Y) if note else (_CELL_X, _CELL_Y)


def _cells(rect: Rect) -> set[tuple[int, int]]:
    columns = range(rect.x // _CELL_X, -(-(rect.right + GAP_X) // _CELL_X))
    rows = range(rect.y // _CELL_Y, -(-(rect.bottom + GAP_Y) // _CELL_Y))
    return {(column, row) for column in columns for row in rows}


def _nearest_multiple(value: int, step: int) -> int:
    return (value + step // 2) // step * step


def next_multiple(value: int, step: int) -> int:
    """The first place of a grid of this step that is not before `value`."""
    return -(-value // step) * step
