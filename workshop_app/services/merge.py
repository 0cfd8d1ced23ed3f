"""Merging laptops' files: verify all, back up, take the union in one transaction, report per source.

The union of immutable edits cannot clash and cannot be done twice, so a merge may be repeated in any order.
A file that is refused leaves the others of the batch alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import Cancelled, RefusedFile, WorkshopError
from workshop_app.domain.note import Device, Workshop
from workshop_app.domain.op import JsonValue
from workshop_app.services import merge_warnings
from workshop_app.services.ports import (
    MergedSource,
    MergeRecord,
    SourceInfo,
    TableCount,
    UnionResult,
    VerifiedFile,
    Watch,
    Workspace,
)
from workshop_app.services.prepare import holds_practice

BackUp = Callable[[], Path | None]
"""Makes a backup of the target and says where it lies."""
Verify = Callable[[Path], VerifiedFile]


class MergeTarget(Workspace, Protocol):
    """A workspace that can take other files in."""

    def agenda_ids(self) -> frozenset[str]:
        """The ids of all agendas in this file."""

    def table_counts(self) -> list[TableCount]:
        """Notes per workshop and table, voided ones included."""

    def copied_stations(self) -> frozenset[str]:
        """Laptops whose notes were written on several machines."""

    def open_conflict_count(self) -> int:
        """How many fields need a person."""

    def absorb(
        self,
        sources: Sequence[VerifiedFile],
        folder: Path,
        *,
        before_write: Callable[[], None],
        record: Callable[[UnionResult], MergeRecord],
        watch: Watch,
    ) -> UnionResult | None:
        """Take the union with verified files, in one transaction; None when they bring nothing new."""


class Unwatched:
    """A `Watch` for work that nobody follows."""

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        """Nobody is told."""

    def check(self) -> None:
        """Nobody stops it."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table of one ward in one source: notes typed in the file, new ones of them, and all in the target."""

    ward: str
    table: int | None
    in_file: int
    new: int
    here: int


@dataclass(slots=True)
class SourceReport:
    """What became of one source; counts are notes, `rows_*` edits.

    rows_in = rows_new + rows_known + quarantined, always.
    """

    path: Path
    status: str
    """merged, unchanged or refused."""
    reason: str | None = None
    warnings: list[str] = field(default_factory=list)
    sha256: str | None = None
    notes: int = 0
    rows_in: int = 0
    rows_new: int = 0
    quarantined: int = 0
    """Edits left out: each for a reason of its own, or all of a file that is refused whole."""
    lost: int = 0
    """Records that cannot even be read (salvage only)."""
    added: int = 0
    updated: int = 0
    voided: int = 0
    conflicts: int = 0
    tables: list[TableLine] = field(default_factory=list)
    left_out: list[tuple[str, int]] = field(default_factory=list)
    """Why records were put into quarantine, and how many for each reason."""
    earlier: int = 0
    """How many merges took in a file of this name before."""
    salvaged: bool = False
    salvageable: bool = False
    """Refused, but whole records may be taken out of it when a person asks for that."""

    @property
    def rows_known(self) -> int:
        """Edits that were here already."""
        return self.rows_in - self.rows_new - self.quarantined

    def refuse(self, reason: str) -> None:
        """Leave the whole file out though it could be read; none of its edits is new, or here already."""
        self.status, self.reason = "refused", reason
        self.quarantined, self.left_out = self.rows_in, []


@dataclass(slots=True)
class MergeReport:
    """The whole merge: one report per source in the order given, and the state after it."""

    target: Path
    dry_run: bool
    sources: list[SourceReport] = field(default_factory=list)
    notes: int = 0
    notes_voided: int = 0
    """How many of them are voided; the papers count the others."""
    many_voided: int = 0
    """Notes that counted here and that the sources void; 0 when they are not so many that one has to ask."""
    open_conflicts: int = 0
    warnings: list[str] = field(default_factory=list)
    """What concerns several sources together."""
    backup: Path | None = None
    receipt: JsonValue = None
    """The receipt as it is kept in the target; None when nothing was written."""
    changes: Changes = field(default_factory=Changes)
    agenda: Agenda | None = None
    """Agenda, workshops and devices of the target with the sources in it; None and () when they bring nothing."""
    workshops: Sequence[Workshop] = ()
    devices: Sequence[Device] = ()

    @property
    def refused(self) -> list[SourceReport]:
        """Sources that could not be read."""
        return [source for source in self.sources if source.status == "refused"]


