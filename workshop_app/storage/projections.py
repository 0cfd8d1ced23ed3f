"""What the fold shows, as rows; derived from the op log and rebuilt from it at any time.

Values in a foreign edit may have any type (the op log keeps them as they are), so each is read with care: a
projection never fails because of one strange edit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from workshop_app.domain.board import (
    ArrowField,
    BoardIsland,
    BoardNote,
    IslandField,
    LinkField,
    Moment,
    MomentField,
    Position,
    Scope,
)
from workshop_app.domain.clock import stamp_ms
from workshop_app.domain.fold import EntityState
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import (
    MAX_COORDINATE,
    Device,
    EntityType,
    Island,
    Note,
    NoteField,
    Workshop,
)
from workshop_app.domain.op import JsonValue, canonical_json
from workshop_app.storage import tables

REMOVED_TEXT = "〔本人の求めで取り除きました〕"
_INT_MAX = 2**53
_FORGET_CONFLICTS = delete(tables.conflict).where(tables.conflict.c.entity_id == bindparam("entity"))


def project(connection: Connection, states: Iterable[EntityState]) -> None:
    """Write the rows of these entities, replacing what was there."""
    rows: dict[str, list[dict[str, Any]]] = {}
    entities: list[dict[str, Any]] = []
    conflicts: list[dict[str, Any]] = []
    for state in states:
        if state.retyped:
            _forget(connection, state.entity_id)
        builder = _BUILDERS.get(state.type)
        if builder is None:
            continue
        table, values = builder(state)
        rows.setdefault(table.name, []).append(values)
        entity_id = bytes(state.entity_id)
        entities.append({"entity": entity_id})
        conflicts += [{"entity_id": entity_id, "field": name} for name in state.conflicts]
    for name, values_of_table in rows.items():
        connection.execute(_upsert(name), values_of_table)
    if entities:
        connection.execute(_FORGET_CONFLICTS, entities)
    if conflicts:
        connection.execute(tables.conflict.insert(), conflicts)


def row_of_state(state: EntityState) -> tuple[Table | None, Sequence[Any]]:
    """The whole row an entity has in its table, in the order of the columns; None for what has no table."""
    builder = _BUILDERS.get(state.type)
    if builder is None:
        return None, ()
    table, values = builder(state)
    return table, [values[column.name] for column in table.columns]


def _forget(connection: Connection, entity_id: EntityId) -> None:
    """Take an entity out of every table: what it is called now may be shown in another one, or nowhere."""
    for table in tables.PROJECTIONS:
        connection.execute(delete(table).where(next(iter(table.primary_key)) == bytes(entity_id)))


@lru_cache
def _upsert(table_name: str) -> Insert:
    """One statement a table, made once: building SQL takes longer than running it."""
    table = tables.metadata.tables[table_name]
    key = table.primary_key.columns.keys()
    statement = sqlite_insert(table)
    rest = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in key
    }
    return statement.on_conflict_do_update(index_elements=key, set_=rest)


def row_to_note(row: Sequence[Any]) -> Note:
    """A note from its projection row, whole and in the order of the table: by place is twice as fast as by name."""
    return row_to_board_note(row).note


def row_to_board_note(row: Sequence[Any]) -> BoardNote:
    """A note with its place on the board."""
    (
        note_id, number, workshop_id, device, table, round_no, theme, kind, points, text, votes, island_id,
        void_reason, conflicts, created_ms, updated_ms, x, y, held,
    ) = row  # fmt: skip
    note = Note(
        note_id,
        number,
        workshop_id,
        device,
        table,
        round_no,
        theme,
        kind,
        tuple(points.split(";")) if points else (),
        text,
        votes,
        island_id,
        void_reason,
        tuple(conflicts.split(";")) if conflicts else (),
        created_ms,
        updated_ms,
    )
    return BoardNote(note, None if x is None else Position(x, y), held == 1)


def row_to_workshop(row: Row[Any]) -> Workshop:
    """A workshop from its projection row."""
    values = dict(row._mapping)
    values["workshop_id"] = EntityId(values["workshop_id"])
    values["conflicts"] = tuple(values["conflicts"].split(";")) if values["conflicts"] else ()
    return Workshop(**values)


def row_to_island(row: Row[Any]) -> Island:
    """An island from its projection row."""
    return Island(
        EntityId(row.island_id),
        row.title,
        row.theme,
        _entity(row.workshop_id),
        _entity(row.parent_id),
        bool(row.voided),
        row.votes,
    )


def row_to_board_island(row: Sequence[Any]) -> BoardIsland:
    """An island with its place on the board, from a whole row in the order of the table."""
    island_id, title, theme, workshop_id, parent_id, _voided, table, x, y, folded, votes = row
    place = None if x is None else Position(x, y)
    return BoardIsland(island_id, title, theme, workshop_id, table, parent_id, place, folded == 1, votes)


def row_to_moment(row: Sequence[Any]) -> Moment:
    """A moment from a whole row in the order of the table."""
    moment_id, name, workshop_id, table, at_ms, seen, _voided = row
    return Moment(moment_id, name, Scope(workshop_id, table), at_ms, tuple(json.loads(seen).items()))


def row_to_device(row: Row[Any]) -> Device:
    """A device from its projection row."""
    return Device(EntityId(row.device_id), row.mark, row.label, _entity(row.workshop_id))


def _note_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    text_state = state.fields.get(NoteField.TEXT)
    text = REMOVED_TEXT if text_state and text_state.redacted else _text(state.get(NoteField.TEXT)) or ""
    points = state.get(NoteField.POINTS)
    return tables.note, {
        "note_id": bytes(state.entity_id),
        "number": _text(state.get(NoteField.NUMBER)) or "番号なし",
        "workshop_id": _hex_id(state.get(NoteField.WORKSHOP)),
        "device": _text(state.get(NoteField.DEVICE)) or "",
        "table_no": _number(state.get(NoteField.TABLE)),
        "round_no": _number(state.get(NoteField.ROUND)),
        "theme": _text(state.get(NoteField.THEME)),
        "kind": _text(state.get(NoteField.KIND)),
        "points": ";".join(str(p) for p in points) if isinstance(points, list) else "",
        "text": text,
        "votes": max(0, _number(state.get(NoteField.VOTES)) or 0),
        "island_id": _hex_id(state.get(NoteField.ISLAND)),
        "void_reason": state.void_reason,
        "conflicts": ";".join(state.conflicts),
        "created_ms": stamp_ms(state.created_hlc),
        "updated_ms": stamp_ms(state.updated_hlc),
        **_position(state.get(NoteField.POS), state.get(NoteField.ISLAND)),
        "held": int(state.get(NoteField.HOLD) is True),
    }


def _workshop_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    counts = ("tables", "participants", "observers", "voters", "votes_per_person")
    return tables.workshop, {
        "workshop_id": bytes(state.entity_id),
        "agenda_id": _text(state.get("agenda")) or "",
        "ward_id": _text(state.get("ward")) or "",
        "title": _text(state.get("title")) or "",
        "date": _text(state.get("date")),
        "venue": _text(state.get("venue")) or "",
        **{name: _number(state.get(name)) for name in counts},
        "conflicts": ";".join(state.conflicts),
    }


def _island_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    return tables.island, {
        "island_id": bytes(state.entity_id),
        "title": _text(state.get(IslandField.TITLE)) or "",
        "theme": _text(state.get(IslandField.THEME)),
        "workshop_id": _hex_id(state.get(IslandField.WORKSHOP)),
        "parent_id": _hex_id(state.get(IslandField.PARENT)),
        "voided": int(state.voided),
        "table_no": _number(state.get(IslandField.TABLE)),
        **_position(state.get(IslandField.POS), state.get(IslandField.PARENT)),
        "folded": int(state.get(IslandField.FOLDED) is True),
        "votes": max(0, _number(state.get(IslandField.VOTES)) or 0),
    }


def _arrow_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    return tables.arrow, {
        "arrow_id": bytes(state.entity_id),
        "from_id": _hex_id(state.get(ArrowField.FROM)),
        "to_id": _hex_id(state.get(ArrowField.TO)),
        "relation": _text(state.get(ArrowField.RELATION)) or "",
        "workshop_id": _hex_id(state.get(ArrowField.WORKSHOP)),
        "table_no": _number(state.get(ArrowField.TABLE)),
        "voided": int(state.voided),
    }


def _same_meaning_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    return tables.same_meaning, {
        "link_id": bytes(state.entity_id),
        "first_id": _hex_id(state.get(LinkField.FIRST)),
        "second_id": _hex_id(state.get(LinkField.SECOND)),
        "voided": int(state.voided),
    }


def _moment_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    seen = state.get(MomentField.SEEN)
    known = {
        session: last
        for session, last in (seen.items() if isinstance(seen, dict) else ())
        if _hex_id(session) is not None and type(last) is int
    }
    return tables.moment, {
        "moment_id": bytes(state.entity_id),
        "name": _text(state.get(MomentField.NAME)) or "",
        "workshop_id": _hex_id(state.get(MomentField.WORKSHOP)),
        "table_no": _number(state.get(MomentField.TABLE)),
        "at_ms": stamp_ms(state.created_hlc),
        "seen": canonical_json(known),
        "voided": int(state.voided),
    }


def _device_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    return tables.device, {
        "device_id": bytes(state.entity_id),
        "mark": _text(state.get("mark")) or "",
        "label": _text(state.get("label")) or "",
        "workshop_id": _hex_id(state.get("workshop")),
    }


def _agenda_row(state: EntityState) -> tuple[Table, dict[str, Any]]:
    document = state.get("document")
    return tables.agenda, {
        "entity_id": bytes(state.entity_id),
        "agenda_id": _text(state.get("agenda_id")) or "",
        "document": canonical_json(document) if isinstance(document, dict) else "{}",
    }


_BUILDERS = {
    str(EntityType.NOTE): _note_row,
    str(EntityType.WORKSHOP): _workshop_row,
    str(EntityType.ISLAND): _island_row,
    str(EntityType.DEVICE): _device_row,
    str(EntityType.AGENDA): _agenda_row,
    str(EntityType.ARROW): _arrow_row,
    str(EntityType.SAME_MEANING): _same_meaning_row,
    str(EntityType.MOMENT): _moment_row,
}


def _text(value: JsonValue) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _number(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and abs(value) < _INT_MAX else None


def _position(value: JsonValue, island: JsonValue) -> dict[str, int | None]:
    """A position holds in the island it was given for."""
    x, y, *given_for = value if isinstance(value, list) and len(value) in (2, 3) else (None, None)
    fit = all(type(part) is int and abs(part) <= MAX_COORDINATE for part in (x, y))
    holds = fit and given_for == ([] if island is None else [island])
    return {"pos_x": x, "pos_y": y} if holds else {"pos_x": None, "pos_y": None}


def _hex_id(value: JsonValue) -> bytes | None:
    if not isinstance(value, str):
        return None
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        return None
    return raw if len(raw) == 16 else None


def _entity(raw: bytes | None) -> EntityId | None:
    return None if raw is None else EntityId(raw)
