"""Giving things out: the workbook for the committee, and the verified file for the stick (ui.md, 08-export)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workshop_app.domain.board import Scope
from workshop_app.domain.fingerprint import fingerprint
from workshop_app.services.ports import Workspace
from workshop_app.ui.app_services import AppServices, Package
from workshop_app.ui.board.board_exporter import BoardExporter
from workshop_app.ui.jobs import run_job
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.page import Page
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, LineField, PrimaryButton, SecondaryButton

_PROGRESS_AFTER_MS = 300
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class ExportPage(Page):
    """Writes the workbook of the open file, and its hand-over file; both in a worker."""

    def __init__(self, services: AppServices, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_export")
        self.title = self.tr("出力")
        self._services = services
        self._open_file = open_file
        self._busy = ""
        self._shown_folder: Path | None = None
        path = open_file.workspace.path
        self._folder = path.parent
        self._banner = Banner()
        self._banner.setObjectName("exportBanner")
        self._name = LineField(f"{path.stem}_事務局用.xlsx", 40)
        self._choose = SecondaryButton(self.tr("場所を変える"))
        self._place = TextLabel("", 13, role="text2", wrap=True)
        self._do = PrimaryButton(self.tr("ワークブックを書き出す"))
        self._hand_over = SecondaryButton(self.tr("ファイルを渡す"))
        self._progress = TextLabel("", 13, role="text2", wrap=True)
        self._handed = TextLabel("", 13, role="text2", wrap=True)
        self._fingerprint = TextLabel("", 17, bold=True)
        self._counts = QGridLayout()
        self._count_labels: list[TextLabel] = []
        self._board = BoardSection(open_file, self._banner)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PROGRESS_AFTER_MS)
        self._late.timeout.connect(lambda: self._progress.setText(self._busy))
        self._name_parts()
        self._lay_out()
        self._do.clicked.connect(self._on_export)
        self._hand_over.clicked.connect(self._on_hand_over)
        self._choose.clicked.connect(self._on_choose)
        self._name.textChanged.connect(self._show_place)
        self._banner.action_pressed.connect(self._on_open_folder)
        open_file.changed.connect(self._on_changed)
        self._show_place()

    def target(self) -> Path:
        """Where the workbook would be written."""
        name = self._name.settled_text().strip()
        return self._folder / (name if name.lower().endswith(".xlsx") else f"{name}.xlsx")

    def entered(self) -> None:
        """Count again: the file may have grown."""
        self._show_counts()

    def set_compact(self, compact: bool) -> None:
        """One column instead of two, what there is to do first."""
        direction = QBoxLayout.Direction.TopToBottom if compact else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(direction)
        side, top = look().px(16 if compact else 24), look().px(12 if compact else 20)
        self._columns.setContentsMargins(side, top, side, top)
        self._columns.setSpacing(look().px(16 if compact else 32))
        self._left.setMaximumWidth(16_777_215 if compact else look().px(404))

    # --- the page ----------------------------------------------------------------------------------------

    def _name_parts(self) -> None:
        for name, widget, spoken in (
            ("exportName", self._name, self.tr("ワークブックの名前")),
            ("exportChoose", self._choose, self.tr("保存する場所を変える")),
            ("exportPlace", self._place, ""),
            ("exportDo", self._do, ""),
            ("exportHandOver", self._hand_over, ""),
            ("exportProgress", self._progress, ""),
            ("exportHanded", self._handed, ""),
            ("exportFingerprint", self._fingerprint, ""),
        ):
            widget.setObjectName(name)
            if spoken:
                widget.setAccessibleName(spoken)
        self._do.set_tall(True)
        # Read out over the telephone or copied into the ledger of the stick.
        self._fingerprint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _lay_out(self) -> None:
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(look().px(8))
        left.addWidget(TextLabel(self.tr("ワークブック（事務局用）"), 17, bold=True))
        words = self.tr("原文、経過、端末の記録まで入ります。庁外には出さないでください。")
        left.addWidget(TextLabel(words, 13, role="text2", wrap=True))
        left.addSpacing(look().px(8))
        left.addWidget(TextLabel(self.tr("名前"), 13, role="text2"))
        left.addWidget(self._name)
        left.addWidget(self._place)
        left.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignLeft)
        left.addSpacing(look().px(8))
        left.addWidget(self._do)
        left.addWidget(self._progress)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(look().px(8))
        right.addWidget(TextLabel(self.tr("入るもの"), 17, bold=True))
        self._counts.setHorizontalSpacing(look().px(24))
        self._counts.setVerticalSpacing(look().px(8))
        self._counts.setColumnStretch(2, 1)
        right.addLayout(self._counts)
        right.addSpacing(look().px(24))
        right.addWidget(self._board)
        right.addSpacing(look().px(24))
        right.addWidget(TextLabel(self.tr("事務局へファイルを渡す"), 17, bold=True))
        words = self.tr("USB メモリーなどに書き込み、読み直して確かめます。いまのファイルはそのままです。")
        right.addWidget(TextLabel(words, 13, role="text2", wrap=True))
        right.addWidget(self._hand_over, 0, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(self._handed)
        right.addWidget(self._fingerprint)
        right.addStretch(1)
        inner = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        self._columns.addWidget(self._left, 404)
        self._columns.addLayout(right, 600)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._banner)
        whole.addWidget(area, 1)
        self.set_compact(False)

    def _show_place(self) -> None:
        self._place.setText(self.tr("保存先: {0}").format(self._folder))
        self._do.setEnabled(not self._busy and bool(self._name.text().strip()))
        self._hand_over.setEnabled(not self._busy)

    def _on_changed(self) -> None:
        if self.isVisible():
            self._show_counts()

    def _show_counts(self) -> None:
        """Counted by a worker: a merged file has ten thousand notes."""
        path, services = self._open_file.workspace.path, self._services

        def count() -> Sequence[tuple[str, str]]:
            workspace = services.open(path)
            try:
                return self._count_rows(workspace)
            finally:
                workspace.close()

        run_job(self, count, self._on_counted, lambda text: self._banner.show_message("error", text))

    def _on_counted(self, rows: Sequence[tuple[str, str]]) -> None:
        while len(self._count_labels) < 2 * len(rows):
            row = len(self._count_labels) // 2
            for column, label in enumerate((TextLabel("", 15), TextLabel("", 15, bold=True))):
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                self._counts.addWidget(label, row, column, side)
                self._count_labels.append(label)
        texts = [text for row in rows for text in row]
        for index, label in enumerate(self._count_labels):
            label.setText(texts[index] if index < len(texts) else "")
            label.setVisible(index < len(texts))

    def _count_rows(self, workspace: Workspace) -> Sequence[tuple[str, str]]:
        notes = workspace.notes()
        live = [note for note in notes if not note.voided]
        agenda = self._open_file.agenda
        themes = Counter(note.theme for note in live)
        rows = [(self.tr("意見"), self.tr("{0}件").format(len(live)))]
        for theme in agenda.all_themes:
            if themes[theme.id]:
                name = f"　{theme.mark} {theme.short_title}"
                rows.append((name, self.tr("{0}件").format(themes[theme.id])))
        unsorted = len(live) - sum(themes[theme.id] for theme in agenda.all_themes)
        if unsorted:
            rows.append((self.tr("　未分類"), self.tr("{0}件").format(unsorted)))
        wards = {workshop.ward_id for workshop in workspace.workshops()}
        rows.append((self.tr("区"), self.tr("{0}区").format(len(wards))))
        rows.append(
            (self.tr("取り消した付箋（数だけ載ります）"), self.tr("{0}枚").format(len(notes) - len(live)))
        )
        rows.append((self.tr("決まっていない競合"), self.tr("{0}件").format(len(workspace.conflicts()))))
        return rows

    # --- doing -------------------------------------------------------------------------------------------

    def _on_export(self) -> None:
        source, target = self._open_file.workspace.path, self.target()
        if _NOT_IN_NAMES.search(self._name.text().strip()):
            self._banner.show_message(
                "error",
                self.tr('名前に使えない文字（\\ / : * ? " < > |）があります。何も書き出していません。'),
            )
            return
        self._begin(self.tr("ワークブックを書き出しています…"))
        run_job(
            self,
            lambda: self._services.export(source, target, edition="internal"),
            lambda written: self._on_exported(target, written),
            self._on_failed,
        )

    def _on_exported(self, wanted: Path, written: Path) -> None:
        self._end()
        self._shown_folder = written.parent
        if written.name == wanted.name:
            text = self.tr("「{0}」を書き出しました。").format(written.name)
            level = "info"
        else:
            text = self.tr("「{0}」は Excel で開かれています。別の名前「{1}」で書き出しました。").format(
                wanted.name, written.name
            )
            level = "warn"
        self._banner.show_message(level, text, self.tr("フォルダーを開く"))

    def _on_hand_over(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self, self.tr("渡す先（USB メモリーなど）を選ぶ"), str(self._folder)
        )
        if name:
            self.hand_over_to(Path(name))

    def hand_over_to(self, folder: Path) -> None:
        """Write the hand-over file into a folder and read it back."""
        if self._busy:
            return
        source = self._open_file.workspace.path
        self._begin(self.tr("渡すファイルを書き込み、確かめています。まだ取り外さないでください。"))
        run_job(
            self,
            lambda: self._services.hand_over(source, folder),
            self._on_handed_over,
            self._on_failed,
        )

    def _on_handed_over(self, package: Package) -> None:
        self._end()
        self._shown_folder = package.path.parent
        handed = self.tr("「{0}」 付箋 {1}枚。ファイルの指紋（事務局で同じか確かめられます）")
        self._handed.setText(handed.format(package.path.name, package.notes - package.voided))
        self._fingerprint.setText(fingerprint(package.sha256))
        self._banner.show_message(
            "info",
            self.tr("渡すファイルを書き込み、読み直して確かめました。取り外せます。"),
            self.tr("フォルダーを開く"),
        )

    def _on_failed(self, sentence: str) -> None:
        self._end()
        self._banner.show_message("error", sentence)

    def _begin(self, text: str) -> None:
        self._busy = text
        self._banner.clear()
        self._late.start()
        self._show_place()

    def _end(self) -> None:
        self._busy = ""
        self._late.stop()
        self._progress.setText("")
        self._show_place()

    def _on_choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("保存する場所を選ぶ"), str(self._folder))
        if name:
            self._folder = Path(name)
            self._show_place()

    def _on_open_folder(self) -> None:
        if self._shown_folder is not None and not self._board.speaks():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown_folder)))


class BoardSection(QWidget):
    """ボード: pictures and papers of the notes and islands of the whole file."""

    def __init__(self, open_file: OpenFile, banner: Banner) -> None:
        super().__init__()
        self._open_file = open_file
        self.exporter = BoardExporter(open_file, banner, self)
        button = SecondaryButton(self.tr("ボードを書き出す"))
        button.setObjectName("exportBoard")
        button.clicked.connect(self._on_pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().px(8))
        column.addWidget(TextLabel(self.tr("ボード"), 17, bold=True))
        words = self.tr("付箋と島の絵を、掲示、発表、カードのために書き出します。")
        column.addWidget(TextLabel(words, 13, role="text2", wrap=True))
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def speaks(self) -> bool:
        """Whether the banner is about a board."""
        return self.exporter.speaks()

    def _on_pressed(self) -> None:
        total, voided = self._open_file.workspace.note_counts()
        self.exporter.ask(Scope(), total - voided)
