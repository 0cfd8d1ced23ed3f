"""Counting notes and votes: cross tables, shares and per-head figures.

Pure arithmetic over (row, column) keys. A figure that cannot be computed is None, never 0: a zero says
"asked, and nobody", None says "not asked" or "no denominator".
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)


class Voted(Protocol):
    """Anything with a number of votes."""

    @property
    def votes(self) -> int:
        """Votes (票) given to it."""


Item = TypeVar("Item", bound=Voted)


@dataclass(frozen=True, slots=True)
class Count:
    """How many notes (件) and how many votes (票) they got. Adds with `+`."""

    notes: int = 0
    votes: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.notes + other.notes, self.votes + other.votes)


@dataclass(frozen=True, slots=True)
class CrossTable(Generic[Row, Column]):
    """Counts by row and column key, with the sums. Keys that never occur count as zero."""

    cells: Mapping[tuple[Row, Column], Count] = field(default_factory=dict)
    rows: Mapping[Row, Count] = field(default_factory=dict)
    columns: Mapping[Column, Count] = field(default_factory=dict)
    total: Count = Count()

    def cell(self, row: Row, column: Column) -> Count:
        """The count of one cell."""
        return self.cells.get((row, column), Count())

    def row(self, row: Row) -> Count:
        """The sum of one row."""
        return self.rows.get(row, Count())

    def column(self, column: Column) -> Count:
        """The sum of one column."""
        return self.columns.get(column, Count())


def cross_table(
    items: Iterable[Item], row_of: Callable[[Item], Row], column_of: Callable[[Item], Column]
) -> CrossTable[Row, Column]:
    """Count every item once, under its row and its column key."""
    cells: dict[tuple[Row, Column], Count] = {}
    rows: dict[Row, Count] = {}
    columns: dict[Column, Count] = {}
    total = Count()
    for item in items:
        row, column, one = row_of(item), column_of(item), Count(1, item.votes)
        cells[row, column] = cells.get((row, column), Count()) + one
        rows[row] = rows.get(row, Count()) + one
        columns[column] = columns.get(column, Count()) + one
        total += one
    return CrossTable(cells, rows, columns, total)


def share(part: int, whole: int) -> float | None:
    """part ÷ whole, or None when there is no whole."""
    return part / whole if whole else None


def per_unit(amount: int, units: int | None) -> float | None:
    """Amount for each person or table, or None while their number is unknown or zero."""
    return amount / units if units else None


def sum_known(values: Iterable[int | None]) -> int | None:
    """Sum of the known values; None when none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
