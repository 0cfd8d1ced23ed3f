"""The workshop file on a real disk: recording, undoing, migrating, refusing."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from old_files import as_version
from schema_dump import FILES, schema_sql

from workshop_app.bootstrap import create_database, load_agenda
from workshop_app.domain.errors import Cancelled, FileBusy, InvalidInput, RefusedFile, StorageUnavailable
from workshop_app.domain.fold import fold
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage.backup import backup_folder
from workshop_app.storage.database import Database
from workshop_app.storage.engine import driver
from workshop_app.storage.tables import APPLICATION_ID, SCHEMA_VERSION, metadata


@pytest.fixture
def ward_file(tmp_path: Path) -> Path:
    path = tmp_path / "東区 第1回.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), "東区", "2014-10-05", "東区役所", 5))
    return path


def test_add_note_committed_number_and_reopen(ward_file: Path) -> None:
    database = Database.open(ward_file)
    record.add_notes(database, [NoteDraft("窓口が混む", "T3", "課題", 3, 1, ("T3-K1",), 2)])
    # Another connection sees it at once: it is on disk, not in this process.
    with closing(sqlite3.connect(ward_file)) as other:
        assert other.execute("SELECT number, text FROM note").fetchall() == [("東3A-001", "窓口が混む")]
    database.close()
    again = Database.open(ward_file)
    assert [(n.number, n.kind, n.points, n.votes) for n in again.notes()] == [
        ("東3A-001", "issue", ("T3-K1",), 2)
    ]
    record.add_notes(again, [NoteDraft("二枚目", table=3), NoteDraft("テーブルなし")])
    assert [n.number for n in again.notes()] == ["東3A-001", "東3A-002", "東A-001"]
    again.close()


def test_void_restore_edit_kept_in_history(ward_file: Path) -> None:
    database = Database.open(ward_file)
    (note_id,) = record.add_notes(database, [NoteDraft("はじめ")]).added
    record.edit_note(database, note_id, {"text": "なおした"})
    record.void_notes(database, [note_id], "重ねて入力した")
    note = database.note(note_id)
    assert note is not None
    assert note.void_reason == "重ねて入力した"
    with pytest.raises(InvalidInput):
        record.edit_note(database, note_id, {"text": "だめ"})
    record.restore_notes(database, [note_id])
    note = database.note(note_id)
    assert note is not None
    assert (note.void_reason, note.text) == (None, "なおした")
    texts = [op.fields().get("text") for op in database.all_ops() if op.entity_id == note_id]
    assert texts.count("はじめ") == 1
    database.close()


def test_add_notes_one_bad_draft_nothing_written(ward_file: Path) -> None:
    database = Database.open(ward_file)
    before = len(database.all_ops())
    with pytest.raises(InvalidInput, match="テーマ"):
        record.add_notes(database, [NoteDraft("よい"), NoteDraft("わるい", "T9")])
    with pytest.raises(InvalidInput, match="10,000"):
        record.add_notes(database, [NoteDraft("長" * 10_001)])
    assert len(database.all_ops()) == before
    database.close()


def test_transaction_disk_full_text_kept_and_nothing_written(ward_file: Path) -> None:
    database = Database.open(ward_file)
    raw = driver(database._connection)
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageUnavailable, match="空き容量"):
        record.add_notes(database, [NoteDraft("あ" * 5_000)])
    assert database.notes() == []
    raw.execute("PRAGMA max_page_count = 1000000")
    record.add_notes(database, [NoteDraft("もう一度")])
    assert [n.number for n in database.notes()] == ["東A-001"]
    database.close()


def test_clock_jumping_back_order_kept(tmp_path: Path) -> None:
    now = [1_412_000_000_000]
    with Database.create(tmp_path / "a.wsdb", wall_ms=lambda: now[0]):
        pass
    create_database(tmp_path / "b.wsdb", WorkshopSetup(load_agenda(None), "北区"))
    database = Database.open(tmp_path / "b.wsdb", wall_ms=lambda: now[0])
    stamps = []
    for step in (0, -3_600_000, 80 * 365 * 86_400_000):
        now[0] += step
        (note_id,) = record.add_notes(database, [NoteDraft("x")]).added
        stamps.append(max(op.hlc for op in database.all_ops() if op.entity_id == note_id))
    assert stamps == sorted(stamps)
    database.close()


def test_create_existing_name_refused_and_untouched(ward_file: Path) -> None:
    before = ward_file.read_bytes()
    with pytest.raises(InvalidInput, match="すでにあります"):
        create_database(ward_file, WorkshopSetup(load_agenda(None), "東区"))
    assert ward_file.read_bytes() == before


def test_open_newer_version_refused_untouched(ward_file: Path) -> None:
    with closing(sqlite3.connect(ward_file)) as raw:
        raw.execute("PRAGMA user_version = 999")
    before = ward_file.read_bytes()
    with pytest.raises(RefusedFile, match="新しい版"):
        Database.open(ward_file)
    assert ward_file.read_bytes() == before


@pytest.mark.parametrize("version", [1, 2, 3])
def test_open_older_version_migrated_after_backup(ward_file: Path, version: int) -> None:
    database = Database.open(ward_file)
    record.add_notes(database, [NoteDraft("前の版のころの付箋")])
    manifest = database.manifest()
    database.close()
    as_version(ward_file, version)
    database = Database.open(ward_file)
    assert [n.text for n in database.notes()] == ["前の版のころの付箋"]
    assert database.sources() == []
    assert database.manifest() == manifest
    database.close()
    (copy,) = backup_folder(ward_file).glob("*.wsdb")
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (version,)


def test_migrations_match_tables_and_schema_files(repo_root: Path, tmp_path: Path) -> None:
    with Database.create(tmp_path / "blank.wsdb") as database:
        context = MigrationContext.configure(database._connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        raw = driver(database._connection)
        assert raw.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert raw.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert raw.execute("PRAGMA synchronous").fetchone() == (3,)
    for name, revision in FILES.items():
        assert (repo_root / "db" / name).read_text(encoding="utf-8") == schema_sql(revision)


def test_projection_equals_fold_of_all_ops(ward_file: Path) -> None:
    database = Database.open(ward_file)
    ids = record.add_notes(database, [NoteDraft(f"意見{n}", votes=n) for n in range(5)]).added
    for note_id in sorted(ids)[:3]:
        record.edit_note(database, note_id, {"votes": 9, "theme": "T1"})
    by_entity: dict = {}
    for op in database.all_ops():
        by_entity.setdefault(op.entity_id, []).append(op)
    for note in database.notes():
        state = fold(by_entity[note.note_id])
        assert (state.get("text"), state.get("votes"), state.get("theme")) == (
            note.text,
            note.votes,
            note.theme,
        )
    database.close()


def test_draft_survives_and_is_forgotten(ward_file: Path) -> None:
    database = Database.open(ward_file)
    database.save_draft("書きかけ")
    database.close()
    database = Database.open(ward_file)
    assert database.load_draft() == "書きかけ"
    database.save_draft("")
    assert database.load_draft() == ""
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move an open file")
@pytest.mark.parametrize("happening", ["deleted", "moved", "replaced"])
def test_file_gone_from_under_the_program_is_said_as_it_is(ward_file: Path, happening: str) -> None:
    database = Database.open(ward_file)
    record.add_notes(database, [NoteDraft("先の意見")])
    elsewhere = ward_file.with_name("移した先.wsdb")
    ward_file.rename(elsewhere)
    if happening == "deleted":
        elsewhere.unlink()
    elif happening == "replaced":
        shutil.copy(elsewhere, ward_file)
    with pytest.raises(StorageUnavailable) as refused:
        record.add_notes(database, [NoteDraft("次の意見")])
    assert "消されたか、移されたか、別のものに置き換えられています" in refused.value.sentence
    assert "書いた文はこの画面に残っています" in refused.value.on_screen
    assert "読み取り専用" not in refused.value.sentence
    if happening == "moved":
        elsewhere.rename(ward_file)
        record.add_notes(database, [NoteDraft("次の意見")])
        assert [note.text for note in database.notes()] == ["先の意見", "次の意見"]
    database.close()


def test_notes_by_ids_gives_those_notes_in_order_and_as_they_are_cited(ward_file: Path) -> None:
    database = Database.open(ward_file)
    record.add_notes(database, [NoteDraft(f"意見 {number}") for number in range(1_100)])
    notes = database.notes()
    wanted = notes[3:1_050]
    ids = [note.note_id for note in reversed(wanted)]
    (workshop,) = database.workshops()
    assert database.notes_by_ids([*ids, workshop.workshop_id]) == wanted
    assert database.notes_by_ids([]) == []
    # Two laptops gave the same number: cited with a mark, here as everywhere.
    driver(database._connection).execute(
        "UPDATE note SET number = ? WHERE note_id = ?", (notes[0].number, bytes(notes[1].note_id))
    )
    shared = database.notes_by_ids([notes[1].note_id])
    assert shared == [note for note in database.notes() if note.note_id == notes[1].note_id]
    assert "〔" in shared[0].number
    database.close()


def test_void_and_restore_of_many_notes_read_in_few_queries(ward_file: Path) -> None:
    database = Database.open(ward_file)
    ids = sorted(record.add_notes(database, [NoteDraft(f"意見 {n}") for n in range(600)]).added)
    asked: list[str] = []
    driver(database._connection).set_trace_callback(
        lambda sql: asked.append(sql) if sql.startswith("SELECT") else None
    )
    record.void_notes(database, ids, "打ち間違い")
    record.restore_notes(database, ids)
    driver(database._connection).set_trace_callback(None)
    assert len(asked) < 30
    assert not any(note.voided for note in database.notes())
    database.close()


def test_work_on_many_notes_can_be_stopped_and_leaves_nothing(ward_file: Path) -> None:
    class StopAt:
        """A watch that stops the work at its third step."""

        def __init__(self) -> None:
            self.steps: list[tuple[int, int]] = []

        def step(self, what: str, done: int = 0, of: int = 0) -> None:
            self.steps.append((done, of))
            if len(self.steps) == 3:
                raise Cancelled("やめました。")

        def check(self) -> None:
            """Nothing to stop between the steps."""

    database = Database.open(ward_file)
    ids = sorted(record.add_notes(database, [NoteDraft(f"意見 {n}") for n in range(5)]).added)
    before = database.notes()
    for work in (
        lambda watch: record.void_notes(database, ids, "打ち間違い", watch),
        lambda watch: record.add_notes(database, [NoteDraft("x")] * 5, watch),
    ):
        watch = StopAt()
        with pytest.raises(Cancelled):
            work(watch)
        assert watch.steps == [(0, 5), (1, 5), (2, 5)]
        assert database.notes() == before
    database.close()


def test_next_number_is_not_used_up_by_a_made_up_one(ward_file: Path) -> None:
    database = Database.open(ward_file)
    record.add_notes(database, [NoteDraft("一", table=3), NoteDraft("二", table=3), NoteDraft("三", table=3)])
    driver(database._connection).execute(
        "UPDATE note SET number = '東3A-99999999999999999999' WHERE number = '東3A-002'"
    )
    record.add_notes(database, [NoteDraft("四", table=3)])
    assert [note.number for note in database.notes() if note.text == "四"] == ["東3A-004"]
    database.close()


# --- other programs with the same file -----------------------------------------------------------------------------


def test_neighbours_tell_what_others_wrote_once_and_not_what_we_did(tmp_path: Path) -> None:
    path = tmp_path / "東区.wsdb"
    setup = WorkshopSetup(load_agenda(None), "東区", "2014-10-05", "", 4)
    create_database(path, setup)
    ours, theirs = Database.open(path), Database.open(path)
    assert ours.neighbours.changes() == frozenset()
    mine = record.add_notes(ours, [NoteDraft("こちらの意見")])
    assert ours.neighbours.changes() == frozenset()
    assert theirs.neighbours.changes() == mine.added
    added = record.add_notes(theirs, [NoteDraft("あちらの意見")])
    assert ours.neighbours.changes() == added.added
    assert ours.neighbours.changes() == frozenset()
    theirs.save_draft("書きかけ")
    assert ours.neighbours.changes() == frozenset(), "a draft is nobody else's matter"
    ours.close()
    theirs.close()


def test_a_call_waits_no_longer_for_another_program_than_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "東区.wsdb"
    setup = WorkshopSetup(load_agenda(None), "東区", "2014-10-05", "", 4)
    create_database(path, setup)
    database = Database.open(path)
    database.neighbours.wait_at_most(10)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        with pytest.raises(FileBusy, match="ほかの窓かプログラム"):
            record.add_notes(database, [NoteDraft("意見")])
        assert time.monotonic() - begun < 1
    record.add_notes(database, [NoteDraft("意見")])
    database.close()
