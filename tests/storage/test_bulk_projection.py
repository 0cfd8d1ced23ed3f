"""One SQL statement or the fold in Python: a new note's row is the same, whatever the edit holds."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workshop_app.bootstrap import create_database, load_agenda, merge_files
from workshop_app.domain.ids import new_entity_id
from workshop_app.domain.note import NoteField
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage import record_check, union
from workshop_app.storage.database import Database
from workshop_app.storage.foreign_file import in_this_process

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    WORDS,
    st.sampled_from(["0" * 32, "F" * 32, '"', "\\", "a;b"]),
    st.lists(st.one_of(WORDS, st.integers(0, 9), st.sampled_from(['"', "\\", '","', "];["])), max_size=3),
    st.dictionaries(WORDS, st.integers(0, 9), max_size=2),
)
USUAL: dict[str, Any] = {
    NoteField.NUMBER: "東1A-001",
    NoteField.WORKSHOP: "ab" * 16,
    NoteField.DEVICE: "A",
    NoteField.TABLE: 1,
    NoteField.ROUND: None,
    NoteField.THEME: "T1",
    NoteField.KIND: None,
    NoteField.POINTS: ["T1-K1", "T1-V2"],
    NoteField.TEXT: "窓口",
    NoteField.VOTES: 2,
    NoteField.ISLAND: None,
}
PAYLOADS = st.fixed_dictionaries({}, optional=dict.fromkeys(USUAL, ANYTHING)).map(
    lambda odd: USUAL | odd | {"type": "note"}
)


def file_with(folder: Path, payloads: list[dict[str, Any]]) -> Path:
    path = folder / "端末.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), "東区"))
    with closing(Database.open(path)) as database, database.transaction() as uow:
        for number, payload in enumerate(payloads):
            uow.append(new_entity_id(number), "set", payload, ())
    return path


def note_rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT * FROM note ORDER BY note_id").fetchall()


@settings(max_examples=60)
@given(st.lists(PAYLOADS, min_size=1, max_size=8))
@example([USUAL | {"type": "note", NoteField.VOTES: True}])
@example([USUAL | {"type": "note", NoteField.POINTS: ['x","y']}])
@example([USUAL | {"type": "note", NoteField.POINTS: ["", ""]}])
@example([USUAL | {"type": "note", NoteField.POINTS: ["[x]", "y"]}])
@example([USUAL | {"type": "note", NoteField.ISLAND: ""}])
@example([USUAL | {"type": "note", NoteField.TEXT: '改行\nあり「"」\\'}])
def test_bulk_projection_any_payload_equals_the_fold(payloads: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = file_with(folder, payloads)
        merged = folder / "統合.wsdb"
        report = merge_files(merged, [source], reader=in_this_process)
        assert report.sources[0].status == "merged"
        in_bulk = note_rows(merged)
        with closing(Database.open(merged)) as database:
            database.rebuild()
        assert in_bulk == note_rows(merged) == note_rows(source)
        assert len(in_bulk) == len(payloads)


def test_bulk_projection_without_the_readers_eye_would_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = file_with(tmp_path, [USUAL | {"type": "note", NoteField.TABLE: "5"}])
    monkeypatch.setattr(record_check, "_is_ordinary", lambda value: value["type"] == "note")
    merged = tmp_path / "統合.wsdb"
    merge_files(merged, [source], reader=in_this_process)
    assert note_rows(merged) != note_rows(source)


def test_bulk_projection_takes_the_usual_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = file_with(tmp_path, [USUAL | {"type": "note"}])
    folded: list[bytes] = []
    original = union.Union._fold_chunk

    def listen(self: union.Union, chunk: dict[bytes, Any], tallies: Any) -> None:
        folded.extend(chunk)
        original(self, chunk, tallies)

    monkeypatch.setattr(union.Union, "_fold_chunk", listen)
    merge_files(tmp_path / "統合.wsdb", [source], reader=in_this_process)
    (row,) = note_rows(source)
    # Agenda, workshop and device are folded one by one, the note is not.
    assert len(folded) == 3
    assert row[0] not in folded
