"""Importing real files into a real workshop file: verbatim, in order, counted, all or nothing."""

from __future__ import annotations

import csv
import io
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workshop_app.bootstrap import create_database, load_agenda, merge_files, open_database
from workshop_app.domain.delimited import decode_table
from workshop_app.domain.errors import InvalidInput, StorageUnavailable
from workshop_app.domain.source_table import SourceTable
from workshop_app.domain.text import clean_text
from workshop_app.services import record
from workshop_app.services.importing import (
    ImportOptions,
    ImportPlan,
    import_document,
    plan_import,
    plan_rows,
    read_delimited,
    run_import,
)
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage.database import Database
from workshop_app.workbook.spreadsheet_import import read_xlsx


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "東区.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), "東区", "2014-10-05"))
    database = open_database(path)
    yield database
    database.close()


def import_table(workspace: Database, table: SourceTable, **options: object) -> ImportPlan:
    plan = plan_import(workspace, table, ImportOptions(**options))  # type: ignore[arg-type]
    report = run_import(workspace, plan)
    assert report.imported == len(report.changes.added) - _new_islands(workspace, plan) == plan.counts.notes
    return plan


def _new_islands(workspace: Database, plan: ImportPlan) -> int:
    return len({(n.draft.theme, n.island) for n in plan.drafts if n.island is not None})


def stored(workspace: Database) -> list[str]:
    """Texts in the order they were made; all have one prefix here, so the running number orders them."""
    notes = sorted(workspace.notes(), key=lambda note: int(note.number.rpartition("-")[2]))
    return [note.text for note in notes]


