"""How a check says that a law does not hold."""

from __future__ import annotations


class LawBroken(AssertionError):
    """A law that does not hold, by its name."""

    def __init__(self, law: str, detail: str) -> None:
        super().__init__(f"{law}: {detail}")
        self.law = law


def require(law: str, holds: bool, detail: object = "") -> None:
    """Say which law is broken, and how."""
    if not holds:
        raise LawBroken(law, str(detail))
