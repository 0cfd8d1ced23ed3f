"""Text files with opinions: .txt (one a line) and .csv/.tsv, in whatever encoding they were saved.

An encoding is chosen only when the whole file decodes strictly: a table read half wrong looks right in the
preview's first rows and is found out when the paper is printed.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from pathlib import PurePath

from workshop_app.domain.errors import InvalidInput, RefusedFile
from workshop_app.domain.source_table import (
    MAX_BYTES,
    MAX_ROWS,
    UNCHANGED,
    Record,
    SourceTable,
    check_size,
    known_fields,
    make_table,
)

__all__ = ["ENCODINGS", "TEXT_SUFFIXES", "SourceTable", "decode_table", "encoding_label", "too_large"]

TEXT_SUFFIXES = (".txt", ".csv", ".tsv")
DELIMITERS = (",", "\t", ";")
MAX_FIELD_CHARS = 2_000_000
"""A cell longer than this is an unclosed quote, not an opinion."""
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8（BOM付き）",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "cp932": "Shift_JIS（CP932）",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "JIS（ISO-2022-JP）",
}
"""Encodings a table may be read in, and how the preview names them."""

_NO_DELIMITER = "\x1f"
_MAX_BAD_RECORDS = 100
_SNIFF_RECORDS = 100
_MAX_LINES = 20 * MAX_ROWS
"""Lines of a CSV file; a row may have many, but not all of them blank."""
_RESAVE = "Excel で「CSV UTF-8」を選んで保存し直してください。"
_MAGIC = (
    (b"PK\x03\x04", "Excel などの圧縮されたファイル", "名前の終わりを .xlsx にして選び直してください。"),
    (
        b"\xd0\xcf\x11\xe0",
        "古い Excel か、パスワード付きのファイル",
        "Excel で .xlsx で保存し直してください。",
    ),
    (b"SQLite format 3\0", "データベース", "意見の入っている .txt、.csv、.xlsx を選んでください。"),
    (b"%PDF", "PDF", "意見の文字を .txt か .xlsx に写してください。"),
    (b"\x89PNG", "画像", "意見の入っている .txt、.csv、.xlsx を選んでください。"),
    (b"\xff\xd8\xff", "画像", "意見の入っている .txt、.csv、.xlsx を選んでください。"),
)


def decode_table(
    data: bytes, name: str, encoding: str | None = None, *, header: bool | None = None
) -> SourceTable:
    """Read the bytes of a text file named `name` (its suffix decides: .txt is a note a line).

    `encoding` is honoured strictly ('shift_jis' means CP932, as it does in Japan); without it BOM, UTF-8,
    and CP932 are tried in this order. `header` says whether the first row is a heading; None finds out.
    Raises RefusedFile for a file that cannot be read whole, InvalidInput for an unknown encoding.
    """
    if len(data) > MAX_BYTES:
        raise too_large(name)
    text, used = _decode(data, name, encoding)
    warnings = _doubts(text, used, encoding)
    if PurePath(name).suffix.lower() == ".txt":
        return _line_table(text, name, used, warnings)
    if text.count("\n") > _MAX_LINES:
        check_size(name, MAX_ROWS + 1, 0)
    delimiter = "\t" if PurePath(name).suffix.lower() == ".tsv" else _find_delimiter(text)
    reader = _Reader(text, delimiter)
    records: list[Record] = []
    for number, cells in enumerate(reader, start=1):
        if any(cells):
            records.append((number, tuple(cells)))
            if len(records) > MAX_ROWS + 100:
                check_size(name, len(records), 0)
    warnings += reader.warnings()
    return make_table(name, used, records, header=header, warnings=warnings)


def encoding_label(name: str) -> str:
    """An encoding as the preview shows it."""
    return ENCODINGS.get(name, name)


def too_large(name: str) -> RefusedFile:
    """The refusal of a file above MAX_BYTES."""
    return RefusedFile(
        f"「{name}」は大きすぎます（{MAX_BYTES // 1024**2} MB まで）。{UNCHANGED}ファイルを分けてください。"
    )


# --- bytes to text -----------------------------------------------------------------------------------


def _decode(data: bytes, name: str, wanted: str | None) -> tuple[str, str]:
    for magic, what, advice in _MAGIC:
        if data.startswith(magic):
            raise RefusedFile(f"「{name}」の中身は文字ではありません（{what}）。{UNCHANGED}{advice}")
    if wanted is not None:
        return _decode_as(data, name, wanted)
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data[3:], name, "utf-8", "utf-8-sig")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, name, "utf-16", "utf-16")
    if b"\x1b$" in data:
        # ISO-2022-JP is pure ASCII bytes; UTF-8 would take it and show the escape sequences.
        try:
            return data.decode("iso2022_jp"), "iso2022_jp"
        except UnicodeDecodeError:
            pass
    try:
        return _checked_text(data.decode("utf-8"), name), "utf-8"
    except UnicodeDecodeError as problem:
        if _is_damaged_utf8(data):
            raise _unreadable(data, name, "utf-8", problem) from None
    try:
        return _checked_text(data.decode("cp932"), name), "cp932"
    except UnicodeDecodeError:
        raise RefusedFile(
            f"「{name}」の文字コードが分かりません（UTF-8 と Shift_JIS では最後まで読めません）。{UNCHANGED}{_RESAVE}"
        ) from None


def _decode_as(data: bytes, name: str, wanted: str) -> tuple[str, str]:
    aliases = {"shift_jis": "cp932", "ms932": "cp932", "utf_8": "utf-8", "utf_8_sig": "utf-8-sig"}
    try:
        found = codecs.lookup(wanted).name
    except LookupError:
        found = ""
    used = aliases.get(found, found)
    if used not in ENCODINGS:
        raise InvalidInput(
            f"文字コード「{wanted}」は使えません。utf-8、cp932、utf-16 などを指定してください。{UNCHANGED}"
        )
    if used == "utf-8" and data.startswith(codecs.BOM_UTF8):
        used = "utf-8-sig"
    return _strict(data, name, used, used)


def _strict(data: bytes, name: str, codec: str, label: str) -> tuple[str, str]:
    try:
        return _checked_text(data.decode(codec), name), label
    except UnicodeDecodeError as problem:
        raise _unreadable(data, name, label, problem) from None


def _unreadable(data: bytes, name: str, label: str, problem: UnicodeDecodeError) -> RefusedFile:
    line = data[: problem.start].count(b"\n") + 1
    return RefusedFile(
        f"「{name}」は {encoding_label(label)} としては {line}行目に読めない文字があります。{UNCHANGED}"
        f"文字コードを確かめるか、{_RESAVE}"
    )


def _checked_text(text: str, name: str) -> str:
    """Refuse what only happens to decode: pictures, programs, UTF-16 without its mark."""
    nul = text.count("\0")
    controls = sum(text.count(chr(code)) for code in (*range(1, 9), *range(14, 26), *range(28, 32), 0x7F))
    if nul > max(20, len(text) // 50) or controls > max(60, len(text) // 20):
        raise RefusedFile(f"「{name}」の中身は文字ではないか、目印のない UTF-16 です。{UNCHANGED}{_RESAVE}")
    return text


def _is_damaged_utf8(data: bytes) -> bool:
    """Mostly sound Japanese UTF-8 with a few broken bytes; as CP932 it would decode to nonsense."""
    text = data[: 1 << 20].decode("utf-8", "replace")
    sound = len(re.findall("[\u3000-\u9fff]", text))
    return sound >= 10 and text.count("\ufffd") * 5 <= sound


def _doubts(text: str, used: str, wanted: str | None) -> list[str]:
    if wanted is None and used == "cp932":
        sample = text[:200_000]
        narrow = len(re.findall("[\uff61-\uff9f]", sample))
        if narrow > 20 and narrow * 2 > len(re.findall("[^\x00-\x7f]", sample)):
            return [
                "半角カナがとても多く、文字コードが違うかもしれません。下の文を確かめ、おかしいときは文字コードに euc_jp を指定してください。"
            ]
    return []


# --- text to rows ------------------------------------------------------------------------------------


def _line_table(text: str, name: str, used: str, warnings: Sequence[str]) -> SourceTable:
    """One note a line; blank lines stay rows, so that the report can name each line of the file."""
    lines = text.split("\n") if "\n" in text else text.split("\r")
    if lines and lines[-1] == "":
        lines.pop()
    check_size(name, len(lines), 0)
    if not text.strip():
        return make_table(name, used, [])
    rows = tuple((number, (line.removesuffix("\r"),)) for number, line in enumerate(lines, start=1))
    return SourceTable(name, used, None, ("意見",), rows, tuple(warnings))


class _Reader:
    """CSV records, strict as long as the quotes are sound.

    An unclosed quote would swallow every opinion after it. A record that breaks the rules is therefore cut
    back to its first line, which is taken as it stands, and reading goes on with the next line.
    """

    def __init__(self, text: str, delimiter: str) -> None:
        self._lines = list(StringIO(text, newline=""))
        self._delimiter = delimiter
        self._broken: list[int] = []
        self._failed_at = 0

    def __iter__(self) -> Iterator[list[str]]:
        start = 0
        csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD_CHARS))
        while start < len(self._lines):
            try:
                yield from self._strict_records(start)
                return
            except csv.Error:
                start = self._failed_at
                if len(self._broken) == _MAX_BAD_RECORDS:
                    # Not a table with a slip in it: from here on no cell spans lines, so nothing is swallowed.
                    yield from (self._plain(line) for line in self._lines[start:])
                    return
                self._broken.append(start + 1)
                yield self._plain(self._lines[start])
                start += 1

    def warnings(self) -> list[str]:
        """Which lines were not as they should be; complete after the iteration."""
        if not self._broken:
            return []
        where = "・".join(map(str, self._broken[:10])) + ("…" if len(self._broken) > 10 else "")
        return [
            f'引用符（"）の対応がくずれている行があります（ファイルの {where}行目）。その行はそのままの文字で読みました。'
        ]

    def _strict_records(self, start: int) -> Iterator[list[str]]:
        used = start
        self._failed_at = start

        def feed() -> Iterator[str]:
            nonlocal used
            while used < len(self._lines):
                used += 1
                yield self._lines[used - 1]

        for cells in csv.reader(feed(), delimiter=self._delimiter, strict=True):
            yield cells
            self._failed_at = used

    def _plain(self, line: str) -> list[str]:
        return line.rstrip("\r\n").split(self._delimiter)


def _find_delimiter(text: str) -> str:
    """The delimiter whose columns fit best: those of a known header row, else those of most rows."""
    sample = text[:200_000]
    best, best_score = ",", (-1.0, -1.0, -1)
    for delimiter in (*DELIMITERS, _NO_DELIMITER):
        records = [cells for cells in islice(_Reader(sample, delimiter), _SNIFF_RECORDS) if cells]
        if not records:
            continue
        score = _fit(records)
        if score > best_score:
            best, best_score = delimiter, score
    # One column under every delimiter: its opinions may hold commas, so nothing is cut at all.
    return best if best_score[2] > 1 else _NO_DELIMITER


def _fit(records: Sequence[Sequence[str]]) -> tuple[float, float, int]:
    known = [(len(known_fields(cells)), index) for index, cells in enumerate(records[:20])]
    fields, index = max(known, key=lambda pair: (pair[0], -pair[1]))
    if fields:
        width = len(records[index])
        rows = records[index + 1 :] or records[index : index + 1]
        return float(fields), sum(len(row) == width for row in rows) / len(rows), width
    width, count = Counter(map(len, records)).most_common(1)[0]
    return 0.0, count / len(records) if width > 1 else 0.0, width
