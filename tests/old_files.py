"""Workshop files as older versions of the program wrote them, made from a current one."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def as_version(path: Path, version: int) -> None:
    """Turn the file into one of schema version 1, 2 or 3, with the same edits and the same projections."""
    older = path.with_suffix(".older")
    script = (ROOT / "db" / f"schema_v{version}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(older)) as old:
        old.executescript(script)
        old.execute("ATTACH DATABASE ? AS new", (str(path),))
        for (table,) in old.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            columns = [row[1] for row in old.execute(f"PRAGMA main.table_info({table})")]
            have = {row[1] for row in old.execute(f"PRAGMA new.table_info({table})")}
            values = ", ".join(f'"{name}"' if name in have else "''" for name in columns)
            old.execute(f"INSERT INTO main.{table} SELECT {values} FROM new.{table}")
        if version < 3:
            old.execute("DELETE FROM local WHERE key = 'manifest'")
        old.execute("UPDATE alembic_version SET version_num = ?", (f"{version:04}",))
        application_id = old.execute("PRAGMA new.application_id").fetchone()[0]
        old.commit()
        old.execute(f"PRAGMA main.application_id = {application_id}")
        old.execute(f"PRAGMA main.user_version = {version}")
        old.commit()
    os.replace(older, path)
