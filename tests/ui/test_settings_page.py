"""The settings page: what is chosen is in force at once and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workshop_app.ui.settings import RecentFile, load_settings, remember_file
from workshop_app.ui.settings_page import Choice, SettingsPage
from workshop_app.ui.theme import apply_look, load_look, look


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> Iterator[SettingsPage]:
    apply_look(qapp, load_look())
    page = SettingsPage()
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    yield page
    apply_look(qapp, load_look())


def choice(page: SettingsPage, name: str) -> Choice:
    found = page.findChild(Choice, name)
    assert isinstance(found, Choice)
    return found


def test_settings_page_choices_are_in_force_and_kept_at_once(qtbot: QtBot, page: SettingsPage) -> None:
    remember_file(RecentFile(Path("/f/東区.wsdb"), "東区", 3))
    assert choice(page, "settingsTheme_light").isChecked()
    high = choice(page, "settingsText_130").height()
    qtbot.mouseClick(choice(page, "settingsTheme_contrast"), Qt.MouseButton.LeftButton)
    choice(page, "settingsText_150").setFocus()
    qtbot.keyClick(choice(page, "settingsText_150"), Qt.Key.Key_Return)
    assert (look().name, look().percent) == ("contrast", 150)
    assert choice(page, "settingsText_130").height() == round(high * 1.5)
    stored = load_settings()
    assert (stored.theme, stored.text_percent) == ("contrast", 150)
    assert [file.title for file in stored.recent] == ["東区"]


def test_settings_page_choosing_the_same_again_changes_nothing(qtbot: QtBot, page: SettingsPage) -> None:
    before = look()
    qtbot.mouseClick(choice(page, "settingsTheme_light"), Qt.MouseButton.LeftButton)
    assert look() is before
    assert choice(page, "settingsTheme_light").isChecked()
