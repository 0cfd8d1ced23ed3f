"""How much is written, said near the limit of a note: before anybody presses Enter in vain."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workshop_app.domain.text import MAX_NOTE_CHARS
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.labels import ElidedLabel

_COUNT_FROM = MAX_NOTE_CHARS * 9 // 10


class LengthLabel(ElidedLabel):
    """Hidden until the text of its box comes near the limit. Never makes what it stands in wider."""

    shown = Signal(bool)
    """It came up, or went."""

    def __init__(self, name: str, editor: NoteEditor, parent: QWidget) -> None:
        super().__init__("", 13, role="warn", parent=parent)
        self.setObjectName(name)
        self._editor = editor
        self.hide()
        editor.textChanged.connect(self._on_text_changed)
        self._on_text_changed()

    def _on_text_changed(self) -> None:
        length = len(self._editor.text())
        near = length >= _COUNT_FROM
        if near:
            words = self.tr("{0:,} / {1:,}文字").format(length, MAX_NOTE_CHARS)
            too_long = self.tr("　2枚に分けてください") if length > MAX_NOTE_CHARS else ""
            self.setText(words + too_long)
        if near == self.isHidden():
            self.setVisible(near)
            self.shown.emit(near)
