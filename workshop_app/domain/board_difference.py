"""What became of a board between two moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workshop_app.domain.board import Board, Spot, spot_of
from workshop_app.domain.ids import EntityId


@dataclass(frozen=True, slots=True)
class BoardDifference:
    """Notes and islands by what happened to them; the pairs are (before, after).

    `moved` went elsewhere in the same island (or outside of any); `regrouped` stand in another island, or in none.
    """

    new: frozenset[EntityId]
    gone: frozenset[EntityId]
    moved: frozenset[EntityId]
    regrouped: Mapping[EntityId, tuple[EntityId | None, EntityId | None]]
    votes: Mapping[EntityId, tuple[int, int]]
    worded: Mapping[EntityId, tuple[str, str]]
    """Notes with another text, islands with another title."""
    new_arrows: frozenset[EntityId]
    gone_arrows: frozenset[EntityId]

    def __bool__(self) -> bool:
        arrows = self.new_arrows or self.gone_arrows
        return bool(
            self.new or self.gone or self.moved or self.regrouped or self.votes or self.worded or arrows
        )


def compare(before: Board, after: Board) -> BoardDifference:
    """What is different in `after`."""
    old, new = _facts(before), _facts(after)
    both = old.keys() & new.keys()
    regrouped = {
        item: (old[item][0].island_id, new[item][0].island_id)
        for item in both
        if old[item][0].island_id != new[item][0].island_id
    }
    old_arrows = {arrow.arrow_id for arrow in before.arrows}
    new_arrows = {arrow.arrow_id for arrow in after.arrows}
    return BoardDifference(
        new=frozenset(new.keys() - old.keys()),
        gone=frozenset(old.keys() - new.keys()),
        moved=frozenset(item for item in both if item not in regrouped and old[item][0] != new[item][0]),
        regrouped=regrouped,
        votes={item: (old[item][1], new[item][1]) for item in both if old[item][1] != new[item][1]},
        worded={item: (old[item][2], new[item][2]) for item in both if old[item][2] != new[item][2]},
        new_arrows=frozenset(new_arrows - old_arrows),
        gone_arrows=frozenset(old_arrows - new_arrows),
    )


def _facts(board: Board) -> dict[EntityId, tuple[Spot, int, str]]:
    found = {item.note.note_id: (spot_of(item), item.note.votes, item.note.text) for item in board.notes}
    found |= {one.island_id: (spot_of(one), one.votes, one.title) for one in board.islands}
    return found
