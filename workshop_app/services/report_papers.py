"""資料1 開催結果 and 資料3-1 意見一覧（島別）."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workshop_app.domain.agenda import AgendaPoint
from workshop_app.domain.wareki import wareki_or_text
from workshop_app.services.report_facts import (
    Facts,
    IslandFact,
    ReportNote,
    ThemeGroup,
    Venue,
    WardFact,
    base_of,
)
from workshop_app.services.report_figures import DASH, Denominator, FigureLog, Slot, figure_cell
from workshop_app.services.report_spec import Cell, Column, PageBreak, PrintSheet, Role, Row, RowKind, Value

RESULTS_NAME = "資料1_開催結果"
BY_ISLAND_NAME = "資料3-1_意見一覧_島別"
SPLIT_NAME = "資料3-1_意見一覧_"
NOTHING = "該当する意見はありません"
SPLIT_ABOVE = 3_000
"""More notes than this: 資料3-1 becomes one sheet per theme."""
ALWAYS_BREAK_ABOVE = 1_000
"""More notes than this: every theme starts a new page (it is a booklet of its own then)."""

_RESULT_COLUMNS = (
    Column("区", 9),
    Column("開催日時", 36),
    Column("会場", 22),
    Column("参加者数\n（人）", 9),
    Column("傍聴者数\n（人）", 9),
    Column("テーブル\n数", 9),
    Column("意見件数\n（件）", 9),
    Column("1人当たり\n件数\n（件/人）", 11),
    Column("投票者数\n（人）", 9),
    Column("票数\n（票）", 9),
)
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


def results_sheet(facts: Facts, log: FigureLog) -> PrintSheet:
    """資料1: who took part, where, out of how many."""
    rows = [row for ward in facts.wards for row in _ward_rows(facts, ward, log)]
    rows.append(_results_total(facts, log))
    rows += [remark_row(text) for text in _results_remarks(facts)]
    rows += _steps_of_the_day(facts)
    return PrintSheet(
        name=RESULTS_NAME,
        number="資料1",
        title="市民ワークショップ　開催結果",
        preface="各区のワークショップの開催結果です。件数と票数は、参加者数・投票者数などの母数と合わせて"
        "お読みください。「－」は、数が入力されていないことを表します（0 とは違います）。"
        + practice_words(facts),
        columns=_RESULT_COLUMNS,
        rows=tuple(rows),
    )


def _steps_of_the_day(facts: Facts) -> list[Row]:
    """How the opinions came about; only what every workshop did or the records show."""
    rounds = sorted({note.note.round for note in facts.notes if note.note.round is not None})
    in_rounds = f"（ラウンド{'・'.join(map(str, rounds))}）" if rounds else ""
    held = {venue.workshop.votes_per_person for venue in facts.venues}
    each = held.pop() if len(held) == 1 else None
    if not facts.counts.votes and not any(venue.workshop.voters for venue in facts.venues):
        voting = "テーブルごとに発表しました。投票の記録はありません。"
    elif each is None:
        voting = "テーブルごとに発表し、共感した意見に投票しました。"
    else:
        voting = f"テーブルごとに発表し、共感した意見に1人{each}票で投票しました。"
    steps = (
        ("趣旨説明", "議題と基本的な考え方を説明しました。意見は氏名を付けずに記録しています。"),
        ("意見の記入", f"テーマごとに、一人ずつ付箋に記入し、読み上げて模造紙に貼りました{in_rounds}。"),
        (
            "島づくり",
            "似た意見を集めて「島」とし、要旨を一文の「表札」にしました。"
            "どの島にも入らない意見（単独の意見）もそのまま残しています。",
        ),
        ("発表と投票", voting),
        (
            "記録の確認",
            "付箋を1枚ずつ、番号を付けて入力しました。取り消したものも、理由とともに件数に残しています。",
        ),
    )
    band = Row(RowKind.THEME_BAND, (Cell("当日の進め方", Role.THEME_BAND),), key="steps", keep_with_next=True)
    last = len(_RESULT_COLUMNS) - 1
    return [
        Row(RowKind.SPACER, key="gap:steps", keep_with_next=True),
        band,
        *(
            Row(
                RowKind.BODY,
                (
                    Cell(number, Role.BODY_CENTRE),
                    Cell(name, Role.BODY),
                    Cell(words, Role.BODY),
                    *(Cell(None, Role.BODY) for _ in range(last - 2)),
                ),
                key=f"step:{number}",
                merge_from=2,
            )
            for number, (name, words) in enumerate(steps, start=1)
        ),
    ]


def practice_words(facts: Facts) -> str:
    """A sentence for practice data, or ''."""
    return "練習用データです。実際の意見ではありません。" if facts.practice else ""


def remark_row(text: str) -> Row:
    """A ※ line below a table, kept on the page of what stands above it."""
    return Row(RowKind.REMARK, (Cell(f"※ {text}", Role.REMARK),))


def island_key(island: IslandFact) -> str:
    """Row key of an island's band in 資料3-1."""
    return f"island:{island.code}"


