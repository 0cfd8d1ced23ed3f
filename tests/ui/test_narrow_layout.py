"""Small screens and large text lose nothing: every action and every key stays in sight (ui.md §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from capture_desk import Desk, Disk, desk_on
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QStyleOptionViewItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.ui import commands
from workshop_app.ui.capture import note_delegate
from workshop_app.ui.capture.capture_page import CapturePage
from workshop_app.ui.capture.note_form import NoteForm
from workshop_app.ui.labels import ElidedLabel, TextLabel
from workshop_app.ui.new_workshop_dialog import NewWorkshopDialog
from workshop_app.ui.theme import apply_look, load_look, look
from workshop_app.ui.widgets import (
    Banner,
    ComboField,
    Header,
    KindButton,
    SecondaryButton,
    TextButton,
    ThemeButton,
)

ACTIONS = ("saveButton", "pasteButton", "importButton", "undoButton", "pointButton")


@pytest.fixture
def dress(qapp: QApplication) -> Iterator[Callable[..., None]]:
    yield lambda percent, theme="light": apply_look(qapp, load_look(theme, percent))
    apply_look(qapp, load_look())


@pytest.fixture
def desk(qtbot: QtBot, ward_file: Path) -> Iterator[Desk]:
    desk = desk_on(ward_file, Disk(), qtbot)
    yield desk
    desk.window.close()


def take_size(desk: Desk, width: int, height: int) -> NoteForm:
    desk.window.resize(width, height)
    for _ in range(6):
        QApplication.sendPostedEvents()
    form: NoteForm = desk.child(CapturePage, "page_capture").form
    return form


def box(form: QWidget, part: QWidget) -> QRect:
    return QRect(part.mapTo(form, QPoint(0, 0)), part.size())


def words(form: NoteForm) -> str:
    return " ".join(label.text() for label in form.findChildren(TextLabel) if label.isVisible())


def test_narrow_window_shows_everything_at_once(desk: Desk) -> None:
    form = take_size(desk, 911, 440)
    assert form.editor.height() == 124
    assert form.width() == 440
    assert "種別（Ctrl+Shift+1〜4）" in words(form)
    area = form.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() == 0, "nothing is below the fold"
    parts = [desk.child(QAbstractButton, name) for name in ACTIONS]
    parts += [*form.findChildren(ThemeButton), *form.findChildren(KindButton)]
    for part in parts:
        assert part.isVisible(), part.objectName()
        assert form.rect().contains(box(form, part)), part.objectName()
    for theme in form.findChildren(ThemeButton):
        assert theme.needed_width(with_hint=True) <= theme.width(), "name and key stand whole"


@pytest.mark.parametrize("percent", [100, 115, 130, 150])
@pytest.mark.parametrize("size", [(1366, 698), (911, 440)])
def test_no_name_is_cut_and_every_key_is_told(
    desk: Desk, dress: Callable[..., None], percent: int, size: tuple[int, int]
) -> None:
    dress(percent)
    form = take_size(desk, *size)
    for kind in form.findChildren(KindButton):
        assert kind.needed_width() <= kind.width(), kind.text()
    for theme in form.findChildren(ThemeButton):
        assert theme.needed_width(with_hint=form.themes.shows_shortcuts) <= theme.width(), theme.text()
    assert form.themes.shows_shortcuts or "Ctrl+1〜3・Ctrl+0" in words(form)
    for name in ACTIONS:
        button = desk.child(QAbstractButton, name)
        assert button.isVisible(), name
        assert button.width() >= button.sizeHint().width(), name
        place = box(form, button)
        assert place.left() >= 0, name
        assert place.right() < form.width(), name
    # What has to be scrolled to is cut off at the edge of the part that scrolls.
    boxes = [
        QRect(part.mapTo(form, part.visibleRegion().boundingRect().topLeft()), seen.size())
        for part in form.findChildren(QAbstractButton)
        if not (seen := part.visibleRegion().boundingRect()).isEmpty()
    ]
    for number, one in enumerate(boxes):
        assert not any(one.intersects(other) for other in boxes[number + 1 :])


def test_going_narrow_and_wide_again_brings_the_same_form(desk: Desk) -> None:
    form = take_size(desk, 1366, 698)
    before = {name: box(form, desk.child(QWidget, name)) for name in (*ACTIONS, "captureEditor")}
    take_size(desk, 911, 440)
    form = take_size(desk, 1366, 698)
    assert {name: box(form, desk.child(QWidget, name)) for name in before} == before


# --- lists, fields, states -----------------------------------------------------------------------------------------


def _ink_columns(image: QImage, rect: QRect) -> set[int]:
    """Columns of the rectangle that have dark ink, clear of the tick box."""
    left = rect.x() + look().px(34)
    dark = QColor(look().colour("text")).lightness() + 60
    return {
        x
        for x in range(left, min(rect.right(), left + 200))
        if any(image.pixelColor(x, y).lightness() < dark for y in range(rect.top() + 2, rect.bottom() - 2))
    }


def test_the_current_row_of_the_points_stays_clear_of_its_box(desk: Desk, qtbot: QtBot) -> None:
    desk.press("themeButton_T1")
    desk.press("pointButton")
    points = desk.child(QListWidget, "pointList")
    qtbot.waitUntil(points.isVisible)
    columns = []
    for current in (1, 2):
        points.setCurrentRow(current)
        image = points.viewport().grab().toImage()
        columns.append(_ink_columns(image, points.visualItemRect(points.item(1))))
    assert columns[0]
    assert columns[0] == columns[1], "chosen or not, the words stand at the same place"
    lines = [points.sizeHintForRow(row) for row in range(1, points.count())]
    assert max(lines) >= 2 * round(15 * 1.4), "a long wording has lines with leading"


def test_a_long_choice_ends_in_an_ellipsis_and_has_a_tooltip(qtbot: QtBot) -> None:
    dialog = NewWorkshopDialog(bootstrap.Services())
    qtbot.addWidget(dialog)
    dialog.show()
    agenda = dialog.findChild(ComboField, "newAgenda")
    title = agenda.currentText()
    assert agenda.fontMetrics().horizontalAdvance(title) > agenda.width()
    agenda.grab()
    assert agenda.toolTip() == title
    ward = dialog.findChild(ComboField, "newWard")
    ward.grab()
    assert ward.toolTip() == ""


def test_the_name_of_the_workbook_follows_the_text_size(desk: Desk, dress: Callable[..., None]) -> None:
    desk.window.show_page("export")
    name = desk.child(QLineEdit, "exportName")
    assert name.height() == 40
    dress(150)
    assert name.height() == 60


@pytest.mark.parametrize("kind", [SecondaryButton, TextButton])
def test_in_high_contrast_what_cannot_be_pressed_has_a_broken_border(
    qtbot: QtBot, dress: Callable[..., None], kind: type
) -> None:
    """Fills and inks are the same there, so only the line can tell; seen without colour."""
    dress(100, "contrast")
    button = kind("論点を選ぶ")
    qtbot.addWidget(button)
    button.show()
    edges = []
    for enabled in (True, False):
        button.setEnabled(enabled)
        image = button.grab().toImage()
        edges.append([image.pixelColor(x, 0).lightness() > 64 for x in range(8, image.width() - 8)])
    assert len(set(edges[0])) == 1, "one line, or none for a button that is only words"
    assert len(set(edges[1])) == 2, "dashes"


# --- what a banner, large text and a long note take away -----------------------------------------------------------

_LONG_BANNER = (
    "ほかの窓かプログラムがこのファイルに書き込んでいます。書いた文はこの画面に残っています。"
    "少し待って、もう一度試してください。"
)


@pytest.mark.parametrize(
    ("percent", "size"), [(100, (911, 440)), (150, (911, 440)), (100, (1366, 698)), (150, (1366, 698))]
)
@pytest.mark.parametrize("practice", [False, True])
def test_with_a_banner_the_box_and_the_buttons_stay_in_sight(
    desk: Desk, dress: Callable[..., None], percent: int, size: tuple[int, int], practice: bool
) -> None:
    dress(percent)
    desk.window.findChild(Header).set_practice(practice)
    desk.child(Banner, "captureBanner").show_message("error", _LONG_BANNER)
    form = take_size(desk, *size)
    area = form.findChild(QScrollArea)
    seen = [desk.child(QAbstractButton, "saveButton"), desk.child(QAbstractButton, "pasteButton")]
    if percent == 100:
        assert area.verticalScrollBar().maximum() == 0, "nothing has to be scrolled to"
        seen += [desk.child(QAbstractButton, name) for name in ACTIONS]
    for part in seen:
        assert form.rect().contains(box(form, part)), part.objectName()
        assert part.visibleRegion().boundingRect() == part.rect(), part.objectName()
    assert form.editor.viewport().height() >= form.editor.fontMetrics().height(), "a line can be read"
    assert form.mapTo(desk.window, QPoint(0, form.height())).y() <= desk.window.height()


@pytest.mark.parametrize("size", [(1366, 698), (911, 440)])
def test_a_note_over_the_limit_makes_the_form_no_wider(desk: Desk, size: tuple[int, int]) -> None:
    form = take_size(desk, *size)
    before = {name: box(form, desk.child(QWidget, name)).right() for name in (*ACTIONS, "captureEditor")}
    form.editor.insertPlainText("あ" * 10_100)
    take_size(desk, *size)
    length = desk.child(ElidedLabel, "noteLength")
    assert length.isVisible()
    assert length.width() >= length.sizeHint().width(), "said in full"
    assert {name: box(form, desk.child(QWidget, name)).right() for name in before} == before
    form.editor.clear_text()
    take_size(desk, *size)
    assert ("変換中の Enter は確定だけです" in words(form)) == (size[0] == 1366)


def _shown_words(desk: Desk, text: str) -> int:
    """How many characters of a note the first row shows."""
    drawn: list[str] = []
    view = desk.list
    index = view.model().index(0, 0)
    option = QStyleOptionViewItem()
    option.rect = view.visualRect(index)
    picture = QImage(option.rect.size(), QImage.Format.Format_ARGB32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            note_delegate,
            "paint_lines",
            lambda painter, room, lines, font, ink: drawn.extend(lines),
        )
        painter = QPainter(picture)
        view.itemDelegate().paint(painter, option, index)
        painter.end()
    return sum(character in text for character in "".join(drawn))


def test_large_text_on_a_small_screen_leaves_words_in_the_rows(
    desk: Desk, dress: Callable[..., None]
) -> None:
    text = "窓口に行く前に、必要な書類を電話一本で教えてほしい。"
    desk.add(text)
    # The row of the note just saved is higher than the others.
    desk.add("もう一枚")
    desk.list.model().set_search("窓口")
    dress(150)
    take_size(desk, 911, 440)
    assert _shown_words(desk, text) >= 8


def test_the_reason_of_a_voided_note_keeps_clear_of_the_edge(desk: Desk) -> None:
    desk.add("取り消す意見")
    page = desk.child(CapturePage, "page_capture")
    note = page.panel.model.notes()[0]
    commands.void_notes(page._open_file, [note.note_id], "意見ではない（進行のメモなど）長い理由")
    take_size(desk, 911, 440)
    view = desk.list
    place = view.visualRect(view.model().index(0, 0))
    image = view.viewport().grab(place).toImage()
    ground = image.pixelColor(image.width() - 1, image.height() // 2)
    edge = range(image.width() - 10, image.width())
    assert all(image.pixelColor(x, y) == ground for x in edge for y in range(2, image.height() - 3))


@pytest.mark.parametrize("size", [(1366, 698), (911, 440)])
def test_the_word_on_an_undo_covers_neither_a_button_nor_the_counts(
    desk: Desk, size: tuple[int, int]
) -> None:
    form = take_size(desk, *size)
    desk.add("意見")
    desk.press("undoButton")
    take_size(desk, *size)
    toast = desk.child(QWidget, "toast")
    assert toast.isVisible()
    window = desk.window

    def place(part: QWidget) -> QRect:
        return QRect(part.mapTo(window, QPoint(0, 0)), part.size())

    assert window.rect().contains(place(toast))
    own = toast.findChildren(QAbstractButton)
    others = [one for one in window.findChildren(QAbstractButton) if one.isVisible() and one not in own]
    for part in [*others, form.counts, form.editor]:
        assert not place(part).intersects(place(toast)) or not part.isVisible(), part.objectName()
