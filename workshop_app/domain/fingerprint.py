"""The fingerprint of a file as people compare it."""

from __future__ import annotations

_FINGERPRINT = 16
"""How many hexadecimal digits of the SHA-256 are shown; the command line shows as many."""


def fingerprint(sha256: str) -> str:
    """7F3A-91C2-E05B-44D0: the first sixteen digits in groups of four, to be read out over the telephone."""
    shown = sha256[:_FINGERPRINT].upper()
    return "-".join(shown[start : start + 4] for start in range(0, len(shown), 4))
