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
from workshop_app.services.merge import MergeReport, TableLine
from workshop_app.services.ports import TableCount


class CellState(StrEnum):
    """State of one table."""

    IN = "in"
    """Notes of this table are in the merged file."""
    COMING = "coming"
    """Notes of this table come with the files being looked at."""
    MISMATCH = "mismatch"
    """The merged file has fewer notes of this table than a laptop's file that was merged."""
    MISSING = "missing"
    """Expected, and nothing is here."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One table: its number (None: notes without a table), notes in the merged file, and on the laptops."""

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


def build_wall(
    agenda: Agenda,
    workshops: Iterable[Workshop],
    devices: Iterable[Device],
    here: Iterable[TableCount],
    receipts: Sequence[Mapping[str, Any]],
    preview: MergeReport | None = None,
) -> list[WallRow]:
    """The wall in the official order of the wards.

    `receipts` say what the laptops had (the last word of each file name counts), `preview` what is being looked at.
    """
    ward_of = {bytes(w.workshop_id).hex(): w.ward_id for w in workshops}
    names = {ward.id: ward.name for ward in agenda.wards}
    counts: dict[tuple[str, int | None], int] = defaultdict(int)
    for line in here:
        counts[names.get(ward_of.get(line.workshop, ""), ""), line.table] += line.count
    laptops = _on_laptops(receipts)
    coming: dict[tuple[str, int | None], int] = defaultdict(int)
    for table_line in _preview_lines(preview):
        coming[table_line.ward, table_line.table] += table_line.new
    expected = _expected_tables(workshops, names)
    marks = _device_marks(devices, ward_of, names)
    rows = []
    for ward in agenda.wards:
        wanted = expected.get(ward.name)
        tables: set[int | None] = set(range(1, (wanted or 0) + 1))
        for place in (*counts, *coming, *laptops):
            if place[0] == ward.name:
                tables.add(place[1])
        cells = tuple(
            _cell(
                table, counts[ward.name, table], laptops.get((ward.name, table), 0), coming[ward.name, table]
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
    """The greatest count that any one merged file had of a table: what must be here at the least."""
    found: dict[tuple[str, int | None], int] = {}
    for receipt in receipts:
        for source in receipt["sources"]:
            for line in source["tables"]:
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
