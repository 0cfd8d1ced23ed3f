"""The board (ボード) as values: where notes and islands lie, what connects them, and what was frozen.

Coordinates are whole scene units with y downwards; a note is NOTE_WIDTH × NOTE_HEIGHT of them at 100 %. A position
names the upper left corner. A note's or island's position is relative to the island it stands in (to the corner
under its title), so that moving an island is one edit; without an island it is relative to its table's area.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note

NOTE_WIDTH = 208
NOTE_HEIGHT = 110


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A corner on the board, in whole scene units."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What one board shows: a table of a workshop; with `table` None all of it, with both None the whole file."""

    workshop_id: EntityId | None = None
    table: int | None = None


class Relation(StrEnum):
    """What an arrow says of its two ends (原因・解決・対立・関連); the value stands in the file."""

    CAUSE = "cause"
    SOLUTION = "solution"
    OPPOSITION = "opposition"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class BoardNote:
    """A note on the board. `position` is None until somebody has put it somewhere; then the layout finds one.

    `held` notes (保留) are shown to the operator only.
    """

    note: Note
    position: Position | None
    held: bool = False


@dataclass(frozen=True, slots=True)
class BoardIsland:
    """An island (島). Its size follows from what stands in it and from its title; `title` may be empty."""

    island_id: EntityId
    title: str
    theme: str | None
    workshop_id: EntityId | None
    table: int | None
    parent_id: EntityId | None
    position: Position | None
    folded: bool = False
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line with a word between two notes or islands; OPPOSITION has two heads and RELATED none."""

    arrow_id: EntityId
    source_id: EntityId
    target_id: EntityId
    relation: Relation


@dataclass(frozen=True, slots=True)
class SameMeaning:
    """Two notes of which a person said that they say the same; both stay and are counted."""

    link_id: EntityId
    first_id: EntityId
    second_id: EntityId


@dataclass(frozen=True, slots=True)
class Moment:
    """A named state of the board (発散終了, 島完成, 投票後 …) that can be looked at again.

    `seen` names for each session the last edit that belonged to it: a set of edits, so merging later changes
    nothing of what is shown for it, and a redaction holds there too.
    """

    moment_id: EntityId
    name: str
    scope: Scope
    at_ms: int
    seen: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the board of one scope, voided notes and islands left out."""

    scope: Scope
    notes: tuple[BoardNote, ...] = ()
    islands: tuple[BoardIsland, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    links: tuple[SameMeaning, ...] = ()
