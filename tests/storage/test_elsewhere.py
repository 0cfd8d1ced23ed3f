"""A workshop file on a stick or a share: never opened for writing, looked at through a private copy."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from share_places import add_notes, make_file, texts_in

from workshop_app import bootstrap, cli
from workshop_app.domain.errors import RefusedFile, WorkshopError
from workshop_app.paths import user_data_dir, user_documents_dir
from workshop_app.services.ports import Place
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage import places


@pytest.fixture(params=[Place.REMOVABLE, Place.NETWORK])
def stick(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder the system calls removable, or a network's."""
    folder = tmp_path / "よそ"
    folder.mkdir()
    monkeypatch.setattr(
        places, "system_place", lambda path: request.param if folder in path.parents else Place.LOCAL
    )
    return folder


@pytest.fixture
def carried(stick: Path, tmp_path: Path) -> Path:
    """A file with two notes, carried there."""
    made = make_file(tmp_path / "東区.wsdb", ["一", "二"])
    return made.rename(stick / made.name)


def _state(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


def test_open_for_writing_is_refused_with_the_way_out(carried: Path) -> None:
    before = _state(carried.parent)
    with pytest.raises(RefusedFile, match="この端末に写して"):
        bootstrap.open_database(carried)
    assert _state(carried.parent) == before


def test_new_file_and_merge_target_there_are_refused(stick: Path, tmp_path: Path) -> None:
    source = make_file(tmp_path / "a.wsdb", ["一"])
    setup = WorkshopSetup(bootstrap.load_agenda(None), "東区")
    with pytest.raises(RefusedFile, match="この端末に写して"):
        bootstrap.create_database(stick / "新.wsdb", setup)
    for dry_run in (True, False):
        with pytest.raises(RefusedFile, match="この端末に写して"):
            bootstrap.merge_files(stick / "統合.wsdb", [source], dry_run=dry_run)
    assert list(stick.iterdir()) == []


def test_missing_file_there_is_said_to_be_missing(stick: Path) -> None:
    with pytest.raises(WorkshopError, match="見つかりません"):
        bootstrap.open_database(stick / "ない.wsdb")


def test_source_of_a_merge_may_lie_there(carried: Path, tmp_path: Path) -> None:
    before = _state(carried.parent)
    assert bootstrap.merge_files(tmp_path / "統合.wsdb", [carried]).notes == 2
    assert _state(carried.parent) == before


@pytest.mark.parametrize("command", ["list", "check", "conflicts", "export", "handover"])
def test_command_that_only_reads_works_on_a_passing_copy(
    carried: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    before = _state(carried.parent)
    extra = {"export": [str(tmp_path / "out.xlsx")], "handover": [str(tmp_path)]}.get(command, [])
    assert cli.main([command, str(carried), *extra, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    if command == "list":
        assert [note["text"] for note in document["notes"]] == ["一", "二"]
    assert _state(carried.parent) == before


@pytest.mark.parametrize("action", [["add", "--text", "三"], ["void", "東1A-001", "--reason", "x"]])
def test_command_that_writes_is_refused(
    carried: Path, capsys: pytest.CaptureFixture[str], action: list[str]
) -> None:
    before = _state(carried.parent)
    name, *rest = action
    assert cli.main(["note", name, str(carried), *rest]) == 1
    assert "この端末に写して" in capsys.readouterr().err
    assert _state(carried.parent) == before


def test_copy_to_this_machine_goes_to_the_documents_and_is_found_again(carried: Path) -> None:
    before = _state(carried.parent)
    copy = bootstrap.copy_to_this_machine(carried).path
    assert copy == user_documents_dir() / "東区.wsdb"
    add_notes(copy, ["写しで書いた"])
    assert bootstrap.copy_to_this_machine(carried).path == copy
    assert _state(carried.parent) == before
    assert texts_in(copy) == ["一", "二", "写しで書いた"]


def test_copy_to_this_machine_never_writes_over_another_file(carried: Path) -> None:
    other = make_file(user_documents_dir() / "東区.wsdb", ["別の"])
    copy = bootstrap.copy_to_this_machine(carried).path
    assert copy == user_documents_dir() / "東区_2.wsdb"
    assert (texts_in(other), texts_in(copy)) == (["別の"], ["一", "二"])


@pytest.mark.parametrize("suffix", ["-journal", "-wal"])
def test_copy_of_a_file_with_a_side_file_is_refused_and_leaves_nothing(carried: Path, suffix: str) -> None:
    carried.with_name(carried.name + suffix).write_bytes(b"half a transaction")
    before = _state(carried.parent)
    with pytest.raises(RefusedFile, match="途中"):
        bootstrap.copy_to_this_machine(carried)
    with pytest.raises(RefusedFile, match="途中"), bootstrap.open_to_read(carried, print):
        pass
    assert _state(carried.parent) == before
    assert list(user_documents_dir().iterdir()) == []


def test_copy_of_a_damaged_file_is_refused_and_leaves_nothing(carried: Path) -> None:
    carried.write_bytes(carried.read_bytes()[:-4096])
    with pytest.raises(RefusedFile, match="切れています"):
        bootstrap.copy_to_this_machine(carried)
    assert list(user_documents_dir().iterdir()) == []


def test_copy_when_the_documents_lie_on_a_server_goes_to_the_programs_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = make_file(tmp_path / "東区.wsdb", ["一"])
    local = [user_data_dir()]
    monkeypatch.setattr(
        places,
        "system_place",
        lambda path: Place.LOCAL if {path, *path.parents} & set(local) else Place.NETWORK,
    )
    assert bootstrap.copy_to_this_machine(carried).path == user_data_dir() / "東区.wsdb"
    local.clear()
    with pytest.raises(RefusedFile, match="ネットワーク"):
        bootstrap.copy_to_this_machine(carried)


# --- a path inside a shared folder -------------------------------------------------------------------------


def test_shared_file_is_read_as_the_union_and_never_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    bootstrap.share_merge(folder, [make_file(tmp_path / "a.wsdb", ["甲"])])
    old_pointer = (folder / "shared.wsdb").read_bytes()
    bootstrap.share_merge(folder, [make_file(tmp_path / "b.wsdb", ["乙"], "西区")])
    (folder / "shared.wsdb").write_bytes(old_pointer)
    before = {path: path.read_bytes() for path in folder.rglob("*.wsdb")}
    for path in before:
        assert cli.main(["list", str(path), "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["notes"]) == 2
        assert cli.main(["note", "add", str(path), "--text", "x"]) == 1
        assert "share で公開" in capsys.readouterr().err
    copy = bootstrap.copy_to_this_machine(folder / "shared.wsdb").path
    assert texts_in(copy) == ["乙", "甲"]
    assert {path: path.read_bytes() for path in folder.rglob("*.wsdb")} == before
    assert cli.main(["note", "edit", str(copy), "東1A-001", "--text", "手元で直した"]) == 0
    assert bootstrap.share_merge(folder, []).published
    assert cli.main(["list", str(folder / "shared.wsdb")]) == 0
    assert "手元で直した" in capsys.readouterr().out
