"""Another program has the file, or writes into it: the window waits for nobody, and shows what is there."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from capture_desk import Desk, Disk, desk_on, when_dialog
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.ui import patience
from workshop_app.ui.capture.capture_page import CapturePage
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.widgets import Banner

AT_ONCE_S = 0.5
"""Far above what the window may wait (10 ms for a call), far below what it waited before (4 s)."""


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path) -> Iterator[Desk]:
    desk = desk_on(ward_file, Disk(), qtbot)
    desk.editor.setFocus()
    yield desk
    desk.window.close()


@pytest.fixture
def other(ward_file: Path) -> Iterator[sqlite3.Connection]:
    """Another program with the same file."""
    with closing(sqlite3.connect(ward_file, isolation_level=None)) as connection:
        yield connection


def state(desk: Desk) -> str:
    return str(desk.child(QWidget, "saveState").text())


def quick(act: Callable[[], object]) -> None:
    begun = time.monotonic()
    act()
    assert time.monotonic() - begun < AT_ONCE_S


# --- the file is taken ---------------------------------------------------------------------------------------------


def test_a_note_waits_for_the_file_and_the_window_does_not(
    desk: Desk, other: sqlite3.Connection, qtbot: QtBot
) -> None:
    desk.add("先の意見")
    other.execute("BEGIN IMMEDIATE")
    desk.editor.insertPlainText("待っている意見")
    quick(desk.enter)
    assert desk.editor.text() == "待っている意見"
    qtbot.waitUntil(lambda: state(desk) == "保存しています…")
    assert desk.editor.text() == "待っている意見", "emptied only when it is on disk"
    assert desk.banner() == ""
    other.execute("COMMIT")
    qtbot.waitUntil(lambda: desk.editor.text() == "")
    assert desk.texts() == ["先の意見", "待っている意見"]
    assert [note.text for note in desk.rows()] == ["待っている意見", "先の意見"]
    assert state(desk).startswith("保存しました")
    assert desk.editor.hasFocus()
    desk.add("次の意見")
    assert len(desk.texts()) == 3


def test_waiting_can_be_stopped_and_the_text_stays(
    desk: Desk, other: sqlite3.Connection, qtbot: QtBot
) -> None:
    other.execute("BEGIN IMMEDIATE")
    desk.add("待っている意見")
    stop = desk.child(QWidget, "progress").findChild(QAbstractButton, "progressCancel")
    qtbot.waitUntil(stop.isVisible)
    QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "保存をやめました" in desk.banner())
    assert desk.editor.text() == "待っている意見"
    other.execute("ROLLBACK")
    assert desk.texts() == []
    desk.enter()
    assert desk.texts() == ["待っている意見"]


def test_after_a_while_it_says_who_has_the_file(
    desk: Desk, other: sqlite3.Connection, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LIMIT_MS", 0)
    other.execute("BEGIN IMMEDIATE")
    desk.add("待っている意見")
    qtbot.waitUntil(lambda: "書いた文はこの画面に残っています" in desk.banner())
    assert "ほかの窓かプログラム" in desk.banner()
    assert state(desk) == "保存できません"
    assert desk.editor.text() == "待っている意見"
    assert desk.editor.isEnabled()
    other.execute("ROLLBACK")


def test_half_written_text_is_kept_once_the_file_is_free_and_nothing_is_said(
    desk: Desk, other: sqlite3.Connection, qtbot: QtBot
) -> None:
    other.execute("BEGIN IMMEDIATE")
    desk.editor.insertPlainText("書きかけ")
    quick(desk.child(CapturePage, "page_capture").settle)
    assert desk.banner() == ""
    assert state(desk) == "保存してあります"
    other.execute("ROLLBACK")

    def kept() -> str:
        with closing(bootstrap.open_database(desk.path)) as database:
            return database.load_draft()

    qtbot.waitUntil(lambda: kept() == "書きかけ", timeout=6000)


def test_an_edit_and_its_undo_wait_too(desk: Desk, other: sqlite3.Connection, qtbot: QtBot) -> None:
    desk.add("もとの文")
    desk.list.setFocus()
    desk.list.setCurrentIndex(desk.list.model().index(0, 0))

    def correct(dialog: QDialog) -> None:
        dialog.findChild(NoteEditor, "editText").set_text("直した文")
        other.execute("BEGIN IMMEDIATE")
        dialog.accept()

    when_dialog("editNoteDialog", correct)
    desk.key(Qt.Key.Key_F2)
    assert desk.texts() == ["もとの文"]
    other.execute("ROLLBACK")
    qtbot.waitUntil(lambda: desk.texts() == ["直した文"])
    qtbot.waitUntil(lambda: desk.child(QAbstractButton, "undoButton").isEnabled())
    other.execute("BEGIN IMMEDIATE")
    quick(lambda: desk.press("undoButton"))
    assert desk.texts() == ["直した文"]
    other.execute("ROLLBACK")
    qtbot.waitUntil(lambda: desk.texts() == ["もとの文"])


def test_reading_after_the_save_waits_and_the_note_is_saved_once(
    desk: Desk, other: sqlite3.Connection, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is taken in the moment between the commit and the look at what was written."""
    open_file = desk.child(CapturePage, "page_capture")._open_file
    real = open_file.workspace.notes_by_ids
    calls: list[bool] = []

    def taken_at_first(ids: object) -> object:
        if not calls:
            calls.append(True)
            other.execute("BEGIN EXCLUSIVE")
        return real(ids)

    monkeypatch.setattr(open_file.workspace, "notes_by_ids", taken_at_first, raising=False)
    desk.add("一度だけ")
    other.execute("ROLLBACK")
    qtbot.waitUntil(lambda: [note.text for note in desk.rows()] == ["一度だけ"])
    assert desk.texts() == ["一度だけ"]
    assert desk.editor.text() == ""


