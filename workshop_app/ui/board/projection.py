"""The operator's side of 投影: opens and closes the projector, feeds it, and has its buttons on the board."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.overlays import IconButton
from workshop_app.ui.board.projector import Projector
from workshop_app.ui.board.scene import BoardScene
from workshop_app.ui.board.slides import room_islands
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import SecondaryButton

_ROOMY, _TIGHT = 880, 700
"""Widths of the page, at 100 % text size, below which words get shorter and the count goes."""


class Projection(QObject):
    """At most one projector for a board."""

    toggled = Signal(bool)
    only_screen = Signal()
    """There is no second screen: the projector opened as a window."""

    def __init__(self, scene: BoardScene, agenda: Agenda, place: Callable[[], str], page: QWidget) -> None:
        super().__init__(page)
        self._scene = scene
        self._page = page
        self._agenda = agenda
        self._place = place
        self.projector: Projector | None = None
        self.following = True
        """Shows the island that the operator works in; else the one that was chosen."""
        self.bar = ProjectionBar(page)
        self.bar.pressed.connect(self._on_pressed)
        scene.content_changed.connect(self._feed)
        scene.choice_changed.connect(self._follow)

    def toggle(self) -> None:
        """Open it, or close it."""
        if self.projector is not None:
            self.projector.close()
            return
        projector = Projector(self._agenda, self._page)
        projector.closed.connect(self._on_closed)
        projector.turned.connect(self._show_state)
        projector.taken_over.connect(lambda: self.set_following(False))
        self.projector = projector
        self._feed()
        self.set_following(True)
        if not projector.open_beside(self._page.window()):
            self.only_screen.emit()
        self.toggled.emit(True)

    def set_following(self, following: bool) -> None:
        """Follow the operator, or stay where it is."""
        self.following = following
        self._follow()
        self._show_state()

    def _feed(self) -> None:
        if self.projector is not None:
            self.projector.show_islands(room_islands(self._scene.content), self._place())

    def _follow(self) -> None:
        island = self._operators_island()
        if self.projector is not None and self.following and island is not None:
            self.projector.show_island(island[0])

    def _operators_island(self) -> tuple[EntityId | None] | None:
        """The island of what the keys mean; (None,) for a note outside of any, None when nothing is chosen."""
        focus, content = self._scene.focus_item_id, self._scene.content
        if focus is None or not self._scene.chosen:
            return None
        if focus in content.islands:
            return (focus,)
        return (content.parent_of(focus),) if focus in content.notes else None

    def _on_pressed(self, name: str) -> None:
        projector = self.projector
        if projector is None:
            return
        acts: dict[str, Callable[[], None]] = {
            "back": lambda: projector.step_island(-1),
            "on": lambda: projector.step_island(1),
            "up": lambda: projector.step_page(-1),
            "down": lambda: projector.step_page(1),
            "follow": lambda: self.set_following(not self.following),
            "aloud": lambda: projector.set_aloud(not projector.aloud),
            "black": lambda: projector.set_black(not projector.black),
            "contrast": lambda: projector.set_contrast(not projector.contrast),
            "end": self.toggle,
        }
        acts[name]()

    def _show_state(self) -> None:
        if self.projector is not None:
            on = {
                "follow": self.following,
                "aloud": self.projector.aloud,
                "black": self.projector.black,
                "contrast": self.projector.contrast,
            }
            self.bar.show_state(self.projector.words().count, on)

    def _on_closed(self) -> None:
        projector, self.projector = self.projector, None
        if projector is not None:
            projector.deleteLater()
            self.bar.hide()
            self.toggled.emit(False)


class ProjectionBar(QWidget):
    """Under the board while something is projected: what the room sees, and how to change that."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("projectionBar")
        self._count = TextLabel("", 15)
        self._switches: dict[str, SecondaryButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 6, 5)
        row.setSpacing(4)
        self._title = TextLabel(self.tr("投影中"), 15, bold=True)
        row.addWidget(self._title)
        self._add_step(row, "back", "chevron_right", self.tr("前の島"), turned=True)
        row.addWidget(self._count)
        self._add_step(row, "on", "chevron_right", self.tr("次の島"))
        self._words = {
            "follow": (self.tr("操作に合わせる"), self.tr("合わせる")),
            "aloud": (self.tr("読み上げ"), self.tr("読む")),
            "contrast": (self.tr("白黒反転"), self.tr("反転")),
            "black": (self.tr("黒い画面"), self.tr("黒")),
        }
        for name, (words, _) in self._words.items():
            button = SecondaryButton(words)
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.setCheckable(True)
            button.setObjectName(f"projection_{name}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, name=name: self.pressed.emit(name))
            self._switches[name] = button
            row.addWidget(button)
        end = self._end = SecondaryButton(self.tr("終わる"), "F5")
        end.setObjectName("projection_end")
        end.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        end.clicked.connect(lambda: self.pressed.emit("end"))
        row.addWidget(end)
        row.addStretch(1)
        self.hide()

    def show_state(self, count: str, on: dict[str, bool]) -> None:
        """Which island is shown, and which switches are on."""
        self._count.setText(count)
        for name, button in self._switches.items():
            button.setChecked(on[name])
        self.show()

    def fit(self, width: int) -> None:
        """Shorter and fewer words where the page is narrow for its letters."""
        narrow = width < look().px(_ROOMY)
        for name, button in self._switches.items():
            button.setText(self._words[name][narrow])
            button.updateGeometry()
        tight = width < look().px(_TIGHT)
        self._end.set_hint("" if tight else "F5")
        for label in (self._title, self._count):
            label.setVisible(not tight)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A surface with a border in the accent: it is told at a glance that the room sees something."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look().colour("accent"), 2))
        painter.setBrush(look().colour("surface"))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _add_step(self, row: QHBoxLayout, name: str, icon: str, words: str, *, turned: bool = False) -> None:
        button = IconButton(icon, words, turned=turned)
        button.setObjectName(f"projection_{name}")
        button.clicked.connect(lambda: self.pressed.emit(name))
        row.addWidget(button)
