"""Taking whole records out of damaged files costs no other file anything, and what is counted is so."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from workshop_app.bootstrap import create_database, load_agenda, merge_files
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.services.merge import MergeReport
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage import record_check
from workshop_app.storage.database import Database
from workshop_app.storage.foreign_file import in_this_process


def ward(path: Path, texts: Sequence[str], name: str = "東区") -> Path:
    create_database(path, WorkshopSetup(load_agenda(None), name, "2014-10-05"))
    with closing(Database.open(path)) as database:
        record.add_notes(database, [NoteDraft(text, "T1", table=1) for text in texts])
    return path


def alter(path: Path, statement: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute(statement, values).rowcount > 0
        raw.commit()


def merge(target: Path, *sources: Path, salvage: Sequence[Path] = ()) -> MergeReport:
    return merge_files(target, sources, salvage=salvage, reader=in_this_process)


def texts(path: Path) -> set[str]:
    with closing(Database.open(path)) as database:
        assert database.examine().sound
        return {note.text for note in database.notes()}


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1))))
def test_salvaged_file_takes_nothing_from_a_sound_one(tmp_path: Path, order: tuple[int, int]) -> None:
    good = ward(tmp_path / "good.wsdb", ["一", "二", "三"])
    bad = tmp_path / "bad.wsdb"
    shutil.copyfile(good, bad)
    alter(bad, "UPDATE op SET payload = replace(payload, '二', '弐') WHERE payload LIKE '%二%'")
    with closing(Database.open(good)) as database:
        record.add_notes(database, [NoteDraft("四")])
    sources = [(bad, good)[number] for number in order]
    report = merge(tmp_path / "統合.wsdb", *sources, salvage=[bad])
    assert texts(tmp_path / "統合.wsdb") == {"一", "二", "三", "四"}
    for source in report.sources:
        assert source.rows_in == source.rows_new + source.rows_known + source.quarantined
    assert sum(source.rows_new for source in report.sources) == len(edits(good))


def edits(path: Path) -> list[tuple[bytes]]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT op_id FROM op").fetchall()


@pytest.mark.parametrize(
    "damage", ["chain_head = randomblob(32)", "op_count = 1000", "op_count = 1, chain_head = x'00'"]
)
def test_salvage_with_a_damaged_session_row_leaves_a_sound_target(tmp_path: Path, damage: str) -> None:
    source = ward(tmp_path / "東.wsdb", ["一", "二"])
    sound = tmp_path / "元.wsdb"
    shutil.copyfile(source, sound)
    alter(source, f"UPDATE session SET {damage}")
    target = tmp_path / "統合.wsdb"
    assert merge(target, source, salvage=[source]).sources[0].status == "merged"
    assert texts(target) == {"一", "二"}
    assert merge(tmp_path / "次.wsdb", target).sources[0].status == "merged"
    assert merge(target, sound).sources[0].status == "unchanged"
    assert texts(target) == {"一", "二"}


def test_redaction_of_a_field_that_is_not_there_excuses_no_altered_record(tmp_path: Path) -> None:
    source = ward(tmp_path / "東.wsdb", ["賛成です"])
    with closing(Database.open(source)) as database:
        (note,) = database.notes()
        with database.transaction() as uow:
            state = uow.state(note.note_id)
            assert state is not None
            uow.append(note.note_id, "redact", {"type": "note", "fields": ["x"]}, state.head_ids)
    alter(source, "UPDATE op SET payload = replace(payload, '賛成', '反対') WHERE payload LIKE '%賛成%'")
    report = merge(tmp_path / "統合.wsdb", source)
    assert report.sources[0].status == "refused"
    assert "書き換わって" in (report.sources[0].reason or "")


@pytest.mark.parametrize("into_empty", [True, False])
def test_note_moved_to_another_table_is_counted_where_it_lies(tmp_path: Path, into_empty: bool) -> None:
    source = ward(tmp_path / "東.wsdb", ["一", "二", "三"])
    with closing(Database.open(source)) as database:
        record.edit_note(database, database.notes()[0].note_id, {"table": 2})
    target = tmp_path / "統合.wsdb"
    if not into_empty:
        merge(target, ward(tmp_path / "西.wsdb", ["西"], "西区"))
    report = merge(target, source)
    lines = [(line.table, line.in_file, line.new, line.here) for line in report.sources[0].tables]
    assert lines == [(1, 2, 2, 2), (2, 1, 1, 1)]


def test_salvage_of_very_many_damaged_records_takes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_check, "MAX_QUARANTINED", 5)
    source = ward(tmp_path / "東.wsdb", [f"意見{number}" for number in range(30)])
    alter(source, "UPDATE op SET payload = replace(payload, '意見1', '異見1') WHERE payload LIKE '%意見1%'")
    report = merge(tmp_path / "統合.wsdb", source, salvage=[source])
    assert (report.sources[0].added, report.sources[0].quarantined) == (19, 11)
    with closing(sqlite3.connect(tmp_path / "統合.wsdb")) as raw:
        kept = raw.execute("SELECT raw <> '' FROM quarantine ORDER BY serial").fetchall()
    assert kept == [(1,)] * 5 + [(0,)] * 6


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_salvage_of_a_cut_file_counts_what_is_lost(tmp_path: Path, share: float) -> None:
    source = ward(tmp_path / "東.wsdb", [f"意見その{number}" for number in range(600)])
    raw = source.read_bytes()
    written = len(edits(source))
    source.write_bytes(raw[: int(len(raw) * share)])
    found = merge(tmp_path / "統合.wsdb", source, salvage=[source]).sources[0]
    if found.status == "merged":
        assert found.rows_in + found.lost == written
    else:
        assert share == 0.3
