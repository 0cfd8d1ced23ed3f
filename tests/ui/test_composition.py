"""Rule 6 in every field but the big box: an open composition is the input method's, and is never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from capture_desk import Desk, Disk, desk_on, when_dialog
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.ui.new_workshop_dialog import NewWorkshopDialog
from workshop_app.ui.widgets import ComboField, LineField


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path) -> Iterator[Desk]:
    desk = desk_on(ward_file, Disk(), qtbot)
    yield desk
    desk.window.close()


def compose(box: QWidget, text: str) -> None:
    QApplication.sendEvent(box, QInputMethodEvent(text, []))


def commit(box: QWidget, text: str) -> None:
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(box, event)


def click(dialog: QDialog, name: str) -> None:
    QTest.mouseClick(dialog.findChild(QAbstractButton, name), Qt.MouseButton.LeftButton)


def on_the_first_note(desk: Desk, key: Qt.Key, dialog_name: str, act: Callable[[QDialog], None]) -> None:
    desk.add("窓口が遠い")
    desk.list.setFocus()
    desk.list.setCurrentIndex(desk.list.model().index(0, 0))
    when_dialog(dialog_name, act)
    desk.key(key)


def test_enter_and_escape_while_composing_the_reason_leave_the_note_alone(desk: Desk) -> None:
    def write(dialog: QDialog) -> None:
        reasons = dialog.findChild(ComboField, "voidReason")
        reasons.setCurrentIndex(reasons.findData("other"))
        own = dialog.findChild(QLineEdit, "voidOther")
        commit(own, "話が")
        compose(own, "ちがう")
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab):
            QTest.keyClick(own, key)
            assert dialog.isVisible()
            assert own.hasFocus()
        assert desk.on_disk()[0].void_reason is None
        commit(own, "違う")
        QTest.keyClick(own, Qt.Key.Key_Return)

    on_the_first_note(desk, Qt.Key.Key_Delete, "voidDialog", write)
    assert desk.on_disk()[0].void_reason == "話が違う"


def test_the_reason_takes_its_composition_with_it_when_the_button_is_pressed(desk: Desk) -> None:
    def write(dialog: QDialog) -> None:
        reasons = dialog.findChild(ComboField, "voidReason")
        reasons.setCurrentIndex(reasons.findData("other"))
        own = dialog.findChild(QLineEdit, "voidOther")
        commit(own, "話が")
        compose(own, "違う")
        # As on a system where a click does not take the focus.
        dialog.findChild(QAbstractButton, "dialogAction").click()

    on_the_first_note(desk, Qt.Key.Key_Delete, "voidDialog", write)
    assert desk.on_disk()[0].void_reason == "話が違う"


def test_votes_typed_in_full_width_are_not_read_before_they_are_settled(desk: Desk) -> None:
    def write(dialog: QDialog) -> None:
        votes = dialog.findChild(QLineEdit, "editVotes")
        votes.setFocus()
        votes.clear()
        compose(votes, "５")
        QTest.keyClick(votes, Qt.Key.Key_Return)
        assert dialog.isVisible()
        click(dialog, "dialogAction")

    on_the_first_note(desk, Qt.Key.Key_F2, "editNoteDialog", write)
    assert desk.on_disk()[0].votes == 5


@pytest.mark.parametrize("by_mouse", [True, False])
def test_the_venue_of_a_new_workshop_keeps_its_composition(
    qtbot: QtBot, tmp_path: Path, by_mouse: bool
) -> None:
    dialog = NewWorkshopDialog(bootstrap.Services())
    dialog._folder = tmp_path
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    venue = dialog.findChild(QLineEdit, "newVenue")
    venue.setFocus()
    commit(venue, "市民")
    compose(venue, "会館")
    QTest.keyClick(venue, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter belongs to the input method"
    if by_mouse:
        click(dialog, "dialogAction")
    else:
        dialog.accept()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.result_setup()[1].venue == "市民会館"


def test_the_name_of_the_workbook_keeps_its_composition(desk: Desk) -> None:
    desk.window.show_page("export")
    name = desk.child(LineField, "exportName")
    name.setFocus()
    name.clear()
    commit(name, "意見")
    compose(name, "一覧")
    desk.window.show_page("capture")
    assert name.text() == "意見一覧"


def test_a_word_that_comes_late_is_not_there_twice(desk: Desk) -> None:
    box = desk.child(QLineEdit, "searchBox")
    box.setFocus()
    compose(box, "窓口")
    desk.editor.setFocus()
    commit(box, "窓口")
    assert box.text() == "窓口"


# --- search ----------------------------------------------------------------------------------------------------------


def test_escape_while_composing_in_the_search_box_does_not_end_the_search(desk: Desk) -> None:
    desk.add("窓口が遠い")
    box = desk.child(QLineEdit, "searchBox")
    box.setFocus()
    commit(box, "窓口")
    compose(box, "が")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.hasFocus()
    assert box.text() == "窓口"
    compose(box, "")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    assert desk.editor.hasFocus()


@pytest.mark.parametrize("composition", ["まど", "まどg", "マドｇ"])
def test_what_is_being_composed_is_searched_as_it_is_seen(desk: Desk, qtbot: QtBot, composition: str) -> None:
    for text in ("まどぐちが遠い", "駐車場"):
        desk.add(text)
    box = desk.child(QLineEdit, "searchBox")
    box.setFocus()
    compose(box, composition)
    qtbot.waitUntil(lambda: [note.text for note in desk.rows()] == ["まどぐちが遠い"])
    compose(box, "")
    qtbot.waitUntil(lambda: len(desk.rows()) == 2)
