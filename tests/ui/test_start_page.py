"""The start screen with real mouse and keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from workshop_app.ui.labels import TextLabel
from workshop_app.ui.settings import RecentFile
from workshop_app.ui.start_cards import RecentRow, StartCard
from workshop_app.ui.start_page import StartPage
from workshop_app.ui.theme import apply_look, load_look
from workshop_app.ui.widgets.header import SaveState


@pytest.fixture
def page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(1366, 698)
    return page


@pytest.fixture
def large_text(qapp: QApplication) -> Iterator[None]:
    apply_look(qapp, load_look("light", 150))
    yield
    apply_look(qapp, load_look())


def three_files(folder: Path) -> list[RecentFile]:
    """Two files that are there, the newest one gone."""
    now = QDateTime.currentMSecsSinceEpoch()
    gone = RecentFile(folder / "持ち帰った.wsdb", "西区 端末A", 7, now)
    there = [
        RecentFile(folder / "東区_第1回_3班_A.wsdb", "東区 端末A", 15, now),
        RecentFile(folder / "練習_見本.wsdb", "", 120, 1_412_000_000_000),
    ]
    for file in there:
        file.path.write_bytes(b"there")
    return [gone, *there]


def child(page: QWidget, name: str) -> QAbstractButton:
    found = page.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def rows(page: StartPage) -> list[RecentRow]:
    found = [row for row in page.findChildren(RecentRow) if row.isVisibleTo(page)]
    return sorted(found, key=lambda row: row.mapTo(page, QPoint(0, 0)).y())


def show(qtbot: QtBot, page: StartPage) -> None:
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)


def test_start_page_without_recent_files_begins_with_the_new_card(qtbot: QtBot, page: StartPage) -> None:
    show(qtbot, page)
    assert child(page, "startGoOn").isHidden()
    new = child(page, "startNew")
    assert isinstance(new, StartCard)
    assert new.primary
    qtbot.waitUntil(new.hasFocus)
    with qtbot.waitSignal(page.new_requested):
        qtbot.keyClick(new, Qt.Key.Key_Return)


def test_start_page_enter_goes_on_with_the_newest_file_that_is_there(
    qtbot: QtBot, page: StartPage, tmp_path: Path
) -> None:
    files = three_files(tmp_path)
    page.set_recent(files)
    show(qtbot, page)
    go_on = child(page, "startGoOn")
    assert isinstance(go_on, StartCard)
    qtbot.waitUntil(lambda: "東区 端末A" in go_on.detail)
    assert go_on.detail == "東区 端末A  付箋 15枚"
    assert go_on.primary
    assert not page.findChild(StartCard, "startNew").primary
    qtbot.waitUntil(go_on.hasFocus)
    with qtbot.waitSignal(page.open_requested) as asked:
        qtbot.keyClick(go_on, Qt.Key.Key_Return)
    assert asked.args == [files[1].path]


def test_start_page_missing_file_is_said_quietly_and_cannot_be_pressed(
    qtbot: QtBot, page: StartPage, tmp_path: Path
) -> None:
    page.set_recent(three_files(tmp_path))
    show(qtbot, page)
    qtbot.waitUntil(lambda: not rows(page)[0].isEnabled())
    gone, there, practice = rows(page)
    assert gone.detail == "見つかりません"
    assert there.detail.startswith("今日 ")
    assert practice.detail == "2014年9月29日に保存  付箋 120枚"
    with qtbot.assertNotEmitted(page.open_requested):
        qtbot.mouseClick(gone, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.open_requested) as asked:
        qtbot.mouseClick(there, Qt.MouseButton.LeftButton)
    assert asked.args == [there.recent.path]


def test_start_page_file_that_is_back_can_be_opened_again(
    qtbot: QtBot, page: StartPage, tmp_path: Path
) -> None:
    files = three_files(tmp_path)
    page.set_recent(files)
    show(qtbot, page)
    qtbot.waitUntil(lambda: not rows(page)[0].isEnabled())
    files[0].path.write_bytes(b"back")
    page.hide()
    page.show()
    qtbot.waitUntil(lambda: rows(page)[0].isEnabled())


def test_start_page_arrow_keys_walk_the_cards_and_rows_in_order(
    qtbot: QtBot, page: StartPage, tmp_path: Path
) -> None:
    files = three_files(tmp_path)[1:]
    page.set_recent(files)
    show(qtbot, page)
    qtbot.waitUntil(child(page, "startGoOn").hasFocus)
    walked = []
    for _ in range(6):
        focused = page.focusWidget()
        walked.append(focused.objectName() or focused.recent.path.name)
        qtbot.keyClick(focused, Qt.Key.Key_Down)
    assert walked == [
        "startGoOn",
        "startNew",
        "startPractice",
        files[0].path.name,
        files[1].path.name,
        "startOpenOther",
    ]
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Up)
    assert page.focusWidget().objectName() == "startOpenOther"


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("startNew", "new_requested"),
        ("startPractice", "practice_requested"),
        ("startOpenOther", "open_other_requested"),
        ("startMerge", "merge_requested"),
        ("startSettings", "settings_requested"),
        ("startHelp", "help_requested"),
    ],
)
def test_start_page_each_way_asks_by_mouse_and_by_enter(
    qtbot: QtBot, page: StartPage, name: str, signal: str
) -> None:
    show(qtbot, page)
    button = child(page, name)
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.keyClick(button, Qt.Key.Key_Return)


def assert_nothing_is_cut(page: StartPage) -> None:
    """Every button and label stands whole inside the page and clear of the others."""
    area = page.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() == 0
    assert area.horizontalScrollBar().maximum() == 0
    parts = [*page.findChildren(QAbstractButton), *page.findChildren(TextLabel)]
    boxes = [
        (part, QRect(part.mapTo(page, QPoint(0, 0)), part.size())) for part in parts if part.isVisibleTo(page)
    ]
    assert len(boxes) >= 10
    for part, box in boxes:
        assert page.rect().contains(box), (part, box)
        if isinstance(part, TextLabel):
            assert part.height() >= part.sizeHint().height(), part.text()
            assert part.width() >= part.minimumSizeHint().width(), part.text()
    for index, (part, box) in enumerate(boxes):
        for other, other_box in boxes[index + 1 :]:
            assert not box.intersects(other_box), (part, other)


@pytest.mark.parametrize(("width", "height", "compact"), [(1366, 698, False), (911, 440, True)])
def test_start_page_nothing_is_cut_at_the_design_sizes(
    qtbot: QtBot, page: StartPage, tmp_path: Path, width: int, height: int, compact: bool
) -> None:
    files = three_files(tmp_path)
    page.set_recent([*files, *files])
    page.set_compact(compact)
    page.resize(width, height)
    show(qtbot, page)
    qtbot.waitUntil(lambda: not rows(page)[0].isEnabled())
    assert len(rows(page)) == (3 if compact else 4)
    assert_nothing_is_cut(page)


@pytest.mark.usefixtures("large_text")
def test_start_page_large_text_fits_a_laptop(qtbot: QtBot, page: StartPage, tmp_path: Path) -> None:
    page.set_recent(three_files(tmp_path))
    page.set_compact(True)
    show(qtbot, page)
    assert_nothing_is_cut(page)


@pytest.mark.usefixtures("large_text")
def test_start_page_large_text_on_a_small_screen_needs_no_sideways_scroll(
    qtbot: QtBot, page: StartPage, tmp_path: Path
) -> None:
    page.set_recent(three_files(tmp_path))
    page.set_compact(True)
    page.resize(911, 440)
    show(qtbot, page)
    area = page.findChild(QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert area.horizontalScrollBar().maximum() == 0
    for part in (*rows(page), child(page, "startMerge"), child(page, "startOpenOther")):
        assert page.rect().left() <= part.mapTo(page, QPoint(0, 0)).x()
        assert part.mapTo(page, QPoint(part.width(), 0)).x() <= page.width()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change its zone in a process")
def test_times_are_japanese_wherever_the_laptop_stands(
    qtbot: QtBot, page: StartPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        path = tmp_path / "東区.wsdb"
        path.write_bytes(b"there")
        # The last minute of 2014 in New York is the afternoon of New Year's Day in Japan.
        page.set_recent([RecentFile(path, "東区 端末A", 1, 1_420_088_340_000)])
        show(qtbot, page)
        assert "2015年1月1日に保存" in rows(page)[0].detail
        state = SaveState()
        qtbot.addWidget(state)
        state.show_saved(1_420_088_340_000)
        assert state.text() == "保存しました 13:59"
    finally:
        monkeypatch.undo()
        time.tzset()
