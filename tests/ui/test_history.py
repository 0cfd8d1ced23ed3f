"""Undo, redo and long work: nothing counts as done before it is on disk, and nothing is lost when it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from capture_desk import CTRL, Desk, Disk, desk_on
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import Cancelled
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.services.ports import Watch, Workspace
from workshop_app.ui import commands, patience
from workshop_app.ui.capture.capture_page import CapturePage
from workshop_app.ui.open_file import LONG_FROM, OpenFile, Outcome
from workshop_app.ui.widgets import Toast

FEW, MANY = 1, LONG_FROM


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path, disk: Disk) -> Iterator[Desk]:
    desk = desk_on(ward_file, disk, qtbot)
    yield desk
    disk.full = False
    desk.window.close()


def open_file_of(desk: Desk) -> OpenFile:
    page = desk.child(CapturePage, "page_capture")
    return page._open_file  # type: ignore[no-any-return]


def wait(desk: Desk) -> None:
    """Until no worker is at work for this window."""
    desk.qtbot.waitUntil(lambda: not open_file_of(desk).busy)


def add(desk: Desk, number: int) -> None:
    commands.add_notes(open_file_of(desk), [NoteDraft(f"意見 {n}") for n in range(number)])
    wait(desk)


def toast_is_up(desk: Desk) -> bool:
    return bool(desk.child(Toast, "toast").isVisible())


def voided(desk: Desk) -> list[bool]:
    return [note.voided for note in desk.on_disk()]


@pytest.mark.parametrize("number", [FEW, MANY])
def test_undo_that_a_full_disk_refuses_stays_to_be_undone(desk: Desk, disk: Disk, number: int) -> None:
    add(desk, number)
    disk.full = True
    desk.press("undoButton")
    wait(desk)
    assert not toast_is_up(desk), "nothing was undone, and nothing says so"
    assert "空き容量が足りません" in desk.banner()
    assert voided(desk) == [False] * number
    assert desk.child(QAbstractButton, "undoButton").isEnabled()
    disk.full = False
    desk.press("undoButton")
    wait(desk)
    assert voided(desk) == [True] * number
    assert toast_is_up(desk)
    assert desk.banner() == ""
    assert not desk.child(QAbstractButton, "undoButton").isEnabled()


@pytest.mark.parametrize("number", [FEW, MANY])
def test_redo_that_a_full_disk_refuses_stays_to_be_done_again(desk: Desk, disk: Disk, number: int) -> None:
    add(desk, number)
    desk.press("undoButton")
    wait(desk)
    disk.full = True
    desk.shortcut(Qt.Key.Key_Y)
    wait(desk)
    assert "空き容量が足りません" in desk.banner()
    assert voided(desk) == [True] * number
    assert open_file_of(desk).history.can_redo()
    disk.full = False
    desk.shortcut(Qt.Key.Key_Y)
    wait(desk)
    assert voided(desk) == [False] * number


def test_undo_while_another_program_writes_stays_to_be_undone(
    qtbot: QtBot, ward_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with the real store: it is tried again for a while, and then it is said."""
    monkeypatch.setattr(patience, "LIMIT_MS", 0)
    desk = desk_on(ward_file, Disk(), qtbot)
    add(desk, FEW)
    blocker = bootstrap.open_database(ward_file)
    with blocker.transaction():
        desk.press("undoButton")
        qtbot.waitUntil(lambda: "書き込んでいます" in desk.banner())
    blocker.close()
    assert voided(desk) == [False]
    desk.press("undoButton")
    assert voided(desk) == [True]
    desk.window.close()


def test_undo_that_can_never_be_done_again_does_not_stand_in_the_way(desk: Desk) -> None:
    add(desk, FEW)
    note = desk.on_disk()[0]
    commands.edit_note(open_file_of(desk), note, {"text": "直した文"})
    other = bootstrap.open_database(desk.path)
    record.void_notes(other, [note.note_id], "ほかの窓から")
    other.close()
    desk.press("undoButton")
    assert "取り消されています" in desk.banner()
    assert not toast_is_up(desk)
    desk.press("undoButton")
    assert not desk.child(QAbstractButton, "undoButton").isEnabled()


def test_undo_several_and_redo_in_order(desk: Desk) -> None:
    for text in ("一", "二", "三"):
        desk.add(text)
    for _ in range(2):
        desk.press("undoButton")
    assert voided(desk) == [False, True, True]
    desk.shortcut(Qt.Key.Key_Y)
    assert voided(desk) == [False, False, True]
    desk.add("四")
    desk.shortcut(Qt.Key.Key_Y)
    assert voided(desk) == [False, False, True, False], "something new was done: 三 is not done again"


def test_restoring_many_with_different_reasons_is_undone_all_or_none(desk: Desk, disk: Disk) -> None:
    add(desk, MANY)
    open_file = open_file_of(desk)
    notes = desk.on_disk()
    commands.void_notes(open_file, [note.note_id for note in notes[:20]], "打ち間違い")
    wait(desk)
    commands.void_notes(open_file, [note.note_id for note in notes[20:]], "重ねて入力した")
    wait(desk)
    commands.restore_notes(open_file, desk.on_disk())
    wait(desk)
    assert voided(desk) == [False] * MANY
    desk.press("undoButton")
    wait(desk)
    reasons = [note.void_reason for note in desk.on_disk()]
    assert reasons == ["打ち間違い"] * 20 + ["重ねて入力した"] * (MANY - 20)


