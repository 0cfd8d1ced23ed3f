"""Workbooks from outside: one table or one sentence, in limited time, from a process that may die."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from workshop_app.domain.errors import RefusedFile
from workshop_app.domain.source_table import SourceTable
from workshop_app.workbook import spreadsheet_worker
from workshop_app.workbook.spreadsheet_import import is_spreadsheet, read_xlsx
from workshop_app.workbook.spreadsheet_worker import cell_text, check_archive, unescaped


def make_book(path: Path, rows: list[list[object]], title: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def repack(source: Path, target: Path, changes: dict[str, bytes]) -> Path:
    """The same workbook with some parts replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return target


def sheet_xml(body: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{namespace}">{body}</worksheet>'.encode()


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(RefusedFile) as caught:
        read_xlsx(path, **options)  # type: ignore[arg-type]
    sentence = caught.value.sentence
    assert path.name in sentence
    assert "今のデータは変わっていません。" in sentence
    assert "\n" not in sentence
    return sentence


def test_read_values_become_plain_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [None, None],
        ["番号", "意見", "日付", "票"],
        [1, "'先頭の記号", date(2014, 10, 5), 3.0],
        [2, "二行の\n意見", datetime(2014, 10, 5, 13, 30), 2.5],
        [],
        [3, "-反対", timedelta(hours=26, minutes=5), True],
    ]
    path = make_book(tmp_path / "意見 一覧.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book.active["B7"], book.active["C7"] = "=1+1", "#N/A"
    book.active["B7"].data_type = "s"
    book.active["C7"].data_type = "e"
    book.save(path)
    table = read_xlsx(path)
    assert table.headers == ("番号", "意見", "日付", "票")
    assert table.rows == (
        (3, ("1", "'先頭の記号", "2014-10-05", "3")),
        (4, ("2", "二行の\n意見", "2014-10-05 13:30", "2.5")),
        (6, ("3", "-反対", "26:05:00", "TRUE")),
        (7, ("", "=1+1", "#N/A", "")),
    )
    assert (table.encoding, table.sheet, table.name) == ("xlsx", "Sheet1", "意見 一覧.xlsx")


def test_read_formula_without_value_hidden_rows_and_sheets_are_named(tmp_path: Path) -> None:
    path = make_book(tmp_path / "a.xlsx", [["意見", "票"], ["賛成", "=1+2"], ["反対", 1], ["隠れた意見", 2]])
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[4].hidden = True
    book.create_sheet("控え").sheet_state = "hidden"
    book.save(path)
    table = read_xlsx(path)
    assert [cells[0] for _, cells in table.rows] == ["賛成", "反対", "隠れた意見"]
    said = "".join(table.warnings)
    assert "数式が 1か所" in said
    assert "表示されていない行も読みました（4行目）" in said
    assert "表示されていないシートがあります（控え）" in said


def test_read_merged_theme_fills_down_but_an_opinion_is_never_doubled(tmp_path: Path) -> None:
    rows = [["テーマ", "意見"], ["T1", "一"], [None, "二"], ["T2", "三"], ["T3", None], ["T2", "四"]]
    path = make_book(tmp_path / "a.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("B4:B5")
    book.save(path)
    table = read_xlsx(path)
    assert table.rows == (
        (2, ("T1", "一")),
        (3, ("T1", "二")),
        (4, ("T2", "三")),
        (5, ("T3", "")),
        (6, ("T2", "四")),
    )
    assert any("結合されたセル" in warning for warning in table.warnings)


def test_read_sheet_with_opinions_is_found_or_chosen(tmp_path: Path) -> None:
    path = make_book(tmp_path / "a.xlsx", [["表紙"], ["東区"]], "表紙")
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("一覧")
    for row in (["番号", "ご意見"], [1, "賛成"]):
        sheet.append(row)
    book.save(path)
    found = read_xlsx(path)
    assert (found.sheet, found.rows) == ("一覧", ((2, ("1", "賛成")),))
    assert any("表紙" in warning for warning in found.warnings)
    assert read_xlsx(path, "表紙").rows == ((1, ("表紙",)), (2, ("東区",)))
    assert "（表紙・一覧）" in refusal(path, sheet="ない")


def test_read_our_own_workbook_escape_comes_back() -> None:
    assert unescaped("_x005F_x0041_ と _x000D_") == "_x0041_ と \r"
    assert unescaped("_xD842__xDFB7_") == "𠮷"
    assert cell_text("a_b") == "a_b"
    assert cell_text(1e300) == "1e+300"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空のファイル"),
        ("ただの文章".encode(), ".xlsx で保存し直して"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xlsx で保存し直して"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\0" * 600, ".xlsx で保存し直して"),
        (b"PK\x03\x04" + b"\0" * 600, ".xlsx で保存し直して"),
        (b"PK", ".xlsx で保存し直して"),
    ],
)
def test_read_what_is_no_workbook_one_sentence(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "なにか.xlsx"
    path.write_bytes(data)
    assert word in refusal(path)
    assert path.read_bytes() == data


def test_read_missing_file_and_folder_one_sentence(tmp_path: Path) -> None:
    refusal(tmp_path / "ない.xlsx")
    refusal(tmp_path)


def test_read_truncated_and_scrambled_workbooks_one_sentence(tmp_path: Path) -> None:
    whole = make_book(tmp_path / "w.xlsx", [["意見"], *[[f"意見{n}"] for n in range(300)]])
    data = whole.read_bytes()
    path = tmp_path / "半分.xlsx"
    path.write_bytes(data[: len(data) // 2])
    refusal(path)
    repack(whole, path, {"xl/worksheets/sheet1.xml": b"<worksheet"})
    refusal(path)
    repack(whole, path, {"xl/workbook.xml": b"<workbook/>"})
    refusal(path)
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("readme.txt", "zip")
    assert ".xlsx ではありません" in refusal(path)


def test_read_zip_bomb_is_refused_quickly(tmp_path: Path) -> None:
    whole = make_book(tmp_path / "w.xlsx", [["意見"], ["賛成"]])
    zeros = b" " * (1 << 20)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != "xl/sharedStrings.xml":
                new.writestr(name, old.read(name))
        with new.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            for _ in range(500):
                part.write(zeros)
    started = time.monotonic()
    assert path.stat().st_size < 1 << 20
    assert "大きくなりすぎる" in refusal(path)
    assert time.monotonic() - started < 10


def test_check_archive_too_many_parts_or_entities(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(spreadsheet_worker.MAX_ENTRIES + 1):
            archive.writestr(f"{number}.xml", "")
    with pytest.raises(spreadsheet_worker.Refused, match="bomb"):
        check_archive(str(path))
    laughs = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><worksheet/>'
    whole = make_book(tmp_path / "w.xlsx", [["意見"]])
    refusal(repack(whole, tmp_path / "laughs.xlsx", {"xl/worksheets/sheet1.xml": laughs}))


def test_read_sheet_that_claims_a_million_rows_or_columns(tmp_path: Path) -> None:
    whole = make_book(tmp_path / "w.xlsx", [["意見"]])
    body = (
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>意見</t></is></c>'
        '</row><row r="1048576"><c r="A1048576" t="inlineStr"><is><t>最後</t></is></c></row></sheetData>'
    )
    path = repack(whole, tmp_path / "wide.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(body)})
    assert read_xlsx(path).rows == ((1048576, ("最後",)),)
    far = '<sheetData><row r="1"><c r="XFD1" t="inlineStr"><is><t>遠い</t></is></c></row></sheetData>'
    path = repack(whole, tmp_path / "far.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(far)})
    assert "200列まで" in refusal(path)


def test_read_rows_far_outside_any_sheet_one_sentence_soon(tmp_path: Path) -> None:
    whole = make_book(tmp_path / "w.xlsx", [["意見"]])
    body = '<sheetData><row r="99999999999"><c t="inlineStr"><is><t>い</t></is></c></row></sheetData>'
    path = repack(whole, tmp_path / "endless.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(body)})
    refusal(path, time_limit_s=30.0)


def test_read_time_is_up_the_process_is_killed(tmp_path: Path) -> None:
    path = make_book(tmp_path / "a.xlsx", [["意見"], ["賛成"]])
    assert "読み終わらない" in refusal(path, time_limit_s=0.01)
    assert not _workers()


def test_read_cancelled_stops_at_once(tmp_path: Path) -> None:
    path = make_book(tmp_path / "a.xlsx", [["意見"], ["賛成"]])
    stop = threading.Event()
    stop.set()
    assert "やめました" in refusal(path, cancelled=stop)
    assert not _workers()


def test_read_from_a_worker_thread(tmp_path: Path) -> None:
    path = make_book(tmp_path / "a.xlsx", [["意見"], ["賛成"]])
    found: list[SourceTable] = []
    thread = threading.Thread(target=lambda: found.append(read_xlsx(path)))
    thread.start()
    thread.join(60)
    assert found[0].rows == ((2, ("賛成",)),)


def test_worker_module_loads_no_toolkit_no_database_no_openpyxl(repo_root: Path) -> None:
    code = (
        "import sys, workshop_app.workbook.spreadsheet_worker; "
        "print([m for m in ('PySide6', 'sqlalchemy', 'openpyxl', 'sqlite3') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=repo_root, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_read_ten_thousand_rows_within_seconds(tmp_path: Path) -> None:
    path = make_book(tmp_path / "a.xlsx", [["意見", "票"], *[[f"意見{n}", n % 9] for n in range(10_000)]])
    started = time.monotonic()
    assert len(read_xlsx(path).rows) == 10_000
    assert time.monotonic() - started < 15


def test_is_spreadsheet_by_name() -> None:
    assert is_spreadsheet(Path("A.XLSX"))
    assert is_spreadsheet(Path("a.xls"))
    assert not is_spreadsheet(Path("a.csv"))


def test_shared_data_every_odd_workbook_table_or_sentence(shared_data: Path) -> None:
    results: dict[str, SourceTable | str] = {}
    for path in sorted(shared_data.rglob("*.xls*")):
        try:
            results[path.name] = read_xlsx(path)
        except RefusedFile as problem:
            results[path.name] = problem.sentence
    assert len(results) >= 20
    refused = {name: result for name, result in results.items() if isinstance(result, str)}
    assert set(refused) == {"empty_sheet.xlsx"}
    aed = results["yaizu_aed.xlsx"]
    assert isinstance(aed, SourceTable)
    assert len(aed.rows) == 82
    assert aed.headers[:2] == ("都道府県コード又は市区町村コード", "NO")


def _workers() -> list[object]:
    import multiprocessing

    return multiprocessing.active_children()


def test_read_from_a_script_without_main_guard_does_not_blame_the_file(
    tmp_path: Path, repo_root: Path
) -> None:
    """A fresh interpreter imports the caller's script again; that is our trouble, not the workbook's."""
    book = make_book(tmp_path / "a.xlsx", [["意見"], ["賛成"]])
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(repo_root)!r}); sys.stdout.reconfigure(encoding='utf-8')\n"
        "from pathlib import Path\n"
        "from workshop_app.domain.errors import RefusedFile\n"
        "from workshop_app.workbook.spreadsheet_import import read_xlsx\n"
        f"try: print(read_xlsx(Path({str(book)!r})).rows)\n"
        "except RefusedFile as problem: print(problem.sentence)\n",
        encoding="utf-8",
    )
    run = subprocess.run([sys.executable, str(script)], capture_output=True, encoding="utf-8", check=False)
    assert "準備ができませんでした" in run.stdout
