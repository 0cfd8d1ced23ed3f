"""Importing in the window: a real file, the preview, and what is on disk afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workshop_app.ui.import_dialog import ImportDialog
from workshop_app.ui.import_preview import ImportPreview, LineKind
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.theme import apply_look, load_look
from workshop_app.ui.widgets import Banner, ComboField

CSV = "番号,ご意見,テーマ,班\r\n1,窓口が遠い①,T3,2\r\n2,,T1,2\r\n3,﨑さんの店の前が暗い,1,３班\r\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "別に入力した意見.csv"
    path.write_bytes(CSV.encode("cp932"))
    return path


class Desk:
    def __init__(self, dialog: ImportDialog, qtbot: QtBot, window: QWidget | None = None) -> None:
        self.dialog = dialog
        # Held: the dialog is its child.
        self.window = window
        self.qtbot = qtbot
        self.action = dialog.findChild(QPushButton, "dialogAction")
        self.preview = dialog.findChild(ImportPreview, "importPreview")

    def ready(self) -> None:
        self.qtbot.waitUntil(self.action.isEnabled)

    def notes(self) -> list[str]:
        """What would become notes."""
        return [line.text for line in self.preview.lines() if line.kind is LineKind.NOTE]

    def rows(self) -> list[str]:
        return [f"{line.said} {line.text}".strip() for line in self.preview.lines()]


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
    assert desk.rows()[0] == "入れません: 意見の文字がありません 2 T1 2"
    assert desk.rows()[1:] == ["窓口が遠い①", "﨑さんの店の前が暗い"]
    QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert open_file.workspace.notes() == []


def test_row_over_the_limit_is_left_out_with_its_reason_and_the_others_come(
    qtbot: QtBot, open_file: OpenFile, tmp_path: Path
) -> None:
    source = tmp_path / "意見.csv"
    source.write_text(f"意見,班\n短い意見,1\n{'あ' * 10_001},2\n{'い' * 10_000},3\n", encoding="utf-8")
    dialog = ImportDialog(open_file, source, 4, 1)
    qtbot.addWidget(dialog)
    dialog.show()
    desk = Desk(dialog, qtbot)
    desk.ready()
    assert desk.action.text() == "2枚を読み込む"
    assert desk.rows()[0].startswith(
        "入れません: 1枚の付箋に書けるのは 10,000文字までです（10,001文字） ああああ"
    )
    QTest.mouseClick(desk.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert [len(note.text) for note in open_file.workspace.notes()] == [4, 10_000]


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
    open_file.history.undo()
    assert all(note.voided for note in open_file.workspace.notes())
    open_file.history.redo()
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
    assert desk.notes() == ["東区の川べり一丁目の畑", "南区の駅の前の畑"]
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
    assert desk.notes() == ["甲農園", "乙農園"]


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


# --- what needs a look -------------------------------------------------------------------------------------------


def test_every_row_left_out_can_be_reached_with_its_reason(
    qtbot: QtBot, open_file: OpenFile, tmp_path: Path
) -> None:
    """100 rows without an opinion among 200: none is cut from the list, whatever stands beside it."""
    path = tmp_path / "半分は空.csv"
    rows = "".join(f"意見{number},T1\r\n,行{number}\r\n" for number in range(100))
    path.write_text("意見,テーマ\r\n" + rows, encoding="utf-8")
    desk = open_dialog(qtbot, open_file, path)
    left = [line for line in desk.preview.lines() if line.kind is LineKind.LEFT_OUT]
    assert [line.row for line in left] == [str(3 + 2 * number) for number in range(100)]
    assert {line.said for line in left} == {"入れません: 意見の文字がありません"}
    model = desk.preview.model()
    last = next(row for row in reversed(range(model.rowCount())) if "入れません" in spoken(desk, row))
    desk.preview.scrollTo(model.index(last, 0))
    box = desk.preview.visualRect(model.index(last, 0))
    assert desk.preview.viewport().rect().contains(box)
    assert "201行目" in spoken(desk, last)


def open_dialog(qtbot: QtBot, open_file: OpenFile, path: Path, size: tuple[int, int] = (1366, 698)) -> Desk:
    """The dialog over a window of this size, read and planned."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    dialog = ImportDialog(open_file, path, 4, 1, window)
    dialog.show()
    desk = Desk(dialog, qtbot, window)
    qtbot.waitUntil(desk.action.isEnabled, timeout=20_000)
    return desk


