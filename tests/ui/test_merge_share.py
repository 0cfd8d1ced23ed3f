"""The merge page with a shared folder: two clerks on one folder, locks, a folder that goes away, stopping."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from merge_desk import Desk, HeldServices, cut_file, ward_file
from office_files import add_to, laptop_file, texts_in
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot
from share_places import generations, machine

from workshop_app import bootstrap
from workshop_app.domain.changes import Changes
from workshop_app.services.record import void_notes
from workshop_app.storage import space
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.settings import load_settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "市民WS 共有"
    path.mkdir()
    return path


@pytest.fixture
def services() -> HeldServices:
    """Real services that a test can hold up."""
    return HeldServices()


@pytest.fixture
def desk(qtbot: QtBot, services: HeldServices) -> Desk:
    """The page as it comes up from the start screen."""
    page = MergePage(services, None)
    qtbot.addWidget(page)
    page.resize(1286, 646)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    return Desk(qtbot, page)


def colleague(folder: Path, tmp_path: Path, *sources: Path) -> None:
    """Another clerk publishes from another machine."""
    assert machine(folder, tmp_path / "colleague").share(sources).published


def lock_of_somebody_else(folder: Path, age_s: int = 125) -> Path:
    """A live lock of another machine."""
    lock = folder / "shared.lock"
    now_ms = bootstrap._now_ms()
    content = {"who": "山田", "host": "PC-3", "time": now_ms - age_s * 1000, "token": "theirs"}
    lock.write_text(json.dumps(content), encoding="utf-8")
    return lock


def published_texts(folder: Path, tmp_path: Path) -> set[str]:
    """What a machine that comes anew finds."""
    return texts_in(machine(folder, tmp_path / "anew").look().local)


def test_shared_folder_preview_publishes_nothing_and_publishing_says_what_was_published(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    desk.choose_folder(folder)
    assert desk.target.text() == "統合先: 共有フォルダー「市民WS 共有」（まだ公開されていません）"
    assert (desk.do.text(), desk.do.isEnabled(), desk.said()) == ("公開する", False, "")
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い", "案内が親切だった"]))
    assert desk.row(0)[1:] == ["東区 1班", "2", "0", "0", "0", "統合できます"]
    assert "1ファイルを統合して公開する" in desk.do.text()
    assert desk.note.text() == "まだ何も公開していません。"
    assert "東区 1班: 今回入る" in desk.wall()
    assert list(folder.iterdir()) == []
    desk.merge()
    assert desk.said() == ("公開し、読み直して確かめました。新しい付箋は 2枚、変わった付箋は 0枚です。")
    assert (desk.banner.level, desk.action()) == ("info", "公開した内容を開く")
    assert len(generations(folder)) == 1
    assert published_texts(folder, tmp_path) == {"窓口が遠い", "案内が親切だった"}
    when = r"統合先: 共有フォルダー「市民WS 共有」（最後の公開 \d+月\d+日 \d\d:\d\d）"
    assert re.fullmatch(when, desk.target.text())
    assert desk.note.text() == "公開されている付箋は 全部で 2枚です。"
    assert (desk.do.text(), desk.do.isEnabled()) == ("公開する", False)
    assert desk.receipt.isVisible()
    assert not desk.take_back.isEnabled()
    assert desk.text("receiptWhy") == "共有フォルダーに公開する統合は、取り消せません。"
    with desk.qtbot.waitSignal(desk.page.merged) as opened:
        desk.take_action()
    assert texts_in(opened.args[0]) == {"窓口が遠い", "案内が親切だった"}


def test_scenario_22_two_clerks_what_the_other_published_comes_in_and_is_told(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    colleague(folder, tmp_path, ward_file(tmp_path, "西区", {1: 3, 2: 1}))
    desk.choose_folder(folder)
    assert desk.said() == "ほかで公開された 1回分の内容を、この端末に取り込みました。"
    assert "西区 1班: 入っている" in desk.wall()
    desk.preview(ward_file(tmp_path, "東区", {1: 2}))
    # Meanwhile the colleague goes on.
    colleague(folder, tmp_path, ward_file(tmp_path, "南区", {1: 5}))
    desk.merge()
    assert desk.said() == (
        "公開し、読み直して確かめました。新しい付箋は 2枚、変わった付箋は 0枚です。"
        "ほかで公開された 2回分の内容を、この端末に取り込みました。"
    )
    assert desk.note.text() == "公開されている付箋は 全部で 11枚です。"
    assert [row[0] for row in desk.rows()][:1] == ["東区_第1回_A.wsdb"]
    assert len(published_texts(folder, tmp_path)) == 11


def test_files_that_are_in_already_leave_nothing_to_publish(desk: Desk, folder: Path, tmp_path: Path) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    colleague(folder, tmp_path, east)
    desk.choose_folder(folder)
    desk.preview(east)
    assert desk.row(0)[6] == "前と同じです"
    assert desk.note.text() == "まだ何も公開していません。公開する新しいものはありません。"
    assert not desk.do.isEnabled()


def test_what_was_written_here_and_not_published_can_be_published_without_any_file(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    colleague(folder, tmp_path, laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    desk.choose_folder(folder)
    assert not desk.do.isEnabled()
    local = desk.page.work.file
    assert local is not None
    with closing(bootstrap.open_database(local)) as database:
        void_notes(database, [note.note_id for note in database.notes()], "重ねて入力した")
    desk.choose_folder(folder)
    assert desk.note.text() == "この端末に、まだ公開していない内容があります。"
    desk.merge()
    assert desk.said() == "この端末にあった内容を公開し、読み直して確かめました。"
    assert len(generations(folder)) == 2


def test_lock_of_somebody_else_says_who_and_how_old_and_waits(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    desk.choose_folder(folder)
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    lock = lock_of_somebody_else(folder)
    desk.merge()
    assert desk.said() == (
        "山田さん（PC-3）が公開しているところです（最後の動きは 2分前）。まだ何も変えていません。"
        "終わるのを待って、もう一度「公開する」を押してください。"
    )
    assert (desk.banner.level, desk.action()) == ("warn", "それでも公開する")
    assert [path.name for path in folder.iterdir()] == ["shared.lock"]
    assert desk.row(0)[6] == "統合できます"
    # The colleague is done.
    lock.unlink()
    desk.merge()
    assert desk.said().startswith("公開し、読み直して確かめました。")
    assert published_texts(folder, tmp_path) == {"窓口が遠い"}


def test_lock_can_be_taken_over_from_the_banner(desk: Desk, folder: Path, tmp_path: Path) -> None:
    desk.choose_folder(folder)
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    lock = lock_of_somebody_else(folder, age_s=20)
    desk.merge()
    assert "最後の動きは 1分以内" in desk.said()
    desk.take_action()
    assert desk.said().startswith("公開し、読み直して確かめました。")
    assert not lock.exists()
    assert published_texts(folder, tmp_path) == {"窓口が遠い"}


def test_scenario_23_folder_gone_between_preview_and_publishing_is_said_and_tried_again(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    desk.choose_folder(folder)
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    away = folder.rename(tmp_path / "away")
    desk.merge()
    assert desk.said().startswith("共有フォルダー「")
    assert "がありません。今のデータはそのままです。" in desk.said()
    assert (desk.banner.level, desk.action()) == ("warn", "もう一度試す")
    assert desk.row(0)[6] == "統合できます"
    desk.choose_folder_in_vain(folder)
    assert desk.target.text() == "統合先: 共有フォルダー「市民WS 共有」（まだ確かめられていません）"
    assert desk.action() == "もう一度試す"
    away.rename(folder)
    desk.take_action()
    desk.until_looked()
    assert desk.row(0)[6] == "統合できます"
    folder.rename(away)
    desk.merge()
    away.rename(folder)
    desk.take_action()
    assert desk.said().startswith("公開し、読み直して確かめました。")
    assert published_texts(folder, tmp_path) == {"窓口が遠い"}


def test_scenario_23_share_that_empties_while_it_is_published_keeps_the_result_here(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    """The share is not mounted any more: an empty folder stands where it was."""
    desk.choose_folder(folder)
    east = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    desk.preview(east)
    desk.merge()
    add_to(east, ["あとから"])
    desk.preview(east)
    mounted = folder.rename(tmp_path / "mounted")
    folder.mkdir()
    desk.merge()
    assert "まだ公開していません。結果はこの端末に残っています。" in desk.said()
    assert (desk.banner.level, desk.action()) == ("warn", "もう一度試す")
    assert desk.note.text() == "この端末に、まだ公開していない内容があります。"
    assert "（最後の公開 " in desk.target.text()
    assert desk.do.isEnabled()
    assert list(folder.iterdir()) == []
    folder.rmdir()
    mounted.rename(folder)
    desk.take_action()
    assert desk.said() == "この端末にあった内容を公開し、読み直して確かめました。"
    assert published_texts(folder, tmp_path) == {"窓口が遠い", "あとから"}
    assert desk.row(0)[2] == "1"


@pytest.mark.parametrize("way", ["button", "escape"])
def test_stopping_a_publishing_changes_nothing_and_it_can_be_begun_again(
    desk: Desk, services: HeldServices, folder: Path, tmp_path: Path, way: str
) -> None:
    desk.choose_folder(folder)
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    services.holding.set()
    desk.qtbot.mouseClick(desk.do, Qt.MouseButton.LeftButton)
    desk.qtbot.waitUntil(desk.progress.isVisible)
    assert desk.progress.text().endswith("（終わるまで何も公開しません）")
    assert desk.page.unfinished().startswith("いま共有フォルダーに公開しています。")
    if way == "button":
        desk.qtbot.mouseClick(desk.abort, Qt.MouseButton.LeftButton)
    else:
        desk.qtbot.keyClick(desk.page, Qt.Key.Key_Escape)
    desk.until_quiet()
    assert desk.said() == (
        "公開をやめました。何も変わっていません。もう一度「公開する」を押すと、始めからできます。"
    )
    assert list(folder.iterdir()) == []
    assert desk.page.unfinished() == ""
    services.holding.clear()
    desk.merge()
    assert published_texts(folder, tmp_path) == {"窓口が遠い"}


def test_stopping_a_look_leaves_the_folder_chosen(
    desk: Desk, services: HeldServices, folder: Path, tmp_path: Path
) -> None:
    services.holding.set()
    desk.page.set_shared_folder(folder)
    desk.qtbot.waitUntil(desk.progress.isVisible)
    assert desk.target.text().endswith("（確かめています）")
    desk.qtbot.mouseClick(desk.abort, Qt.MouseButton.LeftButton)
    desk.qtbot.waitUntil(lambda: desk.said() != "")
    assert desk.said().startswith("確かめるのをやめました。何も公開していません。")
    assert desk.target.text().endswith("（まだ確かめられていません）")
    services.holding.clear()
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    assert desk.do.isEnabled()


def test_refused_and_salvaged_files_with_a_shared_folder(desk: Desk, folder: Path, tmp_path: Path) -> None:
    good = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    bad = cut_file(ward_file(tmp_path, "西区", {1: 40}))
    desk.choose_folder(folder)
    desk.preview(good, bad)
    desk.merge()
    assert desk.banner.level == "warn"
    assert "統合できなかったファイルが 1個あります（「西区_第1回_A.wsdb」）。" in desk.said()
    desk.preview(bad)
    desk.page.work.salvage(bad)
    desk.wait_for_table()
    assert int(desk.row(0)[2]) > 0
    desk.merge()
    assert len(published_texts(folder, tmp_path)) > 1


def test_too_little_room_is_said_with_numbers_before_anything_is_written(
    desk: Desk, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.choose_folder(folder)
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    with monkeypatch.context() as patch:
        patch.setattr(space, "free_bytes", lambda place: 200_000)
        desk.merge()
    assert re.match(
        r"空き容量が足りません（\d+ MB ほど要りますが、空きは 0 MB です）。今のデータは", desk.said()
    )
    assert list(folder.iterdir()) == []
    desk.merge()
    assert published_texts(folder, tmp_path) == {"窓口が遠い"}


def test_choosing_the_target_by_the_menu_and_the_folder_is_remembered(
    desk: Desk, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = desk.part(QMenu, "mergeTargetMenu")

    def entry(name: str) -> QAction:
        action = menu.findChild(QAction, name)
        assert isinstance(action, QAction)
        return action

    def open_menu() -> None:
        desk.qtbot.mouseClick(desk.page._parts.change_target, Qt.MouseButton.LeftButton)
        desk.qtbot.waitUntil(menu.isVisible)

    open_menu()
    assert [entry("targetFile").text(), entry("targetFolder").text()] == [
        "ファイルを選ぶ",
        "共有フォルダーを選ぶ",
    ]
    assert not entry("targetAgain").isVisible()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    entry("targetFolder").trigger()
    desk.until_looked()
    assert load_settings().shared_folder == folder
    menu.close()
    other = tmp_path / "ほか"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(other), ""))
    open_menu()
    entry("targetFile").trigger()
    assert desk.target.text() == "統合先: ほか.wsdb（新しく作ります）"
    menu.close()
    open_menu()
    assert entry("targetAgain").isVisible()
    assert entry("targetAgain").text() == "前回の共有フォルダー（市民WS 共有）"
    entry("targetAgain").trigger()
    desk.until_looked()
    assert "市民WS 共有" in desk.target.text()
    menu.close()


def test_working_file_that_is_open_is_read_again_after_looking_and_publishing(
    qtbot: QtBot, services: HeldServices, folder: Path, tmp_path: Path
) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    colleague(folder, tmp_path, east)
    local = services.copy_to_this_machine(folder / "shared.wsdb").path
    with closing(OpenFile(bootstrap.open_database(local), services)) as open_file:
        page = MergePage(services, open_file)
        qtbot.addWidget(page)
        page.show()
        desk = Desk(qtbot, page)
        told: list[Changes] = []
        held: list[object] = []
        open_file.changed.connect(told.append)
        open_file.held.connect(held.append)
        colleague(folder, tmp_path, laptop_file(tmp_path, "西区", ["バスが少ない"]))
        desk.choose_folder(folder)
        assert page.work.into_open_file
        assert len(held) == 1
        assert not open_file.busy
        texts = {note.note_id: note.text for note in open_file.workspace.notes()}
        assert [sorted(texts[note] for note in change.added & texts.keys()) for change in told] == [
            ["バスが少ない"]
        ]
        desk.preview(laptop_file(tmp_path, "南区", ["駅が近い"]))
        assert len(told) == 1
        with qtbot.waitSignal(page.merged) as merged:
            desk.merge()
        assert merged.args == [local]
        assert len(told) == 2
        assert {note.text for note in open_file.workspace.notes()} >= {"駅が近い", "バスが少ない"}
        assert desk.action() == ""


def test_window_opens_what_was_published(
    qtbot: QtBot, services: HeldServices, folder: Path, tmp_path: Path
) -> None:
    window = MainWindow(services)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.show_page("merge")
    page = window.findChild(MergePage)
    assert isinstance(page, MergePage)
    desk = Desk(qtbot, page)
    desk.choose_folder(folder)
    desk.preview(laptop_file(tmp_path, "東区", ["窓口が遠い"]))
    desk.merge()
    assert desk.action() == "公開した内容を開く"
    desk.banner.action_pressed.emit()
    assert window.windowTitle().startswith("市民WS 共有_手元.wsdb")
    assert window.close()
