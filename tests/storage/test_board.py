"""The board in real files: every gesture and its undoing, several laptops, moments, what has to be refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from old_files import as_version

from workshop_app.bootstrap import create_database, load_agenda, merge_files
from workshop_app.domain.board import (
    Board,
    BoardIsland,
    BoardNote,
    Position,
    Relation,
    SameMeaning,
    Scope,
    Spot,
    spot_of,
)
from workshop_app.domain.board_difference import compare
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput, NotFound
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft
from workshop_app.services import arrange, connections, islands, moments, record, review, votes
from workshop_app.services.islands import NewIsland
from workshop_app.services.prepare import WorkshopSetup, describe_workshop
from workshop_app.storage.backup import backup_folder
from workshop_app.storage.database import Database
from workshop_app.storage.foreign_file import in_this_process

EVERYTHING = Scope()


@dataclass
class Wall:
    """One laptop's file with four notes of table 1 and one of table 2, and the board in it."""

    database: Database

    @property
    def board(self) -> Board:
        return self.database.board(EVERYTHING)

    @property
    def workshop(self) -> EntityId | None:
        return self.database.local.workshop_id

    def ids(self) -> list[EntityId]:
        return [note.note_id for note in self.database.notes()]

    def note(self, note_id: EntityId) -> BoardNote:
        return next(item for item in self.board.notes if item.note.note_id == note_id)

    def island(self, island_id: EntityId) -> BoardIsland:
        return next(island for island in self.board.islands if island.island_id == island_id)

    def spots(self) -> dict[EntityId, Spot]:
        found = {item.note.note_id: spot_of(item) for item in self.board.notes}
        return found | {island.island_id: spot_of(island) for island in self.board.islands}

    def group(self, *members: EntityId, **more: Any) -> EntityId:
        new = NewIsland(self.workshop, 1, more.pop("position", Position(0, 0)), **more)
        changes = islands.group(
            self.database, new, {item: Position(0, 130 * n) for n, item in enumerate(members)}
        )
        (island_id,) = changes.added
        return island_id

    def edits(self) -> int:
        return len(self.database.all_ops())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "東区_A.wsdb"
    create_database(target, WorkshopSetup(load_agenda(None), "東区", "2014-10-05", tables=2))
    return target


@pytest.fixture
def wall(path: Path) -> Iterator[Wall]:
    with closing(Database.open(path)) as database:
        drafts = [NoteDraft(f"意見{n}", theme="T1", table=1 if n < 4 else 2, votes=n) for n in range(5)]
        record.add_notes(database, drafts)
        yield Wall(database)


def unchanged(wall: Wall, act: Callable[[], Changes], problem: type[Exception], words: str) -> None:
    before, edits = wall.board, wall.edits()
    with pytest.raises(problem, match=words):
        act()
    assert (wall.board, wall.edits()) == (before, edits)


# --- moving and grouping -------------------------------------------------------------------------------------


def test_move_many_one_edit_each_and_back_again(wall: Wall) -> None:
    before, edits = wall.spots(), wall.edits()
    after = {note_id: Spot(None, Position(220 * n, -130)) for n, note_id in enumerate(wall.ids())}
    changes = arrange.move(wall.database, after)
    assert changes.updated == set(after)
    assert wall.edits() == edits + 5
    assert wall.spots() == after
    assert arrange.move(wall.database, after) == Changes()
    arrange.move(wall.database, before)
    assert wall.spots() == before
    arrange.move(wall.database, after)
    assert wall.spots() == after


def test_some_notes_are_read_alone_with_every_island(wall: Wall) -> None:
    first, second, *_ = wall.ids()
    wall.group(first, second)
    whole = wall.board
    part = wall.database.board(EVERYTHING, only=[second])
    assert [item.note.note_id for item in part.notes] == [second]
    assert part.notes[0] == wall.note(second)
    assert (part.islands, part.arrows) == (whole.islands, whole.arrows)
    assert wall.database.board(EVERYTHING, only=[]).notes == ()


