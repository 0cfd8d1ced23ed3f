"""The command line: scripts, tests and the secretariat's batch work.

Exit status: 0 done; 1 refused or failed, one plain sentence on standard error and no traceback; 2 wrong
usage. With --json exactly one JSON document goes to standard output.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app import cli_board, cli_merge, cli_note, cli_workshop
from workshop_app.cli_console import Command, answer, file_argument, json_option, say, speak_utf8, warn
from workshop_app.cli_documents import (
    conflict_documents,
    conflict_lines,
    import_lines,
    note_documents,
    settled_document,
    settled_lines,
)
from workshop_app.cli_files import opened, opened_to_read
from workshop_app.cli_trace import keep_trace, unexpected_sentence
from workshop_app.cli_usage import JapaneseParser
from workshop_app.domain.errors import InvalidInput, WorkshopError
from workshop_app.domain.path_problem import path_problem
from workshop_app.version import __version__

if TYPE_CHECKING:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    speak_utf8()
    try:
        return _run(given)
    except SystemExit:
        # The help of argparse may still be in the buffer, and its reader gone.
        say("", end="")
        raise
    except WorkshopError as problem:
        return _refuse(problem.sentence)
    except OSError as problem:
        keep_trace(problem)
        return _refuse(path_problem(problem).sentence)
    except KeyboardInterrupt:
        return _refuse("中止しました。保存した付箋はすべて残っています。")
    except Exception as problem:
        return _refuse(unexpected_sentence(keep_trace(problem)))


def _run(given: list[str]) -> int:
    if not given or (given[0] not in _COMMANDS and not given[0].startswith("-")):
        return _open_window(given)
    options = _parser().parse_args(given)
    return int(options.run(options))


def _refuse(sentence: str, status: int = 1) -> int:
    warn(sentence)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = JapaneseParser(
        prog="workshop-app", description="市民ワークショップの意見を記録し、統合し、資料にします。"
    )
    parser.add_argument("--version", action="version", version=__version__, help="プログラムの版を出す")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (fill, run, summary) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run)
        fill(command)
    return parser


# --- new ---------------------------------------------------------------------------------------------


def _fill_new(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="作るファイル（.wsdb）")
    command.add_argument("--ward", required=True, help="区（議題にある名前。例 東区）")
    command.add_argument("--date", help="開催日（例 2014-10-05）")
    command.add_argument("--venue", default="", help="会場の名前")
    command.add_argument("--tables", type=int, help="テーブルの数")
    command.add_argument("--device", default="A", help="端末の記号（A から Z。省くと A）")
    command.add_argument("--agenda", type=Path, help="議題のファイル（省くと熊本市の議題）")
    json_option(command)


def _new(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import create_database, load_agenda
    from workshop_app.services.prepare import WorkshopSetup

    setup = WorkshopSetup(
        load_agenda(options.agenda), options.ward, options.date, options.venue, options.tables, options.device
    )
    create_database(options.file, setup)
    ward = setup.agenda.ward(setup.ward).name
    return answer(
        options,
        {"path": str(options.file), "ward": ward, "device": options.device},
        f"「{options.file}」を作りました（{ward}、端末{options.device}）。",
    )


# --- import ------------------------------------------------------------------------------------------


def _fill_import(command: argparse.ArgumentParser) -> None:
    file_argument(command)
    command.add_argument("source", type=Path, help="読み込むファイル（.txt .csv .xlsx）")
    command.add_argument("--theme", help="テーマの書かれていない行のテーマ")
    command.add_argument("--kind", help="種別の書かれていない行の種別")
    command.add_argument("--table", type=int, help="テーブルの書かれていない行のテーブル")
    command.add_argument("--round", type=int, help="ラウンドの書かれていない行のラウンド")
    command.add_argument(
        "--column", action="append", default=[], metavar="項目=見出し", help="例 text=意見（繰り返せます）"
    )
    command.add_argument("--encoding", help="文字コード（省くと自動で見分けます）")
    command.add_argument("--sheet", help=".xlsx のシートの名前")
    command.add_argument("--dry-run", action="store_true", help="何が入るかだけを示す")
    json_option(command)


def _import(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import read_table
    from workshop_app.services.importing import (
        ImportOptions,
        import_document,
        plan_import,
        require_text_column,
        run_import,
    )

    columns: dict[str, str | int] = {}
    for pair in options.column:
        name, equals, heading = pair.partition("=")
        if not equals:
            raise InvalidInput(
                f"--column「{pair}」は text=意見 のように書いてください。今のデータは変わっていません。"
            )
        columns[name] = heading
    table = read_table(options.source, options.encoding, options.sheet)
    with opened(options.file) as database:
        wanted = ImportOptions(columns, options.theme, options.kind, options.table, options.round)
        plan = plan_import(database, table, wanted)
        require_text_column(plan)
        report = None if options.dry_run else run_import(database, plan)
    document = import_document(plan, report)
    return answer(options, document, import_lines(document))


# --- list, check, conflicts --------------------------------------------------------------------------


def _fill_file(command: argparse.ArgumentParser) -> None:
    file_argument(command)
    json_option(command)


def _list(options: argparse.Namespace) -> int:
    with opened_to_read(options.file) as database:
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
    return answer(options, {"notes": notes}, lines)


def _check(options: argparse.Namespace) -> int:
    from workshop_app.storage.migrate import require_ours

    version = require_ours(options.file)
    with opened_to_read(options.file) as database:
        verdict, broken = database.integrity()
        # Counting in a damaged file may stop half-way, and the figures would mean nothing.
        health = database.examine() if verdict == "ok" else None
        counts = database.counts() if health else {}
    healthy = health is not None and health.sound and broken == 0
    document = {
        "path": str(options.file),
        "kind": "workshop_app",
        "version": version,
        "integrity": verdict,
        "foreign_keys": broken,
        "edits": "damaged" if health is None else health.edits or "ok",
        "shown": health is not None and health.shown,
        "counts": counts,
        "healthy": healthy,
    }
    name = f"「{options.file.name}」"
    if healthy:
        text = f"{name}版{version}、付箋 {counts['note']}枚。異常は見つかりませんでした。"
        return answer(options, document, text)
    if options.json:
        answer(options, document, "")
    if health is not None and health.edits is None:
        return _refuse(
            f"{name}に表示されるものが、書き込まれた記録と合っていません。記録はすべてそろっています。"
            "資料を書き出すときに、記録から表示を作り直します。"
        )
    return _refuse(
        f"{name}に壊れている所が見つかりました。ファイルはそのままにしてあります。控えから開いてください。"
    )


def _conflicts(options: argparse.Namespace) -> int:
    with opened_to_read(options.file) as database:
        found = conflict_documents(database)
    return answer(options, {"conflicts": found}, conflict_lines(found))


def _fill_resolve(command: argparse.ArgumentParser) -> None:
    file_argument(command)
    command.add_argument("conflict", metavar="CONFLICT", help="conflicts に出る id、または付箋の番号")
    way = command.add_mutually_exclusive_group(required=True)
    way.add_argument("--keep", metavar="ID", help="使う内容の id（初めの 8文字以上）")
    way.add_argument("--text", help="両方を見て書き直した文")
    way.add_argument("--both", action="store_true", help="別々の付箋にする")
    json_option(command)


def _resolve(options: argparse.Namespace) -> int:
    from workshop_app.services import review

    with opened(options.file) as database:
        conflict = review.find_conflict(database, options.conflict)
        entity = conflict.entity_id
        if options.keep is not None:
            value = review.find_value(conflict, options.keep)
            changes = review.keep_value(database, entity, conflict.field, value.op_id)
        elif not conflict.is_note_text:
            raise InvalidInput(
                "文の競合ではないので、書き直しや別々の付箋にはできません。今のデータは変わっていません。"
                "--keep で選んでください。"
            )
        elif options.both:
            changes = review.keep_both(database, entity)
        else:
            changes = review.write_text(database, entity, options.text)
        document = settled_document(database, changes.added | changes.updated)
    return answer(options, document, settled_lines(document))


# --- export -------------------------------------------------------------------------


def _fill_export(command: argparse.ArgumentParser) -> None:
    file_argument(command)
    command.add_argument("out", type=Path, metavar="OUT.xlsx", help="書き出すワークブック")
    command.add_argument(
        "--edition",
        choices=("internal", "public"),
        default="internal",
        help="版（internal は事務局用。public の公表用はまだ使えません）",
    )
    cli_board.fill(command)
    json_option(command)


def _export(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import export_workbook

    cli_board.check(options)
    written = export_workbook(options.file, options.out, edition=options.edition, tell=warn)
    document = {"path": str(written), "edition": options.edition}
    lines = [f"「{written}」に書き出しました。"]
    if options.board is not None:
        document["board"] = str(cli_board.write(options))
        lines.append(f"ボードを「{document['board']}」に書き出しました。")
    return answer(options, document, "\n".join(lines))


# --- window and helpers ------------------------------------------------------------------------------


def _open_window(arguments: list[str]) -> int:
    if len(arguments) > 1:
        return _refuse("開くファイルは1つだけ書いてください。命令の一覧は --help で見られます。", 2)
    if arguments and not arguments[0].endswith(".wsdb") and not Path(arguments[0]).exists():
        # A missing .wsdb is told in the window: whoever clicked on it has no console to read.
        return _refuse(
            f"「{arguments[0]}」という命令もファイルもありません。何もしていません。"
            "命令の一覧は --help で見られます。",
            2,
        )
    from workshop_app.bootstrap import run_window

    return run_window(Path(arguments[0]) if arguments else None)


def _fill_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="DIR", help="練習用のファイルを作るフォルダー")
    command.add_argument("--no-window", action="store_true", help="窓を開かない")
    json_option(command)


def _demo(options: argparse.Namespace) -> int:
    from workshop_app.bootstrap import has_display, prepare_window, run_window
    from workshop_app.demo import run_demo

    window = not options.no_window and not options.json and has_display()
    if window:
        # The pictures are painted by the application that is going to show the window.
        prepare_window()
    result = run_demo(options.folder.absolute(), (lambda line: None) if options.json else say)
    if options.json:
        say(json.dumps(result.document(), ensure_ascii=False, indent=1))
    return run_window(result.merged) if window else 0


_COMMANDS: dict[str, Command] = {
    "new": (_fill_new, _new, "新しい会場のファイルを作る"),
    "workshop": (cli_workshop.fill_workshop, cli_workshop.workshop, "会場の参加者数や投票者数を書く・見る"),
    "note": (cli_note.fill, lambda options: 2, "付箋を加える・直す・取り消す・戻す・文を取り除く"),
    "import": (_fill_import, _import, "別に入力した意見を読み込む（.txt .csv .xlsx）"),
    "list": (_fill_file, _list, "付箋をすべて並べる"),
    "conflicts": (_fill_file, _conflicts, "決めること（競合）を並べる"),
    "resolve": (_fill_resolve, _resolve, "競合を1件決める"),
    **cli_merge.COMMANDS,
    "export": (_fill_export, _export, "Excel のワークブックと、望むならボードの絵を書き出す"),
    "check": (_fill_file, _check, "ファイルの健康を調べる"),
    "demo": (_fill_demo, _demo, "練習用データで全体を通す"),
}
