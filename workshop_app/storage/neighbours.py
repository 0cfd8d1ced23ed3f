"""The other programs that have the same file open: how long to wait for them, and what they wrote."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, literal_column, select

from workshop_app.domain.ids import EntityId
from workshop_app.storage import tables
from workshop_app.storage.engine import set_wait, storage_errors

_ROWID: ColumnElement[int] = literal_column("rowid")


class Neighbours:
    """Of one open file; edits of `session` are its own."""

    def __init__(self, connection: Connection, session: bytes) -> None:
        self._connection = connection
        self._session = session
        with storage_errors():
            self._version, self._last = self._where()

    def wait_at_most(self, ms: int) -> None:
        """From now on a call that finds the file taken raises FileBusy after so long."""
        set_wait(self._connection, ms)

    def changes(self) -> frozenset[EntityId] | None:
        """What others wrote to since this was last asked; None when the file was put back to an earlier state.

        While nobody writes, this is one look at the first page of the file.
        """
        with storage_errors():
            if self._data_version() == self._version:
                return frozenset()
            version, last = self._where()
            new = select(tables.op.c.entity_id).where(
                self._last < _ROWID, tables.op.c.session != self._session
            )
            found = frozenset(EntityId(row[0]) for row in self._connection.execute(new.distinct()))
        earlier, self._version, self._last = last < self._last, version, last
        return None if earlier else found

    def _where(self) -> tuple[int, int]:
        # The version first: what is written between the two looks is then seen twice, not missed.
        version = self._data_version()
        last = self._connection.exec_driver_sql("SELECT max(rowid) FROM op").scalar()
        return version, int(last or 0)

    def _data_version(self) -> int:
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())
