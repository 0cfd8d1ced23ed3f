"""The text box for one note. Nothing typed in it is lost, whatever the input method is doing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from workshop_app.domain.text import split_lines
from workshop_app.ui.theme import look
from workshop_app.ui.widgets.composition import ENTER, KeepsComposition

_LINE_HEIGHT_PERCENT = 150.0


class NoteEditor(KeepsComposition, QTextEdit):
    """Plain text, line height 1.5. `text()` gives exactly what was typed."""

    submitted = Signal()
    """Enter, with no composition open."""
    lines_pasted = Signal(list)
    """Several lines were pasted or dropped; nothing was inserted."""

    def __init__(self, size: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setLineWrapMode(QTextEdit.LineWrapMode.WidgetWidth)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self._dress()
        self._format()

    # --- text ------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The committed text, lines parted by \\n; `toPlainText` would turn no-break spaces into spaces."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def set_text(self, text: str) -> None:
        """Replace the text; the cursor stands at its end and there is nothing to undo."""
        self.settle()
        self.setPlainText(text)
        self._format()
        self.moveCursor(QTextCursor.MoveOperation.End)

    def clear_text(self) -> None:
        """Empty the box."""
        self.set_text("")

    def insert_text(self, text: str) -> None:
        """Put text in at the cursor, as if typed."""
        self.settle()
        self.textCursor().insertText(text)

    # --- keys --------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Leave undo to the page when there is none here."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and not self.composing
            and self._undo_is_elsewhere(event)
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter submits, Shift+Enter makes a line; neither does anything to a note while composing."""
        if self.composing or event.key() not in ENTER:
            super().keyPressEvent(event)
            return
        self._taken = ""
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        elif not event.isAutoRepeat():
            self.submitted.emit()

    def _undo_is_elsewhere(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Undo):
            return not self.document().isUndoAvailable()
        if event.matches(QKeySequence.StandardKey.Redo) or _is_ctrl_y(event):
            return not self.document().isRedoAvailable()
        return False

    # --- paste -------------------------------------------------------------------------------------------

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text only: no pictures, no files."""
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """One line goes in as it is; several are the page's matter."""
        if not self.canInsertFromMimeData(source):
            return
        lines = split_lines(source.text())
        if len(lines) > 1:
            self.lines_pasted.emit(lines)
        else:
            self.insert_text("".join(lines))

    # --- look ----------------------------------------------------------------------------------------------

    def set_size(self, size: int) -> None:
        """Another size token (24, or 20 in the narrow layout)."""
        self._size = size
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def minimumSizeHint(self) -> QSize:
        """A short box is still a box."""
        return QSize(120, look().px(60))

    def _dress(self) -> None:
        current = look()
        sheet = f"font-size: {current.px(self._size)}px;"
        if self.styleSheet() != sheet:
            self.setStyleSheet(sheet)
        self.document().setDefaultFont(current.font(self._size))
        self.setViewportMargins(current.px(14), current.px(10), current.px(12), current.px(8))

    def _format(self) -> None:
        """Line height stands in the blocks; giving it must not be something to undo."""
        document = self.document()
        document.setUndoRedoEnabled(False)
        block = QTextBlockFormat()
        block.setLineHeight(_LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(block)
        document.setUndoRedoEnabled(True)


def _is_ctrl_y(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
