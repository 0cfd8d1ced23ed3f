"""Opening workshop files for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app.cli_console import warn

if TYPE_CHECKING:
    from workshop_app.storage.database import Database


@contextmanager
def opened_to_read(path: Path) -> Iterator[Database]:
    """The file, or a passing copy of it where SQLite must not write; what is to be known of that is said."""
    from workshop_app.bootstrap import open_to_read

    with open_to_read(path, warn) as database:
        yield database


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """The file, open for writing."""
    from workshop_app.bootstrap import open_database

    with closing(open_database(path)) as database:
        yield database
