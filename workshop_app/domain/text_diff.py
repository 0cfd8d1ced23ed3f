"""What was added to a text and what went, for showing two wordings side by side.

Compared are characters as a reader sees them: an emoji made of several code points, a letter with its
combining marks or a kanji with its variation selector is never taken apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

MAX_COMPARED = 1_000
"""Above this many differing characters on either side the comparison would hold up the window; then all of
that part counts as rewritten."""
_SHORT = 2
_JOINER = "\u200d"


class RunKind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    GONE = "gone"


class Run(NamedTuple):
    """A piece of text and what became of it."""

    kind: RunKind
    text: str


def diff_text(before: str, after: str) -> list[Run]:
    """The runs of `after` and, where they stood, of what went from `before`.

    SAME and ADDED together are `after`, SAME and GONE together are `before`. Of two changes with no more than
    two characters the same between them one change is made: single characters left standing between others
    cannot be read.
    """
    old, new = split_characters(before), split_characters(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    runs = [Run(RunKind.SAME, "".join(old[:head]))]
    if max(len(old_middle), len(new_middle)) > MAX_COMPARED:
        runs += [Run(RunKind.GONE, "".join(old_middle)), Run(RunKind.ADDED, "".join(new_middle))]
    else:
        runs += _middle(old_middle, new_middle)
    runs.append(Run(RunKind.SAME, "".join(old[len(old) - tail :])))
    return _joined(runs)


def split_characters(text: str) -> list[str]:
    """Cut a text into characters as a reader sees them (extended grapheme clusters, the common cases)."""
    found: list[str] = []
    for char in text:
        if found and (_extends(char) or found[-1].endswith(_JOINER) or _is_second_of_flag(found[-1], char)):
            found[-1] += char
        else:
            found.append(char)
    return found


def _extends(char: str) -> bool:
    code = ord(char)
    return (
        char == _JOINER
        or unicodedata.combining(char) != 0
        or unicodedata.category(char) in ("Mn", "Me", "Mc")
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or 0xE0100 <= code <= 0xE01EF
        or code in (0xFF9E, 0xFF9F)
    )


def _is_second_of_flag(before: str, char: str) -> bool:
    """Flags are pairs of regional indicators."""
    return len(before) == 1 and all(0x1F1E6 <= ord(one) <= 0x1F1FF for one in (before, char))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def _middle(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    runs: list[Run] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        # Two characters that happen to be the same inside a rewritten part are part of it.
        if tag == "equal" and i2 - i1 > _SHORT:
            runs.append(Run(RunKind.SAME, "".join(old[i1:i2])))
        else:
            runs += [Run(RunKind.GONE, "".join(old[i1:i2])), Run(RunKind.ADDED, "".join(new[j1:j2]))]
    return runs


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Between two SAME runs first what went, then what was added, each in one piece; no empty ones."""
    out: list[Run] = []
    gone, added = "", ""
    for run in (*runs, Run(RunKind.SAME, "")):
        if run.kind == RunKind.GONE:
            gone += run.text
        elif run.kind == RunKind.ADDED:
            added += run.text
        else:
            changed = (Run(RunKind.GONE, gone), Run(RunKind.ADDED, added))
            out += [part for part in (*changed, run) if part.text]
            gone, added = "", ""
    return out
