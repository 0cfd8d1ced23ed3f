"""The list of what is left to settle (or has been settled): number, what differs, the text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workshop_app.domain.note import Conflict
from workshop_app.ui.figures import paint_figures
from workshop_app.ui.review.words import ConflictWords, difference
from workshop_app.ui.theme import look

DIFFERENCE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
SUMMARY_ROLE = DIFFERENCE_ROLE + 1
_ROW = 68
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class _Model(QAbstractListModel):
    """Words are made when a row is painted: there may be hundreds."""

    def __init__(self, words: ConflictWords, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words
        self._conflicts: Sequence[Conflict] = ()

    def set_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        self.beginResetModel()
        self._conflicts = conflicts
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._conflicts)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._conflicts):
            return None
        conflict = self._conflicts[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words.title(conflict)
        if role == DIFFERENCE_ROLE:
            return difference(conflict)
        if role in (SUMMARY_ROLE, Qt.ItemDataRole.ToolTipRole):
            return self._words.summary(conflict)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (self._words.title(conflict), difference(conflict), self._words.summary(conflict))
            return "\n".join(parts)
        return None


class ConflictList(QListView):
    """One row a conflict; the row number is the place in the list that was given."""

    row_chosen = Signal(int)
    """By the person, not by `choose`."""

    def __init__(self, words: ConflictWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conflictList")
        self.setAccessibleName(self.tr("決めること"))
        self.setProperty("ground", "surface")
        self._model = _Model(words, self)
        self._quiet = False
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    @property
    def row(self) -> int:
        """The row chosen, or -1."""
        return self.currentIndex().row()

    def set_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        """List these; nothing is chosen and no signal sent."""
        self._quiet = True
        self._model.set_conflicts(conflicts)
        self._quiet = False
        self._fit()

    def choose(self, row: int) -> None:
        """Mark a row as the one shown; sends no signal."""
        self._quiet = True
        self.setCurrentIndex(self._model.index(row))
        self._quiet = False

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _on_current(self, current: QModelIndex) -> None:
        if not self._quiet and current.isValid():
            self.row_chosen.emit(current.row())

    def _fit(self) -> None:
        """No higher than its rows: what can be done with the list stands below the last one."""
        self.setMaximumHeight(self._model.rowCount() * look().px(_ROW))


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
        what = str(index.data(DIFFERENCE_ROLE))
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
            str(index.data(SUMMARY_ROLE))[:200].replace("\n", "　"),
            Qt.TextElideMode.ElideRight,
            int(lower.width()),
        )
        painter.drawText(lower, int(_LEFT), shown)
        painter.restore()
