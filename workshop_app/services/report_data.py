"""The machine-readable sheets: データ_意見, データ_集計, コード表 and 出力情報.

They follow the national rules for machine-readable statistics tables (統一ルール): one table from A1, one
datum a cell, no blanks (該当なし stands for a missing value), ISO dates with 和暦 beside them, codes with
their meaning in コード表.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workshop_app.domain.ids import format_id
from workshop_app.domain.wareki import format_wareki, jst, parse_iso, wareki_or_text
from workshop_app.services.ports import SourceInfo
from workshop_app.services.report_bases import CLASH_MARK, FIELD_NAMES, clash_values, clashes
from workshop_app.services.report_facts import Facts, IslandFact, ReportNote, Venue, votes_of
from workshop_app.services.report_figures import (
    ALL_KINDS,
    ALL_THEMES,
    ALL_WARDS,
    CLASH_CODE,
    NONE_CODE,
    FigureLog,
)
from workshop_app.services.report_papers import island_title
from workshop_app.services.report_spec import DataColumn, DataKind, DataSheet, Value

NOTES_NAME = "データ_意見"
FIGURES_NAME = "データ_集計"
CODES_NAME = "コード表"
OUTPUT_NAME = "出力情報"
UNCHECKED = "未確認"
"""公開区分 of a note whose wording nobody has checked for personal data yet."""

_NUMBER, _DATE = DataKind.NUMBER, DataKind.DATE
_NOTE_COLUMNS = (
    DataColumn("通し番号", 10, _NUMBER),
    DataColumn("番号", 13),
    DataColumn("区", 10),
    DataColumn("団体コード", 12),
    DataColumn("会場コード", 12),
    DataColumn("開催日", 12, _DATE),
    DataColumn("開催日_和暦", 22),
    DataColumn("テーブル番号", 13, _NUMBER),
    DataColumn("ラウンド", 10, _NUMBER),
    DataColumn("端末", 8),
    DataColumn("テーマコード", 13),
    DataColumn("テーマ", 24),
    DataColumn("種別コード", 12),
    DataColumn("種別", 10),
    DataColumn("島コード", 11),
    DataColumn("表札", 30),
    DataColumn("論点コード", 18),
    DataColumn("意見_公開用", 60),
    DataColumn("改行有", 8, _NUMBER),
    DataColumn("票数_票", 9, _NUMBER),
    DataColumn("会場投票者数_人", 15, _NUMBER),
    DataColumn("公開区分", 10),
    DataColumn("備考", 14),
    DataColumn("意見の概要番号", 15),
    DataColumn("対応区分", 10),
    DataColumn("意見_原文", 60),
    DataColumn("意見ID", 38),
    DataColumn("更新日時", 26),
    DataColumn("競合", 14),
)
_FIGURE_COLUMNS = (
    DataColumn("集計番号", 10),
    DataColumn("集計名", 26),
    DataColumn("区", 10),
    DataColumn("団体コード", 12),
    DataColumn("テーマコード", 13),
    DataColumn("種別コード", 12),
    DataColumn("項目", 26),
    DataColumn("値", 12, _NUMBER),
    DataColumn("単位", 9),
    DataColumn("母数", 10, _NUMBER),
    DataColumn("母数の単位", 12),
)
_FIELD_WORDS = {
    "text": "意見",
    "theme": "テーマ",
    "kind": "種別",
    "points": "論点",
    "votes": "票数",
    "island": "島",
    "table": "テーブル",
    "round": "ラウンド",
    "number": "番号",
    "workshop": "会場",
    "device": "端末",
    "void": "取消",
}
# Characters that look like Japanese or a mark in print but have no place in a code or a name.
_CIRCLED = re.compile(r"[\u2460-\u24ff\u2776-\u2793\u3251-\u32bf]")


def notes_sheet(facts: Facts) -> DataSheet:
    """データ_意見: one row for every shown note, in 通し番号 order."""
    rows = tuple(_note_row(note) for note in facts.notes)
    return DataSheet(NOTES_NAME, _NOTE_COLUMNS, rows, frozen_columns=2)


def _note_row(item: ReportNote) -> tuple[Value, ...]:
    note, venue, island = item.note, item.venue, item.island
    date = None if venue is None else venue.workshop.date
    remarks = [
        *(["単独"] if island is None else []),
        *(["保留"] if item.held else []),
        *(["競合"] if note.conflicts else []),
        *([f"コード不明 {' '.join(item.unknown_codes)}"] if item.unknown_codes else []),
    ]
    return (
        item.serial,
        note.number,
        item.ward.name,
        item.ward.dantai_code or NONE_CODE,
        NONE_CODE if venue is None else venue.code,
        _venue_value(venue, "date", parse_iso(date)),
        _venue_value(venue, "date", wareki_or_text(date)),
        _or_none(note.table),
        _or_none(note.round),
        note.device_mark or NONE_CODE,
        item.theme.code,
        plain_name(item.theme.short),
        item.kind.code,
        item.kind.name,
        NONE_CODE if island is None else island.code,
        NONE_CODE if island is None else one_line(island.title),
        ";".join(point.id for point in item.points) or NONE_CODE,
        one_line(note.text),
        1 if "\n" in note.text else 0,
        note.votes if item.voted else NONE_CODE,
        _venue_value(venue, "voters", None if venue is None else venue.workshop.voters),
        UNCHECKED,
        ";".join(remarks) or NONE_CODE,
        NONE_CODE,
        NONE_CODE,
        note.text,
        format_id(note.note_id),
        jst(note.updated_ms).isoformat(),
        ";".join(_FIELD_WORDS.get(name, name) for name in note.conflicts) or NONE_CODE,
    )


def _venue_value(venue: Venue | None, name: str, value: Value) -> Value:
    if venue is not None and name in venue.clashes:
        return CLASH_CODE
    return NONE_CODE if value is None else value


def _or_none(value: int | None) -> Value:
    return NONE_CODE if value is None else value


def one_line(text: str) -> str:
    """Line breaks and tabs as one space; nothing else is changed."""
    return re.sub(r"[ \u3000]*[\n\t]+[ \u3000]*", " ", text).strip() or NONE_CODE


def plain_name(text: str) -> str:
    """A name without circled numbers and shapes, which many programs cannot read back."""
    return _CIRCLED.sub(lambda mark: _circled_number(mark[0]), text).translate(
        dict.fromkeys(map(ord, "■◎▲●○◆◇□△▼▽★☆"))
    )


def _circled_number(mark: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", mark).strip("()")


def figures_sheet(log: FigureLog) -> DataSheet:
    """データ_集計: every printed figure of 資料1 and 資料4 in long form."""
    return DataSheet(FIGURES_NAME, _FIGURE_COLUMNS, tuple(log.rows))


def codes_sheet(facts: Facts) -> DataSheet:
    """コード表: every code used in the data sheets, with its name, meaning and order."""
    columns = (
        DataColumn("コード種", 14),
        DataColumn("コード", 14),
        DataColumn("名称", 34),
        DataColumn("説明", 80),
        DataColumn("並び順", 9, _NUMBER),
    )
    rows: list[tuple[Value, ...]] = []
    for kind, entries in _code_groups(facts):
        for order, (code, name, meaning) in enumerate(entries, start=1):
            rows.append((kind, code, plain_name(one_line(name)), one_line(meaning), order))
    return DataSheet(CODES_NAME, columns, tuple(rows))


def _code_groups(facts: Facts) -> list[tuple[str, list[tuple[str, str, str]]]]:
    agenda = facts.agenda
    wards = [(ward.dantai_code or ward.code, ward.name, f"区ID {ward.code}") for ward in facts.wards]
    venues = [
        (
            venue.code,
            venue.workshop.title or f"{venue.ward.name} 会場",
            f"{venue.ward.name}　{_venue_words(facts, venue, 'date') or '開催日は未入力'}　"
            f"{_venue_words(facts, venue, 'venue') or '会場名は未入力'}",
        )
        for venue in facts.venues
    ]
    themes = [(theme.code, theme.short, theme.band) for theme in facts.themes]
    kinds = [(kind.code, kind.name, f"印刷の印 {kind.label}") for kind in facts.kinds]
    points = [(point.id, point.label, point.text) for theme in agenda.all_themes for point in theme.points]
    islands = [row for island in facts.islands for row in _island_codes(facts, island)]
    return [
        ("団体コード", wards),
        ("会場コード", venues),
        ("テーマコード", themes),
        ("種別コード", kinds),
        ("論点コード", points),
        ("島コード", islands),
        (
            "公開区分",
            [(UNCHECKED, UNCHECKED, "個人情報の確認がまだ済んでいない。意見_公開用は原文と同じ言葉")],
        ),
        (
            "共通の記号",
            [
                (NONE_CODE, NONE_CODE, "当てはまる値がない、または入力されていない（印刷では －）"),
                (CLASH_CODE, CLASH_CODE, "端末によって違う内容が書かれ、まだ決まっていない"),
                (ALL_WARDS, ALL_WARDS, "区で分けない合計"),
                (ALL_THEMES, ALL_THEMES, "テーマで分けない合計"),
                (ALL_KINDS, ALL_KINDS, "種別で分けない合計"),
            ],
        ),
    ]


def _venue_words(facts: Facts, venue: Venue, name: str) -> str | None:
    if name in venue.clashes:
        return f"{clash_values(facts, venue, name)}{CLASH_MARK}"
    return wareki_or_text(venue.workshop.date) if name == "date" else venue.workshop.venue


def _island_codes(facts: Facts, island: IslandFact) -> list[tuple[str, str, str]]:
    count = island.count
    seals = f" 島への票 {island.seals:,}票" if island.seals else ""
    votes = votes_of(island.everything)
    on_notes = "票は未入力" if votes is None else f"{votes:,}票"
    own = (island.code, island_title(facts, island), f"{count.notes:,}件 {on_notes}{seals}")
    return [own] + [row for child in island.children for row in _island_codes(facts, child)]


def output_sheet(
    facts: Facts,
    sources: Sequence[SourceInfo],
    *,
    edition_words: str,
    output_number: int,
    now_ms: int,
    app_version: str,
) -> DataSheet:
    """出力情報: what this workbook was made from, when and with what."""
    counts, agenda, now = facts.counts, facts.agenda, jst(now_ms)
    rows: list[tuple[Value, ...]] = [
        ("版", edition_words, "この本の宛て先"),
        ("出力番号", f"{output_number:04d}", "出力のたびに1つ進む"),
        ("出力日時", now.isoformat(), "日本時間"),
        ("出力日時_和暦", f"{format_wareki(now.date())} {now:%H:%M}", "日本時間"),
        ("プログラムの版", app_version, "workshop_app"),
        ("議題", agenda.title or NONE_CODE, f"議題ID {agenda.agenda_id}"),
        ("議題の版", agenda.version, "議題ファイルの vocab_version"),
        ("データの種類", "練習用データ" if facts.practice else "記録", "練習用データは実際の意見ではない"),
        ("会場数", len(facts.venues), "記録のある会場（会場）"),
        ("集めた付箋", counts.collected, "掲載と非掲載の合計（件）"),
        ("掲載", counts.shown, "資料3-1とデータ_意見の件数（件）"),
        ("非掲載", counts.excluded, "取り消された付箋（件）"),
    ]
    for order, (reason, number) in enumerate(counts.excluded_by_reason.items(), start=1):
        rows.append((f"非掲載の理由{order}", number, f"件。理由：{one_line(reason or '記載なし')}"))
    unsorted = sum(1 for note in facts.notes if note.theme.prefix == "U")
    rows += [
        ("票", counts.votes if facts.voted() else NONE_CODE, "掲載した意見の票の合計（票）"),
        (
            "島への票",
            counts.island_votes if facts.voted() else NONE_CODE,
            "島や表札に貼られた票（票）。付箋の票には加えていない",
        ),
        ("未分類の意見", unsorted, "テーマがまだ決まっていない件数（件）"),
        ("未解決の競合", counts.open_conflicts, "まだ決まっていない競合の数（か所）"),
        *(
            (
                f"会場の競合{order}",
                clash_values(facts, venue, name),
                f"{venue.ward.name}の{FIELD_NAMES[name]}",
            )
            for order, (venue, name) in enumerate(clashes(facts), start=1)
        ),
        ("伏せた意見", 0, f"伏字にした件数（件）。公開区分はすべて「{UNCHECKED}」"),
        ("統合元ファイルの数", len(sources), "このファイルに統合したファイル（個）"),
    ]
    for order, source in enumerate(_in_ward_order(facts, sources), start=1):
        merged = jst(source.merged_at_ms).isoformat()
        name = f"統合元ファイル{order}"
        rows.append((name, one_line(source.file_name), f"付箋 {source.notes:,}件、統合 {merged}"))
        rows.append((f"{name}_指紋", source.sha256, "ファイルの SHA-256"))
    columns = (DataColumn("項目", 22), DataColumn("値", 68), DataColumn("説明", 62))
    return DataSheet(OUTPUT_NAME, columns, tuple(rows), filtered=False)


def _in_ward_order(facts: Facts, sources: Sequence[SourceInfo]) -> list[SourceInfo]:
    """Official ward order by the ward a file's name begins with or holds; files that name none come last."""

    def rank(source: SourceInfo) -> tuple[int, int, str, str]:
        named = [ward for ward in facts.wards if ward.name in source.file_name]
        # 東区 is also in 江東区: the longest name is the one that was meant.
        ward = max(named, key=lambda ward: len(ward.name), default=None)
        order = len(facts.wards) if ward is None else ward.order
        return order, source.merged_at_ms, source.file_name, source.sha256

    return sorted(sources, key=rank)
