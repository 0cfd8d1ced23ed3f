"""What the use cases need from the outside; storage, workbook and the tests' fakes provide it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.changes import Changes
from workshop_app.domain.fold import EntityState
from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.note import Conflict, Device, Island, Note, Workshop
from workshop_app.domain.op import JsonValue, Op, OpId


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
class ForeignOps:
    """What a verified file from outside brings: its edits, its sessions, and who it is."""

    file_name: str
    sha256: str
    ops: tuple[Op, ...]
    sessions: tuple[SessionRecord, ...]
    notes: int
    agenda_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What one union did, in notes; `rows_*` count edits. rows_in = rows_new + already known."""

    rows_in: int
    rows_new: int
    added: int
    updated: int
    voided: int
    conflicts: int
    clock_ahead: bool


class UnitOfWork(Protocol):
    """One open transaction. Leaving it normally commits; an exception rolls everything back."""

    def state(self, entity_id: EntityId) -> EntityState | None:
        """The folded entity, or None when no edit of it is known."""

    def append(
        self, entity_id: EntityId, kind: str, fields: Mapping[str, JsonValue], parents: Iterable[OpId]
    ) -> None:
        """Add one edit; clock, session and id are given by the store, the projections follow by the commit."""

    def new_id(self) -> EntityId:
        """A fresh entity id."""

    def next_running_number(self, prefix: str) -> int:
        """One more than the greatest running number given under this prefix in this file."""

    def set_local(self, context: LocalContext) -> None:
        """Say what this file is on this laptop."""

    def absorb(self, foreign: ForeignOps) -> Absorbed:
        """Take the union with another file's edits and fold what it touched."""

    def record_merge(
        self, at_ms: int, app_version: str, backup: str | None, sources: Sequence[Mapping[str, JsonValue]]
    ) -> None:
        """Write down one merge and the files it took."""

    @property
    def changes(self) -> Changes:
        """What was changed so far."""


class Workspace(Protocol):
    """One open workshop file (*.wsdb)."""

    @property
    def path(self) -> Path:
        """Where the file lies."""

    @property
    def local(self) -> LocalContext:
        """What this file is on this laptop."""

    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a write; raises StorageUnavailable when the disk refuses, then nothing was written."""

    def agenda(self) -> Agenda:
        """The agenda stored in this file."""

    def notes(self) -> list[Note]:
        """Every note, voided ones too, oldest first."""

    def note(self, note_id: EntityId) -> Note | None:
        """One note by its id."""

    def note_by_number(self, number: str) -> Note | None:
        """One note by its printed number; None when there is none, NotFound when two share it."""

    def workshops(self) -> list[Workshop]:
        """Every workshop, in no particular order."""

    def islands(self) -> list[Island]:
        """Every island, voided ones too."""

    def devices(self) -> list[Device]:
        """Every device."""

    def conflicts(self) -> list[Conflict]:
        """What needs a person, oldest first."""

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


class ReportSource(Workspace, Protocol):
    """A workspace that also knows its merge history."""

    def sources(self) -> Sequence[SourceInfo]:
        """Merged files, oldest first."""

    def next_output_number(self) -> int:
        """Take the next output number (0001 …) of this file; each export uses one."""
