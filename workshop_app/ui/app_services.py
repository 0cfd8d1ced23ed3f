"""What the window asks of the rest of the program. `bootstrap` provides it; the window knows no storage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from workshop_app.domain.agenda import Agenda
    from workshop_app.domain.source_table import SourceTable
    from workshop_app.services.board_papers import BoardWish
    from workshop_app.services.merge import MergeReport
    from workshop_app.services.ports import LocalCopy, Place, Watch, Workspace
    from workshop_app.services.prepare import WorkshopSetup
    from workshop_app.services.share import ShareReport
    from workshop_app.services.wall import TargetState


class Package(Protocol):
    """A verified hand-over file and what is in it."""

    @property
    def path(self) -> Path: ...
    @property
    def sha256(self) -> str: ...
    @property
    def notes(self) -> int: ...
    @property
    def voided(self) -> int: ...
    @property
    def edits(self) -> int: ...


class AppServices(Protocol):
    """Every call raises WorkshopError, whose sentence is for the person, when it cannot be done.

    Calls that take a path open and close the file themselves, so they may run in a worker thread.
    """

    def open(self, path: Path, wait_ms: int | None = None) -> Workspace:
        """Open an existing workshop file; `wait_ms`: how long a call waits for another program that has it."""

    def create(self, path: Path, setup: WorkshopSetup) -> None:
        """Make a new workshop file; it appears whole or not at all."""

    def agendas(self) -> list[tuple[str, Path]]:
        """Title and file of each built-in agenda, the default first."""

    def load_agenda(self, path: Path | None) -> Agenda:
        """The agenda of a file; None is the default one."""

    def make_practice_file(self) -> Path:
        """A fresh practice file in the program's own folder, with a few example notes."""

    def read_table(self, path: Path, encoding: str | None = None, sheet: str | None = None) -> SourceTable:
        """Read a .txt, .csv or .xlsx file under limits; None: the encoding or sheet that looks right."""

    def merge(
        self,
        target: Path,
        sources: Sequence[Path],
        *,
        dry_run: bool,
        salvage: Collection[Path] = (),
        watch: Watch | None = None,
    ) -> MergeReport:
        """Merge files into the target, which is made when missing; raises Cancelled when `watch` says so.

        Of the sources named in `salvage` the whole records are taken, and the rest is counted.
        """

    def target_state(self, target: Path, preview: MergeReport | None = None) -> TargetState:
        """The wall of tables with what a preview would bring, the receipts, and whether the last can be undone."""

    def take_back_merge(self, target: Path) -> Path:
        """Undo the last merge by its backup, when nothing was written since; returns a backup of what was."""

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
        """Merge into a shared folder and publish; with `dry_run` only say what the sources would bring.

        Both take what others have published into the working file of this machine. While somebody else
        publishes, nothing is done unless `force`: the report is `locked` and its `lock` says who it is. Raises
        Cancelled when `watch` says so before anything was written.
        """

    def is_working_file(self, path: Path) -> bool:
        """Whether a file is this machine's working file of a shared folder."""

    def place_of(self, path: Path) -> Place:
        """Where a file lies; only a LOCAL one can be opened."""

    def copy_to_this_machine(self, path: Path) -> LocalCopy:
        """A local file to work in instead of one that lies elsewhere; the original is only read."""

    def export(self, source: Path, target: Path, *, edition: str = "internal") -> Path:
        """Write the workbook; returns where it went."""

    def export_board(self, source: Path, target: Path, wish: BoardWish) -> Path:
        """Write the board as .png, .svg or .pdf; returns where it went."""

    def hand_over(self, source: Path, folder: Path) -> Package:
        """Write the verified package for the stick."""
