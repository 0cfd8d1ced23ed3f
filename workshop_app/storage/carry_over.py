"""What of a file's present state stays when its content goes back to an earlier one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from workshop_app.storage.engine import driver, file_uri, write_transaction
from workshop_app.storage.unit_of_work import read_local, write_local


def carry_over(content: Connection, path: Path) -> None:
    """Bring into earlier content, a private copy of the current version, what must not go back with it."""
    content.exec_driver_sql("ATTACH DATABASE ? AS now", (file_uri(path, "mode=ro"),))
    with write_transaction(content):
        earlier = read_local(content)
        rows = driver(content).execute("SELECT key, value FROM now.local")
        now: dict[str, str] = dict(rows.fetchall())
        # The clock never goes back: edits made from now on rank above those that were taken back.
        write_local(content, "clock", _greater("clock", earlier, now))
    content.exec_driver_sql("DETACH DATABASE now")


def _greater(key: str, earlier: dict[str, str], now: dict[str, str]) -> str:
    return str(max(int(earlier.get(key) or 0), int(now.get(key) or 0)))
