"""demo: the whole chain on the bundled opinions, as a newcomer runs it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from check_workbook import check
from cli_runner import cli_json, refused, run_cli
from openpyxl import load_workbook

from workshop_app.bootstrap import open_database
from workshop_app.domain.arrange import lay_out
from workshop_app.domain.board import Scope

WARDS = ["中央区", "東区", "西区", "南区", "北区"]


def test_demo_makes_five_wards_one_merged_file_and_a_workbook_whose_counts_agree(tmp_path: Path) -> None:
    folder = tmp_path / "練習 の 場所"
    done = run_cli("demo", folder, "--no-window", DISPLAY="")
    assert done.returncode == 0, done.stderr
    files = sorted(path.name for path in folder.iterdir())
    assert files == sorted(
        [
            *(f"{ward}.wsdb" for ward in WARDS),
            "統合_練習用データ.wsdb",
            "市民意見_練習用データ.xlsx",
            *(f"ボード_全会場.{suffix}" for suffix in ("png", "svg", "pdf")),
            "ボード_発表用_班ごと.pdf",
            "ボード_カード.pdf",
        ]
    )
    for name in files:
        assert str(folder / name) in done.stdout
    assert "秒" in done.stdout

    notes = cli_json("list", folder / "統合_練習用データ.wsdb")["notes"]
    live = [note for note in notes if not note["voided"]]
    assert len(live) >= 300
    assert {note["ward"] for note in live} == set(WARDS)
    assert {"T1", "T2", "T3"} <= {note["theme"] for note in live}
    assert any(note["island"] for note in live)
    assert sum(note["votes"] for note in live) > 100
    per_ward = {ward: [note for note in live if note["ward"] == ward] for ward in WARDS}
    assert all(len({note["table"] for note in mine}) >= 3 for mine in per_ward.values())
    assert all(len({note["round"] for note in mine}) >= 2 for mine in per_ward.values())
    assert cli_json("conflicts", folder / "統合_練習用データ.wsdb")["conflicts"]
    for ward in WARDS:
        own = cli_json("list", folder / f"{ward}.wsdb")["notes"]
        assert {note["id"] for note in own} == {note["id"] for note in notes if note["ward"] == ward}

    book = load_workbook(folder / "市民意見_練習用データ.xlsx")
    assert book["データ_意見"].max_row - 1 == len(live)
    facts = {row[0]: row[1] for row in book["出力情報"].iter_rows(values_only=True)}
    assert facts["データの種類"] == "練習用データ"
    assert "練習用データ" in str(book.worksheets[0].oddFooter.left.text)


def test_demo_workbook_has_the_counts_of_every_ward_and_all_four_charts(tmp_path: Path) -> None:
    book_path = cli_json("demo", tmp_path / "d")["workbook"]
    assert check(Path(book_path)) == []
    book = load_workbook(book_path)
    rows = {row[0]: row for row in book["資料1_開催結果"].iter_rows(min_row=4, values_only=True)}
    for ward in [*WARDS, "計"]:
        participants, observers, tables, notes, per_head, voters, votes = rows[ward][3:10]
        assert per_head == pytest.approx(notes / participants)
        assert 0 < observers < participants
        assert tables
        assert votes <= voters * 5 <= participants * 5
    assert len(book["資料4_集計"]._charts) == 4


def test_demo_again_leaves_the_earlier_one_alone(tmp_path: Path) -> None:
    first = cli_json("demo", tmp_path / "d")
    before = {path: path.read_bytes() for path in (tmp_path / "d").iterdir()}
    second = cli_json("demo", tmp_path / "d")
    assert second["folder"] != first["folder"]
    assert {path: path.read_bytes() for path in (tmp_path / "d").iterdir()} == before
    assert second["notes"] == first["notes"]


def test_demo_on_a_file_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    refused(run_cli("demo", taken))
    assert taken.read_text() == "mine"


def test_demo_boards_have_nested_islands_arrows_links_places_and_a_moment(tmp_path: Path) -> None:
    run_cli("demo", tmp_path / "d", "--no-window", DISPLAY="")
    with closing(open_database(tmp_path / "d" / "統合_練習用データ.wsdb")) as merged:
        board = merged.board(Scope())
        moments = merged.moments()
        then = {moment.moment_id: merged.board(moment.scope, moment.moment_id) for moment in moments}
    assert {moment.name for moment in moments} == {"島完成"}
    assert len(moments) == 10
    assert all(before.notes and not before.arrows for before in then.values())
    assert sum(island.parent_id is not None for island in board.islands) == 12
    assert len(board.arrows) == 8
    assert len(board.links) == 3
    assert all(island.table for island in board.islands)
    assert all(item.position for item in board.notes)
    layout = lay_out(board, ["T1", "T2", "T3", "T0"])
    boxes = [layout.boxes[item.note.note_id] for item in board.notes]
    assert len(boxes) == len({(box.x, box.y) for box in boxes}) > 300
