"""The one main window: the start screen, or the work area of the open file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDateTime, QEvent, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from workshop_app.domain.errors import FileBusy, WorkshopError
from workshop_app.paths import user_documents_dir
from workshop_app.services.ports import LocalCopy, Place, Workspace
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.jobs import run_job
from workshop_app.ui.leave_dialog import LeaveDialog
from workshop_app.ui.new_workshop_dialog import NewWorkshopDialog
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.patience import WAIT_MS, when_free
from workshop_app.ui.settings import RecentFile, load_settings, remember_file
from workshop_app.ui.start_page import StartPage
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner
from workshop_app.ui.work_area import WorkArea

COMPACT_WIDTH = 1100
COMPACT_TEXT = 130
"""Narrower windows, and text of this per cent and over, take the narrow layout (ui.md §6)."""


class MainWindow(QMainWindow):
    """Shows the start screen until a file is open, then its pages. One file at a time."""

    def __init__(self, services: AppServices) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self._services = services
        self._work: WorkArea | None = None
        self._opening = 0
        self._banner = Banner()
        self._start = StartPage()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._start)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._banner)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(body)
        self._start.open_requested.connect(self.open_path)
        self._start.open_other_requested.connect(self.choose_file)
        self._start.new_requested.connect(self.make_new)
        self._start.practice_requested.connect(self.practise)
        self._start.merge_requested.connect(lambda: self.show_page("merge"))
        self._start.settings_requested.connect(lambda: self.show_page("settings"))
        self._start.help_requested.connect(lambda: self.show_page("help"))
        for keys, slot in (
            ("Ctrl+O", self.choose_file),
            ("F1", lambda: self.show_page("help")),
            ("Ctrl+PgDown", lambda: self._step_page(1)),
            ("Ctrl+PgUp", lambda: self._step_page(-1)),
        ):
            QShortcut(QKeySequence(keys), self, slot)
        self.setMinimumSize(640, 400)
        self.resize(1366, 698)
        self.show_start()

    # --- what the person can do ----------------------------------------------------------------------

    def open_path(self, path: Path) -> bool:
        """Open a workshop file; on refusal the current state stays and a banner says why.

        A file on a stick or a share is copied to this machine first, in a worker; then False is answered and
        the copy opens when it is ready.
        """
        if not self._may_leave():
            return False
        self._opening += 1
        place = self._services.place_of(path)
        if place is not Place.LOCAL:
            self._open_copy(path, place, self._opening)
            return False
        return self._open_here(path, self._opening)

    def _open_here(self, path: Path, asked: int) -> bool:
        """Open at once, or as soon as another program lets go of the file; False when it is not open yet."""
        opened: list[OpenFile] = []

        def attempt() -> None:
            if asked != self._opening:
                return
            try:
                opened.append(self._open_now(path))
            except FileBusy:
                raise
            except WorkshopError as problem:
                self._banner.show_message("error", problem.sentence)

        def give_up(problem: FileBusy) -> None:
            self._banner.show_message("error", problem.sentence)

        def wait() -> None:
            self._banner.show_message(
                "info",
                self.tr("ほかの窓かプログラムが「{0}」に書き込んでいます。終わりしだい開きます。").format(
                    path.name
                ),
            )

        when_free(self, attempt, give_up, wait)
        return bool(opened)

    def _open_now(self, path: Path) -> OpenFile:
        open_file = OpenFile(self._services.open(path, WAIT_MS), self._services)
        try:
            self._show_work(open_file)
        except WorkshopError:
            open_file.close()
            raise
        self._banner.clear()
        self._remember(open_file.workspace)
        return open_file

    def _open_copy(self, path: Path, place: Place, asked: int) -> None:
        """Copy first; somebody who has opened another file meanwhile is not torn away from it."""
        text = self._place_text(place)
        self._banner.show_message("info", text)

        def copied(copy: LocalCopy) -> None:
            if asked == self._opening and self.open_path(copy.path):
                where = self.tr("写したファイルは「{0}」です。").format(copy.path)
                self._banner.show_message(
                    "warn" if copy.warnings else "info", "".join([text, where, *copy.warnings])
                )

        def refused(sentence: str) -> None:
            if asked == self._opening:
                self._banner.show_message("error", sentence)

        run_job(self, lambda: self._services.copy_to_this_machine(path), copied, refused)

    def _place_text(self, place: Place) -> str:
        return {
            Place.REMOVABLE: self.tr(
                "このファイルは USB メモリーの中にあります。安全のため、この端末に写してから開きます。"
            ),
            Place.NETWORK: self.tr(
                "このファイルはネットワークの共有フォルダーの中にあります。安全のため、この端末に写してから開きます。"
            ),
            Place.SHARED: self.tr(
                "このファイルは公開用の共有フォルダーの中にあります。公開された内容をこの端末で合わせて開きます。"
            ),
        }[place]

    def choose_file(self) -> None:
        """Ask for a file and open it."""
        self._settle()
        name, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("ファイルを開く"),
            str(user_documents_dir()),
            self.tr("ワークショップのファイル (*.wsdb);;すべてのファイル (*)"),
        )
        if name:
            self.open_path(Path(name))

    def make_new(self) -> None:
        """Ask for ward, venue and laptop, make the file and open it."""
        dialog = NewWorkshopDialog(self._services, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            path, setup = dialog.result_setup()
            try:
                self._services.create(path, setup)
            except WorkshopError as problem:
                self._banner.show_message("error", problem.sentence)
                return
            self.open_path(path)

    def practise(self) -> None:
        """Open the practice file."""
        try:
            path = self._services.make_practice_file()
        except WorkshopError as problem:
            self._banner.show_message("error", problem.sentence)
            return
        self.open_path(path)

    def show_page(self, page_id: str) -> None:
        """Bring a page to the front; the pages that need no file are there at any time."""
        if self._work is None:
            self._show_work(None, page_id)
        else:
            self._work.show_page(page_id)

    def show_start(self) -> None:
        """Close the open file and go back to the start screen."""
        if not self._may_leave():
            return
        self._replace_work(None)
        self._start.set_recent(load_settings().recent)
        self._stack.setCurrentWidget(self._start)
        self.setWindowTitle(self.tr("市民ワークショップ意見集約"))

    # --- inside ----------------------------------------------------------------------------------------

    def _show_work(self, open_file: OpenFile | None, page_id: str = "") -> None:
        work = WorkArea(self._services, open_file)
        work.merged.connect(self._on_merged)
        work.start_requested.connect(self.show_start)
        work.reopen_requested.connect(self._on_reopen)
        work.review_requested.connect(lambda: self.show_page("review"))
        self._replace_work(work)
        self._fit()
        if page_id:
            work.show_page(page_id)
        name = open_file.workspace.path.name if open_file else ""
        application = self.tr("市民ワークショップ意見集約")
        self.setWindowTitle(" — ".join(part for part in (name, application) if part))

    def _replace_work(self, work: WorkArea | None) -> None:
        """Put another work area (or none) in place of the one there is; what was typed is settled first."""
        old = self._work
        self._settle()
        if work is not None:
            # In front before the old one goes, so that the start screen does not come up between them.
            self._stack.addWidget(work)
            self._stack.setCurrentWidget(work)
        self._work = work
        if old is not None:
            if old.open_file is not None:
                self._remember(old.open_file.workspace)
                old.open_file.close()
            self._stack.removeWidget(old)
            old.deleteLater()

    def _may_leave(self) -> bool:
        """False while a merge is written, or when the person wants to stay with text that the disk refused."""
        if self._work is None:
            return True
        unfinished = self._work.unfinished()
        if unfinished:
            self._banner.show_message("warn", unfinished)
            if self._work.open_file is not None:
                self._work.open_file.released.connect(
                    self._banner.clear, Qt.ConnectionType.SingleShotConnection
                )
            return False
        page_id, text = self._work.unsaved_text()
        if not text:
            return True
        dialog = LeaveDialog(text, self)
        leave = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        if not leave:
            self._work.show_page(page_id)
        return leave

    def _remember(self, workspace: Workspace) -> None:
        try:
            total, voided = workspace.note_counts()
        except WorkshopError:
            # The file is out of reach; that must not keep the window from closing.
            return
        now_ms = QDateTime.currentMSecsSinceEpoch()
        remember_file(RecentFile(workspace.path, workspace.local.station, total - voided, now_ms))

    def _on_merged(self, path: Path) -> None:
        """Show the file that took others in; the open file has been told already and reads itself again."""
        open_file = None if self._work is None else self._work.open_file
        if (open_file is None or open_file.workspace.path != path) and self.open_path(path):
            self.show_page("merge")

    def _on_reopen(self, path: Path) -> None:
        if self.open_path(path):
            self.show_page("merge")

    def _step_page(self, step: int) -> None:
        if self._work is not None:
            self._work.step_page(step)

    def _settle(self) -> None:
        if self._work is not None:
            self._work.settle()

    def _fit(self) -> None:
        compact = self.width() < COMPACT_WIDTH or look().percent >= COMPACT_TEXT
        self._start.set_compact(compact)
        if self._work is not None:
            self._work.set_compact(compact)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the layout for the width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Choose the layout for the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Commit what is being typed, keep the draft, let go of the file; stay when text would be lost."""
        if not self._may_leave():
            event.ignore()
            return
        self._replace_work(None)
        super().closeEvent(event)
