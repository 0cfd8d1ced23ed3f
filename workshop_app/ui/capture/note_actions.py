"""直す, 取り消す, 戻す: always at the foot of the list, each with its key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workshop_app.domain.note import Note
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import TextButton


class NoteActions(QWidget):
    """What can be done to the chosen notes; a button that has nothing to act on says so."""

    edit_requested = Signal()
    void_requested = Signal()
    restore_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit = TextButton(self.tr("直す"))
        self._void = TextButton(self.tr("取り消す"))
        self._restore = TextButton(self.tr("戻す"))
        self._keys = {self._edit: "F2", self._void: "Del", self._restore: "Ctrl+Del"}
        for button, name, signal in (
            (self._edit, "editNote", self.edit_requested),
            (self._void, "voidNote", self.void_requested),
            (self._restore, "restoreNote", self.restore_requested),
        ):
            button.setObjectName(name)
            button.clicked.connect(signal)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._edit)
        self._row.addWidget(self._void)
        self._row.addWidget(self._restore)
        self._row.addStretch(1)
        self.set_compact(False)
        self.show_for(())

    def set_compact(self, compact: bool) -> None:
        """Where there is no room for the keys, the tooltips and the help tell them."""
        for button, key in self._keys.items():
            button.set_hint("" if compact else key)
        side = 8 if compact else 16
        self._row.setContentsMargins(side, 2, side, 2)
        self._row.setSpacing(look().px(2 if compact else 8))

    def show_for(self, notes: Sequence[Note]) -> None:
        """Follow what is chosen in the list."""
        none = self.tr("先に一覧で付箋を選んでください")
        live = sum(not note.voided for note in notes)
        only = self.tr("1枚だけ選ぶと直せます") if notes else none
        voided_only = self.tr("取り消した付箋は、先に戻してください")
        self._allow(self._edit, len(notes) == 1 == live, voided_only if len(notes) == 1 else only)
        self._allow(self._void, live > 0, self.tr("選んだ付箋はもう取り消されています") if notes else none)
        self._allow(
            self._restore, len(notes) > live, self.tr("選んだ付箋は取り消されていません") if notes else none
        )

    def _allow(self, button: TextButton, allowed: bool, why_not: str) -> None:
        button.setEnabled(allowed)
        button.setToolTip(f"{button.text()}（{self._keys[button]}）" if allowed else why_not)
