"""Merging on the secretariat's window: choose files, see what they would bring, then write (ui.md, 04-merge)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from workshop_app.paths import user_documents_dir
from workshop_app.services.merge import MergeReport
from workshop_app.services.share import ShareReport
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.merge_parts import DETAILS_TAB, FILES_TAB, MergeParts
from workshop_app.ui.merge_share_words import do_text, locked_text, looked_text, share_note, shared_text
from workshop_app.ui.merge_target import TargetMenu, new_target, target_text, target_tip
from workshop_app.ui.merge_voids import may_void
from workshop_app.ui.merge_words import empty_texts, next_step, note_text, nothing_new, result_text
from workshop_app.ui.merge_work import Doing, MergeWork
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.page import Page
from workshop_app.ui.progress import Progress
from workshop_app.ui.receipt_panel import SalvageDialog, TakeBackDialog
from workshop_app.ui.settings import remember_shared_folder


class MergePage(Page):
    """Merges into the open file or, without one, into a file the person names; or for a shared folder.

    No merge is written, and nothing is published, before the primary button is pressed: what stands in the table
    is a dry run.
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
        target = open_file.workspace.path if open_file else new_target()
        self.work = MergeWork(services, open_file, target, self)
        self._on_action: Callable[[], None] | None = None
        self._target_menu = TargetMenu(self)
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

    def set_shared_folder(self, folder: Path) -> None:
        """Merge for a shared folder: look at it now, publish there when the primary button is pressed."""
        self._parts.banner.clear()
        self.work.set_folder(folder)

    def entered(self) -> None:
        """What is in the target may have changed meanwhile."""
        self.work.read_state()

    def unfinished(self) -> str:
        """Writing must not be torn off."""
        if not self.work.writing:
            return ""
        if self.work.folder is not None:
            return self.tr(
                "いま共有フォルダーに公開しています。公開されている内容はそのままです。"
                "終わるのを待つか、「統合」で「中止」を押してください。"
            )
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
        parts.do.clicked.connect(lambda: self._on_do())
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
        work.failed.connect(self._on_failed)
        work.looked.connect(self._on_looked)
        work.published.connect(self._on_published)
        work.agenda_changed.connect(lambda: self.reopen_requested.emit(work.file))
        self._target_menu.file_chosen.connect(self.set_target)
        self._target_menu.folder_chosen.connect(self.set_shared_folder)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), parts.table, self._on_drop_rows)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)

    # --- what happened -----------------------------------------------------------------------------------

    def _say(
        self, level: str, text: str, action: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        self._on_action = on_action
        self._parts.banner.show_message(level, text, action)

    def _on_failed(self, text: str) -> None:
        if self.work.folder is None:
            self._say("error", text)
        else:
            # Nothing is lost, and whoever was in the way may be gone by now.
            again = self._on_do if self.work.doable() else self.work.look_again
            self._say("warn", text, self.tr("もう一度試す"), again)

    def _on_previewed(self, report: MergeReport) -> None:
        if all(source.status == "unchanged" for source in report.sources) and not self._parts.banner.text():
            self._say("info", nothing_new(len(report.sources)))

    def _on_looked(self, share: ShareReport) -> None:
        remember_shared_folder(share.folder)
        text = looked_text(share)
        if share.warnings:
            self._say("warn", text, self.tr("もう一度試す"), self.work.look_again)
        elif text:
            self._say("info", text)

    def _on_published(self, share: ShareReport) -> None:
        if share.locked and share.lock is not None:
            force = partial(self._on_do, force=True)
            self._say("warn", locked_text(share.lock), self.tr("それでも公開する"), force)
            return
        text = shared_text(share, self.work.came_in)
        level = "warn" if share.refused or share.warnings else "info"
        if share.waiting:
            level = "info" if share.stopped else "warn"
            self._say(level, text, self.tr("もう一度試す"), self._on_do)
        elif not self.work.into_open_file:
            self._say(level, text, self.tr("公開した内容を開く"), partial(self._open_merged, share.local))
        elif share.open_conflicts:
            self._say(level, text, self.tr("競合を見て決める"), self.review_requested.emit)
        else:
            self._say(level, text)
        if self.work.into_open_file:
            self.merged.emit(share.local)

    def _on_written(self, report: MergeReport) -> None:
        level = "warn" if report.refused else "info"
        if not any(source.status == "merged" for source in report.sources):
            self._say(level, result_text(report))
        elif self.work.into_open_file:
            look: Callable[[], None] | None = None
            if report.open_conflicts:
                look = self.review_requested.emit
            elif report.backup:
                look = partial(_show_folder, report.backup.parent)
            self._say(level, result_text(report), next_step(report), look)
            self.merged.emit(report.target)
        else:
            open_it = partial(self._open_merged, report.target)
            self._say(level, result_text(report), self.tr("統合したファイルを開く"), open_it)

    def _on_taken_back(self, kept: Path) -> None:
        text = self.tr("統合を取り消し、統合の前に戻しました。統合したあとの状態は「{0}」にあります。")
        show = partial(_show_folder, kept.parent)
        self._say("info", text.format(kept), self.tr("控えのフォルダーを開く"), show)

    def _on_banner(self) -> None:
        if self._on_action is not None:
            self._on_action()

    def _open_merged(self, path: Path) -> None:
        # The page may be another one once the file is open.
        conflicts = self._open_conflicts()
        self.merged.emit(path)
        if conflicts:
            self.review_requested.emit()

    def _open_conflicts(self) -> int:
        if self.work.share is not None:
            return self.work.share.open_conflicts
        return self.work.report.open_conflicts if self.work.report is not None else 0

    # --- what stands on the page -------------------------------------------------------------------------

    def _show_state(self) -> None:
        work, parts = self.work, self._parts
        # While files are looked at again, what was known of them stays in sight.
        if work.doing is not Doing.LOOKING:
            parts.table.show_report(work.report)
        count, busy, chosen = work.mergeable(), work.busy, parts.table.chosen()
        only = chosen[0] if len(chosen) == 1 else None
        if work.folder is not None:
            parts.do.setText(do_text(count))
            parts.note.setText(share_note(work.share, count, work.previewing))
        else:
            parts.do.setText(self.tr("{0}ファイルを統合する").format(count) if count else self.tr("統合する"))
            parts.note.setText(note_text(work.report, count, work.target.exists()))
        parts.do.setEnabled(work.doable() and not busy)
        parts.stop.setEnabled(bool(work.sources) and not work.writing)
        parts.drop_rows.setEnabled(bool(chosen) and not busy and work.previewing)
        parts.salvage.setVisible(only is not None and only.salvageable and work.previewing)
        parts.salvage.setEnabled(not busy)
        parts.strip.setEnabled(not work.writing)
        parts.change_target.setEnabled(not work.writing)
        parts.target.setText(target_text(work))
        parts.target.setToolTip(target_tip(work))
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
        looking = work.what() if work.doing is Doing.LOOKING else ""
        parts.empty.set_texts(*empty_texts(looking, len(work.sources), shared=work.folder is not None))
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
        work = self.work
        plain = work.folder is None and not work.into_open_file
        self._target_menu.ask(self._parts.change_target, work.target if plain else new_target())

    def _on_do(self, *, force: bool = False) -> None:
        if not may_void(self.work.report, self):
            return
        self._parts.banner.clear()
        if self.work.folder is None:
            self.work.write()
        else:
            self.work.publish(force=force)

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


def _show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _ask_sources(page: QWidget) -> list[Path]:
    names, _ = QFileDialog.getOpenFileNames(
        page,
        page.tr("端末のファイルを選ぶ"),
        str(user_documents_dir()),
        page.tr("ワークショップのファイル (*.wsdb);;すべてのファイル (*)"),
    )
    return [Path(name) for name in names]
