"""The new-workshop dialog: typed by hand, checked before it closes, and the file it leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.paths import resource, user_documents_dir
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.new_workshop_dialog import NewWorkshopDialog, read_day, suggested_name
from workshop_app.ui.widgets import Banner


@pytest.fixture
def dialog(qtbot: QtBot, services: bootstrap.Services) -> NewWorkshopDialog:
    dialog = NewWorkshopDialog(services)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def field(dialog: NewWorkshopDialog, name: str) -> QLineEdit:
    found = dialog.findChild(QLineEdit, name)
    assert isinstance(found, QLineEdit)
    return found


def box(dialog: NewWorkshopDialog, name: str) -> QComboBox:
    found = dialog.findChild(QComboBox, name)
    assert isinstance(found, QComboBox)
    return found


def retype(qtbot: QtBot, editor: QLineEdit, text: str) -> None:
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.keyClicks(editor, text)


def said(dialog: NewWorkshopDialog) -> str:
    banner = dialog.findChild(Banner, "newProblem")
    assert isinstance(banner, Banner)
    return banner.text()


def test_new_workshop_filled_in_makes_the_file_it_names(
    qtbot: QtBot, dialog: NewWorkshopDialog, services: bootstrap.Services
) -> None:
    ward = box(dialog, "newWard")
    assert [ward.itemText(index) for index in range(ward.count())] == [
        "中央区",
        "東区",
        "西区",
        "南区",
        "北区",
    ]
    ward.setCurrentText("東区")
    retype(qtbot, field(dialog, "newDate"), "2014/10/5")
    retype(qtbot, field(dialog, "newTables"), "6")
    field(dialog, "newVenue").setText("東区役所 3階")
    qtbot.keyClick(box(dialog, "newMark"), Qt.Key.Key_Down)
    wareki = dialog.findChild(TextLabel, "newWareki")
    assert wareki.text() == "平成26年10月5日(日)"
    assert field(dialog, "newName").text() == "東区_2014-10-05_B.wsdb"
    qtbot.keyClick(field(dialog, "newVenue"), Qt.Key.Key_Return)
    assert dialog.result() == NewWorkshopDialog.DialogCode.Accepted
    path, setup = dialog.result_setup()
    assert path == user_documents_dir() / "東区_2014-10-05_B.wsdb"
    assert not path.exists()
    services.create(path, setup)
    workspace = services.open(path)
    workshop = workspace.workshops()[0]
    assert (workshop.ward_id, workshop.date, workshop.venue, workshop.tables) == (
        "KU2",
        "2014-10-05",
        "東区役所 3階",
        6,
    )
    assert workspace.local.device_mark == "B"
    workspace.close()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("newDate", "来週の日曜", "開催日"),
        ("newDate", "2014-13-40", "開催日"),
        ("newTables", "五", "テーブルの数"),
        ("newTables", "0", "テーブルの数"),
        ("newName", "東区/3班", "使えない文字"),
        ("newName", "   ", "名前がありません"),
    ],
)
def test_new_workshop_what_cannot_be_used_is_said_and_everything_typed_stays(
    qtbot: QtBot, dialog: NewWorkshopDialog, name: str, text: str, words: str
) -> None:
    field(dialog, "newVenue").setText("東区役所")
    field(dialog, name).setText(text)
    dialog.accept()
    assert dialog.isVisible()
    assert words in said(dialog)
    assert said(dialog).endswith("。")
    assert field(dialog, name).text() == text
    assert field(dialog, "newVenue").text() == "東区役所"
    assert list(user_documents_dir().iterdir()) == []


def test_new_workshop_name_that_is_taken_is_refused_and_the_file_stays(dialog: NewWorkshopDialog) -> None:
    taken = dialog.result_setup()[0]
    taken.write_bytes(b"somebody's")
    dialog.accept()
    assert dialog.isVisible()
    assert "すでにあります" in said(dialog)
    assert taken.read_bytes() == b"somebody's"


def test_new_workshop_own_name_is_kept_when_the_ward_changes(qtbot: QtBot, dialog: NewWorkshopDialog) -> None:
    retype(qtbot, field(dialog, "newName"), "hikae")
    box(dialog, "newWard").setCurrentText("北区")
    assert field(dialog, "newName").text() == "hikae"
    assert dialog.result_setup()[0].name == "hikae.wsdb"


def test_new_workshop_without_a_day_is_allowed(qtbot: QtBot, dialog: NewWorkshopDialog) -> None:
    retype(qtbot, field(dialog, "newDate"), "")
    assert dialog.result_setup()[1].date is None
    assert field(dialog, "newName").text() == "中央区_A.wsdb"
    assert dialog.problem() == ""


def test_new_workshop_other_agenda_brings_its_own_wards(
    dialog: NewWorkshopDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    before = box(dialog, "newAgenda").count()
    file = tmp_path / "議題.yaml"
    file.write_bytes(resource("agenda", "sample-shiomi.yaml").read_bytes())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    button = dialog.findChild(QPushButton, "newAgendaFile")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert box(dialog, "newAgenda").count() == before + 1
    expected = [ward.name for ward in bootstrap.load_agenda(file).wards]
    ward = box(dialog, "newWard")
    assert [ward.itemText(index) for index in range(ward.count())] == expected
    assert dialog.result_setup()[1].agenda.agenda_id == bootstrap.load_agenda(file).agenda_id
    assert dialog.problem() == ""


def test_new_workshop_broken_agenda_file_gets_its_sentence(dialog: NewWorkshopDialog, tmp_path: Path) -> None:
    broken = tmp_path / "壊れた.yaml"
    broken.write_text("format: 1\nthemes: [", encoding="utf-8")
    count = box(dialog, "newAgenda").count()
    dialog.use_agenda_file(broken)
    assert said(dialog).endswith("。")
    assert box(dialog, "newAgenda").count() == count


def test_new_workshop_escape_closes_and_writes_nothing(qtbot: QtBot, dialog: NewWorkshopDialog) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.result() == NewWorkshopDialog.DialogCode.Rejected
    assert list(user_documents_dir().iterdir()) == []


def test_new_workshop_dialog_fits_the_smallest_window(dialog: NewWorkshopDialog) -> None:
    assert dialog.height() <= 420
    assert dialog.width() <= 560


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2014-10-05", "2014-10-05"),
        ("2014/10/5", "2014-10-05"),
        ("２０１４．１０．５", "2014-10-05"),
        ("2014年10月5日", "2014-10-05"),
        (" 10月上旬 ", "10月上旬"),
        ("", ""),
    ],
)
def test_read_day_takes_what_people_type(typed: str, day: str) -> None:
    assert read_day(typed) == day


def test_suggested_name_leaves_out_what_no_file_system_takes() -> None:
    assert suggested_name("東区/港:A?", "2014-10-05", "A") == "東区_港_A__2014-10-05_A.wsdb"
    assert suggested_name("東区", "", "C") == "東区_C.wsdb"
