"""Text that every spreadsheet program can open: nothing executed, nothing unreadable, nothing lost silently."""

from __future__ import annotations

import re
from typing import Any

MAX_CELL_UNITS = 32_767
"""Excel's limit for one cell, in UTF-16 units; openpyxl cuts by code points, which is too late."""
CUT_MARK = "〔以下は1つのセルに入らないため省略〕"
_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_UNWRITABLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def readable_text(text: str) -> str:
    """A text as a reader sees it in the cell; applying it twice changes nothing more.

    A character no XML file can carry is shown as 〔U+FFFE〕; CR LF becomes LF; a text over 32,767 UTF-16
    units is cut with a sentence that says so (notes are far shorter).
    """
    out = text.replace("\r\n", "\n").replace("\r", "\n")
    return _fitting(_UNWRITABLE.sub(_mark, out))


def escaped_text(text: str) -> str:
    """A readable text as it is written in the file: `_x0041_` is Excel's own escape and would become A."""
    return _ESCAPE_LIKE.sub("_x005F_", text)


def utf16_units(text: str) -> int:
    """Length as Excel counts it."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def _mark(match: re.Match[str]) -> str:
    return f"〔U+{ord(match[0]):04X}〕"


def _fitting(text: str) -> str:
    if len(text) * 2 <= MAX_CELL_UNITS or utf16_units(text) <= MAX_CELL_UNITS:
        return text
    room = MAX_CELL_UNITS - len(CUT_MARK)
    used = 0
    for index, char in enumerate(text):
        used += 2 if ord(char) > 0xFFFF else 1
        if used > room:
            return text[:index] + CUT_MARK
    return text


def looks_live(text: str) -> bool:
    """True for text that a program might take for a formula when the cell is edited."""
    return text[:1] in ("=", "+", "-", "@")


def put_text(cell: Any, text: str) -> None:
    """Write text as text. openpyxl would guess: '=…' a formula, '#N/A' an error value."""
    cell._value = escaped_text(readable_text(text))
    cell.data_type = "s"
