"""Text the disk refused is never left behind without asking, whichever way one leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from capture_desk import Desk, Disk, desk_on, when_dialog
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.ui.leave_dialog import LeaveDialog
from workshop_app.ui.widgets import Banner

TEXT = "消えてはならない意見"


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path, disk: Disk) -> Iterator[Desk]:
    desk = desk_on(ward_file, disk, qtbot)
    yield desk
    disk.full = False
    desk.window.close()


def press(dialog: QWidget, name: str) -> None:
    button = dialog.findChild(QAbstractButton, name)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def other_file(desk: Desk) -> Path:
    path = desk.path.with_name("南区.wsdb")
    if not path.exists():
        setup = WorkshopSetup(bootstrap.load_agenda(None), "南区", None, "", 3)
        bootstrap.create_database(path, setup)
    return path


WAYS: dict[str, Callable[[Desk], object]] = {
    "close": lambda desk: desk.window.close(),
    "rail": lambda desk: desk.press("rail_start"),
    "another file": lambda desk: desk.window.open_path(other_file(desk)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_text_the_disk_refuses_keeps_the_window_where_it_is(
    desk: Desk, disk: Disk, way: str, key: Qt.Key
) -> None:
    disk.full = True
    desk.editor.insertPlainText(TEXT)
    desk.enter()
    asked: list[str] = []

    def stay(dialog: QWidget) -> None:
        asked.append(dialog.windowTitle())
        assert dialog.focusWidget().objectName() == "dialogSafe"
        QTest.keyClick(dialog, key)

    when_dialog("leaveDialog", stay)
    WAYS[way](desk)
    assert asked == ["本文はまだ保存できていません。閉じますか"]
    assert desk.window.isVisible()
    assert desk.editor.text() == TEXT
    assert desk.window.focusWidget() is desk.editor
    disk.full = False
    desk.enter()
    assert desk.texts() == [TEXT]


def test_text_left_on_another_page_is_asked_for_too(desk: Desk, disk: Disk) -> None:
    desk.editor.insertPlainText(TEXT)
    disk.full = True
    desk.window.show_page("help")
    when_dialog("leaveDialog", lambda dialog: press(dialog, "dialogSafe"))
    desk.window.close()
    assert desk.window.isVisible()
    assert desk.editor.isVisible()
    assert desk.editor.text() == TEXT


def test_text_that_is_kept_as_a_draft_needs_no_question(desk: Desk) -> None:
    desk.editor.insertPlainText(TEXT)
    desk.window.close()
    assert not desk.window.isVisible()
    database = bootstrap.open_database(desk.path)
    assert database.load_draft() == TEXT
    database.close()


def test_text_can_be_taken_along_and_left(desk: Desk, disk: Disk, tmp_path: Path) -> None:
    disk.full = True
    desk.editor.insertPlainText(TEXT)
    elsewhere = tmp_path / "別の場所" / "文.txt"
    said: list[str] = []

    def take(dialog: QWidget) -> None:
        assert isinstance(dialog, LeaveDialog)
        banner = dialog.findChild(Banner)
        dialog.save_to(elsewhere)
        said.append(banner.text())
        elsewhere.parent.mkdir()
        dialog.save_to(elsewhere)
        said.append(banner.text())
        press(dialog, "leaveCopy")
        press(dialog, "dialogAction")

    when_dialog("leaveDialog", take)
    desk.window.close()
    assert not desk.window.isVisible()
    assert "文はこの画面に残っています" in said[0]
    assert "保存しました" in said[1]
    assert elsewhere.read_text(encoding="utf-8") == TEXT
    assert [path.name for path in elsewhere.parent.iterdir()] == ["文.txt"]
    assert QGuiApplication.clipboard().text() == TEXT
