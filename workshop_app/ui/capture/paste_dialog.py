"""What several pasted lines would become, before anything is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QWidget

from workshop_app.domain.note import NoteDraft
from workshop_app.domain.text import MAX_NOTE_CHARS
from workshop_app.ui import commands
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import TextButton
from workshop_app.ui.writing_dialog import WritingDialog


class PasteDialog(WritingDialog):
    """Each line can be left out; the dialog closes when the others are saved, all or none."""

    def __init__(
        self,
        open_file: OpenFile,
        lines: Sequence[str],
        make_draft: Callable[[str], NoteDraft],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(open_file, parent)
        self.setObjectName("pasteDialog")
        self.as_one = False
        self._lines = list(lines)
        self._make_draft = make_draft
        self.set_title(self.tr("1行を1枚の付箋にします。よろしいですか"))
        self.body.addWidget(
            TextLabel(
                self.tr(
                    "テーマ・種別・テーブルは、今選んでいるものが付きます。要らない行は外せます。"
                    "1枚に書けるのは {0:,}文字までです。"
                ).format(MAX_NOTE_CHARS),
                13,
                role="text2",
                wrap=True,
            )
        )
        self.list = QListWidget()
        self.list.setObjectName("pasteList")
        self.list.setAccessibleName(self.tr("付箋になる行"))
        self.list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.list.setMinimumHeight(look().px(64))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        for number, line in enumerate(self._lines, start=1):
            self.list.addItem(self._item(number, line))
        self.list.itemChanged.connect(self._count)
        self.body.addWidget(self.list, 1)
        together = TextButton(self.tr("行を分けずに、1枚の付箋として欄に入れる"))
        together.setObjectName("pasteAsOne")
        together.clicked.connect(self._on_as_one)
        self.body.addWidget(together, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_buttons(self.tr("やめる"), "")
        self._count()
        self._name_long_line()

    def chosen_lines(self) -> list[str]:
        """The lines still ticked, in order."""
        return [self._lines[row] for row in self._chosen_rows()]

    def accept(self) -> None:
        """Save the chosen lines; a line that is too long is named, and everything stays as it was."""
        if self._name_long_line():
            return
        drafts = [self._make_draft(line) for line in self.chosen_lines()]
        commands.add_notes(self.open_file, drafts, self.written)

    def _item(self, number: int, line: str) -> QListWidgetItem:
        item = QListWidgetItem(line[:400])
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        )
        item.setCheckState(Qt.CheckState.Checked)
        item.setSizeHint(QSize(0, look().px(36)))
        item.setToolTip(line[:1_000])
        if len(line) > MAX_NOTE_CHARS:
            item.setForeground(look().colour("warn"))
            item.setText(
                self.tr("長すぎます（{0}行目、{1:,}文字） {2}").format(number, len(line), line[:400])
            )
        return item

    def _chosen_rows(self) -> list[int]:
        rows = range(len(self._lines))
        return [row for row in rows if self.list.item(row).checkState() == Qt.CheckState.Checked]

    def _name_long_line(self) -> bool:
        """Say which chosen line cannot be one note, and show it; False when all can."""
        row = next((row for row in self._chosen_rows() if len(self._lines[row]) > MAX_NOTE_CHARS), None)
        if row is None:
            self.banner.clear()
            return False
        self.list.setCurrentRow(row)
        self.banner.show_message(
            "warn",
            self.tr(
                "{0}行目は {1:,}文字あります。1枚に書けるのは {2:,}文字までです。まだ何も保存していません。"
                "この行を外すか、やめて短く分けてください。"
            ).format(row + 1, len(self._lines[row]), MAX_NOTE_CHARS),
        )
        return True

    def _count(self) -> None:
        assert self.action_button is not None
        number = len(self._chosen_rows())
        self.action_button.setText(self.tr("{0}枚の付箋にする").format(number))
        self.action_button.setEnabled(number > 0)
        self.action_button.updateGeometry()

    def _on_as_one(self) -> None:
        self.as_one = True
        self.done(self.DialogCode.Accepted)
