"""記録: type, Enter, saved, cursor back in the box."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workshop_app.domain.errors import FileBusy, WorkshopError
from workshop_app.domain.note import NoteDraft
from workshop_app.domain.text import split_lines
from workshop_app.ui import commands
from workshop_app.ui.capture.note_fields import add_choice_keys
from workshop_app.ui.capture.note_form import NoteForm
from workshop_app.ui.capture.notes_panel import NotesPanel
from workshop_app.ui.capture.paste_dialog import PasteDialog
from workshop_app.ui.capture.place_tools import PlaceTools
from workshop_app.ui.import_dialog import import_into
from workshop_app.ui.open_file import OpenFile, Outcome
from workshop_app.ui.page import Page
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, Toast

DRAFT_AFTER_MS = 2000
"""Half-written text is kept on disk at least this often."""
_FORM_WIDTH, _FORM_WIDTH_COMPACT = 660, 440
_MOST_OF_WIDTH = 0.64


class CapturePage(Page):
    """The form and the list of the table's notes. Needs a file that has a workshop."""

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_capture")
        self.title = self.tr("記録")
        self._open_file = open_file
        self._stored_draft = ""
        self._compact = False
        self._form_layout = (False, False, 0)
        self._banner = Banner()
        self._banner.setObjectName("captureBanner")
        self.form = NoteForm(open_file.agenda)
        self.panel = NotesPanel(open_file)
        # Over the rows, where it covers neither a button nor a figure.
        self._toast = Toast(self, self.panel.body)
        self._tools = PlaceTools(open_file)
        self._table, self._round = self._tools.table, self._tools.round
        self._draft_later = QTimer(self)
        self._draft_later.setSingleShot(True)
        self._draft_later.setInterval(DRAFT_AFTER_MS)
        self._lay_out()
        self._connect()
        self._make_shortcuts()
        self._begin()

    # --- the page ------------------------------------------------------------------------------------------

    def header_tools(self) -> QWidget:
        """Table and round; both stay until they are changed."""
        return self._tools

    def set_compact(self, compact: bool) -> None:
        """440 px of form beside the list."""
        self.panel.set_compact(compact)
        self._tools.set_compact(compact)
        self._compact = compact
        self._fit_form()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text on a small screen: the list keeps its part of the width."""
        super().resizeEvent(event)
        self._fit_form()

    def _fit_form(self) -> None:
        wanted = look().px(_FORM_WIDTH_COMPACT if self._compact else _FORM_WIDTH)
        room = int(self.width() * _MOST_OF_WIDTH)
        self.form.setFixedWidth(min(wanted, room))
        layout = (self._compact, room < wanted, look().percent)
        if layout != self._form_layout:
            self._form_layout = layout
            self.form.set_layout(self._compact, tight=room < wanted)

    def settle(self) -> None:
        """Commit an open composition and keep what is half written."""
        self.form.editor.settle()
        self._keep_draft()

    def unsaved_text(self) -> str:
        """Text in the box that is neither a note nor kept as a draft: the disk refused both."""
        self._keep_draft()
        text = self.form.editor.text()
        return text if text.strip() and text != self._stored_draft else ""

    def entered(self) -> None:
        """The cursor is in the box."""
        self.form.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- saving --------------------------------------------------------------------------------------------

    def _on_submitted(self) -> None:
        """Save what is in the box; it is emptied only once the note is on disk."""
        editor = self.form.editor
        editor.settle()
        text = editor.text()
        if not text.strip():
            return
        commands.add_notes(self._open_file, [self._draft(text)], self._on_saved)

    def _draft(self, text: str) -> NoteDraft:
        return self.form.draft(text, self._table.number, self._round.number)

    def _on_saved(self, outcome: Outcome) -> None:
        if outcome.problem is None:
            self.form.editor.clear_text()
            self.form.points.clear()
            self._keep_draft()
            self.form.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self._ask_for_table()

    def _on_lines_pasted(self, lines: Sequence[str]) -> None:
        """Show what the lines would become; save the chosen ones, all or none."""
        dialog = PasteDialog(self._open_file, lines, self._draft, self)
        if dialog.exec() == QDialog.DialogCode.Accepted and dialog.as_one:
            self.form.editor.insert_text("\n".join(lines))
        dialog.deleteLater()
        self.form.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_paste_requested(self) -> None:
        self.form.editor.settle()
        lines = split_lines(QGuiApplication.clipboard().text())
        if lines:
            self._on_lines_pasted(lines)
        else:
            self._banner.show_message(
                "info",
                self.tr("貼り付ける文がありません。表計算などで行をコピーしてから、もう一度押してください。"),
            )

    def _on_points_requested(self) -> None:
        if not self.form.points.open_list():
            self._banner.show_message(
                "info",
                self.tr("論点はテーマごとに選びます。書いた文はそのままです。先にテーマを選んでください。"),
            )

    def import_file(self) -> None:
        """Take opinions typed elsewhere from a file."""
        self.form.editor.settle()
        import_into(self._open_file, self._table.number, self._round.number, self)
        self.form.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- undo ----------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last action on notes; said only once that is on disk."""
        self.form.editor.settle()
        self._open_file.history.undo(
            lambda done: self._toast.show_toast(
                self.tr("元に戻しました（{0}）").format(done), self.tr("やり直す")
            )
        )

    def redo(self) -> None:
        """Do again what was taken back."""
        self.form.editor.settle()
        self._open_file.history.redo()

    # --- draft ---------------------------------------------------------------------------------------------

    def _keep_draft(self) -> None:
        """Put half-written text on disk; a disk that refuses never stops the typing."""
        self._draft_later.stop()
        text = self.form.editor.text()
        if text == self._stored_draft:
            return
        try:
            self._open_file.workspace.save_draft(text)
        except FileBusy:
            # Another program has the file just now; the text is here, and soon there as well.
            self._draft_later.start()
        except WorkshopError as problem:
            self._open_file.save_failed.emit(problem.on_screen)
        else:
            self._stored_draft = text

    def _begin(self) -> None:
        """Go on where the file was left: table, round, and a text that was not saved yet."""
        workspace = self._open_file.workspace
        here = (workspace.local.workshop_id, workspace.local.device_mark)
        # Other wards may have been merged into this file, and a laptop of each has the same mark.
        notes = [n for n in self.panel.model.notes() if (n.workshop_id, n.device_mark) == here]
        if notes:
            self._table.set_number(notes[-1].table)
            self._round.set_number(notes[-1].round)
        draft = workspace.load_draft()
        self._stored_draft = draft
        # Killed between the save and the clearing of the draft: the text is a note already.
        if draft and not (notes and notes[-1].text == draft.strip()):
            self.form.editor.set_text(draft)
            live = sum(self.panel.model.live_counts(None).values())
            self._banner.show_message(
                "info",
                self.tr("保存した付箋 {0}枚はすべて残っています。書きかけの文も戻しました。").format(live),
            )
        self._on_place()
        self._show_counts()
        self._ask_for_table()

    def _ask_for_table(self) -> None:
        """A note's number is fixed at birth: one without a table must be meant. Nothing is kept from saving."""
        if self._tools.undecided and self._banner.isHidden():
            self._banner.show_message(
                "info",
                self.tr(
                    "この端末のテーブルがまだ選ばれていません。付箋は保存されますが、番号に班が付きません。"
                    "右上で選んでください（Ctrl+T）。"
                ),
                self.tr("1班にする"),
            )

    # --- inside --------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        line = QFrame()
        line.setFixedWidth(1)
        line.setProperty("upright", True)
        columns = QHBoxLayout()
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self.form)
        columns.addWidget(line)
        columns.addWidget(self.panel, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._banner)
        whole.addLayout(columns, 1)
        self.set_compact(False)

    def _connect(self) -> None:
        self.form.submitted.connect(self._on_submitted)
        self.form.lines_pasted.connect(self._on_lines_pasted)
        self.form.paste_requested.connect(self._on_paste_requested)
        self.form.undo_requested.connect(self.undo)
        self.form.import_requested.connect(self.import_file)
        self.form.editor.textChanged.connect(self._on_text_changed)
        self.panel.search_left.connect(self.entered)
        self._tools.left.connect(self.entered)
        self._toast.action_pressed.connect(self.redo)
        self._table.number_changed.connect(self._on_place)
        self._draft_later.timeout.connect(self._keep_draft)
        self._open_file.save_failed.connect(lambda text: self._banner.show_message("error", text))
        self._open_file.refused.connect(lambda text: self._banner.show_message("warn", text))
        self._open_file.saved.connect(self._banner.clear)
        self._open_file.noticed.connect(lambda text: self._banner.show_message("info", text))
        self._banner.action_pressed.connect(lambda: self._table.set_number(1))
        self._table.activated.connect(self._on_place)
        self._open_file.history.can_undo_changed.connect(self.form.undo.setEnabled)
        self.form.undo.setEnabled(self._open_file.history.can_undo())
        for signal in (
            self.panel.model.modelReset,
            self.panel.model.rowsInserted,
            self.panel.model.dataChanged,
            self.panel.model.counts_changed,
        ):
            signal.connect(self._show_counts)

    def _make_shortcuts(self) -> None:
        add_choice_keys(self, self._open_file.agenda, self.form.themes, self.form.kinds)
        pairs: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Ctrl+F", self.panel.focus_search),
            ("Ctrl+I", self.import_file),
            ("Ctrl+Shift+V", self._on_paste_requested),
            ("Ctrl+L", self._on_points_requested),
            ("Ctrl+T", self._tools.open_tables),
            ("Ctrl+R", self._tools.open_rounds),
            ("Ctrl+Z", self.undo),
            ("Ctrl+Y", self.redo),
            ("Ctrl+Shift+Z", self.redo),
        )
        for keys, slot in pairs:
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)

    def _on_text_changed(self) -> None:
        if not self._draft_later.isActive():
            self._draft_later.start()

    def _on_place(self) -> None:
        if self._banner.asks and not self._tools.undecided:
            self._banner.clear()
        self.panel.set_table(self._table.number)
        self._show_counts()

    def _show_counts(self) -> None:
        """Live counts per theme, of the table or of the whole file."""
        table = self._table.number
        title = self.tr("この班の内訳") if table is not None else self.tr("全体の内訳")
        self.form.counts.set_counts(title, self.panel.model.live_counts(table))
