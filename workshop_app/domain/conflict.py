"""Conflicts as a person is shown them: the clashing values, and the value they started from.

Pure functions over the edits of one entity. The line of edits of a field is the graph of the edits that set
it, an edge being a parent that set it too; that is the graph the fold takes its heads from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workshop_app.domain.clock import stamp_ms
from workshop_app.domain.fold import (
    QUIET_FIELDS,
    TYPE_KEY,
    VOID_FIELD,
    EntityState,
    Head,
    fold,
    masked_fields,
    value_key,
)
from workshop_app.domain.note import Conflict, ConflictValue, NoteField
from workshop_app.domain.op import JsonValue, Op, OpId, OpKind

UNKNOWN_STATION = "不明"

Stations = Mapping[bytes, str]
"""Station label by session; a session nobody knows is 不明."""


class FieldHistory:
    """The edits of one field of one entity: who set it, from what."""

    def __init__(self, ops: Iterable[Op], name: str) -> None:
        everything = list(ops)
        payloads = {op.op_id: op.fields() for op in everything}
        masked = masked_fields(everything, payloads)
        self._writers = {
            op.op_id: op for op in everything if op.kind == OpKind.SET and name in payloads[op.op_id]
        }
        self._heads = {
            op_id: Head(
                op_id,
                None if (op_id, name) in masked else payloads[op_id][name],
                op.hlc,
                op.session,
                (op_id, name) in masked,
            )
            for op_id, op in self._writers.items()
        }

    def writers(self) -> frozenset[OpId]:
        """Every edit that sets this field."""
        return frozenset(self._writers)

    def value_at(self, op_id: OpId) -> Head:
        """The value as of one of the edits that set it."""
        return self._heads[op_id]

    def parents(self, op_id: OpId) -> tuple[OpId, ...]:
        """What an edit replaced of this field."""
        return tuple(parent for parent in self._writers[op_id].parents if parent in self._writers)

    def line(self, starts: Iterable[OpId]) -> set[OpId]:
        """The given edits and all they came from."""
        seen: set[OpId] = set()
        waiting = [op_id for op_id in starts if op_id in self._writers]
        while waiting:
            op_id = waiting.pop()
            if op_id not in seen:
                seen.add(op_id)
                waiting += self.parents(op_id)
        return seen

    def nearest_common(self, lines: Iterable[Iterable[OpId]]) -> Head | None:
        """The nearest edit that all the given lines of edits have in common; None when there is none.

        Where histories cross there may be several that are equally near; then the greatest (clock, op id).
        """
        sets = [self.line(starts) for starts in lines]
        common = set.intersection(*sets) if sets else set()
        behind = self.line(parent for op_id in common for parent in self.parents(op_id))
        nearest = [self._heads[op_id] for op_id in common - behind]
        return max(nearest, key=lambda head: (head.hlc, head.op_id), default=None)


def open_conflict(ops: Sequence[Op], state: EntityState, name: str, stations: Stations) -> Conflict:
    """One of `state.conflicts` with all its values in ascending (clock, op id); `ops` are those of the state."""
    if name == VOID_FIELD:
        return _void_conflict(ops, state, stations)
    heads = state.fields[name].distinct
    history = FieldHistory(ops, name)
    before = history.nearest_common([head.op_id] for head in state.fields[name].heads)
    return _conflict(state, name, [_value(head, stations) for head in heads], before)


def settled_conflicts(ops: Sequence[Op], stations: Stations) -> list[Conflict]:
    """What clashed in one entity and has been settled: per field the last time, with the values of that time.

    After a third wording `current` is none of them. Voids are not listed: a voided note is restored where
    notes are.
    """
    state = fold(ops)
    found = []
    for name in sorted(state.fields.keys() - QUIET_FIELDS - {TYPE_KEY}):
        if state.fields[name].in_conflict:
            continue
        history = FieldHistory(ops, name)
        now = history.line(head.op_id for head in state.fields[name].heads)
        settlings = [
            history.value_at(op_id) for op_id in now if len(_distinct(history, history.parents(op_id))) > 1
        ]
        if settlings:
            last = max(settlings, key=lambda head: (head.hlc, head.op_id))
            parents = history.parents(last.op_id)
            values = [_value(head, stations) for head in _distinct(history, parents)]
            before = history.nearest_common([parent] for parent in parents)
            found.append(_conflict(state, name, values, before))
    return found


def _distinct(history: FieldHistory, op_ids: Iterable[OpId]) -> list[Head]:
    """One head per distinct value, those removed on request left out, in ascending (clock, op id)."""
    ordered = sorted((history.value_at(op_id) for op_id in op_ids), key=lambda head: (head.hlc, head.op_id))
    seen = {value_key(head.value): head for head in ordered if not head.redacted}
    return sorted(seen.values(), key=lambda head: (head.hlc, head.op_id))


def _void_conflict(ops: Sequence[Op], state: EntityState, stations: Stations) -> Conflict:
    """The voids on the one side; on the other each edit they had not seen, as the text it left."""
    values = [
        ConflictValue(
            mark.op_id,
            {"void": mark.reason},
            stamp_ms(mark.hlc),
            stations.get(mark.session, UNKNOWN_STATION),
        )
        for mark in state.voids
    ]
    shown = state.get(NoteField.TEXT)
    edits: dict[OpId, list[str]] = {}
    for name, field in state.fields.items():
        for head in field.heads:
            if head.op_id in state.uncovered:
                edits.setdefault(head.op_id, []).append(name)
    by_id = {op.op_id: op for op in ops}
    history = FieldHistory(ops, NoteField.TEXT)
    for op_id in sorted(edits, key=lambda op_id: (by_id[op_id].hlc, op_id)):
        op = by_id[op_id]
        text = history.value_at(op_id).value if NoteField.TEXT in edits[op_id] else shown
        station = stations.get(op.session, UNKNOWN_STATION)
        values.append(ConflictValue(op_id, text, stamp_ms(op.hlc), station, tuple(sorted(edits[op_id]))))
    covered = [op_id for mark in state.voids for op_id in mark.covers]
    text_field = state.fields.get(NoteField.TEXT)
    heads = [] if text_field is None else [head.op_id for head in text_field.heads]
    return _conflict(state, VOID_FIELD, values, history.nearest_common([covered, heads]))


def _value(head: Head, stations: Stations) -> ConflictValue:
    station = stations.get(head.session, UNKNOWN_STATION)
    return ConflictValue(head.op_id, head.value, stamp_ms(head.hlc), station)


def _conflict(
    state: EntityState, name: str, values: Sequence[ConflictValue], before: Head | None
) -> Conflict:
    known = before is not None and not before.redacted
    value: JsonValue = before.value if before is not None and known else None
    at_ms = stamp_ms(before.hlc) if before is not None and known else None
    current = state.get(NoteField.TEXT if name == VOID_FIELD else name)
    return Conflict(state.entity_id, state.type, name, tuple(values), value, at_ms, current)


def text_edits(ops: Iterable[Op]) -> list[OpId]:
    """Every edit that sets the text of a note: what a removal on request has to name."""
    return sorted(FieldHistory(ops, NoteField.TEXT).writers())
