"""Correct a note, take one back with a reason: what the capture page and the list ask."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.note import MAX_TABLE, Note, checked_fields
from workshop_app.domain.op import JsonValue
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.capture.length_label import LengthLabel
from workshop_app.ui.capture.note_fields import ROUNDS, KindChoice, NumberField, ThemeChoice, add_choice_keys
from workshop_app.ui.capture.point_picker import PointPicker
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, ComboField, Dialog, LineField


class EditNoteDialog(Dialog):
    """All that can be changed of one note. Enter in the text saves; Shift+Enter makes a line."""

    def __init__(self, agenda: Agenda, note: Note, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("editNoteDialog")
        self.set_title(self.tr("付箋 {0} を直します").format(note.number))
        self._note = note
        self._banner = Banner()
        self.editor = NoteEditor(17)
        self.editor.setObjectName("editText")
        self.editor.setAccessibleName(self.tr("付箋の文"))
        self.editor.set_text(note.text)
        self.editor.setFixedHeight(look().px(110))
        self.editor.submitted.connect(self.accept)
        self.editor.lines_pasted.connect(lambda lines: self.editor.insert_text("\n".join(lines)))
        self._themes = ThemeChoice(agenda)
        self._themes.set_compact(True)
        self._themes.set_theme(note.theme)
        self._kinds = KindChoice(agenda)
        self._kinds.set_compact(True)
        self._kinds.set_kind(note.kind)
        self._points = PointPicker(agenda)
        self._points.set_theme(note.theme)
        self._points.set_points(note.points)
        self._points_before = self._points.points
        self._themes.chosen.connect(lambda: self._points.set_theme(self._themes.theme))
        add_choice_keys(self, agenda, self._themes, self._kinds)
        self._table = NumberField(MAX_TABLE)
        self._table.set_number(note.table)
        self._round = NumberField(ROUNDS)
        self._round.set_number(note.round)
        self._votes = LineField(str(note.votes))
        self._votes.setObjectName("editVotes")
        self._votes.setMaxLength(6)
        self.body.addWidget(self._banner)
        self.body.addWidget(self.editor)
        self.body.addWidget(LengthLabel("editLength", self.editor, self))
        self.body.addWidget(self._themes)
        self.body.addWidget(self._kinds)
        self.body.addWidget(self._points)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        for column, (label, field) in enumerate(
            (
                (self.tr("テーブル"), self._table),
                (self.tr("ラウンド"), self._round),
                (self.tr("票"), self._votes),
            )
        ):
            grid.addWidget(TextLabel(label, 13, role="text2"), 0, column)
            grid.addWidget(field, 1, column)
            field.setAccessibleName(label)
        self.body.addLayout(grid)
        self.add_buttons(self.tr("やめる"), self.tr("直す"))
        self.editor.setFocus()

    def changed_fields(self) -> dict[str, JsonValue]:
        """Only what differs from the note as it was."""
        note = self._note
        now: dict[str, JsonValue] = {
            "text": self.editor.text(),
            "theme": self._themes.theme,
            "kind": self._kinds.kind,
            "table": self._table.number,
            "round": self._round.number,
            "votes": _number(self._votes.text()),
        }
        before = {name: getattr(note, name) for name in now}
        changed = {name: value for name, value in now.items() if value != before[name]}
        if self._points.points != self._points_before:
            changed["points"] = list(self._points.points)
        return changed

    def accept(self) -> None:
        """Close only with something that can be saved; the text stays otherwise."""
        self.settle()
        try:
            checked_fields(self.changed_fields())
        except InvalidInput as problem:
            self._banner.show_message("warn", problem.sentence)
            return
        super().accept()


def _number(text: str) -> int:
    """Digits of any width; what is no number is refused by the check of the fields, as one below 0."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return int(plain) if plain.isdecimal() else 0 if not plain else -1


class VoidDialog(Dialog):
    """Why is it taken back? The note stays and can be restored."""

    def __init__(self, notes: Sequence[Note], parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("voidDialog")
        if len(notes) == 1:
            self.set_title(self.tr("付箋 {0} を取り消しますか").format(notes[0].number))
        else:
            self.set_title(self.tr("付箋 {0}枚を取り消しますか").format(len(notes)))
        first = notes[0].text.replace("\n", " ")
        self.body.addWidget(TextLabel(first[:60] + ("…" if len(first) > 60 else ""), 15, wrap=True))
        self.body.addWidget(
            TextLabel(
                self.tr("消えません。理由といっしょに残り、いつでも戻せます。"), 13, role="text2", wrap=True
            )
        )
        self.body.addWidget(TextLabel(self.tr("理由"), 13, role="text2"))
        self._reason = ComboField()
        self._reason.setObjectName("voidReason")
        self._reason.setAccessibleName(self.tr("理由"))
        for reason in (
            self.tr("重ねて入力した"),
            self.tr("打ち間違い"),
            self.tr("発言した人が取り下げた"),
            self.tr("意見ではない（進行のメモなど）"),
        ):
            self._reason.addItem(reason)
        self._reason.addItem(self.tr("ほかの理由を書く"), "other")
        self._other = LineField()
        self._other.setObjectName("voidOther")
        self._other.setAccessibleName(self.tr("ほかの理由"))
        self._other.setMaxLength(200)
        self._other.setVisible(False)
        self._reason.currentIndexChanged.connect(self._on_reason)
        self._banner = Banner()
        self.body.addWidget(self._reason)
        self.body.addWidget(self._other)
        self.body.addWidget(self._banner)
        self.body.addStretch(1)
        self.add_buttons(self.tr("やめる"), self.tr("取り消す"), danger=True)
        self._reason.setFocus()

    def reason(self) -> str:
        """The reason chosen or written."""
        if self._reason.currentData() == "other":
            return self._other.text().strip()
        return self._reason.currentText()

    def accept(self) -> None:
        """Close only with a reason."""
        self.settle()
        if self.reason():
            super().accept()
        else:
            self._banner.show_message(
                "warn", self.tr("取り消す理由を書いてください。付箋はそのまま残っています。")
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter after a reason of one's own means it; everywhere else Enter is the safe button."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focusWidget() is self._other:
            event.accept()
            self.accept()
        else:
            super().keyPressEvent(event)

    def _on_reason(self) -> None:
        own = self._reason.currentData() == "other"
        self._other.setVisible(own)
        if own:
            self._other.setFocus()
