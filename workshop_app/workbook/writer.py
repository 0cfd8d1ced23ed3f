"""Writing the workbook so that the target is either the old file or the complete new one.

The book goes to a temporary file beside the target, is read back and checked, flushed to the disk and then
put in place in one step. When another program holds the target, the book gets a numbered name instead.
"""

from __future__ import annotations

import errno
import os
import secrets
import xml.parsers.expat
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from workshop_app.domain.errors import InvalidInput, StorageUnavailable
from workshop_app.domain.path_problem import path_errors
from workshop_app.services.report_spec import Report
from workshop_app.workbook.row_height import DEFAULT_FONT, FontMetrics
from workshop_app.workbook.safe_text import readable_text
from workshop_app.workbook.sheets import BookWriter, Progress

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MOST_NUMBERED_NAMES = 99
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


def write_workbook(
    report: Report, path: Path, *, font: FontMetrics = DEFAULT_FONT, progress: Progress | None = None
) -> Path:
    """Write a report to an .xlsx file and return where it is.

    The returned path differs from `path` (「…_2.xlsx」) when the target is open in another program. `progress`
    is called with (rows done, rows in all); an exception from it cancels and leaves nothing behind. Raises
    InvalidInput (no such folder, not an .xlsx name) and StorageUnavailable (disk full, not writable, or the
    written file does not read back); the file that was there before is untouched then.
    """
    _check_target(path)
    temporary = path.with_name(f".{path.stem[:40]}.{secrets.token_hex(4)}.tmp")
    try:
        rows = _write(report, temporary, font, progress)
        _verify(temporary, rows)
        _flush(temporary)
        return _put_in_place(temporary, path)
    except OSError as problem:
        raise _storage_problem(problem, path) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _check_target(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise InvalidInput(
            f"出力先「{path.name}」の名前の終わりが .xlsx ではありません。何も書き出していません。"
            "名前の終わりを .xlsx にしてください。"
        )
    with path_errors(path):
        if not path.parent.is_dir():
            raise InvalidInput(
                f"出力先のフォルダー「{path.parent}」がありません。何も書き出していません。"
                "フォルダーを作るか、別の場所を選んでください。"
            )
        if path.is_dir():
            raise InvalidInput(
                f"「{path.name}」はフォルダーの名前です。何も書き出していません。別の名前を選んでください。"
            )


def _write(report: Report, target: Path, font: FontMetrics, progress: Progress | None) -> Mapping[str, int]:
    book = Workbook()
    writer = BookWriter(book, report, font, progress)
    writer.write()
    made = datetime.fromtimestamp(report.generated_ms // 1000, UTC).replace(tzinfo=None)
    properties = book.properties
    properties.creator = properties.lastModifiedBy = readable_text(report.creator)
    properties.title = readable_text(report.title)
    properties.language = "ja-JP"
    properties.created = properties.modified = made
    # Every number is a value; asking Excel to compute would only make it offer to save on closing.
    book.calculation.fullCalcOnLoad = False
    with open(target, "xb") as file, _SteadyZip(file, "w", zipfile.ZIP_DEFLATED) as archive:
        # Not Workbook.save: it would stamp the present time into the properties.
        ExcelWriter(book, archive).save()
    return writer.row_counts


class _SteadyZip(zipfile.ZipFile):
    """A ZIP whose members carry no time, so that equal content gives equal bytes."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **kwargs: Any) -> None:
        super().writestr(self._member(zinfo_or_arcname), data, *args, **kwargs)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kwargs: Any) -> None:
        with open(filename, "rb") as source, self.open(self._member(arcname or filename), "w") as target:
            while block := source.read(1 << 20):
                target.write(block)

    def _member(self, name: Any) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(str(name), _ZIP_TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        return info


def _verify(path: Path, rows: Mapping[str, int]) -> None:
    """Read the file back: every member whole, every sheet well-formed with as many rows as were written."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            found = [
                _count_rows(archive, f"xl/worksheets/sheet{index}.xml") for index in range(1, len(rows) + 1)
            ]
    except (zipfile.BadZipFile, KeyError, xml.parsers.expat.ExpatError) as problem:
        raise OSError(errno.EIO, "read back") from problem
    if damaged is not None or found != list(rows.values()):
        raise OSError(errno.EIO, "read back")


def _count_rows(archive: zipfile.ZipFile, member: str) -> int:
    count = 0

    def on_start(name: str, _attributes: object) -> None:
        nonlocal count
        count += name == "row"

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = on_start
    with archive.open(member) as stream:
        parser.ParseFile(stream)
    return count


def _flush(path: Path) -> None:
    with open(path, "r+b") as file:
        os.fsync(file.fileno())


def _put_in_place(temporary: Path, path: Path) -> Path:
    """Replace the target; while another program holds it, take the first free numbered name."""
    try:
        os.replace(temporary, path)
        placed = path
    except PermissionError:
        placed = _numbered(temporary, path)
    _flush_folder(path.parent)
    return placed


def _numbered(temporary: Path, path: Path) -> Path:
    for number in range(2, _MOST_NUMBERED_NAMES + 1):
        candidate = path.with_name(f"{path.stem}_{number}{path.suffix}")
        if not candidate.exists():
            os.replace(temporary, candidate)
            return candidate
    raise PermissionError(errno.EACCES, "no free name")


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # Some network file systems cannot flush a folder; the file itself is flushed already.
    finally:
        os.close(handle)


def _storage_problem(problem: OSError, path: Path) -> StorageUnavailable:
    safe = "元のファイルも記録も、そのまま残っています。"
    if problem.errno in _NO_SPACE:
        return StorageUnavailable(
            f"ディスクの空きが足りないため、「{path.name}」を書き出せませんでした。{safe}"
            "空きを増やすか、別の場所を選んでください。"
        )
    if problem.errno == errno.EIO:
        return StorageUnavailable(
            f"書き出した「{path.name}」を読み直して確かめたところ、内容が合いませんでした。{safe}"
            "別の場所（別のディスク）に出力してください。"
        )
    if isinstance(problem, PermissionError):
        return StorageUnavailable(
            f"「{path.parent}」に書き込めないため、「{path.name}」を書き出せませんでした。{safe}"
            "ほかのプログラムで開いているときは閉じるか、別の場所を選んでください。"
        )
    return StorageUnavailable(
        f"「{path.name}」を書き出せませんでした（{problem.strerror or problem}）。{safe}"
        "別の場所を選んで、もう一度試してください。"
    )
