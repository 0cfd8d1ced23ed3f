"""The list of what is left to settle (or has been settled): number, what differs, the text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from workshop_app.domain.note import Conflict
from workshop_app.ui.figures import paint_figures
from workshop_app.ui.review.words import ConflictWords, difference
from workshop_app.ui.theme import look

_DIFFERENCE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_SUMMARY_ROLE = _DIFFERENCE_ROLE + 1
_ROW = 68
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ConflictList(QListWidget):
    """One row a conflict; the row number is the place in the list that was given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conflictList")
        self.setAccessibleName(self.tr("決めること"))
        self.setProperty("ground", "surface")
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)

    def set_conflicts(self, conflicts: Sequence[Conflict], words: ConflictWords) -> None:
        """List these; nothing is chosen and no signal sent."""
        self.blockSignals(True)
        self.clear()
        for conflict in conflicts:
            title, what, text = words.title(conflict), difference(conflict), words.summary(conflict)
            item = QListWidgetItem(title)
            item.setData(_DIFFERENCE_ROLE, what)
            item.setData(_SUMMARY_ROLE, text.replace("\n", "　"))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}\n{what}\n{text}")
            item.setToolTip(text)
            self.addItem(item)
        self.blockSignals(False)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        """No higher than its rows: what can be done with the list stands below the last one."""
        self.setMaximumHeight(self.count() * look().px(_ROW))

    def choose(self, row: int) -> None:
        """Mark a row as the one shown; sends no signal."""
        self.blockSignals(True)
        self.setCurrentRow(row)
        self.blockSignals(False)
        self.viewport().update()


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(look().px(200), look().px(_ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        current = look()
        rect: QRect = option.rect
        painter.save()
        if bool(option.state & QStyle.StateFlag.State_Selected):
            painter.fillRect(rect, current.colour("accentTint"))
            painter.fillRect(rect.x(), rect.y(), 4, rect.height(), current.colour("accent"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, current.colour("line"))
        side, half = current.px(20), rect.height() / 2
        upper = QRectF(
            rect.x() + side, rect.y() + current.px(10), rect.width() - 2 * side, half - current.px(8)
        )
        lower = QRectF(upper.x(), upper.bottom(), upper.width(), half - current.px(8))
        what = str(index.data(_DIFFERENCE_ROLE))
        painter.setFont(current.font(13))
        painter.setPen(current.colour("warn"))
        wide = painter.fontMetrics().horizontalAdvance(what)
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), what)
        painter.setPen(current.colour("text"))
        painter.setFont(current.font(15, bold=True))
        room = upper.adjusted(0, 0, -wide - current.px(8), 0)
        title = painter.fontMetrics().elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, int(room.width())
        )
        paint_figures(painter, room, title, Qt.AlignmentFlag.AlignLeft)
        font = current.font(15)
        painter.setFont(font)
        shown = QFontMetrics(font).elidedText(
            str(index.data(_SUMMARY_ROLE))[:200], Qt.TextElideMode.ElideRight, int(lower.width())
        )
        painter.drawText(lower, int(_LEFT), shown)
        painter.restore()
