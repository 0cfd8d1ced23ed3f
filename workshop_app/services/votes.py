"""Seals (票): giving them to a note or an island, and whether more were given than there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import EntityState
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import MAX_VOTES, EntityType, NoteField, checked_fields
from workshop_app.services.edits import append_changes, existing
from workshop_app.services.ports import UnitOfWork, Workspace


@dataclass(frozen=True, slots=True)
class VoteTally:
    """The seals of one workshop against those there are: voters × votes per person (持ち票)."""

    workshop_id: EntityId | None
    total: int
    by_table: Mapping[int | None, int]
    voters: int | None
    votes_per_person: int | None

    @property
    def limit(self) -> int | None:
        """How many seals were handed out; None while nobody has entered both numbers."""
        if self.voters is None or self.votes_per_person is None:
            return None
        return self.voters * self.votes_per_person

    @property
    def over(self) -> int:
        """So many more were counted than handed out; 0 when it fits or is not known."""
        return 0 if self.limit is None else max(0, self.total - self.limit)


def add_votes(workspace: Workspace, entity_id: EntityId, count: int = 1) -> Changes:
    """Give so many seals to a note or island, or take some off; never below none, then nothing is written.

    To undo: the same with the opposite sign. Raises NotFound, and InvalidInput when its count clashes.
    """
    with workspace.transaction() as uow:
        state = _countable(uow, entity_id)
        now = state.get(NoteField.VOTES, 0)
        _write(uow, state, max(0, now + count))
        return uow.changes


def set_votes(workspace: Workspace, entity_id: EntityId, votes: int) -> Changes:
    """Write how many seals a note or island has."""
    with workspace.transaction() as uow:
        _write(uow, _countable(uow, entity_id), votes)
        return uow.changes


def vote_tallies(workspace: Workspace) -> list[VoteTally]:
    """Every workshop's seals, on notes and on islands; those of no known workshop last."""
    by_workshop: dict[EntityId | None, Counter[int | None]] = {}
    for line in workspace.vote_counts():
        by_workshop.setdefault(line.workshop_id, Counter())[line.table] += line.votes
    tallies = []
    for workshop in workspace.workshops():
        tables = by_workshop.pop(workshop.workshop_id, Counter())
        tallies.append(
            VoteTally(
                workshop.workshop_id, tables.total(), tables, workshop.voters, workshop.votes_per_person
            )
        )
    return tallies + [
        VoteTally(workshop_id, tables.total(), tables, None, None)
        for workshop_id, tables in by_workshop.items()
    ]


def _countable(uow: UnitOfWork, entity_id: EntityId) -> EntityState:
    state = existing(uow, entity_id, EntityType.NOTE, EntityType.ISLAND)
    if state.voided:
        raise InvalidInput("これは取り消されています。票はそのままです。先に「戻す」を押してください。")
    if NoteField.VOTES in state.conflicts:
        raise InvalidInput(
            "この票の数は、端末によって違っています。どれも残っています。「整理」で決めてから数えてください。"
        )
    return state


def _write(uow: UnitOfWork, state: EntityState, votes: int) -> None:
    if votes > MAX_VOTES or votes != state.get(NoteField.VOTES, 0):
        append_changes(uow, state, checked_fields({NoteField.VOTES: votes}))
