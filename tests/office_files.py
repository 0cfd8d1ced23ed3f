"""Laptops' files for the tests of the secretariat's pages, made by the real program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workshop_app import bootstrap
from workshop_app.domain.note import NoteDraft
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.services.record import add_notes


def laptop_file(folder: Path, ward: str, texts: Sequence[str], device: str = "A") -> Path:
    """A ward's file with one note per text, all of theme T1 at table 1."""
    path = folder / f"{ward}_第1回_{device}.wsdb"
    agenda = bootstrap.load_agenda(None)
    setup = WorkshopSetup(agenda, ward, "2014-10-05", "区役所", 5, device)
    bootstrap.create_database(path, setup)
    add_to(path, texts)
    return path


def add_to(path: Path, texts: Sequence[str]) -> None:
    """Further notes in a file."""
    database = bootstrap.open_database(path)
    try:
        if texts:
            add_notes(database, [NoteDraft(text, "T1", None, 1) for text in texts])
    finally:
        database.close()


def texts_in(path: Path) -> set[str]:
    """The texts of all notes of a file."""
    database = bootstrap.open_database(path)
    try:
        return {note.text for note in database.notes()}
    finally:
        database.close()
