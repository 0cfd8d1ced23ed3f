"""What a file of ours may hold: for every version its schema, byte for byte.

A view, a trigger or one table more is somebody else's doing, and is refused before anything runs.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import lru_cache

from workshop_app import paths

SchemaRow = tuple[str, str, str | None]
"""Type, name and SQL of one entry."""
QUERY = "SELECT type, name, sql FROM sqlite_schema"


def script_of(version: int) -> str:
    """The SQL that makes an empty file of a version."""
    old = paths.db_dir() / f"schema_v{version}.sql"
    return (old if old.exists() else paths.db_dir() / "schema.sql").read_text(encoding="utf-8")


@lru_cache
def expected(script: str) -> frozenset[SchemaRow]:
    """What `sqlite_schema` of a file made by this SQL must hold."""
    with closing(sqlite3.connect(":memory:")) as blank:
        blank.executescript(script)
        return frozenset(blank.execute(QUERY))
