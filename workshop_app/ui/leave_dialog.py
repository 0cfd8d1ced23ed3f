"""Before text is left behind that the disk refused: stay, take it along, or go all the same."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPlainTextEdit, QWidget

from workshop_app.paths import user_documents_dir
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, Dialog, SecondaryButton


class LeaveDialog(Dialog):
    """Accepted means: leave, and the text is gone from here. Esc and Enter stay."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("leaveDialog")
        self._text = text
        self.set_title(self.tr("本文はまだ保存できていません。閉じますか"))
        self.body.addWidget(
            TextLabel(
                self.tr(
                    "書いた文はこの画面に残っています。「記録に戻る」を選び、知らせの文のとおりにして、"
                    "もう一度 Enter を押すと保存できます。先に写しておくこともできます。"
                ),
                15,
                wrap=True,
            )
        )
        shown = QPlainTextEdit(text)
        shown.setObjectName("leaveText")
        shown.setAccessibleName(self.tr("まだ保存できていない文"))
        shown.setReadOnly(True)
        shown.setTabChangesFocus(True)
        shown.setFixedHeight(look().px(84))
        self.body.addWidget(shown)
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, label, slot in (
            ("leaveCopy", self.tr("文をクリップボードに写す"), self._on_copy),
            ("leaveSave", self.tr("別の場所に文を保存する"), self._on_save),
        ):
            button = SecondaryButton(label)
            button.setObjectName(name)
            button.clicked.connect(slot)
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self._banner = Banner()
        self.body.addWidget(self._banner)
        self.add_buttons(self.tr("記録に戻る"), self.tr("保存せずに閉じる"), danger=True)
        assert self.safe_button is not None
        self.safe_button.setFocus()

    def save_to(self, path: Path) -> None:
        """Write the text into a file of its own, and say how that went."""
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with partial.open("x", encoding="utf-8", newline="\n") as file:
                file.write(self._text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError:
            partial.unlink(missing_ok=True)
            self._banner.show_message(
                "error",
                self.tr(
                    "「{0}」に書き込めませんでした。文はこの画面に残っています。別の場所を選んでください。"
                ).format(path.name),
            )
            return
        self._banner.show_message(
            "info", self.tr("「{0}」に文を保存しました。閉じても、文はそこに残ります。").format(path.name)
        )

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self._banner.show_message(
            "info", self.tr("文をクリップボードに写しました。ほかのアプリに貼り付けて保存してください。")
        )

    def _on_save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("文を保存する"),
            str(user_documents_dir() / self.tr("保存できなかった文.txt")),
            self.tr("文 (*.txt)"),
        )
        if name:
            self.save_to(Path(name))
