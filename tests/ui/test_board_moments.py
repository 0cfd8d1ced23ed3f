"""いまを残す: keeping, looking back, comparing and writing out, with hands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from board_desk import BoardDesk, board_desk, fill
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QListWidget, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.board import Position, Spot
from workshop_app.domain.note import NoteDraft
from workshop_app.services import arrange, record, votes
from workshop_app.ui.board.look_back import LookBack
from workshop_app.ui.widgets import LineField

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot: QtBot, services: bootstrap.Services, ward_file: Path) -> BoardDesk:
    fill(ward_file, ["一つめ", "二つめ", "三つめ"])
    return board_desk(ward_file, services, qtbot)


def answer(dialog_name: str, act: Callable[[QDialog], None]) -> None:
    """Do something in the dialog that is about to open."""

    def do() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        assert dialog.objectName() == dialog_name
        act(dialog)

    QTimer.singleShot(0, do)


def press(dialog: QDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button is not None, name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def at_board(desk: BoardDesk) -> None:
    """Keys reach only the active window, and nothing makes the board that again when a dialog has gone."""
    desk.window.activateWindow()
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    desk.view.setFocus()


def keep(desk: BoardDesk, usual: str) -> None:
    def act(dialog: QDialog) -> None:
        press(dialog, usual)
        press(dialog, "dialogAction")

    at_board(desk)
    answer("keepMomentDialog", act)
    desk.key(Qt.Key.Key_M, CTRL)


def look_back(desk: BoardDesk) -> LookBack:
    at_board(desk)
    answer("momentsDialog", lambda dialog: press(dialog, "dialogAction"))
    desk.key(Qt.Key.Key_M, CTRL | SHIFT)
    desk.qtbot.waitUntil(lambda: desk.page.extras.past is not None)
    past = desk.page.extras.past
    assert past is not None
    return past


def names(desk: BoardDesk) -> list[str]:
    return [moment.name for moment in desk.page.extras._open_file.workspace.moments()]


def lines(past: LookBack) -> list[str]:
    found = past.findChild(QListWidget, "lookBackList")
    assert found is not None
    return [found.item(row).text() for row in range(found.count())]


def test_moment_is_kept_by_a_usual_name_and_undone_like_anything(desk: BoardDesk) -> None:
    keep(desk, "momentUsual_0")
    assert names(desk) == ["発散終了"]
    assert "発散終了" in desk.page._banner.text()
    at_board(desk)
    desk.key(Qt.Key.Key_Z, CTRL)
    assert names(desk) == []
    desk.key(Qt.Key.Key_Y, CTRL)
    assert names(desk) == ["発散終了"]


def test_moment_without_a_name_cannot_be_kept(desk: BoardDesk) -> None:
    def act(dialog: QDialog) -> None:
        button = dialog.findChild(QPushButton, "dialogAction")
        assert button is not None
        assert not button.isEnabled()
        name = dialog.findChild(LineField, "momentName")
        assert name is not None
        QTest.keyClicks(name, "before lunch")
        assert button.isEnabled()
        QTest.keyClick(name, Qt.Key.Key_Escape)

    at_board(desk)
    answer("keepMomentDialog", act)
    desk.key(Qt.Key.Key_M, CTRL)
    assert names(desk) == []


def test_looking_back_shows_the_board_as_it_was_and_what_became_of_it(desk: BoardDesk) -> None:
    keep(desk, "momentUsual_1")
    first, second, third = (desk.note(text) for text in ("一つめ", "二つめ", "三つめ"))
    desk.do(lambda workspace: record.add_notes(workspace, [NoteDraft("あとから", "T1", None, 1)]))
    desk.do(lambda workspace: votes.add_votes(workspace, first, 3))
    desk.do(lambda workspace: arrange.move(workspace, {second: Spot(None, Position(900, 900))}))
    desk.do(lambda workspace: record.void_notes(workspace, [third], "重ねて入力した"))
    past = look_back(desk)
    assert past.isVisible()
    assert {item.note.text for item in past.scene.content.notes.values()} == {"一つめ", "二つめ", "三つめ"}
    assert lines(past) == [
        "増えた 1件",
        "あとから",
        "なくなった 1件",
        "三つめ",
        "票が変わった 1件",
        "一つめ: 0 → 3",
        "動いた 1件",
        "二つめ",
    ]
    assert not desk.page.tools.isEnabled()
    QTest.keyClick(past.view, Qt.Key.Key_Delete)
    assert len(past.scene.content.notes) == 3
    QTest.keyClick(past.view, Qt.Key.Key_Escape)
    assert desk.page.extras.past is None
    assert desk.page.tools.isEnabled()
    assert {item.note.text for item in desk.content.notes.values()} == {"一つめ", "二つめ", "あとから"}


def test_looking_back_flies_to_the_note_of_a_line(desk: BoardDesk) -> None:
    keep(desk, "momentUsual_1")
    desk.do(lambda workspace: votes.add_votes(workspace, desk.note("二つめ"), 1))
    past = look_back(desk)
    found = past.list
    QTest.mouseClick(
        found.viewport(), Qt.MouseButton.LeftButton, pos=found.visualItemRect(found.item(1)).center()
    )
    assert past.scene.chosen == {desk.note("二つめ")}
    press_button = past.findChild(QPushButton, "lookBackLeave")
    assert press_button is not None
    QTest.mouseClick(press_button, Qt.MouseButton.LeftButton)
    assert desk.page.extras.past is None


def test_two_moments_are_compared_with_each_other(desk: BoardDesk) -> None:
    keep(desk, "momentUsual_0")
    desk.do(lambda workspace: votes.add_votes(workspace, desk.note("一つめ"), 1))
    keep(desk, "momentUsual_2")
    past = look_back(desk)
    assert lines(past) == ["変わったところはありません。"]
    past._with.setCurrentIndex(1)
    assert past._with.currentText().startswith("発散終了")
    assert lines(past) == ["票が変わった 1件", "一つめ: 1 → 0"]


def test_board_is_written_from_the_window_and_its_folder_offered(
    desk: BoardDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "カード"
    asked: list[str] = []

    def name(*arguments: object) -> tuple[str, str]:
        asked.append(str(arguments[2]))
        return str(target), ""

    def act(dialog: QDialog) -> None:
        cards = dialog.findChild(QRadioButton, "boardExport_cards")
        assert cards is not None
        cards.click()
        press(dialog, "dialogAction")

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name)
    answer("boardExportDialog", act)
    desk.key(Qt.Key.Key_E, CTRL)
    desk.qtbot.waitUntil(lambda: "開いて確かめました" in desk.page._banner.text(), timeout=30_000)
    assert Path(asked[0]).name == "東区 第1回_A_カード.pdf"
    assert (tmp_path / "カード.pdf").read_bytes().startswith(b"%PDF-")


def test_board_export_that_is_refused_says_why_on_the_page(desk: BoardDesk, tmp_path: Path) -> None:
    from workshop_app.services.board_papers import BoardWish

    desk.page.extras.exporter.write(tmp_path / "ない" / "a.pdf", BoardWish())
    desk.qtbot.waitUntil(lambda: desk.page._banner.level == "error", timeout=30_000)
    assert "出力先のフォルダー" in desk.page._banner.text()
