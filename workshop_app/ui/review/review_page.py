"""整理: what clashes, one after the other, until nothing is left (ui.md, 05-conflict)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workshop_app.domain.changes import Changes
from workshop_app.domain.note import Conflict
from workshop_app.ui import commands
from workshop_app.ui.open_file import OpenFile, Outcome
from workshop_app.ui.page import Page
from workshop_app.ui.patience import when_free
from workshop_app.ui.review.conflict_list import ConflictList
from workshop_app.ui.review.conflict_view import ConflictView
from workshop_app.ui.review.steps import ConflictSteps
from workshop_app.ui.review.words import ConflictWords
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, EmptyState, TextButton, Toast

_LIST_WIDTH = 340
_BULK = 200
"""More changes than this at once are not looked at one by one."""


class ReviewPage(Page):
    """The conflicts left and, when asked for, those already settled, to choose again."""

    count_changed = Signal(int)
    """So many are left."""

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_review")
        self.title = self.tr("整理")
        self._open_file = open_file
        self._words = ConflictWords(open_file)
        self._conflicts: list[Conflict] = []
        self._shown: list[Conflict] = []
        self._settled = False
        self._compact = False
        # Where the list is hidden, the keys need a place to be.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.list = ConflictList(self._words)
        self._other = TextButton("")
        self._other.setObjectName("reviewOther")
        self.steps = ConflictSteps()
        self.view = ConflictView(open_file.agenda, self.steps)
        self._trouble = Banner()
        self._trouble.setObjectName("reviewTrouble")
        self._none_left = EmptyState(
            self.tr("決めることは残っていません。"),
            self.tr("統合で違いが見つかると、ここに並びます。どの内容も残してあります。"),
            self.tr("解決したものを見る"),
        )
        self._none_settled = EmptyState(
            self.tr("解決したものは、まだありません。"),
            self.tr("決めたあとも、選ばなかった内容はここに残ります。"),
            self.tr("残りの競合に戻る"),
        )
        self._toast = Toast(self)
        self._toast.setObjectName("reviewToast")
        self._lay_out()
        self._connect()
        self._make_shortcuts()
        self._read()

    @property
    def count(self) -> int:
        """How many conflicts are left."""
        return len(self._conflicts)

    def context(self) -> tuple[str, str]:
        """What is left, for the header."""
        if self._settled:
            return (self.tr("競合  解決したもの {0}件").format(len(self._shown)),) * 2
        return (self.tr("競合  残り {0}件").format(self.count),) * 2

    def set_compact(self, compact: bool) -> None:
        """The list becomes 「1 / 3 件」 with ‹ ›."""
        self._compact = compact
        focused = self.list.hasFocus()
        self._panel.setVisible(not compact)
        self.steps.setVisible(compact)
        self._panel.setFixedWidth(look().px(_LIST_WIDTH))
        self.view.set_compact(compact)
        if focused:
            self._take_focus()

    def settle(self) -> None:
        """Commit an open composition and keep what is half written."""
        self.view.keep_draft()

    def entered(self) -> None:
        """The keys act on the conflict shown."""
        self._take_focus()

    # --- settling ------------------------------------------------------------------------------------------

    def _on_used(self, op_id: bytes) -> None:
        conflict = self.view.conflict
        assert conflict is not None
        act = commands.choose_again if self._settled else commands.settle_conflict
        act(self._open_file, conflict, op_id, self._on_chosen)

    def _on_rewritten(self, text: str) -> None:
        conflict = self.view.conflict
        if conflict is not None:
            then = partial(self._on_chosen, rewritten=conflict.conflict_id)
            commands.rewrite_conflict(self._open_file, conflict, text, then)

    def _on_split(self) -> None:
        if self.view.conflict is not None:
            commands.split_conflict(self._open_file, self.view.conflict, self._on_chosen)

    def _on_chosen(self, outcome: Outcome, rewritten: str = "") -> None:
        if outcome.problem is None:
            self.view.forget_draft(rewritten)
            self._say_settled()
        elif not rewritten:
            # A refused text stays in the box.
            self._read()

    def _say_settled(self) -> None:
        self._toast.show_toast(
            self.tr("決めました。残りは {0}件です。").format(self.count), self.tr("元に戻す")
        )
        self._take_focus()

    def undo(self) -> None:
        """Take back the last action; see `commands.settle_conflict` for what that is here."""
        self.view.keep_draft()
        self._open_file.history.undo(
            lambda done: self._toast.show_toast(
                self.tr("元に戻しました（{0}）。「解決したもの」から選び直せます。").format(done),
                self.tr("やり直す"),
            )
        )

    def redo(self) -> None:
        """Do again what was taken back."""
        self.view.keep_draft()
        self._open_file.history.redo()

    def _on_toast(self) -> None:
        if self._open_file.history.can_redo():
            self.redo()
        else:
            self.undo()

    def _on_escape(self) -> None:
        if self.view.rewriting:
            self._on_left()
        elif self._settled:
            self._on_other()
        else:
            self.step(1)

    def _on_left(self) -> None:
        self.view.leave_rewriting()
        self._take_focus()

    def step(self, by: int) -> None:
        """Go to another conflict, round the end; the one left stays open."""
        if self._shown:
            self._show((self.list.row + by) % len(self._shown))
            self._take_focus()

    # --- reading -------------------------------------------------------------------------------------------

    def _on_changed(self, changes: Changes) -> None:
        if self._touches(changes):
            self._read()

    def _touches(self, changes: Changes) -> bool:
        """A note saved at the table costs nothing here."""
        ids = changes.added | changes.updated
        if (
            changes.everything
            or len(ids) > _BULK
            or ids & {conflict.entity_id for conflict in (*self._conflicts, *self._shown)}
        ):
            return True
        notes = self._open_file.notes_of(ids)
        return len(notes) < len(ids) or any(note.conflicts for note in notes)

    def _read(self) -> None:
        """Read everything again, as soon as the file is free."""
        when_free(self, self._read_now, lambda problem: self._open_file.refused.emit(problem.sentence))

    def _read_now(self) -> None:
        """What was shown is shown still, or what has come to its place."""
        shown = self.view.conflict
        row = max(0, self.list.row)
        workspace = self._open_file.workspace
        conflicts = workspace.conflicts()
        listed = workspace.settled_conflicts() if self._settled else conflicts
        self._words.refresh(listed)
        self._conflicts, self._shown = conflicts, listed
        self.list.set_conflicts(self._shown)
        ids = [conflict.conflict_id for conflict in self._shown]
        if shown is not None and shown.conflict_id in ids:
            row = ids.index(shown.conflict_id)
        self._show(min(row, len(ids) - 1))
        self.count_changed.emit(self.count)

    def _show(self, row: int) -> None:
        self.list.choose(row)
        if self._shown:
            self.view.show_conflict(self._shown[row], self._words, settled=self._settled)
        else:
            self.view.clear()
        empty = self._none_settled if self._settled else self._none_left
        self._stack.setCurrentWidget(self.view if self._shown else empty)
        back = self.tr("残りの {0}件に戻る").format(self.count)
        other = back if self._settled else self.tr("解決したものを見る")
        self.steps.show_place(row, len(self._shown), other)
        self._other.setText(other)
        self._other.setVisible(bool(self._shown))
        self._other.updateGeometry()

    def _on_other(self) -> None:
        """Change between what is left and what has been settled."""
        self.view.keep_draft()
        self._settled = not self._settled
        self.list.choose(-1)
        self._read()
        self._take_focus()

    def _take_focus(self) -> None:
        """Never onto a card's button: Enter or Space must not choose by accident."""
        if self.view.rewriting:
            self.view.box.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._compact or not self._shown:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- inside ----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._panel = QWidget()
        self._panel.setProperty("ground", "surface")
        self._panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        panel = QVBoxLayout(self._panel)
        panel.setContentsMargins(0, 0, 0, 0)
        panel.setSpacing(8)
        panel.addWidget(self.list, 1)
        link = QHBoxLayout()
        link.setContentsMargins(12, 0, 12, 8)
        link.addWidget(self._other)
        link.addStretch(1)
        panel.addLayout(link)
        panel.addStretch(0)
        line = QFrame()
        line.setFixedWidth(1)
        line.setProperty("upright", True)
        self._stack = QStackedWidget()
        for widget in (self.view, self._none_left, self._none_settled):
            self._stack.addWidget(widget)
        right = QVBoxLayout()
        right.addWidget(self._trouble)
        right.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._panel)
        row.addWidget(line)
        row.addLayout(right, 1)
        self.set_compact(False)

    def _connect(self) -> None:
        self.list.row_chosen.connect(self._show)
        self.view.used.connect(self._on_used)
        self.view.rewritten.connect(self._on_rewritten)
        self.view.split.connect(self._on_split)
        self.view.later.connect(self._on_escape)
        self.view.box.left.connect(self._on_left)
        self.steps.stepped.connect(self.step)
        self._toast.action_pressed.connect(self._on_toast)
        for signal in (
            self._other.clicked,
            self.steps.other_pressed,
            self._none_left.pressed,
            self._none_settled.pressed,
        ):
            signal.connect(self._on_other)
        self._open_file.changed.connect(self._on_changed)
        self._open_file.save_failed.connect(lambda text: self._trouble.show_message("error", text))
        self._open_file.refused.connect(lambda text: self._trouble.show_message("warn", text))
        self._open_file.saved.connect(self._trouble.clear)

    def _make_shortcuts(self) -> None:
        pairs: list[tuple[str, Callable[[], None]]] = [
            (str(number), partial(self.view.press, number)) for number in range(1, 10)
        ]
        pairs += [("Esc", self._on_escape), ("Ctrl+Z", self.undo), ("Ctrl+Y", self.redo)]
        pairs += [("Ctrl+Shift+Z", self.redo)]
        pairs += [("Alt+Left", partial(self.step, -1)), ("Alt+Right", partial(self.step, 1))]
        for keys, slot in pairs:
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
