"""Merging on the secretariat's window: choose files, see what they would bring, then write (ui.md, 04-merge)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date as Date
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workshop_app.paths import user_documents_dir
from workshop_app.services.merge import MergeReport
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.drop_strip import DropStrip
from workshop_app.ui.jobs import run_job
from workshop_app.ui.labels import ElidedLabel, TextLabel
from workshop_app.ui.merge_table import MergeTable
from workshop_app.ui.merge_words import next_step, note_text, nothing_new, result_text
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.page import Page
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, EmptyState, PrimaryButton, SecondaryButton, TextButton

_PROGRESS_AFTER_MS = 300


class MergePage(Page):
    """Merges into the open file or, without one, into a file the person names.

    Nothing is written before the primary button is pressed: what stands in the table is a dry run.
    """

    merged = Signal(Path)
    """This file took others in. When it is not the open one, it is sent as 「開く」 is pressed in the banner."""

    review_requested = Signal()
    """The conflicts that are left are to be looked at; what was merged is open then."""

    def __init__(
        self, services: AppServices, open_file: OpenFile | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page_merge")
        self.title = self.tr("統合")
        self._services = services
        self._open_file = open_file
        self._target = open_file.workspace.path if open_file else _new_target()
        self._sources: list[Path] = []
        self._report: MergeReport | None = None
        self._asked = 0
        self._looking = False
        self._writing = False
        self._on_action: Path | None = None
        self._banner = Banner()
        self._banner.setObjectName("mergeBanner")
        self._strip = DropStrip()
        self._target_label = ElidedLabel("", 15)
        self._target_label.setObjectName("mergeTarget")
        self._change_target = TextButton(self.tr("統合先を変える"))
        self._change_target.setObjectName("mergeChangeTarget")
        self._table = MergeTable()
        self._empty = EmptyState(
            self.tr("まだファイルが届いていません。"),
            self.tr("端末で「ファイルを渡す」をしたファイルを、ここに置いてください。"),
        )
        self._do = PrimaryButton(self.tr("統合する"))
        self._do.setObjectName("mergeDo")
        self._stop = SecondaryButton(self.tr("やめる"))
        self._stop.setObjectName("mergeStop")
        self._drop_rows = TextButton(self.tr("選んだファイルを外す"))
        self._drop_rows.setObjectName("mergeDropRows")
        self._note = TextLabel("", 13, role="text2", wrap=True)
        self._note.setObjectName("mergeNote")
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PROGRESS_AFTER_MS)
        self._lay_out()
        self._connect()
        self._show_state()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Take files up and look at what they would bring; a file given twice is taken once."""
        if self._writing or not paths:
            return
        if self._report is not None and not self._report.dry_run:
            self._sources = []
        known = {_key(path) for path in self._sources}
        for path in paths:
            if _key(path) not in known:
                known.add(_key(path))
                self._sources.append(path)
        self._preview()

    def set_target(self, path: Path) -> None:
        """Merge into another file; it is made when missing."""
        self._target = path
        self._banner.clear()
        if self._sources:
            self._preview()
        else:
            self._show_state()

    def set_compact(self, compact: bool) -> None:
        """Take the narrow layout."""
        self._strip.set_compact(compact)
        self._table.set_compact(compact)
        side, top, gap = look().px(16 if compact else 24), look().px(8 if compact else 20), look().px(8)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(side, top, side, top)
            layout.setSpacing(gap if compact else 2 * gap)
        self._column.setSpacing(gap if compact else 2 * gap)
        self._middle.setMinimumHeight(look().px(140))
        for button in (self._do, self._stop):
            button.set_tall(not compact)

    def _lay_out(self) -> None:
        self._middle = QStackedWidget()
        self._middle.addWidget(self._empty)
        self._middle.addWidget(self._table)
        target = QHBoxLayout()
        target.addWidget(self._target_label, 1)
        target.addWidget(self._drop_rows)
        target.addWidget(self._change_target)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self._do)
        buttons.addWidget(self._stop)
        buttons.addWidget(self._note, 1)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._banner)
        self._column.addWidget(self._strip)
        self._column.addLayout(target)
        self._column.addWidget(self._middle, 1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        # The buttons stay in sight where the rest has to scroll (large text on a small screen).
        whole = QVBoxLayout(self)
        whole.addWidget(area, 1)
        whole.addLayout(buttons)
        self.set_compact(False)

    def _connect(self) -> None:
        self._strip.files_dropped.connect(self.add_files)
        self._strip.choose_pressed.connect(self._on_choose)
        self._change_target.clicked.connect(self._on_change_target)
        self._do.clicked.connect(self._on_merge)
        self._stop.clicked.connect(self._on_stop)
        self._drop_rows.clicked.connect(self._on_drop_rows)
        self._table.itemSelectionChanged.connect(self._show_state)
        self._banner.action_pressed.connect(self._on_banner)
        self._late.timeout.connect(self._on_late)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self._table, self._on_drop_rows)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)

    # --- looking -----------------------------------------------------------------------------------------

    def _preview(self) -> None:
        """Look at the sources in a worker; a newer question makes an older answer void."""
        self._asked += 1
        asked, target, sources = self._asked, self._target, list(self._sources)
        self._report = None
        self._banner.clear()
        self._looking = bool(sources)
        if not sources:
            self._late.stop()
            self._table.show_report(None, written=False)
            self._show_state()
            return
        self._late.start()
        self._show_state()
        run_job(
            self,
            lambda: self._services.merge(target, sources, dry_run=True),
            lambda report: self._on_previewed(asked, report),
            lambda sentence: self._on_not_previewed(asked, sentence),
        )

    def _on_previewed(self, asked: int, report: MergeReport) -> None:
        if asked != self._asked:
            return
        self._end()
        self._report = report
        self._table.show_report(report, written=False)
        if report.sources and all(source.status == "unchanged" for source in report.sources):
            self._banner.show_message("info", nothing_new(len(report.sources)))
        self._show_state()

    def _on_not_previewed(self, asked: int, sentence: str) -> None:
        if asked == self._asked:
            self._end()
            self._table.show_report(None, written=False)
            self._banner.show_message("error", sentence)
            self._show_state()

    def _on_late(self) -> None:
        text = (
            self.tr("{0}ファイルを統合しています…")
            if self._writing
            else self.tr("{0}ファイルを確かめています…")
        )
        self._note.setText(text.format(len(self._sources)))

    # --- writing -----------------------------------------------------------------------------------------

    def _on_merge(self) -> None:
        if self._report is None or self._writing or not self._mergeable():
            return
        sources = [source.path for source in self._report.sources]
        target = self._target
        self._writing = True
        self._asked += 1
        self._late.start()
        self._show_state()
        run_job(
            self,
            lambda: self._services.merge(target, sources, dry_run=False),
            self._on_merged,
            self._on_not_merged,
        )

    def _on_merged(self, report: MergeReport) -> None:
        self._end()
        self._report = report
        self._table.show_report(report, written=True)
        taken = [source for source in report.sources if source.status == "merged"]
        if not taken:
            self._banner.show_message("info", nothing_new(len(report.sources)))
        elif self._into_open_file():
            assert self._open_file is not None
            self._banner.show_message("info", result_text(report), next_step(report))
            self._on_action = None if report.open_conflicts or not report.backup else report.backup.parent
            self._open_file.changed.emit(report.changes)
            self.merged.emit(report.target)
        else:
            self._banner.show_message("info", result_text(report), self.tr("統合したファイルを開く"))
            self._on_action = report.target
        self._show_state()

    def _on_not_merged(self, sentence: str) -> None:
        self._end()
        self._banner.show_message("error", sentence)
        self._show_state()

    def _end(self) -> None:
        self._looking = self._writing = False
        self._late.stop()

    def _on_banner(self) -> None:
        if self._on_action == self._target:
            self.merged.emit(self._target)
        elif self._on_action is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._on_action)))
        if self._report is not None and self._report.open_conflicts:
            self.review_requested.emit()

    # --- what stands on the page -------------------------------------------------------------------------

    def _mergeable(self) -> int:
        """How many files have something new."""
        if self._report is None or not self._report.dry_run:
            return 0
        return sum(1 for source in self._report.sources if source.status == "merged")

    def _into_open_file(self) -> bool:
        return self._open_file is not None and self._open_file.workspace.path == self._target

    def _show_state(self) -> None:
        count, busy = self._mergeable(), self._looking or self._writing
        self._middle.setCurrentWidget(self._table if self._table.rowCount() else self._empty)
        self._do.setText(self.tr("{0}ファイルを統合する").format(count) if count else self.tr("統合する"))
        self._do.setEnabled(bool(count) and not busy)
        self._stop.setEnabled(bool(self._sources) and not self._writing)
        self._drop_rows.setEnabled(bool(self._table.chosen_paths()) and not busy)
        self._strip.setEnabled(not self._writing)
        self._change_target.setEnabled(not self._writing)
        self._target_label.setText(_target_text(self._target, self._into_open_file()))
        self._target_label.setToolTip(str(self._target))
        if not busy:
            self._note.setText(note_text(self._report, count, self._target.exists()))

    # --- choosing ----------------------------------------------------------------------------------------

    def _on_choose(self) -> None:
        self.add_files(_ask_sources(self))

    def _on_change_target(self) -> None:
        path = _ask_target(self, _new_target() if self._into_open_file() else self._target)
        if path is not None:
            self.set_target(path)

    def _on_stop(self) -> None:
        self._sources = []
        self._preview()

    def _on_drop_rows(self) -> None:
        chosen = self._table.chosen_paths()
        if chosen and not self._writing and self._report is not None and self._report.dry_run:
            self._sources = [path for path in self._sources if path not in chosen]
            self._preview()


