"""A paste or an import of many notes while it is being saved: what is said, and the way out of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from capture_desk import Desk, when_dialog
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.services.ports import UnitOfWork
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.progress import ProgressBar
from workshop_app.ui.widgets import Banner


class HeldWorkspace:
    """A real workspace whose transactions wait, in a worker, until the test lets them go on."""

    def __init__(self, workspace: Any, go_on: threading.Event) -> None:
        self._workspace = workspace
        self._go_on = go_on

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork]:
        with self._workspace.transaction() as work:
            if threading.current_thread() is not threading.main_thread():
                assert self._go_on.wait(20)
            yield work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workspace, name)


class HeldServices(bootstrap.Services):
    """The real services with such workspaces."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def open(self, path: Path, wait_ms: int | None = None) -> HeldWorkspace:  # type: ignore[override]
        return HeldWorkspace(super().open(path, wait_ms), self.go_on)


@pytest.fixture
def services() -> Iterator[HeldServices]:
    held = HeldServices()
    yield held
    held.go_on.set()


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path, services: HeldServices) -> Iterator[Desk]:
    window = MainWindow(services)
    assert window.open_path(ward_file)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    yield Desk(window, ward_file, qtbot)
    services.go_on.set()
    window.close()


@pytest.mark.parametrize("way", ["progressCancel", "dialogSafe", "escape"])
def test_long_paste_says_that_it_is_saving_and_can_be_stopped(
    desk: Desk, services: HeldServices, way: str
) -> None:
    said: list[str] = []

    def stop(dialog: QDialog) -> None:
        bar = dialog.findChild(ProgressBar)
        QTest.mouseClick(dialog.findChild(QAbstractButton, "dialogAction"), Qt.MouseButton.LeftButton)
        desk.qtbot.waitUntil(bar.isVisible)
        said.append(bar.text())
        if way == "escape":
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        else:
            QTest.mouseClick(dialog.findChild(QAbstractButton, way), Qt.MouseButton.LeftButton)
        desk.qtbot.waitUntil(lambda: bar.text().startswith("中止しています…"))
        services.go_on.set()
        desk.qtbot.waitUntil(dialog.findChild(Banner).isVisible)
        said.append(dialog.findChild(Banner).text())
        QTimer.singleShot(0, dialog.reject)

    when_dialog("pasteDialog", stop)
    QGuiApplication.clipboard().setText("\n".join(f"意見 {number}" for number in range(60)))
    desk.press("pasteButton")
    assert said[0] == "保存しています…（終わるまで何も書き込みません）"
    assert "途中でやめました" in said[1]
    assert desk.texts() == []


def test_long_paste_left_alone_is_saved(desk: Desk, services: HeldServices) -> None:
    def go_on(dialog: QDialog) -> None:
        bar = dialog.findChild(ProgressBar)
        QTest.mouseClick(dialog.findChild(QAbstractButton, "dialogAction"), Qt.MouseButton.LeftButton)
        desk.qtbot.waitUntil(bar.isVisible)
        assert dialog.findChild(QAbstractButton, "progressCancel").isEnabled()
        services.go_on.set()

    when_dialog("pasteDialog", go_on)
    QGuiApplication.clipboard().setText("\n".join(f"意見 {number}" for number in range(60)))
    desk.press("pasteButton")
    assert len(desk.texts()) == 60
