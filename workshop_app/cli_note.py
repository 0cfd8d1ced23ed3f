"""The command `note`: one note added, corrected, taken back, brought back, or its words removed for good."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workshop_app.cli_console import answer, file_argument, json_option, warn
from workshop_app.cli_documents import Document, note_documents
from workshop_app.cli_files import opened
from workshop_app.domain.errors import InvalidInput, NotFound
from workshop_app.domain.ids import format_id, parse_id
from workshop_app.domain.text import clean_text

if TYPE_CHECKING:
    from workshop_app.domain.note import Note
    from workshop_app.storage.database import Database

_REDACTED = (
    "を残したまま、文を取り除きました。これより前の控えには、入れ替わるまで文が残っています。"
    "控えに戻しても、文は取り除いたままになります"
)


def fill(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(required=True, metavar="add|edit|void|restore|redact")
    add = actions.add_parser("add", help="付箋を1枚加える")
    file_argument(add)
    add.add_argument("--text", required=True, help="意見の文")
    edit = actions.add_parser("edit", help="付箋を直す")
    void = actions.add_parser("void", help="理由をつけて取り消す")
    restore = actions.add_parser("restore", help="取り消しを戻す")
    redact = actions.add_parser("redact", help="本人の求めで、文を履歴からも取り除く")
    for action in (edit, void, restore, redact):
        file_argument(action)
        action.add_argument("note", metavar="ID_OR_NUMBER", help="付箋の id か番号（例 東3A-027）")
    edit.add_argument("--text", help="直した文")
    for action in (void, redact):
        action.add_argument("--reason", required=True, help="理由")
    for action in (add, edit):
        action.add_argument("--theme", help="テーマの記号（例 T1。T0 はその他・テーマ外）")
        action.add_argument("--kind", help="種別（例 課題）")
        action.add_argument("--table", type=int, help="テーブルの番号")
        action.add_argument("--round", type=int, help="ラウンドの番号")
        action.add_argument("--points", type=_points, help="テーマの論点（例 T1-K1,T1-V2）")
        action.add_argument("--votes", type=int, help="票の数")
    for action, run in (
        (add, _note_add),
        (edit, _note_edit),
        (void, _note_void),
        (restore, _note_restore),
        (redact, _note_redact),
    ):
        action.set_defaults(run=run)
        json_option(action)


def _points(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]


def _note_add(options: argparse.Namespace) -> int:
    from workshop_app.domain.note import NoteDraft
    from workshop_app.services.record import add_notes

    with opened(options.file) as database:
        draft = NoteDraft(
            options.text,
            options.theme,
            options.kind,
            options.table,
            options.round,
            tuple(options.points or ()),
            options.votes or 0,
        )
        changes = add_notes(database, [draft])
        note = database.note(next(iter(changes.added)))
        assert note is not None
        document = note_documents(database, [note])[0] | _removed(options)
        return answer(options, document, f"{format_id(note.note_id)} {note.number}")


def _note_edit(options: argparse.Namespace) -> int:
    from workshop_app.services.record import edit_note, require_points_of_theme

    names = ("text", "theme", "kind", "table", "round", "points", "votes")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if not given:
        raise InvalidInput("直す項目がありません。--text などで書いてください。付箋はそのままです。")
    with opened(options.file) as database:
        note = _find_note(database, options.note)
        if "points" in given or "theme" in given:
            theme, points = given.get("theme", note.theme), given.get("points", note.points)
            require_points_of_theme(database.agenda(), theme, points)
        edit_note(database, note.note_id, given)
        return _answer_note(options, database, note, "を直しました")


def _note_void(options: argparse.Namespace) -> int:
    from workshop_app.services.record import void_notes

    with opened(options.file) as database:
        note = _find_note(database, options.note)
        if note.voided:
            return _answer_same(
                options, database, note, f"すでに取り消されています（理由：{note.void_reason}）"
            )
        void_notes(database, [note.note_id], options.reason)
        return _answer_note(options, database, note, "を取り消しました。消えてはいません")


def _note_restore(options: argparse.Namespace) -> int:
    from workshop_app.services.record import restore_notes

    with opened(options.file) as database:
        note = _find_note(database, options.note)
        if not note.voided:
            return _answer_same(options, database, note, "取り消されていません")
        restore_notes(database, [note.note_id])
        return _answer_note(options, database, note, "を戻しました")


def _note_redact(options: argparse.Namespace) -> int:
    from workshop_app.services.review import redact_note

    with opened(options.file) as database:
        note = _find_note(database, options.note)
        redact_note(database, note.note_id, options.reason)
        return _answer_note(options, database, note, _REDACTED)


def _answer_note(
    options: argparse.Namespace, database: Database, note: Note, done: str, changed: bool = True
) -> int:
    after = database.note(note.note_id)
    assert after is not None
    document = note_documents(database, [after])[0] | _removed(options) | {"changed": changed}
    return answer(options, document, f"{after.number} {done}。")


def _answer_same(options: argparse.Namespace, database: Database, note: Note, state: str) -> int:
    return _answer_note(options, database, note, f"は{state}。何も変えていません", changed=False)


def _removed(options: argparse.Namespace) -> Document:
    """What could not be kept of the text given, said aloud: wording is never changed in silence."""
    removed = clean_text(getattr(options, "text", None) or "").removed
    if removed:
        warn(f"目に見えない文字を取り除きました（{'・'.join(removed)}）。付箋は保存してあります。")
    return {"removed": list(removed)}


def _find_note(database: Database, name: str) -> Note:
    note_id = parse_id(name)
    note = database.note(note_id) if note_id else database.note_by_number(name)
    if note is None:
        raise NotFound(
            f"付箋「{name}」は見つかりません。番号を確かめてください。今のデータは変わっていません。"
        )
    return note
