"""What the room sees of a board: one island after the other, six notes at a time. Plain data, nothing is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workshop_app.domain.board import for_the_room
from workshop_app.domain.geometry import reading_order
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.ui.board.content import BoardContent

NOTES_A_SLIDE = 6


@dataclass(frozen=True, slots=True)
class RoomIsland:
    """An island with its notes as the room may see them; without an id it is what stands in no island."""

    island_id: EntityId | None
    title: str
    theme: str | None
    votes: int
    notes: tuple[Note, ...]

    @property
    def pages(self) -> int:
        """How many slides it takes."""
        return max(1, -(-len(self.notes) // NOTES_A_SLIDE))

    def page(self, number: int) -> Sequence[Note]:
        """The notes of one of its slides, from 0."""
        return self.notes[number * NOTES_A_SLIDE : (number + 1) * NOTES_A_SLIDE]


def room_islands(content: BoardContent) -> list[RoomIsland]:
    """Every island in reading order, inner ones after the one around them, then the notes outside of any.

    Notes with more votes come first, else they stand as on the board. An island that only holds others is left out
    unless it has a title.
    """
    notes: dict[EntityId | None, list[EntityId]] = {}
    shown = {item.note.note_id: item.note for item in for_the_room(content.board).notes}
    boxes = content.boxes
    order = reading_order({one: boxes[one] for one in shown if one in boxes})
    # What is in a folded island has no place on the board; it comes as it was written.
    for note_id in (*order, *(one for one in shown if one not in boxes)):
        notes.setdefault(shown[note_id].island_id, []).append(note_id)
    found = []
    for island_id in _in_order(content):
        island = content.islands[island_id]
        mine = _by_votes([shown[one] for one in notes.get(island_id, [])])
        if mine or island.title:
            found.append(RoomIsland(island_id, island.title, island.theme, island.votes, mine))
    outside = _by_votes([shown[one] for one in notes.get(None, [])])
    if outside:
        found.append(RoomIsland(None, "", None, 0, outside))
    return found


def _by_votes(notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: -note.votes))


def _in_order(content: BoardContent) -> list[EntityId]:
    """Islands from the upper left on; what is inside one follows it, also when that is folded."""
    boxes = content.boxes

    def inner(islands: list[EntityId]) -> list[EntityId]:
        placed = reading_order({one: boxes[one] for one in islands if one in boxes})
        found = []
        for one in (*placed, *(other for other in islands if other not in boxes)):
            found.append(one)
            found += inner([child for child in content.children(one) if child in content.islands])
        return found

    return inner([one for one in content.islands if content.parent_of(one) is None])
