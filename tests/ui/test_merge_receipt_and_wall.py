"""What stands beside the table: the wall, the details of a file, salvage, the receipt, and taking a merge back."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from merge_desk import Desk, QuickServices, cut_file, ward_file
from office_files import add_to, texts_in
from PySide6.QtCore import Qt, QTimer
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QDialog, QListView, QPushButton
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.changes import Changes
from workshop_app.domain.fingerprint import fingerprint
from workshop_app.services import record
from workshop_app.services.merge import SourceReport
from workshop_app.services.receipt_page import receipt_html
from workshop_app.services.wall import Cell, CellState, WallRow
from workshop_app.ui.history import Command
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.merge_details import SourceDetails
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.merge_wall import WallPanel
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.printing import print_to
from workshop_app.ui.review.review_page import ReviewPage
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, Dialog


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    """The page without an open file, with a target of its own."""
    page = MergePage(QuickServices(), None)
    qtbot.addWidget(page)
    page.resize(1286, 646)
    page.show()
    qtbot.waitExposed(page)
    page.set_target(tmp_path / "統合.wsdb")
    return Desk(qtbot, page)


def answer(desk: Desk, kind: str, button: str) -> list[Dialog]:
    """Press a button of the next dialog when it is up; the dialogs that came up are given back."""
    seen: list[Dialog] = []

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Dialog)
        assert dialog.objectName() == kind
        seen.append(dialog)
        assert dialog.safe_button is not None
        assert dialog.safe_button.isDefault()
        desk.qtbot.mouseClick(dialog.findChild(QPushButton, button), Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, press)
    return seen


# --- the wall --------------------------------------------------------------------------------------------------


def test_wall_preview_shows_what_is_coming_and_what_is_missing(desk: Desk, tmp_path: Path) -> None:
    east = ward_file(tmp_path, "東区", {1: 2, 2: 1, 4: 1})
    desk.preview(east)
    assert "東区 1班: 今回入る（統合先 2枚、端末 2枚）" in desk.wall()
    assert "東区 3班: まだ" in desk.wall()
    assert "北区: まだ（班の数は分かりません）" in desk.wall()
    assert desk.text("wallCount") == "4班のうち 3班、ほかに 4区"
    assert [desk.text(f"wallLegend_{state}") for state in ("in", "coming", "mismatch", "missing")] == [
        "入っている 0班",
        "今回入る 3班",
        "枚数が合わない 0班",
        "まだ 1班",
    ]
    assert desk.text("wallUnknown") == "ほかに、班の数が分からない区 4区"
    assert desk.missing.text() == (
        "中央区・西区・南区・北区（班の数は分かりません）と東区 3班がまだ届いていません。"
    )


def test_wall_after_the_merge_everything_is_in(desk: Desk, tmp_path: Path) -> None:
    files = [
        ward_file(tmp_path, ward, {1: 1, 2: 1}, expected=2)
        for ward in ("中央区", "東区", "西区", "南区", "北区")
    ]
    desk.preview(*files)
    desk.merge()
    assert desk.text("wallCount") == "10班のうち 10班"
    assert desk.text("wallLegend_in") == "入っている 10班"
    assert desk.missing.text() == "すべての班が届いています。"


def test_wall_with_fewer_notes_than_on_a_laptop_does_not_say_that_all_is_well(qtbot: QtBot) -> None:
    panel = WallPanel()
    qtbot.addWidget(panel)
    banner = panel.findChild(Banner, "wallMissing")
    whole, short = Cell(1, CellState.IN, 3, 3), Cell(2, CellState.MISMATCH, 2, 3)
    panel.show_rows([WallRow("東区", (whole, short, Cell(None, CellState.MISMATCH, 0, 1)), 2, ("A",))])
    assert banner.level == "warn"
    assert banner.text() == (
        "東区 2班・班なしの枚数が、端末のファイルより少なくなっています。"
        "届いた記録は残っています。端末のファイルを確かめてください。"
    )
    panel.show_rows([WallRow("東区", (short, Cell(3, CellState.MISSING, 0, 0)), 3, ("A",))])
    assert banner.text().startswith("東区 3班がまだ届いていません。東区 2班の枚数が、")
    panel.show_rows([WallRow("東区", (whole,), 1, ("A",))])
    assert (banner.level, banner.text()) == ("info", "すべての班が届いています。")


def test_wall_is_the_second_tab_where_the_page_is_narrow(desk: Desk, tmp_path: Path) -> None:
    desk.page.set_compact(True)
    desk.page.resize(855, 400)
    desk.preview(ward_file(tmp_path, "東区", {1: 1}))
    assert desk.tabs.isVisible()
    assert not desk.grid.isVisible()
    desk.tabs.setFocus()
    desk.qtbot.keyClick(desk.tabs, Qt.Key.Key_Right)
    assert desk.tabs.tabText(desk.tabs.currentIndex()) == "届いた班"
    assert desk.grid.isVisible()
    assert not desk.table.isVisible()


# --- one file in full --------------------------------------------------------------------------------------------


def test_details_of_the_row_chosen_with_the_keyboard(desk: Desk, tmp_path: Path) -> None:
    desk.preview(ward_file(tmp_path, "東区", {1: 2, 3: 5}), ward_file(tmp_path, "西区", {2: 1}))
    assert desk.grid.isVisible()
    desk.page.activateWindow()
    desk.table.setFocus()
    desk.qtbot.waitUntil(desk.table.hasFocus)
    desk.qtbot.keyClick(desk.table, Qt.Key.Key_Space)
    desk.qtbot.waitUntil(desk.details.isVisible)
    words = desk.details.toPlainText().split("\n")
    assert words[0] == "東区_第1回_A.wsdb"
    start = words.index("3")
    assert words[start - 1 : start + 4] == ["東区", "3", "5", "5", "5"]
    desk.qtbot.mouseClick(desk.part(QPushButton, "mergeDetailsClose"), Qt.MouseButton.LeftButton)
    assert desk.grid.isVisible()
    assert desk.table.chosen() == []


def test_details_reasons_stand_clear_of_the_figures(qtbot: QtBot) -> None:
    details = SourceDetails()
    qtbot.addWidget(details)
    details.resize(380, 500)
    details.show()
    qtbot.waitExposed(details)
    reasons = [("書き方が決まりと違います", 1)]
    details.show_source(
        SourceReport(Path("東区.wsdb"), "merged", rows_in=15, rows_new=14, quarantined=1, left_out=reasons)
    )
    document = details.text.document()
    found = {}
    block = document.begin()
    while block.isValid():
        found[block.text()] = document.documentLayout().blockBoundingRect(block)
        block = block.next()
    assert "書き方が決まりと違います（1件）" in found
    assert found["入れなかった理由"].top() >= found["合わせて"].bottom() + look().px(10)


def test_details_narrow_enter_opens_them(desk: Desk, tmp_path: Path) -> None:
    desk.page.set_compact(True)
    desk.preview(ward_file(tmp_path, "東区", {1: 2}))
    desk.table.setCurrentCell(0, 0)
    desk.qtbot.keyClick(desk.table, Qt.Key.Key_Return)
    assert desk.details.isVisible()
    assert "東区_第1回_A.wsdb" in desk.details.toPlainText()


def test_warnings_stand_in_rows_of_their_own(desk: Desk, tmp_path: Path) -> None:
    empty = ward_file(tmp_path, "東区", {})
    twins = tmp_path / "b"
    twins.mkdir()
    desk.preview(empty, ward_file(tmp_path, "西区", {1: 1}), ward_file(twins, "西区", {1: 1}))
    rows = desk.rows()
    assert rows[0][6] == "確かめてください"
    assert "付箋が1枚もありません" in rows[1][1]
    assert desk.table.columnSpan(1, 1) == 6
    # Two laptops with one mark concern no single file: it stands under the sum.
    assert rows[-2][0] == "統合する 3ファイル"
    assert "同じ番号の付箋が 1組あります" in rows[-1][1]


def test_unchanged_file_says_which_wards_and_tables_it_has(desk: Desk, tmp_path: Path) -> None:
    east = ward_file(tmp_path, "東区", {1: 1, 2: 1, 3: 1})
    desk.preview(east)
    desk.merge()
    desk.preview(east)
    assert desk.row(0) == ["東区_第1回_A.wsdb", "東区 1〜3班（2回目）", "0", "0", "0", "0", "前と同じです"]


# --- many notes voided ------------------------------------------------------------------------------------------------


def test_merge_that_voids_many_notes_asks_first(desk: Desk, tmp_path: Path) -> None:
    east, target = ward_file(tmp_path, "東区", {1: 4}), tmp_path / "統合.wsdb"
    bootstrap.merge_files(target, [east])
    with closing(bootstrap.open_database(east)) as database:
        record.void_notes(database, [database.notes()[0].note_id], "重複")
    desk.preview(east)
    before = target.read_bytes()
    asked = answer(desk, "voidsDialog", "dialogSafe")
    desk.merge()
    assert len(asked) == 1
    assert target.read_bytes() == before
    assert desk.page.work.previewing
    answer(desk, "voidsDialog", "dialogAction")
    desk.merge()
    with closing(bootstrap.open_database(target)) as database:
        assert database.note_counts() == (4, 1)


# --- salvage ---------------------------------------------------------------------------------------------------------


def test_salvage_asks_first_then_says_what_is_lost_before_anything_is_written(
    desk: Desk, tmp_path: Path
) -> None:
    broken = cut_file(ward_file(tmp_path, "北区", {1: 40}))
    fine = ward_file(tmp_path, "東区", {1: 2})
    desk.preview(broken, fine)
    assert not desk.salvage.isVisible()
    desk.table.selectRow(desk.row_of(broken))
    assert desk.salvage.isVisible()
    answer(desk, "salvageDialog", "dialogSafe")
    desk.qtbot.mouseClick(desk.salvage, Qt.MouseButton.LeftButton)
    assert desk.table.columnSpan(desk.row_of(broken), 1) == 6
    answer(desk, "salvageDialog", "dialogAction")
    desk.qtbot.mouseClick(desk.salvage, Qt.MouseButton.LeftButton)
    desk.wait_for_table()
    assert desk.row(0)[6] == "読める記録だけです"
    assert "北区_第1回_A.wsdb" in desk.row(1)[1]
    assert "捨てずに取っておいてください" in desk.row(1)[1]
    assert not (tmp_path / "統合.wsdb").exists()
    desk.merge()
    here = texts_in(tmp_path / "統合.wsdb")
    assert {"東区1班の意見0", "東区1班の意見1"} < here
    assert here <= {f"北区1班の意見{n}" for n in range(40)} | {"東区1班の意見0", "東区1班の意見1"}
    assert len(here) > 2


def test_salvage_is_not_offered_for_what_holds_no_records(desk: Desk, tmp_path: Path) -> None:
    text = tmp_path / "メモ.wsdb"
    text.write_text("これは付箋ではない", encoding="utf-8")
    desk.preview(text)
    desk.table.selectRow(0)
    assert not desk.salvage.isVisible()


# --- refused meanwhile -----------------------------------------------------------------------------------------------


def test_stick_pulled_out_after_the_preview_is_said_and_not_called_unchanged(
    desk: Desk, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    east = ward_file(stick, "東区", {1: 1})
    desk.preview(east)
    shutil.rmtree(stick)
    desk.merge()
    assert desk.said() == (
        "新しく統合したものはありません。今のデータは変わっていません。"
        "統合できなかったファイルが 1個あります（「東区_第1回_A.wsdb」）。理由は表にあります。"
    )
    assert desk.banner.level == "warn"
    assert "見つかりません" in desk.row(0)[1]
    assert not (tmp_path / "統合.wsdb").exists()


# --- receipt and taking back -----------------------------------------------------------------------------------------


def test_receipt_of_the_newest_merge(desk: Desk, tmp_path: Path) -> None:
    desk.preview(ward_file(tmp_path, "東区", {1: 2}))
    assert not desk.receipt.isVisible()
    desk.merge()
    assert desk.receipt.isVisible()
    assert desk.text("receiptTitle") == "前回の受領証  No. 001"
    assert desk.text("receipt_files") == "東区_第1回_A.wsdb"
    assert desk.text("receipt_notes") == "新しい 2枚、全部で 2枚、競合 0件"
    sha = desk.page.work.report.sources[0].sha256
    assert desk.text("receipt_mark") == fingerprint(sha)
    # A file made by its first merge has nothing to go back to.
    assert not desk.take_back.isEnabled()
    assert "新しく作られた" in desk.text("receiptWhy")
    desk.preview(ward_file(tmp_path, "西区", {1: 1}), ward_file(tmp_path, "南区", {1: 1}))
    desk.merge()
    assert desk.text("receiptTitle") == "前回の受領証  No. 002"
    assert desk.text("receipt_files") == "西区_第1回_A.wsdb ほか 1ファイル"
    assert desk.take_back.isEnabled()


def test_receipt_folds_to_one_line_where_the_page_is_narrow(desk: Desk, tmp_path: Path) -> None:
    desk.preview(ward_file(tmp_path, "東区", {1: 2}))
    desk.merge()
    desk.page.set_compact(True)
    desk.page.resize(855, 400)
    assert desk.text("receiptTitle").startswith("受領証 No. 001  ")
    desk.qtbot.waitUntil(lambda: desk.receipt.height() < 60)


def test_receipt_printed_to_pdf_has_its_text(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.preview(ward_file(tmp_path, "東区", {1: 2}), cut_file(ward_file(tmp_path, "北区", {1: 40})))
    desk.merge()
    paper = tmp_path / "受領証.pdf"

    def choose_pdf(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(paper))
        return QDialog.DialogCode.Accepted.value

    monkeypatch.setattr(QPrintDialog, "exec", choose_pdf)
    desk.qtbot.mouseClick(desk.part(QPushButton, "receiptPrint"), Qt.MouseButton.LeftButton)
    assert paper.read_bytes().startswith(b"%PDF-")
    receipt = desk.receipt.receipt
    assert receipt is not None
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext to read the page back")
    words = subprocess.run(
        ["pdftotext", "-layout", str(paper), "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    for wanted in ("受領証", "No.001", "東区_第1回_A.wsdb", "北区_第1回_A.wsdb", "途中で切れています"):
        assert wanted in words
    assert fingerprint(str(receipt["sources"][0]["sha256"])) in words


def test_receipt_not_printed_when_the_person_does_not_want_to(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.preview(ward_file(tmp_path, "東区", {1: 1}))
    desk.merge()
    monkeypatch.setattr(QPrintDialog, "exec", lambda _: QDialog.DialogCode.Rejected.value)
    monkeypatch.setattr("workshop_app.ui.printing.print_to", lambda *_: pytest.fail("printed all the same"))
    desk.qtbot.mouseClick(desk.part(QPushButton, "receiptPrint"), Qt.MouseButton.LeftButton)


def test_print_to_long_receipt_takes_several_pages(qtbot: QtBot, tmp_path: Path) -> None:
    source = {
        "status": "refused", "reason": "読めません。", "file_name": "長い名前の端末.wsdb", "sha256": None,
        "quarantined": 0, "lost": 0, "tables": [], "warnings": [],
    }  # fmt: skip
    receipt = {
        "number": 7, "target": "統合.wsdb", "at_ms": 0, "notes": 1, "open_conflicts": 0, "backup": None,
        "manifest": "1:ab", "app_version": "0", "warnings": [], "sources": [source] * 80,
    }  # fmt: skip
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "a.pdf"))
    print_to(printer, receipt_html(receipt))
    assert (tmp_path / "a.pdf").read_bytes().count(b"/Type /Page\n") > 2


def test_taking_back_asks_restores_and_says_where_the_merged_state_is(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    desk.preview(ward_file(tmp_path, "東区", {1: 2}))
    desk.merge()
    desk.preview(ward_file(tmp_path, "西区", {1: 3}))
    desk.merge()
    answer(desk, "takeBackDialog", "dialogSafe")
    desk.qtbot.mouseClick(desk.take_back, Qt.MouseButton.LeftButton)
    assert len(texts_in(target)) == 5
    answer(desk, "takeBackDialog", "dialogAction")
    with desk.qtbot.waitSignal(desk.page.work.taken_back, timeout=20_000) as back:
        desk.qtbot.mouseClick(desk.take_back, Qt.MouseButton.LeftButton)
    (kept,) = back.args
    assert len(texts_in(target)) == 2
    assert len(texts_in(kept)) == 5
    assert desk.said() == (
        f"統合を取り消し、統合の前に戻しました。統合したあとの状態は「{kept}」にあります。"
    )
    assert desk.table.rowCount() == 0
    desk.qtbot.waitUntil(lambda: desk.text("receiptTitle") == "前回の受領証  No. 001", timeout=20_000)
    assert "西区: まだ（班の数は分かりません）" in desk.wall()


def test_taking_back_is_not_offered_once_something_was_built_on_the_merge(desk: Desk, tmp_path: Path) -> None:
    target = ward_file(tmp_path, "南区", {1: 1})
    desk.page.set_target(target)
    desk.preview(ward_file(tmp_path, "東区", {1: 2}))
    desk.merge()
    assert desk.take_back.isEnabled()
    add_to(target, ["あとから"])
    desk.page.entered()
    desk.qtbot.waitUntil(lambda: not desk.take_back.isEnabled(), timeout=20_000)
    assert "記録が加わっている" in desk.text("receiptWhy")


def test_taking_back_in_the_open_file_everybody_reads_again_and_undo_is_empty(
    qtbot: QtBot, open_file: OpenFile, tmp_path: Path
) -> None:
    page = MergePage(QuickServices(), open_file)
    qtbot.addWidget(page)
    page.show()
    desk = Desk(qtbot, page)
    desk.preview(ward_file(tmp_path, "西区", {1: 3}))
    desk.merge()
    open_file.history.push(Command("前のこと", 1, lambda *_: Changes(), lambda *_: Changes()))
    told: list[bool] = []
    open_file.changed.connect(lambda changes: told.append(changes.everything))
    answer(desk, "takeBackDialog", "dialogAction")
    with qtbot.waitSignal(page.work.taken_back, timeout=20_000):
        qtbot.mouseClick(desk.take_back, Qt.MouseButton.LeftButton)
    assert open_file.workspace.notes() == []
    assert told == [True]
    assert not open_file.history.can_undo()
    assert not open_file.busy


def test_taking_back_in_the_window_list_and_conflicts_are_those_of_before(
    qtbot: QtBot, tmp_path: Path
) -> None:
    mine = ward_file(tmp_path, "東区", {1: 1})
    theirs = tmp_path / "写し.wsdb"
    shutil.copy(mine, theirs)
    for path, text in ((mine, "こちらの文"), (theirs, "あちらの文")):
        with closing(bootstrap.open_database(path)) as database:
            record.edit_note(database, database.notes()[0].note_id, {"text": text})
    add_to(theirs, ["もう一枚"])
    window = MainWindow(QuickServices())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert window.open_path(mine)
    window.show_page("merge")
    page, review = window.findChild(MergePage), window.findChild(ReviewPage)
    notes = window.findChild(QListView, "noteList")
    assert isinstance(page, MergePage)
    assert isinstance(review, ReviewPage)
    assert isinstance(notes, QListView)
    desk = Desk(qtbot, page)
    desk.preview(theirs)
    desk.merge()
    assert (review.count, notes.model().rowCount()) == (1, 2)
    answer(desk, "takeBackDialog", "dialogAction")
    with qtbot.waitSignal(page.work.taken_back, timeout=20_000):
        qtbot.mouseClick(desk.take_back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: notes.model().rowCount() == 1, timeout=20_000)
    assert review.count == 0
    assert notes.model().index(0, 0).data() == "こちらの文"
    window.close()