def test_what_a_group_needs_moved_is_moved_with_it(wall: Wall) -> None:
    first, second, third, *_ = wall.ids()
    new = NewIsland(wall.workshop, 1, Position(0, 0))
    others = {third: Spot(None, Position(700, 40))}
    changes = islands.group(wall.database, new, {first: None, second: None}, others)
    assert changes.updated >= {first, second, third}
    assert wall.note(third).position == Position(700, 40)


def test_group_undo_redo_and_its_theme(wall: Wall) -> None:
    before = wall.spots()
    first, second, *_ = wall.ids()
    edits = wall.edits()
    island_id = wall.group(first, second)
    assert wall.edits() == edits + 3
    assert wall.island(island_id) == BoardIsland(island_id, "", "T1", wall.workshop, 1, None, Position(0, 0))
    after = wall.spots()
    assert after[second] == Spot(island_id, Position(0, 130))
    members = {first: before[first], second: before[second]}
    arrange.move(wall.database, members, remove=[island_id])
    assert wall.spots() == before
    arrange.move(wall.database, {item: after[item] for item in members}, bring_back=[island_id])
    assert wall.spots() == after


def test_island_of_two_themes_has_none_and_one_without_notes_may_be_made(wall: Wall) -> None:
    first, second, *_ = wall.ids()
    record.edit_note(wall.database, second, {"theme": "T2"})
    assert wall.island(wall.group(first, second)).theme is None
    assert wall.island(wall.group(title="  窓口は\n一つに ")).title == "窓口は 一つに"


def test_put_in_and_take_out_keep_island_and_place_together(wall: Wall) -> None:
    first, second, third, *_ = wall.ids()
    island_id = wall.group(first, second)
    edits = wall.edits()
    arrange.move(wall.database, {third: Spot(island_id, Position(0, 260))})
    arrange.move(wall.database, {first: Spot(None, Position(900, 0))})
    assert wall.edits() == edits + 2
    assert wall.note(third).note.island_id == island_id
    assert (wall.note(first).note.island_id, wall.note(first).position) == (None, Position(900, 0))


def test_nest_and_no_island_in_itself(wall: Wall) -> None:
    first, second, third, *_ = wall.ids()
    outer, middle, inner = wall.group(first), wall.group(second), wall.group(third)
    arrange.move(wall.database, {inner: Spot(middle, Position(0, 0)), middle: Spot(outer, Position(0, 200))})
    assert [wall.island(one).parent_id for one in (outer, middle, inner)] == [None, outer, middle]
    ring = {outer: Spot(inner, Position(0, 0))}
    unchanged(wall, lambda: arrange.move(wall.database, ring), InvalidInput, "入れることはできません")
    itself = {inner: Spot(inner, Position(0, 0))}
    unchanged(wall, lambda: arrange.move(wall.database, itself), InvalidInput, "入れることはできません")
    # Turned round in one gesture there is no ring.
    arrange.move(wall.database, {outer: Spot(inner), middle: Spot(), inner: Spot()})
    assert wall.island(outer).parent_id == inner


def test_group_inside_of_the_island_the_notes_stand_in(wall: Wall) -> None:
    first, second, third, *_ = wall.ids()
    outer = wall.group(first, second, third)
    inner = wall.group(first, second, parent_id=outer, position=Position(220, 0))
    assert spot_of(wall.island(inner)) == Spot(outer, Position(220, 0))
    assert [wall.note(one).note.island_id for one in (first, second, third)] == [inner, inner, outer]


def test_dissolve_notes_stay_where_they_are_seen_and_undo(wall: Wall) -> None:
    first, second, third, *_ = wall.ids()
    outer = wall.group(third, position=Position(1000, 1000))
    inner = wall.group(first, second, parent_id=outer, position=Position(0, 200))
    before = wall.spots()
    changes = islands.dissolve(wall.database, inner)
    assert changes.updated == {first, second, inner}
    assert wall.spots() == {
        **{item: spot for item, spot in before.items() if item not in (first, second, inner)},
        first: Spot(outer, Position(20, 260)),
        second: Spot(outer, Position(20, 390)),
    }
    arrange.move(wall.database, {one: before[one] for one in (first, second)}, bring_back=[inner])
    assert wall.spots() == before


