"""The newest receipt (受領証) on the merge page: what came, when, its fingerprint; print it, take the merge back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workshop_app.domain.fingerprint import fingerprint
from workshop_app.services.receipt_page import receipt_html
from workshop_app.ui.labels import ElidedLabel, TextLabel
from workshop_app.ui.merge_words import day_and_time
from workshop_app.ui.printing import print_html
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Dialog, TextButton


class ReceiptPanel(QWidget):
    """Hidden while there is no receipt. One line in the narrow layout."""

    take_back_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mergeReceipt")
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._receipt: Mapping[str, Any] | None = None
        self._title = ElidedLabel("", 15, bold=True)
        self._title.setObjectName("receiptTitle")
        self._print = TextButton(self.tr("印刷する"), "print")
        self._print.setObjectName("receiptPrint")
        self._print.clicked.connect(self.print_receipt)
        self._take_back = TextButton(self.tr("統合を取り消す"), "undo")
        self._take_back.setObjectName("receiptTakeBack")
        self._take_back.clicked.connect(self.take_back_pressed)
        self._facts: dict[str, tuple[TextLabel, ElidedLabel]] = {}
        self._why = TextLabel("", 13, role="text2", wrap=True)
        self._why.setObjectName("receiptWhy")
        self._compact = False
        self._lay_out()
        self.hide()

    @property
    def receipt(self) -> Mapping[str, Any] | None:
        """The receipt that stands here."""
        return self._receipt

    def show_receipt(self, receipt: Mapping[str, Any] | None, why_kept: str, *, busy: bool) -> None:
        """Show a receipt; `why_kept` says why its merge cannot be taken back, '' when it can."""
        self._receipt = receipt
        self.setVisible(receipt is not None)
        self._take_back.setEnabled(not why_kept and not busy)
        self._take_back.setToolTip(why_kept)
        # The rest of the sentence says what else to do; here the reason is enough.
        reason, stop, _ = why_kept.partition("。")
        self._why.setText(reason + stop)
        if receipt is None:
            return
        merged = [source for source in receipt["sources"] if source["status"] == "merged"]
        names = [source["file_name"] for source in merged]
        files = names[0] if names else ""
        if len(names) > 1:
            files = self.tr("{0} ほか {1}ファイル").format(files, len(names) - 1)
        added = sum(source["added"] for source in merged)
        notes = self.tr("新しい {0}枚、全部で {1}枚、競合 {2}件")
        count, _, digest = str(receipt["manifest"]).partition(":")
        values = {
            "files": files,
            "time": day_and_time(int(receipt["at_ms"])),
            "notes": notes.format(f"{added:,}", f"{receipt['notes']:,}", receipt["open_conflicts"]),
            "mark": fingerprint(str(merged[0]["sha256"]) if len(merged) == 1 else digest),
        }
        for name, value in values.items():
            self._facts[name][1].setText(value)
            self._facts[name][1].setToolTip(value)
        self._facts["files"][1].setToolTip("\n".join(names))
        many = self.tr("記録 {0}件の照合番号").format(f"{int(count or 0):,}")
        self._facts["mark"][0].setText(self.tr("ファイルの指紋") if len(merged) == 1 else many)
        self._show_title()

    def set_compact(self, compact: bool) -> None:
        """Fold to one line."""
        self._compact = compact
        self._grid.setVisible(not compact)
        self._why.setVisible(not compact and bool(self._why.text()))
        side, top = look().px(20), look().px(2 if compact else 10)
        self._column.setContentsMargins(look().px(12) if compact else side, top, look().px(8), top)
        self._show_title()

    def print_receipt(self) -> None:
        """Ask for a printer and print the whole receipt."""
        if self._receipt is not None:
            title = self.tr("受領証 No.{0}").format(f"{self._receipt['number']:03d}")
            print_html(self, title, receipt_html(self._receipt))

    def _show_title(self) -> None:
        if self._receipt is None:
            return
        number = f"{self._receipt['number']:03d}"
        text = self.tr("前回の受領証  No. {0}").format(number)
        if self._compact:
            text = self.tr("受領証 No. {0}  {1}").format(number, self._facts["time"][1].text())
        self._title.setText(text)
        self._title.setToolTip(text)
        self._title.update()
        self._why.setVisible(not self._compact and bool(self._why.text()))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        head.addWidget(self._take_back)
        head.addWidget(self._print)
        self._grid = QWidget()
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for place, (name, text) in enumerate(
            (
                ("files", self.tr("ファイル")),
                ("time", self.tr("統合した日時")),
                ("notes", self.tr("付箋")),
                ("mark", self.tr("ファイルの指紋")),
            )
        ):
            row, column = divmod(place, 2)
            label, value = TextLabel(text, 13, role="text2"), ElidedLabel("", 15)
            value.setObjectName(f"receipt_{name}")
            self._facts[name] = (label, value)
            grid.addWidget(label, row, 2 * column)
            grid.addWidget(value, row, 2 * column + 1)
            grid.setColumnStretch(2 * column + 1, 1)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(4)
        self._column.addLayout(head)
        self._column.addWidget(self._grid)
        self._column.addWidget(self._why)
        self.set_compact(False)


class TakeBackDialog(Dialog):
    """Is the last merge to be undone? Nothing is lost by it; the safe answer is the default."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("takeBackDialog")
        self.set_title(self.tr("統合 No.{0} を取り消しますか").format(f"{number:03d}"))
        text = self.tr(
            "統合の前の控えに戻します。統合したファイルは、もう一度統合できます。"
            "いまの状態も控えに残すので、戻したあとでも取り出せます。"
        )
        self.body.addWidget(TextLabel(text, 15, wrap=True))
        self.body.addStretch(1)
        self.add_buttons(self.tr("やめる"), self.tr("統合を取り消す"), danger=True)


class SalvageDialog(Dialog):
    """Is a damaged file to be taken as far as it can be read? The better way is named first."""

    def __init__(self, file_name: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("salvageDialog")
        self.set_title(self.tr("読める記録だけを取り出しますか"))
        self.body.addWidget(TextLabel(self.tr("「{0}」").format(file_name), 15, wrap=True))
        text = self.tr(
            "壊れたところにあった記録は入りません。端末が使えるときは、もう一度「ファイルを渡す」をする方が確実です。"
            "ここではまだ何も書き込みません。取り出せる数と入らない数を、先に表で確かめられます。"
        )
        self.body.addWidget(TextLabel(text, 15, wrap=True))
        self.body.addStretch(1)
        self.add_buttons(self.tr("やめる"), self.tr("読める記録だけを取り出す"), danger=True)
