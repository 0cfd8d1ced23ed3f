"""The command line's help and complaints, in Japanese, and values that cannot be right."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runner import cli_json, refused, run_cli

from workshop_app.cli import _parser
from workshop_app.cli_usage import japanese_message

ENGLISH = re.compile(r"usage|options:|positional|show |invalid|required|argument|unrecognized|error", re.I)
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.fixture
def ward_file(tmp_path: Path) -> Path:
    path = tmp_path / "東区.wsdb"
    cli_json("new", path, "--ward", "東区", "--date", "2014-10-05", "--tables", 3)
    return path


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from parsers(one)


def test_every_command_explains_every_word_it_takes_in_japanese() -> None:
    found = list(parsers(_parser()))
    assert len(found) > 15
    for parser in found:
        assert not ENGLISH.search(re.sub(r"--?[\w-]+|\[[^]]*\]", "", parser.format_help())), parser.prog
        for action in parser._actions:
            if not isinstance(action, argparse._SubParsersAction):
                assert JAPANESE.search(action.help or ""), (parser.prog, action.dest)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["new"], "--ward"),
        (["note", "add", "x.wsdb"], "--text"),
        (["note", "add", "x.wsdb", "--text"], "--text"),
        (["note", "add", "x.wsdb", "--text", "a", "--table", "三"], "三"),
        (["export", "a.wsdb", "b.xlsx", "--edition", "secret"], "secret"),
        (["list", "a.wsdb", "b.wsdb"], "b.wsdb"),
        (["resolve", "a.wsdb", "c"], "--keep"),
        (["resolve", "a.wsdb", "c", "--both", "--keep", "d"], "--both"),
        (["workshop", "a.wsdb", "--v", "3"], "--v"),
        (["import", "a.wsdb", "b.csv", "--dry-run=1"], "--dry-run"),
    ],
)
def test_wrong_usage_is_told_in_japanese_and_names_the_word(arguments: list[str], named: str) -> None:
    done = run_cli(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    *usage, sentence = done.stderr.splitlines()
    assert usage[0].startswith("使い方: workshop-app")
    assert named in sentence
    assert "何もしていません。" in sentence
    assert sentence.endswith("--help」で見られます。")
    # All ten are known messages, and nothing of the English is left.
    assert "読み取れません" not in sentence
    assert not ENGLISH.search(sentence)


def test_message_nobody_has_translated_is_still_a_japanese_sentence() -> None:
    assert japanese_message("something of a later Python") == "命令の書き方を読み取れません。"


# --- values that cannot be right -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--table", "4"], "テーブル 4 はありません。この会場のテーブルは 3 まで"),
        (["--table", "99"], "テーブル 99 はありません"),
        (
            ["--theme", "T1", "--points", "T2-K1"],
            "論点「T2-K1」は、この付箋のテーマ（T1）のものではありません",
        ),
        (["--points", "T2-V4"], "（未分類）のものではありません"),
    ],
)
def test_note_with_a_value_that_does_not_fit_is_refused(
    ward_file: Path, options: list[str], wanted: str
) -> None:
    note = cli_json("note", "add", ward_file, "--text", "もと", "--table", 3)
    before = ward_file.read_bytes()
    assert wanted in refused(run_cli("note", "add", ward_file, "--text", "意見", *options))
    assert wanted in refused(run_cli("note", "edit", ward_file, note["number"], *options))
    assert ward_file.read_bytes() == before


def test_theme_of_a_note_does_not_leave_its_points_behind(ward_file: Path) -> None:
    note = cli_json("note", "add", ward_file, "--text", "もと", "--theme", "T1", "--points", "T1-K1")
    assert "論点「T1-K1」" in refused(run_cli("note", "edit", ward_file, note["number"], "--theme", "T2"))
    moved = cli_json("note", "edit", ward_file, note["number"], "--theme", "T2", "--points", "T2-K1")
    assert (moved["theme"], moved["points"]) == ("T2", ["T2-K1"])


def test_import_leaves_a_table_and_a_point_that_do_not_fit_empty_and_says_so(
    ward_file: Path, tmp_path: Path
) -> None:
    source = tmp_path / "意見.csv"
    source.write_text("意見,テーマ,班,論点\n一,T1,4,T2-K1\n二,T1,3,T1-K1\n三,,3,T2-K1\n", encoding="utf-8")
    document = cli_json("import", ward_file, source)
    notes = {note["text"]: note for note in cli_json("list", ward_file)["notes"]}
    assert [notes[text]["table"] for text in "一二三"] == [None, 3, 3]
    assert [notes[text]["points"] for text in "一二三"] == [[], ["T1-K1"], ["T2-K1"]]
    # A point is of one theme: it says the theme of a row that names none.
    assert notes["三"]["theme"] == "T2"
    said = " ".join(notice["message"] for notice in document["notices"])
    for words in ("「4」を 1 から 3 まで", "論点「T2-K1」は行のテーマのものではない", "論点のテーマ（T2）"):
        assert words in said
    assert "1 から 3 まで" in refused(run_cli("import", ward_file, source, "--table", 9))


@pytest.mark.parametrize("date", ["1800-01-01", "1988-12-31", "2100-01-01", "9999-12-31"])
def test_workshop_of_another_century_is_a_slip_of_the_finger(tmp_path: Path, date: str) -> None:
    path = tmp_path / "東区.wsdb"
    sentence = refused(run_cli("new", path, "--ward", "東区", "--date", date))
    assert date in sentence
    assert "1989年から 2099年まで" in sentence
    assert not path.exists()


def test_voiding_twice_and_restoring_twice_say_that_nothing_changed(ward_file: Path) -> None:
    note = cli_json("note", "add", ward_file, "--text", "一枚")
    number, edits = note["number"], cli_json("check", ward_file)["counts"]["op"]
    restored = run_cli("note", "restore", ward_file, number)
    assert restored.stdout == f"{number} は取り消されていません。何も変えていません。\n"
    assert cli_json("note", "void", ward_file, number, "--reason", "重複")["changed"] is True
    again = run_cli("note", "void", ward_file, number, "--reason", "ほか")
    assert again.stdout == f"{number} はすでに取り消されています（理由：重複）。何も変えていません。\n"
    assert cli_json("note", "void", ward_file, number, "--reason", "ほか")["changed"] is False
    assert cli_json("check", ward_file)["counts"]["op"] == edits + 1
