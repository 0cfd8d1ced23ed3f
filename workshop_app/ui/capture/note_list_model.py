"""The notes of the open file as rows: newest first, of one table or of all, narrowed by a search.

Row numbers over notes in memory, never a sort or a search in the view: one note more is one row more.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.changes import Changes
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.domain.text import fold_text
from workshop_app.ui.jobs import run_job
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.progress import Progress

NOTE_ROLE = int(Qt.ItemDataRole.UserRole)
_FOLD_AT_ONCE = 200
_READ_ASIDE_FROM = 5_000
"""Reading more notes than this takes longer than a frame, so a worker does it."""
_NUMBER_LIKE = re.compile(
    r"(?=..)[^0-9a-z]{0,3}[0-9]{0,2}[a-z]{1,2}(-[0-9]*(〔[0-9a-z]*〕?)?)?|[^0-9a-z]{1,3}[0-9]{1,2}|-?[0-9]{3,}"
)
"""A folded word that may mean a note's number or a part of it: 東3a-001, 3a, a-003, 東3, 012."""
_Bucket = tuple[EntityId | None, int | None, str | None]
"""Workshop, table and theme: table 1 of one ward is not table 1 of another."""
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class _Content:
    """Every note of a file, oldest first, where each stands, and how many live ones of each kind of `_Bucket`."""

    notes: list[Note]
    place: dict[EntityId, int]
    live: Counter[_Bucket]


def _content(notes: list[Note]) -> _Content:
    place = {note.note_id: number for number, note in enumerate(notes)}
    return _Content(notes, place, Counter(_bucket(note) for note in notes if not note.voided))


