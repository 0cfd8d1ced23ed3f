"""The parts of the merge page and where they stand: side by side, or one at a time where it is narrow."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workshop_app.ui.drop_strip import DropStrip
from workshop_app.ui.labels import ElidedLabel, TextLabel
from workshop_app.ui.merge_details import SourceDetails
from workshop_app.ui.merge_sum import TableWithSum
from workshop_app.ui.merge_table import MergeTable
from workshop_app.ui.merge_wall import WallPanel
from workshop_app.ui.progress import ProgressBar
from workshop_app.ui.receipt_panel import ReceiptPanel
from workshop_app.ui.tab_row import TabRow
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, EmptyState, PrimaryButton, SecondaryButton, TextButton

FILES_TAB, WALL_TAB, DETAILS_TAB = range(3)
_SIDE_WIDE = 408
_WIDEST = 16_777_215
"""Qt's own word for no limit."""


class MergeParts(QWidget):
    """Strip, table, buttons and receipt at the left; the wall, or the details of a chosen row, at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.compact = False
        self.banner = Banner()
        self.tabs = TabRow()
        for text in (self.tr("ファイル"), self.tr("届いた班"), self.tr("くわしく")):
            self.tabs.addTab(text)
        self.strip = DropStrip()
        self.target = ElidedLabel("", 15)
        self.change_target = TextButton(self.tr("統合先を変える"))
        self.table = MergeTable()
        self.empty = EmptyState("", "")
        self.do = PrimaryButton(self.tr("統合する"))
        self.stop = SecondaryButton(self.tr("やめる"))
        self.drop_rows = TextButton(self.tr("選んだファイルを外す"))
        self.salvage = TextButton(self.tr("読める記録だけを取り出す"))
        self.note = TextLabel("", 13, role="text2", wrap=True)
        self.progress = ProgressBar()
        self.receipt = ReceiptPanel()
        self.wall = WallPanel()
        self.details = SourceDetails()
        self._name_parts()
        self._lay_out()
        self.tabs.currentChanged.connect(self.show_parts)

    def set_compact(self, compact: bool) -> None:
        """Files, wall and details take turns where the page is narrow."""
        self.compact = compact
        for part in (self.strip, self.table, self.receipt):
            part.set_compact(compact)
        side, top = look().px(16 if compact else 24), look().px(8 if compact else 20)
        gap = look().px(8 if compact else 16)
        self._left_column.setContentsMargins(side, top, side, top)
        self._left_column.setSpacing(gap)
        self._column.setSpacing(look().px(4))
        self._side_column.setContentsMargins(side, top, side, top)
        self._middle.setMinimumHeight(look().px(150))
        for button in (self.do, self.stop):
            button.set_tall(not compact)
        # Where there is little height it scrolls with the rest, and leaves the room to the table.
        (self._column if compact else self._left_column).addWidget(self.receipt)
        self.show_parts()

    def show_parts(self) -> None:
        """What is in sight: all beside one another, or one at a time by the tabs."""
        tab = self.tabs.currentIndex()
        self.tabs.setVisible(self.compact)
        self._left.setVisible(not self.compact or tab == FILES_TAB)
        self._line.setVisible(not self.compact)
        self._right.setVisible(not self.compact or tab != FILES_TAB)
        self._right.setMinimumWidth(0 if self.compact else look().px(_SIDE_WIDE))
        self._right.setMaximumWidth(_WIDEST if self.compact else look().px(_SIDE_WIDE))
        details = tab == DETAILS_TAB if self.compact else len(self.table.chosen()) == 1
        self._side.setCurrentWidget(self.details if details else self.wall)
        self.details.set_closable(not self.compact)
        self._middle.setCurrentWidget(self._sheet if self.table.rowCount() else self.empty)

    def _name_parts(self) -> None:
        for name, widget in (
            ("mergeBanner", self.banner),
            ("mergeTabs", self.tabs),
            ("mergeTarget", self.target),
            ("mergeChangeTarget", self.change_target),
            ("mergeDo", self.do),
            ("mergeStop", self.stop),
            ("mergeDropRows", self.drop_rows),
            ("mergeSalvage", self.salvage),
            ("mergeNote", self.note),
            ("mergeProgress", self.progress),
        ):
            widget.setObjectName(name)

    def _lay_out(self) -> None:
        self._middle = QStackedWidget()
        self._middle.addWidget(self.empty)
        self._sheet = TableWithSum(self.table)
        self._middle.addWidget(self._sheet)
        target = QHBoxLayout()
        target.addWidget(self.target, 1)
        for button in (self.salvage, self.drop_rows, self.change_target):
            target.addWidget(button)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.strip)
        self._column.addLayout(target)
        self._column.addWidget(self._middle, 1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.do)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.note, 1)
        # The buttons stay in sight where the rest has to scroll (large text on a small screen).
        self._left = QWidget()
        self._left_column = QVBoxLayout(self._left)
        self._left_column.addWidget(area, 1)
        self._left_column.addLayout(buttons)
        self._line = QFrame()
        self._line.setFixedWidth(1)
        self._line.setProperty("upright", True)
        self._side = QStackedWidget()
        self._side.addWidget(self.wall)
        self._side.addWidget(self.details)
        self._right = QWidget()
        self._side_column = QVBoxLayout(self._right)
        self._side_column.addWidget(self._side)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._left, 1)
        body.addWidget(self._line)
        body.addWidget(self._right)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.banner)
        whole.addWidget(self.progress)
        whole.addWidget(self.tabs)
        whole.addLayout(body, 1)
