"""Japanese era dates (和暦) as text.

Dates are stored as ISO text and printed as 平成26年10月5日(日); the first year of an era is 元年. Text is
safer in print than a number format, because only Japanese editions of spreadsheet programs know the era
formats. Dates that are not fixed yet (10月上旬 and the like) stay the text somebody typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Every time and day a person reads is Japanese time, whatever the zone of the laptop's clock: on screen, on
paper, in receipts and in the names of files. The workshops and their papers are Japanese, and a time that
differs between the window and the workbook would be looked for in vain. Stored are milliseconds since 1970.
"""

_WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Era:
    """One era: its name, its letter and its first day."""

    name: str
    letter: str
    first_day: date


ERAS = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("明治", "M", date(1868, 10, 23)),
)
"""Newest first; an older date is written in the western calendar."""


def era_of(day: date) -> Era | None:
    """The era a day belongs to, or None before Meiji."""
    return next((era for era in ERAS if day >= era.first_day), None)


def era_year(day: date) -> str:
    """平成26年, 令和元年, or 1800年 before Meiji."""
    era = era_of(day)
    if era is None:
        return f"{day.year}年"
    year = day.year - era.first_day.year + 1
    return f"{era.name}{'元' if year == 1 else year}年"


def format_wareki(day: date, *, weekday: bool = True) -> str:
    """平成26年10月5日(日), or without the weekday."""
    tail = f"({_WEEKDAYS[day.weekday()]})" if weekday else ""
    return f"{era_year(day)}{day.month}月{day.day}日{tail}"


def format_wareki_short(day: date) -> str:
    """H26.10.5; the first year is written as 元 (R元.5.1)."""
    era = era_of(day)
    if era is None:
        return f"{day.year}.{day.month}.{day.day}"
    year = day.year - era.first_day.year + 1
    return f"{era.letter}{'元' if year == 1 else year}.{day.month}.{day.day}"


def parse_iso(text: str | None) -> date | None:
    """The day named by ISO text (2014-10-05), or None when the text is no such day."""
    if text is None or len(text) != 10:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def wareki_or_text(text: str | None) -> str | None:
    """ISO text as 和暦; any other text as it stands (10月上旬); None for nothing."""
    day = parse_iso(text)
    if day is not None:
        return format_wareki(day)
    return text or None


def jst(ms: int) -> datetime:
    """Milliseconds since 1970 as Japanese time, cut to the second."""
    return datetime.fromtimestamp(ms // 1000, JST)


def format_clock(ms: int) -> str:
    """14:32 in Japanese time."""
    return f"{jst(ms):%H:%M}"


def format_moment_short(ms: int) -> str:
    """H26.10.16 17:20 in Japanese time."""
    moment = jst(ms)
    return f"{format_wareki_short(moment.date())} {moment:%H:%M}"
