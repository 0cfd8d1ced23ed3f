"""Text on a page in one of the sizes and colour roles of the look, which it follows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workshop_app.ui.theme import look


class TextLabel(QLabel):
    """Plain text, never rich: file names and opinions from outside are shown in it."""

    def __init__(
        self,
        text: str = "",
        size: int = 15,
        *,
        bold: bool = False,
        role: str = "text",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._size = size
        self._bold = bold
        self._role = role
        self._dressed = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)
        self._dress()

    def set_look(self, *, size: int | None = None, role: str | None = None) -> None:
        """Take another size or colour role."""
        self._size = self._size if size is None else size
        self._role = self._role if role is None else role
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        current = look()
        weight = 700 if self._bold else 400
        sheet = (
            f"font-size: {current.px(self._size)}px; font-weight: {weight}; "
            f"color: {current.colour(self._role).name()}; background: transparent; border: none;"
        )
        # Setting a style sheet sends StyleChange again.
        if sheet != self._dressed:
            self._dressed = sheet
            self.setStyleSheet(sheet)


class ElidedLabel(TextLabel):
    """One line that gives way: a long file name is cut in the middle, whole in the tooltip, never wider."""

    def sizeHint(self) -> QSize:
        """One whole line."""
        metrics = QFontMetrics(look().font(self._size, self._bold))
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height() + look().px(6))

    def minimumSizeHint(self) -> QSize:
        """A few letters wide at least."""
        return QSize(look().px(80), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much of the text as there is room for."""
        font = look().font(self._size, self._bold)
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(look().colour(self._role))
        box = self.contentsRect()
        shown = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(box, int(self.alignment()), shown)
