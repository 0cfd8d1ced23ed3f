"""How the board looks and is moved about: levels of detail, text sizes, zoom, search, keys, names read aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from board_desk import CTRL, SHIFT, BoardDesk, board_desk, fill
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPdfWriter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.board import (
    NOTE_HEIGHT,
    NOTE_WIDTH,
    Arrow,
    Board,
    BoardIsland,
    BoardNote,
    Position,
    Relation,
    Scope,
)
from workshop_app.domain.changes import Changes
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.ui.board.caches import FarChunks
from workshop_app.ui.board.paint_island import title_head
from workshop_app.ui.board.paint_note import paint_note, shows_whole
from workshop_app.ui.board.painter import BoardPainter
from workshop_app.ui.board.scene import BoardScene
from workshop_app.ui.board.style import BoardStyle, Frame, Level
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.theme import apply_look, load_look

pytestmark = pytest.mark.usefixtures("qapp")
LONG = "区役所と出張所でできる手続きの違いが、行ってみないと分からないので二度手間になることが多い"
KINDS = ("issue", "good", "proposal", "other")


def note(number: int, text: str = "", island: EntityId | None = None, **fields: object) -> BoardNote:
    value = Note(
        EntityId(b"n" * 8 + number.to_bytes(8, "big")), f"東1A-{number:03d}", None, "A", 1, 1, "T1",
        KINDS[number % 4], (), text or f"意見{number}", 0, island, None, (), number, number,
    )  # fmt: skip
    place = Position(number % 5 * 220, number // 5 * 130)
    return BoardNote(replace(value, **fields), place)


def island(number: int, title: str = "島", **fields: object) -> BoardIsland:
    value = BoardIsland(
        EntityId(b"i" * 8 + number.to_bytes(8, "big")), title, "T1", None, 1, None, Position(0, number * 900)
    )
    return replace(value, **fields)


class MemoryBoard:
    """A board that is in no file."""

    def __init__(self, board: Board) -> None:
        self.board = board

    def scene(self) -> BoardScene:
        scene = BoardScene(
            bootstrap.load_agenda(None), lambda scope, only=None: self.board, Scope(), own_mark="A"
        )
        scene.load()
        return scene


@pytest.fixture
def look_of() -> Iterator[Callable[[str], BoardStyle]]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    agenda = bootstrap.load_agenda(None)

    def take(name: str) -> BoardStyle:
        apply_look(application, load_look(name, 100))
        return BoardStyle.of(load_look(name, 100), agenda)

    yield take
    apply_look(application, load_look("light", 100))


def painted(item: BoardNote, style: BoardStyle, zoom: float) -> QImage:
    frame = Frame(zoom)
    image = QImage(round(NOTE_WIDTH * zoom), round(NOTE_HEIGHT * zoom), QImage.Format.Format_RGB32)
    image.fill(style.colour("sunken"))
    painter = QPainter(image)
    paint_note(painter, QRectF(image.rect()), item, style, frame)
    painter.end()
    return image


def dark_pixels(image: QImage, left: float, top: float, right: float, bottom: float) -> int:
    return sum(
        image.pixelColor(x, y).lightness() < 90
        for x in range(int(left), int(right))
        for y in range(int(top), int(bottom))
    )


# --- levels of detail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_near_and_middle_show_text_and_far_the_character_alone(
    look_of: Callable[[str], BoardStyle], name: str
) -> None:
    style = look_of(name)
    item = note(1, LONG)
    for zoom in (1.0, 0.8, 0.62, 0.4):
        image = painted(item, style, zoom)
        width, height = image.width(), image.height()
        assert dark_pixels(image, width * 0.45, 3, width - 4, height * 0.7) > 40, zoom
    far = painted(item, style, 0.3)
    middle = far.width() / 2
    assert dark_pixels(far, middle - 12, 3, middle + 12, far.height() - 3) > 15
    assert dark_pixels(far, middle + 14, 3, far.width() - 3, far.height() - 3) == 0
    tiny = painted(item, style, 0.15)
    assert dark_pixels(tiny, 2, 2, tiny.width() - 2, tiny.height() - 2) == 0, "no letter under 12 px"


def test_the_four_papers_are_told_apart_without_colour(look_of: Callable[[str], BoardStyle]) -> None:
    style = look_of("light")
    pictures = []
    for number in range(4):
        image = painted(note(number, "同じ文"), style, 1.0).convertToFormat(QImage.Format.Format_Mono)
        pictures.append(bytes(image.constBits()))
    assert len(set(pictures)) == 4


def test_text_is_cut_at_the_last_line_and_whole_where_there_is_room(
    look_of: Callable[[str], BoardStyle],
) -> None:
    style = look_of("light")
    frame = Frame(1.0)
    low, high = QRectF(0, 0, NOTE_WIDTH, NOTE_HEIGHT), QRectF(0, 0, NOTE_WIDTH, 300)
    assert not shows_whole(note(1, LONG), low, style, frame)
    assert shows_whole(note(1, LONG), high, style, frame)
    assert shows_whole(note(1, "短い"), low, style, frame)


def test_the_head_of_an_island_grows_with_its_title() -> None:
    wide = 5 * 220
    assert title_head("近いもの", wide) == title_head("", wide) == 60
    long = (
        "区役所の窓口が遠く、バスの本数も少ないので、年をとると手続きに行けなくなることが心配だという声が多い"
    )
    assert title_head(long, 468) > 120
    assert title_head(long, 468) > title_head(long, wide)


@pytest.mark.parametrize("zoom", [0.05, 0.15, 0.3, 0.5, 1.0])
def test_everything_is_painted_at_every_zoom_into_a_page_as_well(
    look_of: Callable[[str], BoardStyle], tmp_path: Path, zoom: float
) -> None:
    look_of("light")
    home = island(0, "窓口が遠い")
    folded = island(1, "", folded=True)
    nested = island(2, "中の島", parent_id=home.island_id)
    notes = (
        *(note(n, LONG, home.island_id, votes=n) for n in range(10)),
        note(20, conflicts=("text",), island=folded.island_id),
        replace(note(21), held=True),
    )
    arrows = (Arrow(EntityId(b"a" * 16), home.island_id, notes[-1].note.note_id, Relation.OPPOSITION),)
    scene = MemoryBoard(Board(Scope(), notes, (home, folded, nested), arrows)).scene()
    style = scene.style_
    painter_of = BoardPainter(scene.content, style, vector=True)
    painter_of.marks.chosen = {notes[0].note.note_id, home.island_id}
    bounds = scene.content.bounds()
    frame = Frame(zoom, -bounds.x * zoom, -bounds.y * zoom)
    target = tmp_path / "board.pdf"
    writer = QPdfWriter(str(target))
    writer.setResolution(96)
    painter = QPainter(writer)
    painter_of.paint(painter, QRectF(*bounds), frame)
    painter.end()
    data = target.read_bytes()
    assert data.startswith(b"%PDF")
    if zoom >= 0.3:
        assert b"/FontFile" in data, "letters stay letters, in an embedded font"


def test_what_changed_is_the_only_thing_that_is_told(look_of: Callable[[str], BoardStyle]) -> None:
    look_of("light")
    notes = [note(n) for n in range(50)]
    memory = MemoryBoard(Board(Scope(), tuple(notes)))
    scene = memory.scene()
    heard = []
    scene.content_changed.connect(heard.append)
    moved = replace(notes[7], position=Position(2000, 40))
    worded = replace(notes[9], note=replace(notes[9].note, text="直した文"))
    others = [one for one in notes if one not in (notes[7], notes[9], notes[11])]
    memory.board = Board(Scope(), (*others, moved, worded, note(99)))
    scene.apply(Changes(updated=frozenset({notes[7].note.note_id})))
    (difference,) = heard
    assert difference.changed == {notes[7].note.note_id, notes[9].note.note_id}
    assert difference.added == {note(99).note.note_id}
    assert difference.removed == {notes[11].note.note_id}
    assert scene.content.note_at(2010, 50) == notes[7].note.note_id
    assert scene.content.notes_in(scene.content.bounds()) == [
        one.note.note_id for one in scene.content.board.notes
    ]
    fresh = FarChunks(scene.content, scene.style_)
    kept = scene.painter_._chunks
    for chunks in (fresh, kept):
        rects = [r for lists in chunks.lists_in(scene.content.bounds()) for rs in lists.values() for r in rs]
        assert len(rects) == 50


# --- moving about ----------------------------------------------------------------------------------------------


@pytest.fixture
def desk(ward_file: Path, services: bootstrap.Services, qtbot: QtBot) -> BoardDesk:
    fill(ward_file, [f"意見{n}" for n in range(23)] + [LONG], columns=6)
    return board_desk(ward_file, services, qtbot)


def wheel(view: BoardView, place: QPoint, steps: int, modifiers: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(place), view.viewport().mapToGlobal(QPointF(place)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def test_ctrl_wheel_zooms_about_the_pointer_and_the_wheel_alone_scrolls(desk: BoardDesk) -> None:
    view, place = desk.view, QPoint(400, 300)
    before, under = view.zoom, view.mapToScene(place)
    wheel(view, place, 2, CTRL)
    assert view.zoom > before
    assert (view.mapToScene(place) - under).manhattanLength() < 3
    top = view.mapToScene(0, 0)
    wheel(view, place, -1, Qt.KeyboardModifier.NoModifier)
    assert view.mapToScene(0, 0).y() > top.y()
    wheel(view, place, -1, SHIFT)
    assert view.mapToScene(0, 0).x() > top.x()


def test_space_drag_moves_the_paper_and_no_note(desk: BoardDesk) -> None:
    view = desk.view
    item = desk.note("意見0")
    place, box = desk.place(item), desk.content.boxes[item]
    QTest.keyPress(view, Qt.Key.Key_Space)
    desk.drag(place, place + QPoint(120, 60))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert (desk.place(item) - place - QPoint(120, 60)).manhattanLength() <= 2
    assert desk.content.boxes[item] == box


def test_fit_shows_everything_and_the_minimap_is_there_only_when_it_does_not(desk: BoardDesk) -> None:
    small = desk.window.findChild(QWidget, "boardMinimap")
    desk.key(Qt.Key.Key_F)
    assert desk.view.seen().contains(QRectF(*desk.content.bounds()))
    assert not small.isVisible()
    desk.view.set_zoom(2.0)
    assert small.isVisible()
    before = desk.view.seen().center()
    QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=QPoint(small.width() - 12, small.height() - 12))
    assert desk.view.seen().center() != before
    desk.page.scene.choose([desk.note(LONG)])
    desk.view.setFocus()
    desk.key(Qt.Key.Key_Z)
    assert desk.view.seen().contains(QRectF(*desk.content.boxes[desk.note(LONG)]))


def test_search_flies_to_a_number_or_a_word_and_escape_ends_it(desk: BoardDesk) -> None:
    desk.view.set_zoom(0.1)
    desk.key(Qt.Key.Key_F, CTRL)
    field = desk.window.findChild(QLineEdit, "boardSearch")
    assert field.hasFocus()
    field.setText("二度手間")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.page.scene.chosen == {desk.note(LONG)}
    assert desk.view.zoom >= 0.62
    assert desk.view.seen().contains(QRectF(*desk.content.boxes[desk.note(LONG)]))
    assert desk.note("意見3") in desk.page.scene.painter_.marks.hidden
    number = desk.content.notes[desk.note("意見3")].note.number
    field.setText(number)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.page.scene.chosen == {desk.note("意見3")}
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert desk.page.scene.painter_.marks.hidden == frozenset()
    assert desk.view.hasFocus()


def test_everything_is_reached_by_keys_and_read_aloud(desk: BoardDesk) -> None:
    desk.key(Qt.Key.Key_Escape)
    desk.key(Qt.Key.Key_Right)
    assert desk.page.scene.chosen == {desk.note("意見0")}
    desk.key(Qt.Key.Key_Right, CTRL)
    assert desk.page.scene.chosen == {desk.note("意見1")}
    desk.key(Qt.Key.Key_Down, CTRL)
    assert desk.page.scene.chosen == {desk.note("意見7")}
    name = desk.view.accessibleName()
    assert "意見7" in name
    assert "テーマ" in name
    assert "課題" in name
    desk.key(Qt.Key.Key_H)
    assert "保留" in desk.view.accessibleName()
    assert desk.on_disk().notes[7].held
    desk.page.scene.choose([desk.note("意見1"), desk.note("意見0")])
    desk.key(Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "・意見0\n・意見1"


def test_full_text_lets_a_row_grow_and_gives_it_back(desk: BoardDesk) -> None:
    before = dict(desk.content.boxes)
    desk.key(Qt.Key.Key_W)
    grown = desk.content.boxes
    assert grown[desk.note(LONG)].height > NOTE_HEIGHT
    row = {box.height for one, box in grown.items() if box.y == grown[desk.note(LONG)].y}
    assert len(row) == 1
    boxes = list(grown.values())
    assert not any(one.overlaps(two) for n, one in enumerate(boxes) for two in boxes[n + 1 :])
    frame = desk.view.frame()
    for one, item in desk.content.notes.items():
        assert shows_whole(item, frame.rect(grown[one]), desk.page.scene.style_, frame)
    start = desk.place(desk.note("意見0"))
    desk.drag(start, start + QPoint(200, 300))
    desk.key(Qt.Key.Key_W)
    assert desk.content.boxes == before


def test_the_one_chosen_note_shows_all_of_its_text(desk: BoardDesk) -> None:
    desk.choose(desk.note(LONG))
    assert desk.page.scene.painter_.marks.whole == desk.note(LONG)
    card, frame = desk.page.scene.painter_.card(desk.note(LONG), desk.view.frame())
    assert shows_whole(desk.content.notes[desk.note(LONG)], card, desk.page.scene.style_, frame)
    assert frame.level is Level.NEAR


def test_the_menu_of_a_note_has_targets_for_a_finger(desk: BoardDesk) -> None:
    desk.choose(desk.note("意見0"), desk.note("意見1"))
    QTest.mouseClick(desk.view.viewport(), Qt.MouseButton.RightButton, pos=desk.place(desk.note("意見0")))
    desk.page.hands._show_menu(desk.view.mapToGlobal(QPoint(100, 100)))
    menu = desk.window.findChild(QMenu, "boardMenu")
    lines = [action for action in menu.actions() if not action.isSeparator()]
    assert len(lines) > 6
    assert all(menu.actionGeometry(action).height() >= 40 for action in lines)
    menu.close()


def test_a_finger_that_stays_opens_the_menu(desk: BoardDesk, qtbot: QtBot) -> None:
    finger = QTest.createTouchDevice()
    place = desk.place(desk.note("意見2"))
    QTest.touchEvent(desk.view.viewport(), finger).press(0, place, desk.view.viewport()).commit()
    qtbot.waitUntil(lambda: desk.window.findChild(QMenu, "boardMenu") is not None, timeout=3000)
    menu = desk.window.findChild(QMenu, "boardMenu")
    qtbot.waitUntil(menu.isVisible)
    assert desk.page.scene.chosen == {desk.note("意見2")}
    menu.close()
    QTest.touchEvent(desk.view.viewport(), finger).release(0, place, desk.view.viewport()).commit()


def test_the_narrow_layout_has_icons_alone_and_no_legend(desk: BoardDesk) -> None:
    legend = desk.window.findChild(QWidget, "boardLegend")
    tool = desk.window.findChild(QWidget, "boardTool_note")
    assert legend.isVisible()
    assert tool.width() > 60
    desk.window.resize(911, 440)
    assert not legend.isVisible()
    assert (tool.width(), tool.height()) == (40, 40)
    assert tool.accessibleName() == "付箋"
    desk.view.setFocus()
    desk.key(Qt.Key.Key_L)
    assert legend.isVisible()


def test_an_empty_board_says_what_it_is_for(
    ward_file: Path, services: bootstrap.Services, qtbot: QtBot
) -> None:
    desk = board_desk(ward_file, services, qtbot)
    words = " ".join(
        label.text() for label in desk.page._empty.findChildren(QWidget) if hasattr(label, "text")
    )
    assert desk.page._empty.isVisible()
    assert "付箋を書くと、ここに置かれます。" in words
