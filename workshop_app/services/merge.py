"""Merging laptops' files: verify all, back up, take the union in one transaction, report per source.

The union of immutable edits cannot clash and cannot be done twice, so a merge may be repeated in any order.
A file that is refused leaves the others of the batch alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import RefusedFile, WorkshopError
from workshop_app.services.ports import Absorbed, ForeignOps, UnitOfWork, Workspace

BackUp = Callable[[], Path | None]
"""Makes a backup of the target and says where it lies."""


class MergeTarget(Workspace, Protocol):
    """A workspace that can take other files in."""

    def unknown_rows(self, foreign: ForeignOps) -> int:
        """How many of another file's edits are not here yet."""

    def agenda_ids(self) -> frozenset[str]:
        """The ids of all agendas in this file."""


@dataclass(slots=True)
class SourceReport:
    """What became of one source; counts are notes, `rows_*` edits."""

    path: Path
    status: str
    reason: str | None = None
    warning: str | None = None
    sha256: str | None = None
    notes: int = 0
    rows_in: int = 0
    rows_new: int = 0
    added: int = 0
    updated: int = 0
    voided: int = 0
    conflicts: int = 0


@dataclass(slots=True)
class MergeReport:
    """The whole merge: one report per source in the order given, and the state after it."""

    target: Path
    dry_run: bool
    sources: list[SourceReport] = field(default_factory=list)
    notes: int = 0
    open_conflicts: int = 0
    backup: Path | None = None
    changes: Changes = field(default_factory=Changes)

    @property
    def refused(self) -> list[SourceReport]:
        """Sources that could not be read."""
        return [source for source in self.sources if source.status == "refused"]


def read_sources(
    paths: Sequence[Path], target: Path, read_foreign: Callable[[Path], ForeignOps]
) -> list[tuple[SourceReport, ForeignOps | None]]:
    """Verify every source; a refused one carries its sentence instead of its edits."""
    read: list[tuple[SourceReport, ForeignOps | None]] = []
    for path in paths:
        report = SourceReport(path, "refused")
        foreign = None
        try:
            if path.exists() and target.exists() and path.samefile(target):
                raise RefusedFile(
                    f"「{path.name}」は統合先そのものです。統合先はそのままです。別のファイルを選んでください。"
                )
            foreign = read_foreign(path)
            report.sha256, report.notes, report.rows_in = foreign.sha256, foreign.notes, len(foreign.ops)
        except WorkshopError as problem:
            report.reason = problem.sentence
        read.append((report, foreign))
    return read


def merge_into(
    workspace: MergeTarget,
    read: Sequence[tuple[SourceReport, ForeignOps | None]],
    *,
    back_up: BackUp,
    now_ms: int,
    app_version: str,
    dry_run: bool = False,
) -> MergeReport:
    """Take verified sources into an open file, all in one transaction after a backup.

    When nothing is new the file is not touched at all, and no backup is made. With `dry_run` the same work
    is done and rolled back, so the counts are those the merge itself would give.
    """
    report = MergeReport(workspace.path, dry_run, [source for source, _ in read])
    _refuse_other_agendas(workspace, read)
    taken = [(source, foreign) for source, foreign in read if foreign is not None and source.reason is None]
    fresh = any(workspace.unknown_rows(foreign) for _, foreign in taken)
    for source, _ in taken:
        source.status = "unchanged"
    if fresh:
        report.backup = None if dry_run else back_up()
        with _kept_or_rolled_back(workspace, dry_run) as uow:
            for source, foreign in taken:
                _note_result(source, uow.absorb(foreign))
            report.changes = uow.changes
            uow.record_merge(
                now_ms,
                app_version,
                report.backup.name if report.backup else None,
                [_history_row(source) for source, _ in taken if source.rows_new],
            )
            if dry_run:
                report.notes, report.open_conflicts = len(workspace.notes()), len(workspace.conflicts())
    if not (fresh and dry_run):
        report.notes, report.open_conflicts = len(workspace.notes()), len(workspace.conflicts())
    return report


class _RolledBack(Exception):
    """Ends a dry run; never seen outside."""


@contextmanager
def _kept_or_rolled_back(workspace: MergeTarget, dry_run: bool) -> Iterator[UnitOfWork]:
    try:
        with workspace.transaction() as uow:
            yield uow
            if dry_run:
                raise _RolledBack
    except _RolledBack:
        pass


def _refuse_other_agendas(
    workspace: MergeTarget, read: Sequence[tuple[SourceReport, ForeignOps | None]]
) -> None:
    """Two different agendas cannot be counted on one set of sheets; another version of the same one can."""
    ours = set(workspace.agenda_ids())
    for source, foreign in read:
        if foreign is None:
            continue
        if ours and foreign.agenda_ids and not (ours & foreign.agenda_ids):
            source.reason = (
                f"「{source.path.name}」は別の議題で作られています。今のデータは変わっていません。"
                "同じ議題のファイルどうしを統合してください。"
            )
        else:
            ours |= foreign.agenda_ids


def _note_result(source: SourceReport, result: Absorbed) -> None:
    source.rows_new = result.rows_new
    source.added, source.updated = result.added, result.updated
    source.voided, source.conflicts = result.voided, result.conflicts
    source.status = "merged" if result.rows_new else "unchanged"
    if result.clock_ahead:
        source.warning = (
            f"「{source.path.name}」の端末の時計が 1日以上 進んでいたようです。記録はすべて入っています。"
            "終わったあとで、その端末の時計を直してください。"
        )


def _history_row(source: SourceReport) -> dict[str, object]:
    return {
        "sha256": source.sha256,
        "file_name": source.path.name,
        "rows_in": source.rows_in,
        "rows_new": source.rows_new,
        "notes": source.notes,
    }
