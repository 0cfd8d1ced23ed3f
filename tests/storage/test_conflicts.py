"""Conflicts in real files: scenarios 4 to 8 of the merge design, and that a settling reaches every file."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from workshop_app.bootstrap import create_database, load_agenda, merge_files
from workshop_app.domain.errors import InvalidInput, NotFound
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict, Note, NoteDraft
from workshop_app.domain.op import OpKind
from workshop_app.services import record, review
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage.database import Database, wall_clock_ms

T = TypeVar("T")
YEAR_MS = 365 * 24 * 3600 * 1000


@dataclass
class Laptop:
    """A file with its own clock; each act opens it anew, as another start of the program would."""

    path: Path
    ahead_ms: int = 0

    @contextmanager
    def opened(self) -> Iterator[Database]:
        database = Database.open(self.path, wall_ms=lambda: wall_clock_ms() + self.ahead_ms)
        try:
            yield database
        finally:
            database.close()

    def do(self, act: Callable[[Database], T]) -> T:
        with self.opened() as database:
            return act(database)

    def edit(self, note_id: EntityId, **fields: object) -> None:
        self.do(lambda db: record.edit_note(db, note_id, fields))

    def void(self, note_id: EntityId, reason: str = "重複") -> None:
        self.do(lambda db: record.void_notes(db, [note_id], reason))

    def note(self, note_id: EntityId) -> Note:
        note = self.do(lambda db: db.note(note_id))
        assert note is not None
        return note

    def conflicts(self) -> list[Conflict]:
        return self.do(lambda db: db.conflicts())

    def texts(self) -> dict[str, str]:
        return {note.number: note.text for note in self.do(lambda db: db.notes())}

    def op_ids(self) -> list[bytes]:
        return [op.op_id for op in self.do(lambda db: db.all_ops())]


@dataclass
class Desk:
    """Laptop A with one note, laptop B and the secretariat's file, all knowing it."""

    a: Laptop
    b: Laptop
    office: Laptop
    note_id: EntityId

    def gather(self) -> None:
        """Everything into the secretariat's file."""
        assert not merge_files(self.office.path, [self.a.path, self.b.path]).refused

    def spread(self) -> None:
        """The secretariat's file into both laptops'."""
        for laptop in (self.a, self.b):
            assert not merge_files(laptop.path, [self.office.path]).refused

    def everywhere(self) -> list[Laptop]:
        return [self.a, self.b, self.office]

    def clash(self, first: str = "甲の文", second: str = "乙の文") -> Conflict:
        """Two texts for one note, in the secretariat's file."""
        self.a.edit(self.note_id, text=first)
        self.b.edit(self.note_id, text=second)
        self.gather()
        [conflict] = self.office.conflicts()
        return conflict


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    a, b = (Laptop(tmp_path / f"東区_{mark}.wsdb") for mark in "AB")
    for laptop, mark in ((a, "A"), (b, "B")):
        create_database(laptop.path, WorkshopSetup(load_agenda(None), "東区", "2014-10-05", device_mark=mark))
    draft = NoteDraft("もとの文", "T1", "課題", 3, 1, ("T1-K1",), 4)
    [note_id] = a.do(lambda db: record.add_notes(db, [draft])).added
    office = Laptop(tmp_path / "統合.wsdb")
    desk = Desk(a, b, office, note_id)
    desk.gather()
    desk.spread()
    return desk


def value_of(conflict: Conflict, text: object) -> bytes:
    return next(value.op_id for value in conflict.values if value.value == text)


# --- the scenarios -----------------------------------------------------------------------------------------


def test_scenario_04_text_and_theme_edited_apart_both_changes_no_conflict(desk: Desk) -> None:
    desk.a.edit(desk.note_id, text="直した文")
    desk.b.edit(desk.note_id, theme="T2")
    desk.gather()
    note = desk.office.note(desk.note_id)
    assert (note.text, note.theme) == ("直した文", "T2")
    assert desk.office.conflicts() == []


