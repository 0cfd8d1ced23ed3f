"""The command line as scripts use it: real processes, real files, exit codes and JSON documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import cli_json, refused, run_cli
from openpyxl import Workbook, load_workbook

NOTE_KEYS = {
    "id",
    "number",
    "ward",
    "workshop",
    "table",
    "round",
    "theme",
    "kind",
    "points",
    "text",
    "votes",
    "island",
    "voided",
    "void_reason",
    "updated",
}


@pytest.fixture
def ward_file(tmp_path: Path) -> Path:
    """A new file for 東区, in a folder with Japanese and a blank in its name."""
    folder = tmp_path / "机の上 東区"
    folder.mkdir()
    path = folder / "東区 第1回.wsdb"
    cli_json("new", path, "--ward", "東区", "--date", "2014-10-05", "--venue", "東区役所", "--tables", 4)
    return path


def test_note_add_with_every_option_answers_id_and_number_and_lists_it(ward_file: Path) -> None:
    added = cli_json(
        *("note", "add", ward_file, "--text", "窓口が混む。", "--theme", "T1", "--table", 3, "--round", 1),
        *("--kind", "課題", "--points", "T1-K1,T1-V2", "--votes", 2),
    )
    assert added["number"] == "東3A-001"
    [note] = cli_json("list", ward_file)["notes"]
    assert note.keys() >= NOTE_KEYS
    assert note["id"] == added["id"]
    wanted = {
        "ward": "東区",
        "table": 3,
        "round": 1,
        "theme": "T1",
        "kind": "課題",
        "points": ["T1-K1", "T1-V2"],
        "text": "窓口が混む。",
        "votes": 2,
        "voided": False,
        "void_reason": None,
    }
    assert {key: note[key] for key in wanted} == wanted


def test_note_edit_void_restore_by_number_and_by_id_change_one_note(ward_file: Path) -> None:
    first = cli_json("note", "add", ward_file, "--text", "一枚目", "--table", 1)
    second = cli_json("note", "add", ward_file, "--text", "二枚目", "--table", 1)
    edited = cli_json("note", "edit", ward_file, first["number"], "--text", "直した", "--theme", "T2")
    assert (edited["text"], edited["theme"]) == ("直した", "T2")
    voided = cli_json("note", "void", ward_file, second["id"], "--reason", "重複")
    assert (voided["voided"], voided["void_reason"]) == (True, "重複")
    restored = cli_json("note", "restore", ward_file, second["number"])
    assert (restored["voided"], restored["void_reason"]) == (False, None)
    assert [note["text"] for note in cli_json("list", ward_file)["notes"]] == ["直した", "二枚目"]


def test_workshop_counts_are_written_shown_and_printed(ward_file: Path) -> None:
    before = cli_json("workshop", ward_file)
    assert (before["ward"], before["tables"], before["participants"]) == ("東区", 4, None)
    counts = {"participants": 28, "observers": 0, "voters": 26, "votes_per_person": 3, "tables": 5}
    options = [word for name, n in counts.items() for word in (f"--{name.replace('_', '-')}", n)]
    after = cli_json("workshop", ward_file, *options, "--venue", "東区役所 3階")
    assert after == before | counts | {"venue": "東区役所 3階"}
    assert "参加者数 28" in run_cli("workshop", ward_file).stdout
    cli_json("note", "add", ward_file, "--text", "一枚", "--votes", 2)
    book = load_workbook(cli_json("export", ward_file, ward_file.with_name("x.xlsx"))["path"])
    rows = {row[0]: row for row in book["資料1_開催結果"].iter_rows(min_row=4, values_only=True)}
    assert rows["東区"][2:10] == ("東区役所 3階", 28, 0, 5, 1, pytest.approx(1 / 28), 26, 2)


def test_workshop_written_again_is_one_edit_and_no_conflict_after_a_merge(
    ward_file: Path, tmp_path: Path
) -> None:
    edits = cli_json("check", ward_file)["counts"]["op"]
    cli_json("workshop", ward_file, "--participants", 20, "--voters", 19)
    cli_json("workshop", ward_file, "--participants", 20, "--voters", 19)
    assert cli_json("check", ward_file)["counts"]["op"] == edits + 1
    merged = tmp_path / "統合.wsdb"
    cli_json("merge", merged, ward_file)
    cli_json("workshop", ward_file, "--participants", 21)
    assert cli_json("merge", merged, ward_file)["open_conflicts"] == 0
    assert "統合用" in refused(run_cli("workshop", merged, "--participants", 9))


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--participants", "-1"], "参加者数"),
        (["--votes-per-person", "0"], "持ち票"),
        (["--tables", "100"], "テーブルの数"),
        (["--venue", "あ" * 201], "会場の名前"),
    ],
)
def test_workshop_with_unusable_value_is_refused_in_one_sentence(
    ward_file: Path, arguments: list[str], wanted: str
) -> None:
    before = ward_file.read_bytes()
    assert wanted in refused(run_cli("workshop", ward_file, "--observers", 3, *arguments))
    assert ward_file.read_bytes() == before


def test_text_that_looks_like_an_option_or_formula_stays_text(ward_file: Path) -> None:
    for text in ("=1+1", "'quoted", "<b>x</b>", "𠮷野家🏯", "a\nb"):
        cli_json("note", "add", ward_file, f"--text={text}")
    cli_json("note", "add", ward_file, "--text=--help")
    texts = [note["text"] for note in cli_json("list", ward_file)["notes"]]
    assert texts == ["=1+1", "'quoted", "<b>x</b>", "𠮷野家🏯", "a\nb", "--help"]


def test_invisible_characters_that_go_are_named(ward_file: Path) -> None:
    raw = "\u00a0窓\x07口\u200bが 混む\u2029"
    done = run_cli("note", "add", ward_file, f"--text={raw}", "--json")
    document = json.loads(done.stdout)
    assert document["text"] == "窓口が 混む"
    assert document["removed"] == ["U+0007", "U+200B", "U+00A0", "U+2029"]
    assert len(done.stderr.splitlines()) == 1
    assert all(name in done.stderr for name in document["removed"])
    edited = run_cli("note", "edit", ward_file, document["number"], "--text=直\x01した", "--json")
    assert json.loads(edited.stdout)["removed"] == ["U+0001"]
    assert "U+0001" in edited.stderr
    plain = run_cli("note", "add", ward_file, "--text=　二行の\n意見 ", "--json")
    assert (json.loads(plain.stdout)["removed"], plain.stderr) == ([], "")
    source = ward_file.with_name("別.txt")
    source.write_text("\u00a0端の空白\u00a0\n", encoding="utf-8")
    [notice] = cli_json("import", ward_file, source)["notices"][-1:]
    assert ("U+00A0" in notice["message"], notice["rows"]) == (True, [1])


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--text", "   "], "文字がありません"),
        (["--text", "あ" * 10_001], "10,000文字まで"),
        (["--text", "x", "--theme", "T9"], "T9"),
        (["--text", "x", "--kind", "苦情"], "苦情"),
        (["--text", "x", "--points", "T1-K99"], "T1-K99"),
        (["--text", "x", "--table", "0"], "テーブル番号"),
        (["--text", "x", "--votes", "-1"], "票数"),
        (["--text", "x", "--round", "21"], "ラウンド"),
    ],
)
def test_note_add_with_unusable_value_is_refused_in_one_sentence(
    ward_file: Path, arguments: list[str], wanted: str
) -> None:
    before = ward_file.read_bytes()
    assert wanted in refused(run_cli("note", "add", ward_file, *arguments))
    assert ward_file.read_bytes() == before


@pytest.mark.parametrize("name", ["名簿.csv", "名簿.xlsx"])
def test_import_of_a_table_without_opinions_is_refused_until_a_column_is_named(
    ward_file: Path, name: str
) -> None:
    source = ward_file.with_name(name)
    rows = [["日付", "名前"], ["2014-10-05", "甲さん"], ["2014-10-06", "乙さん"]]
    if source.suffix == ".csv":
        source.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    else:
        book = Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(source)
    before = ward_file.read_bytes()
    for options in ([], ["--dry-run"]):
        sentence = refused(run_cli("import", ward_file, source, *options))
        assert "日付" in sentence
        assert "名前" in sentence
    assert ward_file.read_bytes() == before
    assert cli_json("import", ward_file, source, "--column", "text=名前")["imported"] == 2


def test_import_of_one_column_needs_no_name(ward_file: Path) -> None:
    source = ward_file.with_name("一列.csv")
    source.write_text("窓口が混む。\nバスが少ない。\n", encoding="utf-8")
    assert cli_json("import", ward_file, source)["imported"] == 2


def test_new_with_unusable_value_leaves_no_file(tmp_path: Path) -> None:
    for arguments in (
        ["--ward", "北極区"],
        ["--ward", "東区", "--date", "2014/10/5"],
        ["--ward", "東区", "--device", "1"],
    ):
        refused(run_cli("new", tmp_path / "x.wsdb", *arguments))
    assert list(tmp_path.iterdir()) == []


def test_new_on_a_taken_name_leaves_the_file_as_it_was(ward_file: Path) -> None:
    before = ward_file.read_bytes()
    assert "すでにあります" in refused(run_cli("new", ward_file, "--ward", "東区"))
    assert ward_file.read_bytes() == before


def test_wrong_usage_exits_with_2(ward_file: Path) -> None:
    assert run_cli("note", "add", ward_file).returncode == 2
    assert run_cli("merge").returncode == 2
    assert run_cli("list", ward_file, "--colour").returncode == 2
    assert run_cli("a.wsdb", "b.wsdb").returncode == 2


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    for command in (["list"], ["check"], ["export", "out.xlsx"], ["handover", "."]):
        name, *rest = command
        sentence = refused(run_cli(name, tmp_path / "ない.wsdb", *rest))
        assert "ない.wsdb" in sentence


def test_merge_reports_each_source_and_again_changes_nothing(tmp_path: Path) -> None:
    sources = []
    for ward, notes in (("東区", 3), ("西区", 2)):
        path = tmp_path / f"{ward}.wsdb"
        cli_json("new", path, "--ward", ward)
        for number in range(notes):
            cli_json("note", "add", path, "--text", f"{ward}の意見 {number}", "--theme", "T1")
        sources.append(path)
    target = tmp_path / "統合.wsdb"
    dry = cli_json("merge", target, *sources, "--dry-run")
    assert not target.exists()
    done = cli_json("merge", target, *sources)
    assert [(s["status"], s["added"]) for s in done["sources"]] == [("merged", 3), ("merged", 2)]
    assert [s["added"] for s in dry["sources"]] == [3, 2]
    assert (done["notes"], done["open_conflicts"], done["backup"]) == (5, 0, None)
    before = target.read_bytes()
    again = cli_json("merge", target, *sources)
    assert [s["status"] for s in again["sources"]] == ["unchanged", "unchanged"]
    assert target.read_bytes() == before
    cli_json("note", "void", sources[0], "東A-001", "--reason", "重複")
    third = cli_json("merge", target, *sources)
    assert (third["sources"][0]["status"], third["sources"][0]["voided"]) == ("merged", 1)
    assert Path(third["backup"]).is_file()


def test_conflicts_lists_both_wordings(tmp_path: Path) -> None:
    first, second = tmp_path / "a.wsdb", tmp_path / "b.wsdb"
    cli_json("new", first, "--ward", "東区")
    number = cli_json("note", "add", first, "--text", "もとの文")["number"]
    cli_json("new", second, "--ward", "東区", "--device", "B")
    cli_json("merge", second, first)
    cli_json("note", "edit", first, number, "--text", "甲の文")
    cli_json("note", "edit", second, number, "--text", "乙の文")
    merged = cli_json("merge", first, second)
    assert merged["open_conflicts"] == 1
    [conflict] = cli_json("conflicts", first)["conflicts"]
    assert conflict["number"] == number
    assert sorted(value["value"] for value in conflict["values"]) == ["乙の文", "甲の文"]


def test_handover_package_merges_like_the_file_itself(ward_file: Path, tmp_path: Path) -> None:
    cli_json("note", "add", ward_file, "--text", "渡す意見")
    stick = tmp_path / "USB メモリー"
    stick.mkdir()
    package = cli_json("handover", ward_file, stick)
    assert package["counts"]["notes"] == 1
    assert Path(package["path"]).parent == stick
    target = tmp_path / "m.wsdb"
    assert cli_json("merge", target, package["path"])["notes"] == 1
    assert cli_json("merge", target, ward_file)["sources"][0]["status"] == "unchanged"


def test_check_says_healthy_with_counts(ward_file: Path) -> None:
    cli_json("note", "add", ward_file, "--text", "一枚")
    document = cli_json("check", ward_file)
    assert (document["integrity"], document["foreign_keys"], document["healthy"]) == ("ok", 0, True)
    assert document["counts"]["note"] == 1


def test_list_prints_japanese_on_a_console_with_another_encoding(ward_file: Path) -> None:
    cli_json("note", "add", ward_file, "--text", "﨑の意見🏯")
    done = run_cli("list", ward_file, PYTHONIOENCODING="cp932", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "﨑の意見🏯" in done.stdout


def test_json_document_is_the_only_thing_on_standard_output(ward_file: Path) -> None:
    done = run_cli("merge", ward_file, ward_file.parent / "ない.wsdb", "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["sources"][0]["status"] == "refused"
    assert document["sources"][0]["reason"] in done.stderr
