"""The real window on the board page, and short names for what hands do there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.board import Board, Position, Scope, Spot
from workshop_app.domain.changes import Changes
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft
from workshop_app.services import arrange, record
from workshop_app.services.ports import Workspace
from workshop_app.ui.board.board_page import BoardPage
from workshop_app.ui.board.content import BoardContent
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.open_file import Outcome

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class BoardDesk:
    """A person at the board of a file with some notes in a row."""

    def __init__(self, window: MainWindow, path: Path, qtbot: QtBot) -> None:
        self.window = window
        self.path = path
        self.qtbot = qtbot
        found = window.findChild(BoardPage, "page_board")
        assert found is not None
        self.page: BoardPage = found

    @property
    def view(self) -> BoardView:
        return self.page.view

    @property
    def content(self) -> BoardContent:
        return self.page.scene.content

    @property
    def editor(self) -> NoteEditor:
        box = self.page.hands.edit.box
        assert box is not None
        return box.editor

    def note(self, text: str) -> EntityId:
        return next(one for one, item in self.content.notes.items() if item.note.text == text)

    def island(self, title: str = "") -> EntityId:
        return next(one for one, island in self.content.islands.items() if island.title == title)

    def texts_in(self, island_id: EntityId) -> set[str]:
        notes = self.content.notes
        return {notes[one].note.text for one in self.content.children(island_id) if one in notes}

    def place(self, item: EntityId, dx: float = 0.5, dy: float = 0.5) -> QPoint:
        """A point of a note or island, in the view."""
        box = self.content.boxes[item]
        return self.view.mapFromScene(box.x + box.width * dx, box.y + box.height * dy)

    def head(self, island_id: EntityId) -> QPoint:
        """A point of an island where no note is."""
        box = self.content.boxes[island_id]
        return self.view.mapFromScene(box.x + 30, box.y + 20)

    def drag(
        self, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE, let_go: bool = True
    ) -> None:
        """With the left button, in a few steps."""
        port = self.view.viewport()
        QTest.mousePress(port, LEFT, modifiers, start)
        for step in range(1, 5):
            way = QPointF(start) + QPointF(end - start) * step / 4
            QTest.mouseMove(port, way.toPoint())
        if let_go:
            QTest.mouseRelease(port, LEFT, modifiers, end)

    def click(self, place: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, place)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.view, key, modifiers)

    def type(self, text: str) -> None:
        """As an input method gives it: keys of QTest know no Japanese."""
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        QApplication.sendEvent(self.editor, event)

    def compose(self, text: str) -> None:
        QApplication.sendEvent(self.editor, QInputMethodEvent(text, []))

    def choose(self, *items: EntityId) -> None:
        for number, item in enumerate(items):
            self.click(self.place(item), SHIFT if number else NONE)

    def press(self, name: str) -> None:
        from PySide6.QtWidgets import QAbstractButton

        button = self.window.findChild(QAbstractButton, name)
        assert button is not None, name
        QTest.mouseClick(button, LEFT)

    def trigger(self, menu_name: str, action_name: str) -> None:
        """One line of the menu that is open."""
        menu = self.window.findChild(QMenu, menu_name)
        assert menu is not None
        assert menu.isVisible()
        action = next(one for one in menu.actions() if one.objectName() == action_name)
        menu.setActiveAction(action)
        QTest.keyClick(menu, Qt.Key.Key_Return)

    def do(self, action: Callable[[Workspace], Changes]) -> None:
        """A use case, as any page of this window would run it; waits until everybody has been told."""
        outcomes: list[Outcome] = []
        open_file = self.page.desk.open_file
        open_file.act(lambda workspace, watch: action(workspace), 1, outcomes.append)
        self.qtbot.waitUntil(lambda: bool(outcomes))
        assert outcomes[0].problem is None

    def on_disk(self) -> Board:
        """What another program would read."""
        database = bootstrap.open_database(self.path)
        try:
            return database.board(Scope())
        finally:
            database.close()


def fill(path: Path, texts: Iterable[str], *, columns: int = 3, table: int = 1) -> None:
    """Notes on the grid, each with its place in the file."""
    database = bootstrap.open_database(path)
    try:
        spots = {}
        for number, text in enumerate(texts):
            changes = record.add_notes(database, [NoteDraft(text, "T1", "issue", table)])
            column, row = number % columns, number // columns
            spots[next(iter(changes.added))] = Spot(None, Position(column * 260, row * 160))
        arrange.move(database, spots)
    finally:
        database.close()


def board_desk(path: Path, services: bootstrap.Services, qtbot: QtBot) -> BoardDesk:
    """The window, on the board."""
    window = MainWindow(services)
    assert window.open_path(path)
    qtbot.addWidget(window)
    window.resize(1366, 698)
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_page("board")
    desk = BoardDesk(window, path, qtbot)
    desk.view.setFocus()
    return desk
