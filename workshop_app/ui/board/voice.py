"""What the board says aloud and in its tooltips.

One item paints all notes, so there is no accessible child for each of them: Qt's Python binding lets nobody install
an interface of his own. The view speaks for the note the keys mean instead: its accessible name is that note, and
changes with every step, which a screen reader announces.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from workshop_app.domain.agenda import Agenda
from workshop_app.ui.board.view import BoardView
from workshop_app.ui.board.words import described


class BoardVoice(QObject):
    """Keeps the accessible name and description of the view."""

    def __init__(self, view: BoardView, agenda: Agenda) -> None:
        super().__init__(view)
        self._view = view
        self._agenda = agenda
        view.board.choice_changed.connect(self._say)
        view.board.content_changed.connect(self._say)
        view.viewport().installEventFilter(self)
        self._say()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A tooltip shows a whole note."""
        if not isinstance(event, QHelpEvent) or event.type() != QEvent.Type.ToolTip:
            return False
        place = self._view.mapToScene(event.pos())
        content = self._view.board.content
        item = content.item_at(place.x(), place.y())
        words = "" if item is None else described(content, self._agenda, item)
        QToolTip.showText(event.globalPos(), words, self._view)
        return True

    def _say(self) -> None:
        scene = self._view.board
        content, chosen = scene.content, scene.chosen
        arrow = next((item for item in chosen if item in content.arrows), None)
        focus = scene.focus_item_id or arrow
        words = "" if focus is None else described(content, self._agenda, focus)
        if len(chosen) > 1:
            words = self.tr("{0}個を選んでいます。{1}").format(len(chosen), words)
        counts = self.tr("付箋 {0}枚、島 {1}").format(len(content.notes), len(content.islands))
        self._view.setAccessibleName(words or self.tr("ボード"))
        self._view.setAccessibleDescription(
            self.tr("{0}。Ctrl+矢印で移り、F2 で書き、矢印で動かします。").format(counts)
        )
