"""kill -9 between any two notes typed into the real window: what had left the box is on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import ROOT, cli_json

TYPIST = Path(__file__).with_name("window_typist.py")


def _type_until_killed(path: Path, prefix: str, saved_notes: int) -> list[str]:
    """Let the typist type, kill it without warning after so many notes, and give what it said was saved."""
    saved: list[str] = []
    with subprocess.Popen(
        [sys.executable, str(TYPIST), str(path), prefix],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as typist:
        assert typist.stdout is not None
        for line in typist.stdout:
            word, _, text = line.rstrip("\n").partition(" ")
            if word == "SAVED":
                saved.append(text)
            if len(saved) >= saved_notes:
                break
        typist.kill()
        # What it still said between our reading and its death counts as well; a torn last line does not.
        rest = [line for line in typist.stdout if line.startswith("SAVED ") and line.endswith("\n")]
    assert typist.returncode == -9
    saved += [line.removeprefix("SAVED ").rstrip("\n") for line in rest]
    return saved


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a signal")
def test_notes_that_left_the_box_survive_kill_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "東区 会場.wsdb"
    cli_json("new", path, "--ward", "東区", "--tables", 4)
    promised: list[str] = []
    for round_number, saved_notes in enumerate((1, 2, 5, 11), 1):
        promised += _type_until_killed(path, f"{round_number}回目の意見", saved_notes)
    assert len(promised) >= 19
    notes = cli_json("list", path)["notes"]
    texts = [note["text"] for note in notes]
    assert [text for text in promised if text not in texts] == []
    assert len(set(texts)) == len(texts)
    assert len({note["number"] for note in notes}) == len(notes)
    assert cli_json("check", path)["healthy"]
