"""What one action changed: the only thing that travels from a service to the views."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_app.domain.ids import EntityId


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of entities that appeared, changed, or are to be read again as a whole. Additive with `|`."""

    added: frozenset[EntityId] = frozenset()
    updated: frozenset[EntityId] = frozenset()

    def __or__(self, other: Changes) -> Changes:
        added = self.added | other.added
        return Changes(added, (self.updated | other.updated) - added)

    def __bool__(self) -> bool:
        return bool(self.added or self.updated)