def _new_target() -> Path:
    return user_documents_dir() / f"統合_{Date.today().isoformat()}.wsdb"


def _key(path: Path) -> str:
    return os.path.normcase(path.absolute())


def _ask_sources(page: QWidget) -> list[Path]:
    names, _ = QFileDialog.getOpenFileNames(
        page,
        page.tr("端末のファイルを選ぶ"),
        str(user_documents_dir()),
        page.tr("ワークショップのファイル (*.wsdb);;すべてのファイル (*)"),
    )
    return [Path(name) for name in names]


def _ask_target(page: QWidget, suggestion: Path) -> Path | None:
    """An existing file may be named too: it takes the others in, and is never written over."""
    name, _ = QFileDialog.getSaveFileName(
        page,
        page.tr("統合先を選ぶ（今あるファイルには付け加えます）"),
        str(suggestion),
        page.tr("ワークショップのファイル (*.wsdb)"),
        options=QFileDialog.Option.DontConfirmOverwrite,
    )
    path = Path(name)
    return None if not name else path if path.suffix else path.with_name(path.name + ".wsdb")


def _target_text(target: Path, is_open: bool) -> str:
    if is_open:
        where = QCoreApplication.translate("MergePage", "統合先: {0}（いま開いているファイル）")
    elif target.exists():
        where = QCoreApplication.translate("MergePage", "統合先: {0}")
    else:
        where = QCoreApplication.translate("MergePage", "統合先: {0}（新しく作ります）")
    return where.format(target.name)
