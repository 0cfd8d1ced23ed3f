"""What the state machine, and thinking about it, found: each defect once more, as small as it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from laws import checks
from laws.machine import MergeLaws
from laws.world import CHANCE, START_MS, Laptop, blank_file, controlled_world

from workshop_app.bootstrap import merge_files
from workshop_app.domain.ids import EntityId
from workshop_app.domain.op import OpId
from workshop_app.services import record
from workshop_app.services.merge import MergeReport
from workshop_app.storage.database import Database
from workshop_app.storage.foreign_file import in_this_process
from workshop_app.storage.projections import REMOVED_TEXT

UNFIT = "前\x01後"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in a world whose clock and chance are the test's."""
    with controlled_world() as place:
        CHANCE.restart(0)
        yield place


@pytest.fixture
def laptop(folder: Path) -> Laptop:
    """One laptop with an empty file."""
    return Laptop(folder / "A.wsdb", blank_file("A"), START_MS)


def merge(target: Path, *sources: Path) -> MergeReport:
    return merge_files(target, sources, reader=in_this_process)


def add(here: Laptop, text: str) -> EntityId:
    with here.database.transaction() as uow:
        entity = uow.new_id()
        uow.append(entity, "set", {"type": "note", "number": "港A-001", "text": text}, ())
    return entity


def append(
    here: Laptop, entity: EntityId, kind: str, fields: Mapping[str, Any], parents: Sequence[OpId] = ()
) -> OpId:
    """Write an edit; gives its id."""
    here.wall_ms += 1_000
    with here.database.transaction() as uow:
        uow.append(entity, kind, {"type": "note"} | fields, parents)
    return OpId(checks.query(here.path, "SELECT op_id FROM op ORDER BY rowid DESC LIMIT 1")[0][0])


def heads(here: Laptop, entity: EntityId) -> list[OpId]:
    with here.database.transaction() as uow:
        state = uow.state(entity)
    assert state is not None
    return [head.op_id for head in state.fields["text"].heads]


def rebuilt_alike(path: Path) -> bool:
    before = checks.projections(path)
    with closing(Database.open(path)) as database:
        database.rebuild()
    return checks.projections(path) == before


def shown(path: Path) -> list[tuple[Any, ...]]:
    return checks.query(path, "SELECT text, conflicts, void_reason FROM note")


# --- counting ------------------------------------------------------------------------------------------------


def test_found_merged_before_still_says_what_was_left_out(folder: Path, laptop: Laptop) -> None:
    add(laptop, "よい")
    add(laptop, UNFIT)
    target = folder / "統合.wsdb"
    for new in (4, 0):
        (source,) = merge(target, laptop.path).sources
        assert (source.rows_in, source.rows_new, source.rows_known, source.quarantined) == (
            5,
            new,
            4 - new,
            1,
        )


def test_found_same_file_twice_in_one_merge(folder: Path, laptop: Laptop) -> None:
    add(laptop, "よい")
    add(laptop, UNFIT)
    report = merge(folder / "統合.wsdb", laptop.path, laptop.path)
    assert [(source.rows_new, source.quarantined) for source in report.sources] == [(4, 1), (0, 1)]


def test_found_note_without_number_is_counted_as_added_into_an_empty_file_too(
    folder: Path, laptop: Laptop
) -> None:
    with laptop.database.transaction() as uow:
        uow.append(uow.new_id(), "set", {"type": "note", "text": "番号のない版"}, ())
    assert merge(folder / "統合.wsdb", laptop.path).sources[0].added == 1


# --- copied while running ------------------------------------------------------------------------------------


def test_found_record_left_out_of_a_copied_session_locks_nobody_out(folder: Path, laptop: Laptop) -> None:
    """The session's count and chain were those of the other branch; the whole file was refused everywhere."""
    add(laptop, "前から")
    clone = laptop.copy(folder / "写し.wsdb", running=True)
    add(laptop, UNFIT)
    add(laptop, "一台目")
    merge(clone.path, laptop.path)
    add(clone, "二台目")
    report = merge(folder / "統合.wsdb", clone.path)
    assert (report.sources[0].status, report.notes) == ("merged", 3)


# --- removal on request --------------------------------------------------------------------------------------


def test_found_removed_value_hides_no_standing_one(folder: Path, laptop: Laptop) -> None:
    note = add(laptop, "元の文")
    other = laptop.copy(folder / "B.wsdb", running=False)
    append(laptop, note, "set", {"text": "残る文"}, heads(laptop, note))
    other.wall_ms += 60_000
    gone = append(other, note, "set", {"text": "消す文"}, heads(other, note))
    merge(laptop.path, other.path)
    append(laptop, note, "redact", {"fields": ["text"]}, [gone])
    assert shown(laptop.path) == [("残る文", "", None)]


