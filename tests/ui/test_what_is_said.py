"""What the capture page says of its own accord: characters that went, and a table nobody has chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from capture_desk import CTRL, Desk, Disk, desk_on, when_dialog
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.capture.note_fields import NumberField
from workshop_app.ui.widgets import Banner


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path) -> Iterator[Desk]:
    desk = desk_on(ward_file, Disk(), qtbot)
    desk.editor.setFocus()
    yield desk
    desk.window.close()


# --- characters that cannot be seen --------------------------------------------------------------------------------


def test_characters_that_were_taken_out_are_named(desk: Desk) -> None:
    desk.child(NumberField, "captureTable").set_number(1)
    desk.add("窓\u200b口\x07")
    assert desk.texts() == ["窓口"]
    assert desk.banner().startswith(
        "目に見えない文字を取り除きました（U+200B・U+0007）。付箋は保存してあります。"
    )
    desk.add("ふつうの　文")
    assert desk.banner() == ""


def test_characters_taken_out_of_pasted_lines_and_of_an_edit_are_named(desk: Desk) -> None:
    desk.child(NumberField, "captureTable").set_number(1)
    QGuiApplication.clipboard().setText("一\u200b\n二")
    when_dialog("pasteDialog", lambda dialog: dialog.accept())
    desk.press("pasteButton")
    assert desk.texts() == ["一", "二"]
    assert "U+200B" in desk.banner()
    QGuiApplication.clipboard().setText("　三\u200b\n")
    QTest.keyClick(desk.editor, Qt.Key.Key_V, CTRL)
    assert desk.editor.text() == "三\u200b"
    desk.enter()
    assert "U+200B" in desk.banner()
    desk.add("四")

    def correct(dialog: QDialog) -> None:
        dialog.findChild(NoteEditor, "editText").set_text("四\ufeff番目")
        dialog.accept()

    # The dialog that has just gone was the active window.
    desk.window.activateWindow()
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    desk.list.setFocus()
    desk.list.setCurrentIndex(desk.list.model().index(0, 0))
    when_dialog("editNoteDialog", correct)
    desk.key(Qt.Key.Key_F2)
    assert desk.texts()[-1] == "四番目"
    assert "U+FEFF" in desk.banner()


# --- the table -------------------------------------------------------------------------------------------------------


def question(desk: Desk) -> str:
    banner = desk.child(Banner, "captureBanner")
    return banner.text() if banner.asks else ""


def test_a_fresh_file_asks_for_the_table_until_one_is_chosen_and_saves_all_the_same(desk: Desk) -> None:
    assert "テーブルがまだ選ばれていません" in question(desk)
    desk.add("班のない意見")
    assert [note.number for note in desk.on_disk()] == ["東A-001"]
    assert question(desk), "asked again: the next number has no table either"
    one = next(button for button in desk.child(Banner, "captureBanner").findChildren(QPushButton))
    assert one.text() == "1班にする"
    QTest.mouseClick(one, Qt.MouseButton.LeftButton)
    assert question(desk) == ""
    desk.add("1班の意見")
    assert desk.on_disk()[-1].number == "東1A-001"
    assert question(desk) == ""


def test_no_table_is_an_answer_too(desk: Desk) -> None:
    table = desk.child(NumberField, "captureTable")
    table.showPopup()
    QTest.keyClick(table.view(), Qt.Key.Key_Return)
    assert table.number is None
    assert question(desk) == ""
    desk.add("班のない意見")
    assert question(desk) == ""


@pytest.mark.parametrize(("tables", "number"), [(1, 1), (None, None)])
def test_where_there_is_nothing_to_choose_nothing_is_asked(
    qtbot: QtBot, tmp_path: Path, tables: int | None, number: int | None
) -> None:
    path = tmp_path / "小さな会.wsdb"
    setup = WorkshopSetup(bootstrap.load_agenda(None), "東区", "2014-10-05", "", tables)
    bootstrap.create_database(path, setup)
    desk = desk_on(path, Disk(), qtbot)
    assert question(desk) == ""
    assert desk.child(NumberField, "captureTable").number == number
    desk.window.close()


def test_the_question_goes_when_the_table_is_chosen_in_the_header(desk: Desk) -> None:
    assert desk.child(QAbstractButton, "saveButton").isVisible()
    desk.child(NumberField, "captureTable").set_number(2)
    assert question(desk) == ""
