"""Writes the board out from the window: asks, hands the work to a worker, and says what became of it."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from workshop_app.domain.board import Moment, Scope
from workshop_app.services.board_papers import BoardWish
from workshop_app.ui.board.export_dialog import BoardExportDialog, file_name
from workshop_app.ui.jobs import run_job
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.widgets import Banner

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class BoardExporter(QObject):
    """One export at a time; its outcome stands in the banner of the page."""

    def __init__(self, open_file: OpenFile, banner: Banner, page: QWidget) -> None:
        super().__init__(page)
        self._open_file = open_file
        self._banner = banner
        self._page = page
        self._busy = False
        self._folder: Path | None = None
        self._said = ""
        banner.action_pressed.connect(self._open_folder)

    def ask(self, scope: Scope, notes: int, moment: Moment | None = None) -> None:
        """Ask for format, paper and place, then write."""
        if self._busy:
            return
        dialog = BoardExportDialog(notes, self._page)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        pages, paper, suffix = dialog.pages(), dialog.chosen_paper(), dialog.suffix()
        dialog.deleteLater()
        if not accepted:
            return
        source = self._open_file.workspace.path
        word = "" if moment is None else _NOT_IN_NAMES.sub("", moment.name)
        offered = source.parent / file_name(source.stem, pages, word, suffix)
        name, _ = QFileDialog.getSaveFileName(
            self._page, self.tr("ボードを書き出す"), str(offered), f"*{suffix}"
        )
        if name:
            target = Path(name)
            target = target if target.suffix.lower() == suffix else target.with_name(target.name + suffix)
            wish = BoardWish(pages, paper, scope, None if moment is None else moment.moment_id)
            self.write(target, wish)

    def write(self, target: Path, wish: BoardWish) -> None:
        """Write in a worker."""
        source, services = self._open_file.workspace.path, self._open_file.services
        self._busy = True
        self._banner.show_message("info", self.tr("ボードを書き出しています…"))
        run_job(
            self._page,
            lambda: services.export_board(source, target, wish),
            lambda written: self._on_written(target, written),
            self._on_refused,
        )

    def _on_written(self, target: Path, written: Path) -> None:
        self._busy, self._folder = False, written.parent
        if written == target:
            text = self.tr("「{0}」に書き出し、開いて確かめました。").format(written.name)
            self._banner.show_message("info", text, self.tr("フォルダーを開く"))
        else:
            text = self.tr("「{0}」はほかで開かれています。別の名前「{1}」で書き出しました。")
            self._banner.show_message(
                "warn", text.format(target.name, written.name), self.tr("フォルダーを開く")
            )
        self._said = self._banner.text()

    def _on_refused(self, sentence: str) -> None:
        self._busy = False
        self._banner.show_message("error", sentence)

    def speaks(self) -> bool:
        """Whether the banner, which is not ours alone, says what became of an export."""
        return self._folder is not None and self._banner.text() == self._said

    def _open_folder(self) -> None:
        if self.speaks():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
