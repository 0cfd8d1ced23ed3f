"""The command line: scripts, tests and the secretariat's batch work.

Exit status: 0 done; 1 refused or failed, one plain sentence on standard error and no traceback; 2 wrong
usage. With --json exactly one JSON document goes to standard output.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app import cli_merge
from workshop_app.cli_documents import (
    Document,
    conflict_documents,
    conflict_lines,
    import_lines,
    merge_document,
    merge_lines,
    note_documents,
)
from workshop_app.domain.errors import InvalidInput, NotFound, WorkshopError
from workshop_app.domain.ids import format_id, parse_id
from workshop_app.version import __version__

if TYPE_CHECKING:
    from workshop_app.domain.note import Note
    from workshop_app.storage.database import Database


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _speak_utf8()
    if not given or (given[0] not in _COMMANDS and not given[0].startswith("-")):
        return _open_window(given)
    options = _parser().parse_args(given)
    try:
        return int(options.run(options))
    except WorkshopError as problem:
        print(problem.sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("中止しました。保存した付箋はすべて残っています。", file=sys.stderr)
        return 1


def _speak_utf8() -> None:
    """Japanese Windows consoles default to CP932, which cannot print every note."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workshop-app", description="市民ワークショップの意見を記録し、統合し、資料にします。"
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (fill, run, summary) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run)
        fill(command)
    return parser


# --- new ---------------------------------------------------------------------------------------------


