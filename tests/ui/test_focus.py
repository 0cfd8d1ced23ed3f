"""Where the keys go when a page comes up: whoever types at once, types into the box."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.ui import main_window as main_window_module
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.settings import RecentFile, remember_file


def _show(qtbot: QtBot, path: Path | None) -> MainWindow:
    window = bootstrap.open_main_window(path)
    assert isinstance(window, MainWindow)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def _type(words: str) -> None:
    """Keys go where the window says, not to a widget of the test's choice."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, words)


def _box_has(window: MainWindow, words: str) -> bool:
    editor = window.findChild(NoteEditor, "captureEditor")
    return editor is not None and QApplication.focusWidget() is editor and editor.text() == words


def test_words_typed_at_once_are_in_the_box_when_opened_by_argument(qtbot: QtBot, ward_file: Path) -> None:
    window = _show(qtbot, ward_file)
    _type("first words")
    assert _box_has(window, "first words")
    window.close()


class _AcceptedDialog:
    """Stands for the dialog of a new workshop, answered."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, *_: object) -> _AcceptedDialog:
        return self

    def exec(self) -> QDialog.DialogCode:
        return QDialog.DialogCode.Accepted

    def result_setup(self) -> tuple[Path, WorkshopSetup]:
        return self._path, WorkshopSetup(bootstrap.load_agenda(None), "南区", "2014-10-05", "南区役所", 3)


@pytest.mark.parametrize("card", ["startGoOn", "startNew", "startPractice"])
@pytest.mark.parametrize("press", ["mouse", "Enter"])
def test_words_typed_at_once_are_in_the_box_when_opened_from_the_start_screen(
    qtbot: QtBot, ward_file: Path, monkeypatch: pytest.MonkeyPatch, card: str, press: str
) -> None:
    remember_file(RecentFile(ward_file, "東区 端末A", 0, 1))
    monkeypatch.setattr(
        main_window_module, "NewWorkshopDialog", _AcceptedDialog(ward_file.parent / "南区.wsdb")
    )
    window = _show(qtbot, None)
    button = window.findChild(QAbstractButton, card)
    assert button is not None
    button.setFocus()
    if press == "mouse":
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    else:
        QTest.keyClick(button, Qt.Key.Key_Return)
    _type("first words")
    assert _box_has(window, "first words")
    window.close()


def test_words_typed_after_coming_back_to_the_page_are_in_the_box(qtbot: QtBot, ward_file: Path) -> None:
    window = _show(qtbot, ward_file)
    window.show_page("help")
    QTest.mouseClick(window.findChild(QWidget, "rail_capture"), Qt.MouseButton.LeftButton)
    _type("again")
    assert _box_has(window, "again")
    window.close()


def test_words_typed_at_once_are_in_the_box_of_the_second_file(qtbot: QtBot, ward_file: Path) -> None:
    window = _show(qtbot, ward_file)
    other = ward_file.with_name("南区.wsdb")
    bootstrap.create_database(other, WorkshopSetup(bootstrap.load_agenda(None), "南区", None, "", 3))
    window.findChild(QWidget, "searchBox").setFocus()
    window.open_path(other)
    _type("first words")
    assert window.windowTitle().startswith("南区.wsdb")
    focused = QApplication.focusWidget()
    assert isinstance(focused, NoteEditor)
    assert focused.text() == "first words"
    window.close()
