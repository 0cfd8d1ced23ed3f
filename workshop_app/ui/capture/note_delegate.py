"""Paints a note as a row: stripe, number, mark, text, time or reason (ui.md §4, note row)."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.note import Note
from workshop_app.domain.numbering import short_number
from workshop_app.domain.wareki import format_clock
from workshop_app.ui.capture.note_list_model import NOTE_ROLE, NoteListModel
from workshop_app.ui.figures import figures_width, paint_figures
from workshop_app.ui.icons import pixmap, ratio_of
from workshop_app.ui.marks import STRIPE_WIDTH, kind_fill, paint_kind_mark, paint_theme_stripe
from workshop_app.ui.text_lines import paint_lines, wrapped
from workshop_app.ui.theme import look

ROW_HEIGHT, SAVED_HEIGHT, NARROW_HEIGHT = 39, 64, 48
NARROW_BELOW = 280
"""In a list narrower than this, in px at 100 %, one line would show three characters: each row has two."""
UNIFORM_FROM = 2_000
"""With more rows than this every row is as high as the others, so that one more row costs no layout."""
_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight


class NoteDelegate(QStyledItemDelegate):
    """One row of the note list. The narrow layout leaves out the time and the prefix of the number."""

    def __init__(self, agenda: Agenda, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._themes = {theme.id: theme.number for theme in agenda.all_themes}
        self._kinds = {kind.id: (place, kind.mark_char) for place, kind in enumerate(agenda.kinds)}
        self.compact = False
        self.narrow = False
        """Two lines a row; a void's reason stands on the second one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """39 high, or 48 for two lines, and 64 for the note just saved."""
        model = index.model()
        tall = (
            isinstance(model, NoteListModel)
            and model.rowCount() <= UNIFORM_FROM
            and model.is_just_saved(index.data(NOTE_ROLE))
        )
        return QSize(200, look().px(SAVED_HEIGHT if tall else self._row_height))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        note = index.data(NOTE_ROLE)
        if note is None:
            return
        model = index.model()
        just_saved = isinstance(model, NoteListModel) and model.is_just_saved(note)
        current = look()
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected or just_saved:
            painter.fillRect(rect, current.colour("accentTint"))
        if selected:
            painter.fillRect(rect.x(), rect.y(), 4, rect.height(), current.colour("accent"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, current.colour("line"))
        self._paint_note(
            painter, QRectF(rect), note, just_saved and rect.height() > current.px(self._row_height)
        )
        painter.restore()

    @property
    def _row_height(self) -> int:
        return NARROW_HEIGHT if self.narrow else ROW_HEIGHT

    def _paint_note(self, painter: QPainter, rect: QRectF, note: Note, tall: bool) -> None:
        current = look()
        ink = current.colour("text2" if note.voided else "text")
        gap = current.px(8 if self.compact else 12)
        x = rect.x() + current.px(12 if self.compact else 16)
        stripe = QRectF(x, rect.center().y() - 11.5, STRIPE_WIDTH, 23)
        ordinal = None if note.theme is None else self._themes.get(note.theme)
        paint_theme_stripe(painter, stripe, ordinal, ink)
        x += STRIPE_WIDTH + current.px(6 if self.compact else 10)
        x = self._paint_number(painter, rect, x, note) + gap
        x = self._paint_mark(painter, rect, x, note) + gap
        right = rect.right() - current.px(12 if self.compact else 16)
        right = self._paint_end(painter, rect, right, note)
        if note.conflicts:
            side = current.px(18)
            painter.drawPixmap(
                int(x), int(rect.center().y() - side / 2), pixmap("warn", 18, "warn", ratio_of(painter))
            )
            x += side + current.px(6)
        room = QRectF(x, rect.y(), max(0.0, right - gap - x), rect.height())
        font = current.font(17 if tall else 15)
        font.setStrikeOut(note.voided)
        if self.narrow and note.voided:
            upper, lower = QRectF(room), QRectF(room)
            upper.setBottom(room.center().y())
            lower.setTop(room.center().y())
            _paint_text(painter, upper, note.text, font, ink, lines=1)
            _paint_text(painter, lower, self._reason(note), current.font(13), ink, lines=1)
        else:
            _paint_text(painter, room, note.text, font, ink, lines=2 if tall or self.narrow else 1)

    def _reason(self, note: Note) -> str:
        return self.tr("取消 {0}").format(note.void_reason)

    def _paint_number(self, painter: QPainter, rect: QRectF, x: float, note: Note) -> float:
        current = look()
        number = short_number(note.number) if self.compact else note.number
        painter.setFont(current.font(13))
        painter.setPen(current.colour("text2"))
        # Every number is given the room of a usual one, so that the marks stand in a line.
        usual = figures_width(QFontMetricsF(painter.font()), "000" if self.compact else "東3A-000")
        width = max(usual, figures_width(QFontMetricsF(painter.font()), number))
        paint_figures(painter, QRectF(x, rect.y(), width, rect.height()), number, _LEFT)
        return x + width

    def _paint_mark(self, painter: QPainter, rect: QRectF, x: float, note: Note) -> float:
        current = look()
        side = current.px(26)
        if note.kind in self._kinds:
            place, char = self._kinds[note.kind]
            box = QRectF(x, rect.center().y() - side / 2, side, side)
            paint_kind_mark(painter, box, place, char, kind_fill(current, place), current.colour("noteInk"))
        return x + side

    def _paint_end(self, painter: QPainter, rect: QRectF, right: float, note: Note) -> float:
        """Why it was taken back, or its votes, or when it was written; gives where the text has to end."""
        current = look()
        painter.setFont(current.font(13))
        painter.setPen(current.colour("text2"))
        if note.voided and self.narrow:
            return right
        if note.voided:
            words = self._reason(note)
            most = rect.width() * 0.32
            words = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, int(most))
        elif note.votes:
            words = self.tr("票 {0}").format(note.votes)
        elif self.compact:
            return right
        else:
            words = format_clock(note.created_ms)
        width = figures_width(QFontMetricsF(painter.font()), words)
        paint_figures(painter, QRectF(right - width, rect.y(), width, rect.height()), words, _RIGHT)
        return right - width


def _paint_text(painter: QPainter, room: QRectF, text: str, font: QFont, ink: QColor, *, lines: int) -> None:
    """Paint one or two lines; only the last one is cut short."""
    shown = text.replace("\n", "　")[:400]
    paint_lines(painter, room, wrapped(shown, font, room.width(), lines), font, ink)
