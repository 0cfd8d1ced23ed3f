"""Work beside the window: outcomes come home to the window's thread, and so does every deletion."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workshop_app.domain.errors import InvalidInput
from workshop_app.ui.jobs import jobs_under_way, run_job


def _unexpected(*_: object) -> None:
    raise AssertionError("must not be called")


def test_run_job_result_arrives_in_the_windows_thread(qtbot: QtBot) -> None:
    parent = QObject()
    seen: list[tuple[int, threading.Thread]] = []
    run_job(parent, lambda: 42, lambda value: seen.append((value, threading.current_thread())), _unexpected)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(42, threading.main_thread())]
    assert jobs_under_way() == 0


def test_run_job_problem_becomes_its_sentence(qtbot: QtBot) -> None:
    def work() -> None:
        raise InvalidInput("読めません。")

    parent = QObject()
    seen: list[str] = []
    run_job(parent, work, _unexpected, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["読めません。"]


def test_run_job_fault_of_the_program_becomes_a_plain_sentence(
    qtbot: QtBot, capfd: pytest.CaptureFixture[str]
) -> None:
    parent = QObject()
    seen: list[str] = []
    run_job(parent, lambda: 1 // 0, _unexpected, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert "思いがけないこと" in seen[0]
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_run_job_parent_gone_is_not_told(qtbot: QtBot) -> None:
    parent = QObject()
    release = threading.Event()
    run_job(parent, release.wait, _unexpected, _unexpected)
    parent.deleteLater()
    qtbot.waitUntil(lambda: not _is_valid(parent))
    release.set()
    qtbot.waitUntil(lambda: jobs_under_way() == 0)


def test_run_job_last_owner_of_a_widget_it_is_deleted_in_the_windows_thread(qtbot: QtBot) -> None:
    parent = QObject()
    deleted_in: list[threading.Thread] = []
    widget = QWidget()
    widget.destroyed.connect(lambda: deleted_in.append(threading.current_thread()))
    run_job(parent, lambda held=widget: held.isVisible(), lambda _: None, _unexpected)
    del widget
    qtbot.waitUntil(lambda: bool(deleted_in))
    assert deleted_in == [threading.main_thread()]


def test_garbage_with_a_widget_is_never_collected_by_a_worker(qtbot: QtBot) -> None:
    parent = QObject()
    deleted_in: list[threading.Thread] = []
    widget = QWidget()
    widget.destroyed.connect(lambda: deleted_in.append(threading.current_thread()))
    widget.cycle = [widget]  # type: ignore[attr-defined]
    del widget

    def make_much() -> int:
        return len([[number] for number in range(200_000)])

    seen: list[int] = []
    run_job(parent, make_much, seen.append, _unexpected)
    qtbot.waitUntil(lambda: bool(seen))
    gc.collect()
    # By now or before by the timer of the window's thread, but never by the worker.
    assert deleted_in == [threading.main_thread()]


def _is_valid(thing: QObject) -> bool:
    import shiboken6

    return shiboken6.isValid(thing)
