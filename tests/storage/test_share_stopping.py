"""Stopping a publishing at every step: what is shared stays as it was, or is published whole."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from share_places import generations, leftovers, machine, make_file, texts_in

from workshop_app import bootstrap
from workshop_app.bootstrap import open_database
from workshop_app.domain.errors import Cancelled, InvalidInput
from workshop_app.services.record import void_notes


class StopAt:
    """A watch that stops the work at its step number `at`."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.told: list[str] = []

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        self.told.append(what)
        self.check()

    def check(self) -> None:
        if len(self.told) >= self.at:
            raise Cancelled("やめました。")


def test_stopping_at_every_step_publishes_nothing_and_going_on_publishes_all(tmp_path: Path) -> None:
    template = tmp_path / "template"
    (template / "共有").mkdir(parents=True)
    machine(template / "共有", tmp_path / "B").share([make_file(tmp_path / "b.wsdb", ["乙"], "西区")])
    source = make_file(tmp_path / "a.wsdb", ["甲"])
    through = StopAt(10_000)
    shutil.copytree(template, tmp_path / "rehearsal")
    machine(tmp_path / "rehearsal" / "共有", tmp_path / "R", watch=through).share([source])
    assert {"共有フォルダーを見ています", "共有フォルダーから写しています", "公開しています"} <= set(
        through.told
    )
    kinds = set()
    for at in range(1, len(through.told) + 1):
        place = tmp_path / f"at{at}"
        shutil.copytree(template, place)
        folder, home = place / "共有", place / "home"
        before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        try:
            report = machine(folder, home, watch=StopAt(at)).share([source])
        except Cancelled:
            kinds.add("before")
            assert not list(home.rglob("*_手元.wsdb"))
        else:
            kinds.add("kept")
            assert (report.stopped, report.waiting, report.published) == (True, True, False)
            assert "共有フォルダーは変わっていません" in report.warnings[-1]
            assert texts_in(report.local) == ["乙", "甲"]
        assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
        again = machine(folder, home).share([source])
        assert (again.published, again.notes, again.waiting, leftovers(folder)) == (True, 2, False, [])
    assert kinds == {"before", "kept"}


def test_waiting_for_another_window_of_this_machine_can_be_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    local = machine(folder, tmp_path / "A").share([make_file(tmp_path / "a.wsdb", ["甲"])]).local
    watch = StopAt(2)
    with closing(sqlite3.connect(local.parent / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Cancelled):
            machine(folder, tmp_path / "A", watch=watch).share([])
    assert watch.told == ["この端末の別の窓が公開し終わるのを待っています"] * 2
    assert machine(folder, tmp_path / "A").share([]).notes == 1


def test_the_folder_of_the_generations_is_no_shared_folder(tmp_path: Path) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    source = make_file(tmp_path / "a.wsdb", ["甲"])
    machine(folder, tmp_path / "A").share([source])
    before = sorted(folder.rglob("*"))
    with pytest.raises(InvalidInput, match="1つ上のフォルダーを選んでください"):
        machine(folder / "gens", tmp_path / "A").share([source])
    assert sorted(folder.rglob("*")) == before
    empty = tmp_path / "gens"
    empty.mkdir()
    assert machine(empty, tmp_path / "A").share([source]).published


def test_what_is_published_is_not_stopped_any_more(tmp_path: Path) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    watch = StopAt(10_000)
    shared = machine(folder, tmp_path / "A", watch=watch)
    rename = shared._files.replace

    def stop_after_renaming(part: Path, target: Path) -> None:
        rename(part, target)
        watch.at = 0

    shared._files.replace = stop_after_renaming  # type: ignore[method-assign]
    report = shared.share([make_file(tmp_path / "a.wsdb", ["甲"])])
    assert (report.published, report.stopped, len(generations(folder))) == (True, False, 1)
    assert (folder / "shared.wsdb").read_bytes() == generations(folder)[0].read_bytes()


def test_working_file_is_not_taken_back_and_not_restored(tmp_path: Path) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    east, west = make_file(tmp_path / "a.wsdb", ["甲"]), make_file(tmp_path / "b.wsdb", ["乙"], "西区")
    bootstrap.share_merge(folder, [east])
    report = bootstrap.share_merge(folder, [west])
    local, before = report.local, report.local.read_bytes()
    assert report.merge is not None
    assert report.merge.backup is not None
    assert bootstrap.target_state(local).why_kept.startswith(
        "共有フォルダーに公開する統合は、取り消せません。"
    )
    for undo in (
        lambda: bootstrap.take_back_merge(local),
        lambda: bootstrap.restore_backup(local, report.merge.backup),
    ):
        with pytest.raises(InvalidInput, match="取り消せません"):
            undo()
    assert local.read_bytes() == before
    assert bootstrap.merge_files(tmp_path / "別.wsdb", [east]).notes == 1
    bootstrap.merge_files(tmp_path / "別.wsdb", [west])
    assert bootstrap.take_back_merge(tmp_path / "別.wsdb").exists()


def test_look_says_when_something_here_is_not_published_and_when_it_last_was(tmp_path: Path) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    source = make_file(tmp_path / "a.wsdb", ["甲"])
    nothing = machine(folder, tmp_path / "A").look()
    assert (nothing.published_ms, nothing.waiting, nothing.merge) == (None, False, None)
    report = machine(folder, tmp_path / "A").share([source])
    looked = machine(folder, tmp_path / "A").look()
    assert looked.published_ms == (folder / "gens" / str(report.generation)).stat().st_mtime_ns // 1_000_000
    assert not looked.waiting
    with closing(open_database(report.local)) as database:
        void_notes(database, [note.note_id for note in database.notes()], "重ねて入力した")
    assert machine(folder, tmp_path / "A").look().waiting
    assert machine(folder, tmp_path / "A").share([]).published
    assert not machine(folder, tmp_path / "A").look().waiting


def test_look_describes_the_sources_as_a_merge_into_the_working_file(tmp_path: Path) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    looked = machine(folder, tmp_path / "A").look([make_file(tmp_path / "a.wsdb", ["甲"])])
    assert looked.merge is not None
    assert (looked.merge.dry_run, looked.merge.notes, len(looked.merge.workshops)) == (True, 1, 1)
    shared = machine(folder, tmp_path / "B").share([tmp_path / "a.wsdb"])
    machine(folder, tmp_path / "A").share([make_file(tmp_path / "b.wsdb", ["乙"], "西区")])
    later = machine(folder, tmp_path / "B").share([make_file(tmp_path / "c.wsdb", ["丙"], "南区")])
    assert (shared.merge is not None, later.merge is not None, later.unseen_merged) == (True, True, 1)
    assert later.merge is not None
    assert [source.path.name for source in later.merge.sources] == ["c.wsdb"]
