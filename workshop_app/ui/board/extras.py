"""What a board can do beyond arranging: be projected, be written out, be kept and looked back at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from workshop_app.domain.board import Moment, Scope
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board import commands
from workshop_app.ui.board.board_exporter import BoardExporter
from workshop_app.ui.board.interactions.base import Desk
from workshop_app.ui.board.look_back import LookBack, PastBoards
from workshop_app.ui.board.moments import KeepMomentDialog, MomentsDialog, moment_line, place_words
from workshop_app.ui.board.projection import Projection
from workshop_app.ui.jobs import run_job
from workshop_app.ui.open_file import OpenFile, Outcome
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner


class BoardExtras(QObject):
    """Lines of one menu, each with a key; the page only opens the menu."""

    def __init__(self, desk: Desk, banner: Banner, header: QWidget, page: QWidget) -> None:
        super().__init__(page)
        self._desk = desk
        self._banner = banner
        self._header = header
        self._page = page
        self.past: LookBack | None = None
        self.exporter = BoardExporter(desk.open_file, banner, page)
        self.projection = Projection(desk.scene, desk.open_file.agenda, self._place, page)
        frame = page.layout()
        assert frame is not None
        frame.addWidget(self.projection.bar)
        self.projection.only_screen.connect(self._on_only_screen)
        self._lines = (
            ("keepMoment", self.tr("いまを残す…"), "Ctrl+M", self.keep_moment),
            ("showMoments", self.tr("残した場面を見る…"), "Ctrl+Shift+M", self.choose_moment),
            ("exportBoard", self.tr("ボードを書き出す…"), "Ctrl+E", self.export),
        )
        for _, _, keys, slot in (*self._lines, ("", "", "F5", self.projection.toggle)):
            shortcut = QShortcut(QKeySequence(keys), page, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        page.installEventFilter(self)

    @property
    def _open_file(self) -> OpenFile:
        return self._desk.open_file

    def open_menu(self, place: QPoint) -> None:
        """その他."""
        menu = QMenu(self._page)
        menu.setObjectName("boardMore")
        menu.setStyleSheet(f"QMenu::item {{ padding: {look().px(11)}px {look().px(24)}px; }}")
        for name, words, keys, slot in self._lines:
            action = menu.addAction(f"{words}\t{keys}")
            action.setObjectName(name)
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def export(self) -> None:
        """The board that is shown, as it is now."""
        self.exporter.ask(self._desk.scene.scope, len(self._desk.content.notes))

    def keep_moment(self) -> None:
        """Ask for a name and keep the board that is shown."""
        if self.past is not None:
            return
        dialog = KeepMomentDialog(self._page)
        name = dialog.name.text().strip() if dialog.exec() == QDialog.DialogCode.Accepted else ""
        dialog.deleteLater()
        if name:
            commands.keep_moment(self._open_file, name, self._desk.scene.scope, self._on_kept)
        self._desk.view.setFocus()

    def _on_kept(self, outcome: Outcome, name: str) -> None:
        if outcome.problem is None:
            self._banner.show_message(
                "info",
                self.tr("「{0}」としてボードを残しました。元に戻すと、残したことを取り消します。").format(
                    name
                ),
            )

    def choose_moment(self) -> None:
        """Show the list; then the board of the one that was chosen."""
        workspace = self._open_file.workspace
        dialog = MomentsDialog(workspace.moments(), self._open_file.agenda, workspace.workshops(), self._page)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        moment = dialog.chosen() if accepted else None
        dialog.deleteLater()
        if moment is not None:
            self.look_back(moment)

    def look_back(self, moment: Moment) -> None:
        """Read the board of a moment in a worker, with those it can be compared with, and show it."""
        path, services = self._open_file.workspace.path, self._open_file.services
        now, wards = self.tr("いま"), self._wards()
        scope = self._shown_part(moment.scope)

        def read() -> PastBoards:
            workspace = services.open(path)
            try:
                others = {now: workspace.board(scope)}
                for other in workspace.moments():
                    if other.scope == moment.scope and other.moment_id != moment.moment_id:
                        name = moment_line(other, wards)
                        others[name] = workspace.board(scope, other.moment_id)
                return PastBoards(moment, workspace.board(scope, moment.moment_id), others)
            finally:
                workspace.close()

        run_job(self._page, read, self._show_past, lambda text: self._banner.show_message("error", text))

    def _show_past(self, boards: PastBoards) -> None:
        self.leave_past()
        workshops = [one.workshop_id for one in self._open_file.workspace.workshops()]
        past = LookBack(boards, self._open_file.agenda, workshops, self._page)
        past.left.connect(self.leave_past)
        past.export_requested.connect(
            lambda: self.exporter.ask(boards.then.scope, len(boards.then.notes), boards.moment)
        )
        self.past = past
        self._header.setEnabled(False)
        past.start()

    def _shown_part(self, kept: Scope) -> Scope:
        """The table that is on the board, when the moment was kept of more than that."""
        shown = self._desk.scene.scope
        inside = kept.workshop_id in (None, shown.workshop_id) and kept.table in (None, shown.table)
        return shown if inside else kept

    def leave_past(self) -> None:
        """Back to the board as it is."""
        past, self.past = self.past, None
        if past is not None:
            past.hide()
            past.deleteLater()
            self._header.setEnabled(True)
            self._desk.view.setFocus()

    def _on_only_screen(self) -> None:
        self._banner.show_message(
            "info",
            self.tr(
                "2つめの画面がないので、窓で投影しています。プロジェクターへ動かし、F11 で広げてください。"
            ),
        )

    def _wards(self) -> dict[EntityId, str]:
        agenda = self._open_file.agenda
        return {
            one.workshop_id: agenda.ward(one.ward_id).name for one in self._open_file.workspace.workshops()
        }

    def _place(self) -> str:
        """東区 3班, for the room."""
        scope, wards = self._desk.scene.scope, self._wards()
        workshop, table = scope.workshop_id, scope.table
        if workshop is None and len(wards) == 1:
            workshop = next(iter(wards))
        tables = {item.note.table for item in self._desk.content.notes.values()}
        if table is None and len(tables) == 1:
            table = tables.pop()
        return place_words(Scope(workshop, table), wards)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The past covers all of the page, and the projector's buttons fit its width."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.StyleChange):
            self.projection.bar.fit(self._page.width())
            if self.past is not None:
                self.past.setGeometry(self._page.rect())
        return False
