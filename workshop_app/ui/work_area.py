"""Rail, header and pages for the open file, or the pages that need no file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QDate, QDateTime, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workshop_app.domain.errors import FileBusy
from workshop_app.services.prepare import holds_practice
from workshop_app.ui.actions import ACTIONS
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.board.board_page import BoardPage
from workshop_app.ui.capture.capture_page import CapturePage
from workshop_app.ui.export_page import ExportPage
from workshop_app.ui.help_page import HelpPage
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.notes_page import NotesPage
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.page import Page
from workshop_app.ui.progress import Progress, ProgressBar
from workshop_app.ui.review.review_page import ReviewPage
from workshop_app.ui.settings_page import SettingsPage
from workshop_app.ui.widgets import Header, Rail, RailEntry


class WorkArea(QWidget):
    """Everything beside the start screen. With no open file only merging, settings and help are there."""

    merged = Signal(Path)
    """A merge was written to this file."""
    start_requested = Signal()
    review_requested = Signal()
    """The conflicts are to be looked at."""
    reopen_requested = Signal(Path)
    """The open file has another agenda: everything that shows it has to be made anew."""

    def __init__(self, services: AppServices, open_file: OpenFile | None) -> None:
        super().__init__()
        self.open_file = open_file
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._known_context = ("", "")
        entries: list[RailEntry] = []

        def add(page_id: str, page: Page, icon: str, label: str, group: str) -> None:
            page.setObjectName(f"page_{page_id}")
            self._pages[page_id] = page
            entries.append(RailEntry(page_id, icon, label, group))

        if open_file is not None:
            if open_file.workspace.local.workshop_id is not None:
                add("capture", CapturePage(open_file), "pen", self.tr("記録"), "table")
            else:
                add("list", NotesPage(open_file), "list", self.tr("一覧"), "table")
            board_page = BoardPage(open_file)
            board_page.context_changed.connect(lambda: self._on_context("board"))
            add("board", board_page, "board", self.tr("ボード"), "table")
        merge_page = MergePage(services, open_file)
        merge_page.merged.connect(self.merged)
        merge_page.review_requested.connect(self.review_requested)
        merge_page.reopen_requested.connect(self.reopen_requested)
        add("merge", merge_page, "merge", self.tr("統合"), "office")
        review_page = None if open_file is None else ReviewPage(open_file)
        if review_page is not None:
            add("review", review_page, "review", self.tr("整理"), "office")
        if open_file is not None:
            add("export", ExportPage(services, open_file), "export", self.tr("出力"), "office")
        add("settings", SettingsPage(), "settings", self.tr("設定"), "foot")
        add("help", HelpPage(ACTIONS), "help", self.tr("ヘルプ"), "foot")
        entries.append(RailEntry("start", "file", self.tr("ファイル"), "foot"))

        self._rail = Rail(entries)
        self._rail.page_requested.connect(self._on_rail)
        self._header = Header()
        self._header.set_practice(open_file is not None and holds_practice(open_file.workspace))
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._progress = ProgressBar()
        column.addWidget(self._header)
        column.addWidget(self._progress)
        column.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addLayout(column, 1)
        if open_file is not None:
            self._header.show_kept()
            open_file.saving.connect(self._header.show_saving)
            open_file.saved.connect(lambda: self._header.show_saved(QDateTime.currentMSecsSinceEpoch()))
            open_file.save_failed.connect(self._header.show_unsaved)
            open_file.refused.connect(self._header.stop_saving)
            open_file.held.connect(self._on_held)
            open_file.released.connect(self._on_released)
            open_file.agenda_replaced.connect(lambda: self.reopen_requested.emit(open_file.workspace.path))
        if review_page is not None:
            review_page.count_changed.connect(self._on_conflicts)
            self._on_conflicts(review_page.count)
        self.show_page(entries[0].page_id)

    def show_page(self, page_id: str) -> None:
        """Bring a page to the front; an unknown one is left out. An open composition is committed first."""
        if page_id not in self._pages:
            return
        if page_id == self._current:
            self._enter()
            return
        self.settle()
        self._current = page_id
        page = self._pages[page_id]
        self._stack.setCurrentWidget(page)
        self._rail.set_current(page_id)
        self._fill_header(page)
        if self.isVisible():
            self._enter()

    def showEvent(self, event: QShowEvent) -> None:
        """Only now can the page in front take the focus; a hidden one that asks for it does not get it."""
        super().showEvent(event)
        if not event.spontaneous():
            self._enter()

    def step_page(self, step: int) -> None:
        """Go to the next or the previous page of the rail, round the end."""
        order = list(self._pages)
        self.show_page(order[(order.index(self._current) + step) % len(order)])

    def settle(self) -> None:
        """Have the page in front commit what is being typed."""
        if self._current:
            self._pages[self._current].settle()

    def unsaved_text(self) -> tuple[str, str]:
        """The page with text that could not be brought to the disk, and the text; '' and '' when all is safe."""
        self.settle()
        texts = ((page_id, page.unsaved_text()) for page_id, page in self._pages.items())
        return next(((page_id, text) for page_id, text in texts if text), ("", ""))

    def unfinished(self) -> str:
        """What has to end before the file is let go of, as a sentence; '' for nothing."""
        return next((text for page in self._pages.values() if (text := page.unfinished())), "")

    def set_compact(self, compact: bool) -> None:
        """Take the narrow layout everywhere."""
        self._rail.set_compact(compact)
        self._header.set_compact(compact)
        for page in self._pages.values():
            page.set_compact(compact)

    def _on_held(self, progress: Progress) -> None:
        """Nothing on the pages can be changed while a worker writes; what was typed is kept first."""
        self.settle()
        self._stack.setEnabled(False)
        self._progress.follow(progress)

    def _on_released(self) -> None:
        self._progress.finish()
        self._stack.setEnabled(True)
        self._enter()

    def _enter(self) -> None:
        """Tell the page in front, but not while a worker has the file: it may want to read."""
        if self.open_file is None or not self.open_file.busy:
            self._pages[self._current].entered()

    def _on_rail(self, page_id: str) -> None:
        if page_id == "start":
            self.start_requested.emit()
        else:
            self.show_page(page_id)

    def _on_conflicts(self, count: int) -> None:
        self._rail.set_count("review", count)
        self._on_context("review")

    def _on_context(self, page_id: str) -> None:
        if self._current == page_id:
            self._fill_header(self._pages[page_id])

    def _fill_header(self, page: Page) -> None:
        context, short = page.context() or self._context()
        self._header.set_page(page.title, context, short, page.header_tools())

    def _context(self) -> tuple[str, str]:
        """What the header says about the file: long and short."""
        if self.open_file is None:
            return "", ""
        if not self.open_file.busy:
            # What is known holds while another program has the file.
            with suppress(FileBusy):
                self._known_context = self._read_context(self.open_file)
        return self._known_context

    def _read_context(self, open_file: OpenFile) -> tuple[str, str]:
        workspace = open_file.workspace
        workshop = next(
            (w for w in workspace.workshops() if w.workshop_id == workspace.local.workshop_id), None
        )
        if workshop is None:
            return self.tr("統合したファイル"), self.tr("統合")
        ward = open_file.agenda.ward(workshop.ward_id).name
        mark = self.tr("端末{0}").format(workspace.local.device_mark)
        day = QDate.fromString(workshop.date or "", Qt.DateFormat.ISODate)
        when = self.tr("{0}月{1}日").format(day.month(), day.day()) if day.isValid() else ""
        parts = [ward, workshop.venue, when]
        return "  ".join(part for part in (*parts, mark) if part), "  ".join((ward, mark))
