"""The sentences of the merge page."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from workshop_app.services.merge import MergeReport

translate = QCoreApplication.translate


def note_text(report: MergeReport | None, mergeable: int, target_exists: bool) -> str:
    """What stands beside the buttons; `mergeable` counts the files with something new."""
    if report is None:
        return ""
    if not report.dry_run:
        total = translate("MergePage", "統合先の付箋は 全部で {0}枚です。").format(report.notes)
        if report.backup is None:
            return total
        return total + translate("MergePage", "控え: {0}").format(report.backup.name)
    if not mergeable:
        return translate("MergePage", "まだ何も書き込んでいません。統合できる新しいものはありません。")
    if target_exists:
        return translate("MergePage", "まだ何も書き込んでいません。統合の前に控えを取ります。")
    return translate("MergePage", "まだ何も書き込んでいません。")


def result_text(report: MergeReport) -> str:
    """What was done, what is safe, what is left."""
    added = sum(source.added for source in report.sources)
    updated = sum(source.updated for source in report.sources)
    done = translate("MergePage", "統合しました。新しい付箋は {0}枚、変わった付箋は {1}枚です。")
    parts = [done.format(added, updated)]
    if report.backup is not None:
        parts.append(translate("MergePage", "統合の前の控えがあります。"))
    if report.open_conflicts:
        left = translate("MergePage", "競合が {0}件 残っています。どちらの内容も残してあります。")
        parts.append(left.format(report.open_conflicts))
    if report.refused:
        unread = translate("MergePage", "読めなかったファイルが {0}個あります。理由は表にあります。")
        parts.append(unread.format(len(report.refused)))
    return "".join(parts)


def next_step(report: MergeReport) -> str:
    """The action beside the result; '' when there is none."""
    if report.open_conflicts:
        return translate("MergePage", "競合を見て決める")
    return translate("MergePage", "控えのフォルダーを開く") if report.backup else ""


def nothing_new(count: int) -> str:
    """All `count` files were in already."""
    if count == 1:
        return translate("MergePage", "このファイルは前に統合したものと同じです。何も変わっていません。")
    return translate("MergePage", "どのファイルも前に統合したものと同じです。何も変わっていません。")
