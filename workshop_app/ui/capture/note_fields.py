"""The choices a note has beside its text: theme, kind, table, round, agenda points. Used by form and dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.ui.widgets import ComboField, KindButton, ThemeButton

DEFAULT_TABLES = 12
"""How many tables are offered when the workshop does not say; a table beyond them can still be imported."""
ROUNDS = 6
_GAP = 8


class ThemeChoice(QWidget):
    """The agenda's themes two by two; pressing the chosen one again is 未分類."""

    chosen = Signal()
    shortcuts_shown = Signal()
    """The buttons began or ceased to show their keys."""

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, ThemeButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        for theme in agenda.all_themes:
            number = str(theme.number) if theme.number else "－"
            button = ThemeButton(theme.number, number, theme.short_title, f"Ctrl+{theme.number}")
            button.setObjectName(f"themeButton_{theme.id}")
            button.setToolTip(f"{theme.title}  Ctrl+{theme.number}")
            button.clicked.connect(lambda _checked=False, theme_id=theme.id: self._on_clicked(theme_id))
            self._buttons[theme.id] = button
        self._theme: str | None = None
        self.shows_shortcuts = True
        _place(self._grid, list(self._buttons.values()), 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names stand whole; where there is no room for the keys beside them, no button shows its key."""
        super().resizeEvent(event)
        self._fit()

    def shortcut_range(self) -> str:
        """The keys in one line: Ctrl+1〜3・Ctrl+0."""
        return _key_range([button.key_hint for button in self._buttons.values()])

    def _fit(self) -> None:
        buttons = list(self._buttons.values())
        half = (self.width() - _GAP) // 2
        columns = 2 if all(button.needed_width(False) <= half for button in buttons) else 1
        room = half if columns == 2 else self.width()
        shown = all(button.needed_width(True) <= room for button in buttons)
        _place(self._grid, buttons, columns)
        for button in buttons:
            button.show_hint(shown)
        if shown != self.shows_shortcuts:
            self.shows_shortcuts = shown
            self.shortcuts_shown.emit()

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
        self._fit()

    def press(self, theme_id: str) -> None:
        """What the shortcut does."""
        if theme_id in self._buttons:
            self._on_clicked(theme_id)

    def _on_clicked(self, theme_id: str) -> None:
        self.set_theme(None if theme_id == self._theme else theme_id)


class KindChoice(QWidget):
    """The agenda's kinds in one row, or in two where their names need it; pressing the chosen one again takes it away."""

    chosen = Signal()

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, KindButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        for place, kind in enumerate(agenda.kinds):
            shortcut = f"Ctrl+Shift+{place + 1}" if place < 9 else ""
            button = KindButton(place, kind.mark_char, kind.name, shortcut, place)
            button.setObjectName(f"kindButton_{kind.id}")
            button.setToolTip(f"{kind.name}  {shortcut}")
            button.clicked.connect(lambda _checked=False, kind_id=kind.id: self._on_clicked(kind_id))
            self._buttons[kind.id] = button
        self._kind: str | None = None
        _place(self._grid, list(self._buttons.values()), len(self._buttons))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names stand whole."""
        super().resizeEvent(event)
        self._fit()

    def shortcut_range(self) -> str:
        """The keys in one line: Ctrl+Shift+1〜4."""
        return _key_range([button.key_hint for button in self._buttons.values()])

    def _fit(self) -> None:
        buttons = list(self._buttons.values())
        number = len(buttons)
        widest = max(button.needed_width() for button in buttons)
        for columns in (number, -(-number // 2), 2, 1):
            if columns * widest + (columns - 1) * _GAP <= self.width() or columns == 1:
                _place(self._grid, buttons, columns)
                return

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
        self._fit()

    def press(self, place: int) -> None:
        """What the shortcut does; `place` counts from 0."""
        ids = list(self._buttons)
        if place < len(ids):
            self._on_clicked(ids[place])

    def _on_clicked(self, kind_id: str) -> None:
        self.set_kind(None if kind_id == self._kind else kind_id)


def _place(grid: QGridLayout, buttons: Sequence[QWidget], columns: int) -> None:
    """Row by row; columns that are no longer used take no width."""
    for place, button in enumerate(buttons):
        grid.addWidget(button, place // columns, place % columns)
    for column in range(len(buttons)):
        grid.setColumnStretch(column, int(column < columns))


def _key_range(keys: Sequence[str]) -> str:
    """Ctrl+1, Ctrl+2, Ctrl+3, Ctrl+0 as Ctrl+1〜3・Ctrl+0."""
    runs: list[tuple[str, int, int]] = []
    for key in filter(None, keys):
        stem, number = key[:-1], int(key[-1])
        if runs and runs[-1][0] == stem and runs[-1][2] + 1 == number:
            runs[-1] = (stem, runs[-1][1], number)
        else:
            runs.append((stem, number, number))
    return "・".join(f"{stem}{first}" + (f"〜{last}" if last > first else "") for stem, first, last in runs)


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
