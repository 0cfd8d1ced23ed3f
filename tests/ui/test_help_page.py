"""Help: every key of the table is in it, nothing is fetched, and sizes follow the look."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFontInfo, QTextBlock, QTextDocument
from PySide6.QtWidgets import QApplication, QTextBrowser
from pytestqt.qtbot import QtBot

from workshop_app.paths import resource
from workshop_app.ui.actions import ACTIONS
from workshop_app.ui.help_page import KEYS_PLACE, HelpPage, keys_text
from workshop_app.ui.theme import apply_look, load_look


@pytest.fixture
def back_to_light(qapp: QApplication) -> Iterator[None]:
    yield
    apply_look(qapp, load_look())


@pytest.fixture
def browser(qtbot: QtBot) -> Iterator[QTextBrowser]:
    page = HelpPage(ACTIONS)
    qtbot.addWidget(page)
    page.resize(855, 400)
    page.show()
    qtbot.waitExposed(page)
    found = page.findChild(QTextBrowser, "helpText")
    # Yield, not return: the page must outlive its child.
    yield found  # noqa: PT022


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.firstBlock()
    while block.isValid():
        yield block
        block = block.next()


def size_of(block: QTextBlock) -> int:
    return QFontInfo(next(iter(block)).fragment().charFormat().font()).pixelSize()


def test_help_page_names_every_action_with_its_keys(browser: QTextBrowser) -> None:
    text = browser.toPlainText()
    assert KEYS_PLACE not in text
    for spec in ACTIONS:
        assert spec.label() in text, spec
        assert keys_text(spec.keys) in text, spec


def test_help_page_loads_and_links_nothing_from_outside(browser: QTextBrowser) -> None:
    source = resource("help", "ja.md").read_text(encoding="utf-8")
    assert not re.search(r"https?:|\]\(|<[a-z]", source)
    assert not browser.openLinks()
    assert not browser.openExternalLinks()


def test_help_page_words_avoid_what_frightens(browser: QTextBrowser) -> None:
    assert not re.search("エラー|不正|無効|失敗|！|KJ法", browser.toPlainText())


@pytest.mark.usefixtures("back_to_light")
def test_help_page_sizes_follow_the_look(qtbot: QtBot, qapp: QApplication, browser: QTextBrowser) -> None:
    def sizes() -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for block in blocks(browser.document()):
            if block.text():
                found.setdefault(block.blockFormat().headingLevel(), set()).add(size_of(block))
        return found

    assert sizes() == {0: {15}, 1: {20}, 2: {17}, 3: {15}}
    apply_look(qapp, load_look("dark", 150))
    assert sizes()[0] == {22}
    assert sizes()[1] == {30}
    dark = load_look("dark", 150).colour("text")
    assert all(
        next(iter(block)).fragment().charFormat().foreground().color() == dark
        for block in blocks(browser.document())
        if block.text()
    )
    assert browser.horizontalScrollBar().maximum() == 0
