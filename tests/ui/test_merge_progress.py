"""Long work on the merge page: progress, stopping, and what the rest of the window may do meanwhile."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from merge_desk import Desk, HeldServices, ward_file
from office_files import texts_in
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.export_page import ExportPage
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.progress import Progress, ProgressBar
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
    bar = desk.progress.findChild(QProgressBar)
    assert isinstance(bar, QProgressBar)
    desk.qtbot.waitUntil(lambda: bar.value() == 250)
    assert desk.progress.text() == ("新しい記録を書き込んでいます… 30 / 120（終わるまで何も書き込みません）")
    assert bar.height() == 8
    services.go_on.set()
    desk.until_quiet()
    assert not desk.progress.isVisible()
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
    assert window.open_path(ward_file)
    # Shortcuts reach only the active window.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
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


def editor_of(window: MainWindow) -> NoteEditor:
    editor = window.findChild(NoteEditor, "captureEditor")
    assert isinstance(editor, NoteEditor)
    return editor


def test_text_in_the_box_outlives_a_merge_into_the_open_file(
    qtbot: QtBot, services: HeldServices, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "東区 第1回_A.wsdb"
    QTest.keyClicks(editor_of(window), "Bus 3")
    desk = begin_held_merge(window, services, qtbot, ward_file(tmp_path, "西区", {1: 2}))
    with closing(bootstrap.open_database(path)) as database:
        assert database.load_draft() == "Bus 3"
    for _ in ("board", "capture"):
        qtbot.keyClick(window, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    editor = editor_of(window)
    assert editor.isVisible()
    # The box takes nothing while the merge is written: neither a note nor half of a sentence can go astray.
    assert not editor.isEnabled()
    bar = window.findChild(QWidget, "progress")
    assert isinstance(bar, ProgressBar)
    qtbot.waitUntil(bar.isVisible)
    assert bar.text() == "新しい記録を書き込んでいます… 30 / 120（終わるまで何も書き込みません）"
    services.go_on.set()
    desk.until_quiet()
    qtbot.waitUntil(editor.isEnabled)
    assert not bar.isVisible()
    assert editor.text() == "Bus 3"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.text() == ""
    assert texts_in(path) == {"Bus 3", "西区1班の意見0", "西区1班の意見1"}


def test_merge_into_the_open_file_is_stopped_with_escape_from_any_page(
    qtbot: QtBot, services: HeldServices, window: MainWindow, tmp_path: Path
) -> None:
    desk = begin_held_merge(window, services, qtbot, ward_file(tmp_path, "西区", {1: 2}))
    window.show_page("help")
    bar = window.findChild(QWidget, "progress")
    assert isinstance(bar, ProgressBar)
    qtbot.waitUntil(bar.isVisible)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    desk.until_quiet()
    assert desk.said().startswith("統合をやめました。何も書き込んでいません。")
    assert texts_in(tmp_path / "東区 第1回_A.wsdb") == set()


def test_file_is_not_let_go_of_and_no_page_reads_it_while_a_merge_is_written(
    qtbot: QtBot, services: HeldServices, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = begin_held_merge(window, services, qtbot, ward_file(tmp_path, "西区", {1: 2}))
    export = window.findChild(ExportPage)
    assert isinstance(export, ExportPage)
    entered: list[str] = []
    monkeypatch.setattr(export, "entered", lambda: entered.append("export"))
    window.show_page("export")
    assert export.isVisible()
    assert entered == []
    assert not window.close()
    assert window.isVisible()
    said = next(banner for banner in window.centralWidget().children() if isinstance(banner, Banner))
    assert said.text().startswith("いま統合を書き込んでいます。統合の前のデータはそのままです。")
    services.go_on.set()
    desk.until_quiet()
    assert said.text() == ""
    assert entered == ["export"]
    assert window.close()


# --- the watch -------------------------------------------------------------------------------------------------------


def test_progress_of_unknown_length_shows_a_count_and_no_bar(qtbot: QtBot) -> None:
    bar = ProgressBar()
    qtbot.addWidget(bar)
    progress = Progress("確かめています")
    bar.follow(progress)
    qtbot.waitUntil(bar.isVisible)
    assert bar.text() == "確かめています…（終わるまで何も書き込みません）"
    progress.step("取り出しています", 40_000)
    qtbot.waitUntil(lambda: bar.text() == "取り出しています… 40,000（終わるまで何も書き込みません）")
    inner = bar.findChild(QProgressBar)
    assert isinstance(inner, QProgressBar)
    assert not inner.isVisible()


def test_progress_that_cannot_be_stopped_offers_no_way_to(qtbot: QtBot) -> None:
    bar = ProgressBar()
    qtbot.addWidget(bar)
    progress = Progress("戻しています", stoppable=False)
    bar.follow(progress)
    qtbot.waitUntil(bar.isVisible)
    button = bar.findChild(QPushButton, "progressCancel")
    assert isinstance(button, QPushButton)
    assert not button.isEnabled()
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    progress.check()
