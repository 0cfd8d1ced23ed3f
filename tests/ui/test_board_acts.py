"""What the menu of the board does, each one step for undo: lining up, linking, splitting, dissolving, taking back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from board_desk import CTRL, SHIFT, BoardDesk, board_desk, fill
from capture_desk import when_dialog
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QMenu
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.board import Relation
from workshop_app.ui.board.acts import Acts

TEXTS = (
    "窓口が遠い。駐車場も足りない",
    "バスが少ない",
    "道が暗い",
    "祭りが楽しい",
    "坂がきつい",
    "畑を借りたい",
)


@pytest.fixture
def desk(ward_file: Path, services: bootstrap.Services, qtbot: QtBot) -> BoardDesk:
    fill(ward_file, TEXTS)
    return board_desk(ward_file, services, qtbot)


def acts(desk: BoardDesk) -> Acts:
    return desk.page.hands.acts


def undone(desk: BoardDesk) -> None:
    """One step back, and nothing left to undo."""
    # A shortcut reaches only the active window, and a dialog that has just gone was it.
    desk.window.activateWindow()
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    desk.view.setFocus()
    desk.key(Qt.Key.Key_Z, CTRL)
    assert not desk.page.desk.open_file.history.can_undo()


def menu_line(desk: BoardDesk, words: str) -> None:
    """Open the menu of what is chosen and press one of its lines."""
    desk.page.hands._show_menu(desk.view.viewport().mapToGlobal(QPoint(200, 60)))
    menu = next(one for one in desk.window.findChildren(QMenu, "boardMenu") if one.isVisible())
    waiting = list(menu.actions())
    while waiting:
        action = waiting.pop()
        if action.menu() is not None:
            waiting += action.menu().actions()
        elif action.text().split("\t")[0] == words:
            menu.close()
            action.trigger()
            return
    raise AssertionError([action.text() for action in menu.actions()])


def test_notes_that_say_the_same_are_linked_and_both_stay(desk: BoardDesk) -> None:
    desk.choose(desk.note("バスが少ない"), desk.note("坂がきつい"))
    menu_line(desk, "同じ意味として結ぶ")
    (link,) = desk.on_disk().links
    assert {link.first_id, link.second_id} == {desk.note("バスが少ない"), desk.note("坂がきつい")}
    assert len(desk.on_disk().notes) == 6
    menu_line(desk, "同じ意味の結びを外す")
    assert desk.on_disk().links == ()
    desk.key(Qt.Key.Key_Z, CTRL)
    assert len(desk.on_disk().links) == 1
    undone(desk)
    assert desk.on_disk().links == ()


def test_a_note_is_split_where_the_cursor_stands(desk: BoardDesk) -> None:
    desk.choose(desk.note(TEXTS[0]))

    def answer(dialog: QDialog) -> None:
        assert dialog.parts() == ("窓口が遠い。", "駐車場も足りない")
        dialog.editor.moveCursor(QTextCursor.MoveOperation.Start)
        button = dialog.findChild(QAbstractButton, "dialogAction")
        assert not button.isEnabled(), "a note without words is none"
        cursor = dialog.editor.textCursor()
        cursor.setPosition(6)
        dialog.editor.setTextCursor(cursor)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    when_dialog("splitDialog", answer)
    menu_line(desk, "2枚に分ける…")
    texts = {item.note.text for item in desk.on_disk().notes}
    assert {"窓口が遠い。", "駐車場も足りない"} <= texts
    first, second = desk.note("窓口が遠い。"), desk.note("駐車場も足りない")
    boxes = desk.content.boxes
    assert not any(boxes[second].overlaps(boxes[one]) for one in boxes if one != second)
    assert desk.content.notes[second].note.number.startswith(desk.content.notes[first].note.number)
    undone(desk)
    assert {item.note.text for item in desk.on_disk().notes} == set(TEXTS)


def test_a_dissolved_island_leaves_its_notes_where_they_are_seen(desk: BoardDesk) -> None:
    desk.choose(desk.note("バスが少ない"), desk.note("道が暗い"))
    desk.key(Qt.Key.Key_G, CTRL)
    before = {one: desk.content.boxes[one] for one in desk.content.notes}
    desk.key(Qt.Key.Key_G, CTRL | SHIFT)
    assert desk.on_disk().islands == ()
    assert {one: desk.content.boxes[one] for one in desk.content.notes} == before
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.texts_in(desk.island()) == {"バスが少ない", "道が暗い"}
    assert {one: desk.content.boxes[one] for one in desk.content.notes} == before


def test_notes_leave_an_island_and_stand_beside_it(desk: BoardDesk) -> None:
    desk.choose(desk.note("バスが少ない"), desk.note("道が暗い"))
    desk.key(Qt.Key.Key_G, CTRL)
    island = desk.island()
    desk.choose(desk.note("道が暗い"))
    menu_line(desk, "島から出す")
    assert desk.texts_in(island) == {"バスが少ない"}
    assert not desk.content.boxes[desk.note("道が暗い")].overlaps(desk.content.boxes[island])


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("左", lambda box: box.x),
        ("右", lambda box: box.right),
        ("上", lambda box: box.y),
        ("下", lambda box: box.bottom),
    ],
)
def test_lining_up_puts_all_on_one_line_without_overlap(
    desk: BoardDesk, words: str, same: Callable[[object], int]
) -> None:
    chosen = [desk.note(text) for text in ("バスが少ない", "道が暗い", "坂がきつい")]
    before = dict(desk.content.boxes)
    desk.choose(*chosen)
    menu_line(desk, words)
    boxes = [desk.content.boxes[one] for one in chosen]
    assert len({same(box) for box in boxes}) == 1
    assert not any(one.overlaps(two) for n, one in enumerate(boxes) for two in boxes[n + 1 :])
    undone(desk)
    assert desk.content.boxes == before


def test_gaps_are_made_even(desk: BoardDesk) -> None:
    chosen = [desk.note(text) for text in (TEXTS[0], "バスが少ない", "道が暗い")]
    desk.choose(chosen[1])
    for _ in range(3):
        desk.key(Qt.Key.Key_Right)
    desk.choose(*chosen)
    menu_line(desk, "横に等間隔")
    first, second, third = (desk.content.boxes[one] for one in chosen)
    assert second.x - first.right == third.x - second.right


def test_theme_and_kind_are_given_to_many_at_once(desk: BoardDesk) -> None:
    chosen = [desk.note("バスが少ない"), desk.note("道が暗い")]
    theme = desk.page.desk.open_file.agenda.all_themes[1]
    desk.choose(*chosen)
    menu_line(desk, theme.short_title)
    menu_line(desk, "提案")
    notes = {item.note.note_id: item.note for item in desk.on_disk().notes}
    assert {notes[one].theme for one in chosen} == {theme.id}
    assert {notes[one].kind for one in chosen} == {"idea"}
    desk.key(Qt.Key.Key_Z, CTRL)
    undone(desk)
    assert {item.note.theme for item in desk.on_disk().notes} == {"T1"}
    desk.key(Qt.Key.Key_Escape)
    desk.key(Qt.Key.Key_Y, CTRL)
    menu_line(desk, "島に入っていない付箋をテーマごとに分ける")
    boxes = desk.content.boxes
    right = max(boxes[one].right for one in boxes if one not in chosen)
    assert all(boxes[one].x > right for one in chosen)


def test_a_note_is_taken_back_with_a_reason_and_comes_back(desk: BoardDesk) -> None:
    desk.choose(desk.note("道が暗い"))

    def answer(dialog: QDialog) -> None:
        dialog.accept()

    when_dialog("voidDialog", answer)
    desk.key(Qt.Key.Key_Delete)
    assert "道が暗い" not in {item.note.text for item in desk.content.notes.values()}
    undone(desk)
    assert desk.note("道が暗い") in desk.content.boxes


def test_two_chosen_things_are_connected_by_key_and_the_word_is_changed(desk: BoardDesk) -> None:
    desk.choose(desk.note("バスが少ない"), desk.note("坂がきつい"))
    desk.key(Qt.Key.Key_A)
    desk.trigger("relationMenu", f"relation_{Relation.SOLUTION}")
    (arrow,) = desk.on_disk().arrows
    assert arrow.relation is Relation.SOLUTION
    desk.page.scene.choose([arrow.arrow_id])
    assert "解決" in desk.view.accessibleName()
    menu_line(desk, "向きを変える")
    (turned,) = desk.on_disk().arrows
    assert (turned.source_id, turned.target_id) == (arrow.target_id, arrow.source_id)
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.on_disk().arrows == (arrow,)
    undone(desk)
    assert desk.on_disk().arrows == ()