def test_title_theme_and_fold(wall: Wall) -> None:
    island_id = wall.group(wall.ids()[0])
    islands.set_title(wall.database, island_id, "窓口はひとつがよい")
    islands.set_folded(wall.database, [island_id], True)
    islands.set_theme(wall.database, island_id, "T3")
    island = wall.island(island_id)
    assert (island.title, island.folded, island.theme) == ("窓口はひとつがよい", True, "T3")
    assert islands.set_title(wall.database, island_id, "窓口はひとつがよい") == Changes()
    long = "長" * 201
    unchanged(wall, lambda: islands.set_title(wall.database, island_id, long), InvalidInput, "200文字まで")
    unchanged(wall, lambda: islands.set_theme(wall.database, island_id, "T8"), InvalidInput, "T8")


def test_what_is_gone_or_too_far_is_refused_and_voided_notes_are_left_alone(wall: Wall) -> None:
    first, second, *_ = wall.ids()
    island_id = wall.group(first)
    islands.dissolve(wall.database, island_id)
    gone = {second: Spot(island_id, Position(0, 0))}
    unchanged(wall, lambda: arrange.move(wall.database, gone), InvalidInput, "もうありません")
    unchanged(wall, lambda: islands.set_title(wall.database, island_id, "x"), InvalidInput, "もうありません")
    nobody = {EntityId(bytes(16)): Spot()}
    unchanged(wall, lambda: arrange.move(wall.database, nobody), NotFound, "見つかりません")
    far = {second: Spot(None, Position(10**8, 0))}
    unchanged(wall, lambda: arrange.move(wall.database, far), InvalidInput, "内側")
    record.void_notes(wall.database, [first], "重複")
    assert arrange.move(wall.database, {first: Spot(None, Position(5, 5))}) == Changes()


def test_a_move_in_its_island_settles_nothing_that_clashes(path: Path, wall: Wall, tmp_path: Path) -> None:
    note_id = wall.ids()[0]
    one, other = wall.group(), wall.group()
    copy = tmp_path / "B.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    arrange.move(wall.database, {note_id: Spot(one, Position(0, 0))})
    with closing(Database.open(copy)) as there:
        arrange.move(there, {note_id: Spot(other, Position(0, 130))})
    merge_files(path, [copy], reader=in_this_process)
    assert [conflict.field for conflict in wall.database.conflicts()] == ["island"]
    shown = wall.note(note_id).note.island_id
    arrange.move(wall.database, {note_id: Spot(shown, Position(220, 0))})
    assert [conflict.field for conflict in wall.database.conflicts()] == ["island"]
    arrange.move(wall.database, {note_id: Spot(None, Position(0, 0))})
    assert wall.database.conflicts() == []


def test_anchor_writes_the_layout_once(wall: Wall) -> None:
    wall.group(wall.ids()[0])
    changes = arrange.anchor(wall.database, EVERYTHING)
    assert len(changes.updated) == 4
    assert None not in {spot.position for spot in wall.spots().values()}
    assert arrange.anchor(wall.database, EVERYTHING) == Changes()


def test_a_position_holds_only_in_the_island_it_was_given_for(path: Path, wall: Wall, tmp_path: Path) -> None:
    note_id = wall.ids()[0]
    one, other = wall.group(note_id), wall.group()
    copy = tmp_path / "B.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    arrange.move(wall.database, {note_id: Spot(other, Position(0, 0))})
    with closing(Database.open(copy)) as there:
        # Later by the clock, but in the island that the note has left.
        arrange.move(there, {note_id: Spot(one, Position(4_000, 4_000))})
    merge_files(path, [copy], reader=in_this_process)
    assert wall.database.conflicts() == []
    assert spot_of(wall.note(note_id)) == Spot(other, None)
    record.edit_note(wall.database, note_id, {"island": None})
    assert spot_of(wall.note(note_id)) == Spot(None, None)


# --- holding and splitting -----------------------------------------------------------------------------------


def test_hold_and_release_several(wall: Wall) -> None:
    first, second, *others = wall.ids()
    arrange.hold_notes(wall.database, [first, second], True)
    assert [wall.note(one).held for one in (first, second, others[0])] == [True, True, False]
    assert arrange.hold_notes(wall.database, [first], True) == Changes()
    arrange.hold_notes(wall.database, [first], False)
    assert [item.held for item in wall.board.notes] == [False, True, False, False, False]


