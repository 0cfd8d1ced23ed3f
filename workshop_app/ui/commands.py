"""What a person does to notes. Each action runs first; only when it is on disk can it be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note, NoteDraft
from workshop_app.domain.op import JsonValue
from workshop_app.services import importing, record
from workshop_app.ui.history import Command
from workshop_app.ui.open_file import Action, OpenFile, Outcome

Then = Callable[[Outcome], None]


def add_notes(open_file: OpenFile, drafts: Sequence[NoteDraft], then: Then = lambda outcome: None) -> None:
    """Save new notes. Undo voids them, redo restores them."""
    _add(
        open_file,
        QCoreApplication.translate("commands", "付箋にする"),
        lambda workspace, watch: record.add_notes(workspace, drafts, watch),
        len(drafts),
        then,
    )


def import_notes(open_file: OpenFile, plan: importing.ImportPlan, then: Then) -> None:
    """Write a planned import as one action."""
    _add(
        open_file,
        QCoreApplication.translate("commands", "ファイルの読み込み"),
        lambda workspace, watch: importing.run_import(workspace, plan, watch).changes,
        len(plan.drafts),
        then,
    )


def edit_note(open_file: OpenFile, note: Note, fields: Mapping[str, JsonValue]) -> bool:
    """Change some fields of one note; False when it was refused, and a signal has said why."""
    note_id = note.note_id
    before = {name: _value_of(note, name) for name in fields}
    changes = open_file.run(lambda: record.edit_note(open_file.workspace, note_id, fields))
    if changes:
        open_file.history.push(
            Command(
                QCoreApplication.translate("commands", "付箋を直す"),
                1,
                lambda workspace, watch: record.edit_note(workspace, note_id, fields),
                lambda workspace, watch: record.edit_note(workspace, note_id, before),
            )
        )
    return changes is not None


def void_notes(
    open_file: OpenFile, note_ids: Iterable[EntityId], reason: str, then: Then = lambda outcome: None
) -> None:
    """Take notes back with a reason."""
    ids = list(note_ids)
    _do(
        open_file,
        Command(
            QCoreApplication.translate("commands", "付箋を取り消す"),
            len(ids),
            lambda workspace, watch: record.void_notes(workspace, ids, reason, watch),
            lambda workspace, watch: record.restore_notes(workspace, ids, watch),
        ),
        then,
    )


def restore_notes(open_file: OpenFile, notes: Sequence[Note], then: Then = lambda outcome: None) -> None:
    """Bring voided notes back; undo voids each again with the reason it had."""
    ids = [note.note_id for note in notes]
    reasons = {note.note_id: note.void_reason or record.UNDO_REASON for note in notes}
    _do(
        open_file,
        Command(
            QCoreApplication.translate("commands", "付箋を戻す"),
            len(ids),
            lambda workspace, watch: record.restore_notes(workspace, ids, watch),
            lambda workspace, watch: record.void_each(workspace, reasons, watch),
        ),
        then,
    )


def _add(open_file: OpenFile, text: str, action: Action, size: int, then: Then) -> None:
    """Run what makes new notes; only afterwards is it known which ones."""

    def finish(outcome: Outcome) -> None:
        if outcome.changes:
            # Islands may be among what was added; only notes are taken back.
            notes = outcome.notes or open_file.notes_of(outcome.changes.added)
            ids = [note.note_id for note in notes]
            open_file.history.push(
                Command(
                    text,
                    len(ids),
                    lambda workspace, watch: record.restore_notes(workspace, ids, watch),
                    lambda workspace, watch: record.void_notes(workspace, ids, record.UNDO_REASON, watch),
                )
            )
        then(outcome)

    open_file.act(action, size, finish)


def _do(open_file: OpenFile, command: Command, then: Then) -> None:
    def finish(outcome: Outcome) -> None:
        if outcome.changes:
            open_file.history.push(command)
        then(outcome)

    open_file.act(command.forward, command.size, finish)


def _value_of(note: Note, name: str) -> JsonValue:
    value = getattr(note, {"island": "island_id"}.get(name, name))
    if isinstance(value, tuple):
        return list(value)
    return value.hex() if isinstance(value, bytes) else value
