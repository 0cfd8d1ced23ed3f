"""Laptops with files of their own, wrong clocks and chance under the test's control."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from workshop_app.bootstrap import create_database, load_agenda
from workshop_app.domain import ids
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage import database, engine
from workshop_app.storage.database import Database
from workshop_app.storage.unit_of_work import SessionState

ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY_DISK = Path("/dev/shm")
"""Where Linux has it: thousands of small merges need no real disk, and nothing of the program is changed for it."""
START_MS = 1_412_467_200_000
"""The morning of the workshop, 2014-10-05."""
MARKS = "ABC"
NO_EDITS: frozenset[bytes] = frozenset()
COLUMNS = "op_id, entity_id, kind, payload, parents, hlc, session, seq"


class Chance:
    """Stands for the modules time and os where the program asks for the hour and for chance."""

    def __init__(self) -> None:
        self.restart(0)

    def restart(self, seed: int) -> None:
        """The same chance for every program of the test, so that a failing one fails again."""
        self.wall_ms = START_MS
        self._random = random.Random(seed)

    def time_ns(self) -> int:
        return self.wall_ms * 1_000_000

    def strftime(self, form: str) -> str:
        return time.strftime(form)

    def urandom(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1."""
        return self._random.randrange(limit)

    def shuffle(self, items: list[Any]) -> None:
        """Put a list into some order."""
        self._random.shuffle(items)


CHANCE = Chance()


def _connect_as_elsewhere(*args: Any, **named: Any) -> sqlite3.Connection:
    """SQLite as most builds have it: Debian alone overwrites deleted content without being asked."""
    connection = sqlite3.connect(*args, **named)
    connection.execute("PRAGMA secure_delete = OFF")
    return connection


class _OneEngine:
    """Hands every file of the test the same engine, so that SQLAlchemy writes each statement once, not once a file."""

    def __init__(self) -> None:
        self._open: Callable[[], sqlite3.Connection]
        self._engine = sqlalchemy.create_engine("sqlite://", creator=lambda: self._open(), poolclass=NullPool)

    def create(
        self, url: str, *, creator: Callable[[], sqlite3.Connection], poolclass: type
    ) -> sqlalchemy.Engine:
        self._open = creator
        return self._engine


@contextmanager
def controlled_world() -> Iterator[Path]:
    """Clock and chance in the test's hands, files in memory where there is such a place; gives a folder."""
    place = MEMORY_DISK if os.access(MEMORY_DISK, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="workshop-laws-", dir=place) as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(database, "time", CHANCE)
        patch.setattr(ids, "os", CHANCE)
        patch.setattr(
            engine, "sqlite3", SimpleNamespace(**vars(sqlite3) | {"connect": _connect_as_elsewhere})
        )
        patch.setattr(engine, "create_engine", _OneEngine().create)
        patch.setattr(tempfile, "tempdir", name)
        yield Path(name)


@lru_cache
def blank_file(mark: str) -> bytes:
    """A laptop's file as the secretariat gives it out, with one invented agenda; made once."""
    CHANCE.restart(ord(mark))
    CHANCE.wall_ms = START_MS - 86_400_000
    agenda = load_agenda(ROOT / "resources" / "agenda" / "sample-shiomi.yaml")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "blank.wsdb"
        create_database(path, WorkshopSetup(agenda, "港地区", "2014-10-05", device_mark=mark))
        return path.read_bytes()


def op_rows(path: Path) -> list[tuple[Any, ...]]:
    """Every edit of a file, read without the program."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as raw:
        return raw.execute(f"SELECT {COLUMNS} FROM op ORDER BY rowid").fetchall()


class Laptop:
    """One laptop: its file, open in the program, its clock, and what the test knows the file to hold."""

    def __init__(self, path: Path, content: bytes, wall_ms: int, held: frozenset[bytes] = NO_EDITS) -> None:
        self.path = path
        self.wall_ms = wall_ms
        self.held = set(held)
        path.write_bytes(content)
        self.open()

    def open(self) -> None:
        """Start the program: a new session."""
        CHANCE.wall_ms = self.wall_ms
        self.database = Database.open(self.path, wall_ms=lambda: self.wall_ms)

    def close(self) -> None:
        """End the program."""
        self.database.close()

    def new_rows(self) -> list[tuple[Any, ...]]:
        """Edits in the file that the test does not know of yet."""
        return [row for row in op_rows(self.path) if row[0] not in self.held]

    def copy(self, path: Path, *, running: bool) -> Laptop:
        """The whole disk copied, with the program closed or running."""
        if not running:
            self.close()
        shutil.copyfile(self.path, path)
        clone = Laptop(path, path.read_bytes(), self.wall_ms, frozenset(self.held))
        if running:
            clone.database._session = SessionState(replace(self.database._session.record))
            clone.database._clock.last = self.database._clock.last
        else:
            self.open()
        return clone

    def put_back(self, content: bytes, held: frozenset[bytes]) -> None:
        """An older copy of the file takes the place of the file."""
        self.close()
        self.path.write_bytes(content)
        self.held = set(held)
        self.open()
