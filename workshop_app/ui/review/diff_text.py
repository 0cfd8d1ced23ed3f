"""A text with what was added and what went: bold, tinted and underlined by 3 px; struck through and paler.

QLabel and QTextEdit can underline by one line only, so the text is laid out and painted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from workshop_app.domain.text_diff import Run, RunKind
from workshop_app.ui.theme import look

_LINE_HEIGHT = 1.6
_UNDERLINE = 3


class DiffText(QWidget):
    """As high as its text at the width it is given."""

    def __init__(self, size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._runs: tuple[Run, ...] = ()

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show other text; read aloud is the text as it is, then what was added and what went."""
        self._runs = tuple(runs)
        whole = "".join(run.text for run in runs if run.kind != RunKind.GONE)
        added = "、".join(run.text for run in runs if run.kind == RunKind.ADDED)
        gone = "、".join(run.text for run in runs if run.kind == RunKind.GONE)
        parts = [self.tr("加わった言葉: {0}").format(added)] if added else []
        parts += [self.tr("消えた言葉: {0}").format(gone)] if gone else []
        self.setAccessibleName(whole)
        self.setAccessibleDescription("\n".join(parts))
        self.update()

    def runs(self) -> tuple[Run, ...]:
        """What is shown."""
        return self._runs

    def set_size(self, size: int) -> None:
        """Another size token (20, or 17 in the narrow layout)."""
        self._size = size
        self.update()

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        return round(self._laid_out(width)[1]) + _UNDERLINE

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text, then the underlines."""
        current = look()
        painter = QPainter(self)
        painter.setPen(current.colour("text"))
        layout, _ = self._laid_out(self.width())
        layout.draw(painter, QPointF(0, 0))
        for start, length, kind in self._ranges():
            if kind == RunKind.ADDED:
                self._underline(painter, layout, start, start + length, current.colour("text"))

    def _font(self) -> QFont:
        return look().font(self._size)

    def _ranges(self) -> list[tuple[int, int, RunKind]]:
        """Start and length of each run, in the UTF-16 units Qt counts."""
        ranges, start = [], 0
        for run in self._runs:
            length = len(run.text.encode("utf-16-le")) // 2
            ranges.append((start, length, run.kind))
            start += length
        return ranges

    def _laid_out(self, width: int) -> tuple[QTextLayout, float]:
        font = self._font()
        # The layout knows lines within one paragraph only by this character.
        text = "".join(run.text for run in self._runs).replace("\n", "\u2028")
        layout = QTextLayout(text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([_format(*place) for place in self._ranges() if place[2] != RunKind.SAME])
        step = font.pixelSize() * _LINE_HEIGHT
        slack = max(0.0, (step - QFontMetricsF(font).height()) / 2)
        layout.beginLayout()
        count = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, count * step + slack))
            count += 1
        layout.endLayout()
        return layout, max(1, count) * step

    def _underline(self, painter: QPainter, layout: QTextLayout, start: int, end: int, ink: QColor) -> None:
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if first < last:
                one, other = _x(line, first), _x(line, last)
                left, right = min(one, other), max(one, other)
                top = line.y() + line.height() - 1
                painter.fillRect(QRectF(left, top, right - left, _UNDERLINE), ink)


def _x(line: QTextLine, position: int) -> float:
    """Qt gives the position back as well, as C++ has it by reference; the stubs do not know that."""
    found: Any = line.cursorToX(position)
    return float(found[0])


def _format(start: int, length: int, kind: RunKind) -> QTextLayout.FormatRange:
    current = look()
    style = QTextCharFormat()
    if kind == RunKind.ADDED:
        style.setFontWeight(QFont.Weight.Bold.value)
        style.setBackground(current.colour("accentTint"))
    else:
        style.setFontStrikeOut(True)
        style.setForeground(current.colour("text2"))
    found = QTextLayout.FormatRange()
    found.start, found.length, found.format = start, length, style
    return found


class DiffArea(QScrollArea):
    """A `DiffText` that scrolls when it is longer than there is room; then it can be reached by Tab."""

    def __init__(self, size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = DiffText(size)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self.text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # It lies on a card, whose ground is another than the page's.
        self.setProperty("ground", "none")
        self.verticalScrollBar().rangeChanged.connect(self._on_range)

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show other text, from its beginning."""
        self.text.set_runs(runs)
        self.verticalScrollBar().setValue(0)
        self._fit()

    def set_size(self, size: int) -> None:
        """Another size token."""
        self.text.set_size(size)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The text wraps anew."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        width = self.viewport().width()
        self.text.resize(width, self.text.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """One line, and the rest scrolls."""
        return QSize(look().px(60), look().px(30))

    def _on_range(self, low: int, high: int) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if high > low else Qt.FocusPolicy.NoFocus)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The card shows where the keys go."""
        super().focusInEvent(event)
        self._repaint_around()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """And no longer."""
        super().focusOutEvent(event)
        self._repaint_around()

    def _repaint_around(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            parent.update()
