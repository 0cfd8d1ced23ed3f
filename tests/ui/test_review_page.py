"""The 整理 page in the real window: real files, real keys and mouse, a real input method's events."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from office_files import laptop_file
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QListView, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.errors import StorageUnavailable
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.domain.text_diff import Run, RunKind, diff_text
from workshop_app.services import record, review
from workshop_app.storage.database import Database
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.main_window import MainWindow
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.review.diff_text import DiffText
from workshop_app.ui.review.review_page import ReviewPage
from workshop_app.ui.theme import apply_look, load_look, look
from workshop_app.ui.widgets import Banner, Toast

T = TypeVar("T")
NO_KEYS = Qt.KeyboardModifier.NoModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
TEXTS = ["もとの文", "テーマで割れる付箋", "取り消しで割れる付箋", "争いのない付箋"]


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    database = bootstrap.open_database(path)
    try:
        yield database
    finally:
        database.close()


def do(path: Path, act: Callable[[Database], T]) -> T:
    with opened(path) as database:
        return act(database)


def ids_of(path: Path) -> list[EntityId]:
    notes = do(path, lambda db: db.notes())
    return [note.note_id for note in sorted(notes, key=lambda note: note.number)]


def edit(path: Path, note_id: EntityId, **fields: object) -> None:
    do(path, lambda db: record.edit_note(db, note_id, fields))


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The secretariat's file with three conflicts: two texts, two themes, a void against an edit."""
    first = laptop_file(tmp_path, "東区", TEXTS)
    second = laptop_file(tmp_path, "東区", [], "B")
    bootstrap.merge_files(second, [first])
    one, two, three, _ = ids_of(first)
    edit(first, one, text="もとの文に甲が足した")
    edit(second, one, text="乙が直したもとの文")
    edit(first, two, theme="T2")
    edit(second, two, theme=None)
    do(first, lambda db: record.void_notes(db, [three], "重複"))
    edit(second, three, text="取り消しで割れる付箋だが残したい")
    target = tmp_path / "統合.wsdb"
    assert bootstrap.merge_files(target, [first, second]).open_conflicts == 3
    return target


class Desk:
    """The window on one file, and what a person does on its 整理 page."""

    def __init__(self, window: MainWindow, path: Path, qtbot: QtBot) -> None:
        self.window, self.path, self.qtbot = window, path, qtbot

    @property
    def page(self) -> ReviewPage:
        return self.child(ReviewPage, "page_review")

    @property
    def editor(self) -> NoteEditor:
        return self.child(NoteEditor, "rewriteEditor")

    def child(self, kind: type[T], name: str) -> T:
        found = self.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Into whatever has the focus; shortcuts need the active window."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key, modifiers)

    def click(self, name: str) -> None:
        button = self.child(QAbstractButton, name)
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def compose(self, text: str) -> None:
        QApplication.sendEvent(self.editor, QInputMethodEvent(text, []))

    def commit(self, text: str) -> None:
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        QApplication.sendEvent(self.editor, event)

    def notes(self) -> dict[str, Note]:
        """What another program would read from the file at this moment."""
        return {note.number: note for note in do(self.path, lambda db: db.notes())}

    def left(self) -> list[str]:
        """Fields of the conflicts left on disk."""
        return [conflict.field for conflict in do(self.path, lambda db: db.conflicts())]

    def ops(self) -> int:
        return len(do(self.path, lambda db: db.all_ops()))

    def cards(self) -> list[str]:
        """The texts on the cards, as they are (without what went)."""
        return [card.area.text.accessibleName() for card in self.page.view.cards.cards]

    def place_of(self, text: str) -> int:
        return self.cards().index(text)

    def rail(self) -> str:
        return self.child(QAbstractButton, "rail_review").accessibleName()

    def is_whole(self, button: QAbstractButton) -> bool:
        """Inside the window, and as wide as its words need."""
        corner = button.mapTo(self.window, QPoint(button.width(), button.height()))
        return self.window.rect().contains(corner) and button.width() >= button.sizeHint().width()

    def said(self, name: str) -> str:
        banner = self.child(Banner, name)
        return banner.text() if banner.isVisible() else ""


@pytest.fixture
def desk(qtbot: QtBot, office: Path) -> Iterator[Desk]:
    window = bootstrap.open_main_window(office)
    assert isinstance(window, MainWindow)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.isActiveWindow())
    window.show_page("review")
    yield Desk(window, office, qtbot)
    window.close()


@pytest.fixture
def back_to_light(qapp: QApplication) -> Iterator[None]:
    yield
    apply_look(qapp, load_look())


