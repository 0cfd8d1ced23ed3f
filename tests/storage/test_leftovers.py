"""What killed runs left behind goes away; what is being written stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workshop_app.storage.leftovers import passing_name, sweep


def gone_process() -> int:
    """The number of a process that has just ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_sweep_takes_only_what_a_gone_process_left(tmp_path: Path) -> None:
    pid = gone_process()
    left = [f".統合.wsdb.p{pid}.part", f".統合.wsdb.p{pid}.part-journal"]
    kept = [
        passing_name("統合.wsdb"),
        f".別.wsdb.p{pid}.part",
        "統合.wsdb",
        f"統合.wsdb.p{pid}.part",
        f".統合.wsdb.p{os.getppid()}.part",
    ]
    for name in (*left, *kept):
        (tmp_path / name).write_bytes(b"x")
    folder = tmp_path / f".統合.wsdb.p{pid}.folder"
    folder.mkdir()
    (folder / "copy").write_bytes(b"x")
    sweep(tmp_path, ".統合.wsdb.")
    assert {path.name for path in tmp_path.iterdir()} == set(kept)


def test_sweep_of_a_missing_folder_says_nothing(tmp_path: Path) -> None:
    sweep(tmp_path / "ない", ".")
    assert list(tmp_path.iterdir()) == []
