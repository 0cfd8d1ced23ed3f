"""What the use cases need from the outside; storage, workbook and the tests' fakes provide it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import Board, Moment, Scope
from workshop_app.domain.changes import Changes
from workshop_app.domain.fold import EntityState
from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.note import Conflict, Device, Island, Note, Workshop
from workshop_app.domain.op import JsonValue, Op, OpId, OpSet


class Place(StrEnum):
    """Where a path lies; SQLite writes on LOCAL only."""

    LOCAL = "local"
    NETWORK = "network"
    REMOVABLE = "removable"
    SHARED = "shared"
    """Inside a shared folder of this program (`share`), wherever that is."""


@dataclass(frozen=True, slots=True)
class LocalCopy:
    """A local file to work in instead of one that lies elsewhere, and what the person should know of it."""

    path: Path
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalContext:
    """What this file is on this laptop; never merged. All None in a merged file of the secretariat."""

    workshop_id: EntityId | None
    device_id: EntityId | None
    device_mark: str
    station: str = ""
    practice: bool = False


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One start of the program on one laptop, as it stands in every file that has its edits."""

    session: SessionId
    station: str
    machine: str
    app_version: str
    opened_at_ms: int
    tz: str
    op_count: int = 0
    chain_head: bytes = b""


@dataclass(frozen=True, slots=True)
class TableCount:
    """A number of notes at one table of one workshop; `table` None is notes without a table."""

    workshop: str
    """The workshop's id in hexadecimal, '' when the note names none."""
    table: int | None
    count: int


@dataclass(frozen=True, slots=True)
class VoteCount:
    """Seals on the notes, or on the islands, of one table of one workshop."""

    workshop_id: EntityId | None
    table: int | None
    votes: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record that was left out: its id in hexadecimal ('' when unreadable), why, and what stands in it."""

    op_id: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """A file from outside, verified on a private copy, and what it says of itself.

    `copy` holds the tables op and session and nobody else can change it; it is gone when the folder of the
    verification is. rows_in counts its edits, those left out included.
    """

    file_name: str
    copy: Path
    sha256: str
    rows_in: int
    notes: int
    agenda_ids: frozenset[str]
    tables: tuple[TableCount, ...]
    newest_ms: int
    modified_ms: int
    practice: bool | None = None
    """Whether a workshop in it is one for practice; None when it names no workshop."""
    unusual: tuple[str, ...] = ()
    """Entities (ids in hexadecimal) that are more than a note with one ordinary birth edit."""
    quarantined: tuple[Quarantined, ...] = ()
    lost: int = 0
    """Records on pages that cannot be read any more (salvage only)."""
    salvaged: bool = False


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What the union did with one source, in notes; `rows_new` counts edits.

    rows_in of the file = rows_new + already known + quarantined.
    """

    rows_new: int
    added: tuple[TableCount, ...]
    updated: int
    voided: int
    conflicts: int
    forked_stations: tuple[str, ...] = ()


@dataclass(slots=True)
class UnionResult:
    """What a union did; one `Absorbed` per source in the order given."""

    absorbed: list[Absorbed] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    ops: OpSet = field(default_factory=OpSet)
    """The edits that were new."""
    clashing_numbers: tuple[str, ...] = ()
    """Note numbers that two notes share now and did not before."""


@dataclass(frozen=True, slots=True)
class MergedSource:
    """One source in the history of a merge."""

    file: VerifiedFile
    rows_new: int


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """What is kept of one merge in the target, for the receipt and for taking it back."""

    at_ms: int
    app_version: str
    backup: str | None
    sources: tuple[MergedSource, ...]
    receipt: Callable[[int, str], JsonValue]
    """Makes the receipt once the run's number and the manifest after it are known."""


class Watch(Protocol):
    """Follows long work: told how far it is, and asked whether to stop."""

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        """Say what is being done; `of` 0 means that the length is not known. Raises Cancelled to stop."""

    def check(self) -> None:
        """Raise Cancelled when the person wants to stop."""