# --- what is shown -----------------------------------------------------------------------------------------


def test_page_lists_what_differs_in_words_and_counts_it(desk: Desk) -> None:
    assert desk.rail() == "整理 3件"
    assert desk.page.context()[0] == "競合  残り 3件"
    model = desk.child(QListView, "conflictList").model()
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
    assert [text.split("\n")[:2] for text in spoken] == [
        ["東1A-001", "文が違う"],
        ["東1A-002", "テーマが違う"],
        ["東1A-003", "取り消しと編集"],
    ]
    assert desk.said("reviewBanner") == (
        "この付箋は2台の端末で違う内容に直されています。どちらも残っています。使う方を選んでください。"
    )
    assert desk.child(QWidget, "reviewNoteHead").accessibleName() == "東1A-001  東区  1班  役割分担・連携"
    assert desk.cards() == ["もとの文に甲が足した", "乙が直したもとの文"]
    assert [card.accessibleName().split("\n")[:2] for card in desk.page.view.cards.cards] == [
        ["A", "東区 端末A"],
        ["B", "東区 端末B"],
    ]


def test_cards_show_what_was_added_and_are_alike(desk: Desk) -> None:
    first, second = desk.page.view.cards.cards
    assert first.area.text.runs() == tuple(diff_text("もとの文", "もとの文に甲が足した"))
    assert first.area.text.accessibleDescription() == "加わった言葉: に甲が足した"
    assert (RunKind.ADDED, "乙が直した") in second.area.text.runs()
    assert first.size() == second.size()
    assert first.y() == second.y()
    assert type(first.button) is type(second.button)
    assert not first.button.isDefault()
    assert not second.button.isDefault()


def test_theme_and_void_are_shown_in_words(desk: Desk) -> None:
    desk.key(Qt.Key.Key_Down)
    assert desk.cards() == ["まちづくり", "未分類"]
    assert [card.button.text() for card in desk.page.view.cards.cards] == ["こちらを使う"] * 2
    assert not desk.child(QAbstractButton, "reviewRewrite").isVisible()
    desk.key(Qt.Key.Key_Down)
    assert desk.cards() == ["取り消し\n理由: 重複", "取り消しで割れる付箋だが残したい"]
    assert [card.button.text() for card in desk.page.view.cards.cards] == [
        "取り消したままにする",
        "付箋を残す",
    ]
    before = desk.ops()
    for key in (Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_9):
        desk.key(key)
    assert desk.ops() == before


def test_diff_text_paints_a_line_of_three_pixels_under_what_was_added(qtbot: QtBot) -> None:
    widget = DiffText(20)
    qtbot.addWidget(widget)
    widget.set_runs([Run(RunKind.SAME, "同じ"), Run(RunKind.ADDED, "加えた")])
    widget.resize(300, widget.heightForWidth(300))
    image = widget.grab().toImage()
    ink = look().colour("text")
    under_added = range(44, 96)
    full = [y for y in range(image.height()) if all(image.pixelColor(x, y) == ink for x in under_added)]
    assert len(full) == 3
    assert full[2] - full[0] == 2
    # Under what stayed the same there is no line, only the feet of some strokes.
    assert all(sum(image.pixelColor(x, y) == ink for x in range(38)) < 10 for y in full)


# --- settling by keyboard and mouse ----------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["もとの文に甲が足した", "乙が直したもとの文"])
def test_number_key_settles_and_the_next_one_comes(desk: Desk, wanted: str) -> None:
    desk.key([Qt.Key.Key_1, Qt.Key.Key_2][desk.place_of(wanted)])
    assert desk.notes()["東1A-001"].text == wanted
    assert desk.left() == ["theme", "void"]
    assert desk.rail() == "整理 2件"
    assert desk.cards() == ["まちづくり", "未分類"]
    toast = desk.page.findChild(Toast, "reviewToast")
    assert isinstance(toast, Toast)
    assert toast.text() == "決めました。残りは 2件です。"
    # The keys go on working without a click.
    desk.key(Qt.Key.Key_2)
    assert desk.notes()["東1A-002"].theme is None
    desk.key(Qt.Key.Key_1)
    assert desk.notes()["東1A-003"].void_reason == "重複"
    assert desk.left() == []
    assert desk.rail() == "整理"
    assert desk.page.view.conflict is None


def test_mouse_on_the_second_card_settles(desk: Desk) -> None:
    wanted = desk.cards()[1]
    desk.click("useButton_B")
    assert desk.notes()["東1A-001"].text == wanted


