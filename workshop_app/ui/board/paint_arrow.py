"""Painting arrows: a line between two notes or islands, always with its word (原因・解決・対立・関連)."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from workshop_app.domain.board import Relation
from workshop_app.ui.board.style import BoardStyle

_CLEAR, _HEAD = 4, 12
_CHIP = 13
_LEAST_OVERLAP = 12


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow in px: its ends, and the chip with its word."""

    start: QPointF
    end: QPointF
    chip: QRectF

    def near(self, place: QPointF, reach: float) -> bool:
        """True when a pointer there means this arrow."""
        if self.chip.adjusted(-reach, -reach, reach, reach).contains(place):
            return True
        along = self.end - self.start
        length = hypot(along.x(), along.y()) or 1.0
        off = place - self.start
        share = (off.x() * along.x() + off.y() * along.y()) / (length * length)
        if not 0 <= share <= 1:
            return False
        return abs(off.x() * along.y() - off.y() * along.x()) / length <= reach


def relation_word(relation: Relation) -> str:
    """The word on the chip."""
    return {
        Relation.CAUSE: QCoreApplication.translate("board", "原因"),
        Relation.SOLUTION: QCoreApplication.translate("board", "解決"),
        Relation.OPPOSITION: QCoreApplication.translate("board", "対立"),
        Relation.RELATED: QCoreApplication.translate("board", "関連"),
    }[relation]


def arrow_line(one: QRectF, other: QRectF, word: str, style: BoardStyle) -> Line:
    """From edge to edge: straight across or down where the two face each other, else between their middles."""
    start, end = _ends(one, other, style.px(_CLEAR))
    font = style.font(style.px(_CHIP), bold=True)
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(word) + style.px(12), style.px(22)
    middle = (start + end) / 2
    length = hypot((end - start).x(), (end - start).y())
    flat = abs((end - start).x()) >= abs((end - start).y())
    needed = (width if flat else height) + 2 * style.px(_HEAD) + style.px(10)
    if length < needed:
        # Too short to carry the word: it stands beside, where nothing of the line is covered.
        aside = QPointF(0, -height / 2 - style.px(12)) if flat else QPointF(width / 2 + style.px(14), 0)
        middle += aside
    chip = QRectF(
        round(middle.x() - width / 2) + 0.5, round(middle.y() - height / 2) + 0.5, round(width), height
    )
    return Line(start, end, chip)


def paint_arrow(
    painter: QPainter,
    line: Line,
    relation: Relation,
    style: BoardStyle,
    *,
    chosen: bool = False,
    word: str = "",
    bare: bool = False,
) -> None:
    """The line, its heads and its word; `word` stands for one that is not chosen yet, `bare` leaves it out."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = style.colour("accent" if chosen else "text")
    width = 3 if chosen else 1.5 if bare else 2
    painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    both = relation is Relation.OPPOSITION
    whole = line.end - line.start
    head = min(style.px(_HEAD // 2 if bare else _HEAD), hypot(whole.x(), whole.y()) * (0.5 if both else 0.8))
    start = _along(line.start, line.end, head) if both else line.start
    end = line.end if relation is Relation.RELATED else _along(line.end, line.start, head)
    painter.drawLine(start, end)
    if relation is not Relation.RELATED:
        _paint_head(painter, line.start, line.end, head, ink)
    if both:
        _paint_head(painter, line.end, line.start, head, ink)
    if bare:
        return
    paint_word(painter, line.chip, word or relation_word(relation), style, chosen=chosen)


def paint_word(
    painter: QPainter, chip: QRectF, word: str, style: BoardStyle, *, chosen: bool = False
) -> None:
    """A chip with a word in it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.colour("accent" if chosen else "border"), 2 if chosen else 1))
    painter.setBrush(style.colour("surface"))
    painter.drawRoundedRect(chip, 4, 4)
    painter.setFont(style.font(style.px(_CHIP), bold=True))
    painter.setPen(style.colour("text"))
    painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), word)


def paint_link(painter: QPainter, one: QRectF, other: QRectF, style: BoardStyle) -> None:
    """Two notes that say the same: a double line with ＝ in its middle."""
    start, end = _ends(one, other, 0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.colour("text"), 4))
    painter.drawLine(start, end)
    painter.setPen(QPen(style.colour("sunken"), 1.5))
    painter.drawLine(start, end)
    middle, side = (start + end) / 2, style.px(20)
    chip = QRectF(round(middle.x() - side / 2) + 0.5, round(middle.y() - side / 2) + 0.5, side, side)
    paint_word(painter, chip, "＝", style)


def _ends(one: QRectF, other: QRectF, clear: float) -> tuple[QPointF, QPointF]:
    top, bottom = max(one.top(), other.top()), min(one.bottom(), other.bottom())
    left, right = max(one.left(), other.left()), min(one.right(), other.right())
    if bottom - top >= _LEAST_OVERLAP and left >= right:
        y = round((top + bottom) / 2)
        if one.center().x() < other.center().x():
            return QPointF(one.right() + clear, y), QPointF(other.left() - clear, y)
        return QPointF(one.left() - clear, y), QPointF(other.right() + clear, y)
    if right - left >= _LEAST_OVERLAP and top >= bottom:
        x = round((left + right) / 2)
        if one.center().y() < other.center().y():
            return QPointF(x, one.bottom() + clear), QPointF(x, other.top() - clear)
        return QPointF(x, one.top() - clear), QPointF(x, other.bottom() + clear)
    start, end = one.center(), other.center()
    return _edge(one, start, end, clear), _edge(other, end, start, clear)


def _edge(rect: QRectF, middle: QPointF, toward: QPointF, clear: float) -> QPointF:
    """Where the way from the middle of a rectangle leaves it, a little further out."""
    dx, dy = toward.x() - middle.x(), toward.y() - middle.y()
    shares = [1.0]
    if dx:
        shares.append((rect.width() / 2 + clear) / abs(dx))
    if dy:
        shares.append((rect.height() / 2 + clear) / abs(dy))
    share = min(shares)
    return QPointF(middle.x() + dx * share, middle.y() + dy * share)


def _along(start: QPointF, toward: QPointF, by: float) -> QPointF:
    dx, dy = toward.x() - start.x(), toward.y() - start.y()
    length = hypot(dx, dy) or 1.0
    return QPointF(start.x() + dx * by / length, start.y() + dy * by / length)


def _paint_head(painter: QPainter, start: QPointF, end: QPointF, size: float, ink: QColor) -> None:
    """A filled head at the end, pointing away from the start."""
    back = _along(end, start, size)
    dx, dy = end.x() - back.x(), end.y() - back.y()
    length = hypot(dx, dy) or 1.0
    half = size / 2 / length
    wing = QPointF(-dy * half, dx * half)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([end, back + wing, back - wing]))
    painter.restore()
