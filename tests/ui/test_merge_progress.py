"""Long work on the merge page: progress, stopping, and what the rest of the window may do meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from merge_desk import Desk, HeldServices, ward_file
from office_files import texts_in
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workshop_app.domain.errors import Cancelled
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.job_watch import JobWatch
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.widgets import Banner


@pytest.fixture
def services() -> HeldServices:
    """Real services that a test can hold up."""
    return HeldServices()


@pytest.fixture
def desk(qtbot: QtBot, services: HeldServices, tmp_path: Path) -> Desk:
    """The page with a file previewed, and the next merge held up."""
    page = MergePage(services, None)
    qtbot.addWidget(page)
    page.resize(1286, 646)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    page.set_target(tmp_path / "統合.wsdb")
    desk = Desk(qtbot, page)
    desk.preview(ward_file(tmp_path, "東区", {1: 2}))
    services.holding.set()
    return desk


def test_progress_appears_late_says_how_far_and_that_nothing_is_written(
    desk: Desk, services: HeldServices, tmp_path: Path
) -> None:
    desk.qtbot.mouseClick(desk.do, Qt.MouseButton.LeftButton)
    assert not desk.progress.isVisible()
    desk.qtbot.waitUntil(desk.progress.isVisible)
    bar = desk.part(QProgressBar, "jobProgressBar")
    desk.qtbot.waitUntil(lambda: bar.value() == 250)
    assert desk.text("jobProgressText") == (
        "新しい記録を書き込んでいます 30 / 120　終わるまで何も書き込みません。"
    )
    assert bar.height() == 8
    assert not desk.note.isVisible()
    services.go_on.set()
    desk.until_quiet()
    assert not desk.progress.isVisible()
    assert desk.note.isVisible()
    assert len(texts_in(tmp_path / "統合.wsdb")) == 2


@pytest.mark.parametrize("way", ["button", "escape"])
def test_stopping_a_merge_writes_nothing_and_it_can_be_begun_again(
    desk: Desk, services: HeldServices, tmp_path: Path, way: str
) -> None:
    desk.qtbot.mouseClick(desk.do, Qt.MouseButton.LeftButton)
    desk.qtbot.waitUntil(desk.progress.isVisible)
    if way == "button":
        desk.qtbot.mouseClick(desk.abort, Qt.MouseButton.LeftButton)
    else:
        desk.qtbot.keyClick(desk.page, Qt.Key.Key_Escape)
    desk.until_quiet()
    assert desk.said() == (
        "統合をやめました。何も書き込んでいません。もう一度「統合する」を押すと、始めからできます。"
    )
    assert desk.banner.level == "info"
    assert not (tmp_path / "統合.wsdb").exists()
    services.holding.clear()
    desk.merge()
    assert len(texts_in(tmp_path / "統合.wsdb")) == 2


def test_stopping_while_looking_empties_the_page(
    qtbot: QtBot, services: HeldServices, tmp_path: Path
) -> None:
    page = MergePage(services, None)
    qtbot.addWidget(page)
    page.show()
    desk = Desk(qtbot, page)
    services.holding.set()
    page.add_files([ward_file(tmp_path, "東区", {1: 2})])
    qtbot.waitUntil(desk.progress.isVisible)
    qtbot.mouseClick(desk.abort, Qt.MouseButton.LeftButton)
    desk.until_quiet()
    assert desk.said().startswith("確かめるのをやめました。何も書き込んでいません。")
    assert page.work.sources == []


def test_another_file_given_meanwhile_stops_the_older_look(
    qtbot: QtBot, services: HeldServices, tmp_path: Path
) -> None:
    page = MergePage(services, None)
    qtbot.addWidget(page)
    page.show()
    desk = Desk(qtbot, page)
    east, west = ward_file(tmp_path, "東区", {1: 2}), ward_file(tmp_path, "西区", {1: 1})
    services.holding.set()
    page.add_files([east])
    qtbot.waitUntil(services.begun.is_set)
    services.holding.clear()
    page.add_files([west])
    desk.wait_for_table()
    assert [row[0] for row in desk.rows()] == [east.name, west.name, "統合する 2ファイル"]
    assert desk.said() == ""


# --- the rest of the window ------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot, services: HeldServices, ward_file: Path) -> MainWindow:
    """The real window on 東区's file."""
    window = MainWindow(services)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    assert window.open_path(ward_file)
    return window


def begin_held_merge(window: MainWindow, services: HeldServices, qtbot: QtBot, source: Path) -> Desk:
    """The window's merge page in the middle of writing into the open file."""
    window.show_page("merge")
    page = window.findChild(MergePage)
    assert isinstance(page, MergePage)
    desk = Desk(qtbot, page)
    desk.preview(source)
    services.holding.set()
    qtbot.mouseClick(desk.do, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(services.begun.is_set)
    return desk


def test_text_typed_during_the_merge_is_not_lost(
    qtbot: QtBot, services: HeldServices, window: MainWindow, tmp_path: Path
) -> None:
    desk = begin_held_merge(window, services, qtbot, ward_file(tmp_path, "西区", {1: 2}))
    window.show_page("capture")
    editor = window.findChild(NoteEditor, "captureEditor")
    assert isinstance(editor, NoteEditor)
    QTest.keyClicks(editor, "Bus 3")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    banner = window.findChild(Banner, "captureBanner")
    assert isinstance(banner, Banner)
    assert editor.text() == "Bus 3"
    assert banner.text() == (
        "統合の書き込みが終わるまで保存できません。書いた文はこの画面に残っています。"
        "終わったら、もう一度 Enter を押してください。"
    )
    services.go_on.set()
    desk.until_quiet()
    assert editor.text() == "Bus 3"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.text() == ""
    assert texts_in(tmp_path / "東区 第1回_A.wsdb") == {"Bus 3", "西区1班の意見0", "西区1班の意見1"}


def test_page_that_reads_the_file_is_not_entered_and_the_file_not_let_go_during_the_merge(
    qtbot: QtBot, services: HeldServices, window: MainWindow, tmp_path: Path
) -> None:
    desk = begin_held_merge(window, services, qtbot, ward_file(tmp_path, "西区", {1: 2}))
    said = next(banner for banner in window.centralWidget().children() if isinstance(banner, Banner))
    qtbot.mouseClick(window.findChild(QPushButton.__base__, "rail_export"), Qt.MouseButton.LeftButton)
    assert desk.page.isVisible()
    assert "「出力」に移れます" in said.text()
    assert not window.close()
    assert window.isVisible()
    assert said.text().startswith("いま統合を書き込んでいます。")
    services.go_on.set()
    desk.until_quiet()
    assert said.text() == ""
    window.show_page("export")
    export = window.findChild(QWidget, "page_export")
    assert isinstance(export, QWidget)
    assert export.isVisible()
    assert window.close()


# --- the watch -------------------------------------------------------------------------------------------------------


def test_job_watch_tells_each_new_piece_at_once_and_the_rest_seldom(qtbot: QtBot) -> None:
    watch = JobWatch("やめました。")
    told: list[tuple[str, int, int]] = []
    watch.progressed.connect(lambda *step: told.append(step))
    for number in range(1000):
        watch.step("確かめています", number, 1000)
    watch.step("書き込んでいます")
    assert told[0] == ("確かめています", 0, 1000)
    assert told[-1] == ("書き込んでいます", 0, 0)
    assert len(told) < 100


def test_job_watch_stopped_raises_in_the_worker() -> None:
    watch = JobWatch("やめました。")
    watch.check()
    watch.stop()
    assert watch.stopping
    with pytest.raises(Cancelled, match="やめました"):
        watch.step("確かめています")
