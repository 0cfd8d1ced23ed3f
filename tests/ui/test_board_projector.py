"""The projector: what the room sees, and what it never does."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_desk import BoardDesk, board_desk, fill
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.board import Board, BoardNote, Position, Scope, for_the_room
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note, NoteDraft
from workshop_app.services import arrange, islands, record
from workshop_app.services.islands import NewIsland
from workshop_app.ui.board.projector import Projector, second_screen
from workshop_app.ui.board.tool_row import ToolButton

TEXTS = [f"意見その{number}" for number in range(1, 11)]


@pytest.fixture
def desk(qtbot: QtBot, services: bootstrap.Services, ward_file: Path) -> BoardDesk:
    """Eight notes in 「窓口」 and two outside of any island."""
    fill(ward_file, TEXTS, columns=4)
    database = bootstrap.open_database(ward_file)
    notes = database.notes()
    island = NewIsland(database.local.workshop_id, 1, Position(0, 600), None, "窓口が遠い")
    members = {note.note_id: Position(220 * (n % 4), 130 * (n // 4)) for n, note in enumerate(notes[:8])}
    islands.group(database, island, members, {})
    database.close()
    return board_desk(ward_file, services, qtbot)


def projected(desk: BoardDesk) -> Projector:
    """Press 投影 and give the window that opens."""
    button = desk.window.findChild(ToolButton, "board_project")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    projector = desk.page.extras.projection.projector
    assert projector is not None
    desk.qtbot.waitExposed(projector)
    return projector


def texts(projector: Projector) -> list[str]:
    return [note.text for note in projector.notes()]


def press(projector: Projector, key: Qt.Key) -> None:
    QTest.keyClick(projector, key)


def bar_button(desk: BoardDesk, name: str) -> QPushButton:
    found = desk.window.findChild(QPushButton, f"projection_{name}")
    assert isinstance(found, QPushButton)
    return found


def test_projector_shows_six_notes_of_an_island_and_turns_pages(desk: BoardDesk) -> None:
    projector = projected(desk)
    assert projector.isWindow()
    assert texts(projector) == TEXTS[:6]
    words = projector.words()
    assert (words.title, words.place, words.count) == ("窓口が遠い", "東区 1班", "1 / 2ページ　島 1 / 2")
    press(projector, Qt.Key.Key_Down)
    assert texts(projector) == TEXTS[6:8]
    press(projector, Qt.Key.Key_Down)
    assert texts(projector) == TEXTS[6:8]
    press(projector, Qt.Key.Key_Right)
    assert texts(projector) == TEXTS[8:]
    assert projector.words().title == "島に入っていない付箋"
    press(projector, Qt.Key.Key_Left)
    assert texts(projector) == TEXTS[:6]


def test_projector_is_large_and_has_no_number_on_it(desk: BoardDesk) -> None:
    projector = projected(desk)
    projector.resize(1280, 720)
    image = projector.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, 1280, 5) for y in range(0, 720, 5)}
    assert len(colours) > 5
    number = next(iter(projector.notes())).number
    assert number not in projector.accessibleName()
    assert projector.accessibleName().startswith("窓口が遠い。意見その1")


def test_projector_never_shows_what_is_held_voided_or_not_settled(desk: BoardDesk) -> None:
    projector = projected(desk)
    ids = [desk.note(text) for text in TEXTS[:3]]
    desk.do(lambda workspace: arrange.hold_notes(workspace, ids[:1], True))
    desk.do(lambda workspace: record.void_notes(workspace, ids[1:2], "打ち間違い"))
    assert texts(projector) == TEXTS[2:8]

    note = desk.content.notes[ids[2]].note
    unsettled = BoardNote(Note(**{**_fields(note), "conflicts": ("text",)}), None)
    other = BoardNote(
        Note(**{**_fields(note), "conflicts": ("votes",), "note_id": EntityId(b"1" * 16)}), None
    )
    shown = for_the_room(Board(Scope(), (unsettled, other))).notes
    assert [item.note.note_id for item in shown] == [other.note.note_id]
    assert shown[0].note.conflicts == ()


def _fields(note: Note) -> dict[str, object]:
    return {name: getattr(note, name) for name in Note.__slots__}


def test_projector_shows_a_text_only_once_it_is_saved(desk: BoardDesk) -> None:
    projector = projected(desk)
    note = desk.note(TEXTS[0])
    desk.click(desk.place(note))
    desk.key(Qt.Key.Key_F2)
    desk.type("書きかけ")
    desk.compose("へんかん")
    assert texts(projector)[0] == TEXTS[0]
    desk.compose("")
    desk.key(Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: "書きかけ" in texts(projector)[0])


def test_projector_follows_the_operator_until_the_room_is_led_from_it(desk: BoardDesk) -> None:
    projector = projected(desk)
    assert bar_button(desk, "follow").isChecked()
    desk.click(desk.place(desk.note(TEXTS[9])))
    assert projector.island_id is None
    desk.click(desk.place(desk.note(TEXTS[0])))
    assert projector.island_id == desk.island("窓口が遠い")
    press(projector, Qt.Key.Key_Right)
    assert not bar_button(desk, "follow").isChecked()
    desk.click(desk.place(desk.note(TEXTS[1])))
    assert projector.island_id is None
    QTest.mouseClick(bar_button(desk, "follow"), Qt.MouseButton.LeftButton)
    assert projector.island_id == desk.island("窓口が遠い")


def test_projector_reads_aloud_one_note_at_a_time_and_comes_back_to_its_page(desk: BoardDesk) -> None:
    projector = projected(desk)
    press(projector, Qt.Key.Key_R)
    assert bar_button(desk, "aloud").isChecked()
    for _ in range(7):
        press(projector, Qt.Key.Key_Down)
    assert texts(projector) == [TEXTS[7]]
    assert projector.words().count == "8 / 8枚　島 1 / 2"
    press(projector, Qt.Key.Key_R)
    assert texts(projector) == TEXTS[6:8]


def test_projector_goes_black_and_changes_contrast(desk: BoardDesk) -> None:
    projector = projected(desk)
    light = projector.grab().toImage().pixelColor(3, 3)
    press(projector, Qt.Key.Key_C)
    dark = projector.grab().toImage().pixelColor(3, 3)
    assert light.lightness() > 240
    assert dark.lightness() < 15
    press(projector, Qt.Key.Key_C)
    press(projector, Qt.Key.Key_B)
    assert texts(projector) == []
    assert projector.accessibleName() == ""
    image = projector.grab().toImage()
    assert {image.pixelColor(x, 360).lightness() for x in range(0, image.width(), 9)} == {0}
    press(projector, Qt.Key.Key_B)
    assert texts(projector) == TEXTS[:6]


def test_projector_is_opened_and_closed_by_f5_from_both_windows(desk: BoardDesk) -> None:
    desk.key(Qt.Key.Key_F5)
    projector = desk.page.extras.projection.projector
    assert projector is not None
    desk.qtbot.waitExposed(projector)
    press(projector, Qt.Key.Key_F5)
    assert desk.page.extras.projection.projector is None
    assert not desk.page.extras.projection.bar.isVisible()
    projector = projected(desk)
    press(projector, Qt.Key.Key_Escape)
    assert desk.page.extras.projection.projector is None


def test_projector_takes_the_other_screen_and_else_says_that_there_is_none(desk: BoardDesk) -> None:
    own = QGuiApplication.primaryScreen()
    assert second_screen([own], own) is None
    other = object()
    assert second_screen([own, other], own) is other  # type: ignore[list-item, comparison-overlap]
    projector = projected(desk)
    assert not projector.isFullScreen()
    assert "2つめの画面がない" in desk.page._banner.text()


def test_projector_keeps_its_island_when_new_notes_come(desk: BoardDesk) -> None:
    projector = projected(desk)
    press(projector, Qt.Key.Key_Right)
    desk.do(lambda workspace: record.add_notes(workspace, [NoteDraft("いま書いた", "T1", "good", 1)]))
    assert projector.island_id is None
    assert "いま書いた" in texts(projector)
