"""The fold: from the set of edits of one entity to what is shown.

Pure and order-free: the result depends on the set only. Per field the heads are the edits that no other edit
of that field names as parent. One distinct value among them is the value; several are a conflict, and the
value shown meanwhile is that of the greatest (clock, op id). A void covers only the heads its author saw.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workshop_app.domain.ids import EntityId, SessionId
from workshop_app.domain.op import JsonValue, Op, OpId, OpKind

TYPE_KEY = "type"
"""Payload key naming the kind of entity; every op carries it, so that any op alone can be placed."""
VOID_FIELD = "void"
"""Name under which 'voided by one, edited by another' is listed among the conflicts."""
REDACTABLE = (OpKind.SET, OpKind.VOID)
"""Kinds of edit that hold somebody's words; a redaction can take out nothing else, another redaction least of all."""
QUIET_FIELDS = frozenset({"pos", "folded"})
"""Fields about which nobody is asked: where something lies on the board and whether an island is folded. Of several
heads the greatest (clock, op id) is shown, as with any field, and that is all."""


@dataclass(frozen=True, slots=True)
class Head:
    """One current value of a field and where it came from."""

    op_id: OpId
    value: JsonValue
    hlc: int
    session: SessionId
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field after folding. `heads` is in ascending (clock, op id); the last that still has its value is shown."""

    heads: tuple[Head, ...]

    @property
    def value(self) -> JsonValue:
        """The value shown; one that was removed on request hides no other."""
        return next((head.value for head in reversed(self.heads) if not head.redacted), None)

    @property
    def redacted(self) -> bool:
        """True when nothing is left to show because it was removed on request."""
        return all(head.redacted for head in self.heads)

    @property
    def distinct(self) -> tuple[Head, ...]:
        """One head per distinct value; more than one is a conflict. Redacted heads do not clash."""
        seen: dict[str, Head] = {}
        for head in self.heads:
            if not head.redacted:
                seen[value_key(head.value)] = head
        return tuple(sorted(seen.values(), key=_rank)) or (self.heads[-1],)

    @property
    def in_conflict(self) -> bool:
        """True when two people gave different values without knowing of each other."""
        return len(self.heads) > 1 and len(self.distinct) > 1


@dataclass(frozen=True, slots=True)
class VoidMark:
    """A void that nobody has revoked."""

    op_id: OpId
    reason: str
    hlc: int
    session: SessionId
    covers: frozenset[OpId]


@dataclass(frozen=True, slots=True)
class EntityState:
    """One entity, folded."""

    entity_id: EntityId
    type: str
    fields: Mapping[str, FieldState]
    voids: tuple[VoidMark, ...] = ()
    created_hlc: int = 0
    updated_hlc: int = 0
    retyped: bool = False
    """True when edits of other versions of the program call it different things; the newest one holds."""
    missing_parents: frozenset[OpId] = field(default_factory=frozenset)

    @property
    def head_ids(self) -> frozenset[OpId]:
        """Every edit that currently speaks for some field: what a void must name."""
        return frozenset(head.op_id for state in self.fields.values() for head in state.heads)

    @property
    def uncovered(self) -> frozenset[OpId]:
        """The current heads that no live void has seen. Who only moved a note on the board says nothing against a void."""
        speaking = (state for name, state in self.fields.items() if name not in QUIET_FIELDS)
        heads = frozenset(head.op_id for state in speaking for head in state.heads)
        return heads.difference(*(mark.covers for mark in self.voids))

    @property
    def voided(self) -> bool:
        """True when every current head is covered by a live void."""
        return bool(self.voids) and not self.uncovered

    @property
    def void_disputed(self) -> bool:
        """True when it was voided by one and edited by another who did not know."""
        return bool(self.voids) and not self.voided

    @property
    def void_reason(self) -> str | None:
        """The reason shown for a voided entity, else None."""
        return self.voids[-1].reason if self.voided else None

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Names of the fields that need a person, in alphabetical order."""
        names = [
            name for name, state in self.fields.items() if state.in_conflict and name not in QUIET_FIELDS
        ]
        if self.void_disputed:
            names.append(VOID_FIELD)
        return tuple(sorted(names))

    def get(self, name: str, default: JsonValue = None) -> JsonValue:
        """The shown value of a field, or the default when nobody ever set it."""
        state = self.fields.get(name)
        return default if state is None or state.value is None else state.value