Read = list[tuple[SourceReport, VerifiedFile | None]]


def read_sources(
    paths: Sequence[Path], target: Path, verify: Verify, known: Callable[[Path], SourceInfo | None]
) -> Read:
    """Verify every source; a refused one carries its sentence instead of its edits.

    `known` tells a file that was merged before, byte for byte: it is not read again. Raises Cancelled.
    """
    read: Read = []
    for path in paths:
        report = SourceReport(path, "refused")
        file = None
        try:
            _refuse_target(path, target)
            before = known(path)
            if before is not None:
                report.status = "unchanged"
                report.sha256, report.notes, report.rows_in = before.sha256, before.notes, before.rows_in
                report.quarantined = before.quarantined
            else:
                file = verify(path)
                _describe(report, file)
        except Cancelled:
            raise
        except WorkshopError as problem:
            report.reason = problem.sentence
            report.salvageable = bool(getattr(problem, "salvageable", False))
        read.append((report, file))
    return read


def _refuse_target(path: Path, target: Path) -> None:
    try:
        same = path.exists() and target.exists() and path.samefile(target)
    except OSError:
        # A name that the system cannot even ask for; the verification says so in words.
        return
    if same:
        raise RefusedFile(
            f"「{path.name}」は統合先そのものです。統合先はそのままです。別のファイルを選んでください。"
        )


def _describe(report: SourceReport, file: VerifiedFile) -> None:
    report.sha256, report.notes, report.rows_in = file.sha256, file.notes, file.rows_in
    report.quarantined, report.lost, report.salvaged = len(file.quarantined), file.lost, file.salvaged
    report.left_out = Counter(item.reason for item in file.quarantined).most_common()


def recall(read: Read, receipts: Sequence[Mapping[str, Any]]) -> None:
    """Say of each source what earlier merges tell: how often its name came, and the tables of an unread one."""
    for report, _ in read:
        for receipt in receipts:
            for source in receipt["sources"]:
                if source["file_name"] == report.path.name and source["status"] == "merged":
                    report.earlier += 1
                if report.sha256 is not None and source["sha256"] == report.sha256 and source["tables"]:
                    report.tables = [
                        TableLine(line["ward"], line["table"], line["in_file"], 0, line["here"])
                        for line in source["tables"]
                    ]


