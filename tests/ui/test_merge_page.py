"""The merge page on real files: nothing is written before the button, and what is refused says why."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from merge_desk import Desk, QuickServices, cut_file
from office_files import add_to, laptop_file, texts_in
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.changes import Changes
from workshop_app.domain.fingerprint import fingerprint
from workshop_app.paths import user_documents_dir
from workshop_app.services.prepare import describe_workshop
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.merge_sum import SumRow
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.theme import look


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    """The page as it comes up from the start screen, without an open file."""
    page = MergePage(QuickServices(), None)
    qtbot.addWidget(page)
    page.resize(1286, 646)
    page.show()
    qtbot.waitExposed(page)
    return Desk(qtbot, page)


def test_merge_page_preview_counts_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い", "案内が親切だった"])
    west = laptop_file(tmp_path, "西区", ["バスが少ない"])
    before = east.read_bytes()
    desk.preview(east, west)
    assert desk.row(0) == ["東区_第1回_A.wsdb", "東区 1班", "2", "0", "0", "0", "統合できます"]
    assert desk.row(1)[1:3] == ["西区 1班", "1"]
    assert desk.row(2)[:6] == ["統合する 2ファイル", "", "3", "0", "0", "0"]
    assert desk.do.isEnabled()
    assert "2ファイルを統合する" in desk.do.accessibleName() + desk.do.text()
    assert desk.note.text() == "まだ何も書き込んでいません。"
    assert list(user_documents_dir().iterdir()) == []
    assert east.read_bytes() == before
    # What the laptop's person read out over the telephone can be compared here.
    assert fingerprint(hashlib.sha256(before).hexdigest()) in desk.table.item(0, 0).toolTip()


def test_merge_page_writes_the_union_into_a_new_file_and_offers_to_open_it(
    desk: Desk, tmp_path: Path
) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い", "案内が親切だった"])
    west = laptop_file(tmp_path, "西区", ["バスが少ない"])
    target = tmp_path / "統合.wsdb"
    desk.page.set_target(target)
    assert desk.target.text() == "統合先: 統合.wsdb（新しく作ります）"
    desk.preview(east, west)
    desk.merge()
    assert desk.said() == "統合しました。新しい付箋は 3枚、変わった付箋は 0枚です。"
    assert texts_in(target) == {"窓口が遠い", "案内が親切だった", "バスが少ない"}
    assert not desk.do.isEnabled()
    with desk.qtbot.waitSignal(desk.page.merged) as merged:
        desk.banner.action_pressed.emit()
    assert merged.args == [target]


def test_merge_page_same_file_again_changes_nothing_and_says_so(desk: Desk, tmp_path: Path) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    target = tmp_path / "統合.wsdb"
    desk.page.set_target(target)
    desk.preview(east)
    desk.merge()
    written = target.read_bytes()
    desk.preview(east)
    assert desk.said() == "このファイルは前に統合したものと同じです。何も変わっていません。"
    assert desk.row(0)[6] == "前と同じです"
    assert not desk.do.isEnabled()
    assert target.read_bytes() == written


def test_merge_page_later_notes_are_counted_and_the_backup_is_named(desk: Desk, tmp_path: Path) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    target = tmp_path / "統合.wsdb"
    desk.page.set_target(target)
    desk.preview(east)
    desk.merge()
    add_to(east, ["あとから書いた"])
    desk.preview(east)
    assert desk.row(0)[1:3] == ["東区 1班（2回目）", "1"]
    assert desk.note.text() == "まだ何も書き込んでいません。統合の前に控えを取ります。"
    desk.merge()
    assert desk.said() == (
        "統合しました。新しい付箋は 1枚、変わった付箋は 0枚です。統合の前の控えがあります。"
    )
    assert [path.suffix for path in (tmp_path / "統合_控え").iterdir()] == [".wsdb"]


def test_merge_page_refused_file_says_why_and_the_others_are_merged(desk: Desk, tmp_path: Path) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    cut = tmp_path / "北区_第1回_A.wsdb"
    cut.write_bytes(east.read_bytes()[:5_000])
    text = tmp_path / "メモ.txt"
    text.write_text("これは付箋ではない", encoding="utf-8")
    target = tmp_path / "統合.wsdb"
    desk.page.set_target(target)
    desk.preview(east, cut, text)
    for row in (1, 2):
        assert desk.row(row)[1].endswith("。"), desk.row(row)
        assert desk.table.columnSpan(row, 1) == 6
        assert desk.table.item(row, 0).background().color() == look().colour("dangerTint")
        assert desk.table.item(row, 1).foreground().color() == look().colour("danger")
    assert desk.row(3)[0] == "統合する 1ファイル"
    desk.merge()
    assert desk.said() == (
        "統合しました。新しい付箋は 1枚、変わった付箋は 0枚です。"
        "統合できなかったファイルが 2個あります（「北区_第1回_A.wsdb」「メモ.txt」）。理由は表にあります。"
    )
    assert texts_in(target) == {"窓口が遠い"}


def test_merge_page_only_refused_files_makes_no_target(desk: Desk, tmp_path: Path) -> None:
    empty = tmp_path / "空.wsdb"
    empty.write_bytes(b"")
    desk.page.set_target(tmp_path / "統合.wsdb")
    desk.preview(empty)
    assert not desk.do.isEnabled()
    assert desk.row(0)[1].endswith("。")
    assert not (tmp_path / "統合.wsdb").exists()


def test_merge_page_target_that_is_no_workshop_file_is_refused_in_the_banner(
    desk: Desk, tmp_path: Path
) -> None:
    other = tmp_path / "予定表.wsdb"
    other.write_bytes(b"PK\x03\x04 something else")
    desk.page.set_target(other)
    desk.page.add_files([laptop_file(tmp_path, "東区", ["窓口が遠い"])])
    desk.qtbot.waitUntil(lambda: desk.said() != "", timeout=20_000)
    assert desk.said().endswith("。")
    assert not desk.do.isEnabled()
    assert other.read_bytes() == b"PK\x03\x04 something else"


def test_merge_page_dropped_files_and_folders_are_taken_once_each(desk: Desk, tmp_path: Path) -> None:
    east = laptop_file(tmp_path, "東区", ["窓口が遠い"])
    laptop_file(tmp_path, "西区", ["バスが少ない"])
    (tmp_path / "読んでください.txt").write_text("x", encoding="utf-8")
    data = QMimeData()
    data.setUrls(
        [QUrl.fromLocalFile(str(east)), QUrl.fromLocalFile(str(tmp_path)), QUrl("http://x.invalid/a")]
    )
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(
        desk.strip.rect().center(), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, data, buttons, keys
    )
    QApplication.sendEvent(desk.strip, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(10, 10), Qt.DropAction.MoveAction, data, buttons, keys)
    QApplication.sendEvent(desk.strip, drop)
    # A move would let the file manager delete the laptop's file.
    assert drop.isAccepted()
    assert drop.dropAction() == Qt.DropAction.IgnoreAction
    desk.wait_for_table()
    assert [desk.row(row)[0] for row in range(2)] == ["東区_第1回_A.wsdb", "西区_第1回_A.wsdb"]
    assert desk.table.rowCount() == 3


def test_merge_page_choosing_stopping_and_taking_one_out(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [laptop_file(tmp_path, ward, ["x"]) for ward in ("東区", "西区")]
    names = ([str(path) for path in paths], "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: names)
    desk.qtbot.mouseClick(desk.choose, Qt.MouseButton.LeftButton)
    desk.wait_for_table()
    assert not desk.drop_rows.isEnabled()
    desk.table.selectRow(0)
    assert desk.drop_rows.isEnabled()
    desk.page.activateWindow()
    desk.table.setFocus()
    desk.qtbot.waitUntil(desk.table.hasFocus)
    desk.qtbot.keyClick(desk.table, Qt.Key.Key_Delete)
    desk.qtbot.waitUntil(lambda: desk.table.rowCount() == 2 and not desk.page.work.busy, timeout=20_000)
    assert desk.row(0)[0] == "西区_第1回_A.wsdb"
    desk.qtbot.mouseClick(desk.stop, Qt.MouseButton.LeftButton)
    assert desk.table.rowCount() == 0
    assert not desk.do.isEnabled()
    assert not desk.stop.isEnabled()


def test_merge_page_into_the_open_file_tells_the_views(
    qtbot: QtBot, open_file: OpenFile, tmp_path: Path
) -> None:
    other = laptop_file(tmp_path, "西区", ["バスが少ない", "駅が近い"])
    page = MergePage(QuickServices(), open_file)
    qtbot.addWidget(page)
    page.show()
    desk = Desk(qtbot, page)
    assert desk.target.text() == "統合先: 東区 第1回_A.wsdb（いま開いているファイル）"
    desk.preview(other)
    told: list[Changes] = []
    open_file.changed.connect(told.append)
    with qtbot.waitSignal(page.merged, timeout=20_000) as merged:
        desk.merge()
    assert merged.args == [open_file.workspace.path]
    notes = {note.note_id for note in open_file.workspace.notes()}
    assert len(told) == 1
    assert notes <= told[0].added
    assert {note.text for note in open_file.workspace.notes()} == {"バスが少ない", "駅が近い"}


def test_merge_page_narrow_layout_keeps_the_sentence_of_a_refused_file(desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "壊れた.wsdb"
    broken.write_bytes(b"not a database at all")
    desk.page.set_compact(True)
    desk.page.resize(855, 400)
    desk.preview(broken, laptop_file(tmp_path, "東区", ["x"]))
    assert desk.table.isColumnHidden(4)
    assert desk.table.horizontalHeaderItem(3).text() == "変わった・取消"
    assert desk.row(1)[3] == "0・0"
    assert desk.table.columnSpan(0, 1) == 6
    assert desk.row(0)[1].endswith("。")
    assert desk.table.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(("width", "height"), [(1286, 646), (855, 400)])
def test_merge_page_sum_stays_in_sight_below_rows_that_scroll(
    desk: Desk, tmp_path: Path, width: int, height: int
) -> None:
    desk.page.resize(width, height)
    desk.page.set_compact(width < 1000)
    wards = ("中央区", "東区", "西区", "南区", "北区")
    files = [laptop_file(tmp_path, ward, ["意見"], device) for ward in wards for device in "AB"]
    desk.page.set_target(tmp_path / "統合.wsdb")
    desk.preview(*files)
    total = desk.part(SumRow, "mergeSum")
    for words in ("統合する 10ファイル", "統合した 10ファイル"):
        assert desk.table.verticalScrollBar().maximum() > 0
        row = desk.table.sum_row
        assert desk.row(row)[0] == words
        assert desk.table.isRowHidden(row)
        shown = total.visualRect(total.model().index(row, 0))
        assert shown.height() == total.viewport().height() >= look().px(38)
        # Below the rows, on the page, and in the same columns.
        assert total.mapTo(desk.page, QPoint(0, 0)).y() >= desk.table.geometry().bottom()
        assert total.visibleRegion().boundingRect().height() == total.height()
        for column in (0, 2, 5):
            assert total.columnViewportPosition(column) == desk.table.columnViewportPosition(column)
        if words.startswith("統合する"):
            desk.merge()


def test_merge_page_state_stands_on_one_line(desk: Desk, tmp_path: Path) -> None:
    first, second = laptop_file(tmp_path, "東区", ["意見"]), laptop_file(tmp_path, "東区", ["意見"], "B")
    for path, tables in ((first, 3), (second, 4)):
        database = bootstrap.open_database(path)
        describe_workshop(database, {"participants": tables})
        database.close()
    cut = cut_file(laptop_file(tmp_path, "西区", ["意見"]))
    desk.page.set_target(tmp_path / "統合.wsdb")
    desk.preview(first, second, cut)
    assert desk.row(1)[6] == "競合はあとで選べます"
    assert [desk.table.rowHeight(row) for row in range(2)] == [look().px(42)] * 2