def test_split_keeps_number_votes_and_history_and_names_the_original(wall: Wall) -> None:
    note_id = wall.ids()[3]
    number = wall.note(note_id).note.number
    island_id = wall.group(note_id)
    changes = arrange.split_note(
        wall.database, note_id, "前の半分", "後の半分", Spot(island_id, Position(220, 0))
    )
    (second,) = changes.added
    assert changes.updated == {note_id}
    first_note, second_note = wall.note(note_id), wall.note(second)
    assert (first_note.note.text, first_note.note.number, first_note.note.votes) == ("前の半分", number, 3)
    assert (second_note.note.text, second_note.note.number) == ("後の半分", f"{number}-2")
    assert (second_note.note.votes, second_note.note.theme, second_note.note.table) == (0, "T1", 1)
    assert spot_of(second_note) == Spot(island_id, Position(220, 0))
    births = [op.fields() for op in wall.database.all_ops() if op.entity_id == second]
    assert [birth["split_from"] for birth in births] == [bytes(note_id).hex()]
    texts = [op.fields().get("text") for op in wall.database.all_ops() if op.entity_id == note_id]
    assert sorted(filter(None, texts)) == ["前の半分", "意見3"]
    arrange.rejoin_note(wall.database, note_id, "意見3", second)
    assert [(n.text, n.voided) for n in wall.database.notes() if n.note_id in (note_id, second)] == [
        ("意見3", False),
        ("後の半分", True),
    ]
    arrange.split_again(wall.database, note_id, "前の半分", second)
    assert {wall.note(one).note.text for one in (note_id, second)} == {"前の半分", "後の半分"}
    (third,) = arrange.split_note(wall.database, note_id, "前", "の半分").added
    assert wall.note(third).note.number == f"{number}-3"
    assert wall.note(third).note.island_id == island_id
    unchanged(
        wall, lambda: arrange.split_note(wall.database, note_id, "前", " "), InvalidInput, "文字がありません"
    )
    record.void_notes(wall.database, [note_id], "重複")
    unchanged(
        wall, lambda: arrange.split_note(wall.database, note_id, "前", "後"), InvalidInput, "取り消されて"
    )


# --- arrows and links ----------------------------------------------------------------------------------------


def test_arrow_word_direction_away_and_back(wall: Wall) -> None:
    first, second, *_ = wall.ids()
    island_id = wall.group(first)
    scope = Scope(wall.workshop, 1)
    (arrow_id,) = connections.add_arrow(wall.database, scope, island_id, second, Relation.CAUSE).added
    connections.change_arrow(wall.database, arrow_id, Relation.SOLUTION, turned=True)
    (arrow,) = wall.board.arrows
    assert (arrow.source_id, arrow.target_id, arrow.relation) == (second, island_id, Relation.SOLUTION)
    connections.take_away(wall.database, [arrow_id])
    assert wall.board.arrows == ()
    connections.put_back(wall.database, [arrow_id])
    assert wall.board.arrows == (arrow,)
    unchanged(
        wall,
        lambda: connections.add_arrow(wall.database, scope, first, first, Relation.RELATED),
        InvalidInput,
        "両端が同じ",
    )
    record.void_notes(wall.database, [second], "重複")
    assert wall.board.arrows == ()


def test_link_of_one_pair_is_one_on_two_laptops(path: Path, wall: Wall, tmp_path: Path) -> None:
    first, second, third, *_ = wall.ids()
    copy = tmp_path / "B.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    changes = connections.link_same(wall.database, [first, second, third])
    with closing(Database.open(copy)) as there:
        connections.link_same(there, [second, first])
    merge_files(path, [copy], reader=in_this_process)
    assert wall.database.conflicts() == []
    links = {SameMeaning.id_of(first, one) for one in (second, third)}
    assert {link.link_id for link in wall.board.links} == changes.added == links
    connections.take_away(wall.database, links)
    assert wall.board.links == ()
    connections.link_same(wall.database, [second, first])
    assert [link.link_id for link in wall.board.links] == [SameMeaning.id_of(second, first)]


