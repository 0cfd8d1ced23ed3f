"""Painting an island: its ground, its title (表札), what a folded one holds (ui.md §4).

A title is never cut short but at far: the head of an island is as high as its title needs at 40 %, where letters of
13 px are largest against the island. Larger zooms set the same words with more air.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from workshop_app.domain.board import ISLAND_HEAD, BoardIsland
from workshop_app.ui.board.style import MIDDLE_FROM, BoardStyle, Frame, Level
from workshop_app.ui.text_lines import wrapped
from workshop_app.ui.theme import FAMILIES

PAD = 20
"""From the edge of the island to its title and notes, in scene units."""
_TITLE = 23
"""The letters of a title at 100 %, in scene units; on screen never below 13 px."""
_LEAST = 13
_TIGHT, _AIRY = 1.12, 1.3
_DRAWN_IN = 0.85
LABEL_FROM = 90
"""A narrower island on screen has no title at far."""


def title_head(title: str, width: int) -> int:
    """Scene units an island of this width needs for its title at every zoom above far."""
    least = _LEAST / MIDDLE_FROM
    lines = len(_lines(title or _no_title(), _LEAST, int((width - 2 * PAD) * MIDDLE_FROM), None))
    return max(ISLAND_HEAD, round(lines * least * _TIGHT + 10))


def paint_island(
    painter: QPainter,
    rect: QRectF,
    island: BoardIsland,
    head: int,
    style: BoardStyle,
    frame: Frame,
    *,
    notes: int = 0,
    target: bool = False,
) -> None:
    """The ground of an island and its title; `notes` is how many a folded one holds, `target` marks where a drop goes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = min(style.px(8), rect.height() / 4)
    if target:
        painter.setPen(QPen(style.colour("accent"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(style.colour("accentTint"))
    else:
        painter.setPen(QPen(style.colour("border"), 1.5 if frame.level > Level.FAR else 1))
        painter.setBrush(style.colour("island"))
    painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)
    if island.folded and frame.level > Level.FAR:
        _paint_fold(painter, rect, notes, style)
    if frame.level > Level.FAR:
        _paint_title(painter, rect, island.title, head, style, frame)


def paint_far_title(painter: QPainter, rect: QRectF, title: str, style: BoardStyle, frame: Frame) -> None:
    """At far, the title as a label on the upper edge: over the notes, so that groups can be told apart."""
    if not title or rect.width() < style.px(LABEL_FROM):
        return
    size = style.px(_LEAST)
    room = rect.width() - style.px(12)
    words = _lines(title, size, room, 1)[0]
    font = style.font(size, bold=True)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    high = round(size * 1.5)
    label = QRectF(rect.x() + 6, rect.y() + 3, round(metrics.horizontalAdvance(words)) + style.px(6), high)
    painter.fillRect(label, style.colour("island"))
    painter.setPen(style.colour("text"))
    painter.drawText(label.adjusted(style.px(3), 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), words)


def title_room(rect: QRectF, head: int, frame: Frame) -> QRectF:
    """Where the title stands, in px."""
    pad = PAD * frame.scale
    return QRectF(rect.x() + pad, rect.y() + 2, rect.width() - 2 * pad, head * frame.scale - 2)


def _paint_title(
    painter: QPainter, rect: QRectF, title: str, head: int, style: BoardStyle, frame: Frame
) -> None:
    room = title_room(rect, head, frame)
    size = max(style.px(_LEAST), round(_TITLE * frame.scale))
    words, line = _fitted(title or _no_title(), room, size, style)
    font = style.font(words[1], bold=bool(title))
    painter.setFont(font)
    painter.setPen(style.colour("text" if title else "text2"))
    metrics = QFontMetricsF(font)
    # Near the upper edge; a head made for narrow lines has its spare room below.
    spare = room.height() - line * len(words[0])
    top = room.y() + min(spare / 2, 14 * frame.scale)
    for number, text in enumerate(words[0]):
        baseline = top + number * line + (line + metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(round(room.x()), round(baseline)), text)


def _fitted(
    title: str, room: QRectF, size: int, style: BoardStyle
) -> tuple[tuple[tuple[str, ...], int], float]:
    """Lines and size of a title as it fits, smaller where it has to be but never below 13 px."""
    least = style.px(_LEAST)
    width = int(room.width())
    lines = _lines(title, size, width, None)
    while size > least and room.height() / len(lines) < size * _TIGHT:
        size = max(least, size - 1)
        lines = _lines(title, size, width, None)
    # A last line of one or two letters is drawn in where slightly smaller ones save it.
    for smaller in range(size - 1, max(least, round(size * _DRAWN_IN)) - 1, -1):
        if len(lines) > 1 and len(lines[-1].strip()) <= 2:
            fewer = _lines(title, smaller, width, None)
            if len(fewer) < len(lines):
                lines, size = fewer, smaller
    return (lines, size), min(room.height() / len(lines), size * _AIRY)


def _paint_fold(painter: QPainter, rect: QRectF, notes: int, style: BoardStyle) -> None:
    edge = QRectF(rect.x() + style.px(4), rect.bottom() - 4, rect.width() - style.px(8), 4)
    painter.fillRect(edge, style.colour("border"))
    painter.setFont(style.font(style.px(13)))
    painter.setPen(style.colour("text2"))
    words = QCoreApplication.translate("board", "付箋 {0}枚").format(notes)
    room = rect.adjusted(style.px(8), 0, -style.px(12), -style.px(8))
    painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom), words)


def _no_title() -> str:
    return QCoreApplication.translate("board", "表札はまだありません")


@lru_cache(maxsize=4096)
def _lines(text: str, size: int, width: float, most: int | None) -> tuple[str, ...]:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(size)
    font.setBold(True)
    return tuple(wrapped(text, font, width, most))
