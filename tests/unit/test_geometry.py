"""Rectangles on the board: whatever is tidied, aligned or given a place never overlaps, and doing it again moves nothing."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from workshop_app.domain.board import NOTE_HEIGHT, NOTE_WIDTH, Position
from workshop_app.domain.geometry import (
    GAP_X,
    GAP_Y,
    STEP_X,
    STEP_Y,
    Edge,
    Occupied,
    Rect,
    Slots,
    align,
    bounding,
    distribute,
    in_rows,
    reading_order,
    tidy,
)

COORDINATES = st.integers(-2_000, 2_000)
SIZES = st.one_of(
    st.just((NOTE_WIDTH, NOTE_HEIGHT)), st.tuples(st.integers(200, 1_500), st.integers(100, 900))
)
RECTS = st.builds(lambda x, y, size: Rect(x, y, *size), COORDINATES, COORDINATES, SIZES)
BOARDS = st.lists(RECTS, max_size=14).map(lambda rects: {bytes([n]): r for n, r in enumerate(rects)})


def note(x: int, y: int) -> Rect:
    return Rect(x, y, NOTE_WIDTH, NOTE_HEIGHT)


def put(rects: dict[bytes, Rect], places: dict[bytes, Position]) -> dict[bytes, Rect]:
    assert places.keys() == rects.keys()
    return {key: rects[key].at(place) for key, place in places.items()}


def overlapping(rects: list[Rect]) -> list[tuple[Rect, Rect]]:
    return [(one, other) for one, other in combinations(rects, 2) if one.overlaps(other)]


@given(BOARDS, st.lists(RECTS, max_size=4))
def test_tidy_never_overlaps_and_again_moves_nothing(rects: dict[bytes, Rect], fixed: list[Rect]) -> None:
    first = tidy(rects, fixed)
    placed = put(rects, first)
    assert overlapping(list(placed.values())) == []
    assert not any(rect.overlaps(other) for rect in placed.values() for other in fixed)
    assert tidy(placed, fixed) == first
    assert tidy(dict(reversed(rects.items())), fixed) == first


@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_tidy_slightly_crooked_rows_become_straight_in_the_same_order(
    columns: int, rows: int, data: st.DataObject
) -> None:
    rects = {}
    for n in range(columns * rows):
        x, y = n % columns * STEP_X, n // columns * STEP_Y
        rects[bytes([n])] = note(x + data.draw(st.integers(-50, 50)), y + data.draw(st.integers(-25, 25)))
    placed = put(rects, tidy(rects))
    assert reading_order(placed) == sorted(rects)
    assert {(r.x % STEP_X, r.y % STEP_Y) for r in placed.values()} == {(0, 0)}
    assert all(abs(placed[k].x - rects[k].x) + abs(placed[k].y - rects[k].y) <= 75 for k in rects)


def test_tidy_a_pile_spreads_into_a_block() -> None:
    rects = {n.to_bytes(2, "big"): note(3, 3) for n in range(400)}
    placed = put(rects, tidy(rects))
    assert len(set(placed.values())) == 400
    assert overlapping(list(placed.values())) == []
    assert bounding(placed.values()).width <= 18 * STEP_X


@given(BOARDS, st.sampled_from(Edge))
def test_align_one_line_nothing_overlaps_and_again_moves_nothing(
    rects: dict[bytes, Rect], edge: Edge
) -> None:
    first = align(rects, edge)
    placed = put(rects, first)
    lines = {
        Edge.LEFT: {rect.x for rect in placed.values()},
        Edge.RIGHT: {rect.right for rect in placed.values()},
        Edge.CENTRE: {(2 * rect.x + rect.width) // 2 for rect in placed.values()},
        Edge.TOP: {rect.y for rect in placed.values()},
        Edge.BOTTOM: {rect.bottom for rect in placed.values()},
        Edge.MIDDLE: {(2 * rect.y + rect.height) // 2 for rect in placed.values()},
    }[edge]
    assert max(lines, default=0) - min(lines, default=0) <= (edge in (Edge.CENTRE, Edge.MIDDLE))
    assert overlapping(list(placed.values())) == []
    assert align(placed, edge) == first


@given(BOARDS, st.booleans())
def test_distribute_equal_gaps_first_stays_and_again_moves_nothing(
    rects: dict[bytes, Rect], down: bool
) -> None:
    first = distribute(rects, down=down)
    placed = put(rects, first)
    spans = sorted((r.y, r.bottom) if down else (r.x, r.right) for r in placed.values())
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    assert all(gap >= (GAP_Y if down else GAP_X) for gap in gaps)
    assert max(gaps, default=0) - min(gaps, default=0) <= 1
    assert distribute(placed, down=down) == first
    other = {key: (r.x if down else r.y) for key, r in rects.items()}
    assert {key: (r.x if down else r.y) for key, r in placed.items()} == other


def test_distribute_leaves_the_outer_ones_where_there_is_room() -> None:
    rects = {b"a": note(0, 0), b"b": note(250, 5), b"c": note(1000, 0)}
    assert distribute(rects, down=False) == {
        b"a": Position(0, 0),
        b"b": Position(500, 5),
        b"c": Position(1000, 0),
    }


def test_reading_order_is_by_rows_not_by_exact_height() -> None:
    rects = {b"c": note(0, 140), b"b": note(300, 0), b"a": note(0, 20), b"d": note(300, 130)}
    assert reading_order(rects) == [b"a", b"b", b"c", b"d"]


@given(st.lists(RECTS, max_size=6), st.lists(SIZES, max_size=8), COORDINATES)
def test_slots_are_free_and_fill_in_reading_order(
    there: list[Rect], sizes: list[tuple[int, int]], corner: int
) -> None:
    taken = Occupied(there)
    slots = Slots(taken, Position(corner, corner), 5 * STEP_X)
    found: list[Rect] = []
    for width, height in sizes:
        place = slots.next(width, height)
        found.append(Rect(place.x, place.y, width, height))
        taken.take(found[-1])
    assert overlapping(found) == []
    assert not any(rect.overlaps(other) for rect in found for other in there)
    assert all(rect.x >= corner and rect.y >= corner for rect in found)
    notes = [(r.y, r.x) for r in found if (r.width, r.height) == (NOTE_WIDTH, NOTE_HEIGHT)]
    assert notes == sorted(notes)


@given(st.lists(SIZES, max_size=12), st.integers(100, 4_000))
def test_in_rows_never_overlaps_and_keeps_the_order(sizes: list[tuple[int, int]], width: int) -> None:
    places = in_rows(sizes, width)
    rects = [Rect(place.x, place.y, *size) for place, size in zip(places, sizes, strict=True)]
    assert overlapping(rects) == []
    assert [(r.y, r.x) for r in rects] == sorted((r.y, r.x) for r in rects)
    assert all(r.x == 0 or r.right <= width for r in rects)
