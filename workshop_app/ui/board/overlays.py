"""What lies on the corner of the board: zoom, minimap, legend. Children of the view; the paper moves below them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.ui.board.style import Frame
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.icons import pixmap
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.marks import STRIPE_WIDTH, kind_fill, paint_kind_mark, paint_theme_stripe
from workshop_app.ui.theme import look

_EDGE = 16
_MAP, _MAP_COMPACT = QSize(162, 68), QSize(116, 56)


class IconButton(QAbstractButton):
    """A button that is an icon, 40 × 40; its words are in the tooltip and read aloud."""

    def __init__(self, icon: str, words: str, parent: QWidget | None = None, *, turned: bool = False) -> None:
        super().__init__(parent)
        self._icon = icon
        self._turned = turned
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """One target."""
        return QSize(look().px(40), look().px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon in the middle."""
        current = look()
        painter = QPainter(self)
        if self.underMouse() or self.isDown():
            painter.fillRect(self.rect(), current.colour("accentTint"))
        image = pixmap(self._icon, 18, "text" if self.isEnabled() else "text2", self.devicePixelRatioF())
        side = current.px(18)
        if self._turned:
            # The icon that points to the right, to the left.
            painter.setWorldTransform(QTransform(-1, 0, 0, 1, self.width(), 0))
        painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, image)


