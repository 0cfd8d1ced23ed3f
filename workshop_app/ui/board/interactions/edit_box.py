"""The one text box on the board, laid over the note or title that is being written. IME rules as in 記録."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workshop_app.ui.board.style import BoardStyle
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.marks import paint_kind_mark
from workshop_app.ui.theme import look

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LEAVES_OPEN = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)
_EDGE = 3


class Go(Enum):
    """Where to go on when the text is saved."""

    NOWHERE = 0
    RIGHT = 1
    BELOW = 2


class EditBox(QWidget):
    """A child of the view, never a proxy in the scene: input methods need a real widget (peers.md, demand 4)."""

    done = Signal(object)
    """Enter, Tab (`Go.RIGHT`) or Ctrl+Enter (`Go.BELOW`), or the focus has gone elsewhere."""
    cancelled = Signal()

    def __init__(
        self, parent: QWidget, style: BoardStyle, text: str, *, size: int, kind: str | None, paper: bool
    ) -> None:
        super().__init__(parent)
        self._style = style
        self._kind = kind
        self._paper = paper
        self._open = True
        self.editor = NoteEditor(size)
        self.editor.setObjectName("boardEditor")
        ink = style.colour("noteInk" if paper else "text").name()
        self.setStyleSheet(
            f"QTextEdit, QTextEdit:focus {{ background: transparent; border: none; padding: 0; color: {ink}; }}"
        )
        row = QHBoxLayout(self)
        left = look().px(36) if paper and kind in style.kinds else _EDGE
        row.setContentsMargins(left, _EDGE, _EDGE, _EDGE)
        row.addWidget(self.editor)
        self.editor.setViewportMargins(look().px(6), look().px(4), look().px(4), look().px(2))
        self.editor.set_text(text)
        self.editor.installEventFilter(self)
        self.editor.submitted.connect(lambda: self._finish(Go.NOWHERE))
        self.editor.lines_pasted.connect(lambda lines: self.editor.insert_text("\n".join(lines)))

    def open_at(self, rect: QRectF) -> None:
        """Show it over a place of the view, and take the keys."""
        self.setGeometry(rect.toRect())
        self.show()
        self.raise_()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_box(self) -> None:
        """Saved or given up."""
        self._open = False
        self.editor.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that leave the box, unless they belong to a composition."""
        if not self._open:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            self.editor.settle()
            if event.reason() not in _LEAVES_OPEN:
                self._finish(Go.NOWHERE)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper of the note's kind, or the ground of an island, in the accent's border."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill: QColor = self._style.fill(self._kind) if self._paper else self._style.colour("surface")
        painter.setPen(QPen(self._style.colour("accent"), _EDGE))
        painter.setBrush(fill)
        edge = _EDGE / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 2, 2)
        if self._paper and self._kind in self._style.kinds:
            place, char = self._style.kinds[self._kind]
            side = look().px(24)
            mark = QRectF(look().px(9), look().px(9), side, side)
            paint_kind_mark(painter, mark, place, char, fill, self._style.colour("noteInk"))

    def _on_key(self, event: QKeyEvent) -> bool:
        if self.editor.composing:
            return False
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif key == Qt.Key.Key_Tab:
            self._finish(Go.RIGHT)
        elif key in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._finish(Go.BELOW)
        else:
            return False
        return True

    def _finish(self, go: Go) -> None:
        if self._open:
            self.editor.settle()
            self.done.emit(go)
