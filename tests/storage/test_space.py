"""Too little room is said before anything is written, with what is needed and what is free."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir

import pytest
from office_files import laptop_file

from workshop_app import bootstrap
from workshop_app.domain.errors import StorageUnavailable
from workshop_app.storage import space
from workshop_app.storage.space import Need, require_room

SENTENCE = re.compile(
    r"空き容量が足りません（([\d,]+) MB ほど要りますが、空きは ([\d,]+) MB です）。今のデータは変わっていません。"
    r"「.+」のあるディスクの不要なファイルを片づけて、もう一度試してください。"
)


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Say how much room every disk has; None is the truth."""
    real = space.free_bytes

    def say(size: int | None) -> None:
        monkeypatch.setattr(space, "free_bytes", real if size is None else lambda folder: size)

    return say


@pytest.fixture
def other_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folder where a test can look at it."""
    home = tmp_path / "home"
    monkeypatch.setenv("WORKSHOP_APP_HOME", str(home))
    return home


def refused(work: Callable[[], object]) -> tuple[int, int]:
    """Megabytes needed and free, as the sentence says them."""
    with pytest.raises(StorageUnavailable) as caught:
        work()
    match = SENTENCE.fullmatch(caught.value.sentence)
    assert match, caught.value.sentence
    return int(match[1].replace(",", "")), int(match[2].replace(",", ""))


def everything(*folders: Path) -> dict[Path, bytes]:
    """Every file below some folders with its bytes."""
    return {path: path.read_bytes() for top in folders for path in top.rglob("*") if path.is_file()}


@pytest.mark.parametrize("dry_run", [False, True])
def test_scenario_20_merge_without_room_is_refused_with_numbers_and_succeeds_when_there_is_room(
    tmp_path: Path, free: Callable[[int | None], None], dry_run: bool
) -> None:
    target, source = laptop_file(tmp_path, "東区", ["一"]), laptop_file(tmp_path, "西区", ["二"])
    before = everything(tmp_path)
    size = 3 * target.stat().st_size + 3 * source.stat().st_size
    free(300_000)
    assert refused(lambda: bootstrap.merge_files(target, [source], dry_run=dry_run)) == (
        -(-size // 1_000_000),
        0,
    )
    assert everything(tmp_path) == before
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]
    free(None)
    assert bootstrap.merge_files(target, [source]).notes == 2


def test_scenario_20_disk_that_fills_up_in_the_middle_names_the_room_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, source = laptop_file(tmp_path, "東区", ["一"]), laptop_file(tmp_path, "西区", ["二"])
    before = everything(tmp_path)
    answers = [10**12, 0]

    def full(path: Path, reason: str) -> Path:
        raise StorageUnavailable("空き容量が足りません。今のデータは変わっていません。")

    with monkeypatch.context() as patch:
        patch.setattr(space, "_disk_of", lambda folder: 1)
        patch.setattr(space, "free_bytes", lambda folder: answers.pop(0))
        patch.setattr("workshop_app.storage.backup.back_up", full)
        assert refused(lambda: bootstrap.merge_files(target, [source]))[1] == 0
    assert answers == []
    assert everything(tmp_path) == before
    assert bootstrap.merge_files(target, [source]).notes == 2


def test_merge_with_just_enough_room_is_not_refused(
    tmp_path: Path, free: Callable[[int | None], None]
) -> None:
    target, source = laptop_file(tmp_path, "東区", ["一"]), laptop_file(tmp_path, "西区", ["二"])
    size = 3 * target.stat().st_size + 3 * source.stat().st_size
    free(size - 1)
    refused(lambda: bootstrap.merge_files(target, [source]))
    free(size)
    assert bootstrap.merge_files(target, [source]).notes == 2


def test_merge_of_a_source_that_is_not_there_says_that_and_not_the_room(
    tmp_path: Path, free: Callable[[int | None], None]
) -> None:
    free(0)
    report = bootstrap.merge_files(tmp_path / "統合.wsdb", [tmp_path / "ない.wsdb"])
    assert "見つかりません" in str(report.sources[0].reason)


def test_hand_over_and_export_without_room_write_nothing(
    tmp_path: Path, free: Callable[[int | None], None]
) -> None:
    source = laptop_file(tmp_path, "東区", ["一"])
    stick = tmp_path / "stick"
    stick.mkdir()
    before = everything(tmp_path)
    free(0)
    assert refused(lambda: bootstrap.hand_over(source, stick))[1] == 0
    assert refused(lambda: bootstrap.export_workbook(source, stick / "意見.xlsx"))[1] == 0
    assert everything(tmp_path) == before
    free(None)
    assert bootstrap.hand_over(source, stick).notes == 1
    assert bootstrap.export_workbook(source, stick / "意見.xlsx").exists()


@pytest.mark.parametrize("full", ["share", "machine"])
def test_share_without_room_on_either_side_writes_nothing_anywhere(
    tmp_path: Path, other_home: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    folder = tmp_path / "共有"
    folder.mkdir()
    bootstrap.share_merge(folder, [laptop_file(tmp_path, "東区", ["一"])])
    source = laptop_file(tmp_path, "西区", ["二"])
    local = bootstrap.share_merge(folder, (), dry_run=True).local
    before = everything(folder), local.read_bytes()

    def free(place: Path) -> int:
        return 2_000_000 if (place == folder) == (full == "share") else 10**12

    with monkeypatch.context() as patch:
        patch.setattr(space, "free_bytes", free)
        # Really one disk: to the check they are two.
        patch.setattr(space, "_disk_of", lambda place: int(place == folder))
        patch.setattr(space, "_COPIES_OF_PACKAGE", 100)
        patch.setattr(space, "_COPIES_ON_SHARE", 100)
        needed, there = refused(lambda: bootstrap.share_merge(folder, [source]))
    assert needed > there == 2
    assert (everything(folder), local.read_bytes()) == before
    report = bootstrap.share_merge(folder, [source])
    assert (report.published, report.notes) == (True, 2)


def test_folders_on_one_disk_need_their_room_together(
    tmp_path: Path, free: Callable[[int | None], None]
) -> None:
    needs = [Need(tmp_path, 2_000_000), Need(tmp_path / "not" / "there", 1_500_000)]
    free(3_000_000)
    assert refused(lambda: require_room(needs)) == (4, 3)
    free(3_500_000)
    require_room(needs)


def test_a_disk_that_does_not_say_how_full_it_is_stands_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(folder: Path) -> int:
        raise OSError("no such call")

    monkeypatch.setattr(space, "free_bytes", silent)
    require_room([Need(tmp_path, 10**15)])


def test_other_trouble_with_the_disk_keeps_its_own_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="読み取り専用"), space.room_for([Need(tmp_path, 1)]):
        raise StorageUnavailable("読み取り専用です。")


def test_free_bytes_asks_the_system() -> None:
    assert 0 < space.free_bytes(Path(gettempdir())) < 10**18
