"""The acceptance scenarios of the merge, each as a named test: here those of the merge itself.

The 25 and where each is shown (a colleague of this file where it says so):

 1 any order and grouping ........... test_scenario_01
 2 merged again ..................... test_scenario_02; at a million notes tests/bench
 3 a laptop comes back with more .... test_scenario_03
 4 two fields, two people ........... test_scenario_04
 5 one text, two wordings ........... tests/storage/test_conflicts.py
 6 the same words twice ............. test_scenario_06
 7 taken back, and edited unseen .... tests/storage/test_conflicts.py
 8 taken back after seeing the edit . tests/storage/test_conflicts.py
 9 a clock in 2099 .................. test_scenario_09
10 a clock in 1970, an hour back .... test_scenario_10
11 a cloned disk .................... test_scenario_11
12 a restored backup ................ test_scenario_12
13 older and newer files ............ test_scenario_13
14 not one of our files ............. tests/storage/test_merge.py
15 cut and flipped files ............ tests/storage/test_foreign_files.py, in thousands tests/fault
16 hostile schemas .................. tests/storage/test_foreign_files.py
17 the file without its -wal ........ tests/storage/test_foreign_files.py
18 a -journal beside the file ....... tests/storage/test_foreign_files.py
19 killed at any system call ........ tests/fault/test_faults.py
20 a full disk ...................... tests/fault/test_faults.py; the room needed tests/storage/test_space.py
21 the power goes after 完了 ........ tests/fault/test_faults.py
22 two secretaries, no locks ........ tests/storage/test_shared_folder.py, in rounds tests/fault/share_race.py,
                                      the window tests/ui/test_merge_share.py
23 the share goes away .............. tests/storage/test_shared_folder.py, tests/ui/test_merge_share.py
24 difficult text ................... test_scenario_24
25 counts that add up, and cancel ... test_scenario_25; at a million notes tests/bench

Everywhere its test is named test_scenario_NN_….
tests/laws tries the same for any history of laptops.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from laws.checks import digest
from laws.world import CHANCE, START_MS, Laptop, blank_file, controlled_world, op_rows
from old_files import as_version

from workshop_app.bootstrap import export_workbook, merge_files
from workshop_app.domain.clock import ADOPT_LIMIT_MS, stamp_ms
from workshop_app.domain.errors import Cancelled
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict, Note, NoteDraft
from workshop_app.services import record
from workshop_app.services.merge import MergeReport
from workshop_app.storage.database import Database
from workshop_app.storage.foreign_file import in_this_process

DAY_MS = 86_400_000
CLONE = "複製された"
SAME_NUMBER = "同じ番号の付箋"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in a world whose clock and chance are the test's."""
    with controlled_world() as place:
        CHANCE.restart(0)
        yield place


def laptop(folder: Path, mark: str = "A", *texts: str) -> Laptop:
    here = Laptop(folder / f"端末{mark}.wsdb", blank_file(mark), START_MS)
    if texts:
        record.add_notes(here.database, [NoteDraft(text) for text in texts])
    return here


def copy_of(one: Laptop, name: str, *, running: bool = False) -> Laptop:
    return one.copy(one.path.with_name(name), running=running)


def merge(target: Path, *sources: Laptop | Path, **named: Any) -> MergeReport:
    paths = [source.path if isinstance(source, Laptop) else source for source in sources]
    return merge_files(target, paths, reader=in_this_process, **named)


def notes_of(path: Path) -> list[Note]:
    with closing(Database.open(path)) as database:
        return database.notes()


def conflicts_of(path: Path) -> list[Conflict]:
    with closing(Database.open(path)) as database:
        return database.conflicts()


def texts_of(path: Path) -> list[str]:
    return sorted(note.text for note in notes_of(path))


def edit(here: Laptop, note_id: EntityId, **fields: Any) -> None:
    here.wall_ms += 60_000
    record.edit_note(here.database, note_id, fields)


def warnings_of(report: MergeReport) -> list[str]:
    return [*report.warnings, *(line for source in report.sources for line in source.warnings)]


def rows_new(report: MergeReport) -> list[int]:
    return [source.rows_new for source in report.sources]


