"""Where a merge goes: what the person is asked, and how the answer stands on the page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QPoint, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from workshop_app.domain.wareki import JST
from workshop_app.paths import user_documents_dir
from workshop_app.ui.merge_words import day_and_time
from workshop_app.ui.merge_work import Doing, MergeWork
from workshop_app.ui.settings import load_settings

translate = QCoreApplication.translate


class TargetMenu(QMenu):
    """A file, a shared folder, or the shared folder of last time."""

    file_chosen = Signal(Path)
    folder_chosen = Signal(Path)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mergeTargetMenu")
        self._suggestion = new_target()
        self._recent: Path | None = None
        self.addAction(self.tr("ファイルを選ぶ"), self._on_file).setObjectName("targetFile")
        self.addAction(self.tr("共有フォルダーを選ぶ"), self._on_folder).setObjectName("targetFolder")
        self._again = self.addAction("", self._on_again)
        self._again.setObjectName("targetAgain")

    def ask(self, below: QWidget, suggestion: Path) -> None:
        """Come up below a button; `suggestion` is the file that is proposed."""
        self._suggestion = suggestion
        self._recent = load_settings().shared_folder
        self._again.setVisible(self._recent is not None)
        if self._recent is not None:
            words = self.tr("前回の共有フォルダー（{0}）").format(_name(self._recent))
            # An ampersand would underline the letter after it.
            self._again.setText(words.replace("&", "&&"))
        corner = below.mapToGlobal(QPoint(below.width(), below.height()))
        self.popup(corner - QPoint(self.sizeHint().width(), 0))

    def _on_file(self) -> None:
        """An existing file may be named too: it takes the others in, and is never written over."""
        name, _ = QFileDialog.getSaveFileName(
            self.parentWidget(),
            self.tr("統合先を選ぶ（今あるファイルには付け加えます）"),
            str(self._suggestion),
            self.tr("ワークショップのファイル (*.wsdb)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            path = Path(name)
            self.file_chosen.emit(path if path.suffix else path.with_name(path.name + ".wsdb"))

    def _on_folder(self) -> None:
        start = user_documents_dir() if self._recent is None else self._recent
        name = QFileDialog.getExistingDirectory(
            self.parentWidget(), self.tr("公開する共有フォルダーを選ぶ"), str(start)
        )
        if name:
            self.folder_chosen.emit(Path(name))

    def _on_again(self) -> None:
        if self._recent is not None:
            self.folder_chosen.emit(self._recent)


def new_target() -> Path:
    """The file that is proposed while none is named."""
    return user_documents_dir() / f"統合_{datetime.now(JST):%Y-%m-%d}.wsdb"


def target_text(work: MergeWork) -> str:
    """The target in one line."""
    if work.folder is not None:
        return _folder_text(work, work.folder)
    if work.into_open_file:
        where = translate("MergePage", "統合先: {0}（いま開いているファイル）")
    elif work.target.exists():
        where = translate("MergePage", "統合先: {0}")
    else:
        where = translate("MergePage", "統合先: {0}（新しく作ります）")
    return where.format(work.target.name)


def target_tip(work: MergeWork) -> str:
    """Where it lies, in full."""
    if work.folder is None:
        return str(work.target)
    if work.file is None:
        return str(work.folder)
    here = translate("MergePage", "{0}\nこの端末の作業用のファイル: {1}")
    return here.format(work.folder, work.file)


def _folder_text(work: MergeWork, folder: Path) -> str:
    if work.share is None and work.doing is Doing.LOOKING:
        where = translate("MergePage", "統合先: 共有フォルダー「{0}」（確かめています）")
    elif work.share is None:
        where = translate("MergePage", "統合先: 共有フォルダー「{0}」（まだ確かめられていません）")
    elif work.published_ms is not None:
        where = translate("MergePage", "統合先: 共有フォルダー「{0}」（最後の公開 {1}）")
        return where.format(_name(folder), day_and_time(work.published_ms))
    elif work.share.warnings:
        where = translate("MergePage", "統合先: 共有フォルダー「{0}」（今は確かめられません）")
    else:
        where = translate("MergePage", "統合先: 共有フォルダー「{0}」（まだ公開されていません）")
    return where.format(_name(folder))


def _name(folder: Path) -> str:
    return folder.name or str(folder)
