"""A table of words from outside, before anything is made of it: what every importer hands on.

Shared by the readers of text files and of workbooks, so that both find the header row alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workshop_app.domain.errors import RefusedFile
from workshop_app.domain.text import fold_text

MAX_BYTES = 64 * 1024**2
MAX_ROWS = 100_000
MAX_COLUMNS = 200
UNCHANGED = "今のデータは変わっていません。"

Record = tuple[int, tuple[str, ...]]
"""A row: its number as a spreadsheet program shows it (1 = first), and its cells."""

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        *(
            "意見_原文",
            "意見",
            "ご意見",
            "原文",
            "意見の内容",
            "ご意見の内容",
            "意見内容",
            "ご意見内容",
            "意見等",
        ),
        *(
            "ご意見等",
            "市民意見",
            "市民の意見",
            "意見・提案",
            "ご意見・ご提案",
            "ご意見・ご要望",
            "意見・要望",
        ),
        *("付箋", "付箋の内容", "付箋の文", "内容", "発言", "発言内容", "自由記述", "自由意見", "自由回答"),
        *("コメント", "提案内容", "回答", "回答内容", "記述", "本文", "文", "text", "opinion", "comment"),
        *(
            "comments",
            "comment-body",
            "body",
            "note",
            "content",
            "message",
            "response",
            "answer",
            "意見_公開用",
        ),
    ),
    "theme": (
        "テーマコード",
        "テーマ",
        "テーマid",
        "テーマ番号",
        "テーマ名",
        "審議事項",
        "議題",
        "theme",
        "topic",
    ),
    "kind": ("種別コード", "種別", "分類", "種類", "カテゴリ", "カテゴリー", "kind", "category"),
    "table": (
        *("テーブル", "テーブル番号", "テーブルno", "班", "班番号", "班no", "グループ", "グループ番号", "卓"),
        *("table", "table no", "group", "team"),
    ),
    "round": ("ラウンド", "ラウンド番号", "round"),
    "points": (
        "論点コード",
        "論点",
        "論点記号",
        "論点id",
        "論点番号",
        "関係する論点",
        "points",
        "point",
        "agenda points",
    ),
    "votes": (
        *("票", "票数", "得票", "得票数", "シール", "シール数", "シールの数", "投票数", "votes", "vote"),
        "likes",
        "票数_票",
    ),
    "island": ("島", "表札", "島の表札", "島名", "島（表札）", "グループ名", "island", "cluster"),
    "number": ("番号", "意見番号", "付箋番号", "通し番号", "整理番号", "連番", "no", "id", "number"),
}
"""Column headings known for each field, best first; compared folded (width, kana, case, brackets)."""

_HEADER_SEARCH_ROWS = 20
_BRACKETED = re.compile(r"[(\[【〔「〈<].*?[)\]】〕」〉>]")
_SENTENCE = re.compile(r"[。、！？!?\n]")
_MAX_HEADING = 20
_MAX_KNOWN = 60


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table from outside.

    `encoding` names how the bytes were read ('xlsx' for a workbook); `headers` are unique and never empty;
    each row has at least as many cells as there are headers. `warnings` are sentences for the preview.
    """

    name: str
    encoding: str
    sheet: str | None
    headers: tuple[str, ...]
    rows: tuple[Record, ...]
    warnings: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    """Every sheet of the workbook it was read from."""


def known_field(heading: str) -> tuple[str, int] | None:
    """The field a heading names and how good the name is (0 = best), or None."""
    # Longer is no heading, and folding a cell of megabytes for nothing takes seconds.
    key = _heading_key(heading) if len(heading) <= _MAX_KNOWN else ""
    return _KNOWN.get(key) if key else None


