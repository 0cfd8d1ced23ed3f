"""Publishing in a shared folder: complete after the next open, whatever breaks on the way."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from share_places import (
    FailingFiles,
    Killed,
    add_notes,
    generations,
    leftovers,
    machine,
    make_file,
    texts_in,
    vanished,
)

from workshop_app.domain.errors import InvalidInput, StorageUnavailable
from workshop_app.storage import verify_union
from workshop_app.storage.share_files import ShareFiles
from workshop_app.storage.verified_copy import Step


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "共有 文書"
    path.mkdir()
    return path


@pytest.fixture
def home(tmp_path: Path) -> Callable[[str], Path]:
    """A machine's own data folder by the machine's name."""
    return lambda name: tmp_path / f"home_{name}"


Home = Callable[[str], Path]


def test_share_publishes_verified_generation_pointer_and_explanation(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    source = make_file(tmp_path / "a.wsdb", ["一", "二"])
    report = machine(folder, home("A")).share([source])
    assert (report.published, report.waiting, report.notes, report.warnings) == (True, False, 2, [])
    assert [s.status for s in report.sources] == ["merged"]
    [generation] = generations(folder)
    assert generation.name == report.generation
    assert generation.name.startswith("00000001-")
    assert (folder / "shared.wsdb").read_bytes() == generation.read_bytes()
    assert "gens" in (folder / "読んでください.txt").read_text(encoding="utf-8-sig")
    assert sorted(path.name for path in folder.iterdir()) == ["gens", "shared.wsdb", "読んでください.txt"]


def test_share_after_the_working_file_went_back_takes_the_generations_again(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    desk = machine(folder, home("A"))
    local = desk.share([make_file(tmp_path / "a.wsdb", ["一"])]).local
    older = shutil.copy(local, tmp_path / "older.wsdb")
    desk.share([make_file(tmp_path / "b.wsdb", ["二"])])
    shutil.copy(older, local)
    report = desk.share([make_file(tmp_path / "c.wsdb", ["三"])])
    assert (report.published, report.notes) == (True, 3)
    assert sorted(texts_in(shutil.copy(folder / "shared.wsdb", tmp_path / "looked-at.wsdb"))) == [
        "一",
        "三",
        "二",
    ]


def test_share_again_with_nothing_new_writes_nothing(folder: Path, home: Home, tmp_path: Path) -> None:
    source = make_file(tmp_path / "a.wsdb", ["一"])
    first = machine(folder, home("A")).share([source])
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.wsdb")}
    for report in (machine(folder, home("A")).share([source]), machine(folder, home("B")).share([])):
        assert (report.published, report.waiting, report.generation) == (False, False, first.generation)
        assert report.notes == 1
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.wsdb")} == before


def test_share_two_machines_unseen_generations_are_taken_in(folder: Path, home: Home, tmp_path: Path) -> None:
    machine(folder, home("A")).share([make_file(tmp_path / "a.wsdb", ["甲"])])
    report = machine(folder, home("B")).share([make_file(tmp_path / "b.wsdb", ["乙"], "西区")])
    assert (report.unseen_merged, report.notes) == (1, 2)
    report = machine(folder, home("A")).share([])
    assert (report.unseen_merged, report.notes, report.published) == (1, 2, False)
    assert len(generations(folder)) == 2


def test_scenario_22_two_at_once_without_locks_the_next_reader_unites_them(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    """Both saw the empty folder before either published."""
    other = machine(folder, home("B"))
    source = make_file(tmp_path / "b.wsdb", ["乙"], "西区")

    class OtherFirst(ShareFiles):
        def make_folder(self, path: Path) -> None:
            super().make_folder(path)
            other.share([source], lock=False)

    machine(folder, home("A"), files=OtherFirst()).share([make_file(tmp_path / "a.wsdb", ["甲"])], lock=False)
    assert [path.name[:8] for path in generations(folder)] == ["00000001", "00000001"]
    pointed = texts_in(_local_copy(folder / "shared.wsdb", tmp_path))
    assert pointed == ["甲"]
    report = machine(folder, home("C")).share([])
    assert (report.published, report.notes, report.unseen_merged) == (True, 2, 2)
    assert texts_in(_local_copy(folder / "shared.wsdb", tmp_path)) == ["乙", "甲"]


def test_share_refused_source_leaves_the_others_alone(folder: Path, home: Home, tmp_path: Path) -> None:
    bad = tmp_path / "bad.wsdb"
    bad.write_bytes(b"PK\x03\x04")
    report = machine(folder, home("A")).share([bad, make_file(tmp_path / "a.wsdb", ["甲"])])
    assert [s.status for s in report.sources] == ["refused", "merged"]
    assert report.published
    assert report.refused[0].path == bad


def test_share_missing_folder_is_said_and_nothing_made(folder: Path, home: Home) -> None:
    folder.rmdir()
    with pytest.raises(InvalidInput, match="共有フォルダー"):
        machine(folder, home("A")).share([])
    assert not home("A").exists()


def test_share_empty_folder_without_sources_stays_empty(folder: Path, home: Home) -> None:
    report = machine(folder, home("A")).share([])
    assert (report.notes, report.published, report.generation) == (0, False, None)
    assert list(folder.iterdir()) == []


def test_share_old_shared_file_without_generations_is_taken_in(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    make_file(folder / "shared.wsdb", ["前からの"])
    report = machine(folder, home("A")).share([make_file(tmp_path / "a.wsdb", ["甲"])])
    assert report.notes == 2
    assert texts_in(_local_copy(generations(folder)[0], tmp_path)) == ["前からの", "甲"]


def test_share_sqlite_never_opens_a_path_in_the_shared_folder(
    folder: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = _scene(folder, home, tmp_path)
    (folder / "shared.wsdb").write_bytes(a.read_bytes())
    opened: list[str] = []
    real = sqlite3.connect

    def connect(name: object, *arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(unquote(str(name)))
        return real(name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert machine(folder, home("C")).share([a]).published
    assert len(opened) > 5
    assert [name for name in opened if str(folder) in name] == []


# --- the lock ----------------------------------------------------------------------------------------------


def test_share_live_lock_of_another_does_nothing_unless_forced(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    now_ms = 50_000_000
    lock = {"who": "山田", "host": "PC-3", "time": now_ms - 61_000, "token": "theirs"}
    (folder / "shared.lock").write_text(json.dumps(lock), encoding="utf-8")
    source = make_file(tmp_path / "a.wsdb", ["甲"])
    shared = machine(folder, home("A"), wall_ms=lambda: now_ms)
    report = shared.share([source])
    assert report.lock is not None
    assert (report.lock.who, report.lock.host, report.lock.age_s) == ("山田", "PC-3", 61)
    assert (report.waiting, report.published, report.notes) == (True, False, 0)
    assert "山田さん" in report.warnings[0]
    assert [path.name for path in folder.iterdir()] == ["shared.lock"]
    forced = shared.share([source], force=True)
    assert (forced.published, forced.waiting) == (True, False)
    assert not (folder / "shared.lock").exists()


# --- what can break ----------------------------------------------------------------------------------------


def test_scenario_23_pointer_held_open_is_tried_ten_times_then_harmless(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    held = _Held(times=9)
    pauses: list[float] = []
    a = make_file(tmp_path / "a.wsdb", ["甲"])
    report = machine(folder, home("A"), files=held, pause=pauses.append).share([a])
    assert (report.published, report.warnings, len(pauses)) == (True, [], 9)
    add_notes(a, ["甲2"])
    held.times = 10
    report = machine(folder, home("A"), files=held, pause=pauses.append).share([a])
    assert (report.published, report.waiting) == (True, False)
    assert "shared.wsdb" in report.warnings[0]
    assert len(generations(folder)) == 2
    assert texts_in(_local_copy(folder / "shared.wsdb", tmp_path)) == ["甲"]
    assert leftovers(folder) == []
    report = machine(folder, home("B")).share([])
    assert (report.notes, report.published, report.warnings) == (2, False, [])
    assert texts_in(_local_copy(folder / "shared.wsdb", tmp_path)) == ["甲", "甲2"]


class _Held(ShareFiles):
    """A virus scanner holds shared.wsdb open for some tries."""

    def __init__(self, times: int) -> None:
        self.times = times

    def replace(self, part: Path, target: Path) -> None:
        if target.name == "shared.wsdb" and self.times > 0:
            self.times -= 1
            raise PermissionError(errno.EACCES, "held open")
        super().replace(part, target)


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_share_broken_generation_is_named_and_the_others_used(
    folder: Path, home: Home, tmp_path: Path, damage: str
) -> None:
    machine(folder, home("A")).share([make_file(tmp_path / "a.wsdb", ["甲"])])
    machine(folder, home("B")).share([make_file(tmp_path / "b.wsdb", ["乙"], "西区")])
    first, second = generations(folder)
    whole = second.read_bytes()
    content = {"cut": whole[:5000], "flipped": whole[:9000] + b"\x55" + whole[9001:], "emptied": b""}[damage]
    second.write_bytes(content)
    (folder / "shared.wsdb").unlink()
    report = machine(folder, home("C")).share([])
    assert any(second.name[:17] in warning for warning in report.warnings)
    assert (report.unseen_merged, report.notes, report.generation) == (1, 1, first.name)
    assert second.read_bytes() == content
    # Its publisher notices, and publishes again what was in it.
    report = machine(folder, home("B")).share([])
    assert (report.published, report.notes) == (True, 2)
    assert machine(folder, home("C")).share([]).notes == 2


def test_share_generation_with_forged_content_under_its_right_name_is_refused(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    machine(folder, home("A")).share([make_file(tmp_path / "a.wsdb", ["甲"])])
    other = tmp_path / "other.wsdb"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
    (folder / "gens" / f"00000009-{_sha256(other)}.wsdb").write_bytes(other.read_bytes())
    report = machine(folder, home("B")).share([make_file(tmp_path / "b.wsdb", ["乙"], "西区")])
    assert "00000009-" in report.warnings[0]
    assert (report.published, report.notes) == (True, 2)
    assert str(report.generation).startswith("00000010-")


def test_share_torn_pointer_is_made_again_from_the_generations(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    machine(folder, home("A")).share([make_file(tmp_path / "a.wsdb", ["甲"])])
    whole = (folder / "shared.wsdb").read_bytes()
    (folder / "shared.wsdb").write_bytes(whole[:4096])
    report = machine(folder, home("B")).share([])
    assert report.notes == 1
    assert "世代から作り直します" in report.warnings[0]
    assert (folder / "shared.wsdb").read_bytes() == whole


def test_share_all_generations_gone_keeps_the_result_and_publishes_nowhere(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    """The share is not mounted: an empty folder stands where it was."""
    a = make_file(tmp_path / "a.wsdb", ["甲"])
    machine(folder, home("A")).share([a])
    mounted = folder.rename(tmp_path / "mounted")
    folder.mkdir()
    add_notes(a, ["甲2"])
    report = machine(folder, home("A")).share([a])
    assert (report.waiting, report.published, report.notes) == (True, False, 2)
    assert list(folder.iterdir()) == []
    folder.rmdir()
    mounted.rename(folder)
    report = machine(folder, home("A")).share([])
    assert (report.published, report.notes) == (True, 2)


def test_share_full_share_says_so(folder: Path, home: Home, tmp_path: Path) -> None:
    class Full(ShareFiles):
        def bring(self, source: Path, part: Path, sha256: str, step: Step) -> None:
            part.write_bytes(source.read_bytes()[:1000])
            raise OSError(errno.ENOSPC, "No space left on device")

    report = machine(folder, home("A"), files=Full()).share([make_file(tmp_path / "a.wsdb", ["甲"])])
    assert (report.waiting, report.published, report.notes) == (True, False, 1)
    assert "空き容量" in report.warnings[0]
    assert (leftovers(folder), generations(folder)) == ([], [])
    assert machine(folder, home("A")).share([]).published


def _scene(folder: Path, home: Home, tmp_path: Path) -> Path:
    """B has published something A has not seen; A has published before and has something new."""
    a = make_file(tmp_path / "a.wsdb", ["甲"])
    machine(folder, home("A")).share([a])
    machine(folder, home("B")).share([make_file(tmp_path / "b.wsdb", ["乙"], "西区")])
    add_notes(a, ["甲2"])
    return a


def _steps(folder: Path, home: Home, tmp_path: Path) -> list[str]:
    """The calls of one undisturbed publishing of the scene, on copies."""
    rehearsal = tmp_path / "rehearsal"
    rehearsal.mkdir()
    copy, copied_home = rehearsal / "share", rehearsal / "home"
    shutil.copytree(folder, copy)
    source = rehearsal / "a.wsdb"
    shutil.copy(tmp_path / "a.wsdb", source)
    files = FailingFiles(10_000, vanished)
    machine(copy, copied_home, files=files).share([source])
    return files.calls


@pytest.mark.parametrize("problem", [vanished, Killed])
def test_scenario_23_share_vanishing_or_killed_at_every_step_loses_nothing(
    folder: Path, home: Home, tmp_path: Path, problem: Callable[[], BaseException]
) -> None:
    a = _scene(folder, home, tmp_path)
    steps = len(_steps(folder, home, tmp_path))
    assert steps > 10
    for step in range(steps):
        place = tmp_path / f"step{step}"
        shutil.copytree(folder, place / "share")
        shutil.copytree(home("A"), place / "home")
        # The working folder is named after the shared folder's path.
        first = machine(place / "share", place / "home").look().local
        [old] = [path for path in (place / "home").iterdir() if path != first.parent]
        shutil.rmtree(first.parent)
        old.rename(first.parent)
        next(first.parent.glob("*_手元.wsdb")).rename(first)
        files = FailingFiles(step, problem)
        try:
            report = machine(place / "share", place / "home", files=files).share([a])
        except Killed:
            report = None
        before = generations(place / "share")
        if report is not None:
            assert {"甲", "甲2"} <= set(texts_in(report.local))
            assert report.waiting == (not report.published)
            assert report.warnings or step >= steps - 3, files.calls
        published = [path for path in before if "甲2" in texts_in(_local_copy(path, tmp_path))]
        if report is not None and report.published:
            assert published
        again = machine(place / "share", place / "home").share([a], force=True)
        assert (again.waiting, again.notes, again.warnings) == (False, 3, [])
        assert leftovers(place / "share") == []
        assert set(before) <= set(generations(place / "share"))
        fresh = machine(place / "share", place / "fresh").share([])
        assert (fresh.notes, fresh.published) == (3, False)
        assert texts_in(_local_copy(place / "share" / "shared.wsdb", tmp_path)) == ["乙", "甲", "甲2"]


def test_share_killed_between_generation_and_pointer_the_next_open_has_it(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    a = _scene(folder, home, tmp_path)

    class KilledBeforePointer(ShareFiles):
        def replace(self, part: Path, target: Path) -> None:
            if target.name == "shared.wsdb":
                raise Killed
            super().replace(part, target)

    with pytest.raises(Killed):
        machine(folder, home("A"), files=KilledBeforePointer()).share([a], lock=False)
    assert texts_in(_local_copy(folder / "shared.wsdb", tmp_path)) == ["乙", "甲"]
    report = machine(folder, home("C")).share([])
    assert (report.notes, report.published) == (3, False)
    assert texts_in(_local_copy(folder / "shared.wsdb", tmp_path)) == ["乙", "甲", "甲2"]


def test_share_after_a_kill_takes_away_what_this_machine_left_and_nothing_else(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    a = _scene(folder, home, tmp_path)

    class KilledInTheMiddle(ShareFiles):
        def bring(self, source: Path, part: Path, sha256: str, step: Step) -> None:
            part.write_bytes(source.read_bytes()[:10_000])
            raise Killed

    with pytest.raises(Killed):
        machine(folder, home("A"), files=KilledInTheMiddle()).share([a], lock=False)
    [left] = leftovers(folder)
    assert len(generations(folder)) == 2
    other = folder / "gens" / ".00000009-being-written.theirs.part"
    other.write_bytes(b"another machine is at it")
    add_notes(a, ["甲3"])
    assert machine(folder, home("A")).share([a]).notes == 4
    assert leftovers(folder) == [other.name]
    assert left != other.name


# --- this machine's side -------------------------------------------------------------------------------------


def test_share_merge_that_lost_an_edit_is_never_published(
    folder: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = _scene(folder, home, tmp_path)
    before = generations(folder)
    real = verify_union.lost_edits

    def damaged_then_checked(merged: Path, parts: list[Path]) -> int:
        with closing(sqlite3.connect(merged)) as connection:
            connection.execute("DELETE FROM op WHERE op_id = (SELECT min(op_id) FROM op)")
            connection.commit()
        return real(merged, parts)

    with monkeypatch.context() as patch:
        patch.setattr("workshop_app.storage.shared_folder.lost_edits", damaged_then_checked)
        with pytest.raises(StorageUnavailable, match="共有フォルダーは変わっていません"):
            machine(folder, home("A")).share([a])
    assert generations(folder) == before
    assert not (folder / "shared.lock").exists()
    report = machine(folder, home("A")).share([a])
    assert (report.published, report.notes) == (True, 3)


def test_stale_projections_sees_a_note_that_shows_something_else(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.wsdb", ["甲"])
    before = path.read_bytes()
    assert not verify_union.stale_projections(path)
    assert path.read_bytes() == before
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE note SET text = '書き換え'")
        connection.commit()
    assert verify_union.stale_projections(path)


def test_share_damaged_working_file_is_set_aside_and_made_again(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    a = _scene(folder, home, tmp_path)
    local = machine(folder, home("A")).look().local
    local.write_bytes(b"not a database")
    with pytest.raises(StorageUnavailable, match="もう一度実行"):
        machine(folder, home("A")).share([a])
    report = machine(folder, home("A")).share([a])
    assert (report.notes, report.published) == (3, True)
    assert b"not a database" in {path.read_bytes()[:14] for path in local.parent.glob("*.wsdb")}


def test_look_says_what_sources_would_bring_and_changes_nothing_shared(
    folder: Path, home: Home, tmp_path: Path
) -> None:
    a = _scene(folder, home, tmp_path)
    before = sorted(folder.rglob("*"))
    report = machine(folder, home("A")).look([a])
    assert (report.dry_run, report.unseen_merged, report.notes) == (True, 1, 3)
    assert [(s.status, s.added) for s in report.sources] == [("merged", 1)]
    assert texts_in(report.local) == ["乙", "甲"]
    assert sorted(folder.rglob("*")) == before


_serial = itertools.count()


def _local_copy(path: Path, tmp_path: Path) -> Path:
    """What a person does to look at a published file."""
    return Path(shutil.copy(path, tmp_path / f"copy{next(_serial)}.wsdb"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