def test_scenario_05_same_text_edited_apart_is_seen_with_station_and_settled_everywhere(desk: Desk) -> None:
    conflict = desk.clash()
    assert {(value.value, value.station) for value in conflict.values} == {
        ("甲の文", "東区 端末A"),
        ("乙の文", "東区 端末B"),
    }
    assert all(abs(value.at_ms - wall_clock_ms()) < 60_000 for value in conflict.values)
    assert conflict.before == "もとの文"
    assert desk.office.note(desk.note_id).conflicts == ("text",)
    kept = value_of(conflict, "甲の文")
    desk.office.do(lambda db: review.keep_value(db, desk.note_id, "text", kept))
    desk.spread()
    for laptop in desk.everywhere():
        assert laptop.conflicts() == []
        assert laptop.note(desk.note_id).text == "甲の文"
    # In whatever order the files meet afterwards, nothing comes back.
    for first, second in itertools.permutations(desk.everywhere(), 2):
        assert merge_files(first.path, [second.path]).open_conflicts == 0
    assert desk.a.op_ids() == desk.b.op_ids() == desk.office.op_ids()


def test_scenario_06_same_text_typed_twice_no_conflict(desk: Desk) -> None:
    for laptop in (desk.a, desk.b):
        laptop.edit(desk.note_id, text="おなじ文")
    desk.gather()
    assert desk.office.conflicts() == []
    assert desk.office.note(desk.note_id).text == "おなじ文"


@pytest.mark.parametrize("years", [-30, 0, 80])
def test_scenario_07_void_and_unseen_edit_visible_and_flagged_whatever_the_clocks(
    desk: Desk, years: int
) -> None:
    desk.a.ahead_ms = years * YEAR_MS
    desk.a.void(desk.note_id)
    desk.b.edit(desk.note_id, text="生かしたい文")
    desk.gather()
    note = desk.office.note(desk.note_id)
    assert (note.voided, note.text, note.conflicts) == (False, "生かしたい文", ("void",))
    [conflict] = desk.office.conflicts()
    assert [value.value for value in conflict.values] == [{"void": "重複"}, "生かしたい文"]
    assert conflict.before == "もとの文"


def test_scenario_08_void_that_saw_the_edit_voids_everywhere_and_can_be_recovered(desk: Desk) -> None:
    desk.b.edit(desk.note_id, text="見てから取り消す文")
    desk.gather()
    desk.spread()
    desk.a.void(desk.note_id)
    desk.gather()
    desk.spread()
    for laptop in desk.everywhere():
        assert laptop.note(desk.note_id).void_reason == "重複"
        assert laptop.conflicts() == []
    desk.b.do(lambda db: record.restore_notes(db, [desk.note_id]))
    desk.gather()
    assert not desk.office.note(desk.note_id).voided
    assert desk.office.note(desk.note_id).text == "見てから取り消す文"


# --- settling, one way after the other -----------------------------------------------------------------------


def test_settling_edit_names_every_head_as_parent(desk: Desk) -> None:
    conflict = desk.clash()
    kept = value_of(conflict, "乙の文")
    known = set(desk.office.op_ids())
    desk.office.do(lambda db: review.keep_value(db, desk.note_id, "text", kept))
    [settling] = [op for op in desk.office.do(lambda db: db.all_ops()) if op.op_id not in known]
    assert set(settling.parents) == {value.op_id for value in conflict.values}


def test_third_text_settles_everywhere_and_both_stay_in_the_history(desk: Desk) -> None:
    desk.clash()
    desk.office.do(lambda db: review.write_text(db, desk.note_id, " 両方を合わせた文\n"))
    desk.spread()
    for laptop in desk.everywhere():
        assert laptop.note(desk.note_id).text == "両方を合わせた文"
        assert laptop.conflicts() == []
        [settled] = laptop.do(lambda db: db.settled_conflicts())
        assert {value.value for value in settled.values} == {"甲の文", "乙の文"}
        assert settled.current == "両方を合わせた文"


