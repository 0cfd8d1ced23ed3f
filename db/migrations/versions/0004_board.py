"""The board: where notes and islands lie, seals on islands, arrows, same-meaning links, moments. user_version 4."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    "ALTER TABLE note ADD COLUMN pos_x INTEGER",
    "ALTER TABLE note ADD COLUMN pos_y INTEGER",
    "ALTER TABLE note ADD COLUMN held INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE island ADD COLUMN table_no INTEGER",
    "ALTER TABLE island ADD COLUMN pos_x INTEGER",
    "ALTER TABLE island ADD COLUMN pos_y INTEGER",
    "ALTER TABLE island ADD COLUMN folded INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE island ADD COLUMN votes INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE arrow (
	arrow_id BLOB NOT NULL,
	from_id BLOB,
	to_id BLOB,
	relation TEXT NOT NULL,
	workshop_id BLOB,
	table_no INTEGER,
	voided INTEGER NOT NULL,
	PRIMARY KEY (arrow_id)
) STRICT""",
    """CREATE TABLE same_meaning (
	link_id BLOB NOT NULL,
	first_id BLOB,
	second_id BLOB,
	voided INTEGER NOT NULL,
	PRIMARY KEY (link_id)
) STRICT""",
    """CREATE TABLE moment (
	moment_id BLOB NOT NULL,
	name TEXT NOT NULL,
	workshop_id BLOB,
	table_no INTEGER,
	at_ms INTEGER NOT NULL,
	seen TEXT NOT NULL,
	voided INTEGER NOT NULL,
	PRIMARY KEY (moment_id)
) STRICT""",
    "CREATE INDEX note_by_table ON note (workshop_id, table_no)",
    "PRAGMA user_version = 4",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