def spoken(desk: Desk, row: int) -> str:
    return str(desk.preview.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def workbook(path: Path, **sheets: list[list[str]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    book.close()
    return path


@pytest.fixture
def two_sheets(tmp_path: Path) -> Path:
    return workbook(
        tmp_path / "二日分.xlsx",
        一日目=[["意見", "テーマ"], *[[f"一日目の意見 {n}", "T1"] for n in range(5)]],
        二日目=[["意見", "テーマ"], ["二日目の意見", "T2"], ["知らないテーマ", "福祉"]],
    )


def test_a_workbook_with_several_sheets_offers_them(
    qtbot: QtBot, open_file: OpenFile, two_sheets: Path
) -> None:
    desk = open_dialog(qtbot, open_file, two_sheets)
    sheets = desk.dialog.findChild(ComboField, "importSheet")
    assert [sheets.itemText(place) for place in range(sheets.count())] == ["一日目", "二日目"]
    assert sheets.isVisible()
    assert sheets.currentText() == "一日目"
    sheets.setCurrentIndex(1)
    sheets.activated.emit(1)
    qtbot.waitUntil(lambda: desk.action.text() == "2枚を読み込む", timeout=20_000)
    assert desk.rows()[-2:] == ["二日目の意見", "知らないテーマ"]
    assert sheets.currentText() == "二日目"


@pytest.mark.parametrize("size", [(1366, 698), (911, 440)])
@pytest.mark.parametrize("percent", [100, 150])
def test_what_was_noticed_is_in_sight_before_anything_is_pressed(
    qtbot: QtBot, qapp: QApplication, open_file: OpenFile, tmp_path: Path, size: tuple[int, int], percent: int
) -> None:
    path = workbook(
        tmp_path / "混ざった表.xlsx",
        意見=[["意見", "テーマ"], *[[f"意見 {n}", "福祉"] for n in range(30)]],
        メモ=[["覚え書き"]],
    )
    apply_look(qapp, load_look("light", percent))
    try:
        desk = open_dialog(qtbot, open_file, path, size)
        lines = desk.preview.lines()
        assert [line.kind for line in lines[:3]] == [LineKind.NOTICE, LineKind.NOTICE, LineKind.NOTE]
        said = "".join(line.said for line in lines[:2])
        assert "ほかのシートは読んでいません" in said
        assert "「福祉」は議題にないため、未分類にします" in said
        assert "2・3・4" in said
        assert "2件" in desk.dialog.findChild(QWidget, "importConcerns").text()
        view = desk.preview.viewport()
        first = desk.preview.visualRect(desk.preview.model().index(0, 0))
        second = desk.preview.visualRect(desk.preview.model().index(1, 0))
        assert view.rect().contains(first)
        assert view.rect().intersects(second)
        # In sight means inside the dialog, and the dialog inside the window.
        assert desk.dialog.rect().contains(view.mapTo(desk.dialog, view.rect().bottomRight()))
        assert desk.dialog.height() <= size[1]
        assert desk.dialog.width() <= size[0]
    finally:
        apply_look(qapp, load_look())


# --- every column ------------------------------------------------------------------------------------------------


@pytest.fixture
def every_column(tmp_path: Path) -> Path:
    path = tmp_path / "全部の列.csv"
    path.write_text(
        "番号,意見,テーマ,種別,班,ラウンド,論点,票,表札,回目\n"
        "東1A-001,窓口が遠い,T1,課題,2,1,T1-K1,3,近い窓口,2\n",
        encoding="utf-8",
    )
    return path


def test_every_column_that_is_used_is_shown_and_can_be_changed(
    qtbot: QtBot, open_file: OpenFile, every_column: Path
) -> None:
    desk = open_dialog(qtbot, open_file, every_column)
    shown = {
        field: desk.dialog.findChild(ComboField, f"importColumn_{field}")
        for field in ("round", "votes", "points", "island", "number")
    }
    assert {field: box.currentText() for field, box in shown.items()} == {
        "round": "ラウンド",
        "votes": "票",
        "points": "論点",
        "island": "表札",
        "number": "番号",
    }
    assert all(box.isVisible() for box in shown.values())
    aside = next(line.aside for line in desk.preview.lines() if line.kind is LineKind.NOTE)
    assert "ラウンド1" in aside
    assert "票 3" in aside
    for field, heading in (("round", "回目"), ("votes", "（なし）")):
        shown[field].setCurrentIndex(shown[field].findText(heading))
        shown[field].activated.emit(shown[field].currentIndex())
        qtbot.waitUntil(lambda: desk.dialog._plan is not None)
    QTest.mouseClick(desk.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.dialog.isVisible())
    notes = open_file.workspace.notes()
    assert [(note.round, note.votes, len(note.points)) for note in notes] == [(2, 0, 1)]


@pytest.mark.parametrize("percent", [100, 150])
def test_on_a_small_screen_the_other_columns_open_with_a_button_that_says_how_many(
    qtbot: QtBot, qapp: QApplication, open_file: OpenFile, every_column: Path, percent: int
) -> None:
    apply_look(qapp, load_look("light", percent))
    desk = open_dialog(qtbot, open_file, every_column, (911, 440))
    more = desk.dialog.findChild(QPushButton, "importMore")
    votes = desk.dialog.findChild(ComboField, "importColumn_votes")
    assert more.isVisible()
    assert more.text() == "5列"
    assert "票: 票" in more.toolTip()
    assert not votes.isVisible()
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    assert votes.isVisible()
    QApplication.sendPostedEvents()
    assert desk.dialog.rect().contains(desk.action.geometry())
    assert desk.dialog.height() <= 440
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    assert not votes.isVisible()
    assert desk.preview.isVisible()
    apply_look(qapp, load_look())