# --- votes ---------------------------------------------------------------------------------------------------


def test_votes_one_seal_on_and_off_never_below_none(wall: Wall) -> None:
    note_id = wall.ids()[0]
    island_id = wall.group(note_id)
    for one in (note_id, island_id):
        votes.add_votes(wall.database, one)
        votes.add_votes(wall.database, one, 2)
        votes.add_votes(wall.database, one, -1)
    assert (wall.note(note_id).note.votes, wall.island(island_id).votes) == (2, 2)
    votes.add_votes(wall.database, note_id, -5)
    assert votes.add_votes(wall.database, note_id, -1) == Changes()
    assert wall.note(note_id).note.votes == 0
    votes.set_votes(wall.database, island_id, 9_999)
    unchanged(wall, lambda: votes.add_votes(wall.database, island_id), InvalidInput, "票数")


def test_vote_tally_notes_and_islands_by_table_against_the_seals_there_are(wall: Wall) -> None:
    (unknown,) = votes.vote_tallies(wall.database)
    assert (unknown.total, unknown.by_table, unknown.limit, unknown.over) == (10, {1: 6, 2: 4}, None, 0)
    describe_workshop(wall.database, {"voters": 4, "votes_per_person": 3})
    votes.set_votes(wall.database, wall.group(wall.ids()[0]), 3)
    (tally,) = votes.vote_tallies(wall.database)
    assert (tally.total, tally.by_table, tally.limit, tally.over) == (13, {1: 9, 2: 4}, 12, 1)
    record.void_notes(wall.database, [wall.ids()[4]], "重複")
    assert votes.vote_tallies(wall.database)[0].over == 0


def test_votes_that_clash_are_not_counted_on(path: Path, wall: Wall, tmp_path: Path) -> None:
    note_id = wall.ids()[0]
    copy = tmp_path / "B.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    votes.add_votes(wall.database, note_id)
    with closing(Database.open(copy)) as there:
        votes.add_votes(there, note_id, 2)
    merge_files(path, [copy], reader=in_this_process)
    unchanged(wall, lambda: votes.add_votes(wall.database, note_id), InvalidInput, "どれも残っています")


# --- scopes and merges ---------------------------------------------------------------------------------------


def test_scope_of_a_table_with_the_islands_that_hold_something_of_it(wall: Wall) -> None:
    one, two = wall.ids()[0], wall.ids()[4]
    shared = islands.group(wall.database, NewIsland(wall.workshop, None), {two: None}).added
    own = wall.group(one)
    outer = wall.group(own)
    arrow = connections.add_arrow(wall.database, Scope(wall.workshop, 2), one, two, Relation.RELATED).added
    first = wall.database.board(Scope(wall.workshop, 1))
    second = wall.database.board(Scope(wall.workshop, 2))
    whole = wall.database.board(Scope(wall.workshop))
    assert {item.note.table for item in first.notes} == {1}
    assert {island.island_id for island in first.islands} == {own, outer}
    assert {island.island_id for island in second.islands} == shared
    assert (first.arrows, second.arrows) == ((), ())
    assert {arrow.arrow_id for arrow in whole.arrows} == arrow
    assert len(whole.notes) == 5
    assert wall.database.board(Scope(EntityId(bytes(16)))) == Board(Scope(EntityId(bytes(16))))


def test_two_laptops_move_one_note_nobody_is_asked_and_all_see_the_same(
    path: Path, wall: Wall, tmp_path: Path
) -> None:
    note_id = wall.ids()[0]
    copy = tmp_path / "B.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    arrange.move(wall.database, {note_id: Spot(None, Position(1, 1))})
    with closing(Database.open(copy)) as there:
        arrange.move(there, {note_id: Spot(None, Position(2, 2))})
        merge_files(path, [copy], reader=in_this_process)
        merge_files(copy, [path], reader=in_this_process)
        assert there.board(EVERYTHING) == wall.board
    assert wall.database.conflicts() == []
    assert wall.note(note_id).position == Position(2, 2)


