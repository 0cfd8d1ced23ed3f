"""A list whose lines can be ticked: with Space, or with a click anywhere on the line."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from workshop_app.ui.icons import pixmap, ratio_of
from workshop_app.ui.text_lines import line_height, paint_lines, wrapped
from workshop_app.ui.theme import look

TICK_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
"""Not user-checkable: that would tick only with a click on the little box."""
_SCROLL_BAR = 14
_Index = QModelIndex | QPersistentModelIndex


def toggle(item: QListWidgetItem) -> None:
    """Tick or untick a line; headings have nothing to tick."""
    if item.data(Qt.ItemDataRole.CheckStateRole) is not None:
        ticked = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)


class TickList(QListWidget):
    """`most_lines` limits the lines an item is wrapped into. An item without a check state is a heading."""

    def __init__(self, most_lines: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_TickDelegate(self, most_lines))
        self.setUniformItemSizes(most_lines == 1)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.itemClicked.connect(toggle)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks."""
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Space and item is not None:
            toggle(item)
        else:
            super().keyPressEvent(event)


class _TickDelegate(QStyledItemDelegate):
    """Box and words with leading, at the same place chosen or not: the style sheet moves a chosen row's words."""

    def __init__(self, of_list: TickList, most_lines: int | None) -> None:
        super().__init__(of_list)
        self._list = of_list
        self._most = most_lines

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        current = look()
        if index.data(Qt.ItemDataRole.CheckStateRole) is None:
            return QSize(100, current.px(30))
        # As if the scroll bar were there: with it the rows are no higher than without.
        width = self._list.width() - _SCROLL_BAR
        lines = 1 if self._most == 1 else len(self._lines(index, self._room(QRect(0, 0, width, 0))))
        return QSize(100, max(current.px(40), lines * line_height(current.font(15)) + current.px(14)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        current = look()
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            room = rect.adjusted(current.px(12), 0, 0, 0)
            font = current.font(13, bold=True)
            paint_lines(painter, room, [str(index.data())], font, current.colour("text2"))
        else:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(rect, current.colour("accentTint"))
                painter.fillRect(QRectF(rect.x(), rect.y(), 4, rect.height()), current.colour("accent"))
            self._paint_box(painter, rect, Qt.CheckState(state) == Qt.CheckState.Checked)
            room = self._room(option.rect)
            brush = index.data(Qt.ItemDataRole.ForegroundRole)
            ink = current.colour("text") if brush is None else brush.color()
            paint_lines(painter, room, self._lines(index, room), current.font(15), ink)
        painter.restore()

    def _lines(self, index: _Index, room: QRectF) -> list[str]:
        return wrapped(str(index.data()), look().font(15), room.width(), self._most)

    def _room(self, rect: QRect) -> QRectF:
        """Where the words stand: the same for the height and for the painting."""
        current = look()
        return QRectF(rect).adjusted(current.px(12 + 18 + 10), 0, -current.px(12), 0)

    def _paint_box(self, painter: QPainter, rect: QRectF, ticked: bool) -> None:
        current = look()
        side = current.px(18)
        box = QRectF(rect.x() + current.px(12), rect.center().y() - side / 2, side, side)
        painter.setPen(QPen(current.colour("accent" if ticked else "border"), 1))
        painter.setBrush(current.colour("accent" if ticked else "surface"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if ticked:
            tick = pixmap("check", 16, "onAccent", ratio_of(painter))
            inset = (side - current.px(16)) / 2
            painter.drawPixmap(int(box.x() + inset), int(box.y() + inset), tick)