def make_table(
    name: str,
    encoding: str,
    records: Iterable[Record],
    *,
    sheet: str | None = None,
    header: bool | None = None,
    warnings: Sequence[str] = (),
) -> SourceTable:
    """Find the header row and give every column a name.

    Rows without a character are no rows. `header` True or False overrides the search. Whatever is not taken
    as an opinion (the header itself, lines above it) is named in the warnings. Raises RefusedFile when there
    is nothing, or more than MAX_ROWS rows or MAX_COLUMNS columns.
    """
    kept = [(number, cells) for number, cells in records if any(cell.strip() for cell in cells)]
    said = list(warnings)
    if not kept:
        raise RefusedFile(
            f"「{name}」には文字がありません。{UNCHANGED}意見の入っているファイルを選んでください。"
        )
    at = _header_index(kept, header)
    check_size(name, len(kept) - (0 if at is None else at + 1), 0)
    # Trailing empty cells are padding of the program that wrote the file, not columns.
    kept = [(number, _trimmed(cells)) for number, cells in kept]
    check_size(name, 0, max(len(cells) for _, cells in kept))
    if at is None:
        width = max(len(cells) for _, cells in kept)
        headers = tuple(f"{column}列目" for column in range(1, width + 1))
        if header is None:
            said.append("見出しの行が見つからないため、最初の行から意見として読みました。")
        body = kept
    else:
        headers = _unique_headings(kept[at][1], said)
        said.extend(_named_preamble(kept[:at]))
        if not known_fields(kept[at][1]):
            words = "・".join(cell for cell in kept[at][1] if cell.strip())
            said.append(f"{kept[at][0]}行目を見出しとして読みました（{words}）。")
        body = kept[at + 1 :]
    width = len(headers)
    rows = tuple((number, cells + ("",) * (width - len(cells))) for number, cells in body)
    return SourceTable(name, encoding, sheet, headers, rows, tuple(said))


def check_size(name: str, rows: int, columns: int) -> None:
    """Raise RefusedFile when a table is larger than this program reads."""
    if rows > MAX_ROWS:
        raise RefusedFile(
            f"「{name}」の行が多すぎます（{MAX_ROWS:,}行まで）。{UNCHANGED}ファイルを分けてください。"
        )
    if columns > MAX_COLUMNS:
        raise RefusedFile(
            f"「{name}」の列が多すぎます（{MAX_COLUMNS}列まで）。{UNCHANGED}"
            "意見の列とテーマなどの列だけを残して、保存し直してください。"
        )


def known_fields(cells: Sequence[str]) -> set[str]:
    """The fields that the cells name, if they are headings."""
    return {found[0] for found in map(known_field, cells) if found}


def _header_index(rows: Sequence[Record], header: bool | None) -> int | None:
    if header is False:
        return None
    widest = 0
    for index, (_, cells) in enumerate(rows[:_HEADER_SEARCH_ROWS]):
        fields = known_fields(cells)
        width = sum(1 for cell in cells if cell.strip())
        # Below a title a heading row is wider than the title; a lone known word may be somebody's opinion.
        if fields and (index == 0 or len(fields) > 1 or ("text" in fields and width > widest)):
            return index
        widest = max(widest, width)
    return 0 if header or _looks_like_headings(rows) else None


def _looks_like_headings(rows: Sequence[Record]) -> bool:
    """Careful guess without a known name: a false yes would take an opinion for a heading."""
    first = _trimmed(rows[0][1])
    below = [cells for _, cells in rows[1:51]]
    if len(first) < 2 or not below or len(set(first)) < len(first):
        return False
    if any(not c.strip() or len(c) > _MAX_HEADING or _SENTENCE.search(c) or _is_number(c) for c in first):
        return False
    for column, heading in enumerate(first):
        values = [cells[column] for cells in below if column < len(cells) and cells[column].strip()]
        if values and (
            all(map(_is_number, values)) or sum(map(len, values)) / len(values) > 2 * len(heading) + 4
        ):
            return True
    return False


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return tuple(cells[:end])


def _unique_headings(cells: Sequence[str], said: list[str]) -> tuple[str, ...]:
    """Name empty headings by their place and repeated ones by their turn, so that each can be chosen."""
    out: list[str] = []
    repeated: list[str] = []
    for column, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"{column}列目"
        turn, unique = 1, name
        while unique in out:
            turn += 1
            unique = f"{name}（{turn}）"
        if turn > 1:
            repeated.append(name)
        out.append(unique)
    if repeated:
        said.append(f"同じ見出しの列が複数あります（{'・'.join(dict.fromkeys(repeated))}）。")
    return tuple(out)


def _named_preamble(rows: Sequence[Record]) -> list[str]:
    return [
        f"{number}行目は見出しより上にあるため、意見として読みませんでした（{' '.join(filter(None, cells))}）。"
        for number, cells in rows
    ]


def _heading_key(heading: str) -> str:
    folded = fold_text(heading)
    without = "".join(filter(str.isalnum, _BRACKETED.sub("", folded)))
    return without or "".join(filter(str.isalnum, folded))


_KNOWN = {
    key: (field, rank)
    for field, names in reversed(list(COLUMN_NAMES.items()))
    for rank, key in reversed(list(enumerate(map(_heading_key, names))))
}
