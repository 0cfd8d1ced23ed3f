"""Which boards a file has: one for each table, one for each workshop, and one for everything; and choosing one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import Scope
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.services.ports import Workspace
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import ComboField


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """A board that can be chosen, and how it is called."""

    scope: Scope
    label: str


def scope_choices(workspace: Workspace, agenda: Agenda, notes: Sequence[Note]) -> list[ScopeChoice]:
    """Everything first, then each workshop with its tables; one choice alone when there is but one table."""
    places = sorted({(note.workshop_id or EntityId(b""), note.table or 0) for note in notes})
    workshops = {one.workshop_id: agenda.ward(one.ward_id).name for one in workspace.workshops()}
    known = [(place, table) for place, table in places if place in workshops]
    if len({place for place, _ in places}) <= 1:
        workshop = workspace.local.workshop_id or (places[0][0] if places else None)
        return _of_one(Scope(workshop or None), "", [table for _, table in places if table])
    choices = [ScopeChoice(Scope(), QCoreApplication.translate("board", "すべての会場"))]
    for workshop in dict.fromkeys(place for place, _ in known):
        tables = [table for place, table in known if place == workshop and table]
        choices += _of_one(Scope(workshop), workshops[workshop], tables)
    return choices


def _of_one(scope: Scope, ward: str, tables: Sequence[int]) -> list[ScopeChoice]:
    every = QCoreApplication.translate("board", "すべての班")
    found = [ScopeChoice(scope, f"{ward} {every}".strip())]
    if len(tables) > 1 or ward:
        for table in tables:
            words = QCoreApplication.translate("board", "{0}班").format(table)
            found.append(ScopeChoice(Scope(scope.workshop_id, table), f"{ward} {words}".strip()))
    return found


class ScopePicker(ComboField):
    """Hidden while there is nothing to choose."""

    scope_chosen = Signal(object)

    def __init__(self, open_file: OpenFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("boardScope")
        self.set_label(self.tr("表示する班"))
        self._open_file = open_file
        self._choices: list[ScopeChoice] = []
        self._last_table: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.activated.connect(lambda place: self.scope_chosen.emit(self._choices[place].scope))
        self.hide()

    def sizeHint(self) -> QSize:
        """Room for one ward and its table; the tools need the rest of the line."""
        return QSize(look().px(140), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Never narrower."""
        return self.sizeHint()

    def read(self) -> None:
        """Find out what there is."""
        workspace = self._open_file.workspace
        notes = [note for note in workspace.notes() if not note.voided]
        self._choices = scope_choices(workspace, self._open_file.agenda, notes)
        mark = workspace.local.device_mark
        self._last_table = next((one.table for one in reversed(notes) if one.device_mark == mark), None)
        with QSignalBlocker(self):
            self.clear()
            self.addItems([choice.label for choice in self._choices])
        self.setVisible(len(self._choices) > 1)

    def show_scope(self, scope: Scope) -> None:
        """Show which one is on the board."""
        with QSignalBlocker(self):
            self.setCurrentIndex(next((n for n, one in enumerate(self._choices) if one.scope == scope), 0))

    def knows(self, notes: Iterable[Note]) -> bool:
        """True when these stand at tables that can be chosen already."""
        scopes = {choice.scope for choice in self._choices}
        places = {(note.workshop_id, note.table) for note in notes}
        return not places or (len(scopes) > 1 and all(Scope(*place) in scopes for place in places))

    def usual_scope(self) -> Scope:
        """At a table, that of the note written last here; for the secretariat, everything."""
        wanted = Scope(self._open_file.workspace.local.workshop_id, self._last_table)
        if wanted.workshop_id is not None and any(choice.scope == wanted for choice in self._choices):
            return wanted
        return self._choices[0].scope
