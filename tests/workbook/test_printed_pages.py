"""What stands on which page and how it is called: 資料1, 資料4 and 出力情報 against their design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from check_workbook import check
from openpyxl import load_workbook

from workshop_app import bootstrap
from workshop_app.demo import run_demo
from workshop_app.domain.note import NoteDraft
from workshop_app.paths import resource
from workshop_app.services.ports import SourceInfo
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.services.record import add_notes
from workshop_app.services.report_data import output_sheet
from workshop_app.services.report_facts import gather_facts

WARDS = ["中央区", "東区", "西区", "南区", "北区"]
THEMES = ["(1) 役割分担・連携", "(2) まちづくり", "(3) 行政窓口", "その他・テーマ外"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo."""
    return run_demo(tmp_path_factory.mktemp("demo") / "d", lambda line: None).folder


@pytest.fixture(scope="module")
def merged(demo: Path) -> Any:
    """The workbook of all five wards, open."""
    return load_workbook(demo / "市民意見_練習用データ.xlsx")


@pytest.fixture(scope="module")
def one_ward(demo: Path) -> Any:
    """The workbook of one ward's file, open."""
    path = bootstrap.export_workbook(demo / "東区.wsdb", demo / "東区.xlsx")
    assert check(path) == []
    return load_workbook(path)


@pytest.fixture
def empty(tmp_path: Path) -> Any:
    """The workbook of a file without a note, open."""
    path = tmp_path / "東区.wsdb"
    bootstrap.create_database(path, WorkshopSetup(bootstrap.load_agenda(None), "東区", "2014-10-05", "", 4))
    written = bootstrap.export_workbook(path, tmp_path / "空.xlsx")
    assert check(written) == []
    return load_workbook(written)


def column_a(sheet: Any) -> list[str]:
    return [str(row[0]) for row in sheet.iter_rows(values_only=True) if row[0] is not None]


def page_of(sheet: Any, beginning: str) -> int:
    """The page (from 1) of the row whose first cell begins so."""
    row = next(r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 1).value).startswith(beginning))
    return 1 + sum(1 for page_break in sheet.row_breaks.brk if page_break.id < row)


