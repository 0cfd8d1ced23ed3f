"""The command line when something is in the way: one plain sentence, never a trace, never a hung window."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cli_runner import ROOT, cli_json, refused, run_cli

from workshop_app import bootstrap, cli, paths
from workshop_app.domain.errors import StorageUnavailable
from workshop_app.storage.engine import storage_errors

LONG = "あ" * 90
"""270 bytes: more than any file system takes for one name."""


@pytest.fixture
def ward_file(tmp_path: Path) -> Path:
    path = tmp_path / "東区.wsdb"
    cli_json("new", path, "--ward", "東区")
    cli_json("note", "add", path, "--text", "窓口が混む。")
    return path


def test_name_that_is_too_long_is_one_sentence_for_every_command(ward_file: Path, tmp_path: Path) -> None:
    commands: list[list[object]] = [
        ["new", tmp_path / f"{LONG}.wsdb", "--ward", "東区"],
        ["list", tmp_path / f"{LONG}.wsdb"],
        ["export", ward_file, tmp_path / f"{LONG}.xlsx"],
        ["export", tmp_path / f"{LONG}.wsdb", tmp_path / "out.xlsx"],
        ["merge", tmp_path / f"{LONG}.wsdb", ward_file],
        ["merge", tmp_path / "統合.wsdb", tmp_path / f"{LONG}.wsdb"],
        ["handover", ward_file, tmp_path / LONG],
        ["import", ward_file, tmp_path / f"{LONG}.csv"],
        ["demo", tmp_path / LONG, "--no-window"],
    ]
    for command in commands:
        assert "ああああ" in refused(run_cli(*command)), command[0]
    assert [path.name for path in tmp_path.iterdir()] == ["東区.wsdb"]


def test_new_refuses_a_name_whose_journal_could_not_be_named(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 245 + ".wsdb")
    assert "長すぎ" in refused(run_cli("new", path, "--ward", "東区"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="only a plain user is refused by a folder's permissions"
)
def test_folder_without_permission_is_one_sentence(ward_file: Path, tmp_path: Path) -> None:
    closed = tmp_path / "閉じた場所"
    closed.mkdir(mode=0o000)
    try:
        assert "許可" in refused(run_cli("export", ward_file, closed / "out.xlsx"))
        assert "許可" in refused(run_cli("new", closed / "x.wsdb", "--ward", "東区"))
    finally:
        closed.chmod(0o700)


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"]])
def test_reader_that_has_gone_is_no_trouble(ward_file: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    given = [*arguments, str(ward_file)] if arguments[0] == "list" else arguments
    done = subprocess.run(
        [sys.executable, "-m", "workshop_app", *given],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_fault_of_the_program_is_one_sentence_and_a_trace_in_its_own_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(options: object) -> int:
        raise ZeroDivisionError("planted")

    fill, _, summary = cli._COMMANDS["conflicts"]
    monkeypatch.setitem(cli._COMMANDS, "conflicts", (fill, broken, summary))
    assert cli.main(["conflicts", "x.wsdb"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    [trace] = paths.user_data_dir().glob("*.txt")
    assert str(trace) in err
    assert "ZeroDivisionError: planted" in trace.read_text(encoding="utf-8")
    monkeypatch.setenv("WORKSHOP_APP_DEBUG", "1")
    assert cli.main(["conflicts", "x.wsdb"]) == 1
    assert "ZeroDivisionError: planted" in capsys.readouterr().err


def test_unknown_word_is_wrong_usage_and_opens_no_window(tmp_path: Path) -> None:
    done = run_cli("frob", cwd=tmp_path)
    assert done.returncode == 2
    assert "frob" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_window_without_a_display_is_one_sentence(ward_file: Path) -> None:
    for arguments in ([], [ward_file]):
        done = run_cli(*arguments, DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
        assert "画面" in refused(done)


def test_display_is_what_a_person_can_see_not_what_the_toolkit_can_draw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", "")
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert bootstrap.has_display() == (sys.platform != "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    assert bootstrap.has_display()


# --- damaged files ---------------------------------------------------------------------------------------------


def without_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TABLE op")
        raw.commit()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def scribbled(path: Path) -> None:
    """Break a page of an index: the file opens, and only a check finds it."""
    with closing(sqlite3.connect(path)) as raw:
        [(page,)] = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'note_by_number'")
        [(size,)] = raw.execute("PRAGMA page_size")
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = bytes(size)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [without_table, truncated])
@pytest.mark.parametrize("command", ["check", "list", "note add", "merge", "export"])
def test_damaged_file_is_named_and_left_alone(
    ward_file: Path, tmp_path: Path, damage: Callable[[Path], None], command: str
) -> None:
    other = tmp_path / "西区.wsdb"
    cli_json("new", other, "--ward", "西区")
    damage(ward_file)
    before = ward_file.read_bytes()
    rest = {"note add": ["--text", "x"], "merge": [other], "export": [tmp_path / "x.xlsx"]}
    sentence = refused(run_cli(*command.split(), ward_file, *rest.get(command, [])))
    assert "「東区.wsdb」は壊れていて" in sentence
    assert "画面" not in sentence
    assert ward_file.read_bytes() == before


def test_check_of_a_damaged_file_speaks_plainly_on_standard_error(ward_file: Path) -> None:
    scribbled(ward_file)
    done = run_cli("check", ward_file)
    assert "東区.wsdb" in refused(done)
    assert done.stdout == ""
    told = run_cli("check", ward_file, "--json")
    document = json.loads(told.stdout)
    assert (document["healthy"], document["integrity"] == "ok") == (False, False)
    assert refused(told) == refused(done)


def test_merge_into_a_damaged_target_names_the_cause(ward_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "西区.wsdb"
    cli_json("new", other, "--ward", "西区")
    scribbled(ward_file)
    before = ward_file.read_bytes()
    sentence = refused(run_cli("merge", ward_file, other))
    assert "「東区.wsdb」は壊れていて" in sentence
    assert "空き容量" not in sentence
    assert ward_file.read_bytes() == before


def test_only_a_window_is_told_that_the_text_is_still_on_screen() -> None:
    with pytest.raises(StorageUnavailable) as caught, storage_errors():
        raise sqlite3.OperationalError("database or disk is full")
    assert "空き容量が足りません。" in caught.value.sentence
    assert "画面" not in caught.value.sentence
    assert "書いた文はこの画面に残っています。" in caught.value.on_screen