def twelve(folder: Path) -> list[Laptop]:
    """Twelve laptops that share some notes, edit them without knowing of each other, and take some back."""
    shared = laptop(folder, "A", "みんなの付箋1", "みんなの付箋2")
    ids = [note.note_id for note in shared.database.notes()]
    laptops = [shared]
    for mark in "BCDEFGHIJKL":
        here = laptop(folder, mark, f"{mark}の意見1", f"{mark}の意見2")
        merge(here.path, shared)
        laptops.append(here)
    for number, here in enumerate(laptops):
        here.wall_ms += number % 5 * 1_000
        edit(here, ids[number % 2], votes=number % 3, **({"text": f"案{number}"} if number < 4 else {}))
        if number % 4 == 3:
            record.void_notes(here.database, [ids[number % 2]], "重複")
    return laptops


def groups(items: Sequence[Laptop], rng: random.Random) -> Iterator[list[Laptop]]:
    rest = rng.sample(items, len(items))
    while rest:
        size = rng.randint(1, 6)
        yield rest[:size]
        rest = rest[size:]


def test_scenario_01_twelve_files_in_fifty_orders_and_groupings_one_result(folder: Path) -> None:
    laptops = twelve(folder)
    rng = random.Random(1)
    results = []
    for number in range(50):
        target = folder / f"統合{number}.wsdb"
        for group in groups(laptops, rng):
            if len(group) > 3:
                # Gathered by somebody else first.
                between = folder / f"途中{number}.wsdb"
                merge(between, *group)
                merge(target, between)
                between.unlink()
            else:
                merge(target, *group)
        results.append(digest(target))
        assert len(notes_of(target)) == 2 + 11 * 2
        target.unlink()
    assert results == [results[0]] * 50


def test_scenario_02_merged_again_nothing_new_and_untouched(folder: Path) -> None:
    laptops = twelve(folder)[:4]
    target = folder / "統合.wsdb"
    merge(target, *laptops)
    before = target.read_bytes()
    for one in laptops:
        report = merge(target, one)
        assert (report.sources[0].status, rows_new(report), report.backup) == ("unchanged", [0], None)
    assert target.read_bytes() == before


def test_scenario_03_laptop_returns_with_fifty_new_and_ten_edits_sixty_new_records(folder: Path) -> None:
    here = laptop(folder, "D", *(f"意見{number}" for number in range(200)))
    target = folder / "統合.wsdb"
    merge(target, here)
    first = here.database.notes()
    record.add_notes(here.database, [NoteDraft(f"あとの意見{number}") for number in range(50)])
    for note in first[:10]:
        edit(here, note.note_id, text=note.text + "（直し）")
    report = merge(target, here)
    source = report.sources[0]
    assert (source.rows_new, source.added, source.updated) == (60, 50, 10)
    assert report.notes == 250
    assert len({note.note_id for note in notes_of(target)}) == len(set(texts_of(target))) == 250


def test_scenario_04_text_here_theme_there_both_kept_without_conflict(folder: Path) -> None:
    a = laptop(folder, "A", "元の文")
    b = copy_of(a, "端末B.wsdb")
    (note,) = a.database.notes()
    edit(a, note.note_id, text="直した文")
    edit(b, note.note_id, theme="S2")
    target = folder / "統合.wsdb"
    report = merge(target, a, b)
    (merged,) = notes_of(target)
    assert (merged.text, merged.theme, merged.conflicts) == ("直した文", "S2", ())
    assert report.open_conflicts == 0


def test_scenario_06_both_typed_the_same_no_conflict(folder: Path) -> None:
    a = laptop(folder, "A", "元の文")
    b = copy_of(a, "端末B.wsdb")
    (note,) = a.database.notes()
    for here in (a, b):
        edit(here, note.note_id, text="同じ直し")
    target = folder / "統合.wsdb"
    assert merge(target, a, b).open_conflicts == 0
    assert [(n.text, n.conflicts) for n in notes_of(target)] == [("同じ直し", ())]


