"""What nobody has entered, and what laptops say differently, is not printed as a fact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from check_workbook import check
from openpyxl import load_workbook

from workshop_app import bootstrap
from workshop_app.domain.note import NoteDraft
from workshop_app.domain.op import JsonValue
from workshop_app.services.islands import NewIsland, group, set_title
from workshop_app.services.prepare import WorkshopSetup, describe_workshop
from workshop_app.services.record import add_notes
from workshop_app.services.review import keep_value


def make(
    path: Path, device: str = "A", venue: str = "", tables: int | None = None, **counts: JsonValue
) -> Path:
    """A file of 東区 as a laptop has it."""
    setup = WorkshopSetup(bootstrap.load_agenda(None), "東区", "2014-10-05", venue, tables, device)
    bootstrap.create_database(path, setup)
    if counts:
        database = bootstrap.open_database(path)
        describe_workshop(database, counts)
        database.close()
    return path


def add(path: Path, *drafts: NoteDraft) -> None:
    database = bootstrap.open_database(path)
    add_notes(database, drafts)
    database.close()


def export(path: Path) -> Any:
    out = bootstrap.export_workbook(path, path.with_suffix(".xlsx"))
    assert check(out) == []
    return load_workbook(out)


def row(sheet: Any, label: str, first: int = 3) -> tuple[Any, ...]:
    """The row below the first table's header that begins so."""
    return next(r for r in sheet.iter_rows(min_row=first, values_only=True) if r[0] == label)


def words(sheet: Any) -> str:
    return "\n".join(str(value) for line in sheet.iter_rows(values_only=True) for value in line if value)


def logged(book: Any, number: str, item: str, ward: str = "東区") -> list[Any]:
    rows = book["データ_集計"].iter_rows(min_row=2, values_only=True)
    return [r[7] for r in rows if r[0] == number and r[2] == ward and r[6].startswith(item)]


# --- what clashes ------------------------------------------------------------------------------------------------


def test_workshop_data_that_clash_are_printed_with_every_value_and_not_reckoned_with(tmp_path: Path) -> None:
    first = make(tmp_path / "A.wsdb", "A", "東会館", 4, participants=20, voters=10, votes_per_person=3)
    second = make(tmp_path / "B.wsdb", "B", "西会館", 3)
    add(first, NoteDraft("ひとつ", theme="T1", table=1, votes=2), NoteDraft("ふたつ", theme="T1", table=2))
    target = tmp_path / "統合.wsdb"
    bootstrap.merge_files(target, [first, second])
    book = export(target)
    results, figures = book["資料1_開催結果"], book["資料4_集計"]
    line = row(results, "東区")
    assert set(line[2].removesuffix("（競合）").split("／")) == {"東会館", "西会館"}
    assert line[2].endswith("（競合）")
    assert set(line[5].removesuffix("\n（競合）").split("／")) == {"3", "4"}
    assert row(results, "計")[5] == "－"
    for sheet in (results, figures):
        assert "まだ決まっていないもの（競合）：" in words(sheet)
    bases = row(figures, "東区")
    assert (bases[1], bases[2], bases[5]) == (20, line[5], "－")
    assert row(figures, "計")[2] == "－"
    assert logged(book, "表1", "テーブル数") == ["競合"]
    assert logged(book, "表1", "1テーブル当たり件数") == ["該当なし"]
    assert ("競合", "競合") in {r[:2] for r in book["コード表"].iter_rows(values_only=True, min_col=2)}
    named = {r[2] for r in book["出力情報"].iter_rows(values_only=True) if str(r[0]).startswith("会場の競合")}
    assert named == {"東区の会場", "東区のテーブル数"}
    merged = bootstrap.open_database(target)
    for conflict in merged.conflicts():
        chosen = next(value for value in conflict.values if value.value in ("西会館", 3))
        keep_value(merged, conflict.entity_id, conflict.field, chosen.op_id)
    merged.close()
    settled = export(target)
    line = row(settled["資料1_開催結果"], "東区")
    assert (line[2], line[5]) == ("西会館", 3)
    assert "競合" not in words(settled["資料1_開催結果"])
    assert row(settled["資料4_集計"], "東区")[5] == 2 / 3


def test_votes_per_person_that_clash_are_named_and_no_use_of_votes_is_reckoned(tmp_path: Path) -> None:
    first = make(tmp_path / "A.wsdb", "A", voters=10, votes_per_person=3)
    second = make(tmp_path / "B.wsdb", "B", votes_per_person=5)
    add(first, NoteDraft("ひとつ", theme="T1", table=1, votes=6))
    bootstrap.merge_files(tmp_path / "統合.wsdb", [first, second])
    book = export(tmp_path / "統合.wsdb")
    text = words(book["資料1_開催結果"])
    assert "持ち票の数は入力されていないか、競合しています" in text
    assert "1人3票" not in text
    assert "1人5票" not in text
    assert row(book["資料4_集計"], "東区")[8] == "－"


