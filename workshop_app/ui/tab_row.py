"""A row of tabs for the narrow layout, where what stands side by side on a wide page takes turns."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QTabBar, QWidget

from workshop_app.ui.theme import look


class TabRow(QTabBar):
    """Words with a 3 px accent line below the chosen one; the arrow keys move."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self._dressed = ""
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        current = look()
        text, text2, accent = (current.colour(role).name() for role in ("text", "text2", "accent"))
        sheet = (
            f"QTabBar {{ background: transparent; font-size: {current.px(15)}px; }}"
            f" QTabBar::tab {{ background: transparent; color: {text2}; border: none;"
            f" border-bottom: 3px solid transparent; height: {current.px(34)}px;"
            f" padding: 0 {current.px(12)}px; margin-right: {current.px(4)}px; }}"
            f" QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}"
            f" QTabBar::tab:disabled {{ color: {text2}; }}"
        )
        # Setting a style sheet sends StyleChange again.
        if sheet != self._dressed:
            self._dressed = sheet
            self.setStyleSheet(sheet)
