"""The composition root: the one place that knows storage, workbook and ui, and puts them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app.domain.errors import InvalidInput
from workshop_app.services import merge, prepare
from workshop_app.services.ports import ForeignOps
from workshop_app.version import __version__

# Storage, workbook and ui are imported inside the functions that need them: the window must paint before
# SQLAlchemy and openpyxl are read, and a batch export must not load a toolkit.
if TYPE_CHECKING:
    from workshop_app.domain.agenda import Agenda
    from workshop_app.storage.database import Database
    from workshop_app.storage.handover import Package


def open_database(path: Path) -> Database:
    """Open an existing workshop file; raises WorkshopError with a sentence."""
    from workshop_app.storage.database import Database

    return Database.open(path)


def load_agenda(path: Path | None) -> Agenda:
    """The agenda of a file, or the built-in Kumamoto one; raises AgendaProblem with a sentence."""
    from workshop_app.storage import agenda_file

    return agenda_file.load_agenda(path or agenda_file.default_agenda_path())


def create_database(path: Path, setup: prepare.WorkshopSetup) -> None:
    """Make a new workshop file; it appears whole or not at all."""
    from workshop_app.storage.database import Database

    prepare.check_setup(setup)
    with Database.create(path) as database:
        prepare.prepare_workshop(database, setup)


def read_foreign(path: Path) -> ForeignOps:
    """Verify a file from outside and read its edits."""
    from workshop_app.storage import foreign_file

    return foreign_file.read_foreign(path)


def merge_files(target: Path, sources: Sequence[Path], *, dry_run: bool = False) -> merge.MergeReport:
    """Merge files into the target, which is made when it is missing.

    A missing target appears only when something could be taken in. Raises WorkshopError when the target
    itself cannot be used; a source that cannot be used is reported as refused.
    """
    from workshop_app.storage.backup import back_up
    from workshop_app.storage.database import Database

    read = merge.read_sources(sources, target, read_foreign)
    if target.exists():
        database = Database.open(target)
        try:
            return _merge_open(database, read, lambda: back_up(target, "統合前"), dry_run)
        finally:
            database.close()
    if all(foreign is None for _, foreign in read):
        return merge.MergeReport(target, dry_run, [source for source, _ in read])
    with _new_target(target, dry_run) as database:
        report = _merge_open(database, read, lambda: None, dry_run=False)
    report.target, report.dry_run = target, dry_run
    return report


def _merge_open(
    database: Database,
    read: Sequence[tuple[merge.SourceReport, ForeignOps | None]],
    back_up: merge.BackUp,
    dry_run: bool,
) -> merge.MergeReport:
    from workshop_app.storage.database import wall_clock_ms

    return merge.merge_into(
        database,
        read,
        back_up=back_up,
        now_ms=wall_clock_ms(),
        app_version=__version__,
        dry_run=dry_run,
    )


@contextmanager
def _new_target(target: Path, dry_run: bool) -> Iterator[Database]:
    """A new file for the union; for a dry run one that never gets a name."""
    from tempfile import TemporaryDirectory

    from workshop_app.storage.database import Database

    if dry_run:
        with (
            TemporaryDirectory(prefix="workshop-app-") as folder,
            Database.create(Path(folder) / "dry.wsdb") as database,
        ):
            yield database
    else:
        with Database.create(target) as database:
            yield database


def export_workbook(source: Path, target: Path, *, edition: str = "internal") -> Path:
    """Write the workbook; returns where it went (a numbered name when the target is open in Excel)."""
    from workshop_app.services.report import build_report
    from workshop_app.storage.database import wall_clock_ms
    from workshop_app.workbook.writer import write_workbook

    if target.suffix.lower() != ".xlsx":
        raise InvalidInput(
            "書き出すファイルの名前は .xlsx で終わるようにしてください。今のデータは変わっていません。"
        )
    database = open_database(source)
    try:
        report = build_report(
            database,
            edition=edition,
            now_ms=wall_clock_ms(),
            app_version=__version__,
            output_number=database.next_output_number(),
        )
    finally:
        database.close()
    return write_workbook(report, target)


def hand_over(source: Path, folder: Path) -> Package:
    """Write the verified package for the stick."""
    from workshop_app.storage.handover import hand_over as write_package

    database = open_database(source)
    try:
        return write_package(database, folder)
    finally:
        database.close()
