"""The two printed marks of a note: the kind's shape with its character, the theme's black stripe.

Shapes and stripes carry the meaning without colour (ui.md §2.5, §2.6).
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from workshop_app.ui.theme import Look, look

_GRID = 28.0
_HEXAGON = ((7, 2.2), (21, 2.2), (27, 14), (21, 25.8), (7, 25.8), (1, 14))
_CUT_CORNER = ((2, 2), (18, 2), (26, 10), (26, 26), (2, 26))
_OCTAGON = ((9, 2), (19, 2), (26, 9), (26, 19), (19, 26), (9, 26), (2, 19), (2, 9))
_TRIANGLE_TOP = ((14, 1), (26, 9), (26, 26), (2, 26), (2, 9))
SHAPES = 7
"""How many kinds have a shape of their own; more of them begin again."""
STRIPE_WIDTH = 8


def kind_fill(current: Look, index: int) -> QColor:
    """The fill of the kind at this place of the legend; there are four, told apart by shape beyond that."""
    return current.colour(f"kind{index % 4 + 1}")


def paint_kind_mark(
    painter: QPainter, rect: QRectF, shape: int, char: str, fill: QColor, ink: QColor
) -> None:
    """Paint the mark of a kind into a square; `shape` is the kind's place in the legend, from 0."""
    scale = rect.width() / _GRID
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(scale, scale)
    painter.setPen(QPen(ink, 1.6))
    painter.setBrush(QBrush(fill))
    painter.drawPath(_outline(shape % SHAPES))
    if shape % SHAPES == 6:
        painter.drawRect(QRectF(4.5, 4.5, 19, 19))
    font = look().font(14, bold=True)
    font.setPixelSize(15)
    painter.setFont(font)
    painter.drawText(QRectF(0, 0.4, _GRID, _GRID), Qt.AlignmentFlag.AlignCenter, char[:1])
    painter.restore()


def _outline(shape: int) -> QPainterPath:
    path = QPainterPath()
    if shape == 1:
        path.addEllipse(QPointF(14, 14), 12.6, 12.6)
    elif shape in (2, 3, 4, 5):
        points = (_HEXAGON, _CUT_CORNER, _OCTAGON, _TRIANGLE_TOP)[shape - 2]
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
        path.closeSubpath()
    else:
        path.addRect(QRectF(2, 2, 24, 24))
    return path


def paint_theme_stripe(painter: QPainter, rect: QRectF, ordinal: int | None, colour: QColor) -> None:
    """Paint the stripe of a theme into a rectangle 8 wide; 0 is その他 (dots), None (未分類) paints nothing."""
    if ordinal is None:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, ordinal == 0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    x, y, width, height = rect.x(), rect.y(), rect.width(), rect.height()
    if ordinal == 0:
        diameter, pitch = 3.0, (6.0 if height > 16 else 5.0)
        count = int((height - diameter) // pitch) + 1
        top = y + (height - ((count - 1) * pitch + diameter)) / 2
        for index in range(count):
            painter.drawEllipse(QRectF(x + (width - diameter) / 2, top + index * pitch, diameter, diameter))
    elif ordinal == 2:
        painter.drawRect(QRectF(x, y, 2.5, height))
        painter.drawRect(QRectF(x + width - 2.5, y, 2.5, height))
    elif ordinal == 3:
        dash, gap = (5.0, 4.0) if height > 16 else (3.0, 2.5)
        position = 0.0
        while position < height - 0.5:
            painter.drawRect(QRectF(x, y + position, width, min(dash, height - position)))
            position += dash + gap
    elif ordinal == 4:
        painter.drawRect(QRectF(x + (width - 3) / 2, y, 3, height))
    elif ordinal == 5:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.5))
        painter.drawRect(QRectF(x + 0.75, y + 0.75, width - 1.5, height - 1.5))
    elif ordinal == 6:
        painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.drawRect(rect)
    elif ordinal == 1:
        painter.drawRect(rect)
    else:
        painter.setPen(colour)
        painter.setFont(look().font(12, bold=True))
        painter.drawText(rect.adjusted(-4, 0, 4, 0), Qt.AlignmentFlag.AlignCenter, str(ordinal))
    painter.restore()
