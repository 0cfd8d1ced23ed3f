"""The one kind of dialog: a question, a body, the safe button first, Esc is safe."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from workshop_app.ui.widgets.composition import KeepsComposition

MAX_WIDTH, MAX_HEIGHT = 560, 420
ROOMY_WIDTH, ROOMY_HEIGHT = 760, 560
"""For a dialog that shows a list to be read: in 560×400 the list is a slit (seen with the import preview)."""
_SIDE, _TOP = 24, 20


class Dialog(QDialog):
    """Fill `body`, then call `add_buttons`. The buttons stand outside the part that scrolls.

    It belongs to the window of its parent: what is done to a page, disabling it say, does not reach it.
    """

    roomy = False
    """True for a dialog that shows a list: it takes all the room it may have, and only the list scrolls."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(None if parent is None else parent.window())
        self.setWindowTitle(title)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self._title = TextLabel(title, 17, bold=True, wrap=True)
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 0, 0 if self.roomy else 12, 4)
        self.body.setSpacing(look().px(8))
        self.inner = inner
        """What `body` lays out."""
        middle = inner if self.roomy else _scrolled(inner)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(12)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, _TOP, _SIDE, _TOP)
        column.setSpacing(look().px(12))
        column.addWidget(self._title)
        column.addWidget(middle, 1)
        column.addLayout(self._buttons)
        self.safe_button: SecondaryButton | None = None
        self.action_button: PrimaryButton | DangerButton | None = None

    def set_title(self, title: str) -> None:
        """The question, in the dialog and in its title bar."""
        self.setWindowTitle(title)
        self._title.setText(title)

    def add_buttons(self, safe: str, action: str, danger: bool = False) -> None:
        """The safe way out (Esc) and, last, the action; a dangerous one is never the default."""
        self.safe_button = SecondaryButton(safe, self.tr("Esc"))
        self.safe_button.setObjectName("dialogSafe")
        self.safe_button.clicked.connect(self.reject)
        self.action_button = DangerButton(action) if danger else PrimaryButton(action)
        self.action_button.setObjectName("dialogAction")
        self.action_button.clicked.connect(self.accept)
        (self.safe_button if danger else self.action_button).setDefault(True)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.safe_button)
        self._buttons.addWidget(self.action_button)

    def settle(self) -> None:
        """Commit an open composition into its box; called before anything typed here is read."""
        for box in self.findChildren(QWidget):
            if isinstance(box, KeepsComposition):
                box.settle()

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its content needs, within the limits of a small laptop."""
        super().showEvent(event)
        parent = self.parentWidget()
        window = None if parent is None else parent.window()
        if self.roomy:
            wide, high = look().px(ROOMY_WIDTH), look().px(ROOMY_HEIGHT)
            if window is not None:
                wide, high = min(wide, window.width() - 40), min(high, window.height() - 20)
            self.resize(wide, high)
            return
        width = min(look().px(MAX_WIDTH), max(self.width(), look().px(420)))
        inner_width = width - 2 * _SIDE
        content = max(self.inner.sizeHint().height(), self.inner.heightForWidth(inner_width))
        rest = self._title.heightForWidth(inner_width) + look().px(40) + 2 * look().px(12)
        most = look().px(560)
        room = most if window is None else min(most, max(MAX_HEIGHT, window.height() - 20))
        self.resize(width, min(content + rest + 2 * _TOP + 4, room))


def _scrolled(inner: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area
