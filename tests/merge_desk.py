"""The merge page at work: its parts by name, what a person does at it, and services a test can hold up."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QTabBar, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.services.merge import MergeReport
from workshop_app.services.ports import Watch
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.services.share import ShareReport
from workshop_app.storage.foreign_file import in_this_process
from workshop_app.ui.drop_strip import DropStrip
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.merge_page import MergePage
from workshop_app.ui.merge_table import MergeTable
from workshop_app.ui.merge_wall import WallGrid
from workshop_app.ui.progress import ProgressBar
from workshop_app.ui.receipt_panel import ReceiptPanel
from workshop_app.ui.widgets import Banner

T = TypeVar("T", bound=QWidget)
_PATIENCE_MS = 30_000


class QuickServices(bootstrap.Services):
    """The real services, but for the process of its own in which a file from outside is read."""

    def merge(
        self,
        target: Path,
        sources: Sequence[Path],
        *,
        dry_run: bool,
        salvage: Collection[Path] = (),
        watch: Watch | None = None,
    ) -> MergeReport:
        """As the real one; the files of a test are our own."""
        return bootstrap.merge_files(
            target, sources, dry_run=dry_run, salvage=salvage, watch=watch, reader=in_this_process
        )

    def share_merge(
        self,
        folder: Path,
        sources: Sequence[Path],
        *,
        force: bool = False,
        dry_run: bool = False,
        salvage: Collection[Path] = (),
        watch: Watch | None = None,
    ) -> ShareReport:
        """As the real one."""
        return bootstrap.share_merge(
            folder,
            sources,
            force=force,
            dry_run=dry_run,
            salvage=salvage,
            watch=watch,
            reader=in_this_process,
        )


class HeldServices(QuickServices):
    """Long work on demand: while `holding`, a merge that writes goes on saying how far it is."""

    def __init__(self) -> None:
        self.holding = threading.Event()
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def merge(
        self,
        target: Path,
        sources: Sequence[Path],
        *,
        dry_run: bool,
        salvage: Collection[Path] = (),
        watch: Watch | None = None,
    ) -> MergeReport:
        """Waits for `go_on` before it does what was asked."""
        self._hold(watch)
        return super().merge(target, sources, dry_run=dry_run, salvage=salvage, watch=watch)

    def share_merge(
        self,
        folder: Path,
        sources: Sequence[Path],
        *,
        force: bool = False,
        dry_run: bool = False,
        salvage: Collection[Path] = (),
        watch: Watch | None = None,
    ) -> ShareReport:
        """The same for publishing."""
        self._hold(watch)
        return super().share_merge(
            folder, sources, force=force, dry_run=dry_run, salvage=salvage, watch=watch
        )

    def _hold(self, watch: Watch | None) -> None:
        if self.holding.is_set():
            assert watch is not None
            self.begun.set()
            while not self.go_on.wait(0.01):
                watch.step("新しい記録を書き込んでいます", 30, 120)


class Desk:
    """The page and its parts by name."""

    def __init__(self, qtbot: QtBot, page: MergePage) -> None:
        self.qtbot = qtbot
        self.page = page
        self.do = self.part(QPushButton, "mergeDo")
        self.stop = self.part(QPushButton, "mergeStop")
        self.choose = self.part(QPushButton, "mergeChoose")
        self.drop_rows = self.part(QPushButton, "mergeDropRows")
        self.salvage = self.part(QPushButton, "mergeSalvage")
        self.table = self.part(MergeTable, "mergeTable")
        self.strip = self.part(DropStrip, "mergeDrop")
        self.banner = self.part(Banner, "mergeBanner")
        self.note = self.part(TextLabel, "mergeNote")
        self.target = self.part(TextLabel, "mergeTarget")
        self.tabs = self.part(QTabBar, "mergeTabs")
        self.grid = self.part(WallGrid, "wallGrid")
        self.missing = self.part(Banner, "wallMissing")
        self.details = self.part(QTextBrowser, "mergeDetailsText")
        self.receipt = self.part(ReceiptPanel, "mergeReceipt")
        self.take_back = self.part(QPushButton, "receiptTakeBack")
        self.progress = self.part(ProgressBar, "mergeProgress")
        abort = self.progress.findChild(QPushButton, "progressCancel")
        assert isinstance(abort, QPushButton)
        self.abort = abort

    def part(self, kind: type[T], name: str) -> T:
        """A part of the page by its name."""
        found = self.page.findChild(kind, name)
        assert isinstance(found, kind)
        return found

    def text(self, name: str) -> str:
        """The text of a label."""
        return self.part(TextLabel, name).text()

    def until_quiet(self) -> None:
        """Wait until nothing is going on and the target was read."""
        self.qtbot.waitUntil(lambda: not self.page.work.busy, timeout=_PATIENCE_MS)
        self.qtbot.waitUntil(
            lambda: self.page.work.state is not None or bool(self.said()), timeout=_PATIENCE_MS
        )

    def preview(self, *paths: Path) -> None:
        """Give the files as the file dialog would, and wait for the table."""
        self.page.add_files(paths)
        self.wait_for_table()

    def wait_for_table(self) -> None:
        """Wait for the answer on the files that were given."""
        self.qtbot.waitUntil(lambda: self.page.work.previewing, timeout=_PATIENCE_MS)
        self._wait_for_state()

    def merge(self) -> None:
        """Press the primary button and wait for the result."""
        self.qtbot.mouseClick(self.do, Qt.MouseButton.LeftButton)
        self.qtbot.waitUntil(lambda: not self.page.work.busy, timeout=_PATIENCE_MS)
        self._wait_for_state()

    def choose_folder(self, folder: Path) -> None:
        """Take a shared folder for the target and wait until it was looked at."""
        self.page.set_shared_folder(folder)
        self.until_looked()

    def choose_folder_in_vain(self, folder: Path) -> None:
        """Take a shared folder for the target that cannot be reached, and wait until that is said."""
        self.page.set_shared_folder(folder)
        self.qtbot.waitUntil(lambda: bool(self.said()), timeout=_PATIENCE_MS)

    def until_looked(self) -> None:
        """Wait until the shared folder was looked at, and what is here of it was read."""
        self.qtbot.waitUntil(
            lambda: not self.page.work.busy and self.page.work.share is not None, timeout=_PATIENCE_MS
        )
        self._wait_for_state()

    def action(self) -> str:
        """The action of the banner; '' when there is none."""
        button = self.banner.findChild(QPushButton)
        assert isinstance(button, QPushButton)
        return button.text() if button.isVisible() else ""

    def take_action(self) -> None:
        """Press it, and wait until nothing is going on."""
        button = self.banner.findChild(QPushButton)
        assert isinstance(button, QPushButton)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.qtbot.waitUntil(lambda: not self.page.work.busy, timeout=_PATIENCE_MS)

    def _wait_for_state(self) -> None:
        with self.qtbot.waitSignal(self.page.work.changed, timeout=_PATIENCE_MS):
            self.page.work.read_state()

    def row(self, row: int) -> list[str]:
        """The texts of a row."""
        cells = [self.table.item(row, column) for column in range(self.table.columnCount())]
        return [cell.text() if cell else "" for cell in cells]

    def rows(self) -> list[list[str]]:
        """The texts of all rows."""
        return [self.row(row) for row in range(self.table.rowCount())]

    def row_of(self, path: Path) -> int:
        """Where a file stands."""
        return [row[0] for row in self.rows()].index(path.name)

    def said(self) -> str:
        """What the banner says."""
        return self.banner.text()

    def wall(self) -> str:
        """The wall in words, as it is read aloud."""
        return self.grid.accessibleDescription()


def ward_file(
    folder: Path, ward: str, tables: dict[int, int], *, device: str = "A", expected: int | None = 4
) -> Path:
    """A ward's file with so many notes at each table."""
    path = folder / f"{ward}_第1回_{device}.wsdb"
    agenda = bootstrap.load_agenda(None)
    bootstrap.create_database(path, WorkshopSetup(agenda, ward, "2014-10-05", "区役所", expected, device))
    database = bootstrap.open_database(path)
    try:
        for table, count in tables.items():
            drafts = [NoteDraft(f"{ward}{table}班の意見{n}", "T1", table=table) for n in range(count)]
            record.add_notes(database, drafts)
    finally:
        database.close()
    return path


def cut_file(path: Path) -> Path:
    """The same file as after a copy that broke off; whole records are left in it."""
    path.write_bytes(path.read_bytes()[:-4096])
    return path
