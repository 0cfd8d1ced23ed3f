"""Denominators of wards and venues, and what laptops say differently of the venues.

What clashes is never taken for a fact: a count is left out of sums and ratios until somebody settles it, and
every value is printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workshop_app.domain.op import JsonValue
from workshop_app.domain.tallies import Count, per_unit, sum_known
from workshop_app.domain.wareki import wareki_or_text
from workshop_app.services.report_facts import Facts, ReportNote, Venue
from workshop_app.services.report_figures import CLASH_CODE, Unsettled

CLASH_MARK = f"（{CLASH_CODE}）"
FIELD_NAMES = {
    "ward": "区",
    "title": "名前",
    "date": "開催日",
    "venue": "会場",
    "participants": "参加者数",
    "observers": "傍聴者数",
    "tables": "テーブル数",
    "voters": "投票者数",
    "votes_per_person": "1人の持ち票",
}
"""What the facts of a workshop are called, in the order they are printed."""
COUNT_NAMES = ("participants", "observers", "tables", "voters", "votes_per_person")
"""The numbers among them."""


@dataclass(frozen=True, slots=True)
class Base:
    """The denominators of a ward (or of all): None means nobody has entered the number, or it is not settled."""

    participants: int | None
    observers: int | None
    tables: int | None
    voters: int | None
    per_head: float | None
    per_table: float | None
    vote_use: float | None


def base_of(venues: Sequence[Venue], notes: Iterable[ReportNote]) -> Base:
    """Denominators of some venues, and ratios over the venues whose denominator is known."""
    by_venue: dict[str, Count] = defaultdict(Count)
    for note in notes:
        if note.venue is not None:
            by_venue[note.venue.code] += Count(1, note.votes)

    def ratio(units: Mapping[str, int | None], votes: bool = False) -> float | None:
        known = {code: number for code, number in units.items() if number is not None}
        amount = sum(by_venue[code].votes if votes else by_venue[code].notes for code in known)
        return per_unit(amount, sum(known.values()))

    heads = {venue.code: venue.number("participants") for venue in venues}
    tables = {venue.code: venue.number("tables") for venue in venues}
    held_votes = {}
    for venue in venues:
        voters, each = venue.number("voters"), venue.number("votes_per_person")
        held_votes[venue.code] = None if voters is None or each is None else voters * each
    return Base(
        participants=sum_known(heads.values()),
        observers=sum_known(venue.number("observers") for venue in venues),
        tables=sum_known(tables.values()),
        voters=sum_known(venue.number("voters") for venue in venues),
        per_head=ratio(heads),
        per_table=ratio(tables),
        vote_use=ratio(held_votes, votes=True),
    )


def unsettled(facts: Facts, venues: Sequence[Venue], name: str) -> Unsettled | None:
    """What to print instead of a count that clashes at one of these venues: its values if there is no other."""
    clashing = [venue for venue in venues if name in venue.clashes]
    if not clashing:
        return None
    return Unsettled(
        CLASH_CODE if len(venues) > 1 else f"{clash_values(facts, venues[0], name)}\n{CLASH_MARK}"
    )


def clash_values(facts: Facts, venue: Venue, name: str) -> str:
    """Every value of something that clashes: 東会館／西会館."""
    return "／".join(_words(facts, name, value) for value in venue.clashes[name])


def _words(facts: Facts, name: str, value: JsonValue) -> str:
    if value in (None, ""):
        return "記入なし"
    if name == "ward":
        return {ward.code: ward.name for ward in facts.wards}.get(str(value), str(value))
    if name == "date":
        return wareki_or_text(str(value)) or ""
    return f"{value:,}" if isinstance(value, int) else " ".join(str(value).split())


def clashes(facts: Facts, names: Collection[str] = FIELD_NAMES) -> list[tuple[Venue, str]]:
    """What clashes, among these facts of workshops: venue and payload key in printed order."""
    return [(venue, name) for venue in facts.venues for name in names if name in venue.clashes]


def clash_remarks(facts: Facts, names: Collection[str] = FIELD_NAMES) -> list[str]:
    """One ※ that names everything that clashes, or nothing."""
    found = clashes(facts, names)
    if not found:
        return []
    listed = "、".join(
        f"{venue.ward.name}の{FIELD_NAMES[name]}「{clash_values(facts, venue, name)}」"
        for venue, name in found
    )
    return [
        f"端末によって違う内容が書かれ、まだ決まっていないもの（競合）：{listed}。"
        "競合している数は、決まるまで計にも割り算にも入れていません。"
    ]
