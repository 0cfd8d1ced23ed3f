"""The command `share`: merging into a folder that several clerks publish in."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app.cli_documents import Document, source_lines
from workshop_app.services.merge import source_document

if TYPE_CHECKING:
    from workshop_app.services.share import ShareReport


def fill_share(command: argparse.ArgumentParser) -> None:
    """Options of `share`."""
    command.add_argument("folder", type=Path)
    command.add_argument("sources", type=Path, nargs="*", help="省くと、公開された内容を取り込むだけ")
    command.add_argument("--force", action="store_true", help="ほかの人が公開している間でも引き継ぐ")
    command.add_argument(
        "--no-lock", action="store_true", help="公開中の印を見ない・付けない（結果は変わりません）"
    )


def share(options: argparse.Namespace) -> tuple[Document, str, list[str], int]:
    """Publish; the document, the same in words, what the person must know besides, and the exit status."""
    from workshop_app.bootstrap import share_merge

    report = share_merge(options.folder, options.sources, force=options.force, lock=not options.no_lock)
    sentences = list(report.warnings)
    for source in report.sources:
        sentences += [sentence for sentence in (source.reason, *source.warnings) if sentence]
    status = 1 if report.refused or report.waiting else 0
    return _share_document(report), _share_lines(report), sentences, status


def _share_document(report: ShareReport) -> Document:
    """A publishing as the JSON document of `share --json`."""
    return {
        "folder": str(report.folder),
        "local": str(report.local),
        "generation": report.generation,
        "sources": [{"path": str(source.path)} | source_document(source) for source in report.sources],
        "notes": report.notes,
        "open_conflicts": report.open_conflicts,
        "unseen_merged": report.unseen_merged,
        "published": report.published,
        "waiting": report.waiting,
        "lock": None if report.lock is None else asdict(report.lock),
        "warning": "\n".join(report.warnings) or None,
    }


def _share_lines(report: ShareReport) -> str:
    """A publishing in words: the sources, what others had published, and where it stands."""
    if report.lock and report.waiting and not report.sources:
        return "まだ何も変えていません。"
    lines = source_lines(report.sources, report.dry_run)
    lines.append(f"ほかで公開された世代を {report.unseen_merged}件 取り込みました。")
    lines.append(f"付箋は全部で {report.notes}枚、決めることは {report.open_conflicts}件です。")
    if report.published:
        lines.append(f"世代 {report.generation} として公開し、読み直して確かめました。")
    elif report.waiting:
        lines.append("まだ公開していません。")
    else:
        lines.append("新しく公開するものはありません。")
    return "\n".join(lines)
