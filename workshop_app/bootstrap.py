"""The composition root: the one place that knows storage, workbook and ui, and puts them together."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app.domain.errors import InvalidInput, NotFound, StorageUnavailable
from workshop_app.domain.path_problem import is_there
from workshop_app.paths import resource, user_data_dir, user_documents_dir
from workshop_app.services import importing, merge, prepare, wall
from workshop_app.services.board_papers import BoardWish
from workshop_app.services.ports import LocalCopy, Place, SourceInfo, VerifiedFile, Watch, Workspace
from workshop_app.services.practice import PracticeLaptop, read_practice, record_practice
from workshop_app.version import __version__

# Storage, workbook and ui are imported inside the functions that need them: the window must paint before
# SQLAlchemy and openpyxl are read, and a batch export must not load a toolkit.
if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QMainWindow

    from workshop_app.domain.agenda import Agenda
    from workshop_app.domain.source_table import SourceTable
    from workshop_app.services.merge import MergeReport
    from workshop_app.services.share import ShareReport
    from workshop_app.storage.database import Database
    from workshop_app.storage.foreign_file import Reader
    from workshop_app.storage.handover import Package


def open_database(path: Path, wait_ms: int | None = None) -> Database:
    """Open an existing workshop file; raises WorkshopError with a sentence."""
    from workshop_app.storage.database import Database

    return Database.open(path) if wait_ms is None else Database.open(path, wait_ms=wait_ms)


@contextmanager
def open_to_read(path: Path, tell: Callable[[str], None]) -> Iterator[Database]:
    """Open a file to look at it, wherever it lies; `tell` gets what the person should know meanwhile.

    On a network or a stick the look is at a private copy, in a shared folder at the union of all that was
    published there; SQLite never opens a path in such a place.
    """
    from workshop_app.storage.local_copy import passing_copy
    from workshop_app.storage.places import place_of

    place = place_of(path)
    with ExitStack() as stack:
        if place is Place.SHARED:
            path = _shared_working_file(path, tell)
        elif place is not Place.LOCAL:
            path = stack.enter_context(passing_copy(path))
        database = open_database(path)
        stack.callback(database.close)
        yield database


def copy_to_this_machine(path: Path) -> LocalCopy:
    """A local file to work in instead of one on a network or a stick; the original is only read.

    From a shared folder it is the working file with everything that was published.
    """
    from workshop_app.storage.local_copy import copy_to_folder
    from workshop_app.storage.places import place_of, refuse_unsafe, system_place

    if place_of(path) is Place.SHARED:
        warnings: list[str] = []
        return LocalCopy(_shared_working_file(path, warnings.append), tuple(warnings))
    folder = user_documents_dir()
    folder.mkdir(parents=True, exist_ok=True)
    if system_place(folder) is not Place.LOCAL:
        # Some organisations keep the documents folder itself on a server.
        folder = user_data_dir()
        refuse_unsafe(folder / path.name)
    return LocalCopy(copy_to_folder(path, folder))


def share_merge(
    folder: Path,
    sources: Sequence[Path],
    *,
    force: bool = False,
    lock: bool = True,
    dry_run: bool = False,
    salvage: bool | Collection[Path] = False,
    watch: Watch | None = None,
    reader: Reader | None = None,
) -> ShareReport:
    """Merge into a shared folder and publish; with `dry_run` only say what the sources would bring."""
    from workshop_app.storage.shared_folder import SharedFolder

    merge_here = partial(merge_files, salvage=salvage, reader=reader)
    shared = SharedFolder(folder, _shares(), merge_here, watch=watch)
    return shared.look(sources) if dry_run else shared.share(sources, force=force, lock=lock)


def _shares() -> Path:
    """Where the working files of all shared folders lie."""
    return user_data_dir() / "shares"


def _shared_working_file(path: Path, tell: Callable[[str], None]) -> Path:
    """The working file of the shared folder a path lies in, after taking in all that was published."""
    from workshop_app.storage.places import shared_root

    folder = shared_root(path)
    assert folder is not None
    report = share_merge(folder, (), dry_run=True)
    for sentence in report.warnings:
        tell(sentence)
    if not report.local.exists():
        raise NotFound(
            f"共有フォルダー「{folder}」には、読める記録がまだありません。公開してから開いてください。"
        )
    return report.local


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


def merge_files(
    target: Path,
    sources: Sequence[Path],
    *,
    dry_run: bool = False,
    salvage: bool | Collection[Path] = False,
    watch: Watch | None = None,
    reader: Reader | None = None,
) -> merge.MergeReport:
    """Merge files into the target, which is made when it is missing.

    A missing target appears only when something could be taken in. A dry run does the same work on a copy that
    is thrown away, so its counts are those the merge itself gives. With `salvage` (True, or the sources it is meant
    for) the whole records of a damaged file are taken, and the rest is counted. Raises WorkshopError when the target itself cannot be used, and
    Cancelled; a source that cannot be used is reported as refused.
    """
    from workshop_app.storage import foreign_file
    from workshop_app.storage.backup import back_up
    from workshop_app.storage.database import Database
    from workshop_app.storage.places import refuse_unsafe
    from workshop_app.storage.space import merge_needs, room_for

    refuse_unsafe(target)
    needs = merge_needs(target, sources, dry_run=dry_run)
    watch = watch or merge.Unwatched()
    with room_for(needs), foreign_file.private_folder() as folder, ExitStack() as stack:

        def verify(path: Path) -> VerifiedFile:
            return foreign_file.verify_file(
                path,
                folder,
                salvage=salvage if isinstance(salvage, bool) else path in salvage,
                watch=watch,
                reader=reader or foreign_file.in_own_process,
                place=f"（{len(sources)}ファイル中 {places[path]}つ目）" if len(sources) > 1 else "",
            )

        places = {path: place for place, path in enumerate(sources, start=1)}
        database = None
        if is_there(target):
            database = stack.enter_context(closing(Database.open(target)))
        read = merge.read_sources(
            sources, target, verify, lambda path: _known_source(database, path) if database else None
        )
        if database is None:
            if all(file is None for _, file in read):
                return merge.MergeReport(target, dry_run, [source for source, _ in read])
            place = folder / "dry-run.wsdb" if dry_run else target
            database = stack.enter_context(Database.create(place))
        elif dry_run and any(file is not None for _, file in read):
            place = folder / "dry-run.wsdb"
            watch.step("統合先の写しの上で試しています")
            database.copy_into(place)
            database = stack.enter_context(closing(Database.open(place)))
        existed = is_there(target)
        merge.recall(read, database.receipts())
        return merge.merge_into(
            database,
            read,
            folder,
            target=target,
            back_up=lambda: back_up(target, "統合前") if existed and not dry_run else None,
            now_ms=_now_ms(),
            app_version=__version__,
            dry_run=dry_run,
            watch=watch,
        )


def take_back_merge(target: Path) -> Path:
    """Undo the last merge by its backup; returns the backup of the merged state. Raises WorkshopError."""
    from workshop_app.storage import restore

    _refuse_undoing(target)
    return restore.take_back_merge(target)


def target_state(target: Path, preview: MergeReport | None = None) -> wall.TargetState:
    """What is in a file that takes others in, with what a preview would bring; a missing file has nothing."""
    from workshop_app.storage import restore
    from workshop_app.storage.places import refuse_unsafe

    refuse_unsafe(target)
    if not is_there(target):
        return wall.state_of_nothing(preview)
    with closing(open_database(target)) as database:
        why_kept = ""
        try:
            _refuse_undoing(target)
            restore.backup_of_last_merge(target)
        except InvalidInput as problem:
            why_kept = problem.sentence
        return wall.state_of(database, database.receipts(), why_kept, preview)


def _refuse_undoing(path: Path) -> None:
    from workshop_app.storage.share_state import refuse_undoing

    refuse_undoing(_shares(), path)


def restore_backup(path: Path, backup: Path) -> Path:
    """Go back to a backup; returns the backup made of what was there before. Raises WorkshopError."""
    from workshop_app.storage import restore

    _refuse_undoing(path)
    return restore.restore_backup(path, backup)


def receipts(path: Path) -> list[dict[str, object]]:
    """The receipts of all merges into a file, oldest first."""
    with open_to_read(path, lambda sentence: None) as database:
        return database.receipts()


def _known_source(database: Database, path: Path) -> SourceInfo | None:
    """What a file brought when exactly these bytes were merged before; None for anything else."""
    from workshop_app.storage.foreign_file import file_sha256

    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return database.known_source(file_sha256(path))
    except OSError:
        # The verification says in words what is wrong with it.
        return None


def _now_ms() -> int:
    from workshop_app.storage.database import wall_clock_ms

    return wall_clock_ms()


def export_workbook(
    source: Path,
    target: Path,
    *,
    edition: str = "internal",
    tell: Callable[[str], None] = lambda sentence: None,
) -> Path:
    """Write the workbook; returns where it went (a numbered name when the target is open in Excel)."""
    from workshop_app.services.report import build_report
    from workshop_app.services.whole_file import check_target
    from workshop_app.storage.health import require_sound
    from workshop_app.storage.space import room_for, workbook_needs
    from workshop_app.workbook.writer import write_workbook

    check_target(target, (".xlsx",))
    with room_for(workbook_needs(source, target)):
        with open_to_read(source, tell) as database:
            for sentence in require_sound(database, source.name):
                tell(sentence)
            report = build_report(
                database,
                edition=edition,
                now_ms=_now_ms(),
                app_version=__version__,
                output_number=database.next_output_number(),
            )
        return write_workbook(report, target)


def export_board(
    source: Path, target: Path, wish: BoardWish, tell: Callable[[str], None] = lambda sentence: None
) -> Path:
    """Write the board as .png, .svg or .pdf; returns where it went."""
    from workshop_app import board_export

    board_export.check_board_target(target, wish)
    with open_to_read(source, tell) as database:
        return board_export.export_board(database, target, wish, _now_ms())


def read_table(path: Path, encoding: str | None = None, sheet: str | None = None) -> SourceTable:
    """Read a table of opinions from a .txt, .csv, .tsv or .xlsx file; raises WorkshopError with a sentence."""
    from workshop_app.workbook.spreadsheet_import import is_spreadsheet, read_xlsx

    return read_xlsx(path, sheet) if is_spreadsheet(path) else importing.read_delimited(path, encoding)


def practice_laptops() -> list[PracticeLaptop]:
    """The bundled practice opinions, by ward and laptop."""
    opinions, workshops, board = (
        resource("samples", f"kumamoto_practice_{name}.csv").read_text(encoding="utf-8")
        for name in ("opinions", "workshops", "board")
    )
    return read_practice(opinions, workshops, board)


def hand_over(source: Path, folder: Path) -> Package:
    """Write the verified package for the stick."""
    from workshop_app.storage.handover import hand_over as write_package
    from workshop_app.storage.space import package_needs, room_for

    with room_for(package_needs(source, folder)), open_to_read(source, lambda sentence: None) as database:
        return write_package(database, folder)


class Services:
    """What the window asks for (`ui.app_services.AppServices`); every call stands for itself."""

    def open(self, path: Path, wait_ms: int | None = None) -> Workspace:
        """Open an existing workshop file."""
        return open_database(path, wait_ms)

    def create(self, path: Path, setup: prepare.WorkshopSetup) -> None:
        """Make a new workshop file."""
        create_database(path, setup)

    def agendas(self) -> list[tuple[str, Path]]:
        """Title and file of each built-in agenda, the default first."""
        from workshop_app.storage import agenda_file

        return [(agenda_file.load_agenda(path).title, path) for path in agenda_file.builtin_agendas()]

    def load_agenda(self, path: Path | None) -> Agenda:
        """The agenda of a file, or the default one."""
        return load_agenda(path)

    def make_practice_file(self) -> Path:
        """The practice file in the program's own folder; made with one laptop's opinions when missing."""
        path = user_data_dir() / "練習_見本.wsdb"
        if not path.exists():
            make_practice_laptop(path, practice_laptops()[0])
        return path

    def read_table(self, path: Path, encoding: str | None = None, sheet: str | None = None) -> SourceTable:
        """Read a .txt, .csv or .xlsx file under limits."""
        return read_table(path, encoding, sheet)

    def merge(
        self,
        target: Path,
        sources: Sequence[Path],
        *,
        dry_run: bool,
        salvage: Collection[Path] = (),
        watch: Watch | None = None,
    ) -> merge.MergeReport:
        """Merge files into the target, which is made when missing."""
        return merge_files(target, sources, dry_run=dry_run, salvage=salvage, watch=watch)

    def target_state(self, target: Path, preview: MergeReport | None = None) -> wall.TargetState:
        """The wall of tables and the receipts of a file that takes others in."""
        return target_state(target, preview)

    def take_back_merge(self, target: Path) -> Path:
        """Undo the last merge by its backup; returns the backup of the merged state."""
        return take_back_merge(target)

    def share_merge(
        self,
        folder: Path,
        sources: Sequence[Path],
        *,
        force: bool = False,
        dry_run: bool = False,
        salvage: Collection[Path] = (),
        watch: Watch | None = None,
    ) -> ShareReport:
        """Merge into a shared folder and publish."""
        return share_merge(folder, sources, force=force, dry_run=dry_run, salvage=salvage, watch=watch)

    def is_working_file(self, path: Path) -> bool:
        """Whether a file is this machine's working file of a shared folder."""
        from workshop_app.storage.share_state import is_working_file

        return is_working_file(_shares(), path)

    def place_of(self, path: Path) -> Place:
        """Where a file lies; only a LOCAL one can be opened for writing."""
        from workshop_app.storage.places import place_of

        return place_of(path)

    def copy_to_this_machine(self, path: Path) -> LocalCopy:
        """A local file to work in instead of one that lies elsewhere."""
        return copy_to_this_machine(path)

    def export(self, source: Path, target: Path, *, edition: str = "internal") -> Path:
        """Write the workbook; returns where it went."""
        return export_workbook(source, target, edition=edition)

    def export_board(self, source: Path, target: Path, wish: BoardWish) -> Path:
        """Write the board; returns where it went."""
        return export_board(source, target, wish)

    def hand_over(self, source: Path, folder: Path) -> Package:
        """Write the verified package for the stick."""
        return hand_over(source, folder)


