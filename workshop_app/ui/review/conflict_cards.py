"""The clashing values as cards of one size, side by side; more than two scroll sideways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workshop_app.domain.text_diff import Run
from workshop_app.ui.labels import ElidedLabel, TextLabel
from workshop_app.ui.review.diff_text import DiffArea
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import SecondaryButton

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GAP = 24
_HEAD = 49
_LOWEST = 150
_USUAL = 296


@dataclass(frozen=True, slots=True)
class CardContent:
    """One value: who, when, the text with its runs, a line below it, and the word of its button."""

    station: str
    when: str
    runs: tuple[Run, ...]
    remark: str
    button: str
    in_use: bool = False


class ConflictCard(QWidget):
    """Ⓐ station, time; the text; the button. No card is favoured by its look."""

    pressed = Signal()

    def __init__(self, letter: str, key: str, content: CardContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = letter
        self.area = DiffArea(20, self)
        self.area.set_runs(content.runs)
        self._station = ElidedLabel(content.station, 15, bold=True)
        self._when = TextLabel(content.when, 13, role="text2")
        self._station.setToolTip(content.station)
        # The station gives way, the time does not.
        self._when.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._remark = TextLabel(content.remark, 13, role="text2", wrap=True)
        self._remark.setVisible(bool(content.remark))
        self.button = SecondaryButton(content.button, key)
        self.button.setObjectName(f"useButton_{letter}")
        self.button.setEnabled(not content.in_use)
        self.button.setAccessibleName(self.tr("{0} {1} {2}").format(letter, content.station, content.button))
        self.button.clicked.connect(self.pressed)
        self._head = QHBoxLayout()
        self._head.addWidget(self._station, 1)
        self._head.addWidget(self._when)
        foot = QHBoxLayout()
        foot.addWidget(self.button)
        foot.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addLayout(self._head)
        self._column.addWidget(self.area, 1)
        self._column.addWidget(self._remark)
        self._column.addLayout(foot)
        words = [letter, content.station, content.when, self.area.text.accessibleName(), content.remark]
        self.setAccessibleName("\n".join(word for word in words if word))
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        """Text 17, less air."""
        current = look()
        self.area.set_size(17 if compact else 20)
        side, top = current.px(12 if compact else 16), current.px(6 if compact else 12)
        self._column.setContentsMargins(side, 0, side, top)
        self._column.setSpacing(current.px(4 if compact else 8))
        self._head.setContentsMargins(current.px(30 if compact else 40), 0, 0, 0)
        self._station.setMinimumWidth(current.px(40))
        self._head.setSpacing(current.px(8))
        for label in (self._station, self._when):
            label.setFixedHeight(self._head_height(compact))
        self._compact = compact

    def wanted_height(self, width: int) -> int:
        """Enough for the whole text, within reason."""
        margins = self._column.contentsMargins()
        text = self.area.text.heightForWidth(width - margins.left() - margins.right() - 2)
        remark = self._remark.heightForWidth(width) if self._remark.text() else 0
        rest = self._head_height(self._compact) + self.button.height() + 3 * self._column.spacing()
        return text + remark + rest + margins.bottom() + 2

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_compact"):
            self.set_compact(self._compact)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, hairline, letter in its circle."""
        current = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.area.hasFocus()
        painter.setPen(QPen(current.colour("accent" if focused else "border"), 2 if focused else 1))
        painter.setBrush(current.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        head = self._head_height(self._compact)
        painter.fillRect(2, head, self.width() - 4, 1, current.colour("line"))
        side = current.px(22 if self._compact else 28)
        margin = self._column.contentsMargins().left()
        circle = QRectF(margin, (head - side) / 2, side, side)
        painter.setPen(QPen(current.colour("text"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        painter.setFont(current.font(13 if self._compact else 15))
        painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), self._letter)

    def _head_height(self, compact: bool) -> int:
        return look().px(36 if compact else _HEAD)


class ConflictCards(QScrollArea):
    """The cards; `used` gives the place of the one whose button was pressed."""

    used = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[ConflictCard] = []
        self._compact = False
        self._most = 0
        # The cards are put in their places here: a layout would give a fixed width its due one event late.
        self._row = QWidget()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._row)

    def set_cards(self, contents: Sequence[CardContent]) -> None:
        """Show other values; the keys are 1, 2, 3 … in this order."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []
        for place, content in enumerate(contents):
            key = str(place + 1) if place < 9 and not content.in_use else ""
            card = ConflictCard(LETTERS[place % len(LETTERS)], key, content, self._row)
            card.set_compact(self._compact)
            card.pressed.connect(lambda place=place: self.used.emit(place))
            card.show()
            self.cards.append(card)
        self.horizontalScrollBar().setValue(0)
        self._fit()

    def set_compact(self, compact: bool) -> None:
        """Take the narrow layout."""
        self._compact = compact
        for card in self.cards:
            card.set_compact(compact)
        self._fit()

    def set_room(self, height: int) -> None:
        """As high as the longest text needs, but no higher than this; then the texts scroll."""
        self._most = height
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two cards share the width; further ones are as wide as they."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        gap = look().px(12 if self._compact else _GAP)
        width = max(look().px(160), (self.viewport().width() - gap) // 2)
        wanted = max((card.wanted_height(width) for card in self.cards), default=0)
        bar = self.horizontalScrollBar().sizeHint().height() if len(self.cards) > 2 else 0
        least = min(look().px(_LOWEST), wanted) + bar
        usual = max(wanted, look().px(0 if self._compact else _USUAL)) + bar
        height = max(least, min(usual, self._most))
        if height != self.height():
            self.setFixedHeight(height)
        for place, card in enumerate(self.cards):
            card.setGeometry(place * (width + gap), 0, width, height - bar)
        self._row.resize(max(0, len(self.cards) * (width + gap) - gap), height - bar)
