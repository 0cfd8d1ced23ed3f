"""資料1 開催結果: who took part, where, out of how many, and what the records say of the day."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_app.domain.wareki import wareki_or_text
from workshop_app.services.report_bases import (
    CLASH_MARK,
    FIELD_NAMES,
    base_of,
    clash_remarks,
    clash_values,
    clashes,
    unsettled,
)
from workshop_app.services.report_facts import UNSORTED, UNTITLED, Facts, Venue, WardFact
from workshop_app.services.report_figures import DASH, Denominator, Figure, FigureLog, Slot
from workshop_app.services.report_papers import (
    collected_words,
    missing_words,
    practice_words,
    remark_row,
)
from workshop_app.services.report_spec import Cell, Column, PrintSheet, Role, Row, RowKind

RESULTS_NAME = "資料1_開催結果"
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
    """How the opinions came about: what the records show of each step, and where they show nothing."""
    steps = (
        ("趣旨説明", "説明の内容は記録していません。"),
        ("意見の記入", _written_words(facts)),
        ("島づくり", _island_words(facts)),
        ("発表と投票", f"発表の内容は記録していません。{_voting_words(facts)}"),
        ("記録の確認", _checked_words(facts)),
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


def _written_words(facts: Facts) -> str:
    notes = [item.note for item in facts.notes]
    if not notes:
        return "意見の記録はありません。"
    rounds = sorted({note.round for note in notes if note.round is not None})
    counts = {
        "テーマ": sum(1 for item in facts.notes if item.theme.code != UNSORTED),
        "テーブル": sum(1 for note in notes if note.table is not None),
        "ラウンド": sum(1 for note in notes if note.round is not None),
    }
    found = "、".join(f"{name}の記録は {count:,}件" for name, count in counts.items() if count)
    which = f"（ラウンド{'・'.join(map(str, rounds))}）" if rounds else ""
    absent = "・".join(name for name, count in counts.items() if not count)
    return (
        f"意見 {len(notes):,}件を、氏名を付けずに記録しました。"
        + (f"{found}にあります{which}。" if found else "")
        + (f"{absent}の記録はありません。" if absent else "")
    )


def _island_words(facts: Facts) -> str:
    islands = [one for outer in facts.islands for one in outer.with_inner]
    if not islands:
        return "島の記録はありません。"
    titled = sum(1 for island in islands if island.title != UNTITLED)
    lone = sum(len(group.lone) for group in facts.groups)
    return (
        f"「島」は {len(islands):,}（うち表札のあるもの {titled:,}）です。"
        f"どの島にも入らない意見 {lone:,}件も残しています。"
    )


def _voting_words(facts: Facts) -> str:
    voted = [venue for venue in facts.venues if venue.voted]
    votes = facts.votes(facts.notes)
    if votes is None:
        return "投票の記録はありません。"
    each = {venue.number("votes_per_person") for venue in voted}
    held = each.pop() if len(each) == 1 else None
    seals = f"、ほかに島への票 {facts.counts.island_votes:,}票" if facts.counts.island_votes else ""
    silent = [venue.ward.name for venue in facts.venues if not venue.voted]
    missing = f"{'・'.join(dict.fromkeys(silent))}の投票の記録はありません。" if silent else ""
    return (
        f"共感した意見に{'' if held is None else f'1人{held}票で'}投票しました"
        f"（意見への票 {votes:,}票{seals}）。{missing}"
    )


def _checked_words(facts: Facts) -> str:
    counts = facts.counts
    if not counts.collected:
        return "付箋の記録はありません。"
    voided = (
        f"取り消した {counts.excluded:,}件も、理由とともに残しています。"
        if counts.excluded
        else "取り消したものはありません。"
    )
    return f"付箋 {counts.collected:,}件に番号を付けて記録しました。{voided}"


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
        if "date" in venue.clashes:
            when = f"{clash_values(facts, venue, 'date')}{CLASH_MARK}"
        if "venue" in venue.clashes:
            where = f"{clash_values(facts, venue, 'venue')}{CLASH_MARK}"
    elif ward.known:
        when = "記録なし"
    nothing = facts.silent(ward)
    here = [] if venue is None else [venue]
    base = base_of(here, notes)
    voted = any(note.voted for note in notes) if venue is None else venue.voted
    table = ("資料1", "開催結果")
    slot = Slot(ward)
    suffix = "" if venue is None else f"（会場 {venue.code}）"

    def figure(item: str, value: Figure, unit: str, role: Role = Role.NUMBER) -> Cell:
        per = Denominator(base.participants, "人") if role == Role.NUMBER_1 else None
        return log.cell(table, slot, item + suffix, value, unit, role, per)

    return Row(
        RowKind.BODY,
        (
            Cell(ward.name, Role.BODY_CENTRE),
            Cell(when, Role.BODY if when != DASH else Role.BODY_CENTRE),
            Cell(where, Role.BODY if where != DASH else Role.BODY_CENTRE),
            figure("参加者数", unsettled(facts, here, "participants") or base.participants, "人"),
            figure("傍聴者数", unsettled(facts, here, "observers") or base.observers, "人"),
            figure("テーブル数", unsettled(facts, here, "tables") or base.tables, "卓"),
            figure("意見件数", None if nothing else len(notes), "件"),
            figure("1人当たり件数", base.per_head, "件/人", Role.NUMBER_1),
            figure("投票者数", unsettled(facts, here, "voters") or base.voters, "人"),
            figure("票数", sum(note.votes for note in notes) if voted else None, "票"),
        ),
    )


def _results_total(facts: Facts, log: FigureLog) -> Row:
    base = base_of(facts.venues, facts.notes)
    table = ("資料1", "開催結果")

    def figure(item: str, value: Figure, unit: str, role: Role = Role.TOTAL_NUMBER) -> Cell:
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
            figure("票数", facts.votes(facts.notes), "票"),
        ),
        key="total",
    )


def _results_remarks(facts: Facts) -> list[str]:
    out = [f"意見件数は掲載した件数です。{collected_words(facts)}"]
    missing = facts.missing_wards()
    if missing and facts.venues:
        out.append(missing_words(missing))
    entered = {
        FIELD_NAMES[name]: [venue.number(name) is not None for venue in facts.venues]
        for name in ("participants", "observers", "tables", "voters")
    }
    entered["票数"] = [venue.voted for venue in facts.venues]
    partly = [name for name, known in entered.items() if any(known) and not all(known)]
    if partly:
        why = "入力されていないか競合している" if clashes(facts) else "入力されていない"
        out.append(f"{'・'.join(partly)}は、{why}会場を除いた計です。1人当たり件数も同じです。")
    out += clash_remarks(facts)
    out.append(vote_words(facts))
    return out


def vote_words(facts: Facts) -> str:
    """What a vote is, as far as it was recorded."""
    meaning = "票は賛否の数ではなく「共感した意見」の数です。"
    if facts.votes(facts.notes) is None:
        return f"票は入力されていません。{meaning}"
    voted = [venue for venue in facts.venues if venue.voted]
    held = {venue.number("votes_per_person") for venue in voted}
    if not held or None in held:
        names = [v.ward.name for v in voted if v.number("votes_per_person") is None]
        who = "" if len(names) == len(voted) else f"（{'・'.join(dict.fromkeys(names))}）"
        unsure = any("votes_per_person" in venue.clashes for venue in voted)
        state = "入力されていないか、競合しています" if unsure else "入力されていません"
        return f"1人の持ち票の数は{state}{who}。{meaning}"
    if len(held) == 1:
        return (
            f"票は、1人{held.pop()}票（持ち票）の投票です。投票したすべての会場で持ち票は同じです。{meaning}"
        )
    each = "、".join(f"{v.ward.name} {v.number('votes_per_person')}票" for v in voted)
    return (
        f"1人の持ち票は会場で違います（{each}）。会場をまたいで票数を比べるときは注意してください。{meaning}"
    )