def test_found_removed_reason_is_gone_from_what_is_shown(laptop: Laptop) -> None:
    note = add(laptop, "文")
    record.void_notes(laptop.database, [note], "だれかの名前")
    ((void,),) = checks.query(laptop.path, "SELECT op_id FROM op WHERE kind = 'void'")
    append(laptop, note, "redact", {"fields": ["reason"]}, [void])
    assert shown(laptop.path) == [("文", "", "")]
    assert rebuilt_alike(laptop.path)


def test_found_words_of_an_earlier_version_leave_the_pages_too(laptop: Laptop) -> None:
    """SQLite was told to overwrite only from the removal on; what an edit had freed before lay there still."""
    note = add(laptop, "だれかの名前")
    first = heads(laptop, note)
    record.edit_note(laptop.database, note, {"text": "直した"})
    append(laptop, note, "redact", {"fields": ["text"]}, first)
    assert "だれかの名前".encode() not in laptop.path.read_bytes()


def test_found_removal_reaches_only_its_own_entity(folder: Path, laptop: Laptop) -> None:
    note = add(laptop, "文")
    other = laptop.copy(folder / "B.wsdb", running=False)
    with other.database.transaction() as uow:
        stranger = uow.new_id()
    append(other, stranger, "redact", {"fields": ["text"]}, heads(other, note))
    merge(laptop.path, other.path)
    assert ("文", "", None) in shown(laptop.path)
    assert rebuilt_alike(laptop.path)


def test_found_removal_cannot_be_removed(folder: Path, laptop: Laptop) -> None:
    note = add(laptop, "文")
    removal = append(laptop, note, "redact", {"fields": ["text"]}, heads(laptop, note))
    append(laptop, note, "redact", {"fields": ["fields"]}, [removal])
    target = folder / "統合.wsdb"
    assert merge(target, laptop.path).sources[0].status == "merged"
    assert shown(target) == [(REMOVED_TEXT, "", None)]


def test_found_type_of_an_entity_cannot_be_removed(folder: Path, laptop: Laptop) -> None:
    note = add(laptop, "文")
    with laptop.database.transaction() as uow:
        uow.append(note, "redact", {"fields": ["type"]}, [])
    append(laptop, note, "redact", {"fields": ["type"]}, heads(laptop, note))
    target = folder / "統合.wsdb"
    assert merge(target, laptop.path).notes == 1
    assert shown(target) == [("文", "", None)]


def test_found_removal_that_cannot_travel_excuses_no_altered_record(folder: Path, laptop: Laptop) -> None:
    """Its target arrived without it, and from then on the target's file was refused by everybody."""
    note = add(laptop, "文")
    append(laptop, note, "redact", {"fields": ["text"], "why": UNFIT}, heads(laptop, note))
    target = folder / "統合.wsdb"
    assert "書き換わって" in (merge(target, laptop.path).sources[0].reason or "")
    assert not target.exists()


def test_found_removed_words_leave_the_quarantine_too(folder: Path, laptop: Laptop) -> None:
    note = add(laptop, f"だれかの名前{UNFIT}")
    target = folder / "統合.wsdb"
    add(laptop, "よい")
    merge(target, laptop.path)
    append(laptop, note, "redact", {"fields": ["text"]}, heads(laptop, note))
    merge(target, laptop.path)
    assert "だれかの名前".encode() not in target.read_bytes()


def test_found_entity_whose_type_changes_is_shown_once(laptop: Laptop) -> None:
    note = add(laptop, "文")
    append(laptop, note, "set", {"type": "island", "title": "島"})
    assert rebuilt_alike(laptop.path)


# --- failing programs, as the state machine printed them --------------------------------------------------------


def test_found_program_reason_removed(folder: Path) -> None:
    state = MergeLaws()
    state.one_note_everywhere(pick=887)
    state.void(laptop=202, note=804)
    for pick in range(4):
        state.remove_on_request(laptop=202, note=804, pick=pick)
    state.teardown()
    assert state.sound


def test_found_program_words_left_in_free_pages(folder: Path) -> None:
    state = MergeLaws()
    state.one_note_everywhere(pick=397)
    state.edit(fields=["round", "text", "pos"], laptop=89, note=607, pick=141)
    state.remove_on_request(laptop=89, note=607, pick=306)
    state.merge(into=593, sources=[110], package=True, again=True)
    state.teardown()
    assert state.sound


def test_found_program_sessions_of_running_copies(folder: Path) -> None:
    state = MergeLaws()
    state.one_note_everywhere(pick=124)
    state.copy_the_disk(laptop=957, running=True)
    state.copy_the_disk(laptop=768, running=True)
    state.add(laptop=65, pick=100)
    state.exchange(one=185, other=304)
    state.exchange(one=344, other=163)
    state.add(laptop=730, pick=619)
    state.exchange(one=774, other=33)
    state.teardown()
    assert state.sound
