"""The op log, sessions, local settings and the projections. user_version 1."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """CREATE TABLE op (
	op_id BLOB NOT NULL,
	entity_id BLOB NOT NULL,
	kind TEXT NOT NULL,
	payload TEXT NOT NULL,
	parents BLOB NOT NULL,
	hlc INTEGER NOT NULL,
	session BLOB NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (op_id)
) STRICT""",
    "CREATE INDEX op_by_entity ON op (entity_id)",
    """CREATE TABLE session (
	session BLOB NOT NULL,
	station TEXT NOT NULL,
	machine TEXT NOT NULL,
	app_version TEXT NOT NULL,
	opened_at_ms INTEGER NOT NULL,
	tz TEXT NOT NULL,
	op_count INTEGER NOT NULL,
	chain_head BLOB NOT NULL,
	PRIMARY KEY (session)
) STRICT""",
    """CREATE TABLE local (
	"key" TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY ("key")
) STRICT""",
    """CREATE TABLE note (
	note_id BLOB NOT NULL,
	number TEXT NOT NULL,
	workshop_id BLOB,
	device TEXT NOT NULL,
	table_no INTEGER,
	round_no INTEGER,
	theme TEXT,
	kind TEXT,
	points TEXT NOT NULL,
	text TEXT NOT NULL,
	search_key TEXT NOT NULL,
	votes INTEGER NOT NULL,
	island_id BLOB,
	void_reason TEXT,
	conflicts TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	updated_ms INTEGER NOT NULL,
	PRIMARY KEY (note_id)
) STRICT""",
    "CREATE INDEX note_by_number ON note (number)",
    """CREATE TABLE workshop (
	workshop_id BLOB NOT NULL,
	agenda_id TEXT NOT NULL,
	ward_id TEXT NOT NULL,
	title TEXT NOT NULL,
	date TEXT,
	venue TEXT NOT NULL,
	tables INTEGER,
	participants INTEGER,
	observers INTEGER,
	voters INTEGER,
	votes_per_person INTEGER,
	conflicts TEXT NOT NULL,
	PRIMARY KEY (workshop_id)
) STRICT""",
    """CREATE TABLE island (
	island_id BLOB NOT NULL,
	title TEXT NOT NULL,
	theme TEXT,
	workshop_id BLOB,
	parent_id BLOB,
	voided INTEGER NOT NULL,
	PRIMARY KEY (island_id)
) STRICT""",
    """CREATE TABLE device (
	device_id BLOB NOT NULL,
	mark TEXT NOT NULL,
	label TEXT NOT NULL,
	workshop_id BLOB,
	PRIMARY KEY (device_id)
) STRICT""",
    """CREATE TABLE agenda (
	entity_id BLOB NOT NULL,
	agenda_id TEXT NOT NULL,
	document TEXT NOT NULL,
	PRIMARY KEY (entity_id)
) STRICT""",
    """CREATE TABLE conflict (
	entity_id BLOB NOT NULL,
	field TEXT NOT NULL,
	PRIMARY KEY (entity_id, field)
) STRICT""",
    "PRAGMA user_version = 1",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
