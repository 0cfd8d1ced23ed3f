"""Every action of the capture page has a key and a place in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from capture_desk import CTRL, SHIFT, Desk, Disk, desk_on, when_dialog
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from workshop_app.ui.actions import ACTIONS
from workshop_app.ui.capture.note_fields import NumberField


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path) -> Iterator[Desk]:
    desk = desk_on(ward_file, Disk(), qtbot)
    desk.editor.setFocus()
    yield desk
    desk.window.close()


def button(desk: Desk, name: str) -> QAbstractButton:
    found: QAbstractButton = desk.child(QAbstractButton, name)
    return found


def choose(desk: Desk, row: int = 0) -> None:
    desk.window.activateWindow()
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    desk.list.setFocus()
    desk.list.setCurrentIndex(desk.list.model().index(row, 0))


def agree(dialog: QDialog) -> None:
    QTest.mouseClick(dialog.findChild(QAbstractButton, "dialogAction"), Qt.MouseButton.LeftButton)


def test_the_chosen_note_is_corrected_voided_and_restored_by_buttons_in_sight(desk: Desk) -> None:
    desk.add("意見")
    names = ("editNote", "voidNote", "restoreNote")
    assert [button(desk, name).isVisible() for name in names] == [True] * 3
    assert [button(desk, name).isEnabled() for name in names] == [False] * 3
    assert button(desk, "voidNote").toolTip() == "先に一覧で付箋を選んでください"
    choose(desk)
    assert [button(desk, name).isEnabled() for name in names] == [True, True, False]
    asked: list[str] = []
    when_dialog("editNoteDialog", lambda dialog: (asked.append(dialog.windowTitle()), dialog.reject()))
    desk.press("editNote")
    assert asked == ["付箋 東A-001 を直します"]
    when_dialog("voidDialog", agree)
    desk.press("voidNote")
    assert desk.on_disk()[0].voided
    assert [button(desk, name).isEnabled() for name in names] == [False, False, True]
    assert "先に戻してください" in button(desk, "editNote").toolTip()
    desk.press("restoreNote")
    assert not desk.on_disk()[0].voided
    assert [button(desk, name).isEnabled() for name in names] == [True, True, False]


def test_restoring_has_a_key_beside_the_one_that_voids(desk: Desk) -> None:
    desk.add("意見")
    choose(desk)
    when_dialog("voidDialog", agree)
    desk.key(Qt.Key.Key_Delete)
    assert desk.on_disk()[0].voided
    choose(desk)
    desk.key(Qt.Key.Key_Delete, CTRL)
    assert not desk.on_disk()[0].voided


@pytest.mark.parametrize(("key", "name"), [(Qt.Key.Key_T, "captureTable"), (Qt.Key.Key_R, "captureRound")])
def test_table_and_round_are_chosen_by_key_and_the_cursor_comes_back(
    desk: Desk, qtbot: QtBot, key: Qt.Key, name: str
) -> None:
    field = desk.child(NumberField, name)
    desk.shortcut(key)
    qtbot.waitUntil(field.view().isVisible)
    QTest.keyClick(field.view(), Qt.Key.Key_3)
    QTest.keyClick(field.view(), Qt.Key.Key_Return)
    assert field.number == 3
    qtbot.waitUntil(desk.editor.hasFocus)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert desk.editor.hasFocus()


def test_points_are_chosen_by_key_and_without_a_theme_it_says_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    points = desk.child(QListWidget, "pointList")
    desk.shortcut(Qt.Key.Key_L)
    assert not points.isVisible()
    assert "先にテーマを選んでください" in desk.banner()
    desk.press("themeButton_T1")
    desk.shortcut(Qt.Key.Key_L)
    qtbot.waitUntil(points.isVisible)
    QTest.keyClick(points, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not points.isVisible())


def test_many_lines_are_pasted_by_key(desk: Desk) -> None:
    QGuiApplication.clipboard().setText("一\n二")
    when_dialog("pasteDialog", agree)
    desk.shortcut(Qt.Key.Key_V, CTRL | SHIFT)
    assert desk.texts() == ["一", "二"]


def test_no_key_does_anything_while_a_word_is_composed(desk: Desk) -> None:
    desk.press("themeButton_T1")
    QGuiApplication.clipboard().setText("一\n二")
    desk.compose("こうそう")
    for key, modifiers in (
        (Qt.Key.Key_T, CTRL),
        (Qt.Key.Key_R, CTRL),
        (Qt.Key.Key_L, CTRL),
        (Qt.Key.Key_V, CTRL | SHIFT),
    ):
        desk.shortcut(key, modifiers)
        assert desk.editor.hasFocus()
        assert QApplication.activePopupWidget() is None
        assert QApplication.activeModalWidget() is None
    assert desk.editor.composing


def test_the_help_and_the_tooltips_tell_the_keys(desk: Desk) -> None:
    keys = {key for spec in ACTIONS for key in spec.keys}
    assert {"Ctrl+T", "Ctrl+R", "Ctrl+L", "Ctrl+Shift+V", "Ctrl+Delete"} <= keys
    desk.press("themeButton_T1")
    assert button(desk, "pasteButton").toolTip() == "まとめて貼り付け（Ctrl+Shift+V）"
    assert button(desk, "pointButton").toolTip() == "論点を選ぶ（Ctrl+L）"
    titles = [
        label.toolTip() for label in desk.child(NumberField, "captureTable").parent().findChildren(QWidget)
    ]
    assert {"テーブル（Ctrl+T）", "ラウンド（Ctrl+R）"} <= set(titles)
