"""The tables of a workshop file, for building queries. db/migrations makes them; a test keeps both equal.

`op` and `session` are the truth and are merged. Everything under "projections" is derived from `op` by the
fold and can be rebuilt at any time. `local` belongs to this laptop and is never merged.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text

APPLICATION_ID = 0x57534442
"""'WSDB' in the SQLite header: how our files are told from other programs' databases."""
SCHEMA_VERSION = 4
"""`user_version` this program writes; greater ones are refused, smaller ones migrated after a backup."""

metadata = MetaData()


def _strict(name: str, *items: Column | PrimaryKeyConstraint) -> Table:
    return Table(name, metadata, *items, sqlite_strict=True)


op = _strict(
    "op",
    Column("op_id", LargeBinary, primary_key=True),
    Column("entity_id", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("parents", LargeBinary, nullable=False),
    Column("hlc", Integer, nullable=False),
    Column("session", LargeBinary, nullable=False),
    Column("seq", Integer, nullable=False),
)
Index("op_by_entity", op.c.entity_id)

session = _strict(
    "session",
    Column("session", LargeBinary, primary_key=True),
    Column("station", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("opened_at_ms", Integer, nullable=False),
    Column("tz", Text, nullable=False),
    Column("op_count", Integer, nullable=False),
    Column("chain_head", LargeBinary, nullable=False),
)

local = _strict("local", Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

# --- projections -------------------------------------------------------------------------------------

note = _strict(
    "note",
    Column("note_id", LargeBinary, primary_key=True),
    Column("number", Text, nullable=False),
    Column("workshop_id", LargeBinary),
    Column("device", Text, nullable=False),
    Column("table_no", Integer),
    Column("round_no", Integer),
    Column("theme", Text),
    Column("kind", Text),
    Column("points", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("votes", Integer, nullable=False),
    Column("island_id", LargeBinary),
    Column("void_reason", Text),
    Column("conflicts", Text, nullable=False),
    Column("created_ms", Integer, nullable=False),
    Column("updated_ms", Integer, nullable=False),
    Column("pos_x", Integer),
    Column("pos_y", Integer),
    Column("held", Integer, nullable=False, server_default="0"),
)
Index("note_by_number", note.c.number)
Index("note_by_table", note.c.workshop_id, note.c.table_no)

workshop = _strict(
    "workshop",
    Column("workshop_id", LargeBinary, primary_key=True),
    Column("agenda_id", Text, nullable=False),
    Column("ward_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("date", Text),
    Column("venue", Text, nullable=False),
    Column("tables", Integer),
    Column("participants", Integer),
    Column("observers", Integer),
    Column("voters", Integer),
    Column("votes_per_person", Integer),
    Column("conflicts", Text, nullable=False),
)

island = _strict(
    "island",
    Column("island_id", LargeBinary, primary_key=True),
    Column("title", Text, nullable=False),
    Column("theme", Text),
    Column("workshop_id", LargeBinary),
    Column("parent_id", LargeBinary),
    Column("voided", Integer, nullable=False),
    Column("table_no", Integer),
    Column("pos_x", Integer),
    Column("pos_y", Integer),
    Column("folded", Integer, nullable=False, server_default="0"),
    Column("votes", Integer, nullable=False, server_default="0"),
)

arrow = _strict(
    "arrow",
    Column("arrow_id", LargeBinary, primary_key=True),
    Column("from_id", LargeBinary),
    Column("to_id", LargeBinary),
    Column("relation", Text, nullable=False),
    Column("workshop_id", LargeBinary),
    Column("table_no", Integer),
    Column("voided", Integer, nullable=False),
)

same_meaning = _strict(
    "same_meaning",
    Column("link_id", LargeBinary, primary_key=True),
    Column("first_id", LargeBinary),
    Column("second_id", LargeBinary),
    Column("voided", Integer, nullable=False),
)

moment = _strict(
    "moment",
    Column("moment_id", LargeBinary, primary_key=True),
    Column("name", Text, nullable=False),
    Column("workshop_id", LargeBinary),
    Column("table_no", Integer),
    Column("at_ms", Integer, nullable=False),
    Column("seen", Text, nullable=False),
    Column("voided", Integer, nullable=False),
)

device = _strict(
    "device",
    Column("device_id", LargeBinary, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("workshop_id", LargeBinary),
)

agenda = _strict(
    "agenda",
    Column("entity_id", LargeBinary, primary_key=True),
    Column("agenda_id", Text, nullable=False),
    Column("document", Text, nullable=False),
)

conflict = _strict(
    "conflict",
    Column("entity_id", LargeBinary, nullable=False),
    Column("field", Text, nullable=False),
    PrimaryKeyConstraint("entity_id", "field"),
)

PROJECTIONS = (note, workshop, island, device, agenda, conflict, arrow, same_meaning, moment)

# --- merge history (this file's own) -------------------------------------------------------------------

merge_run = _strict(
    "merge_run",
    Column("run_id", Integer, primary_key=True),
    Column("at_ms", Integer, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("backup", Text),
    Column("manifest_after", Text),
    Column("receipt", Text),
)

merge_source = _strict(
    "merge_source",
    Column("run_id", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("rows_in", Integer, nullable=False),
    Column("rows_new", Integer, nullable=False),
    Column("notes", Integer, nullable=False),
    PrimaryKeyConstraint("run_id", "sha256"),
)

quarantine = _strict(
    "quarantine",
    Column("sha256", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("op_id", LargeBinary),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    PrimaryKeyConstraint("sha256", "serial"),
)
