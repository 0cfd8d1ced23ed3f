"""The question before a merge that voids many notes."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from workshop_app.services.merge import MergeReport
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.widgets import Dialog


class VoidsDialog(Dialog):
    """Are so many notes to be voided? The safe answer, which writes nothing, is the default."""

    def __init__(self, voided: int, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("voidsDialog")
        self.set_title(self.tr("統合先の付箋 {0}枚を取り消しますか").format(f"{voided:,}"))
        text = self.tr(
            "選んだファイルでは、統合先の付箋の多くが取り消されています。取り消した付箋は消えず、あとで戻せます。"
            "古いファイルや別のファイルでないことを、先に表で確かめてください。"
        )
        self.body.addWidget(TextLabel(text, 15, wrap=True))
        self.body.addStretch(1)
        self.add_buttons(self.tr("やめる"), self.tr("取り消しも入れる"), danger=True)


def may_void(report: MergeReport | None, parent: QWidget) -> bool:
    """Whether what was looked at may be written; asks when it voids many notes."""
    if report is None or not report.dry_run or not report.many_voided:
        return True
    return VoidsDialog(report.many_voided, parent).exec() == QDialog.DialogCode.Accepted
