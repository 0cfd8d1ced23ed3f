"""The courtesy lock: who holds it, when it is stale, who may take it over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop_app.storage.share_files import ShareFiles
from workshop_app.storage.share_lock import ShareLock

MINUTE = 60_000


class Wall:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.ms = 1_000 * MINUTE

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def locks(tmp_path: Path, wall: Wall) -> Iterator[tuple[ShareLock, ShareLock]]:
    """The locks of two clerks on one folder."""
    pair = (
        ShareLock(tmp_path, ShareFiles(), wall, "token-a", who="山田", host="PC-1"),
        ShareLock(tmp_path, ShareFiles(), wall, "token-b", who="鈴木", host="PC-2"),
    )
    yield pair
    for lock in pair:
        lock.release()


def test_take_writes_who_host_and_time_and_release_removes_it(
    locks: tuple[ShareLock, ShareLock], tmp_path: Path, wall: Wall
) -> None:
    first, _ = locks
    assert first.take()
    document = json.loads((tmp_path / "shared.lock").read_text(encoding="utf-8"))
    assert (document["who"], document["host"], document["time"]) == ("山田", "PC-1", wall.ms)
    first.release()
    assert list(tmp_path.iterdir()) == []


def test_take_live_lock_names_the_owner_and_only_force_takes_over(
    locks: tuple[ShareLock, ShareLock], tmp_path: Path, wall: Wall
) -> None:
    first, second = locks
    assert first.take()
    wall.ms += 2 * MINUTE
    assert not second.take()
    assert second.other is not None
    assert (second.other.who, second.other.host, second.other.age_s) == ("山田", "PC-1", 120)
    assert second.take(force=True)
    first.beat()
    first.release()
    assert json.loads((tmp_path / "shared.lock").read_text(encoding="utf-8"))["who"] == "鈴木"


def test_take_lock_stale_after_three_minutes_without_a_beat(
    locks: tuple[ShareLock, ShareLock], wall: Wall
) -> None:
    first, second = locks
    assert first.take()
    wall.ms += 2 * MINUTE
    first.beat()
    wall.ms += 2 * MINUTE
    assert not second.take()
    wall.ms += 1 * MINUTE
    assert second.take()
    assert second.other is not None
    assert second.other.age_s == 180


def test_take_lock_left_by_a_killed_run_of_this_machine_is_ours(tmp_path: Path, wall: Wall) -> None:
    killed = ShareLock(tmp_path, ShareFiles(), wall, "token-a")
    assert killed.take()
    again = ShareLock(tmp_path, ShareFiles(), wall, "token-a")
    assert again.take()
    assert again.other is None
    again.release()
    killed.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b'{"who":', b"[]", b'{"who":1,"host":2,"time":1e400}', b"\xff\xfe"])
def test_take_unreadable_lock_counts_as_held_since_it_was_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "shared.lock"
    path.write_bytes(content)
    touched_ms = path.stat().st_mtime_ns // 1_000_000
    lock = ShareLock(tmp_path, ShareFiles(), lambda: touched_ms + 1_000, "token-a")
    assert not lock.take()
    assert lock.other is not None
    assert (lock.other.who, lock.other.age_s) == ("不明", 1)
    later = ShareLock(tmp_path, ShareFiles(), lambda: touched_ms + 4 * MINUTE, "token-a")
    assert later.take()
    later.release()


def test_take_lock_dated_in_the_future_counts_from_when_it_was_touched(tmp_path: Path) -> None:
    path = tmp_path / "shared.lock"
    path.write_text('{"who": "山田", "host": "PC-1", "time": 4102444800000}', encoding="utf-8")
    touched_ms = path.stat().st_mtime_ns // 1_000_000
    assert not ShareLock(tmp_path, ShareFiles(), lambda: touched_ms + 1 * MINUTE, "token-a").take()
    later = ShareLock(tmp_path, ShareFiles(), lambda: touched_ms + 4 * MINUTE, "token-a")
    assert later.take()
    assert later.other is not None
    assert (later.other.who, later.other.age_s) == ("山田", 240)
    later.release()
