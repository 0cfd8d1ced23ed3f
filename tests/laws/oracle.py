"""What a set of edits means, written from the specification and sharing nothing with workshop_app/domain/fold.py.

The oracle does not read the parents an edit carries. It remembers, for every edit ever made, what its author's file
held of that entity at that moment; who came before whom follows by reachability over these memories. Between
edits of which neither was made in knowledge of the other, nothing but (clock, name of the edit) decides, and only
about which value is shown first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Name = bytes
"""An edit's id as it stands in the file."""
QUIET = frozenset({"pos", "folded"})
"""Fields whose clashes are settled by the clock without asking anybody; they dispute no void either."""
VOID = "void"


def as_text(value: Any) -> str:
    """The one way to write a value as JSON: sorted keys, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Edit:
    """One edit as its author meant it; `after` is what the author's file held of the entity."""

    row: tuple[Any, ...]
    """Name, entity, kind, payload, parents, clock, session, number: as first written to a file."""
    after: frozenset[Name]
    targets: frozenset[Name] = frozenset()
    """The edits whose values a removal names."""
    unfit: bool = False
    """Holds what no other file may take in: it stays where it was made."""

    @property
    def name(self) -> Name:
        return self.row[0]

    @property
    def entity(self) -> bytes:
        return self.row[1]

    @property
    def kind(self) -> str:
        return self.row[2]

    @property
    def values(self) -> dict[str, Any]:
        return json.loads(self.row[3])

    @property
    def rank(self) -> tuple[int, Name]:
        return self.row[5], self.name


@dataclass(frozen=True)
class FieldView:
    """One field: the values nobody has replaced, the one shown last."""

    standing: tuple[str, ...]
    """As JSON, in ascending (clock, name); a value that was removed on request is not among them."""
    removed: bool
    """Nothing stands, and at least one value was removed on request."""

    @property
    def shown(self) -> Any:
        return None if self.removed else json.loads(self.standing[-1])

    @property
    def clash(self) -> bool:
        return len(set(self.standing)) > 1


@dataclass(frozen=True)
class View:
    """One entity as everybody who holds the same edits must see it."""

    type: str
    fields: Mapping[str, FieldView]
    voided: bool
    disputed: bool
    reason: str | None

    @property
    def conflicts(self) -> tuple[str, ...]:
        names = [name for name, seen in self.fields.items() if seen.clash and name not in QUIET]
        return tuple(sorted([*names, *([VOID] if self.disputed else [])]))

    def shown(self, name: str) -> Any:
        return self.fields[name].shown if name in self.fields else None


@dataclass
class History:
    """Every edit ever made, in any file."""

    edits: dict[Name, Edit] = field(default_factory=dict)
    moments: dict[bytes, frozenset[Name]] = field(default_factory=dict)
    """What the file held in which a moment was kept."""
    _before: dict[Name, frozenset[Name]] = field(default_factory=dict)

    def learn(self, edit: Edit) -> None:
        """Remember one edit."""
        self.edits[edit.name] = edit

    def before(self, name: Name) -> frozenset[Name]:
        """All edits its author knew of, by whatever way."""
        if name not in self._before:
            found: set[Name] = set()
            waiting = list(self.edits[name].after)
            while waiting:
                one = waiting.pop()
                if one not in found:
                    found.add(one)
                    waiting += self.edits[one].after
            self._before[name] = frozenset(found)
        return self._before[name]

    def of_entity(self, held: Iterable[Name], entity: bytes) -> list[Edit]:
        """The edits of one entity among those a file holds, in ascending (clock, name)."""
        mine = (self.edits[name] for name in held)
        return sorted((edit for edit in mine if edit.entity == entity), key=lambda edit: edit.rank)

    def entities(self, held: Iterable[Name], kind: str | None = None) -> list[bytes]:
        """The entities of a file, of one type or all, in the order of the history."""
        wanted = set(held)
        return list(
            dict.fromkeys(
                edit.entity
                for name, edit in self.edits.items()
                if name in wanted and kind in (None, edit.values.get("type"))
            )
        )

    def forked_sessions(self) -> set[bytes]:
        """Sessions that gave one number to two different edits."""
        used = Counter((edit.row[6], edit.row[7]) for edit in self.edits.values())
        return {session for (session, _), count in used.items() if count > 1}

    def fit(self, held: Iterable[Name]) -> set[Name]:
        """What of a file's edits another file takes in."""
        return {name for name in held if not self.edits[name].unfit}

    def removed(self, held: Iterable[Name]) -> dict[Name, set[str]]:
        """Which fields of which edits are to be gone from a file that holds these edits."""
        found: dict[Name, set[str]] = {}
        for name in held:
            edit = self.edits[name]
            for target in edit.targets:
                found.setdefault(target, set()).update(edit.values["fields"])
        return found

    def payload(self, name: Name, removed: Mapping[Name, set[str]]) -> str:
        """The payload as it must stand in a file with these removals: the very text, or with values taken out."""
        edit = self.edits[name]
        gone = removed.get(name, set()) & edit.values.keys()
        if all(edit.values[key] is None for key in gone):
            return edit.row[3]
        return as_text({key: None if key in gone else value for key, value in edit.values.items()})

    def view(self, held: Iterable[Name], entity: bytes) -> View:
        """What the edits of one entity add up to."""
        held = frozenset(held)
        removed = self.removed(held)
        edits = self.of_entity(held, entity)
        setters = [edit for edit in edits if edit.kind == "set"]
        names = dict.fromkeys(key for edit in setters for key in edit.values if key != "type")
        fields: dict[str, FieldView] = {}
        heads: set[Name] = set()
        for name in names:
            writers = [edit for edit in setters if name in edit.values]
            last = [edit for edit in writers if not any(edit.name in self.before(w.name) for w in writers)]
            if name not in QUIET:
                heads |= {edit.name for edit in last}
            standing = [as_text(edit.values[name]) for edit in last if name not in removed.get(edit.name, ())]
            fields[name] = FieldView(tuple(standing), removed=not standing)
        revoked = {name for edit in edits if edit.kind == "restore" for name in self.before(edit.name)}
        voids = [edit for edit in edits if edit.kind == "void" and edit.name not in revoked]
        covered = {name for edit in voids for name in self.before(edit.name)}
        voided = bool(voids) and heads <= covered
        reason = None
        if voided:
            last_void = voids[-1]
            gone = "reason" in removed.get(last_void.name, ())
            reason = "" if gone else last_void.values["reason"]
        types = [edit.values["type"] for edit in edits]
        return View(types[-1], fields, voided, bool(voids) and not voided, reason)
