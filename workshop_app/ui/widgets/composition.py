"""What every box one types in does with a word the input method has not settled yet.

Stock editors drop an unfinished composition when the focus goes, and take Enter as Enter while a word is
still being converted. Here the composition is committed into the text before anybody reads it (`settle`), and
while it is open, Enter, Tab, Esc and shortcuts belong to the input method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    _Base = QWidget
else:
    _Base = object

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TAB = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class KeepsComposition(_Base):
    """For QTextEdit or QLineEdit: `class Box(KeepsComposition, QLineEdit)`."""

    _preedit = ""
    _taken = ""

    @property
    def composing(self) -> bool:
        """True while a composition is open."""
        return bool(self._preedit)

    @property
    def composition(self) -> str:
        """What is not settled yet, as it is shown at the cursor."""
        return self._preedit

    def settle(self) -> None:
        """Commit an open composition into the text, exactly once."""
        if not self._preedit:
            return
        pending = self._preedit
        # Most input methods answer with a commit event at once; some later, some never.
        QGuiApplication.inputMethod().commit()
        if self._preedit:
            event = QInputMethodEvent("", [])
            event.setCommitString(pending)
            self.inputMethodEvent(event)
            self._taken = pending
            QGuiApplication.inputMethod().reset()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Follow the composition; a commit that comes after `settle` took the same text is left out."""
        taken, self._taken = self._taken, ""
        if taken and event.commitString() == taken and not event.preeditString():
            event.accept()
            return
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Stock editors drop the composition here."""
        self.settle()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep shortcuts and focus keys away while composing."""
        if self.composing and isinstance(event, QKeyEvent):
            shortcut = event.type() == QEvent.Type.ShortcutOverride
            if shortcut or (event.type() == QEvent.Type.KeyPress and event.key() in _TAB):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Esc and keys with Ctrl do nothing while composing."""
        self._taken = ""
        if self.composing and (
            event.key() in ENTER
            or event.key() == Qt.Key.Key_Escape
            or event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()
            return
        super().keyPressEvent(event)
