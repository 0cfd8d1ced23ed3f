"""Planning an import: columns guessed, every row accounted for, no opinion dropped."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.source_table import SourceTable
from workshop_app.services.import_codes import CodeReader, read_number
from workshop_app.services.importing import (
    ImportOptions,
    ImportPlan,
    guess_columns,
    import_document,
    plan_rows,
)
from workshop_app.storage.agenda_file import default_agenda_path, load_agenda


@pytest.fixture(scope="module")
def agenda() -> Agenda:
    return load_agenda(default_agenda_path())


def make_table(headers: Sequence[str], *rows: Sequence[str]) -> SourceTable:
    numbered = tuple((number, tuple(row)) for number, row in enumerate(rows, start=2))
    return SourceTable("表.csv", "utf-8", None, tuple(headers), numbered)


def plan_one(agenda: Agenda, headers: Sequence[str], row: Sequence[str], **options: object) -> ImportPlan:
    return plan_rows(agenda, [], make_table(headers, row), ImportOptions(**options))  # type: ignore[arg-type]


def messages(plan: ImportPlan) -> str:
    return "\n".join(notice.message for notice in plan.notices)


def test_guess_columns_known_names_best_one_wins() -> None:
    headers = ["No.", "内容", "ご意見", "テーマ", "分類", "班", "ラウンド", "論点", "シール", "表札"]
    assert guess_columns(headers, []) == {
        "text": 2,
        "theme": 3,
        "kind": 4,
        "table": 5,
        "round": 6,
        "points": 7,
        "votes": 8,
        "island": 9,
        "number": 0,
    }


def test_guess_columns_unknown_names_longest_text_wins() -> None:
    guess = guess_columns(
        ["A", "B", "C"], [["1", "短い", "とても長い文がここにあります"], ["2", "少し長い文", "文"]]
    )
    assert guess["text"] == 2
    assert {name for name, column in guess.items() if column is not None} == {"text"}
    assert guess_columns(["1列目"], [])["text"] == 0
    # The only column is the text even when its heading names something else.
    assert guess_columns(["テーマ"], [["窓口"]]) == dict.fromkeys(guess_columns(["x"], [])) | {"text": 0}


@pytest.mark.parametrize(
    ("words", "theme"),
    [
        *[
            ("T1", "T1"),
            ("ｔ２", "T2"),
            ("3", "T3"),
            ("１", "T1"),
            ("②", "T2"),
            ("(1)", "T1"),
            ("テーマ３", "T3"),
        ],
        *[("まちづくり", "T2"), ("①役割分担・連携", "T1"), ("T3 行政窓口", "T3"), ("T0", "T0"), ("0", "T0")],
        *[("その他", "T0"), ("その他・テーマ外", "T0"), ("", None), ("未分類", None), ("該当なし", None)],
        ("区役所・本庁の責務、役割、区役所と本庁の役割分担、連携", "T1"),
    ],
)
def test_plan_theme_as_people_write_it(agenda: Agenda, words: str, theme: str | None) -> None:
    plan = plan_one(agenda, ["意見", "テーマ"], ["賛成", words])
    assert plan.drafts[0].draft.theme == theme
    assert plan.notices == ()


def test_plan_unknown_words_are_kept_in_a_notice_and_the_note_stays(agenda: Agenda) -> None:
    headers = ["意見", "テーマ", "種別", "班", "ラウンド", "票", "論点"]
    table = make_table(
        headers, ["賛成", "宇宙", "謎", "A班", "午後", "-3", "T1-K1 X9"], ["反対", "宇宙"] + [""] * 5
    )
    plan = plan_rows(agenda, [], table, ImportOptions(theme="T1", kind="課題", table=4, round=2))
    first, second = plan.drafts[0].draft, plan.drafts[1].draft
    assert (first.theme, first.kind, first.table, first.round, first.votes) == (None, None, None, None, 0)
    # Without a theme that is known there is none the point could be of.
    assert first.points == ()
    assert "論点「T1-K1」は行のテーマのものではないため、つけません。" in messages(plan)
    # A row that says nothing takes the default; a row that says something unknown does not.
    assert (second.theme, second.kind, second.table, second.round) == (None, "issue", 4, 2)
    for words in ("宇宙", "謎", "A班", "午後", "-3", "X9"):
        assert f"「{words}」" in messages(plan)
    assert next(n.rows for n in plan.notices if "宇宙" in n.message) == (2, 3)
    assert plan.counts.unclassified == 2


@pytest.mark.parametrize(
    ("words", "number"),
    [
        *[
            ("3", 3),
            ("３班", 3),
            ("テーブル12", 12),
            ("3.0", 3),
            ("三班", 3),
            ("第２", 2),
            ("④", 4),
            (" 5 ", 5),
        ],
        *[
            ("1,234票", 1234),
            ("A", None),
            ("3-2", None),
            ("2.5", None),
            ("-1", None),
            ("−1", None),
            ("0", None),
        ],
        *[("1と2", None), ("99999", None), ("9" * 40, None), ("", None), ("十二", None), ("1e3", None)],
    ],
)
def test_read_number_only_what_is_certain(words: str, number: int | None) -> None:
    assert read_number(words, 1, 9_999) == number


def test_plan_kinds_points_votes_and_islands(agenda: Agenda) -> None:
    table = make_table(
        ["意見", "テーマ", "種別", "論点", "シール", "島"],
        ["一", "T1", "良い点", "T1-V1、t1-k2", "２票", " 窓口は\n近くに "],
        ["二", "T1", "▲", "課題①", "0", ""],
        ["三", "", "issue", "", "", "該当なし"],
        ["四", "", "他", "該当なし", "", "長" * 300],
    )
    plan = plan_rows(agenda, [], table, ImportOptions())
    drafts = [note.draft for note in plan.drafts]
    assert [draft.kind for draft in drafts] == ["good", "idea", "issue", "other"]
    assert [draft.points for draft in drafts] == [("T1-V1", "T1-K2"), ("T1-K1",), (), ()]
    assert [draft.votes for draft in drafts] == [2, 0, 0, 0]
    assert [note.island for note in plan.drafts] == ["窓口は 近くに", None, None, None]
    assert "長" * 300 in messages(plan)


def test_plan_every_row_is_a_note_or_named_with_its_reason(agenda: Agenda) -> None:
    table = make_table(
        ["番号", "意見"],
        ["1", ""],
        ["2", "\x01\x02"],
        ["3", "あ" * 10_001],
        ["4", "残る\x07文\r\n二行目"],
        ["5", "あ" * 10_000, "余り"],
    )
    plan = plan_rows(agenda, [], table, ImportOptions())
    assert [(row.row_no, row.text) for row in plan.skipped] == [(2, "1"), (3, "\x01\x02"), (4, "あ" * 10_001)]
    assert "意見の文字がありません" in plan.skipped[0].reason
    assert "U+0001・U+0002" in plan.skipped[1].reason
    assert "10,000文字まで" in plan.skipped[2].reason
    assert [note.draft.text for note in plan.drafts] == ["残る文\n二行目", "あ" * 10_000]
    assert "U+0007" in messages(plan)
    assert "余り" in messages(plan)
    assert plan.counts.rows == plan.counts.notes + plan.counts.skipped == 5


def test_plan_same_words_are_counted_and_still_imported(agenda: Agenda) -> None:
    table = make_table(["意見"], ["賛成"], ["反対"], ["賛成"])
    plan = plan_rows(agenda, ["賛成", "賛成"], table, ImportOptions())
    assert [note.draft.text for note in plan.drafts] == ["賛成", "反対", "賛成"]
    assert (plan.counts.same_in_table, plan.counts.same_existing) == (1, 2)
    assert "同じ文の付箋がすでに 2枚あります" in messages(plan)


def test_plan_columns_chosen_by_the_person_win(agenda: Agenda) -> None:
    headers = ["内容", "備考", "テーマ"]
    row = ["題", "本当の意見", "T1"]
    assert plan_one(agenda, headers, row, columns={"text": "備考"}).drafts[0].draft.text == "本当の意見"
    assert plan_one(agenda, headers, row, columns={"意見": 1}).drafts[0].draft.text == "本当の意見"
    assert plan_one(agenda, headers, row, columns={"text": "２"}).drafts[0].draft.text == "本当の意見"
    assert plan_one(agenda, headers, row, columns={"theme": ""}, theme="2").drafts[0].draft.theme == "T2"
    assert plan_one(agenda, headers, row, columns={"text": "テーマ"}).columns["theme"] is None
    plan = plan_one(agenda, headers, row, columns={"text": "備考"})
    assert plan.columns["text"] == "備考"
    assert plan.unused_columns == ("内容",)


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {"text": "ない列"}},
        {"columns": {"text": 7}},
        {"columns": {"text": ""}},
        {"columns": {"色": "意見"}},
        {"theme": "T9"},
        {"kind": "謎"},
        {"table": 0},
        {"round": 99},
    ],
)
def test_plan_options_that_do_not_fit_one_sentence(agenda: Agenda, options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="今のデータは変わっていません。"):
        plan_one(agenda, ["意見"], ["賛成"], **options)


def test_plan_and_document_show_kept_and_left_out(agenda: Agenda) -> None:
    table = make_table(["意見", "テーマ"], ["一", "T1"], ["", "T2"], ["三", ""])
    plan = plan_rows(agenda, [], table, ImportOptions())
    assert [(note.row_no, note.draft.text) for note in plan.drafts] == [(2, "一"), (4, "三")]
    assert [(row.row_no, row.text) for row in plan.skipped] == [(3, "T2")]
    document = import_document(plan, None)
    assert (document["dry_run"], document["rows"], document["imported"]) == (True, 3, 0)
    assert document["skipped"] == [{"row": 3, "reason": "意見の文字がありません", "text": "T2"}]
    assert document["columns"]["text"] == "意見"


def test_plan_no_rows_says_so(agenda: Agenda) -> None:
    assert "意見の行がありません" in messages(plan_rows(agenda, [], make_table(["意見"]), ImportOptions()))


def test_code_reader_every_agenda_name_finds_its_own(agenda: Agenda) -> None:
    codes = CodeReader(agenda)
    for theme in agenda.all_themes:
        assert {codes.theme(name) for name in (theme.id, theme.title, theme.short_title)} == {theme.id}
    for point in agenda.points():
        for words in (point.id, point.id.lower(), point.text, point.label):
            assert codes.points(words, point.theme_id) == ((point.id,), ())
    for kind in agenda.kinds:
        assert {codes.kind(n) for n in (kind.id, kind.name, kind.symbol, kind.mark_char)} == {kind.id}


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=9), max_size=12))
def test_plan_any_cells_every_row_accounted_for(rows: list[list[str]]) -> None:
    agenda = load_agenda(default_agenda_path()) if not _CACHE else _CACHE[0]
    _CACHE[:] = [agenda]
    headers = ["意見", "テーマ", "種別", "班", "ラウンド", "論点", "票", "島", "番号"]
    plan = plan_rows(agenda, [], make_table(headers, *rows), ImportOptions())
    numbers = [note.row_no for note in plan.drafts] + [row.row_no for row in plan.skipped]
    assert sorted(numbers) == list(range(2, len(rows) + 2))
    for note in plan.drafts:
        note.draft.fields()  # raises InvalidInput when the store would refuse it


_CACHE: list[Agenda] = []