def test_keeping_the_note_against_its_void(desk: Desk) -> None:
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_2)
    note = desk.notes()["東1A-003"]
    assert (note.voided, note.text) == (False, "取り消しで割れる付箋だが残したい")
    assert desk.left() == ["text", "theme"]


def test_later_leaves_it_open_and_goes_on(desk: Desk) -> None:
    before = desk.ops()
    desk.key(Qt.Key.Key_Escape)
    assert desk.cards() == ["まちづくり", "未分類"]
    desk.key(Qt.Key.Key_Left, ALT)
    assert desk.place_of("もとの文に甲が足した") >= 0
    desk.click("reviewLater")
    assert desk.cards() == ["まちづくり", "未分類"]
    assert desk.ops() == before


def test_two_notes_of_two_wordings(desk: Desk) -> None:
    desk.key(Qt.Key.Key_4)
    notes = desk.notes()
    assert {notes["東1A-001"].text, notes["東1A-001-2"].text} == {
        "もとの文に甲が足した",
        "乙が直したもとの文",
    }
    assert desk.left() == ["theme", "void"]
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.notes()["東1A-001-2"].voided
    desk.key(Qt.Key.Key_Y, CTRL)
    assert not desk.notes()["東1A-001-2"].voided


# --- a third wording, with an input method ------------------------------------------------------------------------


def test_rewriting_begins_empty_and_enter_while_composing_settles_nothing(desk: Desk) -> None:
    desk.key(Qt.Key.Key_3)
    assert desk.editor.isVisible()
    assert desk.editor.text() == ""
    assert desk.editor.hasFocus()
    before = desk.ops()
    desk.compose("りょうほう")
    desk.key(Qt.Key.Key_Return)
    desk.key(Qt.Key.Key_Escape)
    assert desk.ops() == before
    assert desk.editor.isVisible()
    desk.commit("両方を合わせた文")
    # Digits are text here, not choices.
    desk.key(Qt.Key.Key_1)
    assert desk.ops() == before
    desk.key(Qt.Key.Key_Return)
    assert desk.notes()["東1A-001"].text == "両方を合わせた文1"
    assert desk.left() == ["theme", "void"]
    assert not desk.editor.isVisible()


def test_rewriting_by_mouse_takes_an_open_composition_along(desk: Desk) -> None:
    desk.click("reviewRewrite")
    first = desk.cards()[0]
    desk.click("rewriteCopy_A")
    assert desk.editor.text() == first
    desk.compose("もっと")
    desk.click("rewriteUse")
    assert desk.notes()["東1A-001"].text == first + "もっと"


def test_third_text_that_is_too_long_is_said_and_stays_in_the_box(desk: Desk) -> None:
    desk.click("reviewRewrite")
    length = desk.child(TextLabel, "rewriteLength")
    assert not length.isVisible()
    desk.commit("あ" * 10_001)
    assert length.isVisible()
    assert length.text() == "10,001 / 10,000文字　2枚に分けてください"
    before = desk.ops()
    desk.click("rewriteUse")
    said = [banner.text() for banner in desk.window.findChildren(Banner) if banner.isVisible()]
    assert any("10,000文字までです（今は 10,001文字）" in text for text in said)
    assert (len(desk.editor.text()), desk.ops()) == (10_001, before)


def test_half_written_text_comes_back(desk: Desk) -> None:
    desk.key(Qt.Key.Key_3)
    desk.commit("書きかけ")
    desk.key(Qt.Key.Key_Escape)
    assert not desk.editor.isVisible()
    desk.key(Qt.Key.Key_Escape)
    assert desk.cards() == ["まちづくり", "未分類"]
    desk.window.show_page("list")
    desk.window.show_page("review")
    desk.key(Qt.Key.Key_Left, ALT)
    desk.key(Qt.Key.Key_3)
    assert desk.editor.text() == "書きかけ"


def test_composition_survives_going_to_another_page(desk: Desk) -> None:
    desk.key(Qt.Key.Key_3)
    desk.compose("へんかんちゅう")
    desk.window.show_page("list")
    desk.window.show_page("review")
    assert desk.editor.isVisible()
    assert desk.editor.text() == "へんかんちゅう"
    assert desk.editor.hasFocus()


def test_nothing_written_is_refused_with_a_sentence(desk: Desk) -> None:
    desk.key(Qt.Key.Key_3)
    before = desk.ops()
    desk.key(Qt.Key.Key_Return)
    assert "文字がありません" in desk.said("reviewTrouble")
    assert desk.ops() == before
    assert desk.editor.isVisible()


