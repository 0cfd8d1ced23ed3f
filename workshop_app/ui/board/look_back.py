"""Looking back: the board as it was at a moment, beside what has become of it. Nothing can be changed here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import Board, Moment, Scope
from workshop_app.domain.board_difference import compare
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.difference_words import difference_lines
from workshop_app.ui.board.scene import BoardScene
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import ComboField, PrimaryButton, SecondaryButton

_LIST_WIDTH, _ROW = 320, 32
_ITEM = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class PastBoards:
    """The board of a moment, and those it can be compared with by their names; read by a worker."""

    moment: Moment
    then: Board
    others: Mapping[str, Board]


class LookBack(QWidget):
    """Lies over the board page until one goes back."""

    left = Signal()
    export_requested = Signal()

    def __init__(
        self, boards: PastBoards, agenda: Agenda, workshops: Sequence[EntityId], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("lookBack")
        self._boards = boards
        self._page = parent
        self.scene = BoardScene(agenda, self._read, boards.then.scope, workshops=workshops, parent=self)
        self.scene.load()
        self.view = BoardView(self.scene)
        self.view.setObjectName("lookBackView")
        self.view.setAccessibleName(self.tr("「{0}」のときのボード").format(boards.moment.name))
        self.list = QListWidget()
        self.list.setObjectName("lookBackList")
        self.list.setAccessibleName(self.tr("その後に変わったこと"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedWidth(look().px(_LIST_WIDTH))
        self.list.itemClicked.connect(self._on_line)
        self.list.itemActivated.connect(self._on_line)
        self._with = ComboField()
        self._with.setObjectName("lookBackWith")
        self._with.set_label(self.tr("くらべる相手"))
        self._with.addItems(list(boards.others))
        self._with.currentTextChanged.connect(self._compare)
        self._lay_out()
        self._compare(self._with.currentText())

    def _read(self, scope: Scope, *, only: Collection[EntityId] | None = None) -> Board:
        """The past does not change, so it is read once and whole."""
        return self._boards.then

    def start(self) -> None:
        """Come to the front."""
        self.setGeometry(self._page.rect())
        self.show()
        self.raise_()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.view.fit_all()

    def _lay_out(self) -> None:
        band = _Band()
        row = QHBoxLayout(band)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(12)
        words = self.tr("「{0}」のときのボードを見ています。ここでは変えられません。")
        row.addWidget(TextLabel(words.format(self._boards.moment.name), 15, bold=True, wrap=True), 1)
        export = SecondaryButton(self.tr("このボードを書き出す"))
        export.setObjectName("lookBackExport")
        export.clicked.connect(self.export_requested)
        back = PrimaryButton(self.tr("いまのボードに戻る"), self.tr("Esc"))
        back.setObjectName("lookBackLeave")
        back.clicked.connect(self.left)
        row.addWidget(export)
        row.addWidget(back)
        side = QVBoxLayout()
        side.setContentsMargins(12, 8, 12, 8)
        side.setSpacing(6)
        side.addWidget(TextLabel(self.tr("くらべる相手"), 13, role="text2"))
        side.addWidget(self._with)
        side.addWidget(self.list, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.view, 1)
        if not self.scene.content.boxes:
            empty = TextLabel(self.tr("この時、ここにはまだ付箋がありませんでした。"), 17, parent=self.view)
            empty.move(look().px(24), look().px(24))
        middle.addLayout(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(band)
        column.addLayout(middle, 1)

    def _compare(self, name: str) -> None:
        other = self._boards.others.get(name)
        self.list.clear()
        if other is None:
            return
        lines = difference_lines(self._boards.then, other, compare(self._boards.then, other))
        for line in lines:
            item = QListWidgetItem(line.text)
            item.setSizeHint(QSize(0, look().px(_ROW)))
            if line.item is None:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setFont(look().font(15, bold=True))
                item.setForeground(look().colour("text"))
            else:
                item.setData(_ITEM, bytes(line.item))
                item.setToolTip(line.text)
            self.list.addItem(item)
        if not lines:
            item = QListWidgetItem(self.tr("変わったところはありません。"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)

    def _on_line(self, line: QListWidgetItem) -> None:
        """Show where it was; what came only later was nowhere."""
        data = line.data(_ITEM)
        if data is not None and EntityId(data) in self.scene.content.boxes:
            self.scene.choose([EntityId(data)])
            self.view.fly_to(EntityId(data))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back; the keys of the zoom are those of the board."""
        keys = Qt.Key
        acts: dict[int, Callable[[], None]] = {
            keys.Key_Escape: self.left.emit,
            keys.Key_F: self.view.fit_all,
            keys.Key_Home: self.view.fit_all,
            keys.Key_Plus: lambda: self.view.zoom_step(1),
            keys.Key_Semicolon: lambda: self.view.zoom_step(1),
            keys.Key_Minus: lambda: self.view.zoom_step(-1),
        }
        act = acts.get(event.key())
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing of the page behind is seen."""
        QPainter(self).fillRect(self.rect(), look().colour("window"))

    def sizeHint(self) -> QSize:
        """All of the page."""
        return self._page.size()


class _Band(QWidget):
    """Warm, so that nobody takes the past for now."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The colour of what needs a person."""
        current = look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), current.colour("warnTint"))
        painter.setPen(current.colour("warn"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