def table(sheet: Any, caption: str) -> dict[str, tuple[Any, ...]]:
    """Rows of one table of 資料4 by their label, header and 計 included."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(index for index, row in enumerate(rows) if str(row[0]).startswith(caption))
    out = {}
    for row in rows[start + 1 :]:
        out[str(row[0])] = row
        if row[0] == "計":
            break
    return out


# --- names ---------------------------------------------------------------------------------------------------


def test_themes_are_printed_with_the_agendas_own_number(merged: Any) -> None:
    bands = [text for text in column_a(merged["資料3-1_意見一覧_島別"]) if text.startswith("テーマ")]
    assert bands[0].startswith("テーマ(1)　区役所・本庁の責務、役割、区役所と本庁の役割分担、連携　")
    for caption in ("表2", "表4"):
        assert list(table(merged["資料4_集計"], caption))[1:5] == THEMES
    legends = [[series.tx.v for series in chart.series] for chart in merged["資料4_集計"]._charts]
    assert legends[0][:4] == THEMES
    data = list(merged["データ_意見"].iter_rows(min_row=2, values_only=True))
    assert {row[10]: row[11] for row in data}["T0"] == "その他・テーマ外"


def test_another_agenda_has_its_own_way_of_numbering(tmp_path: Path) -> None:
    path = tmp_path / "潮見.wsdb"
    agenda = bootstrap.load_agenda(resource("agenda", "sample-shiomi.yaml"))
    bootstrap.create_database(path, WorkshopSetup(agenda, agenda.wards[0].name))
    book = load_workbook(bootstrap.export_workbook(path, tmp_path / "x.xlsx"))
    assert any(
        text.startswith("テーマ1　海辺の公園の使い方　") for text in column_a(book["資料3-1_意見一覧_島別"])
    )


# --- 資料1 -----------------------------------------------------------------------------------------------------


def test_results_sheet_tells_five_steps_of_the_day(merged: Any, empty: Any) -> None:
    for book, voting in ((merged, "1人5票で投票しました（意見への票"), (empty, "投票の記録はありません。")):
        sheet = book["資料1_開催結果"]
        rows = list(sheet.iter_rows(values_only=True))
        start = next(index for index, row in enumerate(rows) if row[0] == "当日の進め方")
        steps = rows[start + 1 : start + 6]
        assert [row[0] for row in steps] == [1, 2, 3, 4, 5]
        assert [row[1] for row in steps] == [
            "趣旨説明",
            "意見の記入",
            "島づくり",
            "発表と投票",
            "記録の確認",
        ]
        assert voting in steps[3][2]
    assert "（ラウンド1・2）" in "".join(str(row[2]) for row in merged["資料1_開催結果"].values)


def test_results_sheet_of_five_wards_is_one_page(merged: Any) -> None:
    sheet = merged["資料1_開催結果"]
    # It is fitted to the width, which never makes it larger.
    assert sum(sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)) <= 595.3 - 105.1


def test_results_sheet_names_the_per_head_column_as_a_count(merged: Any) -> None:
    assert merged["資料1_開催結果"]["H3"].value.replace("\n", "") == "1人当たり件数（件/人）"


def test_ward_without_a_file_has_no_number_anywhere(one_ward: Any, merged: Any) -> None:
    results = {row[0]: row for row in one_ward["資料1_開催結果"].iter_rows(min_row=4, values_only=True)}
    bases, themes = (table(one_ward["資料4_集計"], caption) for caption in ("表1", "表2"))
    for place, ward in enumerate(WARDS, start=1):
        known = ward == "東区"
        assert (results[ward][6] == "－", bases[ward][3] == "－", bases[ward][7] == "－") == (not known,) * 3
        assert results[ward][6] == bases[ward][3]
        assert (themes["計"][place] == "－") == (not known)
    logged = one_ward["データ_集計"].iter_rows(min_row=2, values_only=True)
    silent = [row[7] for row in logged if row[2] == "西区"]
    assert silent
    assert set(silent) == {"該当なし"}
    # A theme nobody of a recorded ward spoke about is still a 0.
    assert "－" not in {value for row in table(merged["資料4_集計"], "表2").values() for value in row}


# --- 資料4 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["merged", "one_ward"])
def test_tables_sheet_is_three_pages_each_with_its_tables(name: str, request: pytest.FixtureRequest) -> None:
    sheet = request.getfixturevalue(name)["資料4_集計"]
    assert len(sheet.row_breaks.brk) == 2
    assert [page_of(sheet, f"表{number}") for number in (1, 2, 3, 4, 5)] == [1, 1, 2, 3, 3]
    pages = [1 + sum(b.id <= chart.anchor._from.row for b in sheet.row_breaks.brk) for chart in sheet._charts]
    assert pages == [2, 2, 3, 3]


def test_tables_sheet_gives_its_charts_more_room_when_there_is_room(merged: Any) -> None:
    heights = [chart.anchor.to.row - chart.anchor._from.row + 1 for chart in merged["資料4_集計"]._charts]
    assert heights[0] == heights[1] == 17
    assert 11 <= heights[2] == heights[3] < 17


def test_chart_frame_stays_off_the_border_of_two_pages(one_ward: Any) -> None:
    assert all(chart.anchor._from.rowOff > 0 for chart in one_ward["資料4_集計"]._charts)


def test_tables_sheet_without_a_note_is_one_page_with_every_header(empty: Any) -> None:
    sheet = empty["資料4_集計"]
    assert sheet.row_breaks.brk == []
    texts = column_a(sheet)
    assert [text[:2] for text in texts if text.startswith("表")] == ["表1", "表2", "表3", "表4", "表5"]
    assert texts.count("該当する意見はありません") == 4
    height = sum(sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1))
    assert height <= (595.3 - 105.1) / 0.92
    assert "※ 意見がないため図はありません。" in texts


# --- 出力情報 ----------------------------------------------------------------------------------------------------


def test_provenance_names_the_agendas_version_and_every_fingerprint_in_its_own_cell(merged: Any) -> None:
    rows = list(merged["出力情報"].iter_rows(min_row=2, values_only=True))
    values = {row[0]: row[1] for row in rows}
    assert values["議題の版"] == bootstrap.load_agenda(None).version
    assert [values[f"統合元ファイル{n}"] for n in range(1, 6)] == [f"{ward}.wsdb" for ward in WARDS]
    prints = [values[f"統合元ファイル{n}_指紋"] for n in range(1, 6)]
    assert all(len(text) == 64 and int(text, 16) for text in prints)
    widths = [merged["出力情報"].column_dimensions[letter].width for letter in "ABC"]
    for row in rows:
        for value, width in zip(row, widths, strict=True):
            # Half a width unit holds half an em at 10 points; nothing may run over the border in print.
            assert sum(2 if ord(char) > 0x2000 else 1 for char in str(value)) <= width, value


def test_source_files_stand_in_ward_order_and_unnamed_ones_last() -> None:
    agenda = bootstrap.load_agenda(None)
    facts = gather_facts(agenda, [], [], [])
    names = ["東区.wsdb", "その他.wsdb", "北区_20141018-1200.wsdb", "中央区.wsdb", "東区_B.wsdb"]
    sources = [SourceInfo(name, f"{n:064x}", 1000 + n, 1, 1, 1, 0) for n, name in enumerate(names)]
    sheet = output_sheet(facts, sources, edition_words="事務局用", output_number=1, now_ms=0, app_version="0")
    listed = [
        row[1] for row in sheet.rows if str(row[0]).startswith("統合元ファイル") and "指紋" not in str(row[0])
    ]
    assert listed[1:] == ["中央区.wsdb", "東区.wsdb", "東区_B.wsdb", "北区_20141018-1200.wsdb", "その他.wsdb"]


def test_note_of_no_theme_of_the_agenda_is_not_called_off_topic(tmp_path: Path) -> None:
    path = tmp_path / "東区.wsdb"
    bootstrap.create_database(path, WorkshopSetup(bootstrap.load_agenda(None), "東区"))
    database = bootstrap.open_database(path)
    add_notes(database, [NoteDraft("テーマの外", theme="T0"), NoteDraft("まだ決めていない")])
    database.close()
    book = load_workbook(bootstrap.export_workbook(path, tmp_path / "x.xlsx"))
    bands = [text.split("　")[0] for text in column_a(book["資料3-1_意見一覧_島別"])]
    assert bands[-4:].count("その他・テーマ外") + bands[-4:].count("未分類") == 2