def test_scenario_09_clock_in_2099_later_edit_wins_and_the_station_is_named(folder: Path) -> None:
    wrong = laptop(folder, "A")
    wrong.wall_ms = 4_086_000_000_000
    record.add_notes(wrong.database, [NoteDraft("2099年の付箋")])
    right = laptop(folder, "B", "正しい時計の付箋")
    CHANCE.wall_ms = right.wall_ms
    report = merge(right.path, wrong)
    (warning,) = warnings_of(report)
    assert "端末A.wsdb" in warning
    assert "時計" in warning
    future = next(note for note in right.database.notes() if note.text == "2099年の付箋")
    edit(right, future.note_id, text="あとからの直し")
    newest = max(row[5] for row in op_rows(right.path) if row[0] not in {r[0] for r in op_rows(wrong.path)})
    assert stamp_ms(newest) <= right.wall_ms + ADOPT_LIMIT_MS
    CHANCE.wall_ms = right.wall_ms
    merge(wrong.path, right)
    for path in (wrong.path, right.path):
        note = next(n for n in notes_of(path) if n.note_id == future.note_id)
        assert (note.text, note.conflicts) == ("あとからの直し", ())


def test_scenario_10_clock_in_1970_and_an_hour_back_nothing_refused_order_kept(folder: Path) -> None:
    here = laptop(folder, "A", "はじめ")
    (note,) = here.database.notes()
    for number, jump in enumerate((-44 * 365 * DAY_MS, 0, 3_600_000, -3_600_000)):
        here.wall_ms += jump
        record.edit_note(here.database, note.note_id, {"text": f"直し{number}"})
    target = folder / "統合.wsdb"
    report = merge(target, here)
    assert report.sources[0].rows_new == report.sources[0].rows_in == len(op_rows(here.path))
    written = [(row[7], row[5]) for row in op_rows(target) if row[1] == note.note_id]
    assert [clock for _, clock in sorted(written)] == sorted(clock for _, clock in written)
    assert [(n.text, n.conflicts) for n in notes_of(target)] == [("直し3", ())]


@pytest.mark.parametrize("running", [False, True])
def test_scenario_11_cloned_disk_all_notes_kept_one_warning_idempotent(folder: Path, running: bool) -> None:
    a = laptop(folder, "A", "前からの付箋")
    b = copy_of(a, "写し.wsdb", running=running)
    for here, text in ((a, "一台目"), (b, "二台目")):
        here.wall_ms += 60_000
        record.add_notes(here.database, [NoteDraft(text)])
    target = folder / "統合.wsdb"
    report = merge(target, a, b)
    assert texts_of(target) == ["一台目", "二台目", "前からの付箋"]
    said = warnings_of(report)
    # A clone that was started anew shows by the numbers given twice; one copied while running is named as such.
    assert sum(SAME_NUMBER in line for line in said) == 1
    assert sum(CLONE in line for line in said) == running
    before = target.read_bytes()
    assert rows_new(merge(target, b, a)) == [0, 0]
    assert target.read_bytes() == before


def test_scenario_12_restored_backup_records_before_and_after_all_there(folder: Path) -> None:
    here = laptop(folder, "A", "昨日の付箋")
    yesterday, held = here.path.read_bytes(), frozenset(here.held)
    record.add_notes(here.database, [NoteDraft("消えたはずの付箋")])
    target = folder / "統合.wsdb"
    merge(target, here)
    here.put_back(yesterday, held)
    here.wall_ms += DAY_MS
    record.add_notes(here.database, [NoteDraft("戻したあとの付箋")])
    merge(target, here)
    assert texts_of(target) == ["戻したあとの付箋", "昨日の付箋", "消えたはずの付箋"]
    merge(here.path, target)
    assert texts_of(here.path) == texts_of(target)


def test_scenario_13_old_file_merges_unknown_field_survives_newer_version_refused(folder: Path) -> None:
    old = laptop(folder, "A")
    with old.database.transaction() as uow:
        uow.append(uow.new_id(), "set", {"type": "note", "number": "港A-001", "text": "テーマのない版"}, ())
    newer = laptop(folder, "B")
    fields = {
        "type": "note",
        "number": "港B-001",
        "text": "先の版",
        "気分": {"z": [1, None], "か\u3099": "😀"},
    }
    with newer.database.transaction() as uow:
        uow.append(uow.new_id(), "set", fields, ())
    (payload,) = [row[3] for row in op_rows(newer.path) if "気分" in row[3]]
    for here, version in ((old, 1), (newer, 2)):
        here.close()
        as_version(here.path, version)
    target = folder / "統合.wsdb"
    report = merge(target, old.path, newer.path)
    assert [source.status for source in report.sources] == ["merged", "merged"]
    assert texts_of(target) == ["テーマのない版", "先の版"]
    # Through an older version's file and back into a new one.
    as_version(target, 2)
    again = folder / "もう一度.wsdb"
    merge(again, target)
    assert payload in [row[3] for row in op_rows(again)]

    future = folder / "v999.wsdb"
    shutil.copyfile(again, future)
    with closing(sqlite3.connect(future)) as raw:
        raw.execute("PRAGMA user_version = 999")
    before = (future.read_bytes(), again.read_bytes())
    report = merge(again, future)
    assert report.sources[0].status == "refused"
    assert "新しい版" in (report.sources[0].reason or "")
    assert (future.read_bytes(), again.read_bytes()) == before


