"""The commands of handing over and merging: to a file, to a shared folder, and back again."""

from __future__ import annotations

import argparse
from pathlib import Path

from workshop_app.cli_console import Command, answer, file_argument, json_option, warn
from workshop_app.cli_documents import Document, merge_document, merge_lines, share_document, share_lines
from workshop_app.domain.errors import NotFound
from workshop_app.domain.fingerprint import fingerprint


def fill_merge(command: argparse.ArgumentParser) -> None:
    """Options of `merge`."""
    command.add_argument("target", type=Path, help="統合先のファイル（なければ作ります）")
    command.add_argument("sources", type=Path, nargs="+", help="統合する端末のファイル")
    command.add_argument("--dry-run", action="store_true", help="何が入るかだけを示す")
    command.add_argument(
        "--salvage", action="store_true", help="壊れたファイルから、読める記録だけを取り出して入れる"
    )
    json_option(command)


def merge(options: argparse.Namespace) -> int:
    """Merge laptops' files; 1 when one of them was refused.

    The window asks before many notes are voided. A command asks nothing: it warns, `--dry-run` tells beforehand,
    and `unmerge` takes it back.
    """
    from workshop_app.bootstrap import merge_files

    report = merge_files(options.target, options.sources, dry_run=options.dry_run, salvage=options.salvage)
    for source in report.sources:
        for sentence in filter(None, (source.reason, *source.warnings)):
            warn(sentence)
    for sentence in report.warnings:
        warn(sentence)
    answer(options, merge_document(report), merge_lines(report))
    return 1 if report.refused else 0


def fill_share(command: argparse.ArgumentParser) -> None:
    """Options of `share`."""
    command.add_argument("folder", type=Path, help="共有フォルダー")
    command.add_argument("sources", type=Path, nargs="*", help="省くと、公開された内容を取り込むだけ")
    command.add_argument("--force", action="store_true", help="ほかの人が公開している間でも引き継ぐ")
    command.add_argument(
        "--no-lock", action="store_true", help="公開中の印を見ない・付けない（結果は変わりません）"
    )
    json_option(command)


def share(options: argparse.Namespace) -> int:
    """Merge into a shared folder and publish; 1 when something was refused or waits."""
    from workshop_app.bootstrap import share_merge

    report = share_merge(options.folder, options.sources, force=options.force, lock=not options.no_lock)
    said = [sentence for source in report.sources for sentence in (source.reason, *source.warnings)]
    for sentence in filter(None, [*report.warnings, *said]):
        warn(sentence)
    answer(options, share_document(report), share_lines(report))
    return 1 if report.refused or report.waiting else 0


def fill_handover(command: argparse.ArgumentParser) -> None:
    """Options of `handover`."""
    file_argument(command)
    command.add_argument("folder", type=Path, help="書き込む先（USB メモリーなどのフォルダー）")
    json_option(command)


def handover(options: argparse.Namespace) -> int:
    """Write the verified package for the stick."""
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
    return answer(options, document, text)


def fill_unmerge(command: argparse.ArgumentParser) -> None:
    """Options of `unmerge`."""
    file_argument(command)
    json_option(command)


def unmerge(options: argparse.Namespace) -> int:
    """Take the last merge back."""
    from workshop_app.bootstrap import take_back_merge

    kept = take_back_merge(options.file)
    return answer(
        options,
        {"path": str(options.file), "backup": str(kept)},
        f"最後の統合を取り消し、統合の前に戻しました。統合したあとの状態は「{kept}」にあります。",
    )


def fill_restore(command: argparse.ArgumentParser) -> None:
    """Options of `restore`."""
    file_argument(command)
    command.add_argument("backup", type=Path, help="控えのファイル（「…_控え」フォルダーの中）")
    json_option(command)


def restore(options: argparse.Namespace) -> int:
    """Go back to a backup."""
    from workshop_app.bootstrap import restore_backup

    kept = restore_backup(options.file, options.backup)
    return answer(
        options,
        {"path": str(options.file), "backup": str(kept)},
        f"「{options.backup.name}」の状態に戻しました。戻す前の状態は「{kept}」にあります。",
    )


def fill_receipt(command: argparse.ArgumentParser) -> None:
    """Options of `receipt`."""
    file_argument(command)
    command.add_argument("--number", type=int, help="受領証の番号（省くと最後のもの）")
    command.add_argument("--html", type=Path, metavar="OUT.html", help="印刷できるページを書き出す")
    json_option(command)


def receipt(options: argparse.Namespace) -> int:
    """Show the receipt of a merge, and write its page."""
    from workshop_app.bootstrap import receipts
    from workshop_app.services.merge import notes_words
    from workshop_app.services.receipt_page import receipt_html
    from workshop_app.services.whole_file import write_text

    kept: list[Document] = receipts(options.file)
    wanted = [one for one in kept if options.number in (None, one["number"])]
    if not wanted:
        raise NotFound(
            f"「{options.file.name}」には、その受領証がありません。今のデータは変わっていません。"
            "番号を確かめてください。"
        )
    chosen = wanted[-1]
    if options.html is not None:
        write_text(options.html, receipt_html(chosen))
    notes = notes_words(chosen["notes"], chosen.get("notes_voided", 0))
    lines = [f"受領証 No.{chosen['number']:03d}　付箋 {notes}　{len(chosen['sources'])}ファイル"]
    lines += map(_source_line, chosen["sources"])
    return answer(options, chosen, "\n".join(lines))


def _source_line(source: Document) -> str:
    name = source["file_name"]
    mark = f"\t指紋 {fingerprint(source['sha256'])}" if source["sha256"] else ""
    if source["status"] == "refused":
        # Receipts of earlier versions count its records as if they were here already.
        return f"{name}{mark}\t入れていません"
    return (
        f"{name}{mark}\t記録 {source['rows_in']}"
        f"＝新しい {source['rows_new']}＋ある {source['rows_known']}＋入れない {source['quarantined']}"
    )


COMMANDS: dict[str, Command] = {
    "handover": (fill_handover, handover, "渡すファイルを作って確かめる"),
    "merge": (fill_merge, merge, "端末のファイルを統合する"),
    "share": (fill_share, share, "共有フォルダーに統合して公開する"),
    "unmerge": (fill_unmerge, unmerge, "最後の統合を取り消す"),
    "restore": (fill_restore, restore, "控えの状態に戻す"),
    "receipt": (fill_receipt, receipt, "統合の受領証を見る・書き出す"),
}
