"""Which files were merged into this one, for the receipt and 出力情報. user_version 2."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """CREATE TABLE merge_run (
	run_id INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	app_version TEXT NOT NULL,
	backup TEXT,
	PRIMARY KEY (run_id)
) STRICT""",
    """CREATE TABLE merge_source (
	run_id INTEGER NOT NULL,
	sha256 TEXT NOT NULL,
	file_name TEXT NOT NULL,
	rows_in INTEGER NOT NULL,
	rows_new INTEGER NOT NULL,
	notes INTEGER NOT NULL,
	PRIMARY KEY (run_id, sha256)
) STRICT""",
    "PRAGMA user_version = 2",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
