"""The notes of a board as A4 sheets of cards to cut out: number, kind and theme in words, the text whole.

A text that no card holds goes on in the next ones, which say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import BoardNote
from workshop_app.services.board_papers import BoardPapers
from workshop_app.ui.board.style import BoardStyle
from workshop_app.ui.figures import figures_width, paint_figures
from workshop_app.ui.marks import paint_kind_mark, paint_theme_stripe
from workshop_app.ui.text_lines import wrapped

PAGE = QSizeF(2100, 2970)
"""A4 in tenths of a millimetre; all sizes here are such tenths."""
_COLUMNS, _ROWS = 2, 5
_CARD = QSizeF(920, 520)
_LEFT, _TOP = (PAGE.width() - _COLUMNS * _CARD.width()) / 2, 150.0
_PAD, _STRIP, _HEAD, _FOOT = 34, 74, 82, 50
_TEXT_SIZES = (68, 56, 48, 42, 36)
"""19 down to 10 points."""
_LEADING = 1.42
_SMALL = 34
_MARK = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A note, or a part of it, with its lines as they are set."""

    item: BoardNote
    lines: tuple[str, ...]
    size: int
    part: int = 1
    parts: int = 1


def cards_of(notes: tuple[BoardNote, ...], style: BoardStyle) -> list[Card]:
    """One card for each note, more for the longest."""
    room = QSizeF(_CARD.width() - _STRIP - 2 * _PAD, _CARD.height() - _HEAD - _FOOT)
    found = []
    for item in notes:
        for size in _TEXT_SIZES:
            lines = wrapped(item.note.text, style.font(size), room.width())
            most = int(room.height() // (size * _LEADING))
            if len(lines) <= most:
                break
        parts = [tuple(lines[start : start + most]) for start in range(0, len(lines), most)]
        found += [Card(item, part, size, number, len(parts)) for number, part in enumerate(parts, 1)]
    return found


def pages_of(cards: list[Card]) -> Iterator[list[Card]]:
    """Ten on a sheet."""
    step = _COLUMNS * _ROWS
    for start in range(0, max(1, len(cards)), step):
        yield cards[start : start + step]


def paint_cards(
    painter: QPainter, cards: list[Card], papers: BoardPapers, style: BoardStyle, page: int, pages: int
) -> None:
    """One sheet, in tenths of a millimetre."""
    _paint_cut_marks(painter, style)
    for place, card in enumerate(cards):
        row, column = divmod(place, _COLUMNS)
        corner = QPointF(_LEFT + column * _CARD.width(), _TOP + row * _CARD.height())
        _paint_card(painter, QRectF(corner, _CARD), card, papers, style)
    painter.setFont(style.font(28))
    painter.setPen(style.colour("text2"))
    foot = QRectF(_LEFT, PAGE.height() - 130, _COLUMNS * _CARD.width(), 50)
    painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), papers.footer)
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(foot, int(flags), f"{page} / {pages}")
    if not cards:
        painter.drawText(QPointF(_LEFT, 300), QCoreApplication.translate("board", "付箋はまだありません。"))


def _paint_cut_marks(painter: QPainter, style: BoardStyle) -> None:
    """A thin broken line where the knife goes, and ticks outside that stay when the first cut is made."""
    right, bottom = _LEFT + _COLUMNS * _CARD.width(), _TOP + _ROWS * _CARD.height()
    broken = QPen(style.colour("border"), 1.5, Qt.PenStyle.DashLine)
    solid = QPen(style.colour("text"), 2.5)
    for column in range(_COLUMNS + 1):
        x = _LEFT + column * _CARD.width()
        painter.setPen(broken)
        painter.drawLine(QPointF(x, _TOP), QPointF(x, bottom))
        painter.setPen(solid)
        painter.drawLine(QPointF(x, _TOP - 55), QPointF(x, _TOP - 15))
        painter.drawLine(QPointF(x, bottom + 15), QPointF(x, bottom + 55))
    for row in range(_ROWS + 1):
        y = _TOP + row * _CARD.height()
        painter.setPen(broken)
        painter.drawLine(QPointF(_LEFT, y), QPointF(right, y))
        painter.setPen(solid)
        painter.drawLine(QPointF(_LEFT - 55, y), QPointF(_LEFT - 15, y))
        painter.drawLine(QPointF(right + 15, y), QPointF(right + 55, y))


