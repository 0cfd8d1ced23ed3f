"""The sentences of the merge page."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop_app.services.merge import MergeReport, SourceReport, TableLine
from workshop_app.services.wall import MissingTables, WallSum
from workshop_app.ui.merge_words import (
    arrived_text,
    day_and_time,
    mismatch_text,
    missing_text,
    places_text,
    result_text,
    tables_text,
)


def line(ward: str, table: int | None, in_file: int = 1, here: int = 1) -> TableLine:
    return TableLine(ward, table, in_file, in_file, here)


def source(name: str, status: str, **values: object) -> SourceReport:
    return SourceReport(Path(name), status, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tables", "text"),
    [
        ([], ""),
        ([3], "3班"),
        ([4, 5], "4・5班"),
        ([3, 1, 2], "1〜3班"),
        ([1, 3], "1・3班"),
        ([1, 2, 3, 5, 8, 9, 10, 11], "1〜3・5・8〜11班"),
    ],
)
def test_tables_text(tables: list[int], text: str) -> None:
    assert tables_text(tables) == text


def test_places_text_by_ward() -> None:
    lines = [line("東区", 1), line("東区", 2), line("東区", 3), line("西区", 2), line("", None)]
    assert places_text(lines) == "東区 1〜3班、西区 2班、区不明 （班なし）"


def test_missing_text_names_whole_wards_and_groups_the_unknown_ones() -> None:
    assert missing_text([]) == ""
    north = MissingTables("北区", (1, 2, 3, 4, 5), True)
    centre = MissingTables("中央区", (5,), False)
    assert missing_text([north, centre]) == "北区 1〜5班と中央区 5班がまだ届いていません。"
    unknown = [MissingTables(ward, (), True) for ward in ("東区", "西区")]
    assert missing_text([*unknown, centre]) == (
        "東区・西区（班の数は分かりません）と中央区 5班がまだ届いていません。"
    )


def test_arrived_text_counts_every_table_but_the_missing_ones() -> None:
    assert arrived_text(WallSum(4, 13, 1, 6, 0)) == "24班のうち 18班"
    assert arrived_text(WallSum(4, 0, 0, 0, 3)) == "4班のうち 4班、ほかに 3区"


def test_mismatch_text_names_the_tables_that_are_short() -> None:
    short = source("a.wsdb", "merged", tables=[line("南区", 4, 3, 3), line("南区", 5, 9, 8)])
    assert mismatch_text(short) == "5班の枚数が合いません"
    assert mismatch_text(source("a.wsdb", "merged", tables=[line("南区", 5, 3, 3)])) == ""


def test_result_text_never_calls_a_refused_file_unchanged() -> None:
    known, gone = source("a.wsdb", "unchanged"), source("b.wsdb", "refused", reason="見つかりません。")
    assert result_text(MergeReport(Path("t"), False, [known])) == (
        "このファイルは前に統合したものと同じです。何も変わっていません。"
    )
    said = result_text(MergeReport(Path("t"), False, [known, gone]))
    assert "同じです" not in said
    assert said == (
        "新しく統合したものはありません。今のデータは変わっていません。"
        "統合できなかったファイルが 1個あります（「b.wsdb」）。理由は表にあります。"
    )


def test_result_text_names_at_most_three_refused_files() -> None:
    merged = source("a.wsdb", "merged", added=2, updated=1)
    gone = [source(f"{number}.wsdb", "refused") for number in range(5)]
    said = result_text(MergeReport(Path("t"), False, [merged, *gone]))
    assert said.startswith("統合しました。新しい付箋は 2枚、変わった付箋は 1枚です。")
    assert "5個あります（「0.wsdb」「1.wsdb」「2.wsdb」など）" in said


def test_day_and_time_is_japanese_time() -> None:
    assert day_and_time(1_413_702_480_000) == "10月19日 16:08"
