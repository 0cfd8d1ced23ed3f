"""Stories at the board with real mouse and key events: islands, nesting, undo to the start and redo."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_desk import CTRL, SHIFT, BoardDesk, board_desk, fill
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsView
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.board import Relation, Scope

SIX = ("窓口が遠い", "バスが少ない", "道が暗い", "祭りが楽しい", "坂がきつい", "畑を借りたい")


@pytest.fixture
def desk(ward_file: Path, services: bootstrap.Services, qtbot: QtBot) -> BoardDesk:
    fill(ward_file, SIX)
    return board_desk(ward_file, services, qtbot)


def picture(desk: BoardDesk) -> dict[str, tuple[str, int, int]]:
    """Every note: the title of its island and where it is seen."""
    content = desk.content
    found = {}
    for note_id, item in content.notes.items():
        island = content.parent_of(note_id)
        box = content.boxes[note_id]
        found[item.note.text] = ("" if island is None else str(island.hex()), box.x, box.y)
    return found


def test_the_board_is_a_graphics_view_of_that_name(desk: BoardDesk) -> None:
    view = desk.window.findChild(QGraphicsView, "boardView")
    assert view is desk.view
    assert len(desk.content.notes) == 6
    assert desk.page.isVisible()


def test_a_dragged_note_stays_where_it_is_dropped_and_nothing_else_moves(desk: BoardDesk) -> None:
    before = picture(desk)
    start = desk.place(desk.note("坂がきつい"))
    desk.drag(start, start + QPoint(90, 170))
    after = picture(desk)
    moved = {text for text in before if before[text] != after[text]}
    assert moved == {"坂がきつい"}
    assert after["坂がきつい"][1] > before["坂がきつい"][1]
    on_disk = {item.note.text: item.position for item in desk.on_disk().notes}
    box = desk.content.boxes[desk.note("坂がきつい")]
    assert on_disk["坂がきつい"] is not None
    assert (on_disk["坂がきつい"].x, on_disk["坂がきつい"].y) == (box.x, box.y)


def test_build_an_island_nest_it_undo_to_the_start_and_redo(desk: BoardDesk) -> None:
    start = picture(desk)
    history = desk.page.desk.open_file.history
    desk.drag(desk.place(desk.note("バスが少ない")), desk.place(desk.note("窓口が遠い")))
    inner = desk.island()
    assert desk.texts_in(inner) == {"窓口が遠い", "バスが少ない"}
    desk.choose(desk.note("坂がきつい"), desk.note("畑を借りたい"))
    desk.key(Qt.Key.Key_G, CTRL)
    outer = next(one for one in desk.content.islands if one != inner)
    assert desk.texts_in(outer) == {"坂がきつい", "畑を借りたい"}
    # A third note joins by being dropped on the ground of the island.
    desk.drag(desk.place(desk.note("道が暗い")), desk.head(outer))
    assert desk.texts_in(outer) == {"坂がきつい", "畑を借りたい", "道が暗い"}
    # The island is taken by its title and dropped into the other one.
    desk.drag(desk.head(inner), desk.head(outer))
    assert desk.content.islands[inner].parent_id == outer
    boxes = desk.content.boxes
    assert boxes[inner].x >= boxes[outer].x
    assert boxes[inner].bottom <= boxes[outer].bottom
    notes = [boxes[one] for one in desk.content.notes]
    assert not any(one.overlaps(two) for n, one in enumerate(notes) for two in notes[n + 1 :])
    end = picture(desk)
    steps = 0
    while history.can_undo():
        desk.key(Qt.Key.Key_Z, CTRL)
        steps += 1
    assert steps == 4
    assert picture(desk) == start
    assert desk.on_disk().islands == ()
    while history.can_redo():
        desk.key(Qt.Key.Key_Y, CTRL)
    assert picture(desk) == end
    assert desk.content.islands[inner].parent_id == outer


def test_escape_leaves_a_drag_without_a_trace(desk: BoardDesk) -> None:
    before = picture(desk)
    start = desk.place(desk.note("道が暗い"))
    desk.drag(start, start + QPoint(0, 200), let_go=False)
    desk.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(desk.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    assert picture(desk) == before
    assert not desk.page.desk.open_file.history.can_undo()


def test_a_lasso_chooses_what_it_touches_and_the_arrow_keys_push_it(desk: BoardDesk) -> None:
    first = desk.content.boxes[desk.note("窓口が遠い")]
    last = desk.content.boxes[desk.note("バスが少ない")]
    view = desk.view
    desk.drag(
        view.mapFromScene(first.x - 12, first.y - 12), view.mapFromScene(last.right + 10, last.bottom + 10)
    )
    chosen = {desk.content.notes[one].note.text for one in desk.page.scene.chosen}
    assert chosen == {"窓口が遠い", "バスが少ない"}
    before = picture(desk)
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Right, SHIFT)
    after = picture(desk)
    for text in chosen:
        assert after[text][1:] == (before[text][1] + 1, before[text][2] + 10)
    assert after["道が暗い"] == before["道が暗い"]


def test_an_island_drawn_by_hand_takes_what_is_inside(desk: BoardDesk) -> None:
    desk.key(Qt.Key.Key_I)
    boxes = [desk.content.boxes[desk.note(text)] for text in ("祭りが楽しい", "坂がきつい")]
    left, right = boxes[0].x - 15, boxes[1].right + 15
    top, bottom = boxes[0].y - 15, boxes[0].bottom + 15
    port = desk.view.viewport()
    way = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top + 2)]
    points = [desk.view.mapFromScene(x, y) for x, y in way]
    QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[0])
    for point in points[1:]:
        QTest.mouseMove(port, point)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[-1])
    assert desk.texts_in(desk.island()) == {"祭りが楽しい", "坂がきつい"}


def test_an_arrow_is_drawn_with_a_word_and_taken_away_again(desk: BoardDesk) -> None:
    desk.key(Qt.Key.Key_A)
    desk.drag(desk.place(desk.note("窓口が遠い")), desk.place(desk.note("坂がきつい")))
    desk.trigger("relationMenu", f"relation_{Relation.CAUSE}")
    (arrow,) = desk.on_disk().arrows
    assert arrow.relation is Relation.CAUSE
    assert (arrow.source_id, arrow.target_id) == (desk.note("窓口が遠い"), desk.note("坂がきつい"))
    desk.key(Qt.Key.Key_Escape)
    line = desk.page.scene.painter_.line_of(arrow.arrow_id, desk.view.frame())
    assert line is not None
    desk.click(line.chip.center().toPoint())
    assert desk.page.scene.chosen == {arrow.arrow_id}
    desk.key(Qt.Key.Key_Delete)
    assert desk.on_disk().arrows == ()
    desk.key(Qt.Key.Key_Z, CTRL)
    assert len(desk.on_disk().arrows) == 1


def test_folding_hides_what_is_inside_and_says_how_many(desk: BoardDesk) -> None:
    desk.choose(desk.note("窓口が遠い"), desk.note("バスが少ない"))
    desk.key(Qt.Key.Key_G, CTRL)
    island = desk.island()
    desk.click(desk.head(island))
    desk.key(Qt.Key.Key_E)
    assert desk.content.islands[island].folded
    assert desk.note("窓口が遠い") not in desk.content.boxes
    assert "2枚" in desk.view.accessibleName()
    desk.key(Qt.Key.Key_E)
    assert desk.note("窓口が遠い") in desk.content.boxes


def test_tidy_lets_nothing_overlap(desk: BoardDesk) -> None:
    desk.choose(desk.note("窓口が遠い"))
    for _ in range(8):
        desk.key(Qt.Key.Key_Right)
    boxes = desk.content.boxes
    assert boxes[desk.note("窓口が遠い")].overlaps(boxes[desk.note("バスが少ない")])
    desk.key(Qt.Key.Key_Escape)
    desk.key(Qt.Key.Key_T)
    rects = list(desk.content.boxes.values())
    assert not any(one.overlaps(two) for n, one in enumerate(rects) for two in rects[n + 1 :])


def test_on_a_board_of_thousands_a_gesture_reads_only_what_it_changed(
    desk: BoardDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workshop_app.ui.board.scene._MANY", 0)
    desk.page.show_scope(Scope())
    reads: list[object] = []
    real = desk.page.scene._read
    monkeypatch.setattr(
        desk.page.scene, "_read", lambda scope, only=None: reads.append(only) or real(scope, only=only)
    )
    desk.drag(desk.place(desk.note("バスが少ない")), desk.place(desk.note("窓口が遠い")))
    desk.drag(desk.place(desk.note("道が暗い")), desk.head(desk.island()))
    start = desk.place(desk.note("坂がきつい"))
    desk.drag(start, start + QPoint(40, 150))
    desk.key(Qt.Key.Key_Z, CTRL)
    desk.key(Qt.Key.Key_Y, CTRL)
    assert len(reads) == 5
    assert all(only and len(only) <= 7 for only in reads)
    quick = dict(desk.content.boxes)
    desk.page.scene.show_scope(Scope(desk.content.board.scope.workshop_id, 99))
    desk.page.scene.show_scope(Scope())
    assert desk.content.boxes == quick
    assert desk.texts_in(desk.island()) == {"窓口が遠い", "バスが少ない", "道が暗い"}
