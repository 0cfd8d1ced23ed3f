"""One transaction over the op log: append edits, take a union, and keep the projections in step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Integer, cast, func, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from workshop_app.domain.changes import Changes
from workshop_app.domain.clock import HybridClock
from workshop_app.domain.fold import EntityState, fold
from workshop_app.domain.ids import EntityId, format_id, new_entity_id
from workshop_app.domain.op import JsonValue, Op, OpId, OpKind, OpSet, chain_next, make_op
from workshop_app.services.ports import LocalContext, SessionRecord
from workshop_app.storage import op_store, redaction, tables
from workshop_app.storage.projections import project

MANIFEST = "manifest"
"""Local value: count and digest of the op set (`OpSet.manifest`), written with the edits it counts."""

_MOST_DIGITS = 9


@dataclass(slots=True)
class SessionState:
    """The running session of this program start, as it goes into the file with its first edit."""

    record: SessionRecord


class SqlUnitOfWork:
    """Implements `services.ports.UnitOfWork` on an open write transaction."""

    def __init__(self, connection: Connection, clock: HybridClock, session: SessionState) -> None:
        self._connection = connection
        self._clock = clock
        self._session = session
        self._running: dict[str, int] = {}
        self._ops: dict[EntityId, list[Op]] = {}
        self._unwritten: list[Op] = []
        self._dirty: dict[EntityId, None] = {}
        self._redacted: set[bytes] = set()
        self._added: set[EntityId] = set()
        self._updated: set[EntityId] = set()
        self.new_session = replace(session.record)

    @property
    def changes(self) -> Changes:
        """What was changed so far."""
        return Changes(frozenset(self._added), frozenset(self._updated - self._added))

    def new_id(self) -> EntityId:
        """A fresh entity id; nothing needs to be read to know that it has no edits."""
        entity_id = new_entity_id(self._clock.wall_ms())
        self._ops[entity_id] = []
        return entity_id

    def read_ahead(self, entity_ids: Iterable[EntityId]) -> None:
        """Read the edits of many entities at once, so that `state` of each asks the file nothing more."""
        wanted = {entity_id for entity_id in entity_ids if entity_id not in self._ops}
        self._ops |= {entity_id: [] for entity_id in wanted}
        for ops in op_store.ops_of_many(self._connection, wanted):
            self._ops[ops[0].entity_id] = ops

    def state(self, entity_id: EntityId) -> EntityState | None:
        """The folded entity, or None when no edit of it is known."""
        known = self._load(entity_id)
        return fold(known) if known else None

    def ops(self, entity_id: EntityId) -> list[Op]:
        """Every known edit of one entity, those of this transaction too."""
        return list(self._load(entity_id))

    def append(
        self, entity_id: EntityId, kind: str, fields: Mapping[str, JsonValue], parents: Iterable[OpId]
    ) -> None:
        """Add one edit; log and projections are written before the commit, all at once."""
        before = self._load(entity_id)
        record = self.new_session
        op = make_op(entity_id, kind, fields, parents, self._clock.now(), record.session, record.op_count + 1)
        self._unwritten.append(op)
        self.new_session = replace(
            record, op_count=record.op_count + 1, chain_head=chain_next(record.chain_head, op.op_id)
        )
        (self._updated if before else self._added).add(entity_id)
        before.append(op)
        self._dirty[entity_id] = None
        if kind == OpKind.REDACT:
            self._redacted.add(bytes(entity_id))

    def seen(self) -> dict[str, int]:
        """For each session, in hexadecimal, the last of its edits that is in this file, those made here too."""
        op = tables.op
        query = select(op.c.session, func.max(op.c.seq)).group_by(op.c.session)
        found = {session.hex(): last for session, last in self._connection.execute(query)}
        if self._unwritten:
            found[self.new_session.session.hex()] = self.new_session.op_count
        return found

    def next_running_number(self, prefix: str) -> int:
        """One more than the greatest running number under this prefix; counted once a transaction."""
        if prefix not in self._running:
            column = tables.note.c.number
            tail = func.substr(column, len(prefix) + 1)
            query = select(func.max(cast(tail, Integer))).where(
                column > prefix,
                column < prefix + "\U0010ffff",
                tail.op("NOT GLOB")("*[^0-9]*"),
                # A made-up number of many digits from outside must not use up the numbers there are.
                func.length(tail) <= _MOST_DIGITS,
            )
            self._running[prefix] = self._connection.execute(query).scalar() or 0
        self._running[prefix] += 1
        return self._running[prefix]

    def set_local(self, context: LocalContext) -> None:
        """Say what this file is on this laptop."""
        values = {
            "workshop": "" if context.workshop_id is None else format_id(context.workshop_id),
            "device": "" if context.device_id is None else format_id(context.device_id),
            "device_mark": context.device_mark,
            "station": context.station,
            "practice": "1" if context.practice else "",
        }
        for key, value in values.items():
            write_local(self._connection, key, value)
        self.new_session = replace(self.new_session, station=context.station)

    def finish(self) -> None:
        """Write projections, clock and session in the same transaction as the edits that used them."""
        self._write_ops()
        for entity_id in self._redacted:
            redaction.reapply(self._connection, "(SELECT ? AS entity_id)", (entity_id,))
        project(self._connection, (fold(self._load(entity_id)) for entity_id in self._dirty))
        write_local(self._connection, "clock", str(self._clock.last))
        if self.new_session.op_count > self._session.record.op_count:
            self._write_session()

    def _write_ops(self) -> None:
        """Put the edits made here into the log: one statement for all of them."""
        if self._unwritten:
            op_store.insert_own_ops(self._connection, self._unwritten)
            known = OpSet.from_manifest(read_local(self._connection).get(MANIFEST, ""))
            for op in self._unwritten:
                known.add(op.op_id)
            write_local(self._connection, MANIFEST, known.manifest())

    def _load(self, entity_id: EntityId) -> list[Op]:
        if entity_id not in self._ops:
            self._ops[entity_id] = op_store.ops_of(self._connection, entity_id)
        return self._ops[entity_id]

    def _write_session(self) -> None:
        """Our own session's row after these edits; a copy of this running program may have made more."""
        values = session_values(self.new_session)
        insert_row = sqlite_insert(tables.session).values(values)
        rest = {name: value for name, value in values.items() if name != "session"}
        fewer = tables.session.c.op_count < self.new_session.op_count
        self._connection.execute(
            insert_row.on_conflict_do_update(index_elements=["session"], set_=rest, where=fewer)
        )


def write_local(connection: Connection, key: str, value: str) -> None:
    """Set one local value."""
    statement = sqlite_insert(tables.local).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def read_local(connection: Connection) -> dict[str, str]:
    """All local values."""
    return {row.key: row.value for row in connection.execute(select(tables.local))}


def session_values(record: SessionRecord) -> dict[str, JsonValue]:
    """The column values of a session row."""
    return {
        "session": bytes(record.session),
        "station": record.station,
        "machine": record.machine,
        "app_version": record.app_version,
        "opened_at_ms": record.opened_at_ms,
        "tz": record.tz,
        "op_count": record.op_count,
        "chain_head": record.chain_head,
    }
