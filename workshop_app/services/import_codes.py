"""Reading what people write in the columns beside an opinion: themes, kinds, points and numbers.

Each reader answers with a value of the agenda, or None for words it does not know; it never guesses.
"""

from __future__ import annotations

import re
import unicodedata

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.text import fold_text

_MISSING = {"", "未分類", "なし", "無し", "該当なし", "未記入", "-", "－", "―", "ー", "n/a"}
_BETWEEN_POINTS = re.compile(r"[,、，;；／/・\s]+")
_ONE_NUMBER = re.compile(r"[^\d.,+-]*(\d+)(?:\.0+)?[^\d.,+-]*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def is_missing(words: str) -> bool:
    """True for an empty cell and for the words that stand for one."""
    return words.strip().lower() in _MISSING


def read_number(words: str, low: int, high: int) -> int | None:
    """The one whole number in the words (３班 is 3, 1,234票 is 1234, 三班 is 3), or None."""
    plain = _THOUSANDS.sub("", unicodedata.normalize("NFKC", words).replace("−", "-").strip())
    match = _ONE_NUMBER.fullmatch(plain)
    if match is not None and len(match[1]) <= 9:
        value = int(match[1])
    else:
        written = [unicodedata.numeric(char) for char in plain if char in "一二三四五六七八九十"]
        if len(written) != 1 or any(char.isdigit() for char in plain):
            return None
        value = int(written[0])
    return value if low <= value <= high else None


class CodeReader:
    """The names of one agenda, ready to be looked up."""

    def __init__(self, agenda: Agenda) -> None:
        named: dict[str, set[str]] = {}
        for theme in agenda.all_themes:
            starts = [theme.id, str(theme.number), f"テーマ{theme.number}", f"第{theme.number}", ""]
            for name in (theme.title, theme.short_title, ""):
                for start in starts:
                    named.setdefault(_key(start + name), set()).add(theme.id)
        # What two themes could be called names neither.
        self._themes = {key: next(iter(ids)) for key, ids in named.items() if key and len(ids) == 1}
        self._kinds = {
            key: kind.id
            for kind in reversed(agenda.kinds)
            for key in (kind.symbol, kind.mark_char, _key(kind.id), _key(kind.name))
        }
        self._points = {_key(point.id): point.id for point in agenda.points()}
        self._labels = {
            (point.theme_id, _key(name)): point.id
            for point in agenda.points()
            for name in (point.label, point.text)
        }

    def theme(self, words: str) -> str | None:
        """A theme's id from its id, number (1, １, ①, テーマ1), title or short title."""
        return self._themes.get(_key(words))

    def kind(self, words: str) -> str | None:
        """A kind's id from its id, name, mark or symbol."""
        return self._kinds.get(words.strip()) or self._kinds.get(_key(words))

    def points(self, words: str, theme: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The points named, in the order written and each once, and the words that name none."""
        whole = self._point(words, theme)
        if whole is not None:
            return (whole,), ()
        found: list[str] = []
        unknown: list[str] = []
        for part in filter(None, _BETWEEN_POINTS.split(words.strip())):
            point = self._point(part, theme)
            if point is None:
                unknown.append(part)
            elif point not in found:
                found.append(point)
        return tuple(found), tuple(unknown)

    def _point(self, words: str, theme: str | None) -> str | None:
        key = _key(words)
        return self._points.get(key) or self._labels.get((theme or "", key))


def _key(words: str) -> str:
    return "".join(filter(str.isalnum, fold_text(words)))