def test_disk_that_refuses_leaves_the_text_in_the_box(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def full(self: Database) -> Iterator[None]:
        raise StorageUnavailable("空き容量が足りません。書いた文はこの画面に残っています。")
        yield

    desk.key(Qt.Key.Key_3)
    desk.commit("大事な文")
    with monkeypatch.context() as patch:
        patch.setattr(Database, "transaction", full)
        desk.key(Qt.Key.Key_Return)
    assert "空き容量" in desk.said("reviewTrouble")
    assert desk.editor.text() == "大事な文"
    assert len(desk.left()) == 3
    desk.key(Qt.Key.Key_Return)
    assert desk.notes()["東1A-001"].text == "大事な文"
    assert desk.said("reviewTrouble") == ""


# --- undo, choosing again, and what happens elsewhere -----------------------------------------------------------------


def test_undo_shows_the_text_of_before_and_the_other_can_be_chosen_again(desk: Desk) -> None:
    shown = desk.notes()["東1A-001"].text
    other = next(text for text in desk.cards() if text != shown)
    desk.key([Qt.Key.Key_1, Qt.Key.Key_2][desk.place_of(other)])
    assert desk.notes()["東1A-001"].text == other
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.notes()["東1A-001"].text == shown
    assert desk.left() == ["theme", "void"]
    desk.key(Qt.Key.Key_Y, CTRL)
    assert desk.notes()["東1A-001"].text == other
    # Both are in the history: from there the first one is taken after all, and back again.
    desk.click("reviewOther")
    assert desk.page.context()[0] == "競合  解決したもの 1件"
    used = desk.page.view.cards.cards[desk.place_of(other)].button
    assert (used.isEnabled(), used.text()) == (False, "いま使っています")
    desk.key([Qt.Key.Key_1, Qt.Key.Key_2][desk.place_of(shown)])
    assert desk.notes()["東1A-001"].text == shown
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.notes()["東1A-001"].text == other
    desk.key(Qt.Key.Key_Escape)
    assert desk.cards() == ["まちづくり", "未分類"]


@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_2])
def test_undo_of_a_settled_void_makes_the_note_visible_as_it_was(desk: Desk, key: Qt.Key) -> None:
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Down)
    desk.key(key)
    settled = desk.notes()["東1A-003"].voided
    assert settled == (key == Qt.Key.Key_1)
    desk.key(Qt.Key.Key_Z, CTRL)
    assert not desk.notes()["東1A-003"].voided
    desk.key(Qt.Key.Key_Y, CTRL)
    assert desk.notes()["東1A-003"].voided == settled
    assert "void" not in desk.left()


def test_conflict_settled_meanwhile_is_said_and_goes_from_the_list(desk: Desk) -> None:
    [conflict, *_] = do(desk.path, lambda db: db.conflicts())
    do(desk.path, lambda db: review.write_text(db, conflict.entity_id, "命令で決めた文"))
    before = desk.ops()
    desk.key(Qt.Key.Key_1)
    assert "もう決まっています" in desk.said("reviewTrouble")
    assert desk.ops() == before
    assert desk.rail() == "整理 2件"
    assert desk.notes()["東1A-001"].text == "命令で決めた文"


def test_page_follows_what_is_settled_in_the_note_list(desk: Desk) -> None:
    [conflict, *_] = do(desk.path, lambda db: db.conflicts())
    open_file = desk.window._work.open_file
    open_file.act(
        lambda workspace, watch: record.edit_note(workspace, conflict.entity_id, {"text": "一覧で直した"}),
        1,
        lambda outcome: None,
    )
    assert desk.rail() == "整理 2件"
    assert desk.cards() == ["まちづくり", "未分類"]


