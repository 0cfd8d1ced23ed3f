"""The export page: the real workbook, the real hand-over file, and what is said about both."""

from __future__ import annotations

import hashlib
from pathlib import Path

import openpyxl
import pytest
from office_files import add_to, texts_in
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.errors import StorageUnavailable
from workshop_app.domain.note import NoteDraft
from workshop_app.services.record import add_notes
from workshop_app.ui import commands
from workshop_app.ui.board.export_dialog import BoardExportDialog
from workshop_app.ui.export_page import ExportPage, fingerprint
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.widgets import Banner


@pytest.fixture
def page(qtbot: QtBot, services: bootstrap.Services, open_file: OpenFile) -> ExportPage:
    texts = ["窓口が遠い", "案内が親切だった", "=1+1 のような文"]
    changes = add_notes(open_file.workspace, [NoteDraft(text, "T1", None, 1) for text in texts])
    page = ExportPage(services, open_file)
    qtbot.addWidget(page)
    page.resize(1286, 646)
    page.show()
    qtbot.waitExposed(page)
    assert len(changes.added) >= len(texts)
    return page


def button(page: ExportPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def banner(page: ExportPage) -> Banner:
    found = page.findChild(Banner, "exportBanner")
    assert isinstance(found, Banner)
    return found


def wait_for_word(qtbot: QtBot, page: ExportPage) -> str:
    qtbot.waitUntil(lambda: banner(page).text() != "", timeout=60_000)
    return banner(page).text()


def shown(page: ExportPage) -> list[str]:
    return [label.text() for label in page.findChildren(TextLabel) if label.isVisibleTo(page)]


def test_export_page_writes_the_workbook_and_opens_its_folder(
    qtbot: QtBot, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "東区 第1回_A_事務局用.xlsx"
    assert page.target() == target
    qtbot.mouseClick(button(page, "exportDo"), Qt.MouseButton.LeftButton)
    assert not button(page, "exportDo").isEnabled()
    assert wait_for_word(qtbot, page) == "「東区 第1回_A_事務局用.xlsx」を書き出しました。"
    assert button(page, "exportDo").isEnabled()
    book = openpyxl.load_workbook(target)
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
    assert {"窓口が遠い", "案内が親切だった", "=1+1 のような文"} <= cells
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    banner(page).action_pressed.emit()
    assert [Path(url.toLocalFile()) for url in opened] == [tmp_path]


def test_export_page_another_name_is_used_and_said_when_excel_holds_the_target(
    qtbot: QtBot, page: ExportPage, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_source: Path, target: Path, *, edition: str = "internal") -> Path:
        return target.with_name(f"{target.stem}_2.xlsx")

    monkeypatch.setattr(services, "export", held)
    qtbot.mouseClick(button(page, "exportDo"), Qt.MouseButton.LeftButton)
    assert wait_for_word(qtbot, page) == (
        "「東区 第1回_A_事務局用.xlsx」は Excel で開かれています。"
        "別の名前「東区 第1回_A_事務局用_2.xlsx」で書き出しました。"
    )
    assert banner(page).level == "warn"


def test_export_page_refusal_is_said_and_the_button_comes_back(
    qtbot: QtBot, page: ExportPage, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> Path:
        raise StorageUnavailable("空き容量が足りません。今のデータは変わっていません。")

    monkeypatch.setattr(services, "export", full)
    qtbot.mouseClick(button(page, "exportDo"), Qt.MouseButton.LeftButton)
    assert wait_for_word(qtbot, page) == "空き容量が足りません。今のデータは変わっていません。"
    assert banner(page).level == "error"
    assert button(page, "exportDo").isEnabled()


@pytest.mark.parametrize("name", ["a/b", "市民:意見", "what?.xlsx"])
def test_export_page_name_no_file_system_takes_is_refused_before_anything_is_written(
    qtbot: QtBot, page: ExportPage, tmp_path: Path, name: str
) -> None:
    before = sorted(tmp_path.iterdir())
    editor = page.findChild(QLineEdit, "exportName")
    editor.setText(name)
    qtbot.mouseClick(button(page, "exportDo"), Qt.MouseButton.LeftButton)
    assert "使えない文字" in wait_for_word(qtbot, page)
    assert sorted(tmp_path.iterdir()) == before
    editor.clear()
    assert not button(page, "exportDo").isEnabled()


def test_export_page_other_folder_and_name_without_suffix(
    qtbot: QtBot, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "第5回検討会"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    qtbot.mouseClick(button(page, "exportChoose"), Qt.MouseButton.LeftButton)
    page.findChild(QLineEdit, "exportName").setText("市民意見")
    assert page.target() == folder / "市民意見.xlsx"
    assert f"保存先: {folder}" in shown(page)


def test_export_page_hands_over_a_verified_file_with_its_fingerprint(
    qtbot: QtBot, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "USB メモリー"
    stick.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(stick))
    qtbot.mouseClick(button(page, "exportHandOver"), Qt.MouseButton.LeftButton)
    said = wait_for_word(qtbot, page)
    (package,) = stick.iterdir()
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    assert said == "渡すファイルを書き込み、読み直して確かめました。取り外せます。"
    assert page.findChild(TextLabel, "exportFingerprint").text() == fingerprint(digest)
    handed = page.findChild(TextLabel, "exportHanded").text()
    assert handed.startswith(f"「{package.name}」 付箋 3枚。")
    assert texts_in(package) == {"窓口が遠い", "案内が親切だった", "=1+1 のような文"}


def test_export_page_hand_over_to_a_folder_that_is_gone_leaves_all_as_it_was(
    qtbot: QtBot, page: ExportPage, tmp_path: Path
) -> None:
    page.hand_over_to(tmp_path / "抜いた USB")
    assert "渡す先のフォルダー" in wait_for_word(qtbot, page)
    assert banner(page).level == "error"


def test_export_page_counts_follow_what_is_in_the_file(
    qtbot: QtBot, page: ExportPage, open_file: OpenFile
) -> None:
    def opinions_are(count: str) -> bool:
        texts = shown(page)
        return "意見" in texts and texts[texts.index("意見") + 1] == count

    workspace = open_file.workspace
    page.entered()
    qtbot.waitUntil(lambda: opinions_are("3件"))
    note = workspace.notes()[0]
    commands.void_notes(open_file, [note.note_id], "重ねて入力した")
    qtbot.waitUntil(lambda: opinions_are("2件"))
    assert "1枚" in shown(page)
    # Written by another program or window: seen when the page is entered again.
    add_to(workspace.path, ["あとから"])
    page.entered()
    qtbot.waitUntil(lambda: opinions_are("3件"))


def test_export_page_writes_the_board_and_opens_its_folder_once(
    qtbot: QtBot, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "掲示"
    folder.mkdir()
    monkeypatch.setattr(BoardExportDialog, "exec", lambda _: BoardExportDialog.DialogCode.Accepted)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(folder / "ボード.pdf"), ""))
    qtbot.mouseClick(button(page, "exportBoard"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "開いて確かめました" in banner(page).text(), timeout=30_000)
    assert (folder / "ボード.pdf").read_bytes().startswith(b"%PDF-")
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    banner(page).action_pressed.emit()
    assert [Path(url.toLocalFile()) for url in opened] == [folder]


def test_fingerprint_is_sixteen_digits_in_groups_of_four() -> None:
    assert fingerprint("7f3a91c2e05b44d0" + "0" * 48) == "7F3A-91C2-E05B-44D0"