class NoteListModel(QAbstractListModel):
    """Rows are notes; `NOTE_ROLE` gives the `Note`. Voided notes keep their row."""

    counts_changed = Signal()
    """Notes changed that are among no rows; otherwise the signals of the rows say so."""

    def __init__(self, open_file: OpenFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_file = open_file
        self._agenda: Agenda = open_file.agenda
        self._notes: list[Note] = []
        self._place: dict[EntityId, int] = {}
        self._keys: list[tuple[str, str]] = []
        self._shown: list[int] = []
        """Places of the notes shown, ascending: the last one is the first row."""
        self._live: Counter[_Bucket] = Counter()
        self._workshop = open_file.workspace.local.workshop_id
        self._table: int | None = None
        self._wanted: tuple[tuple[str, bool], ...] = ()
        self._just_saved: EntityId | None = None
        self._fold_later = QTimer(self)
        self._fold_later.setInterval(0)
        self._fold_later.timeout.connect(self._fold_some)
        open_file.changed.connect(self.apply)
        self.reload()

    # --- what is shown -----------------------------------------------------------------------------------

    @property
    def table(self) -> int | None:
        """The table of this file's workshop whose notes are shown; None shows all."""
        return self._table

    def set_table(self, table: int | None) -> None:
        """Show the notes of one table of this file's workshop, or all with None."""
        if table != self._table:
            self._table = table
            self._just_saved = None
            self._filter()

    def set_search(self, words: str) -> None:
        """Show notes that have every word, in any table; NFKC, kana and width are folded. '' shows the table.

        A word that looks like a note's number is sought among the numbers, too; 東 alone does not, or it would
        find every note of 東区.
        """
        folded = filter(None, map(fold_text, words.replace("\u3000", " ").split()))
        wanted = tuple((word, _NUMBER_LIKE.fullmatch(word) is not None) for word in folded)
        if wanted != self._wanted:
            self._wanted = wanted
            self._filter()

    @property
    def searching(self) -> bool:
        """True while a search narrows the rows."""
        return bool(self._wanted)

    def live_shown(self) -> int:
        """How many of the rows are not voided."""
        if self._wanted:
            return sum(1 for place in self._shown if not self._notes[place].voided)
        return sum(self.live_counts(self._table).values())

    def live_counts(self, table: int | None) -> dict[str | None, int]:
        """How many notes per theme id (None is 未分類), of one table of this workshop or of all; not the voided."""
        counts: dict[str | None, int] = {}
        for (workshop, of_table, theme), count in self._live.items():
            if count and (table is None or (workshop, of_table) == (self._workshop, table)):
                counts[theme] = counts.get(theme, 0) + count
        return counts

    def notes(self) -> Sequence[Note]:
        """Every note of the file, oldest first."""
        return self._notes

    def selected(self, selection: Sequence[QItemSelectionRange]) -> list[Note]:
        """The notes of a selection, top to bottom; by ranges, as everything may be selected."""
        rows = sorted(row for part in selection for row in range(part.top(), part.bottom() + 1))
        return [self._note_at(row) for row in rows]

    def is_just_saved(self, note: Note) -> bool:
        """True for the note saved last, until the next one."""
        return note.note_id == self._just_saved

    def row_of(self, note_id: EntityId) -> int | None:
        """Where a note stands, or None when it is not among the rows."""
        place = self._place.get(note_id)
        if place is None:
            return None
        at = bisect_left(self._shown, place)
        found = at < len(self._shown) and self._shown[at] == place
        return len(self._shown) - 1 - at if found else None

    # --- changes -----------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read everything again."""
        self._take(_content(self._open_file.workspace.notes()))

    def _reload_aside(self) -> None:
        """Read everything again in a worker; what was shown stays in sight until it is done."""
        path, services = self._open_file.workspace.path, self._open_file.services

        def read() -> _Content:
            workspace = services.open(path)
            try:
                return _content(workspace.notes())
            finally:
                workspace.close()

        def done(content: _Content) -> None:
            self._take(content)
            self._open_file.release()

        def failed(sentence: str) -> None:
            self._open_file.release()
            self._open_file.refused.emit(sentence)

        # A note saved meanwhile would have to wait until everything is read.
        self._open_file.hold(Progress(self.tr("一覧を読み直しています"), stoppable=False))
        run_job(self, read, done, failed)

    def apply(self, changes: Changes) -> None:
        """Follow one action: insert, refresh or take away just the rows it touched."""
        if changes.everything:
            self._reload_aside()
            return
        notes = self._open_file.notes_of(changes.added | changes.updated)
        known = [note for note in notes if note.note_id in self._place]
        new = [note for note in notes if note.note_id not in self._place]
        if new and self._notes and new[0].created_ms < self._notes[-1].created_ms:
            # Merged or imported notes may be older than what is here: their rows are not the top ones.
            if len(self._notes) + len(new) > _READ_ASIDE_FROM:
                self._reload_aside()
                return
            changed = {note.note_id: note for note in notes}
            kept = [note for note in self._notes if note.note_id not in changed]
            merged = sorted([*kept, *notes], key=lambda n: (n.created_ms, n.number, n.note_id))
            self._take(_content(merged))
            return
        self._refresh(known)
        self._append(new)
        if new:
            self._mark(new[-1].note_id)

    def _take(self, content: _Content) -> None:
        """Show other notes altogether."""
        self.beginResetModel()
        self._notes, self._place, self._live = content.notes, content.place, content.live
        self._keys = []
        self._just_saved = None
        self._shown = self._matching()
        self.endResetModel()
        self._fold_later.start()

    def _append(self, new: Sequence[Note]) -> None:
        """Notes newer than any: rows at the top, all at once."""
        first = len(self._notes)
        for place, note in enumerate(new, start=first):
            self._place[note.note_id] = place
        self._notes.extend(new)
        self._live.update(_bucket(note) for note in new if not note.voided)
        fitting = [place for place in range(first, len(self._notes)) if self._matches(place)]
        if fitting:
            self.beginInsertRows(QModelIndex(), 0, len(fitting) - 1)
            self._shown.extend(fitting)
            self.endInsertRows()
        elif new:
            self.counts_changed.emit()
        self._fold_later.start()

    def _refresh(self, notes: Sequence[Note]) -> None:
        """Notes that are here already and have changed."""
        rows: list[int] = []
        missing = False
        for note in notes:
            place = self._place[note.note_id]
            before = self._notes[place]
            self._live.subtract([] if before.voided else [_bucket(before)])
            self._live.update([] if note.voided else [_bucket(note)])
            self._notes[place] = note
            if place < len(self._keys) and (before.text, before.number) != (note.text, note.number):
                self._keys[place] = _key(note)
            row = self.row_of(note.note_id)
            if row is not None:
                rows.append(row)
            else:
                missing = missing or self._matches(place)
        if missing:
            self._filter()
        elif rows:
            # A row that no longer fits stays until the next search: nothing may vanish under the hand.
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))
        elif notes:
            self.counts_changed.emit()

    def _mark(self, note_id: EntityId) -> None:
        before, self._just_saved = self._just_saved, note_id
        for marked in (before, note_id):
            row = self.row_of(marked) if marked is not None else None
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    # --- search --------------------------------------------------------------------------------------------

    def _filter(self) -> None:
        self.beginResetModel()
        self._shown = self._matching()
        self.endResetModel()

    def _matching(self) -> list[int]:
        if not self._wanted and self._table is None:
            return list(range(len(self._notes)))
        return [place for place in range(len(self._notes)) if self._matches(place)]

    def _matches(self, place: int) -> bool:
        if not self._wanted:
            note = self._notes[place]
            return self._table is None or (note.workshop_id, note.table) == (self._workshop, self._table)
        self._fold_to(place + 1)
        text, number = self._keys[place]
        return all(word in text or (like and word in number) for word, like in self._wanted)

    def _fold_to(self, end: int) -> None:
        for note in self._notes[len(self._keys) : end]:
            self._keys.append(_key(note))

    def _fold_some(self) -> None:
        """Fold ahead of the first search, a little at a time."""
        self._fold_to(len(self._keys) + _FOLD_AT_ONCE)
        if len(self._keys) >= len(self._notes):
            self._fold_later.stop()

    # --- the view's side -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many rows."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Text, tooltip, the words read aloud, and the note itself."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        note = self._note_at(index.row())
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

    def _note_at(self, row: int) -> Note:
        return self._notes[self._shown[-1 - row]]


def _bucket(note: Note) -> _Bucket:
    return note.workshop_id, note.table, note.theme


def _key(note: Note) -> tuple[str, str]:
    """Text and number as a search compares them."""
    return fold_text(note.text), fold_text(note.number)
