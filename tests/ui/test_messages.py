"""What the window says stays out of the way: the toast and the save state move and cover nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from capture_desk import Desk, Disk, desk_on
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workshop_app.ui.capture.note_fields import NumberField
from workshop_app.ui.labels import ElidedLabel
from workshop_app.ui.theme import apply_look, load_look
from workshop_app.ui.widgets import Toast
from workshop_app.ui.widgets.header import SaveState


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path) -> Iterator[Desk]:
    desk = desk_on(ward_file, Disk(), qtbot)
    yield desk
    desk.window.close()


@pytest.fixture
def text_size(qapp: QApplication) -> Iterator[object]:
    yield lambda percent: apply_look(qapp, load_look("light", percent))
    apply_look(qapp, load_look())


def lay_out() -> None:
    """A layout inside a layout asks for the next one."""
    for _ in range(6):
        QApplication.sendPostedEvents()


def box(desk: Desk, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(desk.window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", [(1366, 698), (911, 440)])
@pytest.mark.parametrize("percent", [100, 150])
def test_toast_covers_neither_the_primary_button_nor_is_it_cut(
    desk: Desk, text_size, size: tuple[int, int], percent: int
) -> None:  # type: ignore[no-untyped-def]
    text_size(percent)
    desk.window.resize(*size)
    desk.add("一枚目")
    desk.press("undoButton")
    toast = desk.child(Toast, "toast")
    assert toast.isVisible()
    assert not box(desk, toast).intersects(box(desk, desk.child(QWidget, "saveButton")))
    assert box(desk, toast.parentWidget()).contains(box(desk, toast))
    label = toast.findChild(ElidedLabel)
    assert label.width() >= label.sizeHint().width()


def test_toast_follows_another_text_size_and_another_window_size(desk: Desk, text_size) -> None:  # type: ignore[no-untyped-def]
    desk.add("一枚目")
    desk.press("undoButton")
    toast = desk.child(Toast, "toast")
    before = toast.size()
    text_size(150)
    assert toast.height() > before.height()
    label = toast.findChild(ElidedLabel)
    assert label.width() >= label.sizeHint().width()
    desk.window.resize(911, 440)
    assert box(desk, toast.parentWidget()).contains(box(desk, toast))
    assert not box(desk, toast).intersects(box(desk, desk.child(QWidget, "saveButton")))


@pytest.mark.parametrize("size", [(1366, 698), (911, 440)])
def test_table_and_round_stay_where_they_are_when_something_is_saved(
    desk: Desk, size: tuple[int, int]
) -> None:
    desk.window.resize(*size)
    fields = [desk.child(NumberField, name) for name in ("captureTable", "captureRound")]
    state = desk.child(SaveState, "saveState")
    lay_out()
    before = [box(desk, field) for field in fields]
    assert state.text() == "保存してあります"
    desk.add("一枚目")
    assert state.text().startswith("保存しました ")
    lay_out()
    assert [box(desk, field) for field in fields] == before
    state.show_unsaved()
    lay_out()
    assert [box(desk, field) for field in fields] == before


def test_what_is_refused_does_not_leave_the_header_saving(desk: Desk) -> None:
    desk.add("一枚目")
    state = desk.child(SaveState, "saveState")
    said = state.text()
    desk.editor.insertPlainText("あ" * 10_001)
    desk.enter()
    assert "10,000文字まで" in desk.banner()
    assert not state._late.isActive()
    assert state.text() == said
