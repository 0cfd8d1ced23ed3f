"""Whether a file of ours says what was written into it: its edits by their own fingerprints, its tables by its edits.

SQLite's own check sees broken pages; a changed word on a whole page it does not see.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from workshop_app.domain.errors import RefusedFile
from workshop_app.domain.fold import fold
from workshop_app.storage import frozen_schema, op_store, tables
from workshop_app.storage.engine import storage_errors
from workshop_app.storage.foreign_reader import read_own
from workshop_app.storage.projections import row_of_state
from workshop_app.storage.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from workshop_app.storage.database import Database


@dataclass(frozen=True, slots=True)
class Health:
    """`edits` names what is wrong with them (a code of the reader), None for nothing; then only is `shown` known.

    `shown` is False when a table shows something else than the edits add up to: those can be derived again.
    """

    edits: str | None
    shown: bool

    @property
    def sound(self) -> bool:
        """Nothing is wrong."""
        return self.edits is None and self.shown


def examine(connection: Connection, path: Path) -> Health:
    """Read every edit and every row that is shown; changes nothing."""
    edits = read_own(str(path), frozen_schema.script_of(SCHEMA_VERSION), SCHEMA_VERSION)
    return Health(edits, edits is None and _shown_is_what_was_written(connection, path))


def require_sound(database: Database, name: str) -> list[str]:
    """Nothing but what was written may go on paper: rows that differ from the edits are derived again.

    Returns what the person should know of that; raises RefusedFile when the edits themselves were altered.
    """
    health = database.examine()
    if health.edits is not None:
        raise RefusedFile(
            f"「{name}」の記録の一部が、書き込まれたときと違います。資料は書き出していません。"
            "ファイルはそのままです。控えから開いてください。"
        )
    if health.shown:
        return []
    database.rebuild()
    return [f"「{name}」に表示されるものが記録と合っていなかったため、記録から作り直しました。"]


def _shown_is_what_was_written(connection: Connection, path: Path) -> bool:
    with storage_errors(path):
        connection.exec_driver_sql("BEGIN")
        try:
            return _compare(connection)
        finally:
            connection.exec_driver_sql("ROLLBACK")


def _compare(connection: Connection) -> bool:
    wanted_rows: Counter[str] = Counter()
    ids = connection.execute(select(tables.op.c.entity_id).distinct()).scalars().all()
    for chunk in op_store.chunks(ids):
        wanted: dict[str, dict[bytes, tuple[Any, ...]]] = {}
        clashes: set[tuple[bytes, str]] = set()
        for ops in op_store.ops_of_many(connection, chunk):
            state = fold(ops)
            table, values = row_of_state(state)
            if table is not None:
                wanted.setdefault(table.name, {})[bytes(state.entity_id)] = tuple(values)
                clashes |= {(bytes(state.entity_id), name) for name in state.conflicts}
        for name, rows in wanted.items():
            table = tables.metadata.tables[name]
            key = table.primary_key.columns[0]
            found = {row[0]: tuple(row) for row in connection.execute(select(table).where(key.in_(chunk)))}
            if found != rows:
                return False
            wanted_rows[name] += len(rows)
        conflict = select(tables.conflict).where(tables.conflict.c.entity_id.in_(chunk))
        if {tuple(row) for row in connection.execute(conflict)} != clashes:
            return False
        wanted_rows[tables.conflict.name] += len(clashes)
    return all(
        connection.execute(select(func.count()).select_from(table)).scalar_one() == wanted_rows[table.name]
        for table in tables.PROJECTIONS
    )
