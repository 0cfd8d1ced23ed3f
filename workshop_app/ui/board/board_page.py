"""ボード: the wall of paper. The page puts scene, view, tools and what lies on the corners together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workshop_app.domain.board import Scope
from workshop_app.domain.changes import Changes
from workshop_app.services.votes import vote_tallies
from workshop_app.ui.board.extras import BoardExtras
from workshop_app.ui.board.finder import Finder
from workshop_app.ui.board.hands import BoardHands
from workshop_app.ui.board.interactions.base import Desk
from workshop_app.ui.board.overlays import Overlays
from workshop_app.ui.board.scene import BoardScene
from workshop_app.ui.board.scopes import ScopePicker
from workshop_app.ui.board.tally_bar import TallyBar
from workshop_app.ui.board.tool_row import Tool, ToolRow
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.board.voice import BoardVoice
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.page import Page
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, EmptyState, Toast

_LARGE_TEXT = 130


class BoardPage(Page):
    """Reads the board when it first comes to the front; typing in 記録 costs it nothing."""

    context_changed = Signal()

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_board")
        self.title = self.tr("ボード")
        self._open_file = open_file
        self._missed = Changes()
        self._loaded = False
        self._compact = False
        workspace, agenda = open_file.workspace, open_file.agenda
        self.scene = BoardScene(
            agenda,
            open_file.workspace.board,
            Scope(workspace.local.workshop_id),
            own_mark=workspace.local.device_mark,
            workshops=[one.workshop_id for one in workspace.workshops()],
            parent=self,
        )
        self.view = BoardView(self.scene)
        self.desk = Desk(open_file, self.scene, self.view)
        self.hands = BoardHands(self.desk, agenda, self)
        self.overlays = Overlays(self.view, agenda)
        self.finder = Finder(self.view)
        self.tally = TallyBar(self.view)
        self._voice = BoardVoice(self.view, agenda)
        self._banner = Banner()
        self._banner.setObjectName("boardBanner")
        self._toast = Toast(self)
        self._toast.setObjectName("boardToast")
        self._empty = EmptyState(
            self.tr("付箋を書くと、ここに置かれます。"),
            self.tr("近いものどうしを重ねると島になります。ひとつだけの付箋も、そのままでかまいません。"),
            parent=self.view,
        )
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.tools = ToolRow()
        self._picker = ScopePicker(open_file)
        self._header = self._lay_out()
        self.extras = BoardExtras(self.desk, self._banner, self._header, self)
        self._connect()
        self._make_shortcuts()

    # --- the page ------------------------------------------------------------------------------------------

    def header_tools(self) -> QWidget:
        """The tools, and which table is shown where there are several."""
        return self._header

    def context(self) -> tuple[str, str] | None:
        """How many notes and islands."""
        content = self.scene.content
        if self._picker.count() > 1:
            # The picker says which table, and takes the room.
            notes = self.tr("{0}枚").format(len(content.notes))
            return notes, notes
        notes = self.tr("付箋 {0}枚").format(len(content.notes))
        # On a small screen large text leaves room for the tools alone.
        short = "" if look().percent >= _LARGE_TEXT else notes
        return self.tr("{0}・島 {1}").format(notes, len(content.islands)), short

    def set_compact(self, compact: bool) -> None:
        """Tools without words, no legend."""
        self._compact = compact
        self.tools.set_compact(compact)
        self._picker.set_compact(compact)
        self.overlays.set_compact(compact)
        self.context_changed.emit()

    def settle(self) -> None:
        """Save what is being written in a note; a gesture that is half done is given up."""
        self.hands.cancel_gesture()
        self.hands.edit.commit()

    def unsaved_text(self) -> str:
        """Text in the box that the disk refused."""
        return self.hands.edit.unsaved_text()

    def entered(self) -> None:
        """Show what has changed meanwhile; the keys act on the board."""
        self._load()
        if self.hands.edit.box is None:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Only now is it known how large the view is."""
        super().showEvent(event)
        self._place_empty()

    def show_scope(self, scope: Scope) -> None:
        """Show the board of another table."""
        self.settle()
        self.scene.show_scope(scope)
        self.view.begin(self._compact)
        self._show_counts()

    # --- following the file ---------------------------------------------------------------------------------

    def _load(self) -> None:
        if not self._loaded:
            self._loaded = True
            self._picker.read()
            self.scene.scope = self._picker.usual_scope()
            self._picker.show_scope(self.scene.scope)
            self.scene.load()
            self.view.begin(self._compact)
            self._show_counts()
        missed, self._missed = self._missed, Changes()
        if missed:
            self._apply(missed)

    def _on_changed(self, changes: Changes) -> None:
        """Typing in 記録 must not wait for a board that nobody looks at."""
        if self._loaded and self.isVisible():
            self._apply(changes)
        elif self._loaded:
            self._missed |= changes

    def _apply(self, changes: Changes) -> None:
        before = len(self.scene.content.incoming)
        self.scene.apply(changes)
        added = self._open_file.notes_of(changes.added) if changes.added else []
        if changes.everything or not self._picker.knows(added):
            self._picker.read()
            self._picker.show_scope(self.scene.scope)
        came = len(self.scene.content.incoming) - before
        if came > 0:
            self._banner.show_message(
                "info",
                self.tr(
                    "新しい付箋が {0}枚 届きました。空いているところに置き、「新」の印を付けました。"
                ).format(came),
                self.tr("印を消す"),
            )
        self._show_counts()

    def _show_counts(self) -> None:
        self._empty.setVisible(not self.scene.content.boxes)
        self._place_empty()
        if self.hands.tool is Tool.VOTE:
            self.tally.show_tallies(vote_tallies(self._open_file.workspace), self.scene.scope.workshop_id)
        self.context_changed.emit()

    # --- acts ---------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last step."""
        self.settle()
        self._open_file.history.undo(
            lambda done: self._toast.show_toast(
                self.tr("元に戻しました（{0}）").format(done), self.tr("やり直す")
            )
        )

    def redo(self) -> None:
        """Do again what was taken back."""
        self.settle()
        self._open_file.history.redo()

    def search(self) -> None:
        """Open the search box."""
        self.settle()
        self.finder.open_box()

    def _on_pressed(self, name: str) -> None:
        acts: dict[str, Callable[[], object]] = {
            "undo": self.undo,
            "redo": self.redo,
            "tidy": self.hands.acts.tidy,
            "search": self.search,
            "project": self.extras.projection.toggle,
            "more": lambda: self.extras.open_menu(self.tools.below("more")),
        }
        acts[name]()
        if name not in ("search", "more"):
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_tool(self, tool: Tool) -> None:
        self.tools.set_tool(tool)
        self.tally.hide()
        self._show_counts()

    def _on_full_text(self) -> None:
        """W: whole texts, and back; notes are not moved meanwhile."""
        self.settle()
        self.scene.set_full_text(None if self.scene.full_text else self.view.frame())
        if self.scene.full_text:
            self._banner.show_message(
                "info",
                self.tr("全文を表示しています。付箋を動かすときは、もう一度 W を押してください。"),
                self.tr("元の大きさに戻す"),
            )
        else:
            self._banner.clear()

    def _on_saved(self) -> None:
        """What was refused before has been done; what only tells something stays until it is answered."""
        if self._banner.level != "info":
            self._banner.clear()

    def _on_banner(self) -> None:
        if self.scene.full_text:
            self._on_full_text()
        else:
            self.scene.clear_new()
            self._banner.clear()

    # --- inside --------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The words of an empty board stay in the middle."""
        if event.type() == QEvent.Type.Resize:
            self._place_empty()
        return False

    def _place_empty(self) -> None:
        self._empty.setGeometry(self.view.rect().adjusted(40, 0, -40, 0))

    def _lay_out(self) -> QWidget:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._banner)
        column.addWidget(self.view, 1)
        header = QWidget()
        row = QHBoxLayout(header)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._picker)
        row.addWidget(self.tools)
        return header

    def _connect(self) -> None:
        open_file = self._open_file
        open_file.changed.connect(self._on_changed)
        open_file.save_failed.connect(lambda text: self._banner.show_message("error", text))
        open_file.refused.connect(lambda text: self._banner.show_message("warn", text))
        open_file.saved.connect(self._on_saved)
        open_file.history.can_undo_changed.connect(self._show_undo)
        self._show_undo()
        self.tools.tool_chosen.connect(lambda name: self.hands.set_tool(Tool(name)))
        self.tools.pressed.connect(self._on_pressed)
        self.hands.tool_changed.connect(self._on_tool)
        self.hands.legend_toggled.connect(self.overlays.toggle_legend)
        self.hands.full_text_toggled.connect(self._on_full_text)
        self.finder.ended.connect(lambda: self.view.setFocus(Qt.FocusReason.OtherFocusReason))
        self._picker.scope_chosen.connect(self.show_scope)
        self._toast.action_pressed.connect(self.redo)
        self._banner.action_pressed.connect(self._on_banner)
        self.view.looked.connect(lambda: self.scene.follow_zoom(self.view.frame()))
        self.view.viewport().installEventFilter(self)

    def _show_undo(self) -> None:
        history = self._open_file.history
        self.tools.set_enabled("undo", history.can_undo())
        self.tools.set_enabled("redo", history.can_redo())

    def _make_shortcuts(self) -> None:
        for keys, slot in (
            ("Ctrl+F", self.search),
            ("Ctrl+Z", self.undo),
            ("Ctrl+Y", self.redo),
            ("Ctrl+Shift+Z", self.redo),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
