"""Notes, workshops, islands and devices as values.

These are projections: what the fold of an entity's edits shows at this moment. The names in `NoteField` are
the payload keys in the op log and therefore part of the file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import VOID_FIELD
from workshop_app.domain.ids import EntityId
from workshop_app.domain.op import JsonValue
from workshop_app.domain.text import require_note_text
from workshop_app.domain.values import value

MAX_TABLE = 99
MAX_ROUND = 20
MAX_VOTES = 9_999
PRACTICE_TITLE = "練習用データ"
"""Title of a workshop held for practice; it travels with every merge, unlike what a file says of itself."""
MAX_COORDINATE = 10_000_000
"""Farthest from the corner that anything can lie on the board; above what any board reaches, below what a painter can."""


class EntityType(StrEnum):
    """Kinds of entity this version folds; others are kept and merged untouched."""

    NOTE = "note"
    WORKSHOP = "workshop"
    ISLAND = "island"
    DEVICE = "device"
    AGENDA = "agenda"
    ARROW = "arrow"
    SAME_MEANING = "same_meaning"
    MOMENT = "moment"


class NoteField(StrEnum):
    """Payload keys of a note."""

    NUMBER = "number"
    WORKSHOP = "workshop"
    DEVICE = "device"
    TABLE = "table"
    ROUND = "round"
    THEME = "theme"
    KIND = "kind"
    POINTS = "points"
    TEXT = "text"
    VOTES = "votes"
    ISLAND = "island"
    SPLIT_FROM = "split_from"
    POS = "pos"
    HOLD = "hold"


EDITABLE_FIELDS = frozenset(NoteField) - {
    NoteField.NUMBER,
    NoteField.WORKSHOP,
    NoteField.DEVICE,
    NoteField.SPLIT_FROM,
    NoteField.POS,
}
"""What an edit may touch; number, workshop, device and the note it was split from are fixed at birth, and notes are
moved on the board."""

CARRIED_BY_SPLIT = (
    NoteField.WORKSHOP,
    NoteField.DEVICE,
    NoteField.TABLE,
    NoteField.ROUND,
    NoteField.THEME,
    NoteField.KIND,
    NoteField.POINTS,
)
"""What a note made from a part of another, or from one of its wordings, has of it. Votes were given to the original."""


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note before it exists. `theme` None is 未分類; `table` None is a note without a table."""

    text: str
    theme: str | None = None
    kind: str | None = None
    table: int | None = None
    round: int | None = None
    points: tuple[str, ...] = ()
    votes: int = 0
    island: EntityId | None = None
    position: tuple[int, int] | None = None
    """Where on the board, for a note that is written there (see `board.Position`)."""

    def fields(self) -> dict[str, JsonValue]:
        """The payload of the creating edit, checked; raises InvalidInput."""
        island = None if self.island is None else bytes(self.island).hex()
        placed: dict[str, JsonValue] = {}
        if self.position is not None:
            placed[NoteField.POS] = position_json(*self.position, island)
        return checked_fields(
            placed
            | {
                NoteField.TEXT: self.text,
                NoteField.THEME: self.theme,
                NoteField.KIND: self.kind,
                NoteField.TABLE: self.table,
                NoteField.ROUND: self.round,
                NoteField.POINTS: list(self.points),
                NoteField.VOTES: self.votes,
                NoteField.ISLAND: island,
            }
        )


@value
class Note:
    """A note as shown. `void_reason` is not None exactly when it is voided; `conflicts` names fields."""

    note_id: EntityId
    number: str
    workshop_id: EntityId | None
    device_mark: str
    table: int | None
    round: int | None
    theme: str | None
    kind: str | None
    points: tuple[str, ...]
    text: str
    votes: int
    island_id: EntityId | None
    void_reason: str | None
    conflicts: tuple[str, ...]
    created_ms: int
    updated_ms: int

    @property
    def voided(self) -> bool:
        """True when the note was taken back with a reason."""
        return self.void_reason is not None


@dataclass(frozen=True, slots=True)
class Workshop:
    """One ward's workshop (会場・回). Counts are None while nobody has entered them."""

    workshop_id: EntityId
    agenda_id: str
    ward_id: str
    title: str
    date: str | None
    venue: str
    tables: int | None
    participants: int | None
    observers: int | None
    voters: int | None
    votes_per_person: int | None
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Island:
    """A group of notes (島) with its title sentence (表札); may stand inside another."""

    island_id: EntityId
    title: str
    theme: str | None
    workshop_id: EntityId | None
    parent_id: EntityId | None
    voided: bool = False
    votes: int = 0
    """Seals on the island and on its title; those on its notes are the notes'."""


@dataclass(frozen=True, slots=True)
class Device:
    """A laptop (端末) with its one-letter mark."""

    device_id: EntityId
    mark: str
    label: str
    workshop_id: EntityId | None


@dataclass(frozen=True, slots=True)
class ConflictValue:
    """One of the clashing values: which edit, when, by which session's station label.

    In a text-against-void conflict, `value` is {"void": reason} on the one side and the text on the other, and
    `fields` names what the edit changed that the void had not seen.
    """

    op_id: bytes
    value: JsonValue
    at_ms: int
    station: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field of an entity that two people set differently without knowing of each other.

    `before` is the value they started from, `before_ms` when that was written; both are None when they have
    no edit in common. `current` is the value shown now.
    """

    entity_id: EntityId
    entity_type: str
    field: str
    values: tuple[ConflictValue, ...]
    before: JsonValue = None
    before_ms: int | None = None
    current: JsonValue = None

    @property
    def conflict_id(self) -> str:
        """Text naming this conflict on the command line: entity id and field."""
        return f"{bytes(self.entity_id).hex()}:{self.field}"

    @property
    def is_note_text(self) -> bool:
        """True for two wordings of a note: only these can be rewritten or kept as two notes."""
        return (self.entity_type, self.field) == (EntityType.NOTE, NoteField.TEXT)

    def is_void(self, value: ConflictValue) -> bool:
        """True for the side that took the note back, in a text-against-void conflict."""
        return self.field == VOID_FIELD and not value.fields


def checked_fields(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Check note fields for range and type; raises InvalidInput with a sentence. Text is cleaned."""
    out = dict(fields)
    if NoteField.TEXT in out:
        out[NoteField.TEXT] = require_note_text(str(out[NoteField.TEXT]))
    _check_range(out, NoteField.TABLE, 1, MAX_TABLE, "テーブル番号")
    _check_range(out, NoteField.ROUND, 1, MAX_ROUND, "ラウンド")
    if NoteField.VOTES in out:
        _check_range(out, NoteField.VOTES, 0, MAX_VOTES, "票数")
    if type(out.get(NoteField.HOLD, False)) is not bool:
        raise ValueError("hold is true or false")
    return {str(key): value for key, value in out.items()}


def _check_range(fields: Mapping[str, JsonValue], key: str, low: int, high: int, name: str) -> None:
    value = fields.get(key)
    if value is not None and not (isinstance(value, int) and low <= value <= high):
        raise InvalidInput(
            f"{name}は {low} から {high:,} までの数で書いてください。今のデータは変わっていません。"
        )


def position_json(x: int, y: int, island: str | None) -> JsonValue:
    """A position as it stands in a payload; raises InvalidInput when it is too far out.

    It names the island it is relative to: whoever comes to stand in another one, by a merge say, has no place there yet.
    """
    if max(abs(x), abs(y)) > MAX_COORDINATE:
        raise InvalidInput("ボードの端です。何も変えていません。もう少し内側に置いてください。")
    return [x, y] if island is None else [x, y, island]
