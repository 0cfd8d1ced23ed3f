"""The bundled practice opinions: complete, varied, storable and plainly marked as made up."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from workshop_app.domain.agenda import OTHER_THEME_ID, Agenda
from workshop_app.domain.text import fold_text, require_note_text
from workshop_app.storage.agenda_file import load_agenda

Row = dict[str, str]

COLUMNS = ["ward", "date", "venue", "tables", "table", "round", "device", "theme", "kind", "points"]
COLUMNS += ["votes", "island", "text"]
WARDS = ["中央区", "東区", "西区", "南区", "北区"]
EXACT_TWINS = {"駐車場が足りない", "待ち時間が長い", "どこに聞けばいいか分からない"}
SEALS_PER_TABLE = 7 * 5
"""Seven people a table with five seals each, as the folder's README says."""


@pytest.fixture(scope="module")
def samples() -> Path:
    return Path(__file__).resolve().parents[2] / "resources" / "samples"


@pytest.fixture(scope="module")
def rows(samples: Path) -> list[Row]:
    with (samples / "kumamoto_practice_opinions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def agenda(samples: Path) -> Agenda:
    return load_agenda(samples.parent / "agenda" / "kumamoto-h26.yaml")


def by_ward(rows: Sequence[Row]) -> dict[str, list[Row]]:
    wards: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        wards[row["ward"]].append(row)
    return dict(wards)


def points_of(row: Row) -> list[str]:
    return [point for point in row["points"].split(";") if point]


def test_file_bytes_are_plain_utf8_with_unix_lines(samples: Path) -> None:
    raw = (samples / "kumamoto_practice_opinions.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert raw.decode("utf-8").split("\n", 1)[0].split(",") == COLUMNS


def test_rows_are_many_and_whole(rows: list[Row]) -> None:
    assert len(rows) >= 300
    assert all(list(row) == COLUMNS and None not in row.values() for row in rows)


def test_wards_are_the_five_of_the_agenda_in_official_order(rows: list[Row], agenda: Agenda) -> None:
    assert list(by_ward(rows)) == WARDS
    assert [agenda.ward(name).name for name in WARDS] == [ward.name for ward in agenda.wards]


@pytest.mark.parametrize("ward", WARDS)
def test_each_ward_is_one_workshop_with_tables_rounds_and_laptops(
    ward: str, rows: list[Row], agenda: Agenda
) -> None:
    mine = by_ward(rows)[ward]
    assert len(mine) >= 60
    assert len({(row["date"], row["venue"], row["tables"]) for row in mine}) == 1
    period = next(meeting for meeting in agenda.schedule if meeting.kind == "workshop")
    assert date.fromisoformat(period.date_from) <= date.fromisoformat(mine[0]["date"])
    assert date.fromisoformat(mine[0]["date"]) <= date.fromisoformat(period.date_to)
    assert re.fullmatch(r"練習用会場（.+）", mine[0]["venue"])
    tables = int(mine[0]["tables"])
    assert tables >= 3
    assert {int(row["table"]) for row in mine} == set(range(1, tables + 1))
    assert {row["round"] for row in mine} == {"1", "2"}
    assert {row["device"] for row in mine} == {"A", "B"}
    assert {"T1", "T2", "T3", "T0", ""} == {row["theme"] for row in mine}


def test_themes_and_kinds_exist_in_the_agenda(rows: list[Row], agenda: Agenda) -> None:
    themes = {theme.id for theme in agenda.all_themes}
    kinds = {kind.id for kind in agenda.kinds}
    assert {row["theme"] for row in rows} == themes | {""}
    assert {row["kind"] for row in rows} == kinds | {""}
    for theme in ("T1", "T2", "T3"):
        assert sum(row["theme"] == theme for row in rows) >= 60
    for kind in kinds:
        assert sum(row["kind"] == kind for row in rows) >= 20


def test_every_viewpoint_and_issue_has_three_opinions(rows: list[Row], agenda: Agenda) -> None:
    wanted = {point.id for theme in agenda.themes for point in agenda.points_of(theme.id)}
    counts = Counter(point for row in rows for point in points_of(row))
    assert len(wanted) == 30
    assert {point for point in wanted if counts[point] < 3} == set()
    assert set(counts) <= wanted


def test_points_belong_to_the_theme_of_their_row(rows: list[Row]) -> None:
    for row in rows:
        points = points_of(row)
        assert len(points) <= 3
        assert len(set(points)) == len(points)
        if row["theme"] == OTHER_THEME_ID:
            assert points == []
        elif row["theme"]:
            assert {point.split("-")[0] for point in points} <= {row["theme"]}


def test_islands_are_sentences_shared_by_two_to_six_notes(rows: list[Row]) -> None:
    sizes = Counter((row["ward"], row["theme"], row["island"]) for row in rows if row["island"])
    assert all(2 <= size <= 6 for size in sizes.values())
    titles = [title for _, _, title in sizes]
    assert len(set(titles)) == len(titles) >= 40
    assert all(len(title) >= 12 and "\n" not in title for title in titles)
    assert {theme for _, theme, _ in sizes} == {"T1", "T2", "T3"}
    assert sum(not row["island"] for row in rows) >= len(rows) // 5


def test_votes_fit_the_seals_given_out(rows: list[Row]) -> None:
    assert all(re.fullmatch(r"\d{1,2}", row["votes"]) and int(row["votes"]) <= 12 for row in rows)
    for mine in by_ward(rows).values():
        assert 0 < sum(int(row["votes"]) for row in mine) <= SEALS_PER_TABLE * int(mine[0]["tables"])


def test_texts_are_stored_as_written_and_of_note_length(rows: list[Row]) -> None:
    for row in rows:
        assert require_note_text(row["text"]) == row["text"]
    lengths = [len(row["text"]) for row in rows]
    assert max(lengths) <= 100
    assert sum(8 <= length <= 70 for length in lengths) >= 0.9 * len(rows)
    assert sum("\n" in row["text"] for row in rows) >= 3


def test_texts_repeat_only_where_meant(rows: list[Row]) -> None:
    counts = Counter(fold_text(row["text"]) for row in rows)
    repeated = {text: count for text, count in counts.items() if count > 1}
    assert repeated == {fold_text(text): 2 for text in EXACT_TWINS}
    for twin in EXACT_TWINS:
        assert len({row["ward"] for row in rows if row["text"] == twin}) == 2


def test_texts_hold_nothing_that_looks_personal(rows: list[Row]) -> None:
    personal = re.compile(r"\d{3,}|[@＠]|https?:|市長|議員|党")
    assert [row["text"] for row in rows if personal.search(row["text"] + row["island"])] == []


def test_readme_says_practice_data_and_explains_every_column(samples: Path) -> None:
    readme = (samples / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("練習用データ")
    assert [name for name in COLUMNS if f"`{name}`" not in readme] == []
    assert [twin for twin in EXACT_TWINS if twin not in readme] == []