def test_ring_of_two_laptops_is_cut_at_the_greatest_id_and_mended_by_a_move(
    path: Path, wall: Wall, tmp_path: Path
) -> None:
    a, b = sorted((wall.group(wall.ids()[0]), wall.group(wall.ids()[1])))
    copy = tmp_path / "B.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    arrange.move(wall.database, {a: Spot(b, Position(0, 200))})
    with closing(Database.open(copy)) as there:
        arrange.move(there, {b: Spot(a, Position(0, 200))})
    merge_files(path, [copy], reader=in_this_process)
    assert spot_of(wall.island(a)) == Spot(b, Position(0, 200))
    assert spot_of(wall.island(b)) == Spot(None, None)
    arrange.move(wall.database, {b: Spot(None, Position(500, 0))})
    assert spot_of(wall.island(b)) == Spot(None, Position(500, 0))
    with wall.database.transaction() as uow:
        state = uow.state(b)
        assert state is not None
        assert state.get("parent") is None


def test_note_put_into_an_island_that_another_dissolved_stands_outside(
    path: Path, wall: Wall, tmp_path: Path
) -> None:
    first, second, *_ = wall.ids()
    outer = wall.group(second)
    inner = wall.group(parent_id=outer)
    copy = tmp_path / "B.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    islands.dissolve(wall.database, inner)
    with closing(Database.open(copy)) as there:
        arrange.move(there, {first: Spot(inner, Position(7, 7))})
    merge_files(path, [copy], reader=in_this_process)
    assert spot_of(wall.note(first)) == Spot(outer, None)
    assert {island.island_id for island in wall.board.islands} == {outer}


def test_shared_number_is_cited_on_the_board_too(wall: Wall) -> None:
    with wall.database.transaction() as uow:
        uow.append(uow.new_id(), "set", {"type": "note", "number": "東1A-001", "text": "同じ番号"}, ())
    listed = {note.note_id: note.number for note in wall.database.notes()}
    assert {item.note.note_id: item.note.number for item in wall.board.notes} == listed
    assert sum("〔" in number for number in listed.values()) == 2


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1],
        [1, 2, "ab" * 16],
        [1, 2, 3],
        ["1", 2],
        [1.5, 2],
        [True, 2],
        {"x": 1},
        "1,2",
        [10**9, 0],
        [2**70, 0],
    ],
)
def test_position_of_any_other_kind_is_no_position(wall: Wall, value: Any) -> None:
    note_id = wall.ids()[0]
    if isinstance(value, list) and 1.5 in value:
        value = [1, None]
    with wall.database.transaction() as uow:
        uow.append(note_id, "set", {"type": "note", "pos": value, "hold": "yes"}, ())
        uow.append(uow.new_id(), "set", {"type": "arrow", "from": 5, "relation": ["x"]}, ())
        uow.append(uow.new_id(), "set", {"type": "same_meaning", "first": "zz"}, ())
        uow.append(uow.new_id(), "set", {"type": "moment", "seen": {"x": 1, "ab" * 16: "5"}}, ())
    assert (wall.note(note_id).position, wall.note(note_id).held) == (None, False)
    assert (wall.board.arrows, wall.board.links) == ((), ())
    assert [moment.seen for moment in wall.database.moments()] == [()]


# --- moments -------------------------------------------------------------------------------------------------


def test_moment_shows_the_board_as_it_was_whatever_came_after(wall: Wall) -> None:
    first, second, third, *_ = wall.ids()
    island_id = wall.group(first, second)
    arrow = connections.add_arrow(wall.database, EVERYTHING, first, third, Relation.CAUSE).added
    (moment_id,) = moments.keep_moment(wall.database, " 島完成 ", Scope(wall.workshop, 1)).added
    (moment,) = wall.database.moments()
    assert (moment.name, moment.scope) == ("島完成", Scope(wall.workshop, 1))
    then = wall.board
    arrange.move(wall.database, {first: Spot(None, Position(5, 5)), third: Spot(None, Position(9, 9))})
    record.edit_note(wall.database, second, {"text": "書き直し"})
    votes.add_votes(wall.database, second, 4)
    islands.set_title(wall.database, island_id, "あとの表札")
    connections.take_away(wall.database, arrow)
    (new,) = record.add_notes(wall.database, [NoteDraft("あとから")]).added
    (fourth,) = record.void_notes(wall.database, [wall.ids()[3]], "重複").updated
    assert wall.database.board(EVERYTHING, moment_id) == then
    difference = compare(then, wall.board)
    assert difference.new == {new}
    assert difference.gone == {fourth}
    assert difference.moved == {third}
    assert difference.regrouped == {first: (island_id, None)}
    assert difference.votes == {second: (1, 5)}
    assert difference.worded == {second: ("意見1", "書き直し"), island_id: ("", "あとの表札")}
    assert difference.gone_arrows == arrow
    assert difference
    assert not compare(then, then)


