"""Laying out whole boards: nothing on top of anything, what was put somewhere stays, the same board the same layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from workshop_app.domain.arrange import (
    AreaKey,
    Layout,
    board_text,
    island_box,
    lay_out,
    make_room,
    sorted_into_themes,
    tidied,
)
from workshop_app.domain.board import (
    ISLAND_HEAD,
    ISLAND_PAD,
    NOTE_HEIGHT,
    NOTE_WIDTH,
    Board,
    BoardIsland,
    BoardNote,
    Position,
    Scope,
    living_parents,
)
from workshop_app.domain.geometry import STEP_X, STEP_Y, Rect
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note

EAST, WEST = EntityId(b"e" * 16), EntityId(b"w" * 16)
THEMES = ("T1", "T2", "T3", "T0")
FREE = st.one_of(st.none(), st.builds(Position, st.integers(-900, 2_500), st.integers(-900, 1_500)))


def ident(kind: str, number: int) -> EntityId:
    return EntityId(kind.encode() * 8 + number.to_bytes(8, "big"))


def note(
    number: int,
    island: EntityId | None = None,
    position: Position | None = None,
    theme: str | None = None,
    table: int | None = 1,
    workshop: EntityId = EAST,
) -> BoardNote:
    value = Note(
        ident("n", number), f"東1A-{number:03d}", workshop, "A", table, None, theme, None, (), f"意見{number}",
        0, island, None, (), number, number,
    )  # fmt: skip
    return BoardNote(value, position)


def island(
    number: int,
    parent: EntityId | None = None,
    position: Position | None = None,
    theme: str | None = None,
    title: str = "",
    folded: bool = False,
    table: int | None = 1,
) -> BoardIsland:
    return BoardIsland(ident("i", number), title, theme, EAST, table, parent, position, folded)


@st.composite
def boards(draw: st.DrawFn, free: st.SearchStrategy[Position | None] = FREE) -> Board:
    themes = st.sampled_from([*THEMES, None])
    islands: list[BoardIsland] = []
    for number in range(draw(st.integers(0, 5))):
        parent = draw(st.sampled_from([None, *(one.island_id for one in islands)]))
        islands.append(
            island(
                number,
                parent,
                draw(free),
                draw(themes),
                f"島{number}",
                draw(st.booleans()),
                draw(st.sampled_from([1, None])),
            )
        )
    homes = [None, *(one.island_id for one in islands)]
    notes = [
        note(
            number,
            draw(st.sampled_from(homes)),
            draw(free),
            draw(themes),
            draw(st.sampled_from([1, 2, None])),
            draw(st.sampled_from([EAST, WEST])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    return Board(Scope(), tuple(notes), tuple(islands))


def written(board: Board, positions: dict[EntityId, Position] | Layout) -> Board:
    """The board after these positions went into the file."""
    found = positions.positions if isinstance(positions, Layout) else positions
    return replace(
        board,
        notes=tuple(replace(n, position=found.get(n.note.note_id, n.position)) for n in board.notes),
        islands=tuple(replace(i, position=found.get(i.island_id, i.position)) for i in board.islands),
    )


def crowded(board: Board, layout: Layout) -> set[frozenset[EntityId]]:
    """Pairs that lie on each other though neither stands in the other."""
    around = {i.island_id: i.parent_id for i in board.islands} | {
        n.note.note_id: n.note.island_id for n in board.notes
    }

    def holders(item: EntityId) -> set[EntityId]:
        found: set[EntityId] = set()
        step = around[item]
        while step is not None:
            found.add(step)
            step = around[step]
        return found

    return {
        frozenset((one, other))
        for one, other in combinations(layout.boxes, 2)
        if layout.boxes[one].overlaps(layout.boxes[other])
        and one not in holders(other)
        and other not in holders(one)
    }


def inside_folded(board: Board) -> set[EntityId]:
    hidden: set[EntityId] = set()
    folded = {i.island_id for i in board.islands if i.folded}
    while True:
        more = {i.island_id for i in board.islands if i.parent_id in folded | hidden} - hidden
        if not more:
            break
        hidden |= more
    return hidden | {n.note.note_id for n in board.notes if n.note.island_id in folded | hidden}


@given(boards(st.none()))
def test_first_layout_everything_has_a_place_and_nothing_overlaps(board: Board) -> None:
    layout = lay_out(board, THEMES)
    everything = {n.note.note_id for n in board.notes} | {i.island_id for i in board.islands}
    assert layout.positions.keys() == everything == layout.found
    assert layout.boxes.keys() == everything - inside_folded(board)
    assert crowded(board, layout) == set()
    shuffled = replace(board, islands=board.islands[::-1])
    assert lay_out(shuffled, THEMES).boxes == layout.boxes
    again = lay_out(written(board, layout), THEMES)
    assert (again.boxes, again.found) == (layout.boxes, frozenset())


@given(boards())
def test_lay_out_what_was_put_stays_and_newcomers_lie_on_nothing(board: Board) -> None:
    layout = lay_out(board, THEMES)
    given_ = {n.note.note_id: n.position for n in board.notes if n.position}
    given_ |= {i.island_id: i.position for i in board.islands if i.position}
    assert {item: layout.positions[item] for item in given_} == given_
    assert layout.found == layout.positions.keys() - given_.keys()
    ancestors = {i.island_id: i.parent_id for i in board.islands}

    def put_by_hand(item: EntityId) -> bool:
        step: EntityId | None = item
        while step is not None and step not in given_:
            step = ancestors.get(step)
        return step is not None

    # Things put on each other by hand are left so; of two that overlap one must have been.
    for pair in crowded(board, layout):
        assert any(put_by_hand(item) or holds_given(board, item, given_) for item in pair)
    kept = lay_out(board, THEMES, kept=layout.positions, origins=layout.origins)
    assert kept.boxes == layout.boxes


def holds_given(board: Board, item: EntityId, given_: dict[EntityId, Position]) -> bool:
    inner = [n.note.note_id for n in board.notes if n.note.island_id == item]
    inner += [i.island_id for i in board.islands if i.parent_id == item]
    return any(one in given_ or holds_given(board, one, given_) for one in inner)


@given(boards())
def test_tidied_board_has_nothing_on_anything_and_again_moves_nothing(board: Board) -> None:
    board = written(board, lay_out(board, THEMES))
    tidy_board = written(board, tidied(board, lay_out(board, THEMES)))
    layout = lay_out(tidy_board, THEMES)
    assert crowded(tidy_board, layout) == set()
    assert tidied(tidy_board, layout) == {}


@given(boards())
def test_sorted_into_themes_one_column_a_theme_and_again_moves_nothing(board: Board) -> None:
    board = written(board, lay_out(board, THEMES))
    board = written(board, sorted_into_themes(board, lay_out(board, THEMES), THEMES))
    layout = lay_out(board, THEMES)
    assert sorted_into_themes(board, layout, THEMES) == {}
    tops = {
        n.note.note_id: (AreaKey(n.note.workshop_id, n.note.table), n.note.theme)
        for n in board.notes
        if n.note.island_id is None
    }
    tops |= {
        i.island_id: (AreaKey(i.workshop_id, i.table), i.theme) for i in board.islands if i.parent_id is None
    }
    for one, other in combinations(tops, 2):
        if tops[one][0] == tops[other][0] and tops[one][1] != tops[other][1]:
            a, b = layout.boxes[one], layout.boxes[other]
            assert a.right <= b.x or b.right <= a.x
            ranks = [THEMES.index(t) if t else len(THEMES) for t in (tops[one][1], tops[other][1])]
            assert (a.x < b.x) == (ranks[0] < ranks[1])


def test_first_layout_by_theme_then_island_then_lone_notes_in_rows() -> None:
    isles = [island(1, theme="T1"), island(2, theme="T2")]
    notes = [note(n, isles[0].island_id, theme="T1") for n in range(9)]
    notes += [note(9, None, theme="T1"), note(10, isles[1].island_id, theme="T2"), note(11, None, theme="T3")]
    layout = lay_out(Board(Scope(EAST, 1), tuple(notes), tuple(isles)), THEMES)
    first = layout.boxes[isles[0].island_id]
    inside = [layout.boxes[ident("n", n)] for n in range(9)]
    corner = first.x + ISLAND_PAD, first.y + ISLAND_HEAD
    assert [(r.x, r.y) for r in inside] == [
        (corner[0] + n % 3 * STEP_X, corner[1] + n // 3 * STEP_Y) for n in range(9)
    ]
    assert layout.boxes[ident("n", 9)].y >= first.bottom
    assert first.right < layout.boxes[isles[1].island_id].x < layout.boxes[ident("n", 11)].x


def test_next_note_typed_goes_right_of_the_one_before_and_below_the_islands() -> None:
    isle = island(1, position=Position(0, 0))
    inside = note(0, isle.island_id, Position(0, 0))
    first = lay_out(Board(Scope(EAST, 1), (inside, note(1)), (isle,)), THEMES)
    second = lay_out(Board(Scope(EAST, 1), (inside, note(1), note(2)), (isle,)), THEMES, kept=first.positions)
    one, two = second.boxes[ident("n", 1)], second.boxes[ident("n", 2)]
    assert one == first.boxes[ident("n", 1)]
    assert one.y >= first.boxes[isle.island_id].bottom
    assert (two.x - one.x, two.y) == (STEP_X, one.y)


def test_incoming_note_gives_way_and_comes_to_lie_beside() -> None:
    mine, theirs = note(1, position=Position(0, 0)), note(2, position=Position(10, 10))
    board = Board(Scope(EAST, 1), (mine, theirs))
    assert lay_out(board, THEMES).found == frozenset()
    layout = lay_out(board, THEMES, incoming={ident("n", 2)})
    assert layout.positions[ident("n", 1)] == Position(0, 0)
    assert layout.found == {ident("n", 2)}
    assert crowded(board, layout) == set()
    again = lay_out(board, THEMES, incoming={ident("n", 2)}, kept=layout.positions)
    assert again.boxes == layout.boxes
    free = lay_out(
        Board(Scope(EAST, 1), (mine, note(3, position=Position(500, 0)))), THEMES, incoming={ident("n", 3)}
    )
    assert free.positions[ident("n", 3)] == Position(500, 0)


def test_areas_of_tables_lie_side_by_side_and_workshops_below_each_other() -> None:
    notes = [note(1, table=1), note(2, table=2), note(3, table=None), note(4, table=1, workshop=WEST)]
    board = Board(Scope(), tuple(notes))
    layout = lay_out(board, THEMES, workshops=[WEST, EAST])
    west, one, two, none = (
        layout.areas[key]
        for key in (AreaKey(WEST, 1), AreaKey(EAST, 1), AreaKey(EAST, 2), AreaKey(EAST, None))
    )
    assert one.right < two.x < two.right < none.x
    assert one.y == two.y == none.y > west.bottom
    assert all(position.x % STEP_X == position.y % STEP_Y == 0 for position in layout.origins.values())


def test_island_box_grows_with_its_content_and_its_title() -> None:
    empty = island_box([])
    assert empty == Rect(0, 0, 2 * NOTE_WIDTH + 12 + 2 * ISLAND_PAD, ISLAND_HEAD + NOTE_HEIGHT + ISLAND_PAD)
    far = island_box([Rect(-30, -10, NOTE_WIDTH, NOTE_HEIGHT), Rect(600, 300, NOTE_WIDTH, NOTE_HEIGHT)])
    assert (far.x, far.y) == (-30, -10)
    assert (far.right, far.bottom) == (
        600 + NOTE_WIDTH + 2 * ISLAND_PAD,
        300 + NOTE_HEIGHT + ISLAND_HEAD + ISLAND_PAD,
    )
    assert island_box([], 90).height == empty.height + 30
    assert island_box([Rect(0, 0, 999, 999)], folded=True).height == ISLAND_HEAD + 40


def test_folded_island_takes_little_room_and_shows_nothing_inside() -> None:
    isle = island(1, folded=True)
    inner = island(2, isle.island_id)
    board = Board(Scope(EAST, 1), (note(1, inner.island_id), note(2, isle.island_id)), (isle, inner))
    layout = lay_out(board, THEMES)
    assert layout.boxes.keys() == {isle.island_id}
    assert layout.positions.keys() == {isle.island_id, inner.island_id, ident("n", 1), ident("n", 2)}


def test_make_room_only_what_is_covered_moves() -> None:
    grown, covered, clear = ident("i", 1), ident("i", 2), ident("i", 3)
    rects = {grown: Rect(0, 0, 900, 400), covered: Rect(700, 0, 460, 200), clear: Rect(0, 500, 460, 200)}
    moved = make_room(rects, grown)
    assert moved.keys() == {covered}
    place = rects[covered].at(moved[covered])
    assert not any(place.overlaps(rects[other]) for other in (grown, clear))


def test_board_text_in_the_order_it_is_read() -> None:
    outer, inner = (
        island(1, position=Position(0, 0), title="道"),
        island(2, ident("i", 1), Position(0, 200), title="歩道"),
    )
    notes = (
        note(1, inner.island_id, Position(0, 0)),
        note(2, outer.island_id, Position(STEP_X, 0)),
        note(3, outer.island_id, Position(0, 4)),
        note(4, None, Position(0, 900)),
    )
    board = Board(Scope(EAST, 1), notes, (outer, inner))
    layout = lay_out(board, THEMES)
    assert board_text(board, layout) == "■道\n　・意見3\n　・意見2\n　■歩道\n　　・意見1\n・意見4"
    assert board_text(board, layout, {ident("n", 4), ident("n", 2)}) == "・意見2\n・意見4"
    assert board_text(board, layout, {inner.island_id}) == "■歩道\n　・意見1"


def every_way(parents: dict[EntityId, EntityId | None]) -> Iterable[list[EntityId]]:
    for start in parents:
        way, step = [start], parents[start]
        while step is not None:
            way.append(step)
            step = parents[step]
        yield way


@given(
    st.dictionaries(st.integers(0, 7), st.one_of(st.none(), st.integers(0, 9))), st.sets(st.integers(0, 7))
)
def test_living_parents_end_outside_whatever_two_laptops_nested(
    raw: dict[int, int | None], gone: set[int]
) -> None:
    parents = {ident("i", one): None if other is None else ident("i", other) for one, other in raw.items()}
    voided = {ident("i", one) for one in gone} & parents.keys()
    shown = living_parents(parents, voided)
    assert shown.keys() == parents.keys()
    living = {item: around for item, around in shown.items() if item not in voided}
    assert not any(around in voided for around in shown.values())
    assert all(len(way) <= len(parents) + 1 for way in every_way(living))


def test_living_parents_cut_a_ring_at_its_greatest_id_and_skip_what_is_voided() -> None:
    a, b, c, d = (ident("i", n) for n in range(4))
    assert living_parents({a: b, b: c, c: a, d: a}, set()) == {a: b, b: c, c: None, d: a}
    assert living_parents({a: None, b: a, c: b}, {b}) == {a: None, b: a, c: a}
