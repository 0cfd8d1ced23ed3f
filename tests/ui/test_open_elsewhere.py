"""Opening a file from a stick, a share or a shared folder: it is copied here first, and the banner says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from share_places import make_file

from workshop_app import bootstrap
from workshop_app.paths import user_documents_dir
from workshop_app.services.ports import Place
from workshop_app.storage import places
from workshop_app.ui.jobs import jobs_under_way
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.widgets import Banner


@pytest.fixture
def window(qtbot: QtBot, services: bootstrap.Services) -> Iterator[MainWindow]:
    shown = MainWindow(services)
    qtbot.addWidget(shown)
    shown.show()
    yield shown
    shown.close()


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    monkeypatch.setattr(
        places, "system_place", lambda path: Place.REMOVABLE if folder in path.parents else Place.LOCAL
    )
    return folder


def _banner(window: MainWindow) -> Banner:
    return window.findChildren(Banner)[0]


def _carried(stick: Path, tmp_path: Path) -> Path:
    made = make_file(tmp_path / "東区 第1回.wsdb", ["一"])
    return made.rename(stick / made.name)


def test_open_from_stick_opens_a_copy_and_says_so(
    window: MainWindow, stick: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = _carried(stick, tmp_path)
    before = path.read_bytes()
    assert not window.open_path(path)
    copy = user_documents_dir() / path.name
    qtbot.waitUntil(lambda: "写したファイル" in _banner(window).text())
    assert _banner(window).text() == (
        "このファイルは USB メモリーの中にあります。安全のため、この端末に写してから開きます。"
        f"写したファイルは「{copy}」です。"
    )
    assert _banner(window).level == "info"
    assert path.name in window.windowTitle()
    assert (path.read_bytes(), list(stick.iterdir())) == (before, [path])


def test_open_damaged_from_stick_says_why_and_keeps_the_state(
    window: MainWindow, stick: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = _carried(stick, tmp_path)
    path.write_bytes(path.read_bytes()[:-4096])
    title = window.windowTitle()
    window.open_path(path)
    qtbot.waitUntil(lambda: _banner(window).level == "error")
    assert "切れています" in _banner(window).text()
    assert window.windowTitle() == title


def test_open_another_file_while_copying_stays_with_that_one(
    window: MainWindow, stick: Path, tmp_path: Path, qtbot: QtBot, services: bootstrap.Services
) -> None:
    path = _carried(stick, tmp_path)
    other = make_file(tmp_path / "西区.wsdb", ["二"], "西区")
    window.open_path(path)
    assert window.open_path(other)
    qtbot.waitUntil(lambda: (user_documents_dir() / path.name).exists())
    qtbot.waitUntil(lambda: jobs_under_way() == 0)
    assert "西区.wsdb" in window.windowTitle()
    assert _banner(window).text() == ""


def test_open_shared_file_opens_the_union(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, services: bootstrap.Services
) -> None:
    folder = tmp_path / "区役所"
    folder.mkdir()
    for ward, device in (("東区", "A"), ("西区", "B")):
        report = services.share_merge(folder, [make_file(tmp_path / f"{ward}.wsdb", [ward], ward, device)])
    assert services.share_merge(folder, [], dry_run=True).notes == 2
    window.open_path(folder / "shared.wsdb")
    qtbot.waitUntil(lambda: report.local.name in window.windowTitle())
    assert "公開された内容をこの端末で合わせて" in _banner(window).text()
