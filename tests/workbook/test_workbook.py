"""The exported workbook, opened again: the rules of its design, the totals, and every word."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from check_workbook import check
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from workshop_app import bootstrap
from workshop_app.domain.board import Relation, Scope
from workshop_app.domain.errors import WorkshopError
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft
from workshop_app.paths import resource
from workshop_app.services import arrange, connections, islands, votes, whole_file
from workshop_app.services.islands import NewIsland
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.services.record import add_notes, edit_note, ensure_islands, void_notes
from workshop_app.services.review import keep_value
from workshop_app.storage.database import Database

NASTY = [
    "=1+1",
    "+81-96-000-0000",
    "-ひき算から始まる",
    "@sum(A1)",
    "=cmd|' /C calc'!A0",
    "'引用から始まる",
    "<b>太字</b> & <script>alert(1)</script>",
    "改行のある\n意見\n三行",
    "𠮷野家の前 🏯👩‍👩‍👧 ﾊﾝｶｸ ①㈱ Ⅲ",
    "_x000D_ のような文字",
    "e\u0301 合成と é",
    "\u202eとりまく向き",
    "先頭と末尾 の 空白は 中だけ残る",
    "　全角の空白から",
    "A" * 300,
    "長い意見。" * 2000,
]


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Database]:
    """An open file for 東区."""
    path = tmp_path / "東区.wsdb"
    setup = WorkshopSetup(bootstrap.load_agenda(None), "東区", "2014-10-05", "東区役所", 4)
    bootstrap.create_database(path, setup)
    database = bootstrap.open_database(path)
    yield database
    database.close()


def export(database: Database, name: str = "out.xlsx") -> Path:
    return bootstrap.export_workbook(database.path, database.path.with_name(name))


def column(path: Path, sheet: str, name: str) -> list[object]:
    rows = list(load_workbook(path)[sheet].iter_rows(values_only=True))
    place = rows[0].index(name)
    return [row[place] for row in rows[1:]]


def facts(path: Path) -> dict[object, object]:
    return {row[0]: row[1] for row in load_workbook(path)["出力情報"].iter_rows(min_row=2, values_only=True)}


def test_workbook_with_everything_keeps_the_rules_and_counts(ward: Database, tmp_path: Path) -> None:
    islands = ensure_islands(
        ward, [("T1", "窓口を分かりやすく"), ("T1", "声を届ける"), (None, "まだ分からない")]
    )
    drafts = [
        NoteDraft(
            f"意見その{number}。" * (1 + number % 5),
            theme=[None, "T1", "T2", "T3", "T0"][number % 5],
            kind=[None, "issue", "good", "idea", "other"][number % 5],
            table=[None, 1, 2, 3, 4][number % 5],
            round=1 + number % 2,
            points=("T1-K1", "T1-V2") if number % 5 == 1 else (),
            votes=number % 4,
            island=islands["T1", "窓口を分かりやすく"] if number % 10 == 1 else None,
        )
        for number in range(60)
    ]
    added = sorted(add_notes(ward, drafts).added)
    void_notes(ward, added[:3], "重ねて入力した")
    path = export(ward)
    assert check(path) == []
    live = [note for note in ward.notes() if not note.voided]
    assert len(column(path, "データ_意見", "番号")) == len(live) == 57
    assert sum(column(path, "データ_意見", "票数_票")) == sum(note.votes for note in live)
    assert (facts(path)["掲載"], facts(path)["非掲載"], facts(path)["集めた付箋"]) == (57, 3, 60)


def test_every_word_comes_back_as_it_was_stored(ward: Database) -> None:
    add_notes(ward, [NoteDraft(text, theme="T1", table=1) for text in NASTY])
    path = export(ward)
    assert check(path) == []
    stored = {note.number: note.text for note in ward.notes()}
    numbers = column(path, "データ_意見", "番号")
    # Excel reads _x000D_ in a cell as a character, so it is written escaped; openpyxl leaves that to us.
    original = [unescape(str(text)) for text in column(path, "データ_意見", "意見_原文")]
    assert dict(zip(numbers, original, strict=True)) == stored
    # For machines a line break is one space, and 改行有 says so.
    shown = [unescape(str(text)) for text in column(path, "データ_意見", "意見_公開用")]
    assert dict(zip(numbers, shown, strict=True)) == {
        number: text.replace("\n", " ") for number, text in stored.items()
    }
    breaks = dict(zip(numbers, column(path, "データ_意見", "改行有"), strict=True))
    assert {number for number, value in breaks.items() if value == 1} == {
        number for number, text in stored.items() if "\n" in text
    }
    printed: dict[str, str] = {}
    for row in load_workbook(path)["資料3-1_意見一覧_島別"].iter_rows(min_row=4, values_only=True):
        if row[1] in stored:
            printed[row[1]] = printed.get(row[1], "") + unescape(str(row[5]))
    assert printed == stored


def test_conflict_is_counted_named_in_the_data_and_marked_in_print(ward: Database, tmp_path: Path) -> None:
    add_notes(ward, [NoteDraft("争いのない文", theme="T2")])
    [note_id] = add_notes(ward, [NoteDraft("もとの文", theme="T2")]).added
    other = tmp_path / "東区_B.wsdb"
    agenda = bootstrap.load_agenda(None)
    bootstrap.create_database(other, WorkshopSetup(agenda, "東区", "2014-10-05", device_mark="B"))
    bootstrap.merge_files(other, [ward.path])
    second = bootstrap.open_database(other)
    edit_note(second, note_id, {"text": "乙の文"})
    second.close()
    edit_note(ward, note_id, {"text": "甲の文"})
    bootstrap.merge_files(ward.path, [other])
    path = export(ward)
    assert check(path) == []
    assert facts(path)["未解決の競合"] == 1
    # What clashes is named; both wordings are in the program and, later, on 資料11.
    assert column(path, "データ_意見", "競合") == ["該当なし", "意見"]
    assert column(path, "データ_意見", "備考") == ["単独", "単独;競合"]
    printed = list(load_workbook(path)["資料3-1_意見一覧_島別"].iter_rows(values_only=True))
    [first, second] = [row for row in printed if row[1] in ("東A-001", "東A-002")]
    assert (first[8], second[8]) == ("単独", "単独\n競合")
    assert any("競合のある意見 1件" in str(cell) for row in printed[:3] for cell in row)
    [conflict] = ward.conflicts()
    keep_value(ward, note_id, "text", conflict.values[0].op_id)
    settled = export(ward, "settled.xlsx")
    assert column(settled, "データ_意見", "競合") == ["該当なし", "該当なし"]
    assert "競合" not in {row[8] for row in load_workbook(settled)["資料3-1_意見一覧_島別"].values}


def test_board_reaches_the_workbook(ward: Database, tmp_path: Path) -> None:
    drafts = [NoteDraft(f"意見{n}", theme="T1", table=1, votes=n) for n in range(5)]
    add_notes(ward, drafts)
    a, b, c, d, e = (note.note_id for note in ward.notes())
    place = Scope(ward.local.workshop_id, 1)

    def group(title: str, *members: EntityId, parent: EntityId | None = None) -> EntityId:
        new = NewIsland(place.workshop_id, place.table, title=title, parent_id=parent)
        (island,) = islands.group(ward, new, dict.fromkeys(members)).added
        return island

    outer = group("窓口は一つに", a, b)
    inner = group("案内の人がいるとよい", c, parent=outer)
    other = group("近くの出張所を残して", d)
    votes.set_votes(ward, inner, 7)
    votes.set_votes(ward, other, 2)
    votes.set_votes(ward, group("付箋のない島"), 1)
    connections.add_arrow(ward, place, outer, other, Relation.OPPOSITION)
    connections.add_arrow(ward, place, e, a, Relation.CAUSE)
    connections.link_same(ward, [e, b])
    arrange.hold_notes(ward, [d], True)
    path = export(ward)
    assert check(path) == []
    printed = [
        cell
        for row in load_workbook(path)["資料3-1_意見一覧_島別"].iter_rows(values_only=True)
        for cell in row
    ]
    # Seals on the inner island put the outer one before the island whose note has more votes.
    bands = [str(cell) for cell in printed if str(cell).lstrip("└").startswith("S1")]
    assert bands == [
        "S101　窓口は一つに（3件、島への票 7票）",
        "└S101-1　案内の人がいるとよい（1件、島への票 7票）",
        "S102　近くの出張所を残して（1件、島への票 2票）",
    ]
    assert "島や表札に貼られた票 10票は" in " ".join(map(str, printed))
    assert (facts(path)["票"], facts(path)["島への票"]) == (10, 10)
    assert [word for word in column(path, "データ_意見", "備考") if "保留" in str(word)] == ["保留"]
    numbers = {note.note_id: note.number for note in ward.notes()}
    rows = list(load_workbook(path)["データ_つながり"].iter_rows(min_row=2, values_only=True))
    assert rows == [
        ("同じ意味", "該当なし", numbers[b], "意見1", numbers[e], "意見4"),
        ("矢印", "原因", numbers[e], "意見4", numbers[a], "意見0"),
        ("矢印", "対立", "S101", "窓口は一つに", "S102", "近くの出張所を残して"),
    ]
    tallied = load_workbook(path)["データ_集計"].iter_rows(min_row=2, values_only=True)
    assert {row[6]: row[7] for row in tallied if row[0] == "表5" and "票数" in str(row[6])} == {
        "票数（S101）": 10,
        "票数（S102）": 5,
    }


def test_ring_of_islands_is_printed_cut_in_one_place(ward: Database) -> None:
    add_notes(ward, [NoteDraft(f"意見{n}", theme="T1", table=1, votes=1) for n in range(2)])
    one, two = (note.note_id for note in ward.notes())
    new = NewIsland(ward.local.workshop_id, 1)
    ids = sorted(next(iter(islands.group(ward, new, {note: None}).added)) for note in (one, two))
    for island, title, around in zip(ids, ("小さい方", "大きい方"), reversed(ids), strict=True):
        with ward.transaction() as uow:
            fields = {"type": "island", "title": title, "parent": bytes(around).hex()}
            state = uow.state(island)
            assert state is not None
            uow.append(island, "set", fields, state.head_ids)
    path = export(ward)
    assert check(path) == []
    printed = [
        str(row[0]) for row in load_workbook(path)["資料3-1_意見一覧_島別"].iter_rows(values_only=True)
    ]
    assert [text for text in printed if "S10" in text] == [
        "S101　大きい方（2件）",
        "└S101-1　小さい方（1件）",
    ]


@pytest.mark.parametrize("texts", [[], ["ひとつだけ"]])
def test_no_note_and_one_note_keep_the_rules(ward: Database, texts: list[str]) -> None:
    add_notes(ward, [NoteDraft(text) for text in texts])
    path = export(ward)
    assert check(path) == []
    assert facts(path)["掲載"] == len(texts)


def test_only_voided_notes_are_counted_and_not_printed(ward: Database) -> None:
    void_notes(ward, add_notes(ward, [NoteDraft("内緒の打ち間違い")]).added, "打ち間違い")
    path = export(ward)
    assert check(path) == []
    assert (facts(path)["掲載"], facts(path)["非掲載"]) == (0, 1)


def test_another_citys_agenda_has_its_own_themes_and_kinds(tmp_path: Path) -> None:
    path = tmp_path / "潮見.wsdb"
    agenda = bootstrap.load_agenda(resource("agenda", "sample-shiomi.yaml"))
    bootstrap.create_database(path, WorkshopSetup(agenda, agenda.wards[0].name))
    database = bootstrap.open_database(path)
    add_notes(
        database,
        [
            NoteDraft(f"{theme.title}について", theme=theme.id, kind=agenda.kinds[0].id)
            for theme in agenda.themes
        ],
    )
    out = export(database)
    database.close()
    assert check(out) == []
    assert set(column(out, "データ_意見", "テーマコード")) == {theme.id for theme in agenda.themes}
    words = "".join(
        str(value) for row in load_workbook(out).worksheets[1].iter_rows(values_only=True) for value in row
    )
    assert agenda.themes[3].title in words
    assert agenda.kinds[0].symbol + agenda.kinds[0].name in words


def test_two_exports_differ_only_in_number_and_time(ward: Database) -> None:
    add_notes(ward, [NoteDraft(f"意見 {number}", theme="T1", votes=number) for number in range(20)])

    def cells(path: Path) -> dict[str, object]:
        return {
            f"{sheet.title}!{cell.coordinate}": cell.value
            for sheet in load_workbook(path)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }

    first, second = cells(export(ward, "a.xlsx")), cells(export(ward, "b.xlsx"))
    assert first.keys() == second.keys()
    differing = {place.split("!")[0] for place in first if first[place] != second[place]}
    assert differing == {"出力情報"}


# --- the file itself ------------------------------------------------------------------------------------------


def test_export_onto_a_file_that_is_open_elsewhere_gets_a_numbered_name(
    ward: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "市民意見.xlsx"
    target.write_bytes(b"what Excel holds")
    real = os.replace

    def held(source: object, wanted: object) -> None:
        if Path(str(wanted)) == target:
            raise PermissionError(errno.EACCES, "held")
        real(source, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(whole_file.os, "replace", held)
    written = bootstrap.export_workbook(ward.path, target)
    assert written.name == "市民意見_2.xlsx"
    assert check(written) == []
    assert target.read_bytes() == b"what Excel holds"


def test_export_that_cannot_be_written_leaves_nothing_behind(
    ward: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "市民意見.xlsx"
    target.parent.mkdir()
    target.write_bytes(b"the earlier one")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(WorkshopError, match="空き"):
        bootstrap.export_workbook(ward.path, target)
    assert [path.name for path in target.parent.iterdir()] == ["市民意見.xlsx"]
    assert target.read_bytes() == b"the earlier one"


@pytest.mark.parametrize("name", ["ない場所/out.xlsx", "out.xls", "."])
def test_export_to_an_unusable_place_is_one_sentence(ward: Database, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(WorkshopError) as caught:
        bootstrap.export_workbook(ward.path, tmp_path / name)
    assert caught.value.sentence.endswith("。")
    assert sorted(tmp_path.iterdir()) == before


# --- the checker catches what it is for -----------------------------------------------------------------------


def _break_formula(book) -> None:  # type: ignore[no-untyped-def]
    book["資料4_集計"]["A1"] = "=1+1"


def _break_count(book) -> None:  # type: ignore[no-untyped-def]
    book["データ_意見"].delete_rows(3)


def _break_font(book) -> None:  # type: ignore[no-untyped-def]
    from openpyxl.styles import Font

    book["資料1_開催結果"]["A4"].font = Font(name="Calibri")


def _break_height(book) -> None:  # type: ignore[no-untyped-def]
    book.worksheets[1].row_dimensions[6].height = 4


def _break_page(book) -> None:  # type: ignore[no-untyped-def]
    book.worksheets[0].page_setup.paperSize = 8


def _break_empty(book) -> None:  # type: ignore[no-untyped-def]
    book["コード表"]["D3"] = None


def _break_text(book) -> None:  # type: ignore[no-untyped-def]
    book.worksheets[1]["B6"] = "東A-999"


@pytest.mark.parametrize(
    "damage",
    [_break_formula, _break_count, _break_font, _break_height, _break_page, _break_empty, _break_text],
)
def test_checker_finds_a_planted_fault(ward: Database, damage: Callable[[object], None]) -> None:
    add_notes(ward, [NoteDraft(f"意見 {number}", theme="T1", table=1) for number in range(5)])
    path = export(ward)
    assert check(path) == []
    book = load_workbook(path)
    damage(book)
    book.save(path)
    assert check(path) != []


def test_written_file_is_a_plain_zip_without_live_parts(ward: Database) -> None:
    with zipfile.ZipFile(export(ward)) as archive:
        assert archive.testzip() is None
        assert not [
            name for name in archive.namelist() if "vba" in name.lower() or "external" in name.lower()
        ]
