"""The package for the stick: finished bytes only, read back, and nothing left behind when it goes wrong."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from share_places import add_notes, make_file, texts_in

from workshop_app.domain.errors import StorageUnavailable
from workshop_app.storage import handover
from workshop_app.storage.database import Database
from workshop_app.storage.handover import hand_over


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(make_file(tmp_path / "東区.wsdb", ["一", "二"]))
    yield opened
    opened.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    path = tmp_path / "USB メモリー"
    path.mkdir()
    return path


def test_hand_over_package_has_the_hash_it_says_and_no_draft(database: Database, stick: Path) -> None:
    database.save_draft("書きかけの秘密")
    package = hand_over(database, stick)
    assert [path.name for path in stick.iterdir()] == [package.path.name]
    content = package.path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == package.sha256
    assert "書きかけの秘密".encode() not in content
    assert (package.notes, package.voided) == (2, 0)
    assert texts_in(package.path) == ["一", "二"]


def test_hand_over_twice_in_a_second_gives_two_names(database: Database, stick: Path) -> None:
    names = {hand_over(database, stick).path for _ in range(3)}
    assert set(stick.iterdir()) == names
    assert len(names) == 3


def test_hand_over_sqlite_never_opens_a_path_on_the_stick(
    database: Database, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = sqlite3.connect

    def connect(name: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(unquote(str(name)))
        return real(name, *arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    hand_over(database, stick)
    assert opened
    assert [name for name in opened if "USB" in name] == []


def test_hand_over_clears_its_own_cut_off_package_and_nothing_else(database: Database, stick: Path) -> None:
    (stick / ".東区_20141005-100000.wsdb.part").write_bytes(b"cut off")
    others = [".東区_第2回_20141005-100000.wsdb.part", ".ほか.part", "東区_20141005-100000.wsdb"]
    for name in others:
        (stick / name).write_bytes(b"theirs")
    package = hand_over(database, stick)
    assert {path.name for path in stick.iterdir()} == {*others, package.path.name}


Fault = Callable[..., Any]


def _full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def _pulled(*_: Any, **__: Any) -> Any:
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("where", "fault", "wanted"),
    [
        ("os.listdir", _pulled, "抜けていないか"),
        ("os.fsync", _full, "空き容量が足りません（1 MB ほど要ります）"),
        ("os.fsync", _pulled, "抜けていないか"),
        ("os.replace", _pulled, "抜けていないか"),
        ("workshop_app.storage.handover.fsync_folder", _pulled, "抜けていないか"),
    ],
)
def test_hand_over_medium_refuses_plain_sentence_and_nothing_left(
    database: Database,
    stick: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    fault: Fault,
    wanted: str,
) -> None:
    monkeypatch.setattr(where, fault)
    with pytest.raises(StorageUnavailable) as refused:
        hand_over(database, stick)
    monkeypatch.undo()
    assert wanted in refused.value.sentence
    assert "今のデータはそのままです" in refused.value.sentence
    assert list(stick.iterdir()) == []


@pytest.mark.parametrize("name_ends", [".part", ".wsdb"])
def test_hand_over_medium_gives_back_something_else_refused_and_nothing_left(
    database: Database, stick: Path, monkeypatch: pytest.MonkeyPatch, name_ends: str
) -> None:
    """Once before the rename, once after it."""
    real = handover.sha256_of

    def read_back(path: Path) -> str:
        return "0" * 64 if path.parent == stick and path.name.endswith(name_ends) else real(path)

    monkeypatch.setattr("workshop_app.storage.verified_copy.sha256_of", read_back)
    monkeypatch.setattr(handover, "sha256_of", read_back)
    with pytest.raises(StorageUnavailable, match="別の USB メモリー"):
        hand_over(database, stick)
    assert list(stick.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs a device that is always full")
def test_hand_over_really_full_medium(
    database: Database, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/full stands in for the stick: its own ENOSPC, at the first write."""
    real = handover.copy_out
    monkeypatch.setattr(
        handover, "copy_out", lambda source, part, sha256: real(source, Path("/dev/full"), "")
    )
    with pytest.raises(StorageUnavailable, match="空き容量"):
        hand_over(database, stick)
    assert list(stick.iterdir()) == []


def test_hand_over_note_added_meanwhile_is_no_fault(
    database: Database, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Database.vacuum_into

    def vacuum_after_another_window_wrote(self: Database, target: Path) -> None:
        add_notes(self.path, ["別の窓から"])
        real(self, target)

    monkeypatch.setattr(Database, "vacuum_into", vacuum_after_another_window_wrote)
    assert hand_over(database, stick).notes == 3
