"""The focus ring: 2 px accent, 2 px outside the control, which no widget can paint by itself."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFocusFrame,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QWidget,
)

from workshop_app.ui.theme import look

_MARGIN = 4
"""2 px of ring and 2 px of surface between ring and control; Qt's own 2 leaves no gap."""


class _RingStyle(QProxyStyle):
    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric in (QStyle.PixelMetric.PM_FocusFrameHMargin, QStyle.PixelMetric.PM_FocusFrameVMargin):
            return _MARGIN
        return super().pixelMetric(metric, option, widget)


class FocusRing(QFocusFrame):
    """A ring around one button."""

    def __init__(self) -> None:
        super().__init__()
        self._style = _RingStyle()
        self.setStyle(self._style)

    def paintEvent(self, event: QPaintEvent) -> None:
        """One rounded line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look().colour("accent"), 2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)


class _RingKeeper(QObject):
    """Moves the ring with the focus. Fields and lists show their focus by their own border."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._ring: FocusRing | None = None
        application.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        wanted = new if isinstance(new, QAbstractButton) else None
        # The ring is a child of the window it is in and dies with it.
        if self._ring is None or not shiboken6.isValid(self._ring):
            self._ring = None
            if wanted is None:
                return
            self._ring = FocusRing()
        # None takes the ring away; the stubs do not know it.
        self._ring.setWidget(wanted)  # type: ignore[arg-type]


def install_focus_ring(application: QApplication) -> None:
    """Give every button of the application a visible focus."""
    _RingKeeper(application)
