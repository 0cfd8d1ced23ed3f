"""The two painted choice buttons of the capture page: a theme, a kind."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from workshop_app.ui.marks import STRIPE_WIDTH, kind_fill, paint_kind_mark, paint_theme_stripe
from workshop_app.ui.theme import look


class _ChoiceButton(QAbstractButton):
    """Checkable; the caller decides what unchecking means. Never takes the focus from the text box by mouse."""

    heights = (48, 40)

    def __init__(self, name: str, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._shortcut = shortcut
        self._compact = False
        self._hint_shown = True
        self.setCheckable(True)
        self.setText(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fit()

    def set_compact(self, compact: bool) -> None:
        """Take the lower height of the narrow layout."""
        self._compact = compact
        self._fit()

    def show_hint(self, shown: bool) -> None:
        """Show the shortcut, or leave it to a heading."""
        if shown != self._hint_shown:
            self._hint_shown = shown
            self.update()

    @property
    def key_hint(self) -> str:
        """Its key."""
        return self._shortcut

    def sizeHint(self) -> QSize:
        """As wide as it is given."""
        return QSize(look().px(60), self.minimumHeight())

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        self.setFixedHeight(look().px(self.heights[self._compact]))
        self.update()

    def _paint_box(self, painter: QPainter) -> None:
        current = look()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        width = 2.0 if chosen else 1.0
        painter.setPen(QPen(current.colour("accent" if chosen else "border"), width))
        hot = chosen or self.isDown() or (self.isEnabled() and self.underMouse())
        fill = "accentTint" if hot else "surface"
        painter.setBrush(current.colour(fill if self.isEnabled() else "sunken"))
        edge = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 4, 4)


class ThemeButton(_ChoiceButton):
    """A theme: stripe, number, name, and the shortcut at the right."""

    def __init__(
        self, ordinal: int, number: str, name: str, shortcut: str, parent: QWidget | None = None
    ) -> None:
        self._ordinal = ordinal
        self._number = number
        super().__init__(name, shortcut, parent)
        self.setAccessibleName(self.tr("テーマ {0} {1}").format(number, name))

    def needed_width(self, with_hint: bool) -> int:
        """How wide it has to be for everything to stand whole, chosen too."""
        current = look()
        side, gap = self._distances()
        number = max(
            current.px(11), QFontMetrics(current.font(17, bold=True)).horizontalAdvance(self._number)
        )
        name = QFontMetrics(current.font(15, bold=True)).horizontalAdvance(self._name)
        hint = QFontMetrics(current.font(12)).horizontalAdvance(self._shortcut) + current.px(5)
        return 2 * side + STRIPE_WIDTH + gap + number + gap - 2 + name + 2 + (hint if with_hint else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, stripe, number, name and shortcut."""
        current = look()
        painter = QPainter(self)
        self._paint_box(painter)
        text = current.colour("text" if self.isEnabled() else "text2")
        side, gap = self._distances()
        left = side
        stripe = QRectF(left, self.height() / 2 - 11.5, STRIPE_WIDTH, 23)
        paint_theme_stripe(painter, stripe, self._ordinal, text)
        left += STRIPE_WIDTH + gap
        painter.setPen(text)
        painter.setFont(current.font(17, bold=True))
        number_width = max(current.px(11), QFontMetrics(painter.font()).horizontalAdvance(self._number))
        _line(painter, QRectF(left, 0, number_width, self.height()), self._number)
        left += number_width + gap - 2
        right = self.width() - side
        if self._hint_shown:
            painter.setFont(current.font(12))
            painter.setPen(current.colour("accent" if self.isChecked() else "text2"))
            hint_width = painter.fontMetrics().horizontalAdvance(self._shortcut)
            _line(painter, QRectF(right - hint_width, 0, hint_width + 1, self.height()), self._shortcut)
            right -= hint_width + current.px(5)
        painter.setPen(text)
        painter.setFont(current.font(15, bold=self.isChecked()))
        _line(painter, QRectF(left, 0, right - left, self.height()), self._name, elide=True)

    def _distances(self) -> tuple[int, int]:
        """From the edge, and between the parts."""
        current = look()
        return (current.px(9), current.px(7)) if self._compact else (current.px(12), current.px(10))


class KindButton(_ChoiceButton):
    """A kind: mark, name, and below it the shortcut (left out in the narrow layout)."""

    heights = (60, 40)

    def __init__(
        self, shape: int, char: str, name: str, shortcut: str, index: int, parent: QWidget | None = None
    ) -> None:
        self._shape = shape
        self._char = char
        self._index = index
        super().__init__(name, shortcut, parent)
        self.setAccessibleName(self.tr("種別 {0}").format(name))

    def needed_width(self) -> int:
        """How wide it has to be for the name to stand whole, chosen too."""
        current = look()
        name = QFontMetrics(current.font(15, bold=True)).horizontalAdvance(self._name)
        left, mark = (8, 24) if self._compact else (11, 28)
        return current.px(left) + current.px(mark) + current.px(8) + name + 2 + current.px(4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, mark, name and shortcut."""
        current = look()
        painter = QPainter(self)
        self._paint_box(painter)
        side = current.px(24 if self._compact else 28)
        left = current.px(8 if self._compact else 11)
        mark = QRectF(left, (self.height() - side) / 2, side, side)
        ink = current.colour("noteInk")
        paint_kind_mark(painter, mark, self._shape, self._char, kind_fill(current, self._index), ink)
        left += side + current.px(8)
        room = self.width() - left - current.px(4)
        name_font = current.font(15, bold=self.isChecked())
        painter.setPen(current.colour("text" if self.isEnabled() else "text2"))
        painter.setFont(name_font)
        if self._compact:
            _line(painter, QRectF(left, 0, room, self.height()), self._name, elide=True)
            return
        hint_font = current.font(12)
        name_high, hint_high = QFontMetrics(name_font).height(), QFontMetrics(hint_font).height()
        gap = current.px(3)
        top = (self.height() - name_high - gap - hint_high) / 2
        _line(painter, QRectF(left, top, room, name_high), self._name, elide=True)
        painter.setFont(hint_font)
        painter.setPen(current.colour("accent" if self.isChecked() else "text2"))
        _line(painter, QRectF(left, top + name_high + gap, room, hint_high), self._shortcut, elide=True)


def _line(painter: QPainter, box: QRectF, text: str, *, elide: bool = False) -> None:
    if elide:
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