# --- long work ---------------------------------------------------------------------------------------------------


class Gate:
    """A use case on many notes that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.thread: threading.Thread | None = None

    def __call__(self, workspace: Workspace, watch: Watch | None) -> Changes:
        self.thread = threading.current_thread()
        assert watch is not None
        with workspace.transaction() as uow:
            changes = record.add_notes(_Joined(workspace, uow), [NoteDraft("途中の意見")])  # type: ignore[arg-type]
            watch.step("付箋を保存しています", 1, 2)
            assert self.go_on.wait(10)
            watch.step("付箋を保存しています", 2, 2)
        return changes


class _Joined:
    """A workspace whose transaction is the one that is open."""

    def __init__(self, workspace: Workspace, uow: object) -> None:
        self._workspace = workspace
        self._uow = uow

    def transaction(self) -> object:
        from contextlib import nullcontext

        return nullcontext(self._uow)

    def __getattr__(self, name: str) -> object:
        return getattr(self._workspace, name)


def start(desk: Desk, gate: Gate) -> list[Outcome]:
    heard: list[Outcome] = []
    open_file_of(desk).act(gate, MANY, heard.append)
    desk.qtbot.waitUntil(lambda: gate.thread is not None)
    return heard


def test_long_work_leaves_the_window_alive_and_holds_the_page(desk: Desk) -> None:
    desk.add("先の意見")
    desk.type("half")
    gate = Gate()
    heard = start(desk, gate)
    assert gate.thread is not threading.main_thread()
    assert not desk.editor.isEnabled()
    progress = desk.child(QWidget, "progress")
    desk.qtbot.waitUntil(progress.isVisible)
    assert progress.text() == "付箋を保存しています… 1 / 2（終わるまで何も書き込みません）"
    desk.press("undoButton")
    assert voided(desk) == [False]
    gate.go_on.set()
    desk.qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].problem is None
    assert not progress.isVisible()
    assert QApplication.focusWidget() is desk.editor
    assert desk.editor.text() == "half"
    assert [note.text for note in desk.rows()] == ["途中の意見", "先の意見"]


def test_long_work_that_is_stopped_leaves_everything_as_it_was(desk: Desk) -> None:
    desk.add("先の意見")
    gate = Gate()
    heard = start(desk, gate)
    progress = desk.child(QWidget, "progress")
    desk.qtbot.waitUntil(progress.isVisible)
    desk.press("progressCancel")
    gate.go_on.set()
    desk.qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0].problem, Cancelled)
    assert desk.texts() == ["先の意見"]
    assert "今のデータは変わっていません" in desk.banner()
    desk.add("次の意見")
    assert desk.texts() == ["先の意見", "次の意見"]


def test_window_closed_during_long_work_loses_nothing_and_tells_nobody(desk: Desk) -> None:
    gate = Gate()
    heard = start(desk, gate)
    thread = gate.thread
    assert thread is not None
    desk.window.close()
    gate.go_on.set()
    thread.join(10)
    assert desk.texts() == ["途中の意見"]
    assert heard == []


def test_another_use_case_during_long_work_is_refused_at_once(desk: Desk) -> None:
    gate = Gate()
    heard = start(desk, gate)
    open_file = open_file_of(desk)
    with desk.qtbot.waitSignal(open_file.refused) as refused:
        commands.add_notes(open_file, [NoteDraft("x")])
    assert "終わってから" in refused.args[0]
    gate.go_on.set()
    desk.qtbot.waitUntil(lambda: bool(heard))


def _threads_of(monkeypatch: pytest.MonkeyPatch, name: str) -> list[bool]:
    """Whether each call of a use case came from the window's thread."""
    seen: list[bool] = []
    real: Callable[..., Changes] = getattr(record, name)

    def noted(*arguments: object) -> Changes:
        seen.append(threading.current_thread() is threading.main_thread())
        return real(*arguments)

    monkeypatch.setattr(record, name, noted)
    return seen


def test_many_notes_are_never_written_in_the_windows_thread(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = _threads_of(monkeypatch, "add_notes")
    voids = _threads_of(monkeypatch, "void_notes")
    restores = _threads_of(monkeypatch, "restore_notes")
    add(desk, MANY)
    desk.list.selectAll()
    panel = desk.child(CapturePage, "page_capture").panel
    commands.void_notes(open_file_of(desk), [note.note_id for note in panel.chosen()], "打ち間違い")
    wait(desk)
    for key in (Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_Z, Qt.Key.Key_Z):
        desk.window.activateWindow()
        QTest.keyClick(desk.editor, key, CTRL)
        wait(desk)
    assert (added, voids, restores) == ([False], [False] * 3, [False] * 2)
    assert voided(desk) == [True] * MANY
    assert {note.void_reason for note in desk.on_disk()} == {record.UNDO_REASON}
