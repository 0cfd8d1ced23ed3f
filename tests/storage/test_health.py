"""What is not as it was written: never opened in silence, never put on paper."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from workshop_app.bootstrap import create_database, export_workbook, load_agenda
from workshop_app.domain.errors import RefusedFile
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage.database import Database


def alter(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    path = tmp_path / "東区.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), "東区", "2014-10-05"))
    with closing(Database.open(path)) as database:
        record.add_notes(database, [NoteDraft(f"意見{n}", "T1", table=1) for n in range(5)])
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER x AFTER INSERT ON op BEGIN DELETE FROM note; END",
        "CREATE VIEW x AS SELECT * FROM op",
        "CREATE TABLE x (a)",
        "DROP INDEX note_by_number",
        "ALTER TABLE note ADD COLUMN x TEXT",
    ],
)
def test_open_file_with_another_schema_refused_and_untouched(ward: Path, statement: str) -> None:
    alter(ward, statement)
    before = ward.read_bytes()
    with pytest.raises(RefusedFile, match="そのまま"):
        Database.open(ward)
    assert ward.read_bytes() == before


def test_open_file_without_its_last_edit_refused_with_the_way_out(ward: Path) -> None:
    alter(ward, "DELETE FROM op WHERE rowid = (SELECT max(rowid) FROM op)")
    with pytest.raises(RefusedFile, match="「統合」でこのファイルを選んで"):
        Database.open(ward)


def test_examine_sound_file_and_no_write(ward: Path) -> None:
    before = ward.read_bytes()
    with closing(Database.open(ward)) as database:
        assert database.examine().sound
    assert ward.read_bytes() == before


ALTERED = [
    "UPDATE note SET text = '改ざん' WHERE number LIKE '%002'",
    "UPDATE note SET conflicts = 'text' WHERE number LIKE '%002'",
    "DELETE FROM note WHERE number LIKE '%002'",
    "INSERT INTO note SELECT randomblob(16), '東9Z-999', workshop_id, device, table_no, round_no, theme, kind, points,"
    " '足した', votes, island_id, void_reason, conflicts, created_ms, updated_ms, pos_x, pos_y, held FROM note LIMIT 1",
    "UPDATE workshop SET participants = 999",
    "INSERT INTO conflict SELECT note_id, 'text' FROM note LIMIT 1",
]


@pytest.mark.parametrize("statement", ALTERED)
def test_export_shows_what_was_written_not_what_a_table_says(
    ward: Path, tmp_path: Path, statement: str
) -> None:
    clean = cells(export_workbook(ward, tmp_path / "clean.xlsx"))
    alter(ward, statement)
    with closing(Database.open(ward)) as database:
        health = database.examine()
    assert (health.edits, health.shown) == (None, False)
    told: list[str] = []
    assert cells(export_workbook(ward, tmp_path / "again.xlsx", tell=told.append)) == clean
    assert len(told) == 1
    with closing(Database.open(ward)) as database:
        assert database.examine().sound


@pytest.mark.parametrize(
    "change",
    [
        lambda path: alter(path, "UPDATE op SET payload = replace(payload, '意見1', '意見X')"),
        lambda path: alter(path, "UPDATE op SET hlc = hlc + 1 WHERE rowid = 4"),
    ],
)
def test_export_of_altered_edits_refused_and_nothing_written(
    ward: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    change(ward)
    out = tmp_path / "資料.xlsx"
    with pytest.raises(RefusedFile, match="書き出していません"):
        export_workbook(ward, out)
    assert not out.exists()


def cells(path: Path) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = [row for sheet in book if sheet.title == "データ_意見" for row in sheet.values]
    book.close()
    assert len(rows) > 5
    return rows