def test_page_reads_nothing_again_for_a_note_without_conflict(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(Database, "conflicts", lambda self: calls.append(1) or [])
    open_file = desk.window._work.open_file
    quiet = next(n for n in open_file.workspace.notes() if n.text == TEXTS[3])
    open_file.act(
        lambda workspace, watch: record.edit_note(workspace, quiet.note_id, {"votes": 3}),
        1,
        lambda outcome: None,
    )
    assert calls == []
    assert desk.rail() == "整理 3件"


# --- narrow, large, three wordings, nothing ---------------------------------------------------------------------------


def test_narrow_layout_steps_through_without_the_list(desk: Desk) -> None:
    desk.window.resize(911, 440)
    desk.qtbot.waitUntil(lambda: not desk.page.list.isVisible())
    view = desk.page.view
    first, second = view.cards.cards
    assert (first.y(), first.size()) == (second.y(), second.size())
    assert first.x() + first.width() < second.x()
    bottom = second.mapTo(view, QPoint(0, second.height())).y()
    assert bottom <= desk.child(QWidget, "reviewRewrite").mapTo(view, QPoint(0, 0)).y()
    assert second.mapTo(desk.page, QPoint(second.width(), 0)).x() <= desk.page.width()
    assert desk.page.steps.place.text() == "1 / 3 件"
    desk.click("reviewNext")
    assert desk.page.steps.place.text() == "2 / 3 件"
    desk.key(Qt.Key.Key_Right, ALT)
    assert desk.page.steps.place.text() == "3 / 3 件"
    desk.key(Qt.Key.Key_2)
    assert desk.left() == ["text", "theme"]
    assert desk.child(QAbstractButton, "reviewNext").accessibleName() == "次の競合"


def test_large_text_keeps_every_button_inside_the_window(desk: Desk, back_to_light: None) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    for percent, width, height in ((115, 1366, 698), (150, 1366, 698), (150, 911, 440)):
        apply_look(application, load_look("light", percent))
        desk.window.resize(width, height)
        names = ("reviewRewrite", "reviewSplit", "reviewLater", "useButton_A", "useButton_B")
        buttons = [desk.child(QAbstractButton, name) for name in names[: 3 if height < 500 else 5]]
        desk.qtbot.waitUntil(lambda buttons=buttons: all(map(desk.is_whole, buttons)))


def test_three_wordings_scroll_sideways_and_keep_their_keys(desk: Desk, tmp_path: Path) -> None:
    third = laptop_file(tmp_path, "東区", [], "C")
    bootstrap.merge_files(third, [tmp_path / "東区_第1回_A.wsdb"])
    backup = tmp_path / "前.wsdb"
    shutil.copy(third, backup)
    note_id = ids_of(third)[0]
    # The third laptop starts from what the first one wrote.
    edit(third, note_id, text="丙の文")
    edit(tmp_path / "東区_第1回_A.wsdb", note_id, text="甲がさらに直した文")
    bootstrap.merge_files(desk.path, [third, tmp_path / "東区_第1回_A.wsdb"])
    open_file = desk.window._work.open_file
    open_file.changed.emit(record.Changes(updated=frozenset({note_id})))
    assert set(desk.cards()) == {"丙の文", "甲がさらに直した文", "乙が直したもとの文"}
    bar = desk.page.view.cards.horizontalScrollBar()
    assert bar.maximum() > 0
    assert "3台の端末" in desk.said("reviewBanner")
    wanted = desk.cards()[2]
    desk.key(Qt.Key.Key_3)
    assert desk.notes()["東1A-001"].text == wanted


def test_nothing_left_says_so(qtbot: QtBot, ward_file: Path) -> None:
    window = bootstrap.open_main_window(ward_file)
    assert isinstance(window, MainWindow)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.isActiveWindow())
    window.show_page("review")
    desk = Desk(window, ward_file, qtbot)
    assert desk.page._none_left.isVisible()
    assert desk.rail() == "整理"
    desk.key(Qt.Key.Key_1)
    desk.key(Qt.Key.Key_Escape)
    assert desk.ops() == do(ward_file, lambda db: len(db.all_ops()))
    window.close()


# --- from the merge page ----------------------------------------------------------------------------------------------


def test_merge_page_leads_to_the_conflicts_it_found(
    qtbot: QtBot, tmp_path: Path, office: Path, services: bootstrap.Services
) -> None:
    first, second = tmp_path / "東区_第1回_A.wsdb", tmp_path / "東区_第1回_B.wsdb"
    window = bootstrap.open_main_window(first)
    assert isinstance(window, MainWindow)
    qtbot.addWidget(window)
    window.show()
    desk = Desk(window, first, qtbot)
    assert desk.rail() == "整理"
    window.show_page("merge")
    page = desk.child(MergePage, "page_merge")
    page.add_files([second])
    qtbot.waitUntil(lambda: desk.child(QAbstractButton, "mergeDo").isEnabled(), timeout=20_000)
    desk.click("mergeDo")
    qtbot.waitUntil(lambda: "競合が 3件" in desk.said("mergeBanner"), timeout=20_000)
    assert desk.rail() == "整理 3件"
    desk.child(Banner, "mergeBanner").action_pressed.emit()
    assert desk.page.isVisible()
    assert desk.cards() == ["もとの文に甲が足した", "乙が直したもとの文"]
    window.close()
