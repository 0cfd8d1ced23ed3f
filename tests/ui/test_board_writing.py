"""Stories at the board: writing in place with an input method, counting seals, merging while the board is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_desk import CTRL, SHIFT, BoardDesk, board_desk, fill
from capture_desk import Disk, FullDiskServices
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.changes import Changes
from workshop_app.domain.fold import TYPE_KEY
from workshop_app.domain.note import NoteDraft
from workshop_app.domain.op import OpKind
from workshop_app.services import record
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.ui.board.tally_bar import TallyBar
from workshop_app.ui.widgets import Banner, ComboField

LONG = "区役所と出張所でできる手続きの違いが、行ってみないと分からないので二度手間になることが多い"


@pytest.fixture
def desk(ward_file: Path, services: bootstrap.Services, qtbot: QtBot) -> BoardDesk:
    fill(ward_file, ["窓口が遠い", "バスが少ない", LONG], columns=3)
    return board_desk(ward_file, services, qtbot)


def double_click(desk: BoardDesk, place: QPoint) -> None:
    QTest.mouseDClick(desk.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def texts(desk: BoardDesk) -> list[str]:
    return sorted(item.note.text for item in desk.on_disk().notes)


# --- writing ---------------------------------------------------------------------------------------------------


def test_double_click_writes_in_the_note_and_enter_saves(desk: BoardDesk) -> None:
    note = desk.note("窓口が遠い")
    double_click(desk, desk.place(note))
    assert desk.editor.text() == "窓口が遠い"
    desk.type("。車がない")
    desk.key(Qt.Key.Key_Return)
    assert desk.page.hands.edit.box is None
    assert "窓口が遠い。車がない" in texts(desk)
    desk.key(Qt.Key.Key_Z, CTRL)
    assert "窓口が遠い" in texts(desk)


def test_enter_and_escape_belong_to_the_input_method_while_it_is_composing(desk: BoardDesk) -> None:
    desk.choose(desk.note("窓口が遠い"))
    desk.key(Qt.Key.Key_F2)
    desk.compose("へんかん")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab):
        QTest.keyClick(desk.editor, key)
        assert desk.page.hands.edit.box is not None
    assert "窓口が遠い" in texts(desk)
    # Leaving the page commits the word into the text and saves it.
    desk.window.show_page("capture")
    assert "窓口が遠いへんかん" in texts(desk)


def test_a_press_elsewhere_saves_the_open_composition_exactly_once(desk: BoardDesk) -> None:
    desk.choose(desk.note("窓口が遠い"))
    desk.key(Qt.Key.Key_F2)
    desk.compose("です")
    desk.click(QPoint(40, 500))
    assert "窓口が遠いです" in texts(desk)


def test_escape_gives_up_what_was_typed(desk: BoardDesk) -> None:
    desk.choose(desk.note("窓口が遠い"))
    desk.key(Qt.Key.Key_F2)
    desk.type("x")
    desk.key(Qt.Key.Key_Escape)
    assert "窓口が遠い" in texts(desk)
    assert not desk.page.desk.open_file.history.can_undo()


def test_tab_goes_to_the_note_on_the_right_and_makes_one_where_there_is_room(desk: BoardDesk) -> None:
    first, second, last = desk.note("窓口が遠い"), desk.note("バスが少ない"), desk.note(LONG)
    desk.choose(first)
    desk.key(Qt.Key.Key_F2)
    desk.key(Qt.Key.Key_Tab)
    assert desk.page.scene.chosen == {second}
    assert desk.page.hands.edit.box is None
    desk.choose(last)
    desk.key(Qt.Key.Key_F2)
    desk.key(Qt.Key.Key_Tab)
    desk.type("駅前を明るく")
    desk.key(Qt.Key.Key_Return, CTRL)
    new = desk.note("駅前を明るく")
    boxes = desk.content.boxes
    assert boxes[new].y == boxes[last].y
    assert boxes[new].x > boxes[last].right
    # Ctrl+Enter went on below it.
    desk.type("その下")
    desk.key(Qt.Key.Key_Return)
    below = desk.note("その下")
    assert boxes[new].x == desk.content.boxes[below].x
    assert desk.content.boxes[below].y > boxes[new].bottom
    board = desk.on_disk()
    assert {item.note.theme for item in board.notes} == {"T1"}
    assert all(item.position is not None for item in board.notes)


def test_n_writes_a_new_note_at_once(desk: BoardDesk) -> None:
    desk.key(Qt.Key.Key_N)
    desk.type("新しい意見")
    desk.key(Qt.Key.Key_Return)
    assert "新しい意見" in texts(desk)
    desk.key(Qt.Key.Key_Z, CTRL)
    assert "新しい意見" not in texts(desk)


def test_the_title_of_an_island_is_written_late_and_may_stay_empty(desk: BoardDesk) -> None:
    desk.choose(desk.note("窓口が遠い"), desk.note("バスが少ない"))
    desk.key(Qt.Key.Key_G, CTRL)
    island = desk.island()
    assert "表札なし" in desk.view.accessibleName()
    double_click(desk, desk.head(island))
    desk.type("行くのに時間がかかる")
    desk.key(Qt.Key.Key_Return)
    assert desk.content.islands[island].title == "行くのに時間がかかる"
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.content.islands[island].title == ""


def test_a_disk_that_refuses_leaves_the_words_in_the_box(ward_file: Path, qtbot: QtBot) -> None:
    fill(ward_file, ["窓口が遠い"])
    disk = Disk()
    desk = board_desk(ward_file, FullDiskServices(disk), qtbot)
    desk.choose(desk.note("窓口が遠い"))
    desk.key(Qt.Key.Key_F2)
    desk.type("。急いでほしい")
    disk.full = True
    desk.key(Qt.Key.Key_Return)
    assert desk.editor.text() == "窓口が遠い。急いでほしい"
    assert desk.page.unsaved_text() == "窓口が遠い。急いでほしい"
    disk.full = False
    desk.key(Qt.Key.Key_Return)
    assert texts(desk) == ["窓口が遠い。急いでほしい"]


def hand_out_seals(path: Path, **counts: int) -> None:
    database = bootstrap.open_database(path)
    workshop_id = database.local.workshop_id
    assert workshop_id is not None
    with database.transaction() as uow:
        uow.append(workshop_id, OpKind.SET, {TYPE_KEY: "workshop", **counts}, ())
    database.close()


# --- seals -----------------------------------------------------------------------------------------------------


def test_one_key_or_press_per_seal_and_a_warning_when_there_are_too_many(
    tmp_path: Path, services: bootstrap.Services, qtbot: QtBot
) -> None:
    path = tmp_path / "票.wsdb"
    agenda = bootstrap.load_agenda(None)
    bootstrap.create_database(path, WorkshopSetup(agenda, "東区", "2014-10-05", "東区役所", 4))
    hand_out_seals(path, voters=2, votes_per_person=2)
    fill(path, ["窓口が遠い", "バスが少ない"])
    desk = board_desk(path, services, qtbot)
    first, second = desk.note("窓口が遠い"), desk.note("バスが少ない")
    desk.key(Qt.Key.Key_V)
    for _ in range(3):
        desk.click(desk.place(first))
    desk.click(desk.place(second))
    tally = desk.window.findChild(TallyBar, "boardTally")
    assert tally is not None
    assert tally.isVisible()
    assert tally.warning == ""
    desk.key(Qt.Key.Key_Space)
    assert desk.content.notes[second].note.votes == 2
    assert "1票" in tally.warning
    desk.click(desk.place(first), SHIFT)
    assert desk.content.notes[first].note.votes == 2
    assert tally.warning == ""
    desk.key(Qt.Key.Key_Backspace)
    desk.key(Qt.Key.Key_Z, CTRL)
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.content.notes[first].note.votes == 3


# --- merging ---------------------------------------------------------------------------------------------------


def test_a_merge_while_the_board_is_open_moves_nothing_that_was_there(
    desk: BoardDesk, tmp_path: Path
) -> None:
    laptop = tmp_path / "東区 第1回_B.wsdb"
    agenda = bootstrap.load_agenda(None)
    setup = WorkshopSetup(agenda, "東区", "2014-10-05", "東区役所", 4, device_mark="B")
    bootstrap.create_database(laptop, setup)
    database = bootstrap.open_database(laptop)
    drafts = [NoteDraft("Bの一枚目", "T1", None, 1), NoteDraft("Bの二枚目", "T2", None, 1)]
    record.add_notes(database, drafts)
    database.close()
    before = dict(desk.content.boxes)
    objects = {one: id(item) for one, item in desk.content.notes.items()}
    moved = []
    desk.page.scene.content_changed.connect(lambda difference: moved.append(difference))
    report = bootstrap.merge_files(desk.path, [laptop])
    assert report.sources[0].added == 2
    desk.page.desk.open_file.reread(Changes(everything=True))
    boxes = desk.content.boxes
    assert {one: boxes[one] for one in before} == before
    assert {one: id(desk.content.notes[one]) for one in before} == objects
    (difference,) = moved
    assert difference.changed == frozenset()
    assert {desk.content.notes[one].note.text for one in difference.added} == {"Bの一枚目", "Bの二枚目"}
    for new in difference.added:
        assert not any(boxes[new].overlaps(boxes[old]) for old in before)
    assert desk.content.incoming == set(difference.added)
    assert "新しい付箋が 2枚" in desk.window.findChild(Banner, "boardBanner").text()


def test_the_board_costs_typing_nothing_and_is_right_when_it_comes_to_the_front(
    desk: BoardDesk,
) -> None:
    window = desk.window
    window.show_page("capture")
    reads = []
    real = desk.page.scene._read
    desk.page.scene._read = lambda scope, **rest: reads.append(scope) or real(scope, **rest)
    database_changes = record.add_notes(desk.page.desk.open_file.workspace, [NoteDraft("あとから", table=1)])
    desk.page.desk.open_file.changed.emit(database_changes)
    assert reads == []
    window.show_page("board")
    assert len(reads) == 1
    assert desk.note("あとから") in desk.content.boxes
    assert desk.content.incoming == set()


def test_a_file_of_several_tables_shows_the_one_chosen(
    ward_file: Path, services: bootstrap.Services, qtbot: QtBot
) -> None:
    fill(ward_file, ["一班の意見"], table=1)
    fill(ward_file, ["二班の意見"], table=2)
    desk = board_desk(ward_file, services, qtbot)
    picker = desk.window.findChild(ComboField, "boardScope")
    assert picker.isVisible()
    assert picker.currentText() == "2班"
    assert [item.note.text for item in desk.content.notes.values()] == ["二班の意見"]
    QTest.keyClick(picker, Qt.Key.Key_Home)
    picker.activated.emit(picker.currentIndex())
    assert picker.currentText() == "すべての班"
    boxes = desk.content.boxes
    one, two = boxes[desk.note("一班の意見")], boxes[desk.note("二班の意見")]
    assert not one.overlaps(two)
    assert one.right < two.x
