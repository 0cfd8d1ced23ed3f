"""What of a file's present state stays when its content goes back to an earlier one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId
from workshop_app.domain.op import OpId, OpKind, OpSet
from workshop_app.storage import op_store, redaction, tables
from workshop_app.storage.engine import driver, file_uri, write_transaction
from workshop_app.storage.merge_history import RECEIPT_NUMBER
from workshop_app.storage.projections import project
from workshop_app.storage.unit_of_work import MANIFEST, read_local, write_local

_OP = ", ".join(column.name for column in tables.op.columns)
_SESSION = ", ".join(column.name for column in tables.session.columns)


def carry_over(content: Connection, path: Path) -> None:
    """Bring into earlier content, a private copy of the current version, what must not go back with it."""
    content.exec_driver_sql("ATTACH DATABASE ? AS now", (file_uri(path, "mode=ro"),))
    with write_transaction(content):
        earlier = read_local(content)
        rows = driver(content).execute("SELECT key, value FROM now.local")
        now: dict[str, str] = dict(rows.fetchall())
        # The clock never goes back: edits made from now on rank above those that were taken back.
        write_local(content, "clock", _greater("clock", earlier, now))
        # Papers and receipts with the numbers of what was taken back may lie about; no number is given twice.
        write_local(content, "output_number", _greater("output_number", earlier, now))
        now.setdefault(RECEIPT_NUMBER, "0")
        if "merge_run" in _tables_now(content):
            last = driver(content).execute("SELECT max(run_id) FROM now.merge_run").fetchone()[0] or 0
            now[RECEIPT_NUMBER] = str(max(last, int(now[RECEIPT_NUMBER])))
        write_local(content, RECEIPT_NUMBER, _greater(RECEIPT_NUMBER, earlier, now))
        # Half-written words belong to the person at the keyboard, not to the state of the file.
        write_local(content, "draft", now.get("draft", ""))
        if {"op", "session"} <= _tables_now(content):
            _redact_again(content)
    content.exec_driver_sql("DETACH DATABASE now")


def _tables_now(content: Connection) -> set[str]:
    """A file that is damaged or of an earlier version may not have them all."""
    return {
        row[0] for row in driver(content).execute("SELECT name FROM now.sqlite_schema WHERE type = 'table'")
    }


def _redact_again(content: Connection) -> None:
    """Words that were removed on request do not come back with a backup that still holds them."""
    raw = driver(content)
    redact = str(OpKind.REDACT)
    missing = raw.execute(
        "SELECT op_id, session FROM now.op WHERE kind = ? AND op_id NOT IN (SELECT op_id FROM main.op)"
        " AND entity_id IN (SELECT entity_id FROM main.op)",
        (redact,),
    ).fetchall()
    if not missing:
        return
    raw.executemany(
        f"INSERT INTO main.op ({_OP}) SELECT {_OP} FROM now.op WHERE op_id = ?",
        [(op_id,) for op_id, _ in missing],
    )
    # The chain counts the edits between, which were taken back; whoever reads this file must not look for them.
    raw.executemany(
        f"INSERT INTO main.session ({_SESSION}) SELECT {_SESSION} FROM now.session WHERE session = ?"
        " ON CONFLICT (session) DO UPDATE SET op_count = max(op_count, excluded.op_count)",
        {(session,) for _, session in missing},
    )
    raw.executemany(
        "UPDATE main.session SET chain_head = x'' WHERE session = ?", {(session,) for _, session in missing}
    )
    known = OpSet.from_manifest(read_local(content).get(MANIFEST, ""))
    for op_id, _ in missing:
        known.add(OpId(op_id))
    write_local(content, MANIFEST, known.manifest())
    redaction.reapply(content, "(SELECT DISTINCT entity_id FROM main.op WHERE kind = ?)", (redact,))
    redaction.clear_left_out(content)
    rows = raw.execute("SELECT DISTINCT entity_id FROM main.op WHERE kind = ?", (redact,)).fetchall()
    project(content, map(fold, op_store.ops_of_many(content, [EntityId(row[0]) for row in rows])))


def _greater(key: str, earlier: dict[str, str], now: dict[str, str]) -> str:
    return str(max(int(earlier.get(key) or 0), int(now.get(key) or 0)))
