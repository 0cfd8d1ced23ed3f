"""What one action changed: the only thing that travels from a service to the views."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_app.domain.ids import EntityId


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of entities that appeared or changed; with `everything` too many to name. Additive with `|`."""

    added: frozenset[EntityId] = frozenset()
    updated: frozenset[EntityId] = frozenset()
    everything: bool = False
    """Whatever is shown is to be read again."""

    def __or__(self, other: Changes) -> Changes:
        added = self.added | other.added
        return Changes(added, (self.updated | other.updated) - added, self.everything or other.everything)

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.everything)
