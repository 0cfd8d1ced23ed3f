"""The real window with one file open, as a person sits at it; and a disk that can be full."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QListView
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.errors import StorageUnavailable
from workshop_app.domain.note import Note
from workshop_app.services.ports import UnitOfWork
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.capture.note_list_model import NOTE_ROLE
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.widgets import Banner

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
FULL = "空き容量が足りません。書いた文はこの画面に残っています。不要なファイルを片づけて、もう一度試してください。"


class Desk:
    """The real window with one file open, and short names for what a person does at it."""

    def __init__(self, window: MainWindow, path: Path, qtbot: QtBot) -> None:
        self.window = window
        self.path = path
        self.qtbot = qtbot

    @property
    def editor(self) -> NoteEditor:
        return self.child(NoteEditor, "captureEditor")

    @property
    def list(self) -> QListView:
        return self.child(QListView, "noteList")

    def child(self, kind: type, name: str):  # type: ignore[no-untyped-def]
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def type(self, text: str) -> None:
        """As from the keyboard, without an input method."""
        QTest.keyClicks(self.editor, text)

    def compose(self, text: str) -> None:
        """An input method shows a word that is not settled yet."""
        QApplication.sendEvent(self.editor, QInputMethodEvent(text, []))

    def commit(self, text: str) -> None:
        """The input method settles a word."""
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        QApplication.sendEvent(self.editor, event)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.editor, key, modifiers)

    def enter(self) -> None:
        QTest.keyClick(self.editor, Qt.Key.Key_Return)

    def add(self, text: str) -> None:
        self.editor.insertPlainText(text)
        self.enter()

    def shortcut(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = CTRL) -> None:
        """A shortcut reaches only the active window, and a dialog that has just gone was it."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
        QTest.keyClick(self.editor, key, modifiers)

    def press(self, name: str) -> None:
        QTest.mouseClick(self.child(QAbstractButton, name), Qt.MouseButton.LeftButton)

    def on_disk(self) -> list[Note]:
        """What another program would read from the file at this moment."""
        database = bootstrap.open_database(self.path)
        try:
            return database.notes()
        finally:
            database.close()

    def texts(self) -> list[str]:
        return [note.text for note in self.on_disk()]

    def rows(self) -> list[Note]:
        model = self.list.model()
        return [model.index(row, 0).data(NOTE_ROLE) for row in range(model.rowCount())]

    def banner(self) -> str:
        banner = self.child(Banner, "captureBanner")
        return banner.text() if banner.isVisible() else ""


def when_dialog(name: str, act) -> None:  # type: ignore[no-untyped-def]
    """Once the dialog of this name is up, do something with it; it runs its own event loop."""

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None and dialog.objectName() == name:
            if not dialog.isActiveWindow():
                # Keys and shortcuts reach only the active window.
                dialog.activateWindow()
                return
            timer.stop()
            try:
                act(dialog)
            except BaseException:
                # Nobody else would ever close it.
                dialog.done(0)
                raise

    timer = QTimer(QApplication.instance())
    timer.setInterval(5)
    timer.timeout.connect(look)
    timer.start()


class Disk:
    """Whether there is room; shared by every connection to the file."""

    def __init__(self) -> None:
        self.full = False

    def refuse_when_full(self) -> None:
        if self.full:
            raise StorageUnavailable(FULL)


class FullDiskWorkspace:
    """A real workspace on a disk that can be full: reading goes on, writing is refused."""

    def __init__(self, workspace: Any, disk: Disk) -> None:
        self._workspace = workspace
        self._disk = disk

    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        self._disk.refuse_when_full()
        transaction: AbstractContextManager[UnitOfWork] = self._workspace.transaction()
        return transaction

    def save_draft(self, text: str) -> None:
        self._disk.refuse_when_full()
        self._workspace.save_draft(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workspace, name)


class FullDiskServices(bootstrap.Services):
    """The real services on such a disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def open(self, path: Path, wait_ms: int | None = None) -> FullDiskWorkspace:  # type: ignore[override]
        return FullDiskWorkspace(super().open(path, wait_ms), self._disk)


def desk_on(path: Path, disk: Disk, qtbot: QtBot) -> Desk:
    """The window on that disk."""
    window = MainWindow(FullDiskServices(disk))
    assert window.open_path(path)
    # A test that fails must not end in a question nobody answers.
    qtbot.addWidget(window, before_close_func=lambda _: setattr(disk, "full", False))
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    return Desk(window, path, qtbot)
