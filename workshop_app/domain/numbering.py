"""Note numbers such as 東3A-027: ward, table, device mark, running number; fixed at birth.

A note without a table leaves the table out (東A-004). The running number counts per ward, table and device,
so that two laptops with different marks can never give the same number without talking. Where two laptops had
the same mark all the same, both numbers stay and are cited with a mark that comes from the note itself.
"""

from __future__ import annotations

import hashlib
import re

from workshop_app.domain.ids import EntityId

_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
"""No vowels (no words by chance), nothing that is read for something else (l 1 o 0 y)."""
_CITED = re.compile(r"(.+)〔([b-z2-9]{3})〕")
_MARK = re.compile(r"[A-Z]{1,2}")


def number_prefix(ward_short: str, table: int | None, device_mark: str) -> str:
    """Everything before the running number, its hyphen included."""
    return f"{ward_short}{'' if table is None else table}{device_mark}-"


def format_number(prefix: str, running: int) -> str:
    """A whole number; three digits, more when needed."""
    return f"{prefix}{running:03d}"


def split_number(number: str, place: int) -> str:
    """The number of a note made from a wording of another: 東3A-027-2 for the second wording of 東3A-027."""
    return f"{number}-{place}"


def short_number(number: str) -> str:
    """A number without its prefix (027, 027-2), for where there is no room."""
    return number.split("-", 1)[-1]


def is_device_mark(text: str) -> bool:
    """True for a usable device mark: one or two capital letters."""
    return _MARK.fullmatch(text) is not None


def citation(number: str, note_id: EntityId) -> str:
    """How a note is cited whose number another note has too: 東3A-027〔k7d〕.

    The mark depends on the note alone, so it is the same in every file and after every further merge.
    """
    value = int.from_bytes(hashlib.sha256(b"citation" + note_id).digest()[:4], "big")
    letters = ""
    for _ in range(3):
        value, place = divmod(value, len(_LETTERS))
        letters += _LETTERS[place]
    return f"{number}〔{letters}〕"


def cited_number(text: str) -> str:
    """The plain number of a citation; any other text as it is."""
    match = _CITED.fullmatch(text)
    return match[1] if match else text