def make_practice_laptop(path: Path, laptop: PracticeLaptop) -> None:
    """A new practice file with the opinions of one laptop."""
    from workshop_app.storage.database import Database

    setup = prepare.WorkshopSetup(
        load_agenda(None),
        laptop.ward,
        laptop.date,
        laptop.venue,
        laptop.tables,
        laptop.device,
        practice=True,
    )
    with Database.create(path) as database:
        prepare.prepare_workshop(database, setup)
        record_practice(database, laptop)


def open_main_window(path: Path | None) -> QMainWindow:
    """The real window, with the file open when one is given; the caller shows it and runs the loop.

    Raises nothing for a file that cannot be opened: the start screen says so.
    """
    from workshop_app.ui.main_window import MainWindow

    prepare_window()
    window = MainWindow(Services())
    if path is not None:
        window.open_path(path)
    return window


def prepare_window() -> QApplication:
    """The application that windows need; one that was made for painting only cannot show any."""
    from workshop_app.ui.application import prepare_application

    return prepare_application()


def has_display() -> bool:
    """Whether a person can see a window on this machine."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_window(path: Path | None) -> int:
    """Open the window and stay until it is closed; returns the exit status.

    Raises StorageUnavailable where there is no display: the toolkit itself would end the whole process. A
    platform named by QT_QPA_PLATFORM is trusted, it may need none.
    """
    if not has_display() and not os.environ.get("QT_QPA_PLATFORM"):
        raise StorageUnavailable(
            "画面がないため、窓を開けません。今のデータは変わっていません。"
            "画面のあるパソコンで開くか、命令の一覧（--help）から選んでください。"
        )
    application = prepare_window()
    window = open_main_window(path)
    window.show()
    return int(application.exec())
