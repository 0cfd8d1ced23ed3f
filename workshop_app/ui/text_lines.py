"""Text in lines with leading of its own: QSS has no line height, and the style sets wrapped rows solid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

_ELLIPSIS = "…"
LIST_LEADING = 1.4
"""Line height in lists and tables (ui.md §3)."""


def line_height(font: QFont) -> int:
    """One line of a list, in logical px."""
    return round(font.pixelSize() * LIST_LEADING)


def wrapped(text: str, font: QFont, width: float, most: int | None = None) -> list[str]:
    """Cut text into lines at words where it can be; with `most` the last line allowed ends in an ellipsis."""
    # A letter is a quarter of its size wide at least; measuring a long text takes as long as breaking it.
    may_fit = len(text) * font.pixelSize() <= 4 * width
    if may_fit and "\n" not in text and QFontMetricsF(font).horizontalAdvance(text) <= width:
        return [text]
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    part = _parts(text)
    lines: list[str] = []
    layout.beginLayout()
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        start = line.textStart()
        if most is not None and len(lines) == most - 1:
            rest = part(start, None).replace("\n", "　")
            if part(start, start + line.textLength()) != part(start, None):
                # Far quicker than QFontMetrics.elidedText, and broken where a line may be broken.
                line.setLineWidth(max(1.0, width - QFontMetricsF(font).horizontalAdvance(_ELLIPSIS)))
                rest = part(start, start + line.textLength()).rstrip() + _ELLIPSIS
            lines.append(rest)
            break
        lines.append(part(start, start + line.textLength()).rstrip("\n"))
    layout.endLayout()
    return lines


def _parts(text: str) -> Callable[[int, int | None], str]:
    """Takes parts of a text by UTF-16 units, as Qt counts; an emoji is two of them."""
    if not text or max(text) <= "\uffff":
        return lambda start, end: text[start:end]
    units = text.encode("utf-16-le", "surrogatepass")

    def part(start: int, end: int | None) -> str:
        return units[2 * start : None if end is None else 2 * end].decode("utf-16-le", "replace")

    return part


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
