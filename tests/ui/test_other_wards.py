"""Other wards were merged into the file of this one: its tables stay its own."""

from __future__ import annotations

from pathlib import Path

from capture_desk import Disk, desk_on
from merge_desk import ward_file as make_ward_file
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.ui.capture.note_fields import NumberField


def test_a_table_shows_and_counts_the_notes_of_its_own_ward(
    qtbot: QtBot, ward_file: Path, tmp_path: Path
) -> None:
    desk = desk_on(ward_file, Disk(), qtbot)
    desk.child(NumberField, "captureTable").set_number(1)
    desk.press("themeButton_T1")
    desk.add("東区の意見")
    desk.window.close()
    bootstrap.merge_files(ward_file, [make_ward_file(tmp_path, "西区", {1: 2, 2: 1})])
    again = desk_on(ward_file, Disk(), qtbot)
    table = again.child(NumberField, "captureTable")
    counts = again.child(QWidget, "themeCounts")
    assert table.number == 1, "this laptop's own last note says where one was"
    assert [note.text for note in again.rows()] == ["東区の意見"]
    assert sum(counts.counts.values()) == 1
    again.add("もう一つ")
    assert sum(counts.counts.values()) == 2
    table.set_number(2)
    assert again.rows() == []
    table.set_number(None)
    assert len(again.rows()) == 5
    again.window.close()
