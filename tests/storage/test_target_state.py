"""The state of a target: its wall with a preview in it, its receipts, and whether the last merge can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from merge_desk import cut_file, ward_file
from office_files import add_to

from workshop_app.bootstrap import merge_files, take_back_merge, target_state
from workshop_app.domain.errors import InvalidInput, RefusedFile
from workshop_app.services.merge import MergeReport
from workshop_app.services.wall import Cell, CellState, TargetState, WallRow, missing_tables, sum_up
from workshop_app.storage.foreign_file import in_this_process


def preview(target: Path, *sources: Path) -> MergeReport:
    return merge_files(target, sources, dry_run=True, reader=in_this_process)


def merge(target: Path, *sources: Path) -> MergeReport:
    return merge_files(target, sources, reader=in_this_process)


def cells(state: TargetState, ward: str) -> dict[int | None, Cell]:
    row = next(row for row in state.rows if row.ward == ward)
    return {cell.table: cell for cell in row.cells}


def test_state_of_a_target_that_is_not_there_is_the_preview_alone(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    assert target_state(target) == TargetState()
    state = target_state(target, preview(target, ward_file(tmp_path, "東区", {1: 2})))
    assert not target.exists()
    assert cells(state, "東区")[1] == Cell(1, CellState.COMING, 2, 2)
    # The file that is coming says how many tables its ward has.
    assert cells(state, "東区")[4].state is CellState.MISSING
    assert [row.devices for row in state.rows if row.ward == "東区"] == [("A",)]


def test_state_with_a_preview_tells_what_is_in_from_what_is_coming(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    merge(target, ward_file(tmp_path, "東区", {1: 2}))
    later = ward_file(tmp_path, "東区", {2: 3}, device="B")
    state = target_state(target, preview(target, later))
    assert cells(state, "東区")[1] == Cell(1, CellState.IN, 2, 2)
    assert cells(state, "東区")[2] == Cell(2, CellState.COMING, 3, 3)
    total = sum_up(state.rows)
    assert (total.arrived, total.coming, total.mismatch, total.missing, total.unknown_wards) == (
        1,
        1,
        0,
        2,
        4,
    )
    assert total.tables == 4


def test_mismatch_when_a_laptops_last_word_has_more_notes_than_the_target(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    merge(target, ward_file(tmp_path, "東区", {1: 2, 2: 2}))
    before = target.read_bytes()
    state = target_state(target)
    assert cells(state, "東区")[1].state is CellState.IN
    assert target.read_bytes() == before


def test_missing_tables_whole_wards_first() -> None:
    def cell(table: int, state: CellState) -> Cell:
        return Cell(table, state, 0, 0)

    rows = [
        WallRow("中央区", (cell(1, CellState.IN), cell(2, CellState.MISSING)), 2, ()),
        WallRow("東区", (cell(1, CellState.MISSING), cell(2, CellState.MISSING)), 2, ()),
        WallRow("西区", (), None, ()),
        WallRow("南区", (cell(1, CellState.COMING),), 1, ()),
    ]
    assert [(one.ward, one.tables) for one in missing_tables(rows)] == [
        ("東区", (1, 2)),
        ("西区", ()),
        ("中央区", (2,)),
    ]


def test_notes_without_a_table_are_shown_and_count_as_no_table(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    merge(target, ward_file(tmp_path, "東区", {None: 2, 1: 1}, expected=1))  # type: ignore[dict-item]
    state = target_state(target)
    assert cells(state, "東区")[None] == Cell(None, CellState.IN, 2, 2)
    assert sum_up(state.rows).tables == 1


def test_state_says_why_the_last_merge_is_kept(tmp_path: Path) -> None:
    target = ward_file(tmp_path, "南区", {1: 1})
    assert "取り消せる統合がありません" in target_state(target).why_kept
    merge(target, ward_file(tmp_path, "東区", {1: 2}))
    state = target_state(target)
    assert state.why_kept == ""
    assert [receipt["number"] for receipt in state.receipts] == [1]
    add_to(target, ["あとから"])
    assert "記録が加わっている" in target_state(target).why_kept
    with pytest.raises(InvalidInput, match="記録が加わっている"):
        take_back_merge(target)


def test_state_of_a_file_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "予定表.wsdb"
    other.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(RefusedFile):
        target_state(other)


# --- what a report says of its sources -------------------------------------------------------------------------------


def test_unchanged_file_keeps_its_tables_with_the_counts_of_today(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    east = ward_file(tmp_path, "東区", {1: 2, 3: 1})
    merge(target, east)
    merge(target, ward_file(tmp_path, "東区", {1: 4}, device="B"))
    source = preview(target, east).sources[0]
    assert (source.status, source.earlier) == ("unchanged", 1)
    assert [(line.ward, line.table, line.in_file, line.new, line.here) for line in source.tables] == [
        ("東区", 1, 2, 0, 6),
        ("東区", 3, 1, 0, 1),
    ]


def test_same_records_in_other_bytes_have_their_tables_too(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    east = ward_file(tmp_path, "東区", {2: 2})
    merge(target, east)
    copy = ward_file(tmp_path, "西区", {})
    assert merge(target, copy).sources[0].status == "merged"
    add_to(copy, [])
    again = preview(target, target.with_name("東区_第1回_A.wsdb"), copy).sources
    assert [source.status for source in again] == ["unchanged", "unchanged"]
    assert [line.table for line in again[0].tables] == [2]


def test_salvage_only_for_the_files_named(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    asked = cut_file(ward_file(tmp_path, "東区", {1: 40}))
    other = cut_file(ward_file(tmp_path, "西区", {1: 40}))
    report = merge_files(target, [asked, other], salvage=[asked], reader=in_this_process)
    assert [source.status for source in report.sources] == ["merged", "refused"]
    assert report.sources[0].salvaged
    assert any("捨てずに取っておいて" in text for text in report.sources[0].warnings)
    assert report.sources[1].salvageable


def test_records_left_out_are_counted_by_reason(tmp_path: Path) -> None:
    source = ward_file(tmp_path, "東区", {1: 40})
    raw = source.read_bytes()
    source.write_bytes(raw.replace("東区1班の意見7".encode(), "東区1班の意見x".encode()))
    report = merge_files(tmp_path / "統合.wsdb", [source], salvage=True, reader=in_this_process)
    (found,) = report.sources
    assert found.quarantined == sum(count for _, count in found.left_out) > 0
    assert report.receipt["sources"][0]["left_out"] == [
        {"reason": reason, "count": count} for reason, count in found.left_out
    ]