def value_key(value: JsonValue) -> str:
    """Text that two values share exactly when they are the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _rank(item: Head | VoidMark) -> tuple[int, OpId]:
    return item.hlc, item.op_id


def fold(ops: Iterable[Op]) -> EntityState:
    """Fold all known ops of one entity; raises ValueError when there is none or they name two entities."""
    by_id = {op.op_id: op for op in ops}
    if not by_id:
        raise ValueError("nothing to fold")
    everything = sorted(by_id.values(), key=lambda op: (op.hlc, op.op_id))
    entity_id = everything[0].entity_id
    if any(op.entity_id != entity_id for op in everything):
        raise ValueError("ops of several entities")

    payloads = {op.op_id: op.fields() for op in everything}
    masked = masked_fields(everything, payloads)
    setters: dict[str, list[Op]] = {}
    for op in everything:
        if op.kind == OpKind.SET:
            for name in payloads[op.op_id]:
                if name != TYPE_KEY:
                    setters.setdefault(name, []).append(op)

    fields: dict[str, FieldState] = {}
    for name, writers in setters.items():
        replaced = {parent for op in writers for parent in op.parents}
        heads = tuple(
            _head(op, name, payloads[op.op_id], masked) for op in writers if op.op_id not in replaced
        )
        fields[name] = FieldState(tuple(sorted(heads, key=_rank)))

    types = [payloads[op.op_id].get(TYPE_KEY) for op in everything]
    known_types = [value for value in types if isinstance(value, str)]
    edits = [op for op in everything if op.kind in (OpKind.SET, OpKind.VOID, OpKind.RESTORE)]
    return EntityState(
        entity_id=entity_id,
        type=known_types[-1] if known_types else "",
        fields=fields,
        voids=_live_voids(everything, payloads, masked),
        created_hlc=everything[0].hlc,
        updated_hlc=max((op.hlc for op in edits), default=everything[-1].hlc),
        retyped=len(set(known_types)) > 1,
        missing_parents=frozenset(p for op in everything for p in op.parents if p not in by_id),
    )


def _head(op: Op, name: str, payload: Mapping[str, JsonValue], masked: set[tuple[OpId, str]]) -> Head:
    if (op.op_id, name) in masked:
        return Head(op.op_id, None, op.hlc, op.session, redacted=True)
    return Head(op.op_id, payload[name], op.hlc, op.session)


def masked_fields(
    ops: Iterable[Op], payloads: Mapping[OpId, Mapping[str, JsonValue]]
) -> set[tuple[OpId, str]]:
    """Which (op, field) pairs were removed on request; a redaction wins whatever the order."""
    masked: set[tuple[OpId, str]] = set()
    for op in ops:
        if op.kind == OpKind.REDACT:
            for name in redacted_names(payloads[op.op_id]):
                masked.update((target, name) for target in op.parents)
    return masked


def redacted_names(payload: Mapping[str, JsonValue]) -> frozenset[str]:
    """The fields that a redaction takes out. What type an entity is of is nobody's words, and stays."""
    names = payload.get("fields")
    return frozenset(map(str, names)) - {TYPE_KEY} if isinstance(names, list) else frozenset()


def _live_voids(
    ops: Iterable[Op],
    payloads: Mapping[OpId, Mapping[str, JsonValue]],
    masked: set[tuple[OpId, str]],
) -> tuple[VoidMark, ...]:
    listed = list(ops)
    revoked = {parent for op in listed if op.kind == OpKind.RESTORE for parent in op.parents}
    marks = (
        VoidMark(
            op.op_id,
            "" if (op.op_id, "reason") in masked else str(payloads[op.op_id].get("reason") or ""),
            op.hlc,
            op.session,
            frozenset(op.parents),
        )
        for op in listed
        if op.kind == OpKind.VOID and op.op_id not in revoked
    )
    return tuple(sorted(marks, key=_rank))
