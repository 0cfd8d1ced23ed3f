"""The commands around a merge: taking it back, going back to a backup, its receipt."""

from __future__ import annotations

import argparse
from pathlib import Path

from workshop_app.cli_documents import Document
from workshop_app.domain.errors import NotFound
from workshop_app.domain.fingerprint import fingerprint


def fill_unmerge(command: argparse.ArgumentParser) -> None:
    """Options of `unmerge`."""
    command.add_argument("file", type=Path)


def unmerge(options: argparse.Namespace) -> tuple[Document, str]:
    """Take the last merge back."""
    from workshop_app.bootstrap import take_back_merge

    kept = take_back_merge(options.file)
    return (
        {"path": str(options.file), "backup": str(kept)},
        f"最後の統合を取り消し、統合の前に戻しました。統合したあとの状態は「{kept}」にあります。",
    )


def fill_restore(command: argparse.ArgumentParser) -> None:
    """Options of `restore`."""
    command.add_argument("file", type=Path)
    command.add_argument("backup", type=Path, help="控えのファイル（「…_控え」フォルダーの中）")


def restore(options: argparse.Namespace) -> tuple[Document, str]:
    """Go back to a backup."""
    from workshop_app.bootstrap import restore_backup

    kept = restore_backup(options.file, options.backup)
    return (
        {"path": str(options.file), "backup": str(kept)},
        f"「{options.backup.name}」の状態に戻しました。戻す前の状態は「{kept}」にあります。",
    )


def fill_receipt(command: argparse.ArgumentParser) -> None:
    """Options of `receipt`."""
    command.add_argument("file", type=Path)
    command.add_argument("--number", type=int, help="受領証の番号（省くと最後のもの）")
    command.add_argument("--html", type=Path, metavar="OUT.html", help="印刷できるページを書き出す")


def receipt(options: argparse.Namespace) -> tuple[Document, str]:
    """Show the receipt of a merge, and write its page."""
    from workshop_app.bootstrap import receipts, write_text
    from workshop_app.services.receipt_page import receipt_html

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
    lines = [f"受領証 No.{chosen['number']:03d}　付箋 {chosen['notes']}枚　{len(chosen['sources'])}ファイル"]
    lines += [
        f"{source['file_name']}\t指紋 {fingerprint(source['sha256'] or '')}\t記録 {source['rows_in']}"
        f"＝新しい {source['rows_new']}＋ある {source['rows_known']}＋入れない {source['quarantined']}"
        for source in chosen["sources"]
    ]
    return chosen, "\n".join(lines)


COMMANDS = {
    "unmerge": (fill_unmerge, unmerge, "最後の統合を取り消す"),
    "restore": (fill_restore, restore, "控えの状態に戻す"),
    "receipt": (fill_receipt, receipt, "統合の受領証を見る・書き出す"),
}
