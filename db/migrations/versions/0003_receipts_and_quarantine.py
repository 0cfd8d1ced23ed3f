"""Receipts and quarantine of merges, the manifest of the op set; no search key any more. user_version 3."""

from alembic import op

from workshop_app.domain.op import OpId, OpSet

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    "ALTER TABLE merge_run ADD COLUMN manifest_after TEXT",
    "ALTER TABLE merge_run ADD COLUMN receipt TEXT",
    """CREATE TABLE quarantine (
	sha256 TEXT NOT NULL,
	serial INTEGER NOT NULL,
	op_id BLOB,
	reason TEXT NOT NULL,
	raw TEXT NOT NULL,
	PRIMARY KEY (sha256, serial)
) STRICT""",
    # The list folds for its search in memory; a folded copy of every note only made merges slower.
    "ALTER TABLE note DROP COLUMN search_key",
    "PRAGMA user_version = 3",
)


def upgrade() -> None:
    bind = op.get_bind()
    for statement in STATEMENTS:
        bind.exec_driver_sql(statement)
    known = OpSet()
    for row in bind.exec_driver_sql("SELECT op_id FROM op"):
        known.add(OpId(row[0]))
    bind.exec_driver_sql("INSERT OR REPLACE INTO local VALUES ('manifest', ?)", (known.manifest(),))
