"""Text in lines with leading of its own: QSS has no line height, and the style sets wrapped rows solid."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter, QTextLayout, QTextOption

LIST_LEADING = 1.4
"""Line height in lists and tables (ui.md §3)."""


def line_height(font: QFont) -> int:
    """One line of a list, in logical px."""
    return round(font.pixelSize() * LIST_LEADING)


def wrapped(text: str, font: QFont, width: float, most: int | None = None) -> list[str]:
    """Cut text into lines at words where it can be; with `most` the last line allowed ends in an ellipsis."""
    if QFontMetricsF(font).horizontalAdvance(text) <= width and "\n" not in text:
        return [text]
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    # Qt counts UTF-16 units; an emoji is two of them.
    units = text.encode("utf-16-le", "surrogatepass")
    lines: list[str] = []
    layout.beginLayout()
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        start = 2 * line.textStart()
        if most is not None and len(lines) == most - 1:
            rest = units[start:].decode("utf-16-le", "replace").replace("\n", "　")
            lines.append(QFontMetrics(font).elidedText(rest, Qt.TextElideMode.ElideRight, int(width)))
            break
        end = start + 2 * line.textLength()
        lines.append(units[start:end].decode("utf-16-le", "replace").rstrip("\n"))
    layout.endLayout()
    return lines


def paint_lines(painter: QPainter, room: QRectF, lines: Sequence[str], font: QFont, ink: QColor) -> None:
    """Paint the lines one below the other, as a block in the vertical middle of the room."""
    painter.setFont(font)
    painter.setPen(ink)
    metrics = QFontMetricsF(font)
    high = line_height(font)
    top = room.center().y() - high * len(lines) / 2
    for number, line in enumerate(lines):
        baseline = top + number * high + (high + metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(room.x(), baseline), line)
