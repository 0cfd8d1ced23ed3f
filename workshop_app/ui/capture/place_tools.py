"""テーブル and ラウンド in the header: both stay until they are changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workshop_app.domain.note import MAX_TABLE
from workshop_app.ui.capture.note_fields import DEFAULT_TABLES, ROUNDS, NumberField
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.open_file import OpenFile


class PlaceTools(QWidget):
    """The two choosers. Once something is chosen, or with Esc or Enter, one goes back to the box."""

    left = Signal()

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        workspace = open_file.workspace
        here = workspace.local.workshop_id
        workshop = next((one for one in workspace.workshops() if one.workshop_id == here), None)
        tables = workshop.tables if workshop else None
        self.table = NumberField(min(tables or DEFAULT_TABLES, MAX_TABLE))
        self._open = tables is not None
        if tables == 1:
            self.table.set_number(1)
        self.table.activated.connect(self._on_chosen)
        self.round = NumberField(ROUNDS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for field, name, label, key in (
            (self.table, "captureTable", self.tr("テーブル"), "Ctrl+T"),
            (self.round, "captureRound", self.tr("ラウンド"), "Ctrl+R"),
        ):
            field.setObjectName(name)
            field.set_label(label)
            field.activated.connect(self.left)
            title = TextLabel(label, 13, role="text2")
            title.setToolTip(f"{label}（{key}）")
            row.addWidget(title)
            row.addWidget(field)
        for keys, slot in (
            ("Ctrl+T", self.open_tables),
            ("Ctrl+R", self.open_rounds),
            ("Esc", self.left.emit),
            ("Return", self.left.emit),
            ("Enter", self.left.emit),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    @property
    def undecided(self) -> bool:
        """True while the workshop has tables and nobody has said which one, or none, this laptop is at."""
        return self._open and self.table.number is None

    def _on_chosen(self) -> None:
        self._open = False

    def open_tables(self) -> None:
        """Choose a table by key: its digit, or the arrows, then Enter."""
        _open(self.table)

    def open_rounds(self) -> None:
        """Choose a round by key."""
        _open(self.round)

    def set_compact(self, compact: bool) -> None:
        """Lower fields."""
        self.table.set_compact(compact)
        self.round.set_compact(compact)


def _open(field: NumberField) -> None:
    field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    field.showPopup()
