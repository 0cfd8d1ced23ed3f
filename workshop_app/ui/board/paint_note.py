"""Painting a note: paper, mark, stripe, text and number; its seal and its signs straddle the edge (ui.md §4)."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from workshop_app.domain.board import NOTE_WIDTH, BoardNote
from workshop_app.domain.numbering import short_number
from workshop_app.ui.board.style import LEAST_TEXT, BoardStyle, Frame, Level
from workshop_app.ui.figures import figures_width, paint_figures
from workshop_app.ui.icons import paint_icon
from workshop_app.ui.marks import paint_kind_mark, paint_theme_stripe
from workshop_app.ui.text_lines import wrapped
from workshop_app.ui.theme import FAMILIES

_STRIPE, _STRIPE_LOW = 23, 14
_NEAR_TEXT, _NEAR_LINE, _MIDDLE_LINE = 17, 24, 17
_NEAR_LINES = 3


def paint_note(painter: QPainter, rect: QRectF, item: BoardNote, style: BoardStyle, frame: Frame) -> None:
    """One note at the level of detail of the frame, in px; as many lines as its height has room for."""
    note = item.note
    if frame.level is Level.FAR:
        paint_far_note(
            painter, rect, style.fill(note.kind), style.edge(note.kind), style.char(note.kind), style
        )
        return
    paint_paper(painter, rect, note.kind, note.theme, style, frame)
    paint_words(painter, rect, item, style, frame)


def paint_paper(
    painter: QPainter, rect: QRectF, kind: str | None, theme: str | None, style: BoardStyle, frame: Frame
) -> None:
    """Paper, mark and stripe: the same for all notes of a kind and theme."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.edge(kind), 1))
    painter.setBrush(style.fill(kind))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    if frame.level is Level.NEAR:
        scale = frame.scale
        side = round(26 * scale)
        mark = QRectF(round(rect.x() + 10 * scale), round(rect.y() + 10 * scale), side, side)
        stripe, gap = QRectF(0, 0, 8 * scale, _STRIPE * scale), 7 * scale
    else:
        roomy = rect.height() >= style.px(60)
        side, pad = style.px(19 if roomy else 18), style.px(7 if roomy else 4)
        mark = QRectF(rect.x() + pad, rect.y() + pad, side, side)
        stripe = QRectF(0, 0, style.px(8), style.px(_STRIPE if roomy else _STRIPE_LOW))
        gap = style.px(7 if roomy else 3)
    _paint_gutter(painter, mark, kind, theme, style, stripe, gap)


def paint_words(painter: QPainter, rect: QRectF, item: BoardNote, style: BoardStyle, frame: Frame) -> None:
    """The text, and at near the number."""
    size, room, most = _text_room(rect, style, frame)
    _paint_text(painter, room, item.note.text, size, _line_height(style, frame), most, style)
    if frame.level is Level.NEAR:
        _paint_number(painter, rect, item.note.number, style, frame)


def paint_far_note(
    painter: QPainter, rect: QRectF, fill: QColor, edge: QColor, char: str, style: BoardStyle
) -> None:
    """Paper and the character of the mark, where there is room for one of 12 px."""
    painter.fillRect(rect, edge)
    painter.fillRect(rect.adjusted(1, 1, -1, -1), fill)
    size = min(style.px(18), int(rect.height() * 0.5))
    if char and size >= style.px(LEAST_TEXT):
        painter.setFont(style.font(size, bold=True))
        painter.setPen(style.colour("noteInk"))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), char)


def shows_whole(item: BoardNote, rect: QRectF, style: BoardStyle, frame: Frame) -> bool:
    """True when nothing of its text is left out at this size."""
    if frame.level is Level.FAR:
        return False
    size, room, most = _text_room(rect, style, frame)
    return len(_lines(item.note.text, size, room.width(), most + 1)) <= most


def grown_height(rect: QRectF, item: BoardNote, style: BoardStyle, frame: Frame) -> float:
    """Px it needs at this width to show its whole text."""
    size, room, _ = _text_room(rect, style, frame)
    lines = len(_lines(item.note.text, size, room.width(), None))
    line = _line_height(style, frame)
    foot = 26 * frame.scale if frame.level is Level.NEAR else style.px(8)
    return max(rect.height(), room.y() - rect.y() + lines * line + foot)


def _paint_number(painter: QPainter, rect: QRectF, number: str, style: BoardStyle, frame: Frame) -> None:
    scale = frame.scale
    small = max(style.px(LEAST_TEXT), round(13 * scale))
    painter.setFont(style.font(small))
    painter.setPen(style.colour("noteInk"))
    foot = QRectF(rect.x() + 11 * scale, rect.bottom() - small * 1.75, rect.width() * 0.66, small * 1.5)
    if figures_width(style.metrics(small), number) > foot.width():
        number = short_number(number)
    paint_figures(painter, foot, number, Qt.AlignmentFlag.AlignLeft)


def _paint_gutter(
    painter: QPainter,
    mark: QRectF,
    kind: str | None,
    theme: str | None,
    style: BoardStyle,
    stripe: QRectF,
    gap: float,
) -> None:
    ink = style.colour("noteInk")
    if kind in style.kinds:
        place, char = style.kinds[kind]
        paint_kind_mark(painter, mark, place, char, style.fill(kind), ink)
    if theme in style.themes:
        x, y = mark.center().x() - stripe.width() / 2, mark.bottom() + gap
        scale = stripe.width() / 8
        painter.save()
        painter.translate(QPointF(round(x), round(y)))
        painter.scale(scale, scale)
        paint_theme_stripe(painter, QRectF(0, 0, 8, stripe.height() / scale), style.themes[theme], ink)
        painter.restore()