def excel_csv(rows: list[list[str]], codec: str) -> bytes:
    """As Excel saves it: CRLF between rows, LF inside cells, quotes only where needed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(codec)


@pytest.mark.parametrize("codec", ["cp932", "utf-8-sig", "utf-8", "utf-16"])
def test_import_csv_saved_by_excel_same_notes(workspace: Database, tmp_path: Path, codec: str) -> None:
    rows = [
        ["意見", "テーマ", "種別", "班", "ラウンド", "票", "表札"],
        ["①窓口を増やす\n（㈱・﨑・～）", "①", "提案", "３班", "1", "2票", "窓口"],
        ['"引用"と,コンマ', "まちづくり", "課題", "12", "", "", ""],
        ["=SUM(A1)", "宇宙", "", "", "", "", "窓口"],
    ]
    source = tmp_path / "Excelの一覧.csv"
    source.write_bytes(excel_csv(rows, codec))
    plan = import_table(workspace, read_delimited(source))
    assert plan.encoding == codec
    notes = {note.text: note for note in workspace.notes()}
    assert set(notes) == {row[0] for row in rows[1:]}
    first = notes[rows[1][0]]
    assert (first.theme, first.kind, first.table, first.round, first.votes) == ("T1", "idea", 3, 1, 2)
    assert first.number.startswith("東3A-")
    islands = {island.island_id: island for island in workspace.islands()}
    assert (islands[first.island_id].title, islands[first.island_id].theme) == ("窓口", "T1")
    assert notes["=SUM(A1)"].theme is None
    assert any("「宇宙」" in notice.message for notice in plan.notices)


def test_import_again_is_counted_before_it_happens(workspace: Database) -> None:
    table = decode_table("意見\n賛成\n反対\n".encode(), "a.csv")
    import_table(workspace, table)
    again = plan_import(workspace, table, ImportOptions())
    assert again.counts.same_existing == 2
    assert "同じ文の付箋がすでに 2枚あります" in again.notices[0].message
    assert len(workspace.notes()) == 2


def test_import_that_breaks_halfway_writes_nothing(
    workspace: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = decode_table("意見,島\n一,甲\n二,乙\n三,丙\n".encode(), "a.csv")
    plan = plan_import(workspace, table, ImportOptions())
    counter = itertools.count()
    genuine = record.format_number

    def full_disk(prefix: str, running: int) -> str:
        if next(counter) == 2:
            raise StorageUnavailable("空き容量が足りません。")
        return genuine(prefix, running)

    before = workspace.counts()
    monkeypatch.setattr(record, "format_number", full_disk)
    with pytest.raises(StorageUnavailable):
        run_import(workspace, plan)
    assert workspace.counts() == before
    assert workspace.notes() == []
    assert workspace.islands() == []
    monkeypatch.undo()
    assert run_import(workspace, plan).imported == 3
    assert len(workspace.islands()) == 3


def test_import_into_a_merged_file_is_refused(workspace: Database, tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    merge_files(target, [workspace.path])
    merged = open_database(target)
    with pytest.raises(InvalidInput, match="統合用"):
        plan_import(merged, decode_table("意見\n賛成\n".encode(), "a.csv"), ImportOptions())
    merged.close()


def test_import_nothing_to_write_changes_nothing(workspace: Database) -> None:
    before = workspace.counts()
    plan = plan_import(workspace, decode_table("意見\n".encode(), "a.csv"), ImportOptions())
    assert run_import(workspace, plan).imported == 0
    assert workspace.counts() == before


def test_import_xlsx_reaches_the_store(workspace: Database, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["東区の意見"], [], ["No.", "ご意見", "テーマ", "票"], [1, "賛成", 2, 3.0], [2, None, 1, 0]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    plan = import_table(workspace, read_xlsx(tmp_path / "a.xlsx"))
    (note,) = workspace.notes()
    assert (note.text, note.theme, note.votes) == ("賛成", "T2", 3)
    assert [row.row_no for row in plan.skipped] == [5]
    document = import_document(plan, None)
    assert (document["encoding"], document["sheet"]) == ("xlsx", "Sheet")
    assert "東区の意見" in str(document["notices"])


def test_shared_policy_proposals_every_row_verbatim(workspace: Database, shared_data: Path) -> None:
    source = shared_data / "opinions" / "ja_policy_proposals_dev.csv"
    with source.open(encoding="utf-8", newline="") as lines:
        expected = [row["text"] for row in csv.DictReader(lines)]
    plan = import_table(workspace, read_delimited(source), theme="T2")
    assert plan.counts.rows == len(expected) == 1_568
    assert plan.columns["text"] == "text"
    assert plan.skipped == ()
    assert stored(workspace) == [clean_text(text).text for text in expected]
    assert sum(clean_text(text).text != text for text in expected) < 5
    assert {note.theme for note in workspace.notes()} == {"T2"}
    assert plan.counts.same_in_table == 6


def test_shared_long_proposals_every_row_verbatim(workspace: Database, shared_data: Path) -> None:
    source = shared_data / "opinions" / "ja_policy_proposals_long_dev.csv"
    with source.open(encoding="utf-8", newline="") as lines:
        expected = [clean_text(row["text"]).text for row in csv.DictReader(lines)]
    plan = import_table(workspace, read_delimited(source))
    assert stored(workspace) == [text for text in expected if text]
    assert len(plan.skipped) == sum(not text for text in expected)


def test_shared_naughty_strings_every_line_kept_or_named(workspace: Database, shared_data: Path) -> None:
    source = shared_data / "nasty" / "blns.txt"
    lines = source.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    plan = import_table(workspace, read_delimited(source))
    by_row = {note.row_no: note.draft.text for note in plan.drafts}
    named = {row.row_no: row for row in plan.skipped}
    noticed = {row for notice in plan.notices for row in notice.rows if "取り除きました" in notice.message}
    assert set(by_row) | set(named) == set(range(1, len(lines) + 1))
    for row_no, line in enumerate(lines, start=1):
        cleaned = clean_text(line)
        if row_no in named:
            assert cleaned.text == ""
            assert named[row_no].reason
            assert named[row_no].text == line
        else:
            assert by_row[row_no] == cleaned.text
            assert bool(cleaned.removed) == (row_no in noticed)
    assert stored(workspace) == [by_row[row_no] for row_no in sorted(by_row)]
    assert workspace.integrity() == ("ok", 0)


def test_import_ten_thousand_rows_planned_within_seconds(workspace: Database) -> None:
    data = "意見,テーマ,班\n" + "".join(
        f"窓口の意見その{n},{n % 3 + 1},{n % 9 + 1}班\n" for n in range(10_000)
    )
    started = time.monotonic()
    plan = plan_import(workspace, decode_table(data.encode(), "a.csv"), ImportOptions())
    assert time.monotonic() - started < 10
    assert plan.counts.notes == 10_000


STORABLE = st.text(max_size=40).map(lambda text: clean_text(text).text).filter(bool)


def _fits_cp932(text: str) -> bool:
    try:
        return text.encode("cp932").decode("cp932") == text
    except UnicodeError:
        return False


@given(st.lists(STORABLE, max_size=12))
@example(["意見", "テーマ", "=1", '"', ",", ";;;", "a\tb", "a\nb", "#N/A"])
@example(["a;b", "c;d", "e\tf"])
@example(["﨑", "①㈱", "～－", "ｶﾅ"])
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_any_texts_written_as_csv_come_back_in_order(texts: list[str]) -> None:
    agenda = _AGENDA or [load_agenda(None)]
    _AGENDA[:] = agenda
    codecs = ["utf-8", "utf-8-sig", "utf-16"] + (["cp932"] if all(map(_fits_cp932, texts)) else [])
    for codec in codecs:
        table = decode_table(excel_csv([["意見"], *[[text] for text in texts]], codec), "a.csv")
        plan = plan_rows(agenda[0], [], table, ImportOptions())
        assert [note.draft.text for note in plan.drafts] == texts
        assert plan.skipped == ()
        assert table.encoding == codec


_AGENDA: list = []