def test_title_of_an_island_that_clashes_is_printed_with_both_wordings(tmp_path: Path) -> None:
    first = make(tmp_path / "A.wsdb", "A")
    add(first, NoteDraft("ひとつ", theme="T1", table=1, votes=1))
    database = bootstrap.open_database(first)
    new = NewIsland(database.local.workshop_id, 1, title="窓口")
    (island,) = group(database, new, {database.notes()[0].note_id: None}).added
    second = make(tmp_path / "B.wsdb", "B")
    bootstrap.merge_files(second, [first])
    other = bootstrap.open_database(second)
    set_title(database, island, "窓口を広げる")
    set_title(other, island, "窓口を減らす")
    database.close()
    other.close()
    bootstrap.merge_files(first, [second])
    book = export(first)
    for sheet in ("資料3-1_意見一覧_島別", "資料4_集計", "コード表"):
        assert "窓口を広げる／窓口を減らす（競合）" in words(book[sheet])


# --- what nobody entered -----------------------------------------------------------------------------------------


def test_votes_that_were_never_entered_are_no_zero(tmp_path: Path) -> None:
    path = make(tmp_path / "東区.wsdb", votes_per_person=3)
    add(path, NoteDraft("ひとつ", theme="T1", kind="idea", table=1))
    book = export(path)
    figures = book["資料4_集計"]
    assert (row(book["資料1_開催結果"], "東区")[9], row(book["資料1_開催結果"], "計")[9]) == ("－", "－")
    assert (row(figures, "東区")[7], row(figures, "計")[7]) == ("－", "－")
    votes = [
        r[7] for r in book["データ_集計"].iter_rows(min_row=2, values_only=True) if r[6].startswith("票数")
    ]
    assert set(votes) == {"該当なし"}
    assert {r[6] for r in book["資料3-1_意見一覧_島別"].iter_rows(min_row=4, values_only=True)} <= {
        "－",
        None,
        "",
    }
    assert [r[19] for r in book["データ_意見"].iter_rows(min_row=2, values_only=True)] == ["該当なし"]
    assert "票は入力されていません" in words(book["資料1_開催結果"])
    assert "0票" not in words(book["資料3-1_意見一覧_島別"])


def test_a_vote_count_of_zero_is_printed_where_people_voted(tmp_path: Path) -> None:
    path = make(tmp_path / "東区.wsdb", voters=12, votes_per_person=3)
    add(path, NoteDraft("ひとつ", theme="T1", kind="idea", table=1))
    book = export(path)
    assert row(book["資料1_開催結果"], "東区")[9] == row(book["資料4_集計"], "計")[7] == 0
    assert [r[19] for r in book["データ_意見"].iter_rows(min_row=2, values_only=True)] == [0]


def test_ward_without_votes_is_left_out_of_their_sum_and_named(tmp_path: Path) -> None:
    first = make(tmp_path / "東区.wsdb", votes_per_person=3)
    add(first, NoteDraft("ひとつ", theme="T1", table=1, votes=4))
    second = tmp_path / "西区.wsdb"
    bootstrap.create_database(second, WorkshopSetup(bootstrap.load_agenda(None), "西区"))
    add(second, NoteDraft("ふたつ", theme="T1", table=1))
    target = tmp_path / "統合.wsdb"
    bootstrap.merge_files(target, [first, second])
    results = export(target)["資料1_開催結果"]
    assert (row(results, "東区")[9], row(results, "西区")[9], row(results, "計")[9]) == (4, "－", 4)
    assert "票数は、入力されていない会場を除いた計です" in words(results)
    assert "西区の投票の記録はありません" in words(results)


def steps(book: Any) -> list[str]:
    rows = list(book["資料1_開催結果"].iter_rows(values_only=True))
    start = next(index for index, line in enumerate(rows) if line[0] == "当日の進め方")
    return [str(line[2]) for line in rows[start + 1 : start + 6]]


def test_steps_of_the_day_say_only_what_is_recorded(tmp_path: Path) -> None:
    path = make(tmp_path / "東区.wsdb")
    nothing = steps(export(path))
    assert nothing[1:] == [
        "意見の記録はありません。",
        "島の記録はありません。",
        "発表の内容は記録していません。投票の記録はありません。",
        "付箋の記録はありません。",
    ]
    add(path, NoteDraft("テーマも班もない"))
    bare = steps(export(path))
    assert bare[1:4] == [
        "意見 1件を、氏名を付けずに記録しました。テーマ・テーブル・ラウンドの記録はありません。",
        *nothing[2:4],
    ]
    add(path, NoteDraft("票もある", theme="T1", table=2, round=1, votes=2))
    told = steps(export(path))
    assert (
        "テーマの記録は 1件、テーブルの記録は 1件、ラウンドの記録は 1件にあります（ラウンド1）。" in told[1]
    )
    assert "共感した意見に投票しました（意見への票 2票）。" in told[3]
    for text in (*nothing, *bare, *told):
        assert "模造紙" not in text
        assert "発表しました" not in text


def test_tables_without_a_note_still_have_their_sums(tmp_path: Path) -> None:
    sheet = export(make(tmp_path / "東区.wsdb"))["資料4_集計"]
    rows = [r for r in sheet.iter_rows(values_only=True) if r[0] == "該当する意見はありません"]
    # 表1 has a row of sums of its own; of the wards only 東区 was asked.
    assert [r[1:6] for r in rows[1:3]] == [("－", 0, "－", "－", "－")] * 2
    assert [r[6:9] for r in rows[1:3]] == [(0, "－", "－")] * 2
    assert set(rows[3][1:6]) == {0}
