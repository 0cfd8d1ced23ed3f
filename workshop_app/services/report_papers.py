"""資料3-1 意見一覧（島別）, and the words that several sheets share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workshop_app.domain.agenda import AgendaPoint
from workshop_app.services.report_bases import CLASH_MARK
from workshop_app.services.report_facts import (
    UNTITLED,
    Facts,
    IslandFact,
    ReportNote,
    ThemeGroup,
    WardFact,
    votes_of,
)
from workshop_app.services.report_figures import DASH, figure_cell
from workshop_app.services.report_spec import Cell, Column, PageBreak, PrintSheet, Role, Row, RowKind, Value

BY_ISLAND_NAME = "資料3-1_意見一覧_島別"
SPLIT_NAME = "資料3-1_意見一覧_"
NOTHING = "該当する意見はありません"
SPLIT_ABOVE = 3_000
"""More notes than this: 資料3-1 becomes one sheet per theme."""
ALWAYS_BREAK_ABOVE = 1_000
"""More notes than this: every theme starts a new page (it is a booklet of its own then)."""

_NOTE_COLUMNS = (
    Column("通し\n番号", 6),
    Column("番号", 11),
    Column("区", 8),
    Column("テーブル\n－回", 9),
    Column("種別", 10),
    Column("意見（原文）", 61),
    Column("票\n（票）", 7),
    Column("関係する論点", 14),
    Column("備考", 6),
)
_TEXT, _VOTES, _POINTS, _REMARK = 5, 6, 7, 8


def practice_words(facts: Facts) -> str:
    """A sentence for practice data, or ''."""
    return "練習用データです。実際の意見ではありません。" if facts.practice else ""


def remark_row(text: str) -> Row:
    """A ※ line below a table, kept on the page of what stands above it."""
    return Row(RowKind.REMARK, (Cell(f"※ {text}", Role.REMARK),))


def island_key(island: IslandFact) -> str:
    """Row key of an island's band in 資料3-1."""
    return f"island:{island.code}"


def collected_words(facts: Facts) -> str:
    """How many notes were collected, shown and left out, and why."""
    counts = facts.counts
    if not counts.excluded:
        return f"集めた付箋 {counts.collected:,}件をすべて掲載しています（非掲載 0件）。"
    reasons = list(counts.excluded_by_reason.items())
    named = "、".join(f"{short_words(reason)} {number:,}件" for reason, number in reasons[:3])
    rest = sum(number for _, number in reasons[3:])
    more = f"、その他の理由 {rest:,}件" if rest else ""
    return (
        f"集めた付箋 {counts.collected:,}件のうち掲載 {counts.shown:,}件、"
        f"非掲載 {counts.excluded:,}件（取消：{named}{more}）。"
    )


def short_words(text: str, limit: int = 30) -> str:
    """A reason on one line, shortened for a sentence; the whole of it stands in 出力情報."""
    flat = " ".join(text.split()) or "理由の記載なし"
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def missing_words(missing: Sequence[WardFact]) -> str:
    """Says which wards are not in the file, so that a 0 is not read as silence."""
    names = "・".join(ward.name for ward in missing)
    return f"{names}の記録は、このファイルにありません。意見がなかったという意味ではありません。"


def by_island_sheets(facts: Facts) -> list[PrintSheet]:
    """資料3-1: every shown note below its island; one sheet, or one per theme above 3,000 notes."""
    if facts.counts.shown <= SPLIT_ABOVE:
        rows = [row for group in facts.groups for row in _group_rows(facts, group)]
        rows.append(_total_row("計", facts.counts.shown, facts.votes(facts.notes)))
        return [_by_island_sheet(facts, BY_ISLAND_NAME, "意見一覧（島別・全件）", rows)]
    sheets = []
    for group in facts.groups:
        notes = group.notes
        rows = _group_rows(facts, group)
        rows.append(_total_row("テーマ計", len(notes), facts.votes(notes)))
        if group is facts.groups[-1]:
            rows.append(_total_row("計", facts.counts.shown, facts.votes(facts.notes)))
        name = by_island_name(facts, group.theme.order)
        sheets.append(_by_island_sheet(facts, name, f"意見一覧（島別・{group.theme.short}）", rows))
    return sheets


def by_island_name(facts: Facts, theme_order: int) -> str:
    """The 資料3-1 sheet a theme's notes are on; never built from the agenda's words."""
    if facts.counts.shown <= SPLIT_ABOVE:
        return BY_ISLAND_NAME
    theme = facts.themes[theme_order]
    safe = theme.code if theme.code.isalnum() and len(theme.code) <= 8 else f"テーマ{theme.order + 1}"
    return f"{SPLIT_NAME}{safe}"