def merge_into(
    workspace: MergeTarget,
    read: Read,
    folder: Path,
    *,
    target: Path,
    back_up: BackUp,
    now_ms: int,
    app_version: str,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> MergeReport:
    """Take verified sources into an open file, all in one transaction after a backup.

    When nothing is new the file is not touched at all, and no backup is made. `dry_run` only says so in the
    report: the caller then gives a workspace that is thrown away. `target` is the file as people know it: a new
    one is written under a passing name. Raises Cancelled, and then nothing was written.
    """
    report = MergeReport(target, dry_run, [source for source, _ in read])
    watch = watch or Unwatched()
    # First, so that the agenda of a practice file does not decide which real ones fit.
    _refuse_mixing_with_practice(workspace, read)
    _refuse_other_agendas(workspace, read)
    taken = [(source, file) for source, file in read if file is not None and source.reason is None]

    counted, copied = 0, frozenset[str]()

    def before_write() -> None:
        nonlocal counted, copied
        # Not before: a merge that brings nothing new need not know what was here.
        notes, voided = workspace.note_counts()
        counted, copied = notes - voided, workspace.copied_stations()
        if not dry_run:
            watch.step("統合の前の控えを取っています")
        report.backup = back_up()

    def record(result: UnionResult) -> MergeRecord:
        _fill(workspace, report, taken, result, now_ms)
        report.many_voided = _many_voided(workspace, result, counted)
        voiding = [source.path.name for source, _ in taken if source.voided]
        report.warnings += merge_warnings.of_voided(report.many_voided, counted, voiding)
        forked = {station for absorbed in result.absorbed for station in absorbed.forked_stations}
        report.warnings += merge_warnings.of_machines(workspace.copied_stations() - copied - forked)
        merged = [
            MergedSource(file, source.rows_new)
            for source, file in taken
            if source.rows_new or source.quarantined
        ]

        def receipt(number: int, manifest: str) -> JsonValue:
            report.receipt = receipt_document(report, number, manifest, now_ms, app_version)
            return report.receipt

        backup = report.backup.name if report.backup else None
        return MergeRecord(now_ms, app_version, backup, tuple(merged), receipt)

    for source, _ in taken:
        source.status = "unchanged"
    result = None
    if taken:
        result = workspace.absorb(
            [file for _, file in taken],
            folder,
            before_write=before_write,
            record=record,
            watch=watch,
        )
    if result is None:
        _count(report, workspace)
        for source, file in taken:
            source.warnings = merge_warnings.of_file(file, now_ms)
    else:
        report.changes = result.changes
    # A merge of nothing but files that were in already has to cost nothing.
    if taken or dry_run:
        _count_unchanged(workspace, read)
    return report


def _count_unchanged(workspace: MergeTarget, read: Read) -> None:
    """Tables of the sources that brought nothing, with the counts as they are now."""
    unchanged = [(source, file) for source, file in read if source.status == "unchanged"]
    if not unchanged:
        return
    wards = _ward_names(workspace)
    counts = workspace.table_counts()
    here = {(line.workshop, line.table): line.count for line in counts}
    by_ward: Counter[tuple[str, int | None]] = Counter()
    for line in counts:
        by_ward[wards.get(line.workshop, ""), line.table] += line.count
    for source, file in unchanged:
        if file is not None:
            source.tables = _table_lines(file, (), here, wards)
        source.tables = [replace(line, here=by_ward[line.ward, line.table]) for line in source.tables]


def _refuse_other_agendas(workspace: MergeTarget, read: Read) -> None:
    """Two different agendas cannot be counted on one set of sheets; another version of the same one can."""
    ours = set(workspace.agenda_ids())
    for source, file in read:
        if file is None or source.reason is not None:
            continue
        if ours and file.agenda_ids and not (ours & file.agenda_ids):
            source.refuse(
                f"「{source.path.name}」は別の議題で作られています。今のデータは変わっていません。"
                "同じ議題のファイルどうしを統合してください。"
            )
        else:
            ours |= file.agenda_ids


def _refuse_mixing_with_practice(workspace: MergeTarget, read: Read) -> None:
    """What was tried out never gets among what was said: the target decides, and into a new one real files go."""
    comers = [(source, file.practice) for source, file in read if file and file.practice is not None]
    ours = holds_practice(workspace) if workspace.workshops() else all(practice for _, practice in comers)
    for source, practice in comers:
        if practice != ours:
            source.refuse(
                f"「{source.path.name}」は練習用のファイルです。本番の記録には入れません。"
                "今のデータは変わっていません。本番で使った端末のファイルを選んでください。"
                if practice
                else f"統合先は練習用です。本番のファイル「{source.path.name}」は入れていません。"
                "どちらのデータも変わっていません。別の統合先を選んでください。"
            )


def _count(report: MergeReport, workspace: MergeTarget) -> None:
    report.notes, report.notes_voided = workspace.note_counts()
    report.open_conflicts = workspace.open_conflict_count()


def notes_words(notes: int, voided: int) -> str:
    """7枚（うち取消 1枚）: the workbook has the difference, and nobody should look for it."""
    return f"{notes:,}枚" + (f"（うち取消 {voided:,}枚）" if voided else "")


def _fill(
    workspace: MergeTarget,
    report: MergeReport,
    taken: Sequence[tuple[SourceReport, VerifiedFile]],
    result: UnionResult,
    now_ms: int,
) -> None:
    """Put the counts of the union into the report; runs inside the transaction, on the new state."""
    _count(report, workspace)
    report.warnings = merge_warnings.of_numbers(result.clashing_numbers)
    report.agenda, report.workshops, report.devices = (
        _agenda(workspace),
        workspace.workshops(),
        workspace.devices(),
    )
    wards = _ward_names(workspace)
    here = {(line.workshop, line.table): line.count for line in workspace.table_counts()}
    for (source, file), absorbed in zip(taken, result.absorbed, strict=True):
        source.rows_new = absorbed.rows_new
        source.added = sum(line.count for line in absorbed.added)
        source.updated, source.voided = absorbed.updated, absorbed.voided
        source.conflicts = absorbed.conflicts
        source.status = "merged" if absorbed.rows_new else "unchanged"
        source.tables = _table_lines(file, absorbed.added, here, wards)
        source.warnings = merge_warnings.of_file(file, now_ms) + merge_warnings.of_union(absorbed)


def _many_voided(workspace: Workspace, result: UnionResult, counted: int) -> int:
    """How many of the notes that counted before are voided now, when they are many."""
    limit = merge_warnings.MANY_VOIDED_SHARE * counted
    voided = sum(absorbed.voided for absorbed in result.absorbed)
    # Most merges void little, and this is not worth reading a note for.
    if counted and voided > limit and not result.changes.everything:
        # A note that comes in voided takes nothing away here.
        voided -= sum(note.voided for note in workspace.notes_by_ids(result.changes.added))
    return voided if counted and voided > limit else 0


def _agenda(workspace: Workspace) -> Agenda | None:
    try:
        return workspace.agenda()
    except WorkshopError:
        return None


def _ward_names(workspace: Workspace) -> dict[str, str]:
    agenda = _agenda(workspace)
    names = {ward.id: ward.name for ward in agenda.wards} if agenda else {}
    return {bytes(w.workshop_id).hex(): names.get(w.ward_id, w.ward_id) for w in workspace.workshops()}


def _table_lines(
    file: VerifiedFile,
    added: Sequence[TableCount],
    here: dict[tuple[str, int | None], int],
    wards: dict[str, str],
) -> list[TableLine]:
    in_file = {(line.workshop, line.table): line.count for line in file.tables}
    new = {(line.workshop, line.table): line.count for line in added}
    places = sorted({*in_file, *new}, key=lambda place: (place[0], place[1] or 0))
    return [
        TableLine(
            wards.get(place[0], ""), place[1], in_file.get(place, 0), new.get(place, 0), here.get(place, 0)
        )
        for place in places
    ]


def receipt_document(
    report: MergeReport, number: int, manifest: str, at_ms: int, app_version: str
) -> dict[str, JsonValue]:
    """The receipt (受領証) of one merge: what was given, what it brought, what the file holds after it."""
    return {
        "number": number,
        "at_ms": at_ms,
        "app_version": app_version,
        "target": report.target.name,
        "backup": report.backup.name if report.backup else None,
        "manifest": manifest,
        "notes": report.notes,
        "notes_voided": report.notes_voided,
        "open_conflicts": report.open_conflicts,
        "warnings": list(report.warnings),
        "sources": [source_document(source) | {"file_name": source.path.name} for source in report.sources],
    }


def source_document(source: SourceReport) -> dict[str, JsonValue]:
    """What became of one source, as it stands in receipts and in the answer of `merge --json`."""
    names = (
        "status",
        "reason",
        "sha256",
        "notes",
        "rows_in",
        "rows_new",
        "rows_known",
        "quarantined",
        "lost",
    )
    counts = ("added", "updated", "voided", "conflicts", "salvaged", "salvageable")
    return {name: getattr(source, name) for name in (*names, *counts)} | {
        "warnings": list(source.warnings),
        "left_out": [{"reason": reason, "count": count} for reason, count in source.left_out],
        "tables": [
            {
                "ward": line.ward,
                "table": line.table,
                "in_file": line.in_file,
                "new": line.new,
                "here": line.here,
            }
            for line in source.tables
        ],
    }
