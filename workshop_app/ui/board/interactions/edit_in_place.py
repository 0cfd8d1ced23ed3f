"""EditInPlace: writing a note or a title where it stands. Text is committed before anybody reads it, and kept when
the disk refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRectF, Qt, Signal

from workshop_app.domain.board import ISLAND_HEAD, NOTE_HEIGHT, NOTE_WIDTH
from workshop_app.domain.geometry import Rect
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft
from workshop_app.ui.board import commands, plans
from workshop_app.ui.board.interactions.base import Desk
from workshop_app.ui.board.interactions.edit_box import EditBox, Go
from workshop_app.ui.open_file import Outcome

_LEAST_ZOOM = 0.9
_ROOM = 1.35
"""The box is so much higher than a note, so that a fourth line is seen while it is typed."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What is written: a note there is, a note to come at a place, or an island's title."""

    item: EntityId | None
    place: Rect
    draft: NoteDraft | None = None
    kind: str | None = None
    before: str = ""


class EditInPlace(QObject):
    """At most one box is open."""

    ended = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._box: EditBox | None = None
        self._target: _Target | None = None
        desk.view.looked.connect(self._place_box)

    @property
    def box(self) -> EditBox | None:
        """The open box."""
        return self._box

    def edit_note(self, note_id: EntityId) -> None:
        """Correct a note."""
        content = self._desk.content
        if not self.commit() or note_id not in content.boxes:
            return
        note = content.notes[note_id].note
        self._desk.view.fly_to(note_id)
        self._open(_Target(note_id, content.boxes[note_id], None, note.kind, note.text))

    def write_at(self, x: float, y: float) -> None:
        """A new note in the middle of which is this point of the scene."""
        if not self.commit():
            return
        content = self._desk.content
        island = content.island_at(x, y)
        if island is not None and content.islands[island].folded:
            island = content.parent_of(island)
        theme = content.islands[island].theme if island is not None else None
        area = content.area(island) if island is not None else content.area_at(x, y)
        table = area.table if area.table is not None else content.board.scope.table
        place = Rect(round(x) - NOTE_WIDTH // 2, round(y) - NOTE_HEIGHT // 2, NOTE_WIDTH, NOTE_HEIGHT)
        self._open(_Target(None, place, NoteDraft("", theme, None, table, island=island)))

    def write_beside(self, note_id: EntityId, *, below: bool) -> None:
        """A new note to the right or below, like this one; where there is one already, go to it."""
        content = self._desk.content
        if note_id not in content.boxes:
            return
        place, taken_by = plans.free_beside(content, note_id, below=below)
        if taken_by is not None:
            self._desk.scene.choose([taken_by])
            self._desk.view.fly_to(taken_by)
            return
        note = content.notes[note_id].note
        draft = NoteDraft("", note.theme, None, note.table, note.round, island=note.island_id)
        self._open(_Target(None, place, draft))

    def edit_title(self, island_id: EntityId) -> None:
        """Write the title of an island."""
        content = self._desk.content
        if not self.commit() or island_id not in content.boxes:
            return
        box = content.boxes[island_id]
        head = Rect(box.x, box.y, box.width, content.heads.get(island_id, ISLAND_HEAD))
        self._open(_Target(island_id, head, before=content.islands[island_id].title))

    def commit(self, go: Go = Go.NOWHERE) -> bool:
        """Save what is written and close; False when it could not be saved, and then the box stays with it."""
        box, target = self._box, self._target
        if box is None or target is None:
            return True
        box.editor.settle()
        text = box.editor.text()
        empty = not text.strip() and not self._is_title(target)
        if empty or text == target.before:
            self._close()
            if target.item is not None and go is not Go.NOWHERE:
                self.write_beside(target.item, below=go is Go.BELOW)
            return True
        self._save(target, text, lambda outcome: self._on_saved(outcome, target, go))
        return self._box is None

    def cancel(self) -> bool:
        """Close without saving; True when there was something to close."""
        if self._box is None:
            return False
        self._close()
        return True

    def settle(self) -> None:
        """Have an open composition in the text."""
        if self._box is not None:
            self._box.editor.settle()

    def unsaved_text(self) -> str:
        """What stands in the box and not in the file."""
        if self._box is None or self._target is None:
            return ""
        text = self._box.editor.text()
        return text if text.strip() and text != self._target.before else ""

    # --- inside ------------------------------------------------------------------------------------------

    def _is_title(self, target: _Target) -> bool:
        return target.item is not None and target.item in self._desk.content.islands

    def _save(self, target: _Target, text: str, then: Callable[[Outcome], None]) -> None:
        content, open_file = self._desk.content, self._desk.open_file
        if target.draft is not None:
            draft, anchors = plans.placed_draft(content, target.draft, text, target.place)
            commands.add_note(open_file, draft, anchors, then)
        elif self._is_title(target):
            assert target.item is not None
            commands.set_title(open_file, target.item, target.before, text, then)
        else:
            assert target.item is not None
            commands.edit_text(open_file, content.notes[target.item], text, then)

    def _on_saved(self, outcome: Outcome, target: _Target, go: Go) -> None:
        if outcome.problem is not None:
            if self._box is not None:
                self._box.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._close()
        item = target.item
        if target.draft is not None and outcome.changes:
            notes = self._desk.content.notes
            item = next((one for one in outcome.changes.added if one in notes), None)
        if item is not None and item in self._desk.content.boxes:
            self._desk.scene.choose([item])
            if go is not Go.NOWHERE and item in self._desk.content.notes:
                self.write_beside(item, below=go is Go.BELOW)

    def _open(self, target: _Target) -> None:
        title = self._is_title(target)
        size = 20 if title else 17
        box = EditBox(
            self._desk.view.viewport(),
            self._desk.scene.style_,
            target.before,
            size=size,
            kind=target.kind,
            paper=not title,
        )
        words = self.tr("表札") if title else self.tr("付箋の文")
        box.editor.setAccessibleName(words)
        box.done.connect(self.commit)
        box.cancelled.connect(self.cancel)
        self._box, self._target = box, target
        self._desk.scene.show_whole(False)
        if target.item is None:
            self._bring_into_sight(target.place)
        box.open_at(self._place(target))

    def _close(self) -> None:
        box, self._box, self._target = self._box, None, None
        if box is not None:
            box.close_box()
            self._desk.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.ended.emit()

    def _place(self, target: _Target) -> QRectF:
        view, unit = self._desk.view, self._desk.scene.style_.unit
        place = target.place
        if target.item is not None and target.item in self._desk.content.boxes:
            box = self._desk.content.boxes[target.item]
            place = place._replace(x=box.x, y=box.y)
        rect = view.frame().rect(place)
        least = NOTE_WIDTH * _LEAST_ZOOM * unit
        high = rect.height() if self._is_title(target) else rect.height() * _ROOM
        low = 64 * unit if self._is_title(target) else NOTE_HEIGHT * _LEAST_ZOOM * _ROOM * unit
        rect.setWidth(max(rect.width(), least))
        rect.setHeight(max(high, low))
        room = view.viewport().rect()
        rect.moveLeft(max(4, min(rect.left(), room.width() - rect.width() - 4)))
        rect.moveTop(max(4, min(rect.top(), room.height() - rect.height() - 4)))
        return rect

    def _place_box(self) -> None:
        if self._box is not None and self._target is not None:
            self._box.setGeometry(self._place(self._target).toRect())

    def _bring_into_sight(self, place: Rect) -> None:
        view = self._desk.view
        if view.zoom < 0.4:
            view.set_zoom(0.8, view.viewportTransform().map(QRectF(*place).center()))
        if not view.seen().contains(QRectF(*place)):
            view.ensureVisible(QRectF(*place), 40, 40)
            view.looked.emit()