def _paint_card(painter: QPainter, rect: QRectF, card: Card, papers: BoardPapers, style: BoardStyle) -> None:
    note, ink = card.item.note, style.colour("noteInk")
    strip = QRectF(rect.x() + 12, rect.y() + 12, _STRIP - 12, rect.height() - 24)
    painter.fillRect(strip, style.fill(note.kind))
    painter.setPen(QPen(style.edge(note.kind), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(strip)
    if note.kind in style.kinds:
        place, char = style.kinds[note.kind]
        mark = QRectF(strip.center().x() - _MARK / 2, strip.y() + 14, _MARK, _MARK)
        paint_kind_mark(painter, mark, place, char, style.fill(note.kind), ink)
    room = rect.adjusted(_STRIP + _PAD, 0, -_PAD, 0)
    _paint_head(painter, room, card, papers, style)
    font = style.font(card.size)
    painter.setFont(font)
    painter.setPen(ink)
    metrics = QFontMetricsF(font)
    line = card.size * _LEADING
    top = room.y() + _HEAD + (line + metrics.ascent() - metrics.descent()) / 2
    for number, words in enumerate(card.lines):
        painter.drawText(QPointF(room.x(), top + number * line), words)
    _paint_foot(painter, room, card, papers, style)


def _paint_head(painter: QPainter, room: QRectF, card: Card, papers: BoardPapers, style: BoardStyle) -> None:
    note = card.item.note
    head = QRectF(room.x(), room.y() + 18, room.width(), _HEAD - 30)
    font = style.font(_SMALL, bold=True)
    painter.setFont(font)
    painter.setPen(style.colour("text"))
    number = figures_width(QFontMetricsF(font), note.number)
    paint_figures(painter, head, note.number, Qt.AlignmentFlag.AlignRight)
    left = head.adjusted(0, 0, -number - 24, 0)
    x = left.x()
    if note.theme in style.themes:
        painter.save()
        painter.translate(QPointF(x, head.center().y() - 21))
        painter.scale(1.8, 1.8)
        paint_theme_stripe(painter, QRectF(0, 0, 8, 23), style.themes[note.theme], style.colour("text"))
        painter.restore()
        x += 30
    words = f"{_kind(papers.agenda, note.kind)}　{_theme(papers.agenda, note.theme)}"
    font = style.font(_SMALL)
    painter.setFont(font)
    words = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, left.right() - x)
    line = QRectF(x, head.y(), left.right() - x + 2, head.height())
    painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
    painter.setPen(QPen(style.colour("line"), 2))
    painter.drawLine(QPointF(room.x(), head.bottom() + 4), QPointF(room.right(), head.bottom() + 4))


def _paint_foot(painter: QPainter, room: QRectF, card: Card, papers: BoardPapers, style: BoardStyle) -> None:
    note = card.item.note
    parts = []
    place = dict(papers.places).get(note.workshop_id, "") if note.workshop_id is not None else ""
    if note.table is not None:
        parts.append(QCoreApplication.translate("board", "{0} {1}班").format(place, note.table).strip())
    if card.item.held:
        parts.append(QCoreApplication.translate("board", "保留"))
    if card.parts > 1:
        parts.append(QCoreApplication.translate("board", "{0}枚組の{1}").format(card.parts, card.part))
    foot = QRectF(room.x(), room.bottom() - _FOOT - 4, room.width(), _FOOT)
    painter.setFont(style.font(30))
    painter.setPen(style.colour("text2"))
    painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), "　".join(parts))
    if note.votes and card.part == 1:
        painter.setFont(style.font(30, bold=True))
        painter.setPen(style.colour("text"))
        words = QCoreApplication.translate("board", "票 {0}").format(note.votes)
        paint_figures(painter, foot, words, Qt.AlignmentFlag.AlignRight)


def _kind(agenda: Agenda, kind_id: str | None) -> str:
    names = {kind.id: kind.name for kind in agenda.kinds}
    return names.get(kind_id or "", QCoreApplication.translate("board", "種別なし"))


def _theme(agenda: Agenda, theme_id: str | None) -> str:
    names = {theme.id: theme.short_title for theme in agenda.all_themes}
    return names.get(theme_id or "", QCoreApplication.translate("board", "未分類"))
