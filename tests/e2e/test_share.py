"""`share` as clerks use it: real processes, one folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import cli_json, refused, run_cli
from fault.share_race import CLERKS, race


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "文書 共有"
    path.mkdir()
    return path


def _laptop(tmp_path: Path, ward: str) -> Path:
    path = tmp_path / f"{ward}.wsdb"
    cli_json("new", path, "--ward", ward)
    cli_json("note", "add", path, "--text", f"{ward}の意見")
    return path


def test_share_document_of_two_machines(folder: Path, tmp_path: Path) -> None:
    first = cli_json("share", folder, _laptop(tmp_path, "東区"), WORKSHOP_APP_HOME=str(tmp_path / "A"))
    west = _laptop(tmp_path, "西区")
    second = cli_json("share", folder, west, WORKSHOP_APP_HOME=str(tmp_path / "B"))
    assert second.keys() >= {
        *("folder", "generation", "sources", "notes", "open_conflicts"),
        *("unseen_merged", "published", "lock", "warning"),
    }
    assert (first["notes"], first["unseen_merged"]) == (1, 0)
    assert (second["notes"], second["unseen_merged"], second["published"]) == (2, 1, True)
    assert (second["lock"], second["warning"]) == (None, None)
    assert [(s["path"], s["status"], s["added"]) for s in second["sources"]] == [(str(west), "merged", 1)]
    third = cli_json("share", folder, WORKSHOP_APP_HOME=str(tmp_path / "A"))
    assert (third["published"], third["notes"], third["generation"]) == (False, 2, second["generation"])
    notes = cli_json("list", folder / "shared.wsdb", WORKSHOP_APP_HOME=str(tmp_path / "C"))["notes"]
    assert sorted(note["text"] for note in notes) == ["東区の意見", "西区の意見"]


def test_share_while_somebody_publishes_exits_1_and_names_them(folder: Path, tmp_path: Path) -> None:
    lock = {"who": "山田", "host": "PC-3", "time": 2**52, "token": "theirs"}
    (folder / "shared.lock").write_text(json.dumps(lock), encoding="utf-8")
    done = run_cli("share", folder, _laptop(tmp_path, "東区"), "--json")
    assert "山田さん（PC-3）" in refused(done)
    document = json.loads(done.stdout)
    assert (document["lock"]["who"], document["lock"]["host"]) == ("山田", "PC-3")
    assert 0 <= document["lock"]["age_s"] < 180
    assert not document["published"]
    assert cli_json("share", folder, tmp_path / "東区.wsdb", "--no-lock")["published"]
    assert cli_json("share", folder, "--force")["lock"]["who"] == "山田"
    assert not (folder / "shared.lock").exists()


def test_share_missing_folder_and_unreadable_source_exit_1(folder: Path, tmp_path: Path) -> None:
    assert "共有フォルダー" in refused(run_cli("share", tmp_path / "ない"))
    assert "見つかりません" in refused(run_cli("share", folder, tmp_path / "ない.wsdb"))
    assert run_cli("share").returncode == 2


def test_share_six_processes_at_once_without_locks_union_complete_after_the_next_open(tmp_path: Path) -> None:
    """Few rounds; `python tests/fault/share_race.py` runs a hundred."""
    count = race(tmp_path, 3)
    assert (count.rounds, count.runs) == (3, 3 * CLERKS)
    assert (count.failed_runs, count.broken_generations, count.incomplete) == (0, 0, 0)
    assert count.generations >= 3
