"""全文: every row of notes is as high as its longest text, and what is below it moves down. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from workshop_app.domain.board import ISLAND_PAD, NOTE_HEIGHT, NOTE_WIDTH
from workshop_app.domain.geometry import Rect
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.content import BoardContent
from workshop_app.ui.board.paint_note import grown_height
from workshop_app.ui.board.style import BoardStyle, Frame, Level


def full_text_boxes(content: BoardContent, style: BoardStyle, frame: Frame) -> dict[EntityId, Rect]:
    """Rectangles with which each note shows its whole text at this zoom."""
    boxes = content.layout.boxes
    if frame.level is Level.FAR:
        # No text is shown; the rows are those of 100 %.
        frame = Frame(frame.unit, unit=frame.unit)
    size = frame.rect(Rect(0, 0, NOTE_WIDTH, NOTE_HEIGHT))
    heights: dict[EntityId, int] = {
        note_id: ceil(grown_height(size, item, style, frame) / frame.scale)
        for note_id, item in content.notes.items()
        if note_id in boxes
    }
    _even_rows(content, heights)
    inner_first = sorted(
        (one for one in content.islands if one in boxes), key=lambda one: -len(list(content.around(one)))
    )
    shifts: dict[EntityId, int] = {}
    for island_id in inner_first:
        members = [item for item in content.children(island_id) if item in boxes]
        grown = _shifted_rows(members, boxes, heights, shifts)
        box = boxes[island_id]
        bottom = max((boxes[item].bottom for item in members), default=box.bottom - ISLAND_PAD)
        heights[island_id] = box.height + max(0, grown - bottom)
    outside = [item for item in heights if content.parent_of(item) is None]
    _shifted_rows(outside, boxes, heights, shifts)
    found: dict[EntityId, Rect] = {}
    for item, height in heights.items():
        box = boxes[item]
        down = shifts.get(item, 0) + sum(shifts.get(one, 0) for one in content.around(item))
        found[item] = Rect(box.x, box.y + down, box.width, height)
    return found


def _even_rows(content: BoardContent, heights: dict[EntityId, int]) -> None:
    """Notes that stand beside each other in one island, or in none, are equally high."""
    boxes = content.layout.boxes
    rows: dict[tuple[EntityId | None, int], list[EntityId]] = {}
    for note_id in heights:
        rows.setdefault((content.parent_of(note_id), boxes[note_id].y), []).append(note_id)
    for row in rows.values():
        tallest = max(heights[note_id] for note_id in row)
        heights.update(dict.fromkeys(row, tallest))


def _shifted_rows(
    items: Iterable[EntityId],
    boxes: Mapping[EntityId, Rect],
    heights: dict[EntityId, int],
    shifts: dict[EntityId, int],
) -> int:
    """Move down what stands below something that grew; gives the lowest edge afterwards."""
    listed = list(items)
    above = sorted(listed, key=lambda item: boxes[item].bottom)
    reached, place, lowest = 0, 0, 0
    for item in sorted(listed, key=lambda item: boxes[item].y):
        box = boxes[item]
        while place < len(above) and boxes[above[place]].bottom <= box.y:
            other = above[place]
            reached = max(reached, shifts.get(other, 0) + heights[other] - boxes[other].height)
            place += 1
        shifts[item] = reached
        lowest = max(lowest, box.y + reached + heights[item])
    return lowest
