"""票を数えています: the total against what was handed out, beside the board while seals are counted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from workshop_app.domain.ids import EntityId
from workshop_app.services.votes import VoteTally
from workshop_app.ui.icons import pixmap
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look


class TallyBar(QWidget):
    """Shown in the upper left corner while the tool 票 is in hand."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("boardTally")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._total = TextLabel("", 17, bold=True)
        self._how = TextLabel(
            self.tr("押すと 1票。Shift を押しながらで 1票 減ります。Space でも数えます。Esc で終わります。"),
            13,
            role="text2",
        )
        self._warn = TextLabel("", 15, role="warn")
        self._icon = QLabel()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._total)
        line.addWidget(self._icon)
        line.addWidget(self._warn)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self._how)
        self.hide()

    @property
    def warning(self) -> str:
        """What it warns of; '' for nothing."""
        return self._warn.text()

    def show_tallies(self, tallies: list[VoteTally], workshop_id: EntityId | None) -> None:
        """The seals of one workshop, or of all."""
        wanted = [one for one in tallies if workshop_id in (None, one.workshop_id)]
        total = sum(one.total for one in wanted)
        limits = [one for one in wanted if one.limit is not None]
        over = sum(one.over for one in wanted)
        if len(wanted) == len(limits) == 1:
            only = limits[0]
            text = self.tr("票 {0} / {1}（{2}人 × {3}票）").format(
                total, only.limit, only.voters, only.votes_per_person
            )
        else:
            text = self.tr("票 {0}").format(total)
        self._total.setText(text)
        self._warn.setText(self.tr("持ち票より {0}票 多くなっています").format(over) if over else "")
        self._icon.clear()
        if over:
            self._icon.setPixmap(pixmap("warn", 18, "warn", self.devicePixelRatioF()))
        self.setAccessibleName(" ".join((text, self._warn.text())))
        self.move(16, 12)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A surface with a border; warm when there are too many."""
        current = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = bool(self._warn.text())
        painter.setPen(QPen(current.colour("warn" if over else "border"), 1))
        painter.setBrush(current.colour("warnTint" if over else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
