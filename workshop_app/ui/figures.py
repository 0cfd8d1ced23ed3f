"""Figures of even width. BIZ UDPGothic has none of its own, so each digit is painted in a cell as wide as 0."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

_DIGITS = "0123456789"


def figures_width(metrics: QFontMetricsF, text: str) -> float:
    """How wide `paint_figures` paints the text, in logical px."""
    cell = metrics.horizontalAdvance("0")
    return sum(cell if char in _DIGITS else metrics.horizontalAdvance(char) for char in text)


def paint_figures(painter: QPainter, rect: QRectF, text: str, alignment: Qt.AlignmentFlag) -> None:
    """Paint one line, vertically centred; `alignment` is left, right or centre."""
    metrics = QFontMetricsF(painter.font(), painter.device())
    width = figures_width(metrics, text)
    x = rect.left()
    if alignment & Qt.AlignmentFlag.AlignRight:
        x = rect.right() - width
    elif alignment & Qt.AlignmentFlag.AlignHCenter:
        x = rect.center().x() - width / 2
    baseline = rect.center().y() + (metrics.ascent() - metrics.descent()) / 2
    cell = metrics.horizontalAdvance("0")
    for char in text:
        advance = metrics.horizontalAdvance(char)
        step = cell if char in _DIGITS else advance
        painter.drawText(
            QRectF(x + (step - advance) / 2, baseline - metrics.ascent(), advance + 1, metrics.height()), char
        )
        x += step
