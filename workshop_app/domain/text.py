"""Japanese text: what is stored, and what is only compared.

Stored text is what was typed. Folding (NFKC, kana, width, old forms) happens in a separate search key and
never in stored, shown or exported text. See the design notes on Japanese text for why each rule is here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from workshop_app.domain.errors import InvalidInput

MAX_NOTE_CHARS = 10_000
"""Longest note, in code points; far above any sticky note, far below what one Excel row can show."""

_NONCHARACTERS = "".join(chr(plane << 16 | code) for plane in range(17) for code in (0xFFFE, 0xFFFF))
_UNSTORABLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")

_LINE_BREAKS = str.maketrans(
    {"\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
)
_TYPED_BLANKS = " \t\n\r\u3000"
_DASHES = dict.fromkeys(map(ord, "ー‐‑‒–—―−－ｰ-"), "-")
_TILDES = dict.fromkeys(map(ord, "〜～~"), "~")
_VARIANTS = str.maketrans("﨑髙𠮷濵濱邊邉斉齊齋德栁桒塚", "崎高吉浜浜辺辺斎斎斎徳柳桑塚")
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {
    0x30FD: 0x309D,
    0x30FE: 0x309E,
}


@dataclass(frozen=True, slots=True)
class CleanText:
    """Text that can be stored and printed, and the characters (as U+XXXX) that had to go."""

    text: str
    removed: tuple[str, ...] = ()


def is_storable(text: str) -> bool:
    """False for characters that no file format we write can carry (controls, U+FFFE/F, lone surrogates)."""
    # What can be printed is none of these, and asking that first is twenty times faster.
    return text.isprintable() or _UNSTORABLE.search(text) is None


def clean_text(raw: str) -> CleanText:
    """Make text storable: one kind of line break, no invisible control characters, no blank edges.

    Only what cannot be seen is touched: controls, byte order marks and zero-width spaces go, and white space
    around the whole text. All of it is named in the result but for the blanks and line breaks people type.
    Inside, every character stays.
    """
    removed: list[str] = []
    kept: list[str] = []
    for char in raw.replace("\r\n", "\n"):
        plain = _LINE_BREAKS.get(ord(char), char)
        (kept if is_storable(plain) and plain not in "\ufeff\u200b" else removed).append(char)
    inner = "".join(kept).strip()
    start = "".join(kept).find(inner)
    edges = kept[:start] + kept[start + len(inner) :]
    removed += [char for char in edges if char not in _TYPED_BLANKS]
    names = tuple(dict.fromkeys(f"U+{ord(char):04X}" for char in removed))
    return CleanText(inner.translate(_LINE_BREAKS), names)


def removed_from(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters (as U+XXXX) that go when these texts are stored."""
    # What can be printed loses nothing, and asking that first is much faster.
    found = (clean_text(text).removed for text in texts if not text.isprintable())
    return tuple(dict.fromkeys(name for names in found for name in names))


def require_note_text(raw: str) -> str:
    """The text of a note as it will be stored; raises InvalidInput when it is empty or too long."""
    text = clean_text(raw).text
    if not text:
        raise InvalidInput("付箋に文字がありません。意見を書いてから、もう一度試してください。")
    if len(text) > MAX_NOTE_CHARS:
        raise InvalidInput(
            f"1枚の付箋に書けるのは {MAX_NOTE_CHARS:,}文字までです（今は {len(text):,}文字）。"
            "まだ保存していません。2枚に分けてください。"
        )
    return text


def fold_text(text: str) -> str:
    """The search key of a text: NFKC, case, kana, width, dashes, old forms and blanks folded away."""
    folded = unicodedata.normalize("NFKC", text.translate(_VARIANTS)).casefold()
    folded = (
        folded.translate(_KATAKANA_TO_HIRAGANA).translate(_VARIANTS).translate(_DASHES).translate(_TILDES)
    )
    return "".join(char for char in folded if not (char.isspace() or _is_selector(ord(char))))


def _is_selector(code: int) -> bool:
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or code in (0x200B, 0x200C, 0x200D, 0xFEFF)


def split_lines(raw: str) -> list[str]:
    """Cut pasted text into notes: one per line, blank lines left out, list marks kept as typed.

    What cannot be stored is still in them, so that whoever saves them can say what had to go.
    """
    lines = raw.replace("\r\n", "\n").translate(_LINE_BREAKS).split("\n")
    return [line.strip(_TYPED_BLANKS) for line in lines if clean_text(line).text]