def test_settling_on_two_desks_alike_is_one_answer_and_differently_is_asked_again(desk: Desk) -> None:
    conflict = desk.clash()
    desk.spread()
    for laptop, text in ((desk.a, "甲の文"), (desk.b, "甲の文")):
        op_id = value_of(conflict, text)
        laptop.do(lambda db, op_id=op_id: review.keep_value(db, desk.note_id, "text", op_id))
    desk.gather()
    assert desk.office.conflicts() == []
    desk.a.do(lambda db: review.choose_value(db, desk.note_id, "text", "丙の文"))
    desk.b.do(lambda db: review.choose_value(db, desk.note_id, "text", "丁の文"))
    desk.gather()
    assert {value.value for value in desk.office.conflicts()[0].values} == {"丙の文", "丁の文"}


def test_keep_both_makes_notes_with_numbers_of_their_own_and_no_votes(desk: Desk) -> None:
    desk.clash()
    changes = desk.office.do(lambda db: review.keep_both(db, desk.note_id))
    original = desk.office.note(desk.note_id)
    [split_id] = changes.added
    split = desk.office.note(split_id)
    assert {original.text, split.text} == {"甲の文", "乙の文"}
    assert (original.number, split.number) == ("東3A-001", "東3A-001-2")
    carried = ("theme", "kind", "table", "round", "points", "workshop_id", "device_mark")
    assert all(getattr(original, name) == getattr(split, name) for name in carried)
    assert (original.votes, split.votes) == (4, 0)
    ops = desk.office.do(lambda db: db.all_ops())
    [birth] = [op for op in ops if op.entity_id == split_id]
    assert birth.fields()["split_from"] == bytes(desk.note_id).hex()
    # The next note of the table goes on counting from the original's number.
    added = desk.a.do(lambda db: record.add_notes(db, [NoteDraft("次", table=3)])).added
    assert desk.a.note(next(iter(added))).number == "東3A-002"


def test_keep_both_on_two_desks_makes_the_same_notes(desk: Desk) -> None:
    desk.clash()
    desk.spread()
    for laptop in (desk.a, desk.b):
        laptop.do(lambda db: review.keep_both(db, desk.note_id))
    desk.gather()
    assert len(desk.office.do(lambda db: db.notes())) == 2
    assert sorted(desk.office.texts()) == ["東3A-001", "東3A-001-2"]
    assert sorted(desk.office.texts().values()) == ["乙の文", "甲の文"]
    assert desk.office.conflicts() == []


def test_keep_both_of_three_wordings_counts_on_past_a_taken_number(desk: Desk, tmp_path: Path) -> None:
    third = Laptop(tmp_path / "東区_C.wsdb")
    create_database(third.path, WorkshopSetup(load_agenda(None), "東区", "2014-10-05", device_mark="C"))
    merge_files(third.path, [desk.office.path])
    third.edit(desk.note_id, text="丙の文")
    desk.clash()
    desk.office.do(lambda db: review.keep_both(db, desk.note_id))
    merge_files(desk.office.path, [third.path])
    assert {value.value for value in desk.office.conflicts()[0].values} >= {"丙の文"}
    desk.office.do(lambda db: review.keep_both(db, desk.note_id))
    texts = desk.office.texts()
    assert sorted(texts) == ["東3A-001", "東3A-001-2", "東3A-001-3"]
    assert sorted(texts.values()) == ["丙の文", "乙の文", "甲の文"]


@pytest.mark.parametrize("keep_void", [True, False])
def test_text_against_void_is_settled_either_way_everywhere(desk: Desk, keep_void: bool) -> None:
    desk.a.void(desk.note_id)
    desk.b.edit(desk.note_id, text="生かしたい文")
    desk.gather()
    [conflict] = desk.office.conflicts()
    chosen = value_of(conflict, {"void": "重複"} if keep_void else "生かしたい文")
    desk.office.do(lambda db: review.keep_value(db, desk.note_id, "void", chosen))
    desk.spread()
    for laptop in desk.everywhere():
        assert laptop.conflicts() == []
        note = laptop.note(desk.note_id)
        assert (note.voided, note.text) == (keep_void, "生かしたい文")


