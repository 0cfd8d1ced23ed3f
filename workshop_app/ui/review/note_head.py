"""Which note it is about: stripe, number, kind mark, and where it was written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.note import Note
from workshop_app.ui.figures import figures_width, paint_figures
from workshop_app.ui.marks import STRIPE_WIDTH, kind_fill, paint_kind_mark, paint_theme_stripe
from workshop_app.ui.theme import look


class NoteHead(QWidget):
    """One painted line; the place gives way where there is no room."""

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = {theme.id: theme.number for theme in agenda.all_themes}
        self._kinds = {kind.id: (place, kind.mark_char, kind.name) for place, kind in enumerate(agenda.kinds)}
        self._note: Note | None = None
        self._title = ""
        self._place = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_entity(self, title: str, place: str, note: Note | None) -> None:
        """A note, or something else by its name."""
        self._note, self._title, self._place = note, title, place
        kind = "" if note is None or note.kind not in self._kinds else self._kinds[note.kind][2]
        words = "  ".join(word for word in (title, kind, place) if word)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as it is given."""
        return QSize(look().px(200), look().px(28))

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it from left to right."""
        current, note = look(), self._note
        painter = QPainter(self)
        middle, high = self.height() / 2, self.height()
        x = 0.0
        if note is not None:
            ordinal = None if note.theme is None else self._themes.get(note.theme)
            stripe = QRectF(x, middle - 11.5, STRIPE_WIDTH, 23)
            paint_theme_stripe(painter, stripe, ordinal, current.colour("text"))
            x += STRIPE_WIDTH + current.px(14)
        painter.setPen(current.colour("text"))
        painter.setFont(current.font(17, bold=True))
        width = figures_width(QFontMetricsF(painter.font()), self._title)
        paint_figures(painter, QRectF(x, 0, width, high), self._title, Qt.AlignmentFlag.AlignLeft)
        x += width + current.px(14)
        if note is not None and note.kind in self._kinds:
            place, char, _ = self._kinds[note.kind]
            side = current.px(24)
            mark = QRectF(x, middle - side / 2, side, side)
            paint_kind_mark(painter, mark, place, char, kind_fill(current, place), current.colour("noteInk"))
            x += side + current.px(14)
        painter.setPen(current.colour("text2"))
        painter.setFont(current.font(15))
        room = QRectF(x, 0, max(0.0, self.width() - x), high)
        shown = painter.fontMetrics().elidedText(self._place, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
