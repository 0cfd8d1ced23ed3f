"""Settling conflicts and removing a text on request from the command line: real processes, real files."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import cli_json, refused, run_cli

Files = tuple[Path, Path, str]


@pytest.fixture
def clash(tmp_path: Path) -> Files:
    """Two laptops' files that clash about the text of one note (its number), merged into the first."""
    first, second = tmp_path / "a.wsdb", tmp_path / "b.wsdb"
    cli_json("new", first, "--ward", "東区")
    number = cli_json("note", "add", first, "--text", "もとの文", "--theme", "T1")["number"]
    cli_json("new", second, "--ward", "東区", "--device", "B")
    cli_json("merge", second, first)
    cli_json("note", "edit", first, number, "--text", "甲の文")
    cli_json("note", "edit", second, number, "--text", "乙の文")
    cli_json("merge", first, second)
    return first, second, number


def test_resolve_by_keeping_one_value_travels_to_the_other_file(clash: Files) -> None:
    first, second, number = clash
    [conflict] = cli_json("conflicts", first)["conflicts"]
    assert conflict.keys() == {"id", "entity", "type", "number", "field", "before", "values"}
    assert conflict["before"] == "もとの文"
    kept = next(value["id"] for value in conflict["values"] if value["value"] == "甲の文")
    answer = cli_json("resolve", first, conflict["id"], "--keep", kept)
    assert answer["open_conflicts"] == 0
    assert [(note["number"], note["text"]) for note in answer["notes"]] == [(number, "甲の文")]
    assert cli_json("merge", second, first)["open_conflicts"] == 0
    assert cli_json("list", second)["notes"][0]["text"] == "甲の文"
    sentence = refused(run_cli("resolve", first, conflict["id"], "--keep", kept))
    assert "もう決まっています" in sentence


def test_resolve_by_number_with_a_third_text(clash: Files) -> None:
    first, _, number = clash
    done = run_cli("resolve", first, number, "--text", "両方を合わせた文")
    assert done.returncode == 0, done.stderr
    assert "両方を合わせた文" in done.stdout
    assert "残りは 0件" in done.stdout
    assert cli_json("list", first)["notes"][0]["text"] == "両方を合わせた文"


def test_resolve_both_answers_the_two_notes(clash: Files) -> None:
    first, _, number = clash
    answer = cli_json("resolve", first, number, "--both")
    assert [note["number"] for note in answer["notes"]] == [number, f"{number}-2"]
    assert {note["text"] for note in answer["notes"]} == {"甲の文", "乙の文"}
    assert answer["open_conflicts"] == 0


def test_resolve_takes_the_beginning_of_a_value_id_where_it_is_enough(clash: Files) -> None:
    first, _, number = clash
    values = cli_json("conflicts", first)["conflicts"][0]["values"]
    before = first.read_bytes()
    for prefix in (values[0]["id"][:7], "f" * 12, ""):
        assert "どの内容か決まりません" in refused(run_cli("resolve", first, number, "--keep", prefix))
    assert first.read_bytes() == before
    cli_json("resolve", first, number, "--keep", values[1]["id"][:20].upper())
    assert cli_json("list", first)["notes"][0]["text"] == values[1]["value"]


def test_resolve_what_is_no_text_is_settled_by_keeping_only(tmp_path: Path, clash: Files) -> None:
    first, second, number = clash
    cli_json("resolve", first, number, "--text", "決めた文")
    cli_json("merge", second, first)
    cli_json("note", "void", first, number, "--reason", "重複")
    cli_json("note", "edit", second, number, "--theme", "T2")
    cli_json("merge", first, second)
    before = first.read_bytes()
    for way in (["--text", "x"], ["--both"]):
        assert "文の競合ではない" in refused(run_cli("resolve", first, number, *way))
    assert first.read_bytes() == before
    [conflict] = cli_json("conflicts", first)["conflicts"]
    void = next(value["id"] for value in conflict["values"] if isinstance(value["value"], dict))
    [note] = cli_json("resolve", first, number, "--keep", void)["notes"]
    assert (note["voided"], note["void_reason"], note["theme"]) == (True, "重複", "T2")


def test_resolve_with_wrong_usage_or_an_unknown_name(clash: Files) -> None:
    first, _, number = clash
    assert run_cli("resolve", first, number).returncode == 2
    assert run_cli("resolve", first, number, "--both", "--text", "x").returncode == 2
    assert "東9A-999" in refused(run_cli("resolve", first, "東9A-999", "--both"))


def test_note_redact_removes_the_text_but_not_the_note(clash: Files) -> None:
    first, second, number = clash
    answer = cli_json("note", "redact", first, number, "--reason", "本人の求め")
    assert "取り除きました" in answer["text"]
    assert cli_json("conflicts", first)["conflicts"] == []
    merged = cli_json("merge", second, first)
    assert (merged["notes"], merged["open_conflicts"]) == (1, 0)
    assert "取り除きました" in cli_json("list", second)["notes"][0]["text"]
    assert run_cli("note", "redact", first, number).returncode == 2
    assert "もう取り除いて" in refused(run_cli("note", "redact", first, number, "--reason", "再び"))
