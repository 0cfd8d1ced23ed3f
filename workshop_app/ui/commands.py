"""What can be undone. Each action runs first; only when it is on disk does its command go on the stack.

An undo is another edit with the earlier value. A command that cannot be done any more (the disk refuses, the
note was taken back meanwhile) drops itself from the stack: QUndoStack keeps a command whose redo raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QUndoCommand

from workshop_app.domain.changes import Changes
from workshop_app.domain.fold import VOID_FIELD
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict, NoteDraft
from workshop_app.domain.op import JsonValue
from workshop_app.services import record, review
from workshop_app.ui.open_file import OpenFile

Action = Callable[[], Changes]


class _Command(QUndoCommand):
    """Done once before it is pushed; `forward` and `back` are use cases."""

    def __init__(self, open_file: OpenFile, text: str, forward: Action, back: Action) -> None:
        super().__init__(text)
        self._open_file = open_file
        self._forward = forward
        self._back = back
        self._pushed = False

    def redo(self) -> None:
        """The first one, which QUndoStack.push calls, has been done already."""
        if self._pushed:
            self._run(self._forward)
        self._pushed = True

    def undo(self) -> None:
        """Take it back with another edit."""
        self._run(self._back)

    def _run(self, action: Action) -> None:
        if self._open_file.run(action) is None:
            self.setObsolete(True)


def add_notes(open_file: OpenFile, drafts: Sequence[NoteDraft]) -> Changes | None:
    """Save new notes; None when nothing was written. Undo voids them, redo restores them."""
    workspace = open_file.workspace
    changes = open_file.run(lambda: record.add_notes(workspace, drafts))
    if changes:
        ids = sorted(changes.added)
        _push(
            open_file,
            QCoreApplication.translate("commands", "付箋にする"),
            lambda: record.restore_notes(workspace, ids),
            lambda: record.void_notes(workspace, ids, record.UNDO_REASON),
        )
    return changes


def imported(open_file: OpenFile, changes: Changes) -> None:
    """An import has been written by a worker: tell the views, and make it undoable as one action."""
    workspace = open_file.workspace
    notes = [note for note in map(workspace.note, sorted(changes.added)) if note is not None]
    ids = [note.note_id for note in notes]
    open_file.run(lambda: changes)
    if ids:
        _push(
            open_file,
            QCoreApplication.translate("commands", "ファイルの読み込み"),
            lambda: record.restore_notes(workspace, ids),
            lambda: record.void_notes(workspace, ids, record.UNDO_REASON),
        )


def edit_note(open_file: OpenFile, note_id: EntityId, fields: Mapping[str, JsonValue]) -> bool:
    """Change some fields of one note; False when it was refused, and a signal has said why."""
    workspace = open_file.workspace
    note = workspace.note(note_id)
    before = {} if note is None else {name: _value_of(note, name) for name in fields}
    changes = open_file.run(lambda: record.edit_note(workspace, note_id, fields))
    if changes:
        _push(
            open_file,
            QCoreApplication.translate("commands", "付箋を直す"),
            lambda: record.edit_note(workspace, note_id, fields),
            lambda: record.edit_note(workspace, note_id, before),
        )
    return changes is not None


def void_notes(open_file: OpenFile, note_ids: Iterable[EntityId], reason: str) -> bool:
    """Take notes back with a reason."""
    workspace, ids = open_file.workspace, list(note_ids)
    changes = open_file.run(lambda: record.void_notes(workspace, ids, reason))
    if changes:
        _push(
            open_file,
            QCoreApplication.translate("commands", "付箋を取り消す"),
            lambda: record.void_notes(workspace, ids, reason),
            lambda: record.restore_notes(workspace, ids),
        )
    return changes is not None


def restore_notes(open_file: OpenFile, note_ids: Iterable[EntityId]) -> bool:
    """Bring voided notes back; undo voids each again with the reason it had."""
    workspace, ids = open_file.workspace, list(note_ids)
    notes = [workspace.note(note_id) for note_id in ids]
    reasons = {note.note_id: note.void_reason for note in notes if note is not None and note.void_reason}

    def void_again() -> Changes:
        changes = Changes()
        for reason in sorted(set(reasons.values())):
            group = [note_id for note_id in ids if reasons.get(note_id) == reason]
            changes |= record.void_notes(workspace, group, reason)
        return changes

    changes = open_file.run(lambda: record.restore_notes(workspace, ids))
    if changes:
        _push(
            open_file,
            QCoreApplication.translate("commands", "付箋を戻す"),
            lambda: record.restore_notes(workspace, ids),
            void_again,
        )
    return changes is not None


def settle_conflict(open_file: OpenFile, conflict: Conflict, op_id: bytes) -> bool:
    """Settle a conflict by one of its values.

    Undo gives the value back that was shown before. It does not open the question again: that would need
    edits of ours that say they are the others', and every file that has the answer would be asked anew. The
    values stay in the history, and 解決したもの lists them to choose from. Of a void, undo takes back what
    settled it: the note is visible again, or disputed as it was.
    """
    workspace, entity_id = open_file.workspace, conflict.entity_id
    changes = open_file.run(lambda: review.keep_value(workspace, entity_id, conflict.field, op_id))
    if changes is None:
        return False
    chosen = next(value for value in conflict.values if value.op_id == op_id)
    if conflict.field != VOID_FIELD:
        _push_value(open_file, conflict, chosen.value)
    elif conflict.is_void(chosen):
        _push(
            open_file,
            _settling(),
            lambda: review.void_entity(workspace, entity_id, str(chosen.value["void"])),
            lambda: review.revoke_voids(workspace, entity_id),
        )
    else:
        voids = [value.op_id for value in conflict.values if conflict.is_void(value)]
        _push(
            open_file,
            _settling(),
            lambda: review.revoke_voids(workspace, entity_id),
            lambda: review.void_again(workspace, entity_id, voids),
        )
    return True


def rewrite_conflict(open_file: OpenFile, conflict: Conflict, text: str) -> bool:
    """Settle clashing texts by a third one; undo as in `settle_conflict`."""
    workspace = open_file.workspace
    changes = open_file.run(lambda: review.write_text(workspace, conflict.entity_id, text))
    note = None if changes is None else workspace.note(conflict.entity_id)
    if note is not None:
        _push_value(open_file, conflict, note.text)
    return changes is not None


def split_conflict(open_file: OpenFile, conflict: Conflict) -> bool:
    """Keep clashing texts as notes of their own; undo voids the notes this made."""
    workspace = open_file.workspace
    changes = open_file.run(lambda: review.keep_both(workspace, conflict.entity_id))
    if changes is not None:
        ids = sorted((changes.added | changes.updated) - {conflict.entity_id})
        _push(
            open_file,
            _settling(),
            lambda: record.restore_notes(workspace, ids),
            lambda: record.void_notes(workspace, ids, record.UNDO_REASON),
        )
    return changes is not None


def choose_again(open_file: OpenFile, settled: Conflict, op_id: bytes) -> bool:
    """Use another of the values of a settled conflict; undo gives the one used before."""
    workspace, entity_id, field = open_file.workspace, settled.entity_id, settled.field
    chosen = next(value for value in settled.values if value.op_id == op_id)
    changes = open_file.run(lambda: review.choose_value(workspace, entity_id, field, chosen.value))
    if changes:
        _push(
            open_file,
            _settling(),
            lambda: review.choose_value(workspace, entity_id, field, chosen.value),
            lambda: review.choose_value(workspace, entity_id, field, settled.current),
        )
    return changes is not None


def _push_value(open_file: OpenFile, conflict: Conflict, value: JsonValue) -> None:
    workspace, entity_id, field = open_file.workspace, conflict.entity_id, conflict.field
    _push(
        open_file,
        _settling(),
        lambda: review.choose_value(workspace, entity_id, field, value),
        lambda: review.choose_value(workspace, entity_id, field, conflict.current),
    )


def _settling() -> str:
    return QCoreApplication.translate("commands", "競合を決める")


def _push(open_file: OpenFile, text: str, forward: Action, back: Action) -> None:
    open_file.undo_stack.push(_Command(open_file, text, forward, back))


def _value_of(note: object, name: str) -> JsonValue:
    value = getattr(note, {"island": "island_id"}.get(name, name))
    if isinstance(value, tuple):
        return list(value)
    return value.hex() if isinstance(value, bytes) else value
