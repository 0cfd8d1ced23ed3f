"""Painting what is projected (ui.md §4, 12-projector): for the last row, so nothing is small and nothing is extra.

All sizes are those of a screen of 1280 × 720 and grow with the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.note import Note
from workshop_app.ui.board.style import BoardStyle
from workshop_app.ui.figures import figures_width, paint_figures
from workshop_app.ui.marks import paint_kind_mark, paint_theme_stripe
from workshop_app.ui.text_lines import wrapped

_WIDTH, _HEIGHT = 1280.0, 720.0
_SIDE, _GAP, _ROW_GAP = 48, 24, 24
_HEAD, _TITLE, _FOOT = 24, 40, 22
_NOTE_SIZES, _ALOUD_SIZES = (28, 24), (48, 40, 34, 28)
_LEADING = 1.3
"""Of the smaller sizes; the first of a row of sizes has more air."""
_AIRY = 1.42
_MARK = 40
_GRID_TOP, _GRID_BOTTOM = 154, 624
_ROWS, _COLUMNS = 3, 2
_TITLE_LINE = 50


@dataclass(frozen=True, slots=True)
class SlideWords:
    """What stands around the notes."""

    theme: str | None
    place: str
    title: str
    """Of the island; '' while it has none."""
    count: str


def screen_scale(size: QSizeF) -> float:
    """How much larger than 1280 × 720 this is, by the narrower side."""
    return min(size.width() / _WIDTH, size.height() / _HEIGHT)


def paint_slide(
    painter: QPainter,
    size: QSizeF,
    words: SlideWords,
    notes: Sequence[Note],
    agenda: Agenda,
    style: BoardStyle,
    *,
    aloud: bool = False,
    votes: int = 0,
) -> None:
    """One slide over the whole of a screen of this size; `aloud` shows the one note as large as it goes."""
    painter.fillRect(QRectF(QPointF(0, 0), size), style.colour("surface"))
    scale = screen_scale(size)
    if scale <= 0:
        return
    painter.save()
    painter.scale(scale, scale)
    room = QSizeF(size.width() / scale, size.height() / scale)
    _paint_head(painter, room, words, agenda, style)
    # Below the foot's line a step and a timer of the programme will stand in the middle; until there is one, nothing.
    _paint_foot(painter, room, words, agenda, style)
    bottom = room.height() - (_HEIGHT - _GRID_BOTTOM)
    if aloud:
        grid = QRectF(_SIDE, _GRID_TOP - 60, room.width() - 2 * _SIDE, bottom - _GRID_TOP + 60)
        for note in notes[:1]:
            _paint_aloud(painter, grid, note, style)
    else:
        top = _paint_title(painter, room, words.title, votes, style)
        _paint_grid(painter, QRectF(_SIDE, top, room.width() - 2 * _SIDE, bottom - top), notes, style)
    painter.restore()


def _paint_head(
    painter: QPainter, room: QSizeF, words: SlideWords, agenda: Agenda, style: BoardStyle
) -> None:
    line = QRectF(_SIDE, 28, room.width() - 2 * _SIDE, 34)
    painter.setFont(style.font(_HEAD))
    painter.setPen(style.colour("text2"))
    middle = int(Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(line, middle | int(Qt.AlignmentFlag.AlignRight), words.place)
    theme = next((one for one in agenda.all_themes if one.id == words.theme), None)
    if theme is None:
        return
    stripe = QRectF(_SIDE, line.center().y() - 11.5, 8, 23)
    paint_theme_stripe(painter, stripe, theme.number, style.colour("text"))
    number = QCoreApplication.translate("projector", "テーマ{0}　{1}").format(theme.number, theme.short_title)
    painter.setFont(style.font(_HEAD))
    painter.setPen(style.colour("text2"))
    painter.drawText(line.adjusted(24, 0, 0, 0), middle, number if theme.number else theme.short_title)


def _paint_title(painter: QPainter, room: QSizeF, title: str, votes: int, style: BoardStyle) -> float:
    """The title in two lines at most where it can be, smaller before it is longer; gives where the notes begin."""
    wide = room.width() - 2 * _SIDE - (120 if votes else 0)
    size = _TITLE
    lines = wrapped(title, style.font(size, bold=True), wide)
    if len(lines) > 2:
        size = 32
        lines = wrapped(title, style.font(size, bold=True), wide, 3)
    font = style.font(size, bold=True)
    painter.setFont(font)
    painter.setPen(style.colour("text"))
    metrics = QFontMetricsF(font)
    for number, words in enumerate(lines):
        middle = 104 + number * _TITLE_LINE
        painter.drawText(QPointF(_SIDE, middle + (metrics.ascent() - metrics.descent()) / 2), words)
    if votes:
        _paint_seal(painter, QRectF(_SIDE, 60, room.width() - 2 * _SIDE, 44), votes, style)
    return _GRID_TOP + (len(lines) - 1) * _TITLE_LINE


def _paint_grid(painter: QPainter, grid: QRectF, notes: Sequence[Note], style: BoardStyle) -> None:
    wide = (grid.width() - (_COLUMNS - 1) * _GAP) / _COLUMNS
    high = (grid.height() - (_ROWS - 1) * _ROW_GAP) / _ROWS
    for place, note in enumerate(notes):
        row, column = divmod(place, _COLUMNS)
        corner = QPointF(grid.x() + column * (wide + _GAP), grid.y() + row * (high + _ROW_GAP))
        _paint_note(painter, QRectF(corner, QSizeF(wide, high)), note, style)


def _paint_note(painter: QPainter, rect: QRectF, note: Note, style: BoardStyle) -> None:
    _paint_paper(painter, rect, note, style)
    if note.kind in style.kinds:
        place, char = style.kinds[note.kind]
        mark = QRectF(rect.x() + 21, rect.center().y() - _MARK / 2 - 2, _MARK, _MARK)
        paint_kind_mark(painter, mark, place, char, style.fill(note.kind), style.colour("noteInk"))
    text = rect.adjusted(78, 8, -24, -8)
    size, lines = _fitted(note.text, text, _NOTE_SIZES, style)
    _paint_lines(painter, text, lines, size, style)
    if note.votes:
        _paint_seal(painter, rect, note.votes, style)


def _paint_aloud(painter: QPainter, rect: QRectF, note: Note, style: BoardStyle) -> None:
    _paint_paper(painter, rect, note, style)
    if note.kind in style.kinds:
        place, char = style.kinds[note.kind]
        mark = QRectF(rect.x() + 32, rect.y() + 32, 64, 64)
        paint_kind_mark(painter, mark, place, char, style.fill(note.kind), style.colour("noteInk"))
    text = rect.adjusted(128, 24, -48, -32)
    size, lines = _fitted(note.text, text, _ALOUD_SIZES, style)
    _paint_lines(painter, text, lines, size, style)
    if note.votes:
        _paint_seal(painter, rect, note.votes, style)


def _paint_paper(painter: QPainter, rect: QRectF, note: Note, style: BoardStyle) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.colour("noteInk"), 1))
    painter.setBrush(style.fill(note.kind))
    painter.drawRoundedRect(rect, 3, 3)


def _fitted(text: str, room: QRectF, sizes: Sequence[int], style: BoardStyle) -> tuple[int, Sequence[str]]:
    """The largest of the sizes with which the text fits; at the smallest what is left over ends in …"""
    for size in sizes:
        most = max(1, int(room.height() / (size * _leading(size)) + 0.1))
        lines = wrapped(text, style.font(size), room.width())
        if len(lines) <= most:
            return size, lines
    return size, wrapped(text, style.font(size), room.width(), most)


def _leading(size: int) -> float:
    return _AIRY if size in (_NOTE_SIZES[0], _ALOUD_SIZES[0]) else _LEADING


def _paint_lines(painter: QPainter, room: QRectF, lines: Sequence[str], size: int, style: BoardStyle) -> None:
    """In the vertical middle of the room."""
    font = style.font(size)
    painter.setFont(font)
    painter.setPen(style.colour("noteInk"))
    metrics = QFontMetricsF(font)
    line = size * _leading(size)
    top = room.center().y() - line * len(lines) / 2
    for number, words in enumerate(lines):
        baseline = top + number * line + (line + metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(room.x(), baseline), words)


def _paint_seal(painter: QPainter, rect: QRectF, votes: int, style: BoardStyle) -> None:
    """「票 7」 on the lower right edge."""
    font = style.font(22, bold=True)
    words = QCoreApplication.translate("board", "票 {0}").format(votes)
    wide = figures_width(QFontMetricsF(font), words) + 30
    pill = QRectF(rect.right() - wide - 18, rect.bottom() - 20, wide, 34)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.colour("noteInk"), 1.5))
    painter.setBrush(style.fill(None))
    painter.drawRoundedRect(pill, 17, 17)
    painter.setFont(font)
    paint_figures(painter, pill, words, Qt.AlignmentFlag.AlignHCenter)


def _paint_foot(
    painter: QPainter, room: QSizeF, words: SlideWords, agenda: Agenda, style: BoardStyle
) -> None:
    middle = room.height() - 44
    font = style.font(_FOOT)
    metrics = QFontMetricsF(font)
    x = float(_SIDE)
    for kind in agenda.kinds:
        place, char = style.kinds[kind.id]
        mark = QRectF(x, middle - 16, 32, 32)
        paint_kind_mark(painter, mark, place, char, style.fill(kind.id), style.colour("noteInk"))
        painter.setFont(font)
        painter.setPen(style.colour("text"))
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(x + 42, baseline), kind.name)
        x += 42 + metrics.horizontalAdvance(kind.name) + 31
    painter.setFont(font)
    painter.setPen(style.colour("text2"))
    line = QRectF(_SIDE, middle - 20, room.width() - 2 * _SIDE, 40)
    paint_figures(painter, line, words.count, Qt.AlignmentFlag.AlignRight)