def test_a_file_that_is_taken_opens_when_it_is_free(
    qtbot: QtBot, services: bootstrap.Services, ward_file: Path, other: sqlite3.Connection
) -> None:
    window = MainWindow(services)
    qtbot.addWidget(window)
    window.show()
    other.execute("BEGIN EXCLUSIVE")
    quick(lambda: window.open_path(ward_file))
    banner = window.findChildren(Banner)[0]
    assert "終わりしだい開きます" in banner.text()
    assert ward_file.name not in window.windowTitle()
    other.execute("ROLLBACK")
    qtbot.waitUntil(lambda: ward_file.name in window.windowTitle())
    assert banner.text() == ""
    window.close()


# --- another program writes ----------------------------------------------------------------------------------------


def by_command(path: Path, act: Callable[[object], object]) -> None:
    with closing(bootstrap.open_database(path)) as database:
        act(database)


def test_what_another_program_writes_appears_and_what_is_typed_stays(desk: Desk, qtbot: QtBot) -> None:
    desk.add("窓の意見")
    desk.editor.insertPlainText("書きかけ")
    said = state(desk)
    by_command(desk.path, lambda db: record.add_notes(db, [NoteDraft("命令の意見", theme="T1")]))
    qtbot.waitUntil(lambda: [note.text for note in desk.rows()] == ["命令の意見", "窓の意見"])
    assert desk.child(QWidget, "themeCounts").counts == {None: 1, "T1": 1}
    note_id = desk.on_disk()[1].note_id
    by_command(desk.path, lambda db: record.void_notes(db, [note_id], "重ねて入力した"))
    qtbot.waitUntil(lambda: desk.rows()[0].voided)
    assert desk.editor.text() == "書きかけ"
    assert desk.editor.isEnabled()
    assert state(desk) == said, "nobody here has saved anything"


def test_many_notes_of_another_program_are_read_by_a_worker(desk: Desk, qtbot: QtBot) -> None:
    by_command(desk.path, lambda db: record.add_notes(db, [NoteDraft(f"意見 {n}") for n in range(600)]))
    qtbot.waitUntil(lambda: len(desk.rows()) == 600)
    assert desk.child(QAbstractButton, "undoButton").isEnabled() is False


def test_what_this_window_writes_is_not_told_twice(desk: Desk, qtbot: QtBot) -> None:
    open_file = desk.child(CapturePage, "page_capture")._open_file
    told: list[object] = []
    open_file.changed.connect(told.append)
    desk.add("意見")
    from workshop_app.ui import commands

    done: list[object] = []
    commands.add_notes(open_file, [NoteDraft(f"意見 {n}") for n in range(60)], done.append)
    qtbot.waitUntil(lambda: bool(done))
    open_file.look_elsewhere()
    assert len(told) == 2