def _ward_rows(facts: Facts, ward: WardFact, log: FigureLog) -> list[Row]:
    venues: Sequence[Venue | None] = facts.venues_of(ward) or [None]
    rows = [_venue_row(facts, ward, venue, log) for venue in venues]
    lost = [note for note in facts.notes if note.ward == ward and note.venue is None]
    if lost and venues[0] is not None:
        rows.append(_venue_row(facts, ward, None, log))
    return rows


def _venue_row(facts: Facts, ward: WardFact, venue: Venue | None, log: FigureLog) -> Row:
    """One workshop; without a venue the notes that name none, or a ward this file knows nothing of."""
    notes = [note for note in facts.notes if note.ward == ward and note.venue is venue]
    when, where = DASH, DASH
    if venue is not None:
        when = wareki_or_text(venue.workshop.date) or DASH
        where = venue.workshop.venue or DASH
    elif ward.known:
        when = "記録なし"
    nothing = facts.silent(ward)
    base = base_of([] if venue is None else [venue], notes)
    table = ("資料1", "開催結果")
    slot = Slot(ward)
    suffix = "" if venue is None else f"（会場 {venue.code}）"

    def figure(item: str, value: int | float | None, unit: str, role: Role = Role.NUMBER) -> Cell:
        per = Denominator(base.participants, "人") if role == Role.NUMBER_1 else None
        return log.cell(table, slot, item + suffix, value, unit, role, per)

    return Row(
        RowKind.BODY,
        (
            Cell(ward.name, Role.BODY_CENTRE),
            Cell(when, Role.BODY if when != DASH else Role.BODY_CENTRE),
            Cell(where, Role.BODY if where != DASH else Role.BODY_CENTRE),
            figure("参加者数", base.participants, "人"),
            figure("傍聴者数", base.observers, "人"),
            figure("テーブル数", base.tables, "卓"),
            figure("意見件数", None if nothing else len(notes), "件"),
            figure("1人当たり件数", base.per_head, "件/人", Role.NUMBER_1),
            figure("投票者数", base.voters, "人"),
            figure("票数", None if nothing else sum(note.votes for note in notes), "票"),
        ),
    )


def _results_total(facts: Facts, log: FigureLog) -> Row:
    base = base_of(facts.venues, facts.notes)
    table = ("資料1", "開催結果")

    def figure(item: str, value: int | float | None, unit: str, role: Role = Role.TOTAL_NUMBER) -> Cell:
        per = Denominator(base.participants, "人") if role == Role.TOTAL_NUMBER_1 else None
        return log.cell(table, Slot(), item, value, unit, role, per)

    return Row(
        RowKind.TOTAL,
        (
            Cell("計", Role.TOTAL),
            Cell(f"{len(facts.venues)}会場", Role.TOTAL),
            Cell("", Role.TOTAL),
            figure("参加者数", base.participants, "人"),
            figure("傍聴者数", base.observers, "人"),
            figure("テーブル数", base.tables, "卓"),
            figure("意見件数", facts.counts.shown, "件"),
            figure("1人当たり件数", base.per_head, "件/人", Role.TOTAL_NUMBER_1),
            figure("投票者数", base.voters, "人"),
            figure("票数", facts.counts.votes, "票"),
        ),
        key="total",
    )


def _results_remarks(facts: Facts) -> list[str]:
    out = [f"意見件数は掲載した件数です。{collected_words(facts)}"]
    missing = facts.missing_wards()
    if missing and facts.venues:
        out.append(missing_words(missing))
    partly = [
        name
        for name, values in (
            ("参加者数", [venue.workshop.participants for venue in facts.venues]),
            ("傍聴者数", [venue.workshop.observers for venue in facts.venues]),
            ("テーブル数", [venue.workshop.tables for venue in facts.venues]),
            ("投票者数", [venue.workshop.voters for venue in facts.venues]),
        )
        if any(value is None for value in values) and any(value is not None for value in values)
    ]
    if partly:
        out.append(f"{'・'.join(partly)}は、入力されていない会場を除いた計です。1人当たり件数も同じです。")
    out.append(vote_words(facts))
    return out


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


