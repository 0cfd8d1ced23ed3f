"""The wall of tables: which tables of which wards are in, which come with this merge, which are missing.

What is expected comes from the workshops: every ward of the agenda has one, and its number of tables, when
somebody gave it. A ward without a file is expected too; how many tables it had is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.note import Device, Workshop
from workshop_app.services.merge import MergeReport, MergeTarget, TableLine
from workshop_app.services.ports import TableCount


class CellState(StrEnum):
    """State of one table."""

    IN = "in"
    """Notes of this table are in the merged file."""
    COMING = "coming"
    """Notes of this table come with the files being looked at."""
    MISMATCH = "mismatch"
    """The merged file has, or would have, fewer notes of this table than a laptop's file."""
    MISSING = "missing"
    """Expected, and nothing is here."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One table: its number (None: notes without a table), notes in the merged file, and on the laptops.

    During a preview `here` counts what is coming as well.
    """

    table: int | None
    state: CellState
    here: int
    on_laptops: int


@dataclass(frozen=True, slots=True)
class WallRow:
    """One ward with its tables in order; `expected` None when nobody said how many tables it has."""

    ward: str
    cells: tuple[Cell, ...]
    expected: int | None
    devices: tuple[str, ...]

    @property
    def arrived(self) -> bool:
        """True when anything of this ward is in."""
        return any(cell.here for cell in self.cells)


@dataclass(frozen=True, slots=True)
class TargetState:
    """What the merge page shows of the file that takes others in."""

    rows: Sequence[WallRow] = ()
    receipts: Sequence[Mapping[str, Any]] = ()
    why_kept: str = ""
    """Why the last merge cannot be taken back, '' when it can."""


@dataclass(frozen=True, slots=True)
class WallSum:
    """Tables by state; they add up to `tables`. Wards whose number of tables nobody knows are apart."""

    arrived: int
    coming: int
    mismatch: int
    missing: int
    unknown_wards: int

    @property
    def tables(self) -> int:
        """All tables that are known of."""
        return self.arrived + self.coming + self.mismatch + self.missing


@dataclass(frozen=True, slots=True)
class MissingTables:
    """What has not arrived of one ward; `tables` () when nothing has and nobody knows how many there are."""

    ward: str
    tables: tuple[int, ...]
    whole: bool
    """Nothing of this ward has arrived."""


def state_of(
    target: MergeTarget, receipts: Sequence[Mapping[str, Any]], why_kept: str, preview: MergeReport | None
) -> TargetState:
    """The state of an open target; what a preview would bring counts its workshops as well."""
    after = preview if preview is not None and preview.agenda is not None else None
    rows = build_wall(
        (after.agenda if after else None) or target.agenda(),
        after.workshops if after else target.workshops(),
        after.devices if after else target.devices(),
        target.table_counts(),
        receipts,
        preview,
    )
    return TargetState(rows, receipts, why_kept)


def state_of_nothing(preview: MergeReport | None) -> TargetState:
    """The state of a target that is not there yet."""
    if preview is None or preview.agenda is None:
        return TargetState()
    return TargetState(
        build_wall(preview.agenda, preview.workshops, preview.devices, (), (), preview),
    )


def sum_up(rows: Sequence[WallRow]) -> WallSum:
    """How many tables there are of each state."""
    states = [cell.state for row in rows for cell in row.cells if cell.table is not None]
    return WallSum(
        states.count(CellState.IN),
        states.count(CellState.COMING),
        states.count(CellState.MISMATCH),
        states.count(CellState.MISSING),
        sum(not row.cells for row in rows),
    )


def missing_tables(rows: Sequence[WallRow]) -> list[MissingTables]:
    """What has not arrived: whole wards first, then single tables, each in the official order."""
    found = []
    for row in rows:
        tables = tuple(cell.table for cell in row.cells if cell.state is CellState.MISSING and cell.table)
        whole = all(cell.state is CellState.MISSING for cell in row.cells)
        if tables or not row.cells:
            found.append(MissingTables(row.ward, tables, whole))
    return sorted(found, key=lambda missing: not missing.whole)