def test_moment_stays_the_same_after_a_merge_and_in_the_merged_file(
    path: Path, wall: Wall, tmp_path: Path
) -> None:
    copy, merged = tmp_path / "B.wsdb", tmp_path / "統合.wsdb"
    merge_files(copy, [path], reader=in_this_process)
    with closing(Database.open(copy)) as there:
        arrange.move(there, {wall.ids()[0]: Spot(None, Position(3, 3))})
    (moment_id,) = moments.keep_moment(wall.database, "発散終了", EVERYTHING).added
    then = wall.board
    merge_files(path, [copy], reader=in_this_process)
    merge_files(merged, [copy, path], reader=in_this_process)
    assert wall.board != then
    assert wall.database.board(EVERYTHING, moment_id) == then
    with closing(Database.open(merged)) as there:
        assert there.board(EVERYTHING) == wall.board
        assert there.board(EVERYTHING, moment_id) == then
        there.rebuild()
        assert there.board(EVERYTHING, moment_id) == then


def test_moment_words_removed_on_request_are_gone_from_it_too(wall: Wall) -> None:
    note_id = wall.ids()[0]
    (moment_id,) = moments.keep_moment(wall.database, "投票後", EVERYTHING).added
    review.redact_note(wall.database, note_id, "本人の求め")
    shown = {i.note.note_id: i.note.text for i in wall.database.board(EVERYTHING, moment_id).notes}
    assert shown[note_id] == wall.note(note_id).note.text
    assert "意見0" not in shown.values()


def test_moment_taken_back_and_one_that_is_not_there(wall: Wall) -> None:
    kept = moments.keep_moment(wall.database, "島完成", EVERYTHING).added
    connections.take_away(wall.database, kept)
    assert wall.database.moments() == []
    connections.put_back(wall.database, kept)
    assert {moment.moment_id for moment in wall.database.moments()} == kept
    with pytest.raises(NotFound, match="場面"):
        wall.database.board(EVERYTHING, EntityId(bytes(16)))
    for name in (" ", "長" * 41):
        unchanged(
            wall,
            lambda name=name: moments.keep_moment(wall.database, name, EVERYTHING),
            InvalidInput,
            "40文字",
        )


# --- files of the version before ------------------------------------------------------------------------------


def test_file_of_version_3_opens_with_its_islands_after_a_backup(path: Path, wall: Wall) -> None:
    note_id = wall.ids()[0]
    record.ensure_islands(wall.database, [("T1", "道")])
    before = wall.board
    wall.database.close()
    as_version(path, 3)
    with closing(Database.open(path)) as database:
        assert database.board(EVERYTHING) == before
        arrange.move(database, {note_id: Spot(None, Position(1, 2))})
        assert database.examine().sound
    (copy,) = backup_folder(path).glob("*.wsdb")
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (3,)


def test_board_travels_in_a_merge_and_projections_stay_those_of_the_edits(
    path: Path, wall: Wall, tmp_path: Path
) -> None:
    first, second, *_ = wall.ids()
    wall.group(first, second, title="道")
    connections.link_same(wall.database, [first, second])
    record.add_notes(wall.database, [NoteDraft("ボードで書いた", position=(40, 50))])
    arrange.hold_notes(wall.database, [second], True)
    merged = tmp_path / "統合.wsdb"
    merge_files(merged, [path], reader=in_this_process)
    with closing(Database.open(merged)) as there:
        assert there.board(EVERYTHING) == wall.board
        there.rebuild()
        assert there.board(EVERYTHING) == wall.board
    assert Position(40, 50) in {item.position for item in wall.board.notes}