class UnitOfWork(Protocol):
    """One open transaction. Leaving it normally commits; an exception rolls everything back."""

    def read_ahead(self, entity_ids: Iterable[EntityId]) -> None:
        """Read the edits of many entities at once, so that `state` of each is quick."""

    def state(self, entity_id: EntityId) -> EntityState | None:
        """The folded entity, or None when no edit of it is known."""

    def ops(self, entity_id: EntityId) -> list[Op]:
        """Every known edit of one entity, those of this transaction too."""

    def append(
        self, entity_id: EntityId, kind: str, fields: Mapping[str, JsonValue], parents: Iterable[OpId]
    ) -> None:
        """Add one edit; clock, session and id are given by the store, the projections follow by the commit."""

    def new_id(self) -> EntityId:
        """A fresh entity id."""

    def seen(self) -> dict[str, int]:
        """For each session, in hexadecimal, the last of its edits that is in this file."""

    def next_running_number(self, prefix: str) -> int:
        """One more than the greatest running number given under this prefix in this file."""

    def set_local(self, context: LocalContext) -> None:
        """Say what this file is on this laptop."""

    @property
    def changes(self) -> Changes:
        """What was changed so far."""


class Neighbours(Protocol):
    """The other programs that have the same file open."""

    def wait_at_most(self, ms: int) -> None:
        """From now on a call that finds the file taken raises FileBusy after so long."""

    def changes(self) -> frozenset[EntityId] | None:
        """What others wrote to since this was last asked; None when everything may be different. Cheap."""


class Workspace(Protocol):
    """One open workshop file (*.wsdb)."""

    @property
    def path(self) -> Path:
        """Where the file lies."""

    @property
    def local(self) -> LocalContext:
        """What this file is on this laptop."""

    @property
    def neighbours(self) -> Neighbours:
        """The other programs that have it open."""

    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a write; raises StorageUnavailable when the disk refuses, then nothing was written."""

    def agenda(self) -> Agenda:
        """The agenda stored in this file."""

    def notes(self) -> list[Note]:
        """Every note, voided ones too, oldest first."""

    def note(self, note_id: EntityId) -> Note | None:
        """One note by its id."""

    def notes_by_ids(self, note_ids: Iterable[EntityId]) -> list[Note]:
        """The notes among these ids, oldest first; ids of other entities are left out."""

    def note_counts(self) -> tuple[int, int]:
        """All notes, and those among them that are voided."""

    def note_by_number(self, number: str) -> Note | None:
        """One note by its printed number; None when there is none, NotFound when two share it."""

    def workshops(self) -> list[Workshop]:
        """Every workshop, in no particular order."""

    def islands(self) -> list[Island]:
        """Every island, voided ones too."""

    def devices(self) -> list[Device]:
        """Every device."""

    def board(
        self,
        scope: Scope,
        moment_id: EntityId | None = None,
        *,
        only: Collection[EntityId] | None = None,
    ) -> Board:
        """Everything on the board of this scope, as it is now or as it was at a moment; raises NotFound.

        With `only`, of the notes as they are now just those among these ids; everything else whole.
        """

    def moments(self) -> list[Moment]:
        """Every moment that was kept, oldest first."""

    def vote_counts(self) -> list[VoteCount]:
        """The seals given, by workshop and table; of one table there may be several counts."""

    def conflicts(self) -> list[Conflict]:
        """What needs a person, oldest first."""

    def settled_conflicts(self) -> list[Conflict]:
        """What clashed and was settled, oldest first; looks through the whole file."""

    def load_draft(self) -> str:
        """Half-written text kept from the last time, or ''."""

    def save_draft(self, text: str) -> None:
        """Keep half-written text; '' forgets it."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One file that was merged into this one, for 出力情報 and the receipt."""

    file_name: str
    sha256: str
    merged_at_ms: int
    rows_in: int
    rows_new: int
    notes: int
    quarantined: int


class ReportSource(Workspace, Protocol):
    """A workspace that also knows its merge history."""

    def sources(self) -> Sequence[SourceInfo]:
        """Merged files, oldest first."""

    def next_output_number(self) -> int:
        """Take the next output number (0001 …) of this file; each export uses one."""