class ZoomBar(QWidget):
    """− 62 ％ ＋ ⛶"""

    def __init__(self, view: BoardView) -> None:
        super().__init__(view)
        self.setObjectName("boardZoom")
        self._view = view
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        self._percent = TextLabel("", 17)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = []
        for name, icon, words, slot in (
            ("boardZoomOut", "minus", self.tr("小さくする（−）"), lambda: view.zoom_step(-1)),
            ("boardZoomIn", "plus", self.tr("大きくする（＋）"), lambda: view.zoom_step(1)),
            ("boardZoomFit", "fit", self.tr("全体を見る（F）"), view.fit_all),
        ):
            button = IconButton(icon, words)
            button.setObjectName(name)
            button.clicked.connect(slot)
            buttons.append(button)
        row.addWidget(buttons[0])
        row.addWidget(self._percent)
        row.addWidget(buttons[1])
        row.addWidget(buttons[2])
        view.looked.connect(self._show_zoom)
        self._show_zoom()

    def _show_zoom(self) -> None:
        self._percent.setText(self.tr("{0} %").format(round(self._view.zoom * 100)))
        self._percent.setMinimumWidth(look().px(62))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A surface with a border."""
        _paint_panel(self)


class Minimap(QWidget):
    """The whole board small, with a frame around what is seen; press or drag to go there."""

    def __init__(self, view: BoardView) -> None:
        super().__init__(view)
        self.setObjectName("boardMinimap")
        self._view = view
        self._image: QPixmap | None = None
        self._compact = False
        self.setAccessibleName(self.tr("全体図"))
        self.setToolTip(self.tr("全体図。押したところへ移ります"))
        view.looked.connect(self.update)
        view.board.content_changed.connect(self.forget)

    def set_compact(self, compact: bool) -> None:
        """116 wide instead of 162."""
        self._compact = compact
        self.forget()

    def sizeHint(self) -> QSize:
        """One of two sizes."""
        return (_MAP_COMPACT if self._compact else _MAP) * (look().percent / 100)

    def forget(self) -> None:
        """What is on it has changed."""
        self._image = None
        self.update()

    def needed(self) -> bool:
        """False when all of the board is seen."""
        bounds = QRectF(*self._view.board.content.bounds())
        return not bounds.isEmpty() and not self._view.seen().contains(bounds)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Islands and papers, then the frame."""
        _paint_panel(self)
        frame = self._frame()
        if self._image is None:
            self._image = self._drawn(frame)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._image)
        seen = self._view.seen()
        corner = frame.point(seen.x(), seen.y())
        window = QRectF(corner.x(), corner.y(), seen.width() * frame.scale, seen.height() * frame.scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look().colour("accent"), 2.5))
        painter.drawRect(window.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._go(event.position())

    def _go(self, place: QPointF) -> None:
        frame = self._frame()
        self._view.centerOn((place.x() - frame.dx) / frame.scale, (place.y() - frame.dy) / frame.scale)

    def _frame(self) -> Frame:
        bounds = self._view.board.content.bounds()
        room = self.rect().adjusted(6, 6, -6, -6)
        scale = min(room.width() / max(1, bounds.width), room.height() / max(1, bounds.height))
        dx = room.x() + (room.width() - bounds.width * scale) / 2 - bounds.x * scale
        dy = room.y() + (room.height() - bounds.height * scale) / 2 - bounds.y * scale
        return Frame(scale, dx, dy, look().percent / 100)

    def _drawn(self, frame: Frame) -> QPixmap:
        ratio = self.devicePixelRatioF()
        image = QPixmap(self.size() * ratio)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self._view.board.painter_.paint_map(painter, frame)
        painter.end()
        return image


class Legend(QWidget):
    """Themes with their stripes above, kinds with their marks below."""

    def __init__(self, view: BoardView, agenda: Agenda) -> None:
        super().__init__(view)
        self.setObjectName("boardLegend")
        self._themes = [(theme.number, theme.short_title) for theme in agenda.all_themes]
        self._kinds = [(place, kind.mark_char, kind.name) for place, kind in enumerate(agenda.kinds)]
        words = [title for _, title in self._themes] + [name for _, _, name in self._kinds]
        self.setAccessibleName(self.tr("凡例") + " " + " ".join(words))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """Two lines."""
        current = look()
        metrics = QFontMetrics(current.font(13))
        gap = current.px(14)
        themes = sum(
            STRIPE_WIDTH + current.px(6) + metrics.horizontalAdvance(title) + gap for _, title in self._themes
        )
        kinds = sum(
            current.px(18) + current.px(6) + metrics.horizontalAdvance(name) + gap
            for _, _, name in self._kinds
        )
        return QSize(max(themes, kinds) + current.px(12), current.px(58))

    def paintEvent(self, event: QPaintEvent) -> None:
        """On a plate, so that it can be read over notes."""
        current = look()
        painter = QPainter(self)
        _paint_panel(self)
        painter.setFont(current.font(13))
        metrics = painter.fontMetrics()
        x, line, gap = current.px(12), current.px(26), current.px(14)
        text = current.colour("text")
        for ordinal, title in self._themes:
            paint_theme_stripe(painter, QRectF(x, current.px(10), STRIPE_WIDTH, 14), ordinal, text)
            x += STRIPE_WIDTH + current.px(6)
            painter.setPen(text)
            painter.drawText(QRect(x, current.px(4), 400, line), int(Qt.AlignmentFlag.AlignVCenter), title)
            x += metrics.horizontalAdvance(title) + gap
        x = current.px(12)
        for place, char, name in self._kinds:
            box = QRectF(x, current.px(33), current.px(18), current.px(18))
            paint_kind_mark(painter, box, place, char, kind_fill(current, place), current.colour("noteInk"))
            x += current.px(24)
            painter.setPen(text)
            painter.setFont(current.font(13))
            painter.drawText(QRect(x, current.px(29), 400, line), int(Qt.AlignmentFlag.AlignVCenter), name)
            x += metrics.horizontalAdvance(name) + gap


class Overlays(QWidget):
    """Keeps zoom, minimap and legend in their corners. Itself it is not seen."""

    def __init__(self, view: BoardView, agenda: Agenda) -> None:
        super().__init__(view)
        self.hide()
        self._view = view
        self._compact = False
        self._legend_wanted = True
        self.zoom = ZoomBar(view)
        self.map = Minimap(view)
        self.legend = Legend(view, agenda)
        view.looked.connect(self.place)
        view.board.content_changed.connect(self.place)
        view.installEventFilter(self)

    def set_compact(self, compact: bool) -> None:
        """Zoom at the lower left, the legend on demand."""
        self._compact = compact
        self._legend_wanted = not compact
        self.map.set_compact(compact)
        self.place()

    def toggle_legend(self) -> None:
        """Show the legend, or put it away."""
        self._legend_wanted = not self._legend_wanted
        self.place()

    def place(self) -> None:
        """Put everything where it belongs."""
        room, edge = self._view.rect(), look().px(_EDGE)
        for part in (self.zoom, self.map, self.legend):
            part.resize(part.sizeHint())
        bottom = room.bottom() - edge
        self.map.setVisible(self.map.needed())
        self.map.move(room.right() - edge - self.map.width(), bottom - self.map.height())
        if self._compact:
            self.zoom.move(edge, bottom - self.zoom.height())
        else:
            left = room.right() - edge - self.zoom.width()
            if self.map.isVisibleTo(self._view):
                left -= self.map.width() + edge
            self.zoom.move(left, bottom - self.zoom.height())
        above = min(self.zoom.y() if not self._compact else bottom, self.map.y())
        self.legend.setVisible(self._legend_wanted)
        self.legend.move(room.right() - edge - self.legend.width(), above - edge // 2 - self.legend.height())

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """A look with other sizes."""
        if event.type() == QEvent.Type.StyleChange:
            self.map.forget()
            self.place()
        return False


def _paint_panel(widget: QWidget) -> None:
    current = look()
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(current.colour("border"), 1))
    painter.setBrush(current.colour("surface"))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
