"""Where a third wording is written, with both others in sight. Nothing stands in it beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.capture.length_label import LengthLabel
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.review.conflict_cards import LETTERS
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import SecondaryButton, TextButton

_MOST_COPIES = 4


class RewriteBox(QWidget):
    """Enter settles, Shift+Enter makes a line, Esc leaves; what is half written comes back."""

    submitted = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ()
        self.editor = NoteEditor(20)
        self.editor.setObjectName("rewriteEditor")
        self.editor.setAccessibleName(self.tr("両方を見て書き直した文"))
        self.editor.submitted.connect(self._on_submitted)
        self.editor.lines_pasted.connect(lambda lines: self.editor.insert_text("\n".join(lines)))
        self._use = SecondaryButton(self.tr("書き直した文を使う"), "Enter")
        self._use.setObjectName("rewriteUse")
        self._use.clicked.connect(self._on_submitted)
        self._leave = SecondaryButton(self.tr("やめる"), "Esc")
        self._leave.setObjectName("rewriteLeave")
        self._leave.clicked.connect(self.left)
        self._copies = [TextButton("") for _ in range(_MOST_COPIES)]
        self._title = TextLabel(self.tr("書き直す文"), 13, role="text2")
        head = QHBoxLayout()
        head.setSpacing(look().px(8))
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(LengthLabel("rewriteLength", self.editor, self))
        for place, button in enumerate(self._copies):
            button.setText(self.tr("{0}の文を入れる").format(LETTERS[place]))
            button.setObjectName(f"rewriteCopy_{LETTERS[place]}")
            button.clicked.connect(lambda _checked=False, place=place: self._on_copy(place))
            head.addWidget(button)
        buttons = QHBoxLayout()
        buttons.setSpacing(look().px(12))
        buttons.addWidget(self._use)
        buttons.addWidget(self._leave)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().px(6))
        column.addLayout(head)
        column.addWidget(self.editor)
        column.addLayout(buttons)
        self.set_compact(False)

    def fill(self, texts: Sequence[str], half_written: str) -> None:
        """Fill it: with what was half written, else with nothing; `texts` are the clashing ones."""
        self._texts = tuple(texts)
        for place, button in enumerate(self._copies):
            button.setVisible(place < len(texts))
        self.editor.set_text(half_written)

    def text(self) -> str:
        """What is written so far, an open composition included."""
        self.editor.settle()
        return self.editor.text()

    def set_compact(self, compact: bool) -> None:
        """A lower box."""
        self.editor.set_size(17 if compact else 20)
        self.editor.setFixedHeight(look().px(72 if compact else 104))

    def _on_copy(self, place: int) -> None:
        self.editor.insert_text(self._texts[place])
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_submitted(self) -> None:
        self.submitted.emit(self.text())