DIFFICULT = {
    "絵文字": "👩‍👩‍👧‍👦と🏳️‍🌈の広場",
    "代わりの字": "読めない\ufffd字",
    "一つのが": "がけ",
    "二つのが": "か\u3099け",
    "式": "=cmd|' /C calc'!A0",
}
NOT_STORABLE = {"NUL": "前\x00後", "長い": "長" * 70_000}
"""The second is about 200 KB."""


def test_scenario_24_difficult_text_verbatim_or_quarantined_never_cut(folder: Path) -> None:
    here = laptop(folder, "A")
    with here.database.transaction() as uow:
        for number, text in enumerate([*DIFFICULT.values(), *NOT_STORABLE.values()], 1):
            uow.append(uow.new_id(), "set", {"type": "note", "number": f"港A-{number:03d}", "text": text}, ())
    target = folder / "統合.wsdb"
    report = merge(target, here)
    source = report.sources[0]
    assert source.quarantined == len(NOT_STORABLE)
    assert source.rows_in == source.rows_new + source.rows_known + source.quarantined
    assert any(f"{len(NOT_STORABLE)}件の記録" in line for line in source.warnings)
    assert texts_of(target) == sorted(DIFFICULT.values())
    with closing(sqlite3.connect(target)) as raw:
        kept = raw.execute("SELECT reason, raw FROM quarantine ORDER BY serial").fetchall()
    assert len(kept) == len(NOT_STORABLE)
    assert all(reason and raw_text for reason, raw_text in kept)

    book = openpyxl.load_workbook(export_workbook(target, folder / "意見.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    shown = {cell.value: cell.data_type for cell in cells if cell.value in DIFFICULT.values()}
    assert shown == dict.fromkeys(DIFFICULT.values(), "s")


class StopAtWriting:
    """Stops the merge when it has begun to write."""

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        if "数えて" in what:
            raise Cancelled("やめました。")

    def check(self) -> None:
        """Never in between."""


def test_scenario_25_counts_add_up_in_report_and_receipt_and_cancel_changes_nothing(folder: Path) -> None:
    laptops = twelve(folder)
    with laptops[5].database.transaction() as uow:
        uow.append(uow.new_id(), "set", {"type": "note", "text": "前\x00後"}, ())
    target = folder / "統合.wsdb"
    merge(target, *laptops[:3])
    before = target.read_bytes()
    with pytest.raises(Cancelled):
        merge(target, *laptops[3:], watch=StopAtWriting())
    assert target.read_bytes() == before

    here = {row[0] for row in op_rows(target)}
    report = merge(target, *laptops[3:])
    for one, source in zip(laptops[3:], report.sources, strict=True):
        rows = {row[0] for row in op_rows(one.path)}
        left_out = 1 if one is laptops[5] else 0
        counts = (source.rows_in, source.rows_new, source.rows_known, source.quarantined)
        known = len(rows & here)
        assert counts == (len(rows), len(rows) - known - left_out, known, left_out)
        here |= rows
    with closing(Database.open(target)) as database:
        printed = database.receipts()[-1]
        assert len(database.notes()) == printed["notes"] == report.notes
        assert len(database.all_ops()) == sum(rows_new(report)) + len(
            {row[0] for one in laptops[:3] for row in op_rows(one.path)}
        )
    names = ("rows_in", "rows_new", "rows_known", "quarantined", "added")
    assert [[line[name] for name in names] for line in printed["sources"]] == [
        [getattr(source, name) for name in names] for source in report.sources
    ]
