"""The quick way to take a small change in shows the same as taking the whole board."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_app.domain.board import ISLAND_HEAD, Board, BoardIsland, BoardNote, Position, Scope
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.ui.board.content import BoardContent

NOTES, ISLANDS = 9, 4
PLACES = st.builds(Position, st.integers(-300, 1500), st.integers(-300, 900))


def head_of(title: str, width: int) -> int:
    """Longer titles need more, narrower islands too; as it is on screen."""
    return max(ISLAND_HEAD, 30 * -(-len(title) * 20 // width))


def ident(kind: str, number: int) -> EntityId:
    return EntityId(kind.encode() * 8 + number.to_bytes(8, "big"))


def islands_around(number: int) -> st.SearchStrategy[EntityId | None]:
    return st.sampled_from([None, *(ident("i", one) for one in range(number))])


@st.composite
def changed(draw: st.DrawFn, board: Board) -> Board:
    """The board after a gesture: some things elsewhere, worded anew, folded or taken away."""
    notes, islands = [], []
    for number, island in enumerate(board.islands):
        fate = draw(st.integers(0, 5))
        if fate == 0:
            island = replace(island, position=draw(PLACES), parent_id=draw(islands_around(number)))
        elif fate == 1:
            island = replace(island, folded=not island.folded, title=draw(st.sampled_from(["", "題" * 60])))
        islands.append(island)
    for item in board.notes:
        fate = draw(st.integers(0, 7))
        if fate == 0:
            continue
        if fate == 1:
            note = replace(item.note, island_id=draw(islands_around(ISLANDS)))
            item = replace(item, note=note, position=draw(PLACES))
        elif fate == 2:
            item = replace(item, note=replace(item.note, text="直した"))
        notes.append(item)
    if draw(st.booleans()):
        notes.append(made(draw, NOTES))
    return Board(Scope(), tuple(notes), tuple(islands))


def made(draw: st.DrawFn, number: int) -> BoardNote:
    value = Note(
        ident("n", number), f"東1A-{number:03d}", None, "A", 1, None, "T1", None, (), f"意見{number}", 0,
        draw(islands_around(ISLANDS)), None, (), number, number,
    )  # fmt: skip
    return BoardNote(value, draw(PLACES))


@st.composite
def boards(draw: st.DrawFn) -> Board:
    islands = tuple(
        BoardIsland(
            ident("i", n), "題" * draw(st.sampled_from([0, 5, 60])), None, None, 1, draw(islands_around(n)),
            draw(PLACES), draw(st.booleans()),
        )
        for n in range(ISLANDS)
    )  # fmt: skip
    lone = replace(made(draw, 99), note=replace(made(draw, 99).note, island_id=None))
    return Board(Scope(), (*(made(draw, n) for n in range(NOTES)), lone), islands)


def touched(before: Board, after: Board) -> set[EntityId]:
    old = {one.note.note_id: one for one in before.notes} | {one.island_id: one for one in before.islands}
    new = {one.note.note_id: one for one in after.notes} | {one.island_id: one for one in after.islands}
    return {one for one in old.keys() | new.keys() if old.get(one) != new.get(one)}


def part_of(board: Board, ids: Collection[EntityId]) -> Board:
    return replace(board, notes=tuple(one for one in board.notes if one.note.note_id in ids))


@settings(max_examples=150)
@given(st.data())
def test_a_small_change_taken_alone_shows_what_the_whole_board_shows(data: st.DataObject) -> None:
    before = data.draw(boards())
    after = data.draw(changed(before))
    quick, slow = BoardContent(["T1"], head_of), BoardContent(["T1"], head_of)
    for content in (quick, slow):
        content.take(before)
    shown = dict(quick.boxes)
    ids = touched(before, after)
    difference = quick.take_some(part_of(after, ids), ids)
    slow.take(after)
    assert difference is not None
    assert quick.boxes == slow.boxes
    assert quick.layout.positions == slow.layout.positions
    assert quick.layout.corners == slow.layout.corners
    assert quick.heads == slow.heads
    assert {one: sorted(quick.children(one)) for one in quick.islands} == {
        one: sorted(slow.children(one)) for one in slow.islands
    }
    moved = {one for one in quick.boxes.keys() & shown.keys() if quick.boxes[one] != shown[one]}
    assert moved <= difference.changed
    assert difference.added == quick.boxes.keys() - shown.keys()
    assert difference.removed == shown.keys() - quick.boxes.keys()
    for one, box in quick.boxes.items():
        assert one in (quick.notes_in(box) if one in quick.notes else quick.islands_in(box))