def _fill_new(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("--ward", required=True)
    command.add_argument("--date")
    command.add_argument("--venue", default="")
    command.add_argument("--tables", type=int)
    command.add_argument("--device", default="A")
    command.add_argument("--agenda", type=Path)
    _json_option(command)


def _new(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import create_database, load_agenda
    from workshop_app.services.prepare import WorkshopSetup

    setup = WorkshopSetup(
        load_agenda(options.agenda), options.ward, options.date, options.venue, options.tables, options.device
    )
    create_database(options.file, setup)
    ward = setup.agenda.ward(setup.ward).name
    return _answer(
        options,
        {"path": str(options.file), "ward": ward, "device": options.device},
        f"「{options.file}」を作りました（{ward}、端末{options.device}）。",
    )


# --- note --------------------------------------------------------------------------------------------


def _fill_note(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(required=True, metavar="add|edit|void|restore")
    add = actions.add_parser("add", help="付箋を1枚加える")
    add.add_argument("file", type=Path)
    add.add_argument("--text", required=True)
    edit = actions.add_parser("edit", help="付箋を直す")
    void = actions.add_parser("void", help="理由をつけて取り消す")
    restore = actions.add_parser("restore", help="取り消しを戻す")
    for action in (edit, void, restore):
        action.add_argument("file", type=Path)
        action.add_argument("note", metavar="ID_OR_NUMBER")
    edit.add_argument("--text")
    void.add_argument("--reason", required=True)
    for action in (add, edit):
        action.add_argument("--theme")
        action.add_argument("--kind")
        action.add_argument("--table", type=int)
        action.add_argument("--round", type=int)
        action.add_argument("--points", type=_points)
        action.add_argument("--votes", type=int)
    for action, run in ((add, _note_add), (edit, _note_edit), (void, _note_void), (restore, _note_restore)):
        action.set_defaults(run=run)
        _json_option(action)


def _points(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]


def _note_add(options: argparse.Namespace) -> int:
    from workshop_app.domain.note import NoteDraft
    from workshop_app.services.record import add_notes

    with _opened(options.file) as database:
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
        return _answer(
            options, note_documents(database, [note])[0], f"{format_id(note.note_id)} {note.number}"
        )


def _note_edit(options: argparse.Namespace) -> int:
    from workshop_app.services.record import edit_note

    names = ("text", "theme", "kind", "table", "round", "points", "votes")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if not given:
        raise InvalidInput("直す項目がありません。--text などで書いてください。付箋はそのままです。")
    with _opened(options.file) as database:
        note = _find_note(database, options.note)
        edit_note(database, note.note_id, given)
        return _answer_note(options, database, note, "直しました")


def _note_void(options: argparse.Namespace) -> int:
    from workshop_app.services.record import void_notes

    with _opened(options.file) as database:
        note = _find_note(database, options.note)
        void_notes(database, [note.note_id], options.reason)
        return _answer_note(options, database, note, "取り消しました。消えてはいません")


def _note_restore(options: argparse.Namespace) -> int:
    from workshop_app.services.record import restore_notes

    with _opened(options.file) as database:
        note = _find_note(database, options.note)
        restore_notes(database, [note.note_id])
        return _answer_note(options, database, note, "戻しました")


def _answer_note(options: argparse.Namespace, database: Database, note: Note, done: str) -> int:
    after = database.note(note.note_id)
    assert after is not None
    return _answer(options, note_documents(database, [after])[0], f"{after.number} を{done}。")


def _find_note(database: Database, name: str) -> Note:
    note_id = parse_id(name)
    note = database.note(note_id) if note_id else database.note_by_number(name)
    if note is None:
        raise NotFound(
            f"付箋「{name}」は見つかりません。番号を確かめてください。今のデータは変わっていません。"
        )
    return note


# --- import ------------------------------------------------------------------------------------------


def _fill_import(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("source", type=Path)
    command.add_argument("--theme", help="テーマの書かれていない行のテーマ")
    command.add_argument("--kind", help="種別の書かれていない行の種別")
    command.add_argument("--table", type=int)
    command.add_argument("--round", type=int)
    command.add_argument(
        "--column", action="append", default=[], metavar="項目=見出し", help="例 text=意見（繰り返せます）"
    )
    command.add_argument("--encoding", help="文字コード（省くと自動で見分けます）")
    command.add_argument("--sheet", help=".xlsx のシートの名前")
    command.add_argument("--dry-run", action="store_true", help="何が入るかだけを示す")
    _json_option(command)


def _import(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import read_table
    from workshop_app.services.importing import ImportOptions, import_document, plan_import, run_import

    columns: dict[str, str | int] = {}
    for pair in options.column:
        name, equals, heading = pair.partition("=")
        if not equals:
            raise InvalidInput(
                f"--column「{pair}」は text=意見 のように書いてください。今のデータは変わっていません。"
            )
        columns[name] = heading
    table = read_table(options.source, options.encoding, options.sheet)
    with _opened(options.file) as database:
        wanted = ImportOptions(columns, options.theme, options.kind, options.table, options.round)
        plan = plan_import(database, table, wanted)
        report = None if options.dry_run else run_import(database, plan)
    document = import_document(plan, report)
    return _answer(options, document, import_lines(document))


# --- list, check, conflicts --------------------------------------------------------------------------


def _fill_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    _json_option(command)


def _list(options: argparse.Namespace) -> int:
    with _opened(options.file) as database:
        notes = note_documents(database, database.notes())
    lines = "\n".join(
        "\t".join(
            [
                note["number"],
                note["theme"] or "未分類",
                note["kind"] or "－",
                ("〔取消〕" if note["voided"] else "") + note["text"].replace("\n", " ⏎ "),
            ]
        )
        for note in notes
    )
    return _answer(options, {"notes": notes}, lines)


def _check(options: argparse.Namespace) -> int:
    from workshop_app.storage.migrate import require_ours

    version = require_ours(options.file)
    with _opened(options.file) as database:
        verdict, broken = database.integrity()
        counts = database.counts()
        complete = database.manifest() == database.counted_manifest()
    healthy = verdict == "ok" and broken == 0 and complete
    document = {
        "path": str(options.file),
        "kind": "workshop_app",
        "version": version,
        "integrity": verdict,
        "foreign_keys": broken,
        "complete": complete,
        "counts": counts,
        "healthy": healthy,
    }
    state = "異常は見つかりませんでした" if healthy else f"壊れている所があります（{verdict}）"
    _answer(options, document, f"「{options.file.name}」版{version}、付箋 {counts['note']}枚。{state}。")
    return 0 if healthy else 1


def _conflicts(options: argparse.Namespace) -> int:
    with _opened(options.file) as database:
        found = conflict_documents(database)
    return _answer(options, {"conflicts": found}, conflict_lines(found))


# --- merge, handover, export -------------------------------------------------------------------------


def _fill_merge(command: argparse.ArgumentParser) -> None:
    command.add_argument("target", type=Path)
    command.add_argument("sources", type=Path, nargs="+")
    command.add_argument("--dry-run", action="store_true", help="何が入るかだけを示す")
    command.add_argument(
        "--salvage", action="store_true", help="壊れたファイルから、読める記録だけを取り出して入れる"
    )
    _json_option(command)


def _merge(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import merge_files

    report = merge_files(options.target, options.sources, dry_run=options.dry_run, salvage=options.salvage)
    for source in report.sources:
        for sentence in filter(None, (source.reason, *source.warnings)):
            print(sentence, file=sys.stderr)
    for sentence in report.warnings:
        print(sentence, file=sys.stderr)
    _answer(options, merge_document(report), merge_lines(report))
    return 1 if report.refused else 0


def _fill_handover(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("folder", type=Path)
    _json_option(command)


def _handover(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import hand_over

    package = hand_over(options.file, options.folder)
    document = {
        "path": str(package.path),
        "fingerprint": package.sha256,
        "counts": {"notes": package.notes, "voided": package.voided, "edits": package.edits},
    }
    text = (
        f"「{package.path.name}」を書き込み、読み直して確かめました。付箋 {package.notes}枚。"
        f"指紋 {package.sha256[:16]}。取り外せます。"
    )
    return _answer(options, document, text)


def _fill_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("out", type=Path)
    command.add_argument("--edition", choices=("internal", "public"), default="internal")
    _json_option(command)


def _export(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import export_workbook

    written = export_workbook(options.file, options.out, edition=options.edition)
    return _answer(
        options, {"path": str(written), "edition": options.edition}, f"「{written}」に書き出しました。"
    )


# --- window and helpers ------------------------------------------------------------------------------


def _open_window(arguments: list[str]) -> int:
    if len(arguments) > 1:
        print("開くファイルは1つだけ書いてください。命令の一覧は --help で見られます。", file=sys.stderr)
        return 2
    from workshop_app.bootstrap import run_window

    return run_window(Path(arguments[0]) if arguments else None)


def _fill_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--no-window", action="store_true", help="窓を開かない")
    _json_option(command)


def _demo(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import run_window
    from workshop_app.demo import has_display, run_demo

    result = run_demo(options.folder.absolute(), (lambda line: None) if options.json else _say)
    if options.json:
        print(json.dumps(result.document(), ensure_ascii=False, indent=1))
    if options.no_window or options.json or not has_display():
        return 0
    return run_window(result.merged)


def _say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    from workshop_app.bootstrap import open_database

    database = open_database(path)
    try:
        yield database
    finally:
        database.close()


def _answer(options: argparse.Namespace, document: Document, text: str) -> int:
    print(json.dumps(document, ensure_ascii=False, indent=1) if options.json else text)
    return 0


def _json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="結果を JSON で書く")


def _answering(run: Callable[[argparse.Namespace], tuple[Document, str]]) -> Run:
    def answer(options: argparse.Namespace) -> int:
        return _answer(options, *run(options))

    return answer


def _with_json(fill: Fill) -> Fill:
    def both(command: argparse.ArgumentParser) -> None:
        fill(command)
        _json_option(command)

    return both


Fill = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace], int]
_COMMANDS: dict[str, tuple[Fill, Run, str]] = {
    "new": (_fill_new, _new, "新しい会場のファイルを作る"),
    "note": (_fill_note, lambda options: 2, "付箋を加える・直す・取り消す・戻す"),
    "import": (_fill_import, _import, "別に入力した意見を読み込む（.txt .csv .xlsx）"),
    "list": (_fill_file, _list, "付箋をすべて並べる"),
    "merge": (_fill_merge, _merge, "端末のファイルを統合する"),
    "conflicts": (_fill_file, _conflicts, "決めること（競合）を並べる"),
    "export": (_fill_export, _export, "Excel のワークブックを書き出す"),
    "handover": (_fill_handover, _handover, "渡すファイルを作って確かめる"),
    "check": (_fill_file, _check, "ファイルの健康を調べる"),
    "demo": (_fill_demo, _demo, "練習用データで全体を通す"),
} | {
    name: (_with_json(fill), _answering(run), summary)
    for name, (fill, run, summary) in cli_merge.COMMANDS.items()
}
