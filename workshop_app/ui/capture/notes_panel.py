"""The list of notes with its count, its search box, and what can be done to a chosen note."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.ui import commands
from workshop_app.ui.capture.note_actions import NoteActions
from workshop_app.ui.capture.note_delegate import NARROW_BELOW, UNIFORM_FROM, NoteDelegate
from workshop_app.ui.capture.note_dialogs import EditNoteDialog, VoidDialog
from workshop_app.ui.capture.note_list_model import NoteListModel
from workshop_app.ui.icons import icon
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.open_file import OpenFile, Outcome
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import EmptyState
from workshop_app.ui.widgets.composition import KeepsComposition

_SEARCH_AFTER_MS = 60
_LETTERS_AT_THE_END = re.compile("[a-zA-Zａ-ｚＡ-Ｚ]+$")


class NoteListView(QListView):
    """Enter and F2 correct, Delete takes back, Ctrl+Delete brings back."""

    edit_requested = Signal()
    void_requested = Signal()
    restore_requested = Signal()
    menu_requested = Signal(QPoint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the chosen note."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit_requested.emit()
        elif event.key() == Qt.Key.Key_Delete:
            back = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.restore_requested if back else self.void_requested).emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same actions by mouse, or with the menu key."""
        self.menu_requested.emit(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming in by keyboard, stand on a row, so that the keys have something to act on."""
        super().focusInEvent(event)
        model = self.model()
        if model is not None and not self.currentIndex().isValid() and model.rowCount():
            self.setCurrentIndex(model.index(0, 0))


class _SearchBox(KeepsComposition, QLineEdit):
    left = Signal()
    composed = Signal()
    """The word that is being composed is another one."""

    def words(self) -> str:
        """What is in the box as it is seen, a word that is still being converted too.

        Letters at its end are on their way to become kana: まd is not sought.
        """
        text, at = self.text(), self.cursorPosition()
        return text[:at] + _LETTERS_AT_THE_END.sub("", self.composition) + text[at:]

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Search as one composes."""
        super().inputMethodEvent(event)
        self.composed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc ends the search, but not while a word is being composed."""
        if event.key() == Qt.Key.Key_Escape and not self.composing:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class NotesPanel(QWidget):
    """`heading` says what is listed; the rest follows the open file."""

    search_left = Signal()
    """Esc in the search box: the search is over."""

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open_file = open_file
        self.model = NoteListModel(open_file, self)
        self._delegate = NoteDelegate(open_file.agenda, self)
        self._count = TextLabel("", 24, bold=True)
        self._heading = TextLabel("", 15, role="text2")
        self.search = _SearchBox()
        self.search.setObjectName("searchBox")
        self.search.setAccessibleName(self.tr("付箋を探す"))
        self.search.setPlaceholderText(self.tr("探す  Ctrl+F"))
        self.search.setClearButtonEnabled(True)
        self._search_icon = self.search.addAction(
            icon("search", 18, "text2"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._search_later = QTimer(self)
        self._search_later.setSingleShot(True)
        self._search_later.setInterval(_SEARCH_AFTER_MS)
        self.view = NoteListView()
        self.view.setObjectName("noteList")
        self.view.setAccessibleName(self.tr("付箋の一覧"))
        self.view.setItemDelegate(self._delegate)
        self.view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        # The model last and the heights known: every setting before would lay ten thousand rows out again.
        self.view.setUniformItemSizes(self.model.rowCount() > UNIFORM_FROM)
        self.view.setModel(self.model)
        self._empty = EmptyState("", "")
        self._actions = NoteActions()
        self._lay_out()
        self._connect()
        self._refresh()

    def set_table(self, table: int | None) -> None:
        """List one table, or all with None."""
        self.model.set_table(table)

    def focus_search(self) -> None:
        """Go to the search box, its words chosen."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def set_compact(self, compact: bool) -> None:
        """No time, short numbers, lower search box."""
        self._delegate.compact = compact
        self._actions.set_compact(compact)
        self._heading.setVisible(not compact)
        self._count.set_look(size=17 if compact else 24)
        self.search.setFixedHeight(look().px(30 if compact else 36))
        self.search.setMinimumWidth(look().px(90))
        self.search.setMaximumWidth(look().px(180 if compact else 200))
        self._top.setContentsMargins(
            16 if compact else 24, 8 if compact else 20, 16 if compact else 24, 8 if compact else 12
        )
        self.view.viewport().update()
        self.view.scheduleDelayedItemsLayout()

    def chosen(self) -> list[Note]:
        """The chosen notes, top to bottom."""
        return self.model.selected(self.view.selectionModel().selection().toList())

    # --- what can be done ----------------------------------------------------------------------------------

    def edit_chosen(self) -> None:
        """Correct the one chosen note; a voided one has to be restored first."""
        notes = self.chosen()
        if len(notes) != 1:
            return
        note = notes[0]
        if note.voided:
            self._open_file.refused.emit(
                self.tr("この付箋は取り消されています。直すときは、先に「戻す」を選んでください。")
            )
            return
        self._correct(EditNoteDialog(self._open_file.agenda, note, self), note)

    def _correct(self, dialog: EditNoteDialog, note: Note) -> None:
        changed = dialog.changed_fields() if dialog.exec() == QDialog.DialogCode.Accepted else {}

        def done(outcome: Outcome) -> None:
            if outcome.problem is None:
                leave()
            else:
                # A refused edit keeps its words: the dialog comes back with them.
                self._correct(dialog, note)

        def leave() -> None:
            dialog.deleteLater()
            self._choose(note.note_id)

        if changed:
            commands.edit_note(self._open_file, note, changed, done)
        else:
            leave()

    def void_chosen(self) -> None:
        """Take the chosen notes back with a reason."""
        notes = [note for note in self.chosen() if not note.voided]
        if not notes:
            return
        dialog = VoidDialog(notes, self)
        first = notes[0].note_id
        if dialog.exec() == QDialog.DialogCode.Accepted:
            ids = [note.note_id for note in notes]
            commands.void_notes(self._open_file, ids, dialog.reason(), lambda _: self._choose(first))
        else:
            self._choose(first)
        dialog.deleteLater()

    def restore_chosen(self) -> None:
        """Bring the chosen notes back."""
        notes = [note for note in self.chosen() if note.voided]
        if notes:
            first = notes[0].note_id
            commands.restore_notes(self._open_file, notes, lambda _: self._choose(first))

    def menu(self) -> QMenu:
        """The actions that fit the chosen notes."""
        notes = self.chosen()
        menu = QMenu(self)
        for text, keys, slot, fits in (
            (self.tr("直す"), "F2", self.edit_chosen, len(notes) == 1 and not notes[0].voided),
            (
                self.tr("取り消す（理由つき）"),
                "Del",
                self.void_chosen,
                any(not note.voided for note in notes),
            ),
            (self.tr("戻す"), "Ctrl+Del", self.restore_chosen, any(note.voided for note in notes)),
        ):
            action = QAction(text, menu)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutVisibleInContextMenu(True)
            action.setEnabled(fits)
            action.triggered.connect(slot)
            menu.addAction(action)
        return menu

    # --- inside --------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._top = QHBoxLayout()
        self._top.setSpacing(12)
        self._top.addWidget(self._count)
        self._top.addWidget(self._heading)
        self._top.addStretch(1)
        self._top.addWidget(self.search, 2)
        self.body = QWidget()
        """Where the rows are."""
        self._stack = QStackedLayout(self.body)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top)
        column.addWidget(self.body, 1)
        column.addWidget(self._actions)
        self.set_compact(False)

    def _connect(self) -> None:
        self.view.edit_requested.connect(self.edit_chosen)
        self.view.void_requested.connect(self.void_chosen)
        self.view.restore_requested.connect(self.restore_chosen)
        self.view.doubleClicked.connect(self.edit_chosen)
        self._actions.edit_requested.connect(self.edit_chosen)
        self._actions.void_requested.connect(self.void_chosen)
        self._actions.restore_requested.connect(self.restore_chosen)
        self.view.selectionModel().selectionChanged.connect(self._show_actions)
        self.model.dataChanged.connect(self._show_actions)
        self.model.modelReset.connect(self._show_actions)
        self.view.menu_requested.connect(lambda place: self.menu().exec(place))
        self.search.textChanged.connect(lambda: self._search_later.start())
        self.search.composed.connect(lambda: self._search_later.start())
        self.search.returnPressed.connect(self._search)
        self.search.left.connect(self._on_search_left)
        self._search_later.timeout.connect(self._search)
        for signal in (
            self.model.modelReset,
            self.model.rowsInserted,
            self.model.dataChanged,
            self.model.counts_changed,
        ):
            signal.connect(self._refresh)

    def _search(self) -> None:
        self._search_later.stop()
        self.model.set_search(self.search.words())

    def _on_search_left(self) -> None:
        self.search.clear()
        self._search()
        self.search_left.emit()

    def _show_actions(self) -> None:
        self._actions.show_for(self.chosen())

    def _choose(self, note_id: EntityId) -> None:
        row = self.model.row_of(note_id)
        if row is not None:
            self.view.setCurrentIndex(self.model.index(row))
            self.view.setFocus()

    def _refresh(self) -> None:
        """Count, heading and the words of an empty list."""
        self._count.setText(self.tr("{0}枚").format(self.model.live_shown()))
        table = self.model.table
        if self.model.searching:
            self._heading.setText(self.tr("見つかった付箋（すべての班）"))
        elif table is None:
            self._heading.setText(self.tr("すべての付箋（新しい順）"))
        else:
            self._heading.setText(self.tr("{0}班の付箋（新しい順）").format(table))
        uniform = self.model.rowCount() > UNIFORM_FROM
        if self.view.uniformItemSizes() != uniform:
            self.view.setUniformItemSizes(uniform)
        self._stack.setCurrentIndex(0 if self.model.rowCount() else 1)
        if self.model.searching:
            everything = sum(self.model.live_counts(None).values())
            self._empty.set_texts(
                self.tr("条件に合う付箋はありません。"),
                self.tr("条件を外すと {0}枚 あります。").format(everything),
            )
        else:
            self._empty.set_texts(
                self.tr("まだ付箋がありません。"),
                self.tr("最初の発言を書いて Enter を押すと、ここに並びます。"),
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A list with no width left has two lines a row."""
        super().resizeEvent(event)
        self._fit_rows()

    def _fit_rows(self) -> None:
        narrow = self.width() < look().px(NARROW_BELOW)
        if narrow != self._delegate.narrow:
            self._delegate.narrow = narrow
            self.view.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours and sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_top"):
            self._search_icon.setIcon(icon("search", 18, "text2"))
            self.set_compact(self._delegate.compact)
            self._fit_rows()