def test_text_of_a_note_that_two_voided_for_two_reasons_is_restored_by_one_answer(desk: Desk) -> None:
    desk.a.void(desk.note_id, "重複")
    desk.b.void(desk.note_id, "打ち間違い")
    desk.office.edit(desk.note_id, votes=9)
    desk.gather()
    [conflict] = desk.office.conflicts()
    assert [value.fields for value in conflict.values] == [(), (), ("votes",)]
    chosen = conflict.values[-1].op_id
    desk.office.do(lambda db: review.keep_value(db, desk.note_id, "void", chosen))
    desk.spread()
    for laptop in desk.everywhere():
        assert not laptop.note(desk.note_id).voided
        assert laptop.conflicts() == []


def test_settling_the_text_of_a_voided_note_leaves_it_voided(desk: Desk) -> None:
    conflict = desk.clash()
    desk.office.void(desk.note_id, "打ち間違い")
    assert desk.office.note(desk.note_id).voided
    with pytest.raises(InvalidInput, match="取り消されています"):
        desk.office.do(lambda db: review.keep_both(db, desk.note_id))
    kept = value_of(conflict, "甲の文")
    desk.office.do(lambda db: review.keep_value(db, desk.note_id, "text", kept))
    desk.spread()
    for laptop in desk.everywhere():
        assert laptop.note(desk.note_id).void_reason == "打ち間違い"
        assert laptop.conflicts() == []


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("theme", "T2", "T3"),
        ("kind", "good", None),
        ("votes", 5, 6),
        ("points", ["T1-K2"], []),
        ("table", 1, 2),
    ],
)
def test_other_fields_of_a_note_are_settled_by_keeping_one(
    desk: Desk, field: str, one: object, other: object
) -> None:
    desk.a.edit(desk.note_id, **{field: one})
    desk.b.edit(desk.note_id, **{field: other})
    desk.gather()
    [conflict] = desk.office.conflicts()
    assert conflict.field == field
    chosen = value_of(conflict, other)
    desk.office.do(lambda db: review.keep_value(db, desk.note_id, field, chosen))
    desk.spread()
    for laptop in desk.everywhere():
        assert laptop.conflicts() == []


def test_workshop_of_one_ward_described_twice_is_settled_too(tmp_path: Path) -> None:
    laptops = [Laptop(tmp_path / f"{mark}.wsdb") for mark in "AB"]
    for laptop, mark, venue in zip(laptops, "AB", ("東区役所", "健軍文化ホール"), strict=True):
        setup = WorkshopSetup(load_agenda(None), "東区", "2014-10-05", venue, device_mark=mark)
        create_database(laptop.path, setup)
    office = Laptop(tmp_path / "統合.wsdb")
    merge_files(office.path, [laptop.path for laptop in laptops])
    [conflict] = office.conflicts()
    assert (conflict.entity_type, conflict.field, conflict.before) == ("workshop", "venue", None)
    chosen = value_of(conflict, "健軍文化ホール")
    office.do(lambda db: review.keep_value(db, conflict.entity_id, "venue", chosen))
    for laptop in laptops:
        assert merge_files(laptop.path, [office.path]).open_conflicts == 0
        assert laptop.do(lambda db: db.workshops())[0].venue == "健軍文化ホール"


# --- what must not be written ----------------------------------------------------------------------------------


def test_settling_what_is_settled_writes_nothing_and_says_so(desk: Desk) -> None:
    conflict = desk.clash()
    kept = value_of(conflict, "甲の文")
    desk.office.do(lambda db: review.keep_value(db, desk.note_id, "text", kept))
    before = desk.office.op_ids()
    for act in (
        lambda db: review.keep_value(db, desk.note_id, "text", kept),
        lambda db: review.write_text(db, desk.note_id, "三つ目"),
        lambda db: review.keep_both(db, desk.note_id),
        lambda db: review.find_conflict(db, conflict.conflict_id),
        lambda db: review.find_conflict(db, "東3A-001"),
    ):
        with pytest.raises(InvalidInput, match="もう決まっています"):
            desk.office.do(act)
    assert desk.office.op_ids() == before


