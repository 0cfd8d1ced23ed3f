"""付箋を分ける: the cursor says where one opinion ends and the next begins. The words themselves stay as they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Dialog

_ENDS = "。．！？!?\n"


class SplitDialog(Dialog):
    """Begins with the cursor after the first sentence."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("splitDialog")
        self.set_title(self.tr("付箋を2枚に分けます"))
        self.editor = NoteEditor(17)
        self.editor.setObjectName("splitText")
        self.editor.setAccessibleName(self.tr("分ける文"))
        self.editor.set_text(text)
        self.editor.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.editor.setFixedHeight(look().px(120))
        self.editor.submitted.connect(self.accept)
        self.body.addWidget(
            TextLabel(self.tr("分けるところを押してください。番号と票は前の付箋に残ります。"), 15, wrap=True)
        )
        self.body.addWidget(self.editor)
        self._first = TextLabel("", 13, role="text2", wrap=True)
        self._second = TextLabel("", 13, role="text2", wrap=True)
        self.body.addWidget(self._first)
        self.body.addWidget(self._second)
        self.add_buttons(self.tr("やめる"), self.tr("ここで分ける"))
        cursor = self.editor.textCursor()
        cursor.setPosition(_first_end(text))
        self.editor.setTextCursor(cursor)
        self.editor.cursorPositionChanged.connect(self._show_parts)
        self._show_parts()
        self.editor.setFocus()

    def parts(self) -> tuple[str, str]:
        """What stands before the cursor and what stands behind it."""
        cursor = QTextCursor(self.editor.document())
        found = []
        middle = self.editor.textCursor().position()
        for start, end in ((0, middle), (middle, self.editor.document().characterCount() - 1)):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            found.append(cursor.selectedText().replace("\u2029", "\n").strip())
        return found[0], found[1]

    def _show_parts(self) -> None:
        first, second = self.parts()
        self._first.setText(self.tr("1枚目: {0}").format(first))
        self._second.setText(self.tr("2枚目: {0}").format(second))
        if self.action_button is not None:
            self.action_button.setEnabled(bool(first and second))


def _first_end(text: str) -> int:
    """UTF-16 units up to the end of the first sentence; the middle of a text that has only one."""
    ends = [place + 1 for place, char in enumerate(text[:-1]) if char in _ENDS]
    return len(text[: ends[0] if ends else len(text) // 2].encode("utf-16-le")) // 2
