"""The capture page with real keys, a real input method's events and a real file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from capture_desk import CTRL, SHIFT, Desk, Disk, desk_on, when_dialog
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.note import NoteDraft
from workshop_app.ui import commands
from workshop_app.ui.capture.capture_page import CapturePage
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.capture.note_fields import NumberField
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.widgets import Banner, ComboField


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path) -> Iterator[Desk]:
    window = bootstrap.open_main_window(ward_file)
    assert isinstance(window, MainWindow)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.isActiveWindow())
    desk = Desk(window, ward_file, qtbot)
    desk.editor.setFocus()
    yield desk
    window.close()


# --- type, Enter, saved ------------------------------------------------------------------------------------


def test_enter_saves_on_disk_empties_the_box_and_keeps_the_cursor_there(desk: Desk) -> None:
    desk.type("madoguchi")
    desk.enter()
    assert desk.texts() == ["madoguchi"]
    assert desk.editor.text() == ""
    assert desk.editor.hasFocus()
    assert [note.text for note in desk.rows()] == ["madoguchi"]


def test_shift_enter_makes_a_line_of_the_same_note(desk: Desk) -> None:
    desk.type("a")
    QTest.keyClick(desk.editor, Qt.Key.Key_Return, SHIFT)
    desk.type("b")
    desk.enter()
    assert desk.texts() == ["a\nb"]


def test_enter_with_nothing_written_saves_nothing(desk: Desk) -> None:
    desk.enter()
    desk.type("   ")
    desk.enter()
    assert desk.texts() == []


def test_enter_held_down_saves_one_note(desk: Desk) -> None:
    desk.type("x")
    desk.enter()
    desk.type("y")
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    for _ in range(3):
        repeat = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True
        )
        QApplication.sendEvent(desk.editor, repeat)
    assert desk.texts() == ["x"]
    assert desk.editor.text() == "y"


def test_no_break_space_and_ideographic_space_are_stored_as_typed(desk: Desk) -> None:
    desk.add("a\u00a0b　c")
    assert desk.texts() == ["a\u00a0b　c"]


def test_too_long_text_stays_in_the_box_with_a_sentence(desk: Desk) -> None:
    desk.editor.insertPlainText("あ" * 10_001)
    desk.enter()
    assert desk.texts() == []
    assert len(desk.editor.text()) == 10_001
    assert "10,000文字まで" in desk.banner()


# --- theme, kind, table, round, points -----------------------------------------------------------------------


def test_shortcuts_choose_theme_and_kind_for_this_note_and_the_next(desk: Desk) -> None:
    for number in (1, 2, 3, 0):
        QTest.keyClick(desk.editor, getattr(Qt.Key, f"Key_{number}"), CTRL)
        QTest.keyClick(desk.editor, getattr(Qt.Key, f"Key_{number + 1}"), CTRL | SHIFT)
        desk.add(f"theme {number}")
    desk.add("the same again")
    assert [note.theme for note in desk.on_disk()] == ["T1", "T2", "T3", "T0", "T0"]
    assert [note.kind for note in desk.on_disk()] == ["good", "idea", "other", "issue", "issue"]


def test_pressing_the_chosen_theme_again_is_unclassified(desk: Desk) -> None:
    desk.press("themeButton_T2")
    desk.add("with a theme")
    desk.press("themeButton_T2")
    desk.press("kindButton_good")
    desk.add("without")
    assert [(note.theme, note.kind) for note in desk.on_disk()] == [("T2", None), (None, "good")]
    assert desk.editor.hasFocus()


def test_table_and_round_stay_and_make_the_number(desk: Desk) -> None:
    desk.child(NumberField, "captureTable").set_number(3)
    desk.child(NumberField, "captureRound").set_number(2)
    desk.add("one")
    desk.add("two")
    notes = desk.on_disk()
    assert [(note.number, note.table, note.round) for note in notes] == [
        ("東3A-001", 3, 2),
        ("東3A-002", 3, 2),
    ]


def test_points_of_the_chosen_theme_go_with_one_note(desk: Desk, qtbot: QtBot) -> None:
    desk.press("themeButton_T1")
    desk.press("pointButton")
    points = desk.child(QListWidget, "pointList")
    qtbot.waitUntil(points.isVisible)
    assert points.currentItem().text().startswith("視点")
    QTest.keyClick(points, Qt.Key.Key_Space)
    QTest.keyClick(points, Qt.Key.Key_Down)
    QTest.keyClick(points, Qt.Key.Key_Return)
    QTest.keyClick(points, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not points.isVisible())
    desk.add("with points")
    desk.add("without points")
    first, second = desk.on_disk()
    assert len(first.points) == 2
    assert all(point.startswith("T1-V") for point in first.points)
    assert second.points == ()


def test_counts_follow_every_note_of_the_table(desk: Desk) -> None:
    counts = desk.child(QWidget, "themeCounts")
    desk.child(NumberField, "captureTable").set_number(1)
    desk.press("themeButton_T1")
    desk.add("one")
    desk.add("two")
    desk.press("themeButton_T1")
    desk.add("none")
    assert counts.counts == {"T1": 2, None: 1}
    desk.child(NumberField, "captureTable").set_number(2)
    assert counts.counts == {}
    desk.child(NumberField, "captureTable").set_number(1)
    desk.press("undoButton")
    assert counts.counts == {"T1": 2}


# --- the input method ------------------------------------------------------------------------------------------


def test_enter_while_composing_saves_nothing_and_loses_nothing(desk: Desk) -> None:
    desk.commit("窓口が")
    desk.compose("こむ")
    desk.enter()
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Escape):
        QTest.keyClick(desk.editor, key)
    QTest.keyClick(desk.editor, Qt.Key.Key_1, CTRL)
    assert desk.texts() == []
    assert desk.editor.hasFocus()
    assert not desk.child(QAbstractButton, "themeButton_T1").isChecked()
    desk.commit("混む")
    desk.enter()
    assert desk.texts() == ["窓口が混む"]


def test_button_while_composing_saves_the_composition_once(desk: Desk) -> None:
    desk.commit("窓口が")
    desk.compose("混む")
    desk.press("saveButton")
    assert desk.texts() == ["窓口が混む"]
    desk.commit("混む")
    assert desk.editor.text() == "", "a commit that comes late must not bring the word a second time"


def test_focus_change_while_composing_keeps_the_composition(desk: Desk) -> None:
    desk.compose("待ち時間")
    desk.child(QWidget, "searchBox").setFocus()
    assert not desk.editor.hasFocus()
    assert desk.editor.text() == "待ち時間"
    desk.editor.setFocus()
    desk.enter()
    assert desk.texts() == ["待ち時間"]


def test_page_change_while_composing_keeps_the_composition(desk: Desk) -> None:
    desk.commit("駐車場が")
    desk.compose("少ない")
    desk.window.show_page("help")
    desk.window.show_page("capture")
    assert desk.editor.text() == "駐車場が少ない"
    assert not desk.editor.composing


def test_undo_while_composing_keeps_the_composition(desk: Desk) -> None:
    desk.add("先の意見")
    desk.compose("次の意見")
    desk.press("undoButton")
    assert desk.editor.text() == "次の意見"
    assert [note.voided for note in desk.on_disk()] == [True]


def test_close_while_composing_keeps_the_composition_for_the_next_start(desk: Desk, qtbot: QtBot) -> None:
    desk.commit("書きかけの")
    desk.compose("文")
    desk.window.close()
    again = bootstrap.open_main_window(desk.path)
    qtbot.addWidget(again)
    editor = again.findChild(NoteEditor, "captureEditor")
    assert editor is not None
    assert editor.text() == "書きかけの文"
    again.close()


def test_a_word_committed_twice_by_the_person_stays_twice(desk: Desk) -> None:
    desk.compose("はい")
    desk.commit("はい")
    desk.compose("はい")
    desk.commit("はい")
    assert desk.editor.text() == "はいはい"


# --- draft -------------------------------------------------------------------------------------------------------


def test_draft_is_on_disk_while_typing_and_gone_after_the_save(desk: Desk, qtbot: QtBot) -> None:
    desk.type("half")

    def stored() -> str:
        database = bootstrap.open_database(desk.path)
        try:
            return database.load_draft()
        finally:
            database.close()

    qtbot.waitUntil(lambda: stored() == "half", timeout=4000)
    desk.enter()
    assert stored() == ""
    assert desk.texts() == ["half"]


def test_draft_that_became_a_note_is_not_offered_again(desk: Desk, qtbot: QtBot) -> None:
    desk.add("saved, then killed")
    desk.window.close()
    database = bootstrap.open_database(desk.path)
    database.save_draft("saved, then killed")
    database.close()
    again = bootstrap.open_main_window(desk.path)
    qtbot.addWidget(again)
    editor = again.findChild(NoteEditor, "captureEditor")
    assert editor is not None
    assert editor.text() == ""
    again.close()


# --- paste -------------------------------------------------------------------------------------------------------


def _paste(desk: Desk, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(desk.editor, Qt.Key.Key_V, CTRL)


def test_one_pasted_line_goes_into_the_box(desk: Desk) -> None:
    _paste(desk, "一行だけ\n")
    assert desk.editor.text() == "一行だけ"
    assert desk.texts() == []


def test_pasted_lines_become_notes_after_the_preview(desk: Desk) -> None:
    def agree(dialog: QWidget) -> None:
        listed = dialog.findChild(QListWidget, "pasteList")
        listed.item(1).setCheckState(Qt.CheckState.Unchecked)
        QTest.mouseClick(dialog.findChild(QAbstractButton, "dialogAction"), Qt.MouseButton.LeftButton)

    desk.press("themeButton_T3")
    when_dialog("pasteDialog", agree)
    _paste(desk, "一つ目\r\n見出し\n\n二つ目\n=1+1\n")
    assert desk.texts() == ["一つ目", "二つ目", "=1+1"]
    assert {note.theme for note in desk.on_disk()} == {"T3"}
    desk.press("undoButton")
    assert [note.voided for note in desk.on_disk()] == [True, True, True]


def test_pasted_line_that_is_too_long_is_named_and_nothing_is_lost(desk: Desk) -> None:
    seen: list[str] = []

    def leave_it_out(dialog: QWidget) -> None:
        banner = dialog.findChild(Banner)
        listed = dialog.findChild(QListWidget, "pasteList")
        action = dialog.findChild(QAbstractButton, "dialogAction")
        seen.append(banner.text())
        listed.item(0).setCheckState(Qt.CheckState.Unchecked)
        QTest.mouseClick(action, Qt.MouseButton.LeftButton)
        seen.append(banner.text())
        assert dialog.isVisible()
        assert listed.item(0).checkState() == Qt.CheckState.Unchecked, "the ticks are as they were"
        assert listed.currentRow() == 1
        assert desk.texts() == []
        listed.item(1).setCheckState(Qt.CheckState.Unchecked)
        QTest.mouseClick(action, Qt.MouseButton.LeftButton)

    when_dialog("pasteDialog", leave_it_out)
    _paste(desk, "見出し\n" + "長" * 10_001 + "\n三行目\n")
    assert seen[0] == seen[1]
    assert "2行目は 10,001文字" in seen[0]
    assert "10,000文字まで" in seen[0]
    assert "まだ何も保存していません" in seen[0]
    assert desk.texts() == ["三行目"]


def test_paste_the_disk_refuses_keeps_the_dialog_with_its_ticks(qtbot: QtBot, ward_file: Path) -> None:
    disk = Disk()
    desk = desk_on(ward_file, disk, qtbot)

    def try_twice(dialog: QWidget) -> None:
        action = dialog.findChild(QAbstractButton, "dialogAction")
        dialog.findChild(QListWidget, "pasteList").item(1).setCheckState(Qt.CheckState.Unchecked)
        disk.full = True
        QTest.mouseClick(action, Qt.MouseButton.LeftButton)
        assert dialog.isVisible()
        assert "空き容量が足りません" in dialog.findChild(Banner).text()
        disk.full = False
        QTest.mouseClick(action, Qt.MouseButton.LeftButton)

    when_dialog("pasteDialog", try_twice)
    _paste(desk, "一\n二\n三")
    assert desk.texts() == ["一", "三"]
    desk.window.close()


def test_text_over_the_limit_is_said_while_it_is_written(desk: Desk) -> None:
    length = desk.child(QWidget, "noteLength")
    desk.editor.insertPlainText("あ" * 8_000)
    assert not length.isVisible()
    desk.editor.insertPlainText("あ" * 1_500)
    assert length.text() == "9,500 / 10,000文字"
    desk.editor.insertPlainText("あ" * 501)
    assert length.text() == "10,001 / 10,000文字　2枚に分けてください"


def test_paste_preview_refused_changes_nothing(desk: Desk) -> None:
    desk.type("mine")
    when_dialog("pasteDialog", lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape))
    _paste(desk, "a\nb")
    assert desk.texts() == []
    assert desk.editor.text() == "mine"


def test_pasted_lines_can_stay_one_note(desk: Desk) -> None:
    when_dialog(
        "pasteDialog",
        lambda dialog: QTest.mouseClick(
            dialog.findChild(QAbstractButton, "pasteAsOne"), Qt.MouseButton.LeftButton
        ),
    )
    QGuiApplication.clipboard().setText("a\nb")
    desk.press("pasteButton")
    desk.enter()
    assert desk.texts() == ["a\nb"]


def test_files_dropped_on_the_box_put_no_path_into_the_text(desk: Desk) -> None:
    from PySide6.QtCore import QUrl

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/somewhere/secret.txt")])
    desk.editor.insertFromMimeData(data)
    assert desk.editor.text() == ""


# --- list, search -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("区", {"区役所の窓口", "ＡＢＣ区民ｶﾞｲﾄﾞ"}),
        ("窓口", {"区役所の窓口"}),
        ("ガイド", {"ＡＢＣ区民ｶﾞｲﾄﾞ"}),
        ("がいど", {"ＡＢＣ区民ｶﾞｲﾄﾞ"}),
        ("abc", {"ＡＢＣ区民ｶﾞｲﾄﾞ"}),
        ("カ　所", {"三カ所の出張所"}),
        ("か所", {"三カ所の出張所"}),
        ("ない言葉", set()),
    ],
)
def test_search_finds_folded_words_of_any_length(
    desk: Desk, qtbot: QtBot, words: str, found: set[str]
) -> None:
    for text in ("区役所の窓口", "ＡＢＣ区民ｶﾞｲﾄﾞ", "三カ所の出張所"):
        desk.add(text)
    QTest.keyClick(desk.editor, Qt.Key.Key_F, CTRL)
    box = desk.child(QWidget, "searchBox")
    assert box.hasFocus()
    box.setText(words)
    qtbot.waitUntil(lambda: {note.text for note in desk.rows()} == found)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("東", {"東の駐車場"}),
        ("ア", set()),
        ("2", {"2階の窓口"}),
        ("東2A-001", {"2階の窓口"}),
        ("東２Ａ－００１", {"2階の窓口"}),
        ("2a", {"2階の窓口"}),
        ("東1", {"東の駐車場", "待ち時間"}),
        ("A-002", {"待ち時間"}),
        ("002", {"待ち時間"}),
        ("東の 001", {"東の駐車場"}),
    ],
)
def test_search_for_a_number_needs_something_like_a_number(
    desk: Desk, qtbot: QtBot, words: str, found: set[str]
) -> None:
    """東 alone is a word of the opinions, not the beginning of every number of 東区."""
    table = desk.child(NumberField, "captureTable")
    for number, text in ((1, "東の駐車場"), (1, "待ち時間"), (2, "2階の窓口")):
        table.set_number(number)
        desk.add(text)
    box = desk.child(QWidget, "searchBox")
    box.setText(words)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert {note.text for note in desk.rows()} == found


def test_escape_in_the_search_box_ends_the_search_and_goes_back_to_the_box(desk: Desk) -> None:
    for text in ("窓口", "駐車場"):
        desk.add(text)
    desk.shortcut(Qt.Key.Key_F)
    box = desk.child(QWidget, "searchBox")
    box.setText("窓口")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert len(desk.rows()) == 1
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    assert len(desk.rows()) == 2
    assert desk.editor.hasFocus()


def test_many_new_notes_are_one_insertion_not_a_new_list(desk: Desk) -> None:
    desk.add("先の意見")
    model = desk.list.model()
    inserted: list[tuple[int, int]] = []
    resets: list[bool] = []
    model.rowsInserted.connect(lambda parent, first, last: inserted.append((first, last)))
    model.modelReset.connect(lambda: resets.append(True))
    open_file = desk.child(CapturePage, "page_capture")._open_file
    commands.add_notes(open_file, [NoteDraft(f"意見 {n}") for n in range(40)])
    assert inserted == [(0, 39)]
    assert resets == []
    assert [note.text for note in desk.rows()] == [f"意見 {n}" for n in range(39, -1, -1)] + ["先の意見"]
    assert model.row_of(desk.rows()[7].note_id) == 7


def test_a_new_note_is_one_more_row_not_a_new_list(desk: Desk) -> None:
    desk.add("first")
    resets: list[bool] = []
    desk.list.model().modelReset.connect(lambda: resets.append(True))
    desk.add("second")
    assert [note.text for note in desk.rows()] == ["second", "first"]
    assert resets == []


# --- edit, void, restore, undo -------------------------------------------------------------------------------------


def _choose_first(desk: Desk) -> None:
    # A dialog that has just gone was the active window.
    desk.window.activateWindow()
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    desk.list.setFocus()
    desk.list.setCurrentIndex(desk.list.model().index(0, 0))


def test_edit_that_is_too_long_is_said_in_the_dialog_and_the_text_stays(desk: Desk) -> None:
    desk.add("もとの文")
    _choose_first(desk)
    seen: list[str] = []

    def write_too_much(dialog: QWidget) -> None:
        editor = dialog.findChild(NoteEditor, "editText")
        length = dialog.findChild(TextLabel, "editLength")
        assert not length.isVisible()
        editor.set_text("あ" * 10_001)
        assert length.isVisible()
        seen.append(length.text())
        QTest.keyClick(editor, Qt.Key.Key_Return)
        assert dialog.isVisible()
        seen.append(dialog.findChild(Banner).text())
        seen.append(editor.text())
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    when_dialog("editNoteDialog", write_too_much)
    desk.key(Qt.Key.Key_F2)
    assert seen[0] == "10,001 / 10,000文字　2枚に分けてください"
    assert "まだ保存していません" in seen[1]
    assert len(seen[2]) == 10_001
    assert desk.texts() == ["もとの文"]


def test_edit_with_f2_changes_text_and_undo_brings_the_earlier_one(desk: Desk) -> None:
    desk.add("もとの文")
    _choose_first(desk)

    def correct(dialog: QWidget) -> None:
        editor = dialog.findChild(NoteEditor, "editText")
        assert editor.text() == "もとの文"
        editor.set_text("直した文")
        QTest.mouseClick(dialog.findChild(QAbstractButton, "kindButton_idea"), Qt.MouseButton.LeftButton)
        QTest.keyClick(editor, Qt.Key.Key_Return)

    when_dialog("editNoteDialog", correct)
    desk.key(Qt.Key.Key_F2)
    assert [(note.text, note.kind) for note in desk.on_disk()] == [("直した文", "idea")]
    desk.shortcut(Qt.Key.Key_Z)
    assert [(note.text, note.kind) for note in desk.on_disk()] == [("もとの文", None)]
    desk.shortcut(Qt.Key.Key_Y)
    assert [(note.text, note.kind) for note in desk.on_disk()] == [("直した文", "idea")]
    assert desk.on_disk()[0].number == "東A-001"


def test_edit_while_composing_takes_the_composition_with_it(desk: Desk) -> None:
    desk.add("区役所は")
    _choose_first(desk)

    def correct(dialog: QWidget) -> None:
        editor = dialog.findChild(NoteEditor, "editText")
        QApplication.sendEvent(editor, QInputMethodEvent("遠い", []))
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        assert dialog.isVisible(), "Esc belongs to the input method"
        QTest.mouseClick(dialog.findChild(QAbstractButton, "dialogAction"), Qt.MouseButton.LeftButton)

    when_dialog("editNoteDialog", correct)
    desk.key(Qt.Key.Key_Return)
    assert desk.texts() == ["区役所は遠い"]


def test_void_with_a_reason_and_restore_are_undoable(desk: Desk) -> None:
    desk.add("取り消す意見")
    _choose_first(desk)
    when_dialog(
        "voidDialog",
        lambda dialog: QTest.mouseClick(
            dialog.findChild(QAbstractButton, "dialogAction"), Qt.MouseButton.LeftButton
        ),
    )
    desk.key(Qt.Key.Key_Delete)
    assert [note.void_reason for note in desk.on_disk()] == ["重ねて入力した"]
    assert len(desk.rows()) == 1, "a voided note keeps its row"
    page = desk.child(CapturePage, "page_capture")
    restore = next(action for action in page.panel.menu().actions() if action.text() == "戻す")
    restore.trigger()
    assert [note.voided for note in desk.on_disk()] == [False]
    desk.shortcut(Qt.Key.Key_Z)
    assert [note.void_reason for note in desk.on_disk()] == ["重ねて入力した"]
    desk.shortcut(Qt.Key.Key_Z)
    assert [note.voided for note in desk.on_disk()] == [False]


def test_void_dialog_left_with_enter_or_escape_voids_nothing(desk: Desk) -> None:
    desk.add("残る意見")
    left: list[Qt.Key] = []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        _choose_first(desk)
        when_dialog("voidDialog", lambda dialog, key=key: (left.append(key), QTest.keyClick(dialog, key)))
        desk.key(Qt.Key.Key_Delete)
        assert [note.voided for note in desk.on_disk()] == [False]
    assert left == [Qt.Key.Key_Return, Qt.Key.Key_Escape]


@pytest.mark.parametrize(("words", "reason"), [("", None), ("moved to T2", "moved to T2")])
def test_enter_in_the_own_reason_takes_the_note_back_with_it(
    desk: Desk, words: str, reason: str | None
) -> None:
    desk.add("取り消す意見")

    def write(dialog: QWidget) -> None:
        reasons = dialog.findChild(ComboField, "voidReason")
        reasons.setCurrentIndex(reasons.findData("other"))
        own = dialog.findChild(QLineEdit, "voidOther")
        QTest.keyClicks(own, words)
        QTest.keyClick(own, Qt.Key.Key_Return)
        if not words:
            assert dialog.isVisible()
            assert "理由を書いてください" in dialog.findChild(Banner).text()
            QTest.keyClick(own, Qt.Key.Key_Escape)

    _choose_first(desk)
    when_dialog("voidDialog", write)
    desk.key(Qt.Key.Key_Delete)
    assert [note.void_reason for note in desk.on_disk()] == [reason]


def test_the_keys_of_the_form_choose_theme_and_kind_in_the_edit_dialog_too(desk: Desk) -> None:
    desk.add("直す意見")
    _choose_first(desk)

    def choose(dialog: QWidget) -> None:
        editor = dialog.findChild(NoteEditor, "editText")
        QTest.keyClick(editor, Qt.Key.Key_2, CTRL)
        QTest.keyClick(editor, Qt.Key.Key_3, CTRL | SHIFT)
        QApplication.sendEvent(editor, QInputMethodEvent("へんかん", []))
        QTest.keyClick(editor, Qt.Key.Key_1, CTRL)
        QApplication.sendEvent(editor, QInputMethodEvent("", []))
        QTest.keyClick(editor, Qt.Key.Key_Return)

    when_dialog("editNoteDialog", choose)
    desk.key(Qt.Key.Key_F2)
    assert [(note.theme, note.kind) for note in desk.on_disk()] == [("T2", "idea")]


def test_undo_and_redo_of_a_new_note_by_key(desk: Desk) -> None:
    desk.add("一枚目")
    desk.add("二枚目")
    desk.shortcut(Qt.Key.Key_Z)
    assert [note.voided for note in desk.on_disk()] == [False, True]
    desk.shortcut(Qt.Key.Key_Z, CTRL | SHIFT)
    assert [note.voided for note in desk.on_disk()] == [False, False]


def test_undo_with_text_in_the_box_takes_back_the_typing_first(desk: Desk) -> None:
    desk.add("一枚目")
    desk.type("abc")
    desk.shortcut(Qt.Key.Key_Z)
    assert desk.editor.text() == ""
    assert [note.voided for note in desk.on_disk()] == [False]


def test_double_click_on_a_row_opens_the_edit_dialog(desk: Desk) -> None:
    desk.add("見る")
    opened: list[str] = []

    def leave(dialog: QWidget) -> None:
        opened.append(dialog.windowTitle())
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    when_dialog("editNoteDialog", leave)
    place = desk.list.visualRect(desk.list.model().index(0, 0)).center()
    QTest.mouseClick(desk.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(desk.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert opened == ["付箋 東A-001 を直します"]


# --- the disk refuses ------------------------------------------------------------------------------------------------


def test_note_the_disk_refuses_stays_in_the_box_and_is_saved_at_the_next_enter(desk: Desk) -> None:
    desk.child(NumberField, "captureTable").set_number(1)
    desk.add("先の意見")
    page = desk.child(CapturePage, "page_capture")
    connection = page._open_file.workspace._connection
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    # As on a full disk: SQLite may not take one page more.
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    long_text = "消えてはならない意見。" * 900
    desk.add(long_text)
    assert desk.editor.text() == long_text
    assert "残っています" in desk.banner()
    assert desk.texts() == ["先の意見"]
    connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    desk.enter()
    assert desk.texts() == ["先の意見", long_text]
    assert desk.editor.text() == ""
    assert desk.banner() == ""
