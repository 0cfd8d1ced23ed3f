"""The board as it is now, or as it was at a moment.

A moment names the edits that belong to it; whatever has later ones is folded again without them, everything else is
read from its row. Redactions hold at every moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, func, select

from workshop_app.domain.board import (
    Arrow,
    Board,
    BoardIsland,
    BoardNote,
    Moment,
    Relation,
    SameMeaning,
    Scope,
    living_parents,
)
from workshop_app.domain.errors import NotFound
from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId
from workshop_app.domain.numbering import citation
from workshop_app.domain.op import OpKind
from workshop_app.services.ports import VoteCount
from workshop_app.storage import op_store, tables
from workshop_app.storage.engine import driver
from workshop_app.storage.projections import (
    row_of_state,
    row_to_board_island,
    row_to_board_note,
    row_to_moment,
)

_RELATIONS = {str(relation): relation for relation in Relation}
_SHARED_NUMBERS = "SELECT number FROM note GROUP BY number HAVING count(*) > 1"
_BOARD_TABLES = (tables.note, tables.island, tables.arrow, tables.same_meaning)
_ROWS = {table: f"SELECT {', '.join(table.columns.keys())} FROM {table.name}" for table in _BOARD_TABLES}
"""Plain SQL: taking the rows of SQLAlchemy apart would take as long as reading them."""
_ISLAND_VOIDED = tables.island.columns.keys().index("voided")

Rows = Mapping[Table | None, Sequence[Sequence[Any]]]
"""Whole rows by table, in the order of its columns."""


def read_board(connection: Connection, scope: Scope, only: Collection[EntityId] | None = None) -> Board:
    """Everything on the board of this scope as it is now; with `only`, of the notes just those."""
    query = f"{_ROWS[tables.note]} WHERE void_reason IS NULL"
    values: list[Any] = []
    if only is not None:
        query += f" AND note_id IN ({','.join('?' * len(only))})"
        values += [bytes(note_id) for note_id in only]
    for column, wanted in (("workshop_id", scope.workshop_id), ("table_no", scope.table)):
        if wanted is not None:
            query += f" AND {column} = ?"
            values.append(wanted)
    raw = driver(connection)
    rows: Rows = {table: raw.execute(_ROWS[table]).fetchall() for table in _BOARD_TABLES[1:]}
    found = raw.execute(f"{query} ORDER BY created_ms, number, note_id", values)
    return _board(connection, scope, [row_to_board_note(row) for row in found], rows)


def read_board_at(connection: Connection, scope: Scope, moment_id: EntityId) -> Board:
    """The board of this scope as it was at a moment; raises NotFound when there is no such moment."""
    query = select(tables.moment).where(tables.moment.c.moment_id == bytes(moment_id))
    found = connection.execute(query).first()
    if found is None:
        raise NotFound(
            "その場面は見つかりません。今のデータは変わっていません。一覧から、もう一度選んでください。"
        )
    rows = _rows_at(connection, dict(row_to_moment(found).seen))
    notes = [
        item
        for item in map(row_to_board_note, rows[tables.note])
        if item.note.void_reason is None
        and scope.workshop_id in (None, item.note.workshop_id)
        and scope.table in (None, item.note.table)
    ]
    notes.sort(key=lambda item: (item.note.created_ms, item.note.number, item.note.note_id))
    return _board(connection, scope, notes, rows)


def read_moments(connection: Connection) -> list[Moment]:
    """Every moment that was not taken back, oldest first."""
    table = tables.moment
    query = select(table).where(table.c.voided == 0).order_by(table.c.at_ms, table.c.moment_id)
    return [row_to_moment(row) for row in connection.execute(query)]


def read_votes(connection: Connection) -> list[VoteCount]:
    """The seals on notes and on islands by workshop and table, what is voided left out."""
    found: list[VoteCount] = []
    for table, living in (
        (tables.note, tables.note.c.void_reason.is_(None)),
        (tables.island, tables.island.c.voided == 0),
    ):
        place = (table.c.workshop_id, table.c.table_no)
        query = select(*place, func.sum(table.c.votes)).where(living, table.c.votes > 0).group_by(*place)
        found += [VoteCount(*row) for row in connection.execute(query)]
    return found


def _rows_at(connection: Connection, seen: dict[str, int]) -> Rows:
    op = tables.op
    query = select(op.c.entity_id, op.c.session, op.c.seq).where(op.c.kind != OpKind.REDACT)
    late = {
        entity_id for entity_id, session, seq in connection.execute(query) if seq > seen.get(session.hex(), 0)
    }
    rows: dict[Table | None, list[Sequence[Any]]] = {
        table: [row for row in driver(connection).execute(_ROWS[table]) if row[0] not in late]
        for table in _BOARD_TABLES
    }
    for ops in op_store.ops_of_many(connection, map(EntityId, late)):
        known = [one for one in ops if one.kind == OpKind.REDACT or one.seq <= seen.get(one.session.hex(), 0)]
        if any(one.kind != OpKind.REDACT for one in known):
            table, row = row_of_state(fold(known))
            if table in rows:
                rows[table].append(row)
    return rows


def _board(connection: Connection, scope: Scope, notes: Sequence[BoardNote], rows: Rows) -> Board:
    """Put together what belongs on the board; what a voided island or a ring of islands held comes to stand outside."""
    everywhere = {row[0]: row_to_board_island(row) for row in rows[tables.island]}
    voided = {row[0] for row in rows[tables.island] if row[_ISLAND_VOIDED]}
    around = living_parents({one: island.parent_id for one, island in everywhere.items()}, voided)
    living = {
        one: island
        if around[one] == island.parent_id
        else replace(island, parent_id=around[one], position=None)
        for one, island in everywhere.items()
        if one not in voided
    }
    placed = _cited(
        connection,
        [
            item
            if item.note.island_id is None or item.note.island_id in living
            else _put_outside(item, around)
            for item in notes
        ],
    )
    islands = _on_board(scope, living, {item.note.island_id for item in placed})
    if not rows[tables.arrow] and not rows[tables.same_meaning]:
        return Board(scope, tuple(placed), islands)
    note_ids = {item.note.note_id for item in placed}
    shown = note_ids.union(island.island_id for island in islands)
    return Board(scope, tuple(placed), islands, _arrows(rows, shown), _links(rows, note_ids))


def _put_outside(item: BoardNote, around: Mapping[EntityId, EntityId | None]) -> BoardNote:
    island_id = item.note.island_id
    outside = None if island_id is None else around.get(island_id)
    return replace(item, note=replace(item.note, island_id=outside), position=None)


def _cited(connection: Connection, notes: list[BoardNote]) -> list[BoardNote]:
    shared = {number for (number,) in driver(connection).execute(_SHARED_NUMBERS)}
    if not shared:
        return notes
    return [
        replace(item, note=replace(item.note, number=citation(item.note.number, item.note.note_id)))
        if item.note.number in shared
        else item
        for item in notes
    ]


def _on_board(
    scope: Scope, living: Mapping[EntityId, BoardIsland], homes: Collection[EntityId | None]
) -> tuple[BoardIsland, ...]:
    """The islands of this scope, and those of others that hold something of it, with all that is around them."""
    waiting = [
        one
        for one, island in living.items()
        if one in homes
        or (scope.workshop_id in (None, island.workshop_id) and scope.table in (None, island.table))
    ]
    wanted: set[EntityId] = set()
    while waiting:
        one = waiting.pop()
        if one not in wanted:
            wanted.add(one)
            outside = living[one].parent_id
            waiting += [] if outside is None else [outside]
    return tuple(living[one] for one in sorted(wanted))


def _arrows(rows: Rows, shown: Collection[EntityId]) -> tuple[Arrow, ...]:
    found = []
    for arrow_id, source, target, relation, _workshop, _table, voided in rows[tables.arrow]:
        if not voided and source in shown and target in shown:
            found.append(Arrow(arrow_id, source, target, _RELATIONS.get(relation, Relation.RELATED)))
    return tuple(sorted(found, key=lambda arrow: arrow.arrow_id))


def _links(rows: Rows, note_ids: Collection[EntityId]) -> tuple[SameMeaning, ...]:
    found = []
    for link_id, first, second, voided in rows[tables.same_meaning]:
        if not voided and first in note_ids and second in note_ids:
            found.append(SameMeaning(link_id, first, second))
    return tuple(sorted(found, key=lambda link: link.link_id))
