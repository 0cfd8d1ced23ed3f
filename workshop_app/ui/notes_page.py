"""一覧: every note of the open file, for the secretariat; the same list as beside the form."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workshop_app.ui.capture.notes_panel import NotesPanel
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.page import Page
from workshop_app.ui.widgets import Banner


class NotesPage(Page):
    """Search, correct, take back and restore, all undoable."""

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_list")
        self.title = self.tr("一覧")
        self._open_file = open_file
        self._banner = Banner()
        self.panel = NotesPanel(open_file)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._banner)
        column.addWidget(self.panel, 1)
        open_file.save_failed.connect(lambda text: self._banner.show_message("error", text))
        open_file.refused.connect(lambda text: self._banner.show_message("warn", text))
        open_file.saved.connect(self._banner.clear)
        open_file.noticed.connect(lambda text: self._banner.show_message("info", text))
        self.panel.search_left.connect(self.entered)
        for keys, slot in (
            ("Ctrl+F", self.panel.focus_search),
            ("Ctrl+Z", open_file.history.undo),
            ("Ctrl+Y", open_file.history.redo),
            ("Ctrl+Shift+Z", open_file.history.redo),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def set_compact(self, compact: bool) -> None:
        """Short numbers, no time."""
        self.panel.set_compact(compact)

    def entered(self) -> None:
        """The keys act on the list."""
        self.panel.view.setFocus(Qt.FocusReason.OtherFocusReason)
