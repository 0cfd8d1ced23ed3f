"""The choices a note has beside its text: theme, kind, table, round, agenda points. Used by form and dialog."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.ui.widgets import ComboField, KindButton, ThemeButton

DEFAULT_TABLES = 12
"""How many tables are offered when the workshop does not say; a table beyond them can still be imported."""
ROUNDS = 6


class ThemeChoice(QWidget):
    """The agenda's themes two by two; pressing the chosen one again is 未分類."""

    chosen = Signal()

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, ThemeButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for place, theme in enumerate(agenda.all_themes):
            number = str(theme.number) if theme.number else "－"
            button = ThemeButton(theme.number, number, theme.short_title, f"Ctrl+{theme.number}")
            button.setObjectName(f"themeButton_{theme.id}")
            button.setToolTip(f"{theme.title}  Ctrl+{theme.number}")
            button.clicked.connect(lambda _checked=False, theme_id=theme.id: self._on_clicked(theme_id))
            self._buttons[theme.id] = button
            grid.addWidget(button, place // 2, place % 2)
        self._theme: str | None = None

    @property
    def theme(self) -> str | None:
        """The chosen theme's id; None is 未分類."""
        return self._theme

    def set_theme(self, theme: str | None) -> None:
        """Choose a theme, or none."""
        self._theme = theme
        for theme_id, button in self._buttons.items():
            button.setChecked(theme_id == theme)
        self.chosen.emit()

    def set_compact(self, compact: bool) -> None:
        """Lower buttons."""
        for button in self._buttons.values():
            button.set_compact(compact)

    def press(self, theme_id: str) -> None:
        """What the shortcut does."""
        if theme_id in self._buttons:
            self._on_clicked(theme_id)

    def _on_clicked(self, theme_id: str) -> None:
        self.set_theme(None if theme_id == self._theme else theme_id)


class KindChoice(QWidget):
    """The agenda's kinds in one row; pressing the chosen one again takes it away."""

    chosen = Signal()

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, KindButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for place, kind in enumerate(agenda.kinds):
            shortcut = f"Ctrl+Shift+{place + 1}" if place < 9 else ""
            button = KindButton(place, kind.mark_char, kind.name, shortcut, place)
            button.setObjectName(f"kindButton_{kind.id}")
            button.setToolTip(f"{kind.name}  {shortcut}")
            button.clicked.connect(lambda _checked=False, kind_id=kind.id: self._on_clicked(kind_id))
            self._buttons[kind.id] = button
            row.addWidget(button)
        self._kind: str | None = None

    @property
    def kind(self) -> str | None:
        """The chosen kind's id, or None."""
        return self._kind

    def set_kind(self, kind: str | None) -> None:
        """Choose a kind, or none."""
        self._kind = kind
        for kind_id, button in self._buttons.items():
            button.setChecked(kind_id == kind)
        self.chosen.emit()

    def set_compact(self, compact: bool) -> None:
        """Lower buttons without the shortcut."""
        for button in self._buttons.values():
            button.set_compact(compact)

    def press(self, place: int) -> None:
        """What the shortcut does; `place` counts from 0."""
        ids = list(self._buttons)
        if place < len(ids):
            self._on_clicked(ids[place])

    def _on_clicked(self, kind_id: str) -> None:
        self.set_kind(None if kind_id == self._kind else kind_id)


def add_choice_keys(owner: QWidget, agenda: Agenda, themes: ThemeChoice, kinds: KindChoice) -> None:
    """Ctrl+1… for the themes and Ctrl+Shift+1… for the kinds, wherever inside `owner` the focus is."""
    pairs: list[tuple[str, Callable[[], None]]] = [
        (f"Ctrl+{theme.number}", partial(themes.press, theme.id)) for theme in agenda.all_themes
    ]
    pairs += [
        (f"Ctrl+Shift+{place + 1}", partial(kinds.press, place)) for place in range(min(9, len(agenda.kinds)))
    ]
    for keys, slot in pairs:
        shortcut = QShortcut(QKeySequence(keys), owner, slot)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)


class NumberField(ComboField):
    """A table or a round: － for none, then 1, 2, 3 …"""

    number_changed = Signal()

    def __init__(self, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addItem("－", None)
        for number in range(1, most + 1):
            self.addItem(str(number), number)
        self.currentIndexChanged.connect(self.number_changed)

    @property
    def number(self) -> int | None:
        """The chosen number, or None."""
        value = self.currentData()
        return None if value is None else int(value)

    def set_number(self, number: int | None) -> None:
        """Choose a number; one that is not offered yet is added."""
        place = 0 if number is None else self.findData(number)
        if place < 0:
            self.addItem(str(number), number)
            place = self.count() - 1
        self.setCurrentIndex(place)
