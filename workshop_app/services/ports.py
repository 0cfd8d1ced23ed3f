"""What the use cases need from the outside; storage, workbook and the tests' fakes provide it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workshop_app.domain.agenda import Agenda

from workshop_app.domain.changes import Changes
from workshop_app.domain.fold import EntityState
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict, Device, Island, Note, Workshop
from workshop_app.domain.op import JsonValue, OpId


@dataclass(frozen=True, slots=True)
class LocalContext:
    """What this file is on this laptop; never merged. All None in a merged file of the secretariat."""

    workshop_id: EntityId | None
    device_id: EntityId | None
    device_mark: str
    practice: bool = False


class UnitOfWork(Protocol):
    """One open transaction. Leaving it normally commits; an exception rolls everything back."""

    def state(self, entity_id: EntityId) -> EntityState | None:
        """The folded entity, or None when no edit of it is known."""

    def append(
        self, entity_id: EntityId, kind: str, fields: Mapping[str, JsonValue], parents: Iterable[OpId]
    ) -> None:
        """Add one edit; its clock, session and id are given by the store, the projections follow at once."""

    def new_id(self) -> EntityId:
        """A fresh entity id."""

    def next_running_number(self, prefix: str) -> int:
        """One more than the greatest running number given under this prefix in this file."""

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
