"""What this machine remembers of one shared folder: the working file, and which generations are in it."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from workshop_app.domain.errors import InvalidInput, RefusedFile, StorageUnavailable
from workshop_app.domain.wareki import JST
from workshop_app.storage.engine import storage_errors
from workshop_app.storage.verify_union import edits_of

_STATE_NAME = "state.sqlite"
_TRIES = 240
_TRY_S = 0.5
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class ShareState:
    """One shared folder as this machine knows it; only inside `opened`, which one process at a time enters."""

    def __init__(self, home: Path, folder: Path, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.home = home
        name = _UNSAFE.sub("", folder.name) or "共有"
        self.local = home / f"{name}_手元.wsdb"
        """The working file: the union of every generation seen and everything given here."""

    @classmethod
    @contextmanager
    def opened(cls, root: Path, folder: Path, waiting: Callable[[], None]) -> Iterator[ShareState]:
        """Enter the private folder of a shared folder; what was remembered is kept only on a normal end.

        A second process waits: a transaction of SQLite is also the one lock that a killed process gives back.
        `waiting` is told so again and again, and may raise to stop it.
        """
        key = hashlib.sha256(os.path.normcase(os.path.realpath(folder)).encode()).hexdigest()[:16]
        home = root / key
        with storage_errors():
            home.mkdir(parents=True, exist_ok=True)
        with (
            storage_errors(),
            closing(sqlite3.connect(home / _STATE_NAME, timeout=_TRY_S, isolation_level=None)) as connection,
        ):
            _begin(connection, waiting)
            state = cls(home, folder, connection)
            connection.execute("CREATE TABLE IF NOT EXISTS seen (name TEXT PRIMARY KEY, size, edits)")
            connection.execute("CREATE TABLE IF NOT EXISTS held (op_id BLOB PRIMARY KEY) WITHOUT ROWID")
            connection.execute("CREATE TABLE IF NOT EXISTS self (token TEXT)")
            yield state
            connection.execute("COMMIT")

    def token(self) -> str:
        """What this machine's passing files in the shared folder are called after."""
        row = self._connection.execute("SELECT token FROM self").fetchone()
        if row is None:
            row = (secrets.token_hex(6),)
            self._connection.execute("INSERT INTO self VALUES (?)", row)
        return str(row[0])

    def hold_all(self) -> None:
        """Every edit that is in the working file now must be in it the next time, too."""
        if not self.local.exists():
            return
        rows = [(op_id,) for op_id in edits_of(self.local)]
        self._connection.executemany("INSERT OR IGNORE INTO held VALUES (?)", rows)

    def _went_back(self) -> bool:
        """The working file is gone, or an older copy lies in its place."""
        if not self.local.exists():
            return True
        held = {row[0] for row in self._connection.execute("SELECT op_id FROM held")}
        try:
            return not held <= edits_of(self.local)
        except RefusedFile:
            # Damaged: who works with it says so and sets it aside.
            return False

    def seen(self) -> dict[str, tuple[int, str]]:
        """Size and manifest of the edits of every generation that is in the working file."""
        if self._went_back():
            self._connection.execute("DELETE FROM held")
            self._connection.execute("DELETE FROM seen")
        rows = self._connection.execute("SELECT name, size, edits FROM seen")
        return {name: (size, str(edits)) for name, size, edits in rows}

    def remember(self, name: str, size: int, edits: str) -> None:
        """This generation is in the working file."""
        self._connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (name, size, edits))

    def forget(self, name: str) -> None:
        """This generation turned out not to be what it was."""
        self._connection.execute("DELETE FROM seen WHERE name = ?", (name,))

    def set_aside(self) -> Path:
        """Take a working file that cannot be trusted out of use, without losing it."""
        aside = self.local.with_name(f"{self.local.stem}_{datetime.now(JST):%Y%m%d-%H%M%S}.wsdb")
        os.replace(self.local, aside)
        return aside


def is_working_file(root: Path, path: Path) -> bool:
    """Whether a file is the working file of one of the shared folders."""
    return root.resolve() in path.resolve().parents


def refuse_undoing(root: Path, path: Path) -> None:
    """Raise InvalidInput for a working file: it must go on holding all that was taken in and published."""
    if is_working_file(root, path):
        raise InvalidInput(
            "共有フォルダーに公開する統合は、取り消せません。今のデータは変わっていません。"
            "要らない付箋は、1枚ずつ理由をつけて取り消してください。"
        )


def _begin(connection: sqlite3.Connection, waiting: Callable[[], None]) -> None:
    for _ in range(_TRIES):
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        waiting()
    raise StorageUnavailable(
        "この端末の別の窓が、同じ共有フォルダーに公開しています。今のデータは変わっていません。"
        "終わるのを待って、もう一度実行してください。"
    )
