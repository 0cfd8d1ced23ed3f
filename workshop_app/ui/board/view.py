"""The board's window onto the scene: zoom, scroll, fly. What mouse and keys mean is decided elsewhere."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGestureEvent, QGraphicsView, QPinchGesture, QWidget

from workshop_app.domain.geometry import Rect, bounding
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.scene import BoardScene
from workshop_app.ui.board.style import Frame
from workshop_app.ui.theme import look

ZOOMS = (
    0.02,
    0.03,
    0.05,
    0.08,
    0.10,
    0.125,
    0.16,
    0.20,
    0.25,
    0.31,
    0.40,
    0.50,
    0.62,
    0.80,
    1.0,
    1.25,
    1.6,
    2.0,
)
"""The steps of the wheel and the keys; pinch and fit go between them."""
_START_ZOOM, _START_ZOOM_COMPACT = 0.62, 0.8
_ROOMY = 150
"""With more notes than this one begins with all of them in sight, whatever the zoom."""
_FIT_MARGIN = 20
_FIT_MOST = 1.0
_WHEEL_STEP = 120


class Hands(Protocol):
    """What takes mouse and keys from the view; each answers True when it has used the event up."""

    def press(self, event: QMouseEvent) -> bool: ...
    def move(self, event: QMouseEvent) -> bool: ...
    def release(self, event: QMouseEvent) -> bool: ...
    def double_click(self, event: QMouseEvent) -> bool: ...
    def key_press(self, event: QKeyEvent) -> bool: ...
    def key_release(self, event: QKeyEvent) -> bool: ...
    def menu(self, event: QContextMenuEvent) -> None: ...
    def lost_focus(self) -> None: ...


class BoardView(QGraphicsView):
    """Scrolls by wheel, Space-drag and middle button, zooms by Ctrl+wheel and pinch."""

    looked = Signal()
    """Another part of the board is seen, or at another zoom."""

    def __init__(self, scene: BoardScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.setObjectName("boardView")
        self.board = scene
        self.hands: Hands | None = None
        self._panning: QPoint | None = None
        self._space = False
        self._wheel = 0
        self._pointer = Qt.CursorShape.ArrowCursor
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlags(
            QGraphicsView.OptimizationFlag.DontSavePainterState
            | QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
        )
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self._dress()
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self.looked)

    # --- where one looks ------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """1.0 is 100 % at the text size in force."""
        return self.transform().m11() / self.board.style_.unit

    def frame(self) -> Frame:
        """The frame of what is seen, in px of the viewport."""
        return self.board.frame(self.viewportTransform())

    def seen(self) -> QRectF:
        """The part of the scene that is seen."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom; the point of the scene under `anchor` (in the viewport, else its middle) stays where it is."""
        zoom = max(ZOOMS[0], min(ZOOMS[-1], zoom))
        place = anchor if anchor is not None else QPointF(self.viewport().rect().center())
        under = self.mapToScene(place.toPoint())
        scale = zoom * self.board.style_.unit
        self.resetTransform()
        self.scale(scale, scale)
        self._bring(under, place)
        self.looked.emit()

    def zoom_step(self, steps: int, anchor: QPointF | None = None) -> None:
        """To the next larger or smaller zoom of the ladder."""
        now = self.zoom
        for _ in range(abs(steps)):
            if steps > 0:
                now = next((zoom for zoom in ZOOMS if zoom > now * 1.01), ZOOMS[-1])
            else:
                now = next((zoom for zoom in reversed(ZOOMS) if zoom < now * 0.99), ZOOMS[0])
        self.set_zoom(now, anchor)

    def fit(self, rect: Rect, most: float = _FIT_MOST) -> None:
        """Show a rectangle of the scene whole, no larger than `most`."""
        if rect.width <= 0 or rect.height <= 0:
            return
        margin = look().px(_FIT_MARGIN)
        room = self.viewport().rect()
        wide, high = max(1, room.width() - 2 * margin), max(1, room.height() - 2 * margin)
        zoom = min(wide / rect.width, high / rect.height) / self.board.style_.unit
        self.set_zoom(min(most, zoom))
        scale = self.transform().m11()
        # From the upper left where all of it fits, so that one begins to read where the board begins.
        left = margin if rect.width * scale <= wide else (room.width() - rect.width * scale) / 2
        top = margin if rect.height * scale <= high else (room.height() - rect.height * scale) / 2
        self._bring(QPointF(rect.x, rect.y), QPointF(left, top))
        self.looked.emit()

    def begin(self, compact: bool) -> None:
        """Everything where it can be read; in the narrow layout the island written to last."""
        content = self.board.content
        least = _START_ZOOM_COMPACT if compact else _START_ZOOM
        if not content.boxes:
            self.set_zoom(least)
            return
        self.fit_all()
        if self.zoom < least and len(content.notes) <= _ROOMY:
            last = max(content.notes.values(), key=lambda item: item.note.updated_ms, default=None)
            home = last.note.island_id if last is not None and compact else None
            box = content.boxes.get(home) if home is not None else None
            self.look_from(box or content.bounds(), least)

    def look_from(self, rect: Rect, zoom: float) -> None:
        """Begin at the upper left corner of a rectangle, at a zoom."""
        self.set_zoom(zoom)
        margin = look().px(_FIT_MARGIN)
        self._bring(QPointF(rect.x, rect.y), QPointF(margin, margin))
        self.looked.emit()

    def fit_all(self) -> None:
        """Show everything."""
        self.fit(self.board.content.bounds())

    def fit_items(self, items: frozenset[EntityId]) -> None:
        """Show these whole."""
        boxes = self.board.content.boxes
        self.fit(bounding(boxes[item] for item in items if item in boxes))

    def fly_to(self, item: EntityId) -> None:
        """Bring a note or island into sight, large enough to be read."""
        box = self.board.content.boxes.get(item)
        if box is None:
            return
        if self.zoom < 0.62:
            self.set_zoom(0.8)
        middle = QPointF(box.x + box.width / 2, box.y + box.height / 2)
        if not self.seen().adjusted(20, 20, -20, -20).contains(QRectF(*box)):
            self._bring(middle, QPointF(self.viewport().rect().center()))
        self.looked.emit()

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen by px."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(dx))
        down.setValue(down.value() + round(dy))

    def _bring(self, point: QPointF, place: QPointF) -> None:
        """Scroll so that a point of the scene lies at a place of the viewport."""
        off = QPointF(self.viewportTransform().map(point)) - place
        self.pan(off.x(), off.y())

    # --- mouse, wheel, fingers ------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Space or the middle button moves the paper; all else is a gesture."""
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self._space and event.button() == Qt.MouseButton.LeftButton):
            self._panning = event.position().toPoint()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.hands is not None and self.hands.press(event):
            pass
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        if self._panning is not None:
            place = event.position().toPoint()
            off = self._panning - place
            self._panning = place
            self.pan(off.x(), off.y())
        elif self.hands is not None:
            self.hands.move(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        if self._panning is not None:
            self._panning = None
            self._show_cursor()
        elif self.hands is not None:
            self.hands.release(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press of a double click."""
        if self.hands is not None:
            self.hands.double_click(event)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl zoom in steps, with Shift scroll across."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._wheel += event.angleDelta().y()
            steps = int(self._wheel / _WHEEL_STEP)
            self._wheel -= steps * _WHEEL_STEP
            if steps:
                self.zoom_step(steps, event.position())
        else:
            off = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not off.x():
                off = QPoint(off.y(), 0)
            self.pan(-off.x(), -off.y())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Pinch, from a touch pad or from fingers."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.set_zoom(self.zoom * (1 + event.value()), event.position())
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                centre = pinch.centerPoint()
                off = centre - pinch.lastCenterPoint()
                self.pan(-off.x(), -off.y())
                if pinch.scaleFactor():
                    place = self.viewport().mapFromGlobal(centre)
                    self.set_zoom(self.zoom * pinch.scaleFactor(), QPointF(place))
                event.accept(pinch)
                return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key or the right button."""
        if self.hands is not None:
            self.hands.menu(event)

    # --- keys ------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space held down turns the pointer into a hand; Tab is left to the window."""
        if self.hands is not None and self.hands.key_press(event):
            event.accept()
        elif event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = True
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of Space."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        elif self.hands is None or not self.hands.key_release(event):
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What is half done with the keys is ended; the key that would end it may never come."""
        super().focusOutEvent(event)
        self._space = False
        if self.hands is not None:
            self.hands.lost_focus()

    def set_pointer(self, shape: Qt.CursorShape) -> None:
        """The pointer of the tool in hand."""
        self._pointer = shape
        self._show_cursor()

    def _show_cursor(self) -> None:
        self.viewport().setCursor(self._pointer)

    # --- look ------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The overlays stand in the corners."""
        super().resizeEvent(event)
        self.looked.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Take another look; the zoom stays what it says."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "board"):
            zoom = self.zoom
            self.board.dress()
            self._dress()
            self.set_zoom(zoom)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The ground under everything."""
        painter.fillRect(rect, self._ground)

    def _dress(self) -> None:
        self._ground: QColor = look().colour("sunken")
        self.viewport().update()
