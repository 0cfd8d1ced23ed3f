"""届いた班: the wall of tables, ward by ward, with a legend that adds up and a sentence on what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from workshop_app.services.wall import Cell, CellState, WallRow, missing_tables, sum_up
from workshop_app.ui.icons import pixmap
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.merge_words import arrived_text, missing_text, too_few_text
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner

_CELL_WIDE, _CELL_HIGH, _GAP = 53, 48, 6
_LABEL_WIDE = 70


@dataclass(frozen=True, slots=True)
class _Look:
    """How a state is painted; every one differs in more than colour."""

    fill: str
    border: str
    border_px: float
    ink: str
    icon: str


_LOOKS = {
    CellState.IN: _Look("accentTint", "accent", 1, "accent", "check"),
    CellState.COMING: _Look("surface", "accent", 2, "accent", "plus"),
    CellState.MISMATCH: _Look("warnTint", "warn", 2, "warn", "warn"),
    CellState.MISSING: _Look("surface", "border", 1, "text2", "minus"),
}


def _paint_cell(painter: QPainter, box: QRectF, state: CellState, text: str, ratio: float) -> None:
    """One cell: ground, border, the icon of its state and its word."""
    current, style = look(), _LOOKS[state]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = Qt.PenStyle.DashLine if state is CellState.MISSING else Qt.PenStyle.SolidLine
    painter.setPen(QPen(current.colour(style.border), style.border_px, line))
    painter.setBrush(current.colour(style.fill))
    half = style.border_px / 2
    painter.drawRoundedRect(box.adjusted(half, half, -half, -half), 4, 4)
    painter.setPen(current.colour(style.ink))
    painter.setFont(current.font(15, bold=state is not CellState.MISSING))
    side, gap = current.px(14), current.px(5) if text else 0
    wide = painter.fontMetrics().horizontalAdvance(text)
    left = box.center().x() - (side + gap + wide) / 2
    painter.drawPixmap(
        round(left), round(box.center().y() - side / 2), pixmap(style.icon, 14, style.ink, ratio)
    )
    painter.drawText(
        QRectF(left + side + gap, box.top(), wide + 2, box.height()),
        int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
        text,
    )


class WallGrid(QWidget):
    """A row a ward, a cell a table; more tables than fit go on in the next line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wallGrid")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._rows: Sequence[WallRow] = ()
        self._labels: list[QRect] = []
        self._cells: list[tuple[QRect, WallRow, Cell | None]] = []

    def set_rows(self, rows: Sequence[WallRow]) -> None:
        """Show these wards."""
        self._rows = rows
        self.setAccessibleName(self.tr("届いた班"))
        self.setAccessibleDescription("\n".join(self._spoken(row) for row in rows))
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many cells a line as there is room for."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """A cell's counts under the mouse; the same is in the accessible description."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = next(((row, cell) for box, row, cell in self._cells if box.contains(event.pos())), None)
            if found is not None and found[1] is not None:
                QToolTip.showText(event.globalPos(), self._cell_words(found[0], found[1]), self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names at the left, cells beside them."""
        current = look()
        painter = QPainter(self)
        for box, row in zip(self._labels, self._rows, strict=True):
            painter.setPen(current.colour("text"))
            painter.setFont(current.font(15))
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            if not row.devices:
                painter.drawText(box, flags, row.ward)
                continue
            upper = QRect(box.left(), box.top(), box.width(), box.height() * 3 // 5)
            lower = QRect(box.left(), upper.bottom(), box.width(), box.height() * 2 // 5)
            painter.drawText(upper, flags, row.ward)
            painter.setPen(current.colour("text2"))
            painter.setFont(current.font(12))
            painter.drawText(lower, flags, self.tr("端末{0}").format("・".join(row.devices)))
        ratio = self.devicePixelRatioF()
        for box, _, cell in self._cells:
            if cell is None:
                _paint_cell(painter, QRectF(box), CellState.MISSING, self.tr("班の数は不明"), ratio)
            else:
                _paint_cell(painter, QRectF(box), cell.state, self._cell_text(cell), ratio)

    def _place(self) -> None:
        current = look()
        gap, high, wide = current.px(_GAP), current.px(_CELL_HIGH), current.px(_CELL_WIDE)
        metrics = QFontMetrics(current.font(15))
        label = max(
            [current.px(_LABEL_WIDE), *(metrics.horizontalAdvance(row.ward) + gap for row in self._rows)]
        )
        a_line = max(1, (self.width() - label + gap) // (wide + gap))
        self._labels, self._cells, top = [], [], 0
        for row in self._rows:
            self._labels.append(QRect(0, top, label, high))
            if not row.cells:
                self._cells.append((QRect(label, top, 3 * wide + 2 * gap, high), row, None))
            for place, cell in enumerate(row.cells):
                line, column = divmod(place, a_line)
                box = QRect(label + column * (wide + gap), top + line * (high + gap), wide, high)
                self._cells.append((box, row, cell))
            top = self._cells[-1][0].bottom() + 1 + gap
        self.setFixedHeight(max(0, top - gap))
        self.update()

    def _cell_text(self, cell: Cell) -> str:
        return self.tr("なし") if cell.table is None else str(cell.table)

    def _cell_words(self, row: WallRow, cell: Cell) -> str:
        state = {
            CellState.IN: self.tr("入っている"),
            CellState.COMING: self.tr("今回入る"),
            CellState.MISMATCH: self.tr("枚数が合わない"),
            CellState.MISSING: self.tr("まだ"),
        }[cell.state]
        table = self.tr("班なし") if cell.table is None else self.tr("{0}班").format(cell.table)
        text = self.tr("{0} {1}: {2}").format(row.ward, table, state)
        if cell.here or cell.on_laptops:
            counts = self.tr("（統合先 {0}枚、端末 {1}枚）")
            text += counts.format(cell.here, cell.on_laptops)
        return text

    def _spoken(self, row: WallRow) -> str:
        if not row.cells:
            return self.tr("{0}: まだ（班の数は分かりません）").format(row.ward)
        return "、".join(self._cell_words(row, cell) for cell in row.cells)


class _Swatch(QWidget):
    """A small cell for the legend."""

    def __init__(self, state: CellState) -> None:
        super().__init__()
        self._state = state
        self.setFixedSize(look().px(28), look().px(24))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFixedSize(look().px(28), look().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint_cell(painter, QRectF(self.rect()), self._state, "", self.devicePixelRatioF())


class WallPanel(QWidget):
    """Title with the count, the grid, the legend, and in words what has not arrived, or not whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mergeWall")
        self.grid = WallGrid()
        self._count = TextLabel("", 15, role="text2")
        self._count.setObjectName("wallCount")
        self._empty = TextLabel(
            self.tr("ファイルを置くと、どの区のどの班が届いたかがここに並びます。"),
            15,
            role="text2",
            wrap=True,
        )
        self._legend = QWidget()
        self._legend_labels: dict[CellState, TextLabel] = {}
        self._unknown = TextLabel("", 13, role="text2")
        self._unknown.setObjectName("wallUnknown")
        self._missing = Banner()
        self._missing.setObjectName("wallMissing")
        self._lay_out()
        self.show_rows(())

    def show_rows(self, rows: Sequence[WallRow]) -> None:
        """Show the wall of a target; () when nothing is known."""
        self.grid.set_rows(rows)
        total = sum_up(rows)
        for state, text, count in (
            (CellState.IN, self.tr("入っている {0}班"), total.arrived),
            (CellState.COMING, self.tr("今回入る {0}班"), total.coming),
            (CellState.MISMATCH, self.tr("枚数が合わない {0}班"), total.mismatch),
            (CellState.MISSING, self.tr("まだ {0}班"), total.missing),
        ):
            self._legend_labels[state].setText(text.format(count))
        self._count.setText(arrived_text(total) if total.tables else "")
        unknown = self.tr("ほかに、班の数が分からない区 {0}区")
        self._unknown.setText(unknown.format(total.unknown_wards) if total.unknown_wards else "")
        self._unknown.setVisible(bool(total.unknown_wards))
        self._empty.setVisible(not rows)
        self._legend.setVisible(bool(rows))
        wanting = missing_text(missing_tables(rows)) + too_few_text(rows)
        if wanting:
            self._missing.show_message("warn", wanting)
        elif rows:
            self._missing.show_message("info", self.tr("すべての班が届いています。"))
        else:
            self._missing.clear()

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(12)
        title.addWidget(TextLabel(self.tr("届いた班"), 20, bold=True))
        title.addWidget(self._count)
        title.addStretch(1)
        legend = QGridLayout(self._legend)
        legend.setContentsMargins(0, 8, 0, 0)
        legend.setHorizontalSpacing(8)
        legend.setVerticalSpacing(8)
        for place, state in enumerate(_LOOKS):
            label = TextLabel("", 13)
            label.setObjectName(f"wallLegend_{state}")
            self._legend_labels[state] = label
            line, pair = divmod(place, 2)
            legend.addWidget(_Swatch(state), line, 2 * pair)
            legend.addWidget(label, line, 2 * pair + 1)
        legend.setColumnStretch(1, 1)
        legend.setColumnStretch(3, 1)
        legend.addWidget(self._unknown, 2, 0, 1, 4)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._empty)
        column.addWidget(self.grid)
        column.addWidget(self._legend)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(12)
        whole.addLayout(title)
        whole.addWidget(area, 1)
        whole.addWidget(self._missing)
