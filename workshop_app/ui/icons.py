"""Icons: our own SVG line drawings, coloured by role when loaded."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from workshop_app.paths import resource
from workshop_app.ui.theme import look


def icon(name: str, size: int = 20, role: str = "text") -> QIcon:
    """An icon in the colour of a role, sharp at 1x and 2x; `size` is a size token."""
    result = QIcon()
    for ratio in (1.0, 2.0):
        result.addPixmap(pixmap(name, size, role, ratio))
    return result


def pixmap(name: str, size: int = 20, role: str = "text", ratio: float = 1.0) -> QPixmap:
    """The same as a pixmap for a screen with this device pixel ratio."""
    current = look()
    return _drawn(name, current.px(size), current.colours[role], ratio)


@lru_cache(maxsize=256)
def _drawn(name: str, size: int, colour: str, ratio: float) -> QPixmap:
    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def paint_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """The icon as lines, for what may be painted on paper or in a worker, where a pixmap has no place."""
    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    QSvgRenderer(QByteArray(text.replace("currentColor", colour.name()).encode())).render(painter, rect)


def ratio_of(painter: QPainter) -> float:
    """The device pixel ratio of what is painted on."""
    device = painter.device()
    return device.devicePixelRatioF() if device is not None else 1.0
