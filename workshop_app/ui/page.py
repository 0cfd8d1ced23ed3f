"""What the main window expects of a page."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """One page beside the rail. `title` stands in the header."""

    title = ""

    def header_tools(self) -> QWidget | None:
        """Widgets for the right of the header, or None."""
        return None

    def context(self) -> tuple[str, str] | None:
        """What the header says beside the title, long and short; None for what it says of the file."""
        return None

    def set_compact(self, compact: bool) -> None:
        """Take the narrow layout (under 1100 px, or large text)."""

    def settle(self) -> None:
        """Commit an open IME composition and keep a draft; called before leaving, undo and close."""

    def unsaved_text(self) -> str:
        """What was typed, is settled, and would be lost if the file were closed now; '' when there is nothing."""
        return ""

    def entered(self) -> None:
        """The page has come to the front."""
