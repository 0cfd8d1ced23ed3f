"""探す: a box over the board; a number or a word flies to the note, the rest shows its outline only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from workshop_app.domain.geometry import reading_order
from workshop_app.domain.ids import EntityId
from workshop_app.domain.text import fold_text
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import LineField


class Finder(QFrame):
    """Enter goes to the next one found, Shift+Enter back, Esc ends the search."""

    ended = Signal()

    def __init__(self, view: BoardView) -> None:
        super().__init__(view)
        self.setObjectName("boardFinder")
        self.setProperty("panel", True)
        self._view = view
        self._found: list[EntityId] = []
        self._place = -1
        self.field = LineField()
        self.field.setObjectName("boardSearch")
        self.field.setPlaceholderText(self.tr("番号か言葉で探す"))
        self.field.setAccessibleName(self.tr("ボードで探す"))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self._count = TextLabel("", 13, role="text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 12, 6)
        row.setSpacing(10)
        row.addWidget(self.field, 1)
        row.addWidget(self._count)
        self.hide()
        view.looked.connect(self._put)

    def open_box(self) -> None:
        """Take the keys."""
        self._put()
        self.show()
        self.raise_()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search()

    def close_box(self) -> bool:
        """Show everything again; False when it was not open."""
        if not self.isVisible():
            return False
        self.hide()
        self._view.board.set_hidden(frozenset())
        self.ended.emit()
        return True

    def step(self, step: int) -> None:
        """To the next one found, or back."""
        if self._found:
            self._place = (self._place + step) % len(self._found)
            item = self._found[self._place]
            self._view.board.choose([item])
            self._view.fly_to(item)
        self._show_count()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Esc in the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_box()
                return True
        return False

    def _search(self) -> None:
        content = self._view.board.content
        wanted = fold_text(self.field.text())
        found = set()
        if wanted:
            found = {
                note_id
                for note_id, item in content.notes.items()
                if note_id in content.boxes
                and (wanted in fold_text(item.note.text) or wanted in fold_text(item.note.number))
            }
            found |= {
                one
                for one, island in content.islands.items()
                if one in content.boxes and wanted in fold_text(island.title)
            }
        self._found = reading_order({item: content.boxes[item] for item in found})
        self._place = -1
        outside = content.notes.keys() - found if wanted else frozenset()
        self._view.board.set_hidden(frozenset(outside))
        self._show_count()

    def _show_count(self) -> None:
        if not self.field.text().strip():
            self._count.setText("")
        elif self._place >= 0:
            self._count.setText(self.tr("{0} / {1}").format(self._place + 1, len(self._found)))
        else:
            self._count.setText(self.tr("{0}件").format(len(self._found)))

    def _put(self) -> None:
        width = min(look().px(360), self._view.width() - 32)
        self.setGeometry(16, 12, width, look().px(52))