def test_value_that_is_no_longer_a_choice_is_refused(desk: Desk) -> None:
    conflict = desk.clash()
    old = value_of(conflict, "甲の文")
    desk.a.edit(desk.note_id, text="甲が直した文")
    desk.gather()
    before = desk.office.op_ids()
    with pytest.raises(NotFound, match="その後に変わっています"):
        desk.office.do(lambda db: review.keep_value(db, desk.note_id, "text", old))
    with pytest.raises(InvalidInput, match="文字がありません"):
        desk.office.do(lambda db: review.write_text(db, desk.note_id, "  \n"))
    with pytest.raises(InvalidInput, match="また違いが出ています"):
        desk.office.do(lambda db: review.choose_value(db, desk.note_id, "text", "甲の文"))
    assert desk.office.op_ids() == before
    assert len(desk.office.conflicts()) == 1


def test_number_with_two_conflicts_asks_for_an_id(desk: Desk) -> None:
    desk.a.edit(desk.note_id, theme="T2")
    desk.b.edit(desk.note_id, theme="T3")
    desk.a.edit(desk.note_id, text="甲")
    desk.b.edit(desk.note_id, text="乙")
    desk.gather()
    with pytest.raises(InvalidInput, match="2件") as refusal:
        desk.office.do(lambda db: review.find_conflict(db, "東3A-001"))
    for conflict in desk.office.conflicts():
        assert conflict.conflict_id in refusal.value.sentence


# --- undo and choosing again --------------------------------------------------------------------------------------


def test_voids_taken_back_and_put_again_cover_what_they_had_seen(desk: Desk) -> None:
    desk.a.void(desk.note_id)
    desk.b.edit(desk.note_id, text="生かしたい文")
    desk.gather()
    [conflict] = desk.office.conflicts()
    desk.office.do(lambda db: review.revoke_voids(db, desk.note_id))
    assert desk.office.conflicts() == []
    void_id = conflict.values[0].op_id
    desk.office.do(lambda db: review.void_again(db, desk.note_id, [void_id]))
    assert [c.field for c in desk.office.conflicts()] == ["void"]
    assert not desk.office.note(desk.note_id).voided
    desk.office.do(lambda db: review.void_entity(db, desk.note_id, "重複"))
    assert desk.office.note(desk.note_id).void_reason == "重複"


# --- removing on request ----------------------------------------------------------------------------------------


def test_redact_note_takes_every_wording_from_what_is_shown_everywhere(desk: Desk) -> None:
    desk.clash("090-1111-2222 に電話して", "090-3333-4444 に電話して")
    desk.office.do(lambda db: review.redact_note(db, desk.note_id, "本人の求め"))
    ops = desk.office.do(lambda db: db.all_ops())
    [redaction] = [op for op in ops if op.kind == OpKind.REDACT]
    writers = [op.op_id for op in ops if op.kind == OpKind.SET and op.entity_id == desk.note_id]
    assert sorted(redaction.parents) == sorted(writers)
    assert redaction.fields() == {"type": "note", "reason": "本人の求め", "fields": ["text"]}
    desk.spread()
    for laptop in desk.everywhere():
        assert "090" not in laptop.note(desk.note_id).text
        assert laptop.conflicts() == []
        assert laptop.do(lambda db: db.settled_conflicts()) == []
    with pytest.raises(InvalidInput, match="もう取り除いてあります"):
        desk.office.do(lambda db: review.redact_note(db, desk.note_id, "もう一度"))
    with pytest.raises(InvalidInput, match="理由"):
        desk.a.do(lambda db: review.redact_note(db, desk.note_id, " "))