def build_wall(
    agenda: Agenda,
    workshops: Iterable[Workshop],
    devices: Iterable[Device],
    here: Iterable[TableCount],
    receipts: Sequence[Mapping[str, Any]],
    preview: MergeReport | None = None,
) -> list[WallRow]:
    """The wall in the official order of the wards.

    `receipts` say what the laptops had (the last word of each file name counts), `preview` what is being looked
    at. `here` is the merged file as it is now.
    """
    workshops = list(workshops)
    ward_of = {bytes(w.workshop_id).hex(): w.ward_id for w in workshops}
    names = {ward.id: ward.name for ward in agenda.wards}
    counts: dict[tuple[str, int | None], int] = defaultdict(int)
    for line in here:
        counts[names.get(ward_of.get(line.workshop, ""), ""), line.table] += line.count
    laptops = _on_laptops(receipts)
    coming: dict[tuple[str, int | None], int] = defaultdict(int)
    after = dict(counts)
    for table_line in _preview_lines(preview):
        place = table_line.ward, table_line.table
        coming[place] += table_line.new
        after[place] = max(after.get(place, 0), table_line.here)
        laptops[place] = max(laptops.get(place, 0), table_line.in_file)
    expected = _expected_tables(workshops, names)
    marks = _device_marks(devices, ward_of, names)
    rows = []
    for ward in agenda.wards:
        wanted = expected.get(ward.name)
        tables: set[int | None] = set(range(1, (wanted or 0) + 1))
        for place in (*after, *laptops):
            if place[0] == ward.name:
                tables.add(place[1])
        cells = tuple(
            _cell(
                table,
                after.get((ward.name, table), 0),
                laptops.get((ward.name, table), 0),
                coming[ward.name, table],
            )
            for table in sorted(tables, key=lambda number: (number is None, number or 0))
        )
        rows.append(WallRow(ward.name, cells, wanted, marks.get(ward.name, ())))
    return rows


def _cell(table: int | None, here: int, on_laptops: int, coming: int) -> Cell:
    if here < on_laptops:
        state = CellState.MISMATCH
    elif coming:
        state = CellState.COMING
    else:
        state = CellState.IN if here else CellState.MISSING
    return Cell(table, state, here, on_laptops)


def _preview_lines(preview: MergeReport | None) -> Iterable[TableLine]:
    if preview is not None and preview.dry_run:
        for source in preview.sources:
            if source.status == "merged":
                yield from source.tables


def _on_laptops(receipts: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int | None], int]:
    """The greatest count that any one laptop's file has of a table: what must be here at the least."""
    last: dict[str, Sequence[Mapping[str, Any]]] = {}
    for receipt in receipts:
        for source in receipt["sources"]:
            if source["tables"]:
                last[source["file_name"]] = source["tables"]
    found: dict[tuple[str, int | None], int] = {}
    for lines in last.values():
        for line in lines:
            place = line["ward"], line["table"]
            found[place] = max(found.get(place, 0), line["in_file"])
    return found


def _expected_tables(workshops: Iterable[Workshop], names: Mapping[str, str]) -> dict[str, int]:
    expected: dict[str, int] = {}
    for workshop in workshops:
        ward = names.get(workshop.ward_id)
        if ward is not None and workshop.tables:
            expected[ward] = max(expected.get(ward, 0), workshop.tables)
    return expected


def _device_marks(
    devices: Iterable[Device], ward_of: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    marks: dict[str, set[str]] = defaultdict(set)
    for device in devices:
        place = bytes(device.workshop_id or b"").hex()
        marks[names.get(ward_of.get(place, ""), "")].add(device.mark)
    return {ward: tuple(sorted(found)) for ward, found in marks.items()}
