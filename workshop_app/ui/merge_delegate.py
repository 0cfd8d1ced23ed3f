"""How a cell of the merge table is drawn: 12 px of air, a hairline below, sentences with leading."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QIcon, QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workshop_app.ui.figures import paint_figures
from workshop_app.ui.theme import look

FIGURE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""True for a cell whose digits stand in columns."""
SUM_ROLE = FIGURE_ROLE + 1
"""True for the cells of the sum row."""
_LEADING = 1.4
_PAD = 12
_ICON = 16


class MergeDelegate(QStyledItemDelegate):
    """Draws text, figures and sentences; tells the table how high a sentence is."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Ground, icon, text, hairline."""
        current = look()
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if bool(state & QStyle.StateFlag.State_Selected):
            painter.fillRect(box, current.colour("accentTint"))
        elif isinstance(ground, QBrush):
            painter.fillRect(box, ground)
        if index.data(SUM_ROLE):
            painter.setPen(QPen(current.colour("text"), 2))
            painter.drawLine(box.left(), box.top() + 1, box.right(), box.top() + 1)
        else:
            painter.setPen(QPen(current.colour("line"), 1))
            painter.drawLine(box.left(), box.bottom(), box.right(), box.bottom())
        ink = index.data(Qt.ItemDataRole.ForegroundRole)
        painter.setPen(ink.color() if isinstance(ink, QBrush) else current.colour("text"))
        self._draw_text(painter, box, index)
        painter.restore()

    def _draw_text(self, painter: QPainter, box: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        text, font = _text_and_font(index)
        painter.setFont(font)
        inner = QRectF(box).adjusted(look().px(_PAD), 0, -look().px(_PAD), 0)
        if index.data(FIGURE_ROLE):
            paint_figures(painter, inner, text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            return
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(picture, QIcon) and not picture.isNull():
            side = look().px(_ICON)
            top = round(inner.center().y() - side / 2)
            picture.paint(painter, QRect(round(inner.left()), top, side, side))
            inner.setLeft(inner.left() + side + look().px(8))
        layout, height = _laid_out(text, font, inner.width())
        layout.draw(painter, QPointF(inner.left(), inner.top() + (inner.height() - height) / 2))

    def height_for(self, index: QModelIndex | QPersistentModelIndex, width: int) -> int:
        """How high a cell of this width must be for its whole text, in px."""
        text, font = _text_and_font(index)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        taken = 2 * look().px(_PAD) + (look().px(_ICON + 8) if isinstance(picture, QIcon) else 0)
        return round(_laid_out(text, font, max(1, width - taken))[1]) + look().px(12)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Rows have heights of their own; see `height_for`."""
        return QSize(look().px(40), look().px(42))


def _text_and_font(index: QModelIndex | QPersistentModelIndex) -> tuple[str, QFont]:
    font = index.data(Qt.ItemDataRole.FontRole)
    return str(index.data(Qt.ItemDataRole.DisplayRole) or ""), font if isinstance(font, QFont) else QFont()


def _laid_out(text: str, font: QFont, width: float) -> tuple[QTextLayout, float]:
    """The text in lines 1.4 times as high as the letters, and the height of all of them."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    step = QFontMetrics(font).height() * _LEADING
    slack = (step - QFontMetrics(font).height()) / 2
    layout.beginLayout()
    count = 0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, count * step + slack))
        count += 1
    layout.endLayout()
    return layout, max(1, count) * step
