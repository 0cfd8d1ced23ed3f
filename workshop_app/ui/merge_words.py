"""The sentences of the merge page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QCoreApplication

from workshop_app.domain.wareki import format_clock, jst
from workshop_app.services.merge import MergeReport, SourceReport, TableLine
from workshop_app.services.wall import CellState, MissingTables, WallRow, WallSum

translate = QCoreApplication.translate


def empty_texts(looking: str, sources: int, *, shared: bool) -> tuple[str, str]:
    """What stands in place of the table; `looking` says what is being looked at, '' for nothing."""
    if looking and shared:
        return looking, translate("MergePage", "「公開する」を押すまで、何も公開しません。")
    if looking:
        return looking, translate("MergePage", "結果がここに並ぶまで、何も書き込みません。")
    if sources:
        waiting = translate("MergePage", "置かれた {0}ファイルは、まだ確かめられていません。")
        return waiting.format(sources), translate("MergePage", "統合先が使えるようになると、ここに並びます。")
    return (
        translate("MergePage", "まだファイルが届いていません。"),
        translate("MergePage", "端末で「ファイルを渡す」をしたファイルを、ここに置いてください。"),
    )


def note_text(report: MergeReport | None, mergeable: int, target_exists: bool) -> str:
    """What stands beside the buttons; `mergeable` counts the files with something new."""
    if report is None:
        return ""
    if not report.dry_run:
        total = translate("MergePage", "統合先の付箋は 全部で {0}です。").format(
            notes_text(report.notes, report.notes_voided)
        )
        if report.backup is None:
            return total
        return total + translate("MergePage", "控え: {0}").format(report.backup.name)
    if not mergeable:
        return translate("MergePage", "まだ何も書き込んでいません。統合できる新しいものはありません。")
    if target_exists:
        return translate("MergePage", "まだ何も書き込んでいません。統合の前に控えを取ります。")
    return translate("MergePage", "まだ何も書き込んでいません。")


def notes_text(notes: int, voided: int) -> str:
    """7枚（うち取消 1枚）: what is voided is kept, and not in the papers."""
    text = translate("MergePage", "{0}枚").format(f"{notes:,}")
    if not voided:
        return text
    return text + translate("MergePage", "（うち取消 {0}枚）").format(f"{voided:,}")


def result_text(report: MergeReport) -> str:
    """What was done, what is safe, what is left."""
    parts = []
    if any(source.status == "merged" for source in report.sources):
        added = sum(source.added for source in report.sources)
        updated = sum(source.updated for source in report.sources)
        done = translate("MergePage", "統合しました。新しい付箋は {0}枚、変わった付箋は {1}枚です。")
        parts.append(done.format(added, updated))
        if report.backup is not None:
            parts.append(translate("MergePage", "統合の前の控えがあります。"))
        if report.open_conflicts:
            left = translate("MergePage", "競合が {0}件 残っています。どちらの内容も残してあります。")
            parts.append(left.format(report.open_conflicts))
    elif not report.refused:
        return nothing_new(len(report.sources))
    else:
        parts.append(translate("MergePage", "新しく統合したものはありません。今のデータは変わっていません。"))
    parts.append(unread_text(report.refused))
    return "".join(parts)


def unread_text(refused: Sequence[SourceReport]) -> str:
    """Which files could not be merged; '' when all could."""
    if not refused:
        return ""
    names = "".join(f"「{source.path.name}」" for source in refused[:3])
    if len(refused) > 3:
        names += translate("MergePage", "など")
    unread = translate("MergePage", "統合できなかったファイルが {0}個あります（{1}）。理由は表にあります。")
    return unread.format(len(refused), names)


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


def tables_text(tables: Sequence[int]) -> str:
    """1〜3・5班: runs of three and more are written with 〜; '' for no table."""
    runs: list[list[int]] = []
    for table in sorted(tables):
        if runs and table == runs[-1][-1] + 1:
            runs[-1].append(table)
        else:
            runs.append([table])
    parts = [f"{run[0]}〜{run[-1]}" if len(run) > 2 else "・".join(map(str, run)) for run in runs]
    return translate("MergePage", "{0}班").format("・".join(parts)) if parts else ""


def places_text(lines: Iterable[TableLine]) -> str:
    """東区 1〜3班、西区 2班: the wards and tables of a file."""
    wards: dict[str, list[int]] = {}
    for line in lines:
        numbers = wards.setdefault(line.ward or translate("MergePage", "区不明"), [])
        if line.table is not None:
            numbers.append(line.table)
    parts = [
        f"{ward} {tables_text(numbers) or translate('MergePage', '（班なし）')}"
        for ward, numbers in wards.items()
    ]
    return "、".join(parts)


def mismatch_text(source: SourceReport) -> str:
    """5班の枚数が合いません: tables of which the target has, or would have, fewer notes than the file."""
    short = [line.table for line in source.tables if line.here < line.in_file and line.table is not None]
    if source.status != "merged" or not short:
        return ""
    return translate("MergePage", "{0}の枚数が合いません").format(tables_text(short))


def arrived_text(total: WallSum) -> str:
    """24班のうち 18班; wards whose number of tables nobody knows are told beside it."""
    text = translate("MergePage", "{0}班のうち {1}班").format(total.tables, total.tables - total.missing)
    if not total.unknown_wards:
        return text
    return text + translate("MergePage", "、ほかに {0}区").format(total.unknown_wards)


def missing_text(missing: Sequence[MissingTables]) -> str:
    """Which wards and tables have not arrived; '' when all have."""
    if not missing:
        return ""
    parts = [f"{one.ward} {tables_text(one.tables)}" for one in missing if one.tables]
    unknown = [one.ward for one in missing if not one.tables]
    if unknown:
        whole = translate("MergePage", "{0}（班の数は分かりません）")
        parts.insert(0, whole.format("・".join(unknown)))
    joined = "、".join(parts) if len(parts) > 2 else translate("MergePage", "と").join(parts)
    return translate("MergePage", "{0}がまだ届いていません。").format(joined)


def too_few_text(rows: Iterable[WallRow]) -> str:
    """Of which tables there are fewer notes here than a laptop's file has; '' when of none."""
    parts = []
    for row in rows:
        tables = [cell.table for cell in row.cells if cell.state is CellState.MISMATCH]
        if tables:
            words = [tables_text([table for table in tables if table is not None])]
            words += [translate("MergePage", "班なし")] if None in tables else []
            parts.append(f"{row.ward} {'・'.join(filter(None, words))}")
    if not parts:
        return ""
    text = translate(
        "MergePage",
        "{0}の枚数が、端末のファイルより少なくなっています。届いた記録は残っています。端末のファイルを確かめてください。",
    )
    return text.format("、".join(parts))


def day_and_time(at_ms: int) -> str:
    """10月19日 16:08, in Japanese time."""
    moment = jst(at_ms)
    day = translate("MergePage", "{0}月{1}日").format(moment.month, moment.day)
    return f"{day} {format_clock(at_ms)}"
