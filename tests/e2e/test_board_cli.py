"""export --board, as a script runs it: without a display."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import cli_json, refused, run_cli

from workshop_app import bootstrap
from workshop_app.services.prepare import WorkshopSetup

HEADLESS = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF-"}


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    path = tmp_path / "東区.wsdb"
    setup = WorkshopSetup(bootstrap.load_agenda(None), "東区", "2014-10-05", "東区役所", 4)
    bootstrap.create_database(path, setup)
    cli_json("note", "add", path, "--text", "窓口が遠い", "--theme", "T1", "--table", "1", "--kind", "課題")
    return path


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_export_writes_workbook_and_board_without_a_display(ward: Path, tmp_path: Path, suffix: str) -> None:
    board = tmp_path / f"ボード{suffix}"
    done = cli_json("export", ward, tmp_path / "a.xlsx", "--board", board, **HEADLESS)
    assert done == {"path": str(tmp_path / "a.xlsx"), "edition": "internal", "board": str(board)}
    assert board.read_bytes().startswith(STARTS[suffix])
    assert (tmp_path / "a.xlsx").stat().st_size > 5000
    assert not list(tmp_path.glob(".*.tmp"))


def test_export_of_cards_and_pages_needs_pdf_and_refuses_before_anything_is_written(
    ward: Path, tmp_path: Path
) -> None:
    arguments = ("export", ward, tmp_path / "a.xlsx", "--board", tmp_path / "b.png", "--board-pages", "cards")
    assert ".pdf" in refused(run_cli(*arguments, **HEADLESS))
    assert not (tmp_path / "a.xlsx").exists()
    assert not (tmp_path / "b.png").exists()


def test_export_of_a_moment_that_is_not_there_names_those_that_are(ward: Path, tmp_path: Path) -> None:
    arguments = ("export", ward, tmp_path / "a.xlsx", "--board", tmp_path / "b.pdf", "--moment", "投票後")
    assert "残してある場面はありません" in refused(run_cli(*arguments, **HEADLESS))


def test_export_without_board_loads_no_toolkit(ward: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from workshop_app.cli import main;"
        f"status = main(['export', {str(ward)!r}, {str(tmp_path / 'a.xlsx')!r}, '--json']);"
        "print(status, 'PySide6' in sys.modules)"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "0 False"