def vote_words(facts: Facts) -> str:
    """What a vote is, as far as it was recorded."""
    held = [venue.workshop.votes_per_person for venue in facts.venues]
    meaning = "票は賛否の数ではなく「共感した意見」の数です。"
    if not facts.counts.votes and all(number is None for number in held):
        return f"票は入力されていません。{meaning}"
    known = {number for number in held if number is not None}
    if not held or None in held:
        names = [v.ward.name for v in facts.venues if v.workshop.votes_per_person is None]
        who = "" if len(names) == len(held) else f"（{'・'.join(dict.fromkeys(names))}）"
        return f"1人の持ち票の数は入力されていません{who}。{meaning}"
    if len(known) == 1:
        return f"票は、1人{known.pop()}票（持ち票）の投票です。全会場で持ち票は同じです。{meaning}"
    each = "、".join(f"{v.ward.name} {v.workshop.votes_per_person}票" for v in facts.venues)
    return (
        f"1人の持ち票は会場で違います（{each}）。会場をまたいで票数を比べるときは注意してください。{meaning}"
    )


def by_island_sheets(facts: Facts) -> list[PrintSheet]:
    """資料3-1: every shown note below its island; one sheet, or one per theme above 3,000 notes."""
    if facts.counts.shown <= SPLIT_ABOVE:
        rows = [row for group in facts.groups for row in _group_rows(facts, group)]
        rows.append(_total_row("計", facts.counts.shown, facts.counts.votes))
        return [_by_island_sheet(facts, BY_ISLAND_NAME, "意見一覧（島別・全件）", rows)]
    sheets = []
    for group in facts.groups:
        notes = group.notes
        rows = _group_rows(facts, group)
        rows.append(_total_row("テーマ計", len(notes), sum(note.votes for note in notes)))
        if group is facts.groups[-1]:
            rows.append(_total_row("計", facts.counts.shown, facts.counts.votes))
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
    votes = sum(note.votes for note in notes)
    page = PageBreak.ALWAYS if facts.counts.shown > ALWAYS_BREAK_ABOVE else PageBreak.IF_HALF_FULL
    band = f"{group.theme.band}　　{len(notes):,}件　{votes:,}票"
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
        rows += _island_rows(island)
    if group.lone:
        if group.islands:
            lone_votes = sum(note.votes for note in group.lone)
            rows.append(_band(f"単独の意見（どの島にも入らない意見）（{len(group.lone):,}件）", lone_votes))
        rows += [_note_row(note) for note in group.lone]
    if not notes:
        blank = [Cell("", role) for role in _note_roles()]
        blank[_TEXT] = Cell(NOTHING, Role.BODY)
        rows.append(Row(RowKind.BODY, tuple(blank)))
    return rows


def _island_rows(island: IslandFact) -> list[Row]:
    count = island.count
    mark = "└" * island.depth
    seals = f"、島への票 {island.seals:,}票" if island.seals else ""
    band = f"{mark}{island.code}　{island.title}（{count.notes:,}件{seals}）"
    rows = [_band(band, count.votes, island_key(island))]
    rows += [_note_row(note) for note in island.notes]
    for child in island.children:
        rows += _island_rows(child)
    return rows


def _band(text: str, votes: int, key: str = "") -> Row:
    cells = [Cell(text, Role.ISLAND_BAND)]
    cells += [Cell(None, Role.ISLAND_BAND) for _ in range(1, _VOTES)]
    cells.append(Cell(votes, Role.ISLAND_NUMBER))
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
        note.votes,
        point_words(item.points),
        "\n".join(remarks),
    )
    cells = tuple(Cell(value, role) for value, role in zip(values, _note_roles(), strict=True))
    return Row(RowKind.BODY, cells, key=f"note:{item.serial}", repeat=(1,), continued_at=_REMARK)


def point_words(points: Iterable[AgendaPoint]) -> str:
    """課題⑤・視点①, or nothing."""
    return "・".join(point.label for point in points)


def _total_row(label: str, notes: int, votes: int) -> Row:
    cells = [Cell("", Role.TOTAL) for _ in _NOTE_COLUMNS]
    cells[1] = Cell(label, Role.TOTAL)
    cells[_TEXT] = Cell(f"{notes:,}件", Role.TOTAL)
    cells[_VOTES] = figure_cell(votes, Role.TOTAL_NUMBER)
    return Row(RowKind.TOTAL, tuple(cells), key=f"total:{label}")
