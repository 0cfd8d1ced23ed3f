"""いまを残す: naming the board as it is now, and choosing one of those that were kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import MAX_MOMENT_CHARS, Moment, Scope
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Workshop
from workshop_app.domain.wareki import format_moment_short
from workshop_app.services.moments import USUAL_NAMES
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Dialog, LineField, SecondaryButton


class KeepMomentDialog(Dialog):
    """A name: one of the usual three by a press, or any other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("keepMomentDialog")
        self.set_title(self.tr("いまのボードを残します"))
        self.body.addWidget(
            TextLabel(
                self.tr("あとから、この時のボードを見たり、くらべたり、書き出したりできます。"), 15, wrap=True
            )
        )
        self.name = LineField("", 40)
        self.name.setObjectName("momentName")
        self.name.setAccessibleName(self.tr("場面の名前"))
        self.name.setMaxLength(MAX_MOMENT_CHARS)
        row = QHBoxLayout()
        row.setSpacing(look().px(8))
        for number, usual in enumerate(USUAL_NAMES):
            button = SecondaryButton(usual)
            button.setObjectName(f"momentUsual_{number}")
            button.clicked.connect(lambda _checked=False, usual=usual: self.name.setText(usual))
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(TextLabel(self.tr("名前"), 13, role="text2"))
        self.body.addWidget(self.name)
        self.add_buttons(self.tr("やめる"), self.tr("残す"))
        self.name.textChanged.connect(self._fit)
        self.name.setFocus()
        self._fit()

    def _fit(self) -> None:
        assert self.action_button is not None
        self.action_button.setEnabled(bool(self.name.text().strip()))


class MomentsDialog(Dialog):
    """The moments of this file, the newest first."""

    roomy = True

    def __init__(
        self,
        moments: Sequence[Moment],
        agenda: Agenda,
        workshops: Sequence[Workshop],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self.setObjectName("momentsDialog")
        self.set_title(self.tr("残した場面を見ます"))
        self._moments = list(reversed(moments))
        self.list = QListWidget()
        self.list.setObjectName("momentList")
        self.list.setAccessibleName(self.tr("残した場面"))
        wards = {one.workshop_id: agenda.ward(one.ward_id).name for one in workshops}
        for moment in self._moments:
            item = QListWidgetItem(moment_line(moment, wards))
            item.setSizeHint(QSize(0, look().px(40)))
            self.list.addItem(item)
        self.list.itemActivated.connect(lambda _item: self.accept())
        self.body.addWidget(self.list, 1)
        if not self._moments:
            self.body.addWidget(
                TextLabel(self.tr("まだありません。「いまを残す」で残せます。"), 15, role="text2", wrap=True)
            )
        self.add_buttons(self.tr("閉じる"), self.tr("この時のボードを見る"))
        assert self.action_button is not None
        self.action_button.setEnabled(bool(self._moments))
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def chosen(self) -> Moment | None:
        """The line that is current."""
        row = self.list.currentRow()
        return self._moments[row] if 0 <= row < len(self._moments) else None


def moment_line(moment: Moment, wards: dict[EntityId, str]) -> str:
    """Name, time and place in one line."""
    return "　".join(
        part
        for part in (moment.name, format_moment_short(moment.at_ms), place_words(moment.scope, wards))
        if part
    )


def place_words(scope: Scope, wards: dict[EntityId, str]) -> str:
    """東区 3班; '' for everything."""
    ward = wards.get(scope.workshop_id, "") if scope.workshop_id is not None else ""
    if scope.table is None:
        return ward
    return QCoreApplication.translate("board", "{0} {1}班").format(ward, scope.table).strip()
