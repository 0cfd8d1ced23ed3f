"""Importing in the window: a real file, the preview, and what is on disk afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from workshop_app.ui.import_dialog import ImportDialog
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.widgets import Banner, ComboField

CSV = "番号,ご意見,テーマ,班\r\n1,窓口が遠い①,T3,2\r\n2,,T1,2\r\n3,﨑さんの店の前が暗い,1,３班\r\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "別に入力した意見.csv"
    path.write_bytes(CSV.encode("cp932"))
    return path


class Desk:
    def __init__(self, dialog: ImportDialog, qtbot: QtBot) -> None:
        self.dialog = dialog
        self.qtbot = qtbot
        self.action = dialog.findChild(QPushButton, "dialogAction")
        self.preview = dialog.findChild(QTableWidget, "importPreview")

    def ready(self) -> None:
        self.qtbot.waitUntil(self.action.isEnabled)

    def rows(self) -> list[str]:
        return [self.preview.item(row, 1).text() for row in range(self.preview.rowCount())]


@pytest.fixture
def desk(qtbot: QtBot, open_file: OpenFile, source: Path) -> Iterator[Desk]:
    dialog = ImportDialog(open_file, source, 4, 1)
    qtbot.addWidget(dialog)
    dialog.show()
    return Desk(dialog, qtbot)


def test_preview_names_encoding_columns_and_what_is_left_out_and_writes_nothing(
    desk: Desk, open_file: OpenFile
) -> None:
    desk.ready()
    assert desk.action.text() == "2枚を読み込む"
    assert desk.dialog.findChild(ComboField, "importColumn_text").currentText() == "ご意見"
    assert "CP932" in desk.dialog._state.text()
    assert desk.rows()[0].startswith("入れません: ")
    assert desk.rows()[1:] == ["窓口が遠い①", "﨑さんの店の前が暗い"]
    QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert open_file.workspace.notes() == []


def test_import_saves_tells_the_views_and_is_one_undo(desk: Desk, open_file: OpenFile, qtbot: QtBot) -> None:
    desk.ready()
    with qtbot.waitSignal(open_file.changed) as changed:
        QTest.mouseClick(desk.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.dialog.isVisible())
    notes = open_file.workspace.notes()
    assert [(note.text, note.theme, note.table) for note in notes] == [
        ("窓口が遠い①", "T3", 2),
        ("﨑さんの店の前が暗い", "T1", 3),
    ]
    assert {note.note_id for note in notes} <= changed.args[0].added
    open_file.undo_stack.undo()
    assert all(note.voided for note in open_file.workspace.notes())
    open_file.undo_stack.redo()
    assert not any(note.voided for note in open_file.workspace.notes())


def test_another_column_can_be_the_opinion(desk: Desk, open_file: OpenFile) -> None:
    desk.ready()
    box = desk.dialog.findChild(ComboField, "importColumn_text")
    box.setFocus()
    box.setCurrentIndex(box.findText("番号"))
    box.activated.emit(box.currentIndex())
    desk.qtbot.waitUntil(lambda: desk.action.isEnabled() and desk.action.text() == "3枚を読み込む")
    assert desk.rows() == ["1", "2", "3"]


def test_column_nobody_named_as_opinions_has_to_be_chosen(
    qtbot: QtBot, open_file: OpenFile, tmp_path: Path
) -> None:
    source = tmp_path / "農園.csv"
    source.write_text("名前,住所\n甲農園,東区の川べり一丁目の畑\n乙農園,南区の駅の前の畑\n", encoding="utf-8")
    dialog = ImportDialog(open_file, source, None, None)
    qtbot.addWidget(dialog)
    dialog.show()
    desk = Desk(dialog, qtbot)
    banner = dialog.findChild(Banner)
    qtbot.waitUntil(banner.isVisible)
    box = dialog.findChild(ComboField, "importColumn_text")
    assert (box.currentIndex(), desk.action.isEnabled()) == (-1, False)
    assert desk.rows() == ["東区の川べり一丁目の畑", "南区の駅の前の畑"]
    # Another choice first leaves it open, and Enter imports nothing.
    theme = dialog.findChild(ComboField, "importColumn_theme")
    theme.activated.emit(theme.currentIndex())
    qtbot.waitUntil(lambda: dialog._plan is not None)
    assert (box.currentIndex(), desk.action.isEnabled()) == (-1, False)
    dialog.accept()
    assert open_file.workspace.notes() == []
    box.setCurrentIndex(box.findText("名前"))
    box.activated.emit(box.currentIndex())
    desk.ready()
    assert not banner.isVisible()
    assert desk.rows() == ["甲農園", "乙農園"]


def test_wrong_encoding_gets_a_sentence_and_the_right_one_brings_it_back(desk: Desk) -> None:
    desk.ready()
    box = desk.dialog.findChild(ComboField, "importEncoding")
    banner = desk.dialog.findChild(Banner)
    box.setCurrentIndex(box.findData("utf-8"))
    box.activated.emit(box.currentIndex())
    desk.qtbot.waitUntil(lambda: banner.isVisible())
    assert banner.text().endswith("。")
    assert not desk.action.isEnabled()
    box.setCurrentIndex(box.findData("cp932"))
    box.activated.emit(box.currentIndex())
    desk.ready()
    assert not banner.isVisible()


def test_file_that_is_no_table_gets_one_sentence(qtbot: QtBot, open_file: OpenFile, tmp_path: Path) -> None:
    broken = tmp_path / "こわれた.xlsx"
    broken.write_bytes(b"PK\x03\x04 not really")
    dialog = ImportDialog(open_file, broken, None, None)
    qtbot.addWidget(dialog)
    dialog.show()
    banner = dialog.findChild(Banner)
    qtbot.waitUntil(lambda: banner.isVisible(), timeout=20_000)
    assert "こわれた.xlsx" in banner.text()
    assert open_file.workspace.notes() == []
