"""The notes of the open file as rows: newest first, of one table or of all, narrowed by a search.

Row numbers over notes in memory, never a sort or a search in the view: one note more is one row more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.changes import Changes
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.domain.text import fold_text
from workshop_app.ui.open_file import OpenFile

NOTE_ROLE = int(Qt.ItemDataRole.UserRole)
_BULK = 200
"""More changes than this at once are read as a whole, in one reset."""
_FOLD_AT_ONCE = 200
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class NoteListModel(QAbstractListModel):
    """Rows are notes; `NOTE_ROLE` gives the `Note`. Voided notes keep their row."""

    def __init__(self, open_file: OpenFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_file = open_file
        self._agenda: Agenda = open_file.agenda
        self._notes: list[Note] = []
        self._place: dict[EntityId, int] = {}
        self._folded: dict[EntityId, str] = {}
        self._rows: list[int] = []
        self._table: int | None = None
        self._wanted = ""
        self._just_saved: EntityId | None = None
        self._fold_later = QTimer(self)
        self._fold_later.setInterval(0)
        self._fold_later.timeout.connect(self._fold_some)
        open_file.changed.connect(self.apply)
        self.reload()

    # --- what is shown -----------------------------------------------------------------------------------

    @property
    def table(self) -> int | None:
        """The table whose notes are shown; None shows all."""
        return self._table

    def set_table(self, table: int | None) -> None:
        """Show the notes of one table, or all with None."""
        if table != self._table:
            self._table = table
            self._just_saved = None
            self._filter()

    def set_search(self, words: str) -> None:
        """Show notes that have every word, in any table; NFKC, kana and width are folded. '' shows the table."""
        wanted = " ".join(filter(None, (fold_text(word) for word in words.replace("\u3000", " ").split())))
        if wanted != self._wanted:
            self._wanted = wanted
            self._filter()

    @property
    def searching(self) -> bool:
        """True while a search narrows the rows."""
        return bool(self._wanted)

    def shown_notes(self) -> list[Note]:
        """The notes of all rows, top to bottom."""
        return [self._notes[place] for place in self._rows]

    def notes(self) -> Sequence[Note]:
        """Every note of the file, oldest first."""
        return self._notes

    def is_just_saved(self, note: Note) -> bool:
        """True for the note saved last, until the next one."""
        return note.note_id == self._just_saved

    def row_of(self, note_id: EntityId) -> int | None:
        """Where a note stands, or None when it is not among the rows."""
        place = self._place.get(note_id)
        return self._rows.index(place) if place is not None and place in self._rows else None

    # --- changes -----------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read everything again."""
        self.beginResetModel()
        self._notes = self._open_file.workspace.notes()
        self._place = {note.note_id: place for place, note in enumerate(self._notes)}
        self._folded = {}
        self._just_saved = None
        self._rows = self._matching()
        self.endResetModel()
        self._fold_later.start()

    def apply(self, changes: Changes) -> None:
        """Follow one action: insert, refresh or take away just the rows it touched."""
        if changes.everything or len(changes.added) + len(changes.updated) > _BULK:
            self.reload()
            return
        for note_id in changes.updated:
            self._refresh(note_id)
        new = [self._open_file.workspace.note(note_id) for note_id in changes.added]
        ordered = sorted((note for note in new if note is not None), key=lambda n: (n.created_ms, n.number))
        if ordered and self._notes and ordered[0].created_ms < self._notes[-1].created_ms:
            # Merged or imported notes may be older than what is here: their rows are not the top ones.
            self.reload()
            return
        for note in ordered:
            self._insert(note)
        if ordered:
            self._mark(ordered[-1].note_id)

    def _insert(self, note: Note) -> None:
        if note.note_id in self._place:
            self._refresh(note.note_id)
            return
        self._place[note.note_id] = len(self._notes)
        self._notes.append(note)
        if self._matches(note):
            self.beginInsertRows(QModelIndex(), 0, 0)
            self._rows.insert(0, len(self._notes) - 1)
            self.endInsertRows()

    def _refresh(self, note_id: EntityId) -> None:
        place = self._place.get(note_id)
        if place is None:
            note = self._open_file.workspace.note(note_id)
            if note is not None:
                self._insert(note)
            return
        note = self._open_file.workspace.note(note_id)
        if note is None:
            return
        self._notes[place] = note
        self._folded.pop(note_id, None)
        row = self.row_of(note_id)
        if row is not None:
            # A row that no longer fits stays until the next search: nothing may vanish under the hand.
            self.dataChanged.emit(self.index(row), self.index(row))
        elif self._matches(note):
            self._filter()

    def _mark(self, note_id: EntityId) -> None:
        before, self._just_saved = self._just_saved, note_id
        for marked in (before, note_id):
            row = self.row_of(marked) if marked is not None else None
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    # --- search --------------------------------------------------------------------------------------------

    def _filter(self) -> None:
        self.beginResetModel()
        self._rows = self._matching()
        self.endResetModel()

    def _matching(self) -> list[int]:
        return [place for place in range(len(self._notes) - 1, -1, -1) if self._matches(self._notes[place])]

    def _matches(self, note: Note) -> bool:
        if self._wanted:
            key = self._key(note)
            return all(word in key for word in self._wanted.split(" "))
        return self._table is None or note.table == self._table

    def _key(self, note: Note) -> str:
        key = self._folded.get(note.note_id)
        if key is None:
            key = self._folded[note.note_id] = f"{fold_text(note.text)}\n{fold_text(note.number)}"
        return key

    def _fold_some(self) -> None:
        """Fold ahead of the first search, a little at a time."""
        missing = [note for note in self._notes if note.note_id not in self._folded]
        for note in missing[:_FOLD_AT_ONCE]:
            self._key(note)
        if len(missing) <= _FOLD_AT_ONCE:
            self._fold_later.stop()

    # --- the view's side -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Text, tooltip, the words read aloud, and the note itself."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        note = self._notes[self._rows[index.row()]]
        if role == NOTE_ROLE:
            return note
        if role == Qt.ItemDataRole.DisplayRole:
            return note.text
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(note)
        return None

    def _spoken(self, note: Note) -> str:
        theme = self.tr("未分類")
        if note.theme is not None:
            known = {theme.id: theme.short_title for theme in self._agenda.all_themes}
            theme = known.get(note.theme, note.theme)
        kinds = {kind.id: kind.name for kind in self._agenda.kinds}
        parts = [note.number, theme, kinds.get(note.kind or "", ""), note.text]
        if note.voided:
            parts.append(self.tr("取消（{0}）").format(note.void_reason))
        if note.conflicts:
            parts.append(self.tr("2台の端末で違う内容に直されています"))
        return "\n".join(part for part in parts if part)


def live_counts(notes: Iterable[Note], table: int | None) -> dict[str | None, int]:
    """How many notes per theme id (None is 未分類), of one table or of all; voided ones are not counted."""
    counts: dict[str | None, int] = {}
    for note in notes:
        if not note.voided and (table is None or note.table == table):
            counts[note.theme] = counts.get(note.theme, 0) + 1
    return counts
