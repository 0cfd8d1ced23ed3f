"""The board (ボード) as values: where notes and islands lie, what connects them, and what was frozen.

Coordinates are whole scene units with y downwards; a note is NOTE_WIDTH × NOTE_HEIGHT of them at 100 %. A position
names the upper left corner. A note's or island's position is relative to the island it stands in (to the corner
under its title), so that moving an island is one edit; without an island it is relative to its table's area. The
island is named with the position in the file: in another one it says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from workshop_app.domain.ids import EntityId, derived_entity_id
from workshop_app.domain.note import Note, NoteField
from workshop_app.domain.values import value

NOTE_WIDTH = 208
NOTE_HEIGHT = 110
ISLAND_PAD = 20
"""Between the edge of an island and what stands in it, left, right and below."""
ISLAND_HEAD = 60
"""Height of an island's title with its margins, for one or two lines; a longer title needs more."""
MAX_TITLE_CHARS = 200
MAX_MOMENT_CHARS = 40


class IslandField(StrEnum):
    """Payload keys of an island."""

    TITLE = "title"
    THEME = "theme"
    WORKSHOP = "workshop"
    TABLE = "table"
    PARENT = "parent"
    POS = "pos"
    FOLDED = "folded"
    VOTES = "votes"


class ArrowField(StrEnum):
    """Payload keys of an arrow."""

    FROM = "from"
    TO = "to"
    RELATION = "relation"
    WORKSHOP = "workshop"
    TABLE = "table"


class LinkField(StrEnum):
    """Payload keys of a same-meaning link."""

    FIRST = "first"
    SECOND = "second"


class MomentField(StrEnum):
    """Payload keys of a moment."""

    NAME = "name"
    WORKSHOP = "workshop"
    TABLE = "table"
    SEEN = "seen"


@value
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


RELATION_WORDS = {
    Relation.CAUSE: "原因",
    Relation.SOLUTION: "解決",
    Relation.OPPOSITION: "対立",
    Relation.RELATED: "関連",
}
"""As the papers of a workshop write them."""


@value
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
class Spot:
    """Where a note or island is to stand: in which island (None: in none), and where there.

    With `position` None it stands there without a place of its own, and the layout finds one.
    """

    island_id: EntityId | None = None
    position: Position | None = None


def spot_of(item: BoardNote | BoardIsland) -> Spot:
    """Where it stands now: what a move has to be given to be undone."""
    around = item.parent_id if isinstance(item, BoardIsland) else item.note.island_id
    return Spot(around, item.position)


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

    @staticmethod
    def id_of(one: EntityId, other: EntityId) -> EntityId:
        """The id of the link between two notes, the same on every laptop and in either direction."""
        return derived_entity_id("same_meaning", *sorted((bytes(one).hex(), bytes(other).hex())))


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
    """Everything on the board of one scope, voided notes and islands left out.

    Whatever `note.island_id` and `parent_id` name is an island of this board, and no island stands in itself.
    """

    scope: Scope
    notes: tuple[BoardNote, ...] = ()
    islands: tuple[BoardIsland, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    links: tuple[SameMeaning, ...] = ()


def for_the_room(board: Board) -> Board:
    """What everybody in the room may see: without notes that are held, and those whose text is not settled yet.

    Arrows and links that touch them go with them, and no note carries the sign of a conflict.
    """
    hidden = {item.note.note_id for item in board.notes if item.held or NoteField.TEXT in item.note.conflicts}
    return replace(
        board,
        notes=tuple(
            replace(item, note=replace(item.note, conflicts=()))
            for item in board.notes
            if item.note.note_id not in hidden
        ),
        arrows=tuple(one for one in board.arrows if hidden.isdisjoint((one.source_id, one.target_id))),
        links=tuple(one for one in board.links if hidden.isdisjoint((one.first_id, one.second_id))),
    )


def living_parents(
    parents: Mapping[EntityId, EntityId | None], voided: Collection[EntityId]
) -> dict[EntityId, EntityId | None]:
    """In which island each living island stands, and where what stood in a voided one stands now.

    A voided island stands for the one around it. Where two laptops nested islands in each other, the ring is cut at
    the island of the greatest id, so it is cut in the same place everywhere.
    """
    cut = {max(ring) for ring in _rings(parents)}
    found: dict[EntityId, EntityId | None] = {}
    for island in parents:
        around = None if island in cut else parents[island]
        while around is not None and around in voided:
            around = None if around in cut else parents.get(around)
        found[island] = around if around in parents else None
    return found


def _rings(parents: Mapping[EntityId, EntityId | None]) -> list[list[EntityId]]:
    """The rings among links of which each island has at most one."""
    rings: list[list[EntityId]] = []
    done: set[EntityId] = set()
    for start in parents:
        way: dict[EntityId, None] = {}
        island: EntityId | None = start
        while island is not None and island not in done and island not in way:
            way[island] = None
            island = parents.get(island)
        if island is not None and island in way:
            walked = list(way)
            rings.append(walked[walked.index(island) :])
        done.update(way)
    return rings