def _by_island_sheet(facts: Facts, name: str, title: str, rows: list[Row]) -> PrintSheet:
    conflicted = sum(1 for note in facts.notes if note.note.conflicts)
    clash = (
        f"まだ決まっていない競合のある意見 {conflicted:,}件は、備考に「競合」とあります。"
        if conflicted
        else ""
    )
    wards = "・".join(ward.name for ward in facts.wards)
    return PrintSheet(
        name=name,
        number="資料3-1",
        title=title,
        preface=f"{collected_words(facts)}意見は原文のままです（誤字も直していません）。番号は会場で付けたもので、"
        f"再出力しても変わりません。並び順：テーマ → 島（票の多い順）→ 票 → 区（{wards}）→ テーブル → 番号。"
        "同じテーマで表札が同じ島は、区をまたいで1つの島にまとめています。"
        + _seal_words(facts)
        + (
            ""
            if all(note.voted for note in facts.notes)
            else "票の「－」は、票が入力されていないことを表します。"
        )
        + clash
        + practice_words(facts),
        columns=_NOTE_COLUMNS,
        rows=tuple(rows),
        computed_breaks=True,
    )


def _seal_words(facts: Facts) -> str:
    seals = facts.counts.island_votes
    if not seals:
        return ""
    return (
        f"島や表札に貼られた票 {seals:,}票は、付箋の票に加えず、島の行に「島への票」と書いています。"
        "島の順は、付箋の票と島への票の合計によります。"
    )


def _group_rows(facts: Facts, group: ThemeGroup) -> list[Row]:
    notes = group.notes
    votes = facts.votes(notes)
    page = PageBreak.ALWAYS if facts.counts.shown > ALWAYS_BREAK_ABOVE else PageBreak.IF_HALF_FULL
    band = f"{group.theme.band}　　{len(notes):,}件　{'票は未入力' if votes is None else f'{votes:,}票'}"
    rows = [
        Row(
            RowKind.THEME_BAND,
            (Cell(band, Role.THEME_BAND),),
            key=f"theme:{group.theme.code}",
            keep_with_next=True,
            page=page if group.theme.order else PageBreak.NEVER,
        )
    ]
    for island in group.islands:
        rows += _island_rows(facts, island)
    if group.lone:
        if group.islands:
            words = f"単独の意見（どの島にも入らない意見）（{len(group.lone):,}件）"
            rows.append(_band(words, votes_of(group.lone)))
        rows += [_note_row(note) for note in group.lone]
    if not notes:
        blank = [Cell("", role) for role in _note_roles()]
        blank[_TEXT] = Cell(NOTHING, Role.BODY)
        rows.append(Row(RowKind.BODY, tuple(blank)))
    return rows


def _island_rows(facts: Facts, island: IslandFact) -> list[Row]:
    count = island.count
    mark = "└" * island.depth
    seals = f"、島への票 {island.seals:,}票" if island.seals else ""
    band = f"{mark}{island.code}　{island_title(facts, island)}（{count.notes:,}件{seals}）"
    rows = [_band(band, votes_of(island.everything), island_key(island))]
    rows += [_note_row(note) for note in island.notes]
    for child in island.children:
        rows += _island_rows(facts, child)
    return rows


def island_title(facts: Facts, island: IslandFact) -> str:
    """The 表札; every wording of it while laptops have it differently."""
    wordings = {
        " ".join(str(value or UNTITLED).split())
        for island_id in island.ids
        for value in facts.title_clashes.get(island_id, ())
    }
    return f"{'／'.join(sorted(wordings))}{CLASH_MARK}" if wordings else island.title


def _band(text: str, votes: int | None, key: str = "") -> Row:
    cells = [Cell(text, Role.ISLAND_BAND)]
    cells += [Cell(None, Role.ISLAND_BAND) for _ in range(1, _VOTES)]
    cells.append(figure_cell(votes, Role.ISLAND_NUMBER))
    return Row(RowKind.ISLAND_BAND, tuple(cells), key=key, keep_with_next=True)


def _note_roles() -> list[Role]:
    centre, body = Role.BODY_CENTRE, Role.BODY
    return [centre, centre, centre, centre, body, body, Role.NUMBER, Role.SMALL, Role.SMALL]


def _note_row(item: ReportNote) -> Row:
    note = item.note
    place = DASH if note.table is None else str(note.table)
    place += "" if note.round is None else f"－{note.round}"
    remarks = [
        word
        for word, holds in (
            ("単独", item.island is None),
            ("保留", item.held),
            ("競合", bool(note.conflicts)),
            ("コード不明", bool(item.unknown_codes)),
        )
        if holds
    ]
    values: tuple[Value, ...] = (
        item.serial,
        note.number,
        item.ward.name,
        place,
        item.kind.label,
        note.text,
        None,
        point_words(item.points),
        "\n".join(remarks),
    )
    cells = [Cell(value, role) for value, role in zip(values, _note_roles(), strict=True)]
    cells[_VOTES] = figure_cell(note.votes if item.voted else None, Role.NUMBER)
    return Row(RowKind.BODY, tuple(cells), key=f"note:{item.serial}", repeat=(1,), continued_at=_REMARK)


def point_words(points: Iterable[AgendaPoint]) -> str:
    """課題⑤・視点①, or nothing."""
    return "・".join(point.label for point in points)


def _total_row(label: str, notes: int, votes: int | None) -> Row:
    cells = [Cell("", Role.TOTAL) for _ in _NOTE_COLUMNS]
    cells[1] = Cell(label, Role.TOTAL)
    cells[_TEXT] = Cell(f"{notes:,}件", Role.TOTAL)
    cells[_VOTES] = figure_cell(votes, Role.TOTAL_NUMBER)
    return Row(RowKind.TOTAL, tuple(cells), key=f"total:{label}")
