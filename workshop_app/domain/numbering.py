"""Note numbers such as 東3A-027: ward, table, device mark, running number; fixed at birth.

A note without a table leaves the table out (東A-004). The running number counts per ward, table and device,
so that two laptops with different marks can never give the same number without talking.
"""

from __future__ import annotations

import re

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


def running_number(number: str, prefix: str) -> int | None:
    """The running part of a number with this prefix, or None."""
    tail = number[len(prefix) :]
    return int(tail) if number.startswith(prefix) and tail.isascii() and tail.isdigit() else None


def is_device_mark(text: str) -> bool:
    """True for a usable device mark: one or two capital letters."""
    return _MARK.fullmatch(text) is not None
