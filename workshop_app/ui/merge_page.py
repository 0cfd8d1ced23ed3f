"""Merging on the secretariat's window: choose files, see what they would bring, then write (ui.md, 04-merge)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from workshop_app.paths import user_documents_dir
from workshop_app.services.merge import MergeReport
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.merge_parts import DETAILS_TAB, FILES_TAB, MergeParts
from workshop_app.ui.merge_words import next_step, note_text, nothing_new, result_text
from workshop_app.ui.merge_work import Doing, MergeWork
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.page import Page
from workshop_app.ui.progress import Progress
from workshop_app.ui.receipt_panel import SalvageDialog, TakeBackDialog


class MergePage(Page):
    """Merges into the open file or, without one, into a file the person names.

    Nothing is written before the primary button is pressed: what stands in the table is a dry run.
    """

    merged = Signal(Path)
    """This file took others in. When it is not the open one, it is sent as 「開く」 is pressed in the banner."""
    review_requested = Signal()
    """The conflicts that are left are to be looked at; what was merged is open then."""
    reopen_requested = Signal(Path)
    """The open file has another agenda now: its pages have to be made anew."""

    def __init__(
        self, services: AppServices, open_file: OpenFile | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page_merge")
        self.title = self.tr("統合")
        target = open_file.workspace.path if open_file else _new_target()
        self.work = MergeWork(services, open_file, target, self)
        self._on_action: Path | None = None
        self._shown: Progress | None = None
        self._parts = MergeParts()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._parts)
        self._connect()
        self._parts.set_compact(False)
        self._show_state()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Take files up and look at what they would bring."""
        if paths:
            self._parts.banner.clear()
            self._parts.tabs.setCurrentIndex(FILES_TAB)
            self.work.add(paths)

    def set_target(self, path: Path) -> None:
        """Merge into another file; it is made when missing."""
        self._parts.banner.clear()
        self.work.set_target(path)

    def entered(self) -> None:
        """What is in the target may have changed meanwhile."""
        self.work.read_state()

    def unfinished(self) -> str:
        """Writing must not be torn off."""
        if not self.work.writing:
            return ""
        return self.tr(
            "いま統合を書き込んでいます。統合の前のデータはそのままです。"
            "終わるのを待つか、「統合」で「中止」を押してください。"
        )

    def set_compact(self, compact: bool) -> None:
        """Files, wall and details take turns where the page is narrow."""
        self._parts.set_compact(compact)

    def _connect(self) -> None:
        work, parts = self.work, self._parts
        parts.strip.files_dropped.connect(self.add_files)
        parts.strip.choose_pressed.connect(lambda: self.add_files(_ask_sources(self)))
        parts.change_target.clicked.connect(self._on_change_target)
        parts.do.clicked.connect(self._on_do)
        parts.stop.clicked.connect(self._on_clear)
        parts.drop_rows.clicked.connect(self._on_drop_rows)
        parts.salvage.clicked.connect(self._on_salvage)
        parts.table.itemSelectionChanged.connect(self._show_state)
        parts.table.details_requested.connect(lambda: parts.tabs.setCurrentIndex(DETAILS_TAB))
        parts.details.closed.connect(parts.table.clearSelection)
        parts.banner.action_pressed.connect(self._on_banner)
        parts.receipt.take_back_pressed.connect(self._on_take_back)
        work.changed.connect(self._show_state)
        work.previewed.connect(self._on_previewed)
        work.written.connect(self._on_written)
        work.taken_back.connect(self._on_taken_back)
        work.stopped.connect(lambda text: self._say("info", text))
        work.failed.connect(lambda text: self._say("error", text))
        work.agenda_changed.connect(lambda: self.reopen_requested.emit(work.target))
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), parts.table, self._on_drop_rows)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)

    # --- what happened -----------------------------------------------------------------------------------

    def _say(self, level: str, text: str, action: str = "", on_action: Path | None = None) -> None:
        self._on_action = on_action
        self._parts.banner.show_message(level, text, action)

    def _on_previewed(self, report: MergeReport) -> None:
        if all(source.status == "unchanged" for source in report.sources):
            self._say("info", nothing_new(len(report.sources)))

    def _on_written(self, report: MergeReport) -> None:
        level = "warn" if report.refused else "info"
        if not any(source.status == "merged" for source in report.sources):
            self._say(level, result_text(report))
        elif self.work.into_open_file:
            folder = report.backup.parent if report.backup and not report.open_conflicts else None
            self._say(level, result_text(report), next_step(report), folder)
            self.merged.emit(report.target)
        else:
            self._say(level, result_text(report), self.tr("統合したファイルを開く"), report.target)

    def _on_taken_back(self, kept: Path) -> None:
        text = self.tr("統合を取り消し、統合の前に戻しました。統合したあとの状態は「{0}」にあります。")
        self._say("info", text.format(kept), self.tr("控えのフォルダーを開く"), kept.parent)

    def _on_banner(self) -> None:
        if self._on_action == self.work.target:
            self.merged.emit(self.work.target)
        elif self._on_action is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._on_action)))
        if self.work.report is not None and self.work.report.open_conflicts:
            self.review_requested.emit()

    # --- what stands on the page -------------------------------------------------------------------------

    def _show_state(self) -> None:
        work, parts = self.work, self._parts
        # While files are looked at again, what was known of them stays in sight.
        if work.doing is not Doing.LOOKING:
            parts.table.show_report(work.report)
        count, busy, chosen = work.mergeable(), work.busy, parts.table.chosen()
        only = chosen[0] if len(chosen) == 1 else None
        parts.do.setText(self.tr("{0}ファイルを統合する").format(count) if count else self.tr("統合する"))
        parts.do.setEnabled(bool(count) and not busy)
        parts.stop.setEnabled(bool(work.sources) and not work.writing)
        parts.drop_rows.setEnabled(bool(chosen) and not busy and work.previewing)
        parts.salvage.setVisible(only is not None and only.salvageable and work.previewing)
        parts.salvage.setEnabled(not busy)
        parts.strip.setEnabled(not work.writing)
        parts.change_target.setEnabled(not work.writing)
        parts.target.setText(_target_text(work.target, work.into_open_file))
        parts.target.setToolTip(str(work.target))
        parts.note.setText(note_text(work.report, count, work.target.exists()))
        parts.details.show_source(only)
        state = work.state
        parts.wall.show_rows(state.rows if state else ())
        receipts = state.receipts if state else ()
        why = state.why_kept if state else ""
        parts.receipt.show_receipt(receipts[-1] if receipts else None, why, busy=busy)
        self._show_doing()
        parts.show_parts()

    def _show_doing(self) -> None:
        work, parts = self.work, self._parts
        if work.doing is Doing.LOOKING:
            parts.empty.set_texts(work.what(), self.tr("結果がここに並ぶまで、何も書き込みません。"))
        else:
            parts.empty.set_texts(
                self.tr("まだファイルが届いていません。"),
                self.tr("端末で「ファイルを渡す」をしたファイルを、ここに置いてください。"),
            )
        # While the open file is held, the window shows how far it is, whatever page is in front.
        progress = None if work.holding else work.progress
        if progress is not self._shown:
            self._shown = progress
            if progress is None:
                parts.progress.finish()
            else:
                parts.progress.follow(progress)

    # --- what was pressed --------------------------------------------------------------------------------

    def _on_change_target(self) -> None:
        path = _ask_target(self, _new_target() if self.work.into_open_file else self.work.target)
        if path is not None:
            self.set_target(path)

    def _on_do(self) -> None:
        self._parts.banner.clear()
        self.work.write()

    def _on_clear(self) -> None:
        self._parts.banner.clear()
        self.work.clear()

    def _on_drop_rows(self) -> None:
        if self.work.previewing and not self.work.busy and self._parts.table.chosen_paths():
            self._parts.banner.clear()
            self.work.remove(self._parts.table.chosen_paths())

    def _on_salvage(self) -> None:
        (source,) = self._parts.table.chosen()
        dialog = SalvageDialog(source.path.name, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.work.salvage(source.path)
        dialog.deleteLater()

    def _on_take_back(self) -> None:
        receipt = self._parts.receipt.receipt
        if receipt is None:
            return
        dialog = TakeBackDialog(int(receipt["number"]), self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._parts.banner.clear()
            self.work.take_back()
        dialog.deleteLater()


def _new_target() -> Path:
    return user_documents_dir() / f"統合_{Date.today().isoformat()}.wsdb"


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
