"""Writing the workbook, so that the target is either the old file or the complete new one (`whole_file`)."""

from __future__ import annotations

import xml.parsers.expat
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from workshop_app.services.report_spec import Report
from workshop_app.services.whole_file import check_target, write_whole
from workshop_app.workbook.row_height import DEFAULT_FONT, FontMetrics
from workshop_app.workbook.safe_text import readable_text
from workshop_app.workbook.sheets import BookWriter, Progress

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_workbook(
    report: Report, path: Path, *, font: FontMetrics = DEFAULT_FONT, progress: Progress | None = None
) -> Path:
    """Write a report to an .xlsx file and return where it is.

    The returned path differs from `path` (「…_2.xlsx」) when the target is open in another program. `progress`
    is called with (rows done, rows in all); an exception from it cancels and leaves nothing behind. Raises
    InvalidInput (no such folder, not an .xlsx name) and StorageUnavailable (disk full, not writable, or the
    written file does not read back); the file that was there before is untouched then.
    """
    check_target(path, (".xlsx",))
    rows: dict[str, int] = {}

    def write(place: Path) -> None:
        rows.update(_write(report, place, font, progress))

    return write_whole(path, write, lambda place: _reads_back(place, rows))


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


def _reads_back(path: Path, rows: Mapping[str, int]) -> bool:
    """Every member whole, every sheet well-formed with as many rows as were written."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            found = [
                _count_rows(archive, f"xl/worksheets/sheet{index}.xml") for index in range(1, len(rows) + 1)
            ]
    except (zipfile.BadZipFile, KeyError, xml.parsers.expat.ExpatError):
        return False
    return damaged is None and found == list(rows.values())


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
