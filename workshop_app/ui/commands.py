"""What a person does to notes. Each action runs first; only when it is on disk can it be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from workshop_app.domain.changes import Changes
from workshop_app.domain.fold import VOID_FIELD
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict, Note, NoteDraft
from workshop_app.domain.op import JsonValue
from workshop_app.domain.text import removed_from
from workshop_app.services import importing, record, review
from workshop_app.services.ports import Watch, Workspace
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
        _saying_what_went(open_file, [draft.text for draft in drafts], then),
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


def edit_note(
    open_file: OpenFile, note: Note, fields: Mapping[str, JsonValue], then: Then = lambda outcome: None
) -> None:
    """Change some fields of one note."""
    note_id = note.note_id
    before = {name: _value_of(note, name) for name in fields}
    _do(
        open_file,
        Command(
            QCoreApplication.translate("commands", "付箋を直す"),
            1,
            lambda workspace, watch: record.edit_note(workspace, note_id, fields),
            lambda workspace, watch: record.edit_note(workspace, note_id, before),
        ),
        _saying_what_went(open_file, [str(fields.get("text", ""))], then),
    )


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


def settle_conflict(open_file: OpenFile, conflict: Conflict, op_id: bytes, then: Then) -> None:
    """Settle a conflict by one of its values.

    Undo gives the value back that was shown before. It does not open the question again: that would need
    edits of ours that say they are the others', and every file that has the answer would be asked anew. The
    values stay in the history, and 解決したもの lists them to choose from. Of a void, undo takes back what
    settled it: the note is visible again, or disputed as it was.
    """
    entity_id = conflict.entity_id
    chosen = next(value for value in conflict.values if value.op_id == op_id)

    def settled(outcome: Outcome) -> None:
        if conflict.field != VOID_FIELD:
            _push_value(open_file, conflict, chosen.value)
        elif conflict.is_void(chosen):
            reason = str(chosen.value["void"])
            _push_settling(
                open_file,
                lambda workspace, watch: review.void_entity(workspace, entity_id, reason),
                lambda workspace, watch: review.revoke_voids(workspace, entity_id),
            )
        else:
            voids = [value.op_id for value in conflict.values if conflict.is_void(value)]
            _push_settling(
                open_file,
                lambda workspace, watch: review.revoke_voids(workspace, entity_id),
                lambda workspace, watch: review.void_again(workspace, entity_id, voids),
            )

    _settle(
        open_file,
        lambda workspace, watch: review.keep_value(workspace, entity_id, conflict.field, op_id),
        settled,
        then,
    )


def rewrite_conflict(open_file: OpenFile, conflict: Conflict, text: str, then: Then) -> None:
    """Settle clashing texts by a third one; undo as in `settle_conflict`."""

    def settled(outcome: Outcome) -> None:
        note = next((note for note in outcome.notes if note.note_id == conflict.entity_id), None)
        if note is not None:
            _push_value(open_file, conflict, note.text)

    _settle(
        open_file,
        lambda workspace, watch: review.write_text(workspace, conflict.entity_id, text),
        settled,
        then,
    )


def split_conflict(open_file: OpenFile, conflict: Conflict, then: Then) -> None:
    """Keep clashing texts as notes of their own; undo voids the notes this made."""

    def settled(outcome: Outcome) -> None:
        changes = outcome.changes or Changes()
        ids = sorted((changes.added | changes.updated) - {conflict.entity_id})
        _push_settling(
            open_file,
            lambda workspace, watch: record.restore_notes(workspace, ids, watch),
            lambda workspace, watch: record.void_notes(workspace, ids, record.UNDO_REASON, watch),
        )

    _settle(
        open_file, lambda workspace, watch: review.keep_both(workspace, conflict.entity_id), settled, then
    )


def choose_again(open_file: OpenFile, settled: Conflict, op_id: bytes, then: Then) -> None:
    """Use another of the values of a settled conflict; undo gives the one used before."""
    entity_id, field = settled.entity_id, settled.field
    chosen = next(value for value in settled.values if value.op_id == op_id)

    def again(workspace: Workspace, watch: Watch | None) -> Changes:
        return review.choose_value(workspace, entity_id, field, chosen.value)

    def done(outcome: Outcome) -> None:
        if outcome.changes:
            _push_settling(
                open_file,
                again,
                lambda workspace, watch: review.choose_value(workspace, entity_id, field, settled.current),
            )

    _settle(open_file, again, done, then)


def _settle(open_file: OpenFile, action: Action, settled: Then, then: Then) -> None:
    def finish(outcome: Outcome) -> None:
        if outcome.problem is None:
            settled(outcome)
        then(outcome)

    open_file.act(action, 1, finish)


def _push_value(open_file: OpenFile, conflict: Conflict, value: JsonValue) -> None:
    entity_id, field = conflict.entity_id, conflict.field
    _push_settling(
        open_file,
        lambda workspace, watch: review.choose_value(workspace, entity_id, field, value),
        lambda workspace, watch: review.choose_value(workspace, entity_id, field, conflict.current),
    )


def _push_settling(open_file: OpenFile, forward: Action, back: Action) -> None:
    text = QCoreApplication.translate("commands", "競合を決める")
    open_file.history.push(Command(text, 1, forward, back))


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


def _saying_what_went(open_file: OpenFile, texts: Sequence[str], then: Then) -> Then:
    """After `then`: name the characters that cannot be seen and were not stored."""

    def finish(outcome: Outcome) -> None:
        removed = removed_from(texts) if outcome.problem is None else ()
        then(outcome)
        if removed:
            open_file.noticed.emit(
                QCoreApplication.translate(
                    "commands",
                    "目に見えない文字を取り除きました（{0}）。付箋は保存してあります。見えている文字はそのままです。",
                ).format("・".join(removed))
            )

    return finish


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