def _text_room(rect: QRectF, style: BoardStyle, frame: Frame) -> tuple[int, QRectF, int]:
    """Size of the text in px, where it stands, and how many lines there is room for."""
    if frame.level is not Level.NEAR:
        return _middle_room(rect, style)
    scale = frame.scale
    room = QRectF(rect.x() + 48 * scale, rect.y() + 9 * scale, (NOTE_WIDTH - 58) * scale, 0)
    most = int((rect.height() - (9 + 26) * scale) / (_NEAR_LINE * scale) + 0.1)
    return round(_NEAR_TEXT * scale), room, max(_NEAR_LINES, most)


def _middle_room(rect: QRectF, style: BoardStyle) -> tuple[int, QRectF, int]:
    roomy = rect.height() >= style.px(60)
    left, top, right = (32, 9, 5) if roomy else (27, 5, 3)
    room = QRectF(
        rect.x() + style.px(left), rect.y() + style.px(top), rect.width() - style.px(left + right), 0
    )
    most = max(1, int((rect.height() - style.px(top)) // style.px(_MIDDLE_LINE)))
    return style.px(LEAST_TEXT), room, most


def _line_height(style: BoardStyle, frame: Frame) -> float:
    return _NEAR_LINE * frame.scale if frame.level is Level.NEAR else style.px(_MIDDLE_LINE)


def _paint_text(
    painter: QPainter, room: QRectF, text: str, size: int, line: float, most: int, style: BoardStyle
) -> None:
    painter.setFont(style.font(size))
    painter.setPen(style.colour("noteInk"))
    metrics = style.metrics(size)
    top = room.y() + (line + metrics.ascent() - metrics.descent()) / 2
    for number, words in enumerate(_lines(text, size, room.width(), most)):
        painter.drawText(QPointF(room.x(), round(top + number * line)), words)


@lru_cache(maxsize=8192)
def _lines(text: str, size: int, width: float, most: int | None) -> tuple[str, ...]:
    """The text in lines of this width; it is broken anew only where size or width is another one."""
    font = _plain_font(size)
    # Two and a half letters to a square, and some for the ellipsis: the rest cannot be seen.
    shown = text if most is None else text[: int(2.5 * most * width / size) + 16]
    return tuple(wrapped(shown, font, width, most))


@lru_cache(maxsize=64)
def _plain_font(size: int) -> QFont:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(size)
    return font


# --- what straddles the edge -------------------------------------------------------------------------------


def seal_size(votes: int, style: BoardStyle, *, near: bool) -> tuple[int, int]:
    """Width and height of a seal in px."""
    metrics = style.metrics(style.px(15 if near else 13), bold=True)
    width = figures_width(metrics, _seal_words(votes)) + style.px(14)
    return round(max(style.px(38), width)) + 1, style.px(22 if near else 18) + 1


def seal_corner(rect: QRectF, size: tuple[int, int], style: BoardStyle) -> QPointF:
    """Where a seal stands on the lower right edge of a note or island."""
    return QPointF(round(rect.right() - size[0] - style.px(5)), round(rect.bottom() - size[1] / 2))


def paint_seal(painter: QPainter, rect: QRectF, votes: int, style: BoardStyle, *, near: bool) -> None:
    """「票 7」 as a white pill on the lower right edge of a note or island; nothing for no votes."""
    if not votes:
        return
    size = seal_size(votes, style, near=near)
    pill = QRectF(seal_corner(rect, size, style), QSizeF(*size)).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.colour("noteInk"), 1))
    painter.setBrush(style.fill(None))
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setFont(style.font(style.px(15 if near else 13), bold=True))
    paint_figures(painter, pill, _seal_words(votes), Qt.AlignmentFlag.AlignHCenter)


def _seal_words(votes: int) -> str:
    return QCoreApplication.translate("board", "票 {0}").format(votes)


def paint_signs(
    painter: QPainter, rect: QRectF, style: BoardStyle, *, clash: bool, held: bool, new: bool
) -> None:
    """On the upper right edge: 新 for what has just come, 保留, and the triangle of a conflict."""
    right = rect.right() - style.px(5)
    middle = rect.top()
    height = style.px(18)
    if clash:
        spot = QRectF(round(right - height) + 0.5, round(middle - height / 2) + 0.5, height, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(style.colour("noteInk"), 1))
        painter.setBrush(style.fill(None))
        painter.drawEllipse(spot)
        sign = QRectF(
            spot.center().x() - style.px(7), spot.center().y() - style.px(8), style.px(14), style.px(14)
        )
        paint_icon(painter, sign, "warn", style.colour("noteInk"))
        right = spot.left() - style.px(3)
    for shown, words, fill, ink in (
        (held, QCoreApplication.translate("board", "保留"), style.fill(None), style.colour("noteInk")),
        (new, QCoreApplication.translate("board", "新"), style.colour("accent"), style.colour("onAccent")),
    ):
        if shown:
            right = _paint_chip(painter, right, middle, words, fill, ink, style) - style.px(3)


def _paint_chip(
    painter: QPainter, right: float, middle: float, words: str, fill: QColor, ink: QColor, style: BoardStyle
) -> float:
    font = style.font(style.px(LEAST_TEXT), bold=True)
    painter.setFont(font)
    width = QFontMetricsF(font).horizontalAdvance(words) + style.px(10)
    height = style.px(18)
    chip = QRectF(round(right - width) + 0.5, round(middle - height / 2) + 0.5, round(width), height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink, 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(chip, 4, 4)
    painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), words)
    return chip.left()
