"""Printed figures and their machine-readable twins.

Every number printed in 資料1 and 資料4 is also one row of データ_集計; both are made by the same call, so they
cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workshop_app.services.report_facts import KindFact, ThemeFact, WardFact
from workshop_app.services.report_spec import Cell, Role, Value

NONE_CODE = "該当なし"
"""What a data cell says when there is no value; print says －."""
CLASH_CODE = "競合"
"""What a data cell says while laptops say different things and nobody has settled it."""
DASH = "－"
ALL_WARDS = "全区"
ALL_THEMES = "全テーマ"
ALL_KINDS = "全種別"
_DASH_ROLE = {
    Role.NUMBER: Role.BODY_CENTRE,
    Role.NUMBER_1: Role.BODY_CENTRE,
    Role.SHARE: Role.BODY_CENTRE,
    Role.ISLAND_NUMBER: Role.ISLAND_BAND,
    Role.TOTAL_NUMBER: Role.TOTAL,
    Role.TOTAL_NUMBER_1: Role.TOTAL,
    Role.TOTAL_SHARE: Role.TOTAL,
}


@dataclass(frozen=True, slots=True)
class Slot:
    """Which ward, theme and kind a figure is about; None means all of them."""

    ward: WardFact | None = None
    theme: ThemeFact | None = None
    kind: KindFact | None = None


@dataclass(frozen=True, slots=True)
class Denominator:
    """What a figure is divided by, and its unit."""

    value: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A figure that laptops entered differently; `words` is what is printed."""

    words: str


Figure = int | float | Unsettled | None
"""None is printed as －."""


@dataclass(slots=True)
class FigureLog:
    """Collects the rows of データ_集計 in the order the figures are printed."""

    city_code: str
    rows: list[tuple[Value, ...]] = field(default_factory=list)

    def add(
        self,
        table: tuple[str, str],
        slot: Slot,
        item: str,
        value: Figure,
        unit: str,
        base: Denominator | None = None,
    ) -> None:
        """Write one figure. `table` is (集計番号, 集計名); a value of None becomes 該当なし, an unsettled one 競合."""
        ward = slot.ward
        ward_code = self.city_code if ward is None else ward.dantai_code
        base_value = NONE_CODE if base is None or base.value is None else base.value
        self.rows.append(
            (
                *table,
                ALL_WARDS if ward is None else ward.name,
                ward_code or NONE_CODE,
                ALL_THEMES if slot.theme is None else slot.theme.code,
                ALL_KINDS if slot.kind is None else slot.kind.code,
                item,
                _data_value(value),
                unit,
                base_value,
                NONE_CODE if base is None else base.unit,
            )
        )

    def cell(
        self,
        table: tuple[str, str],
        slot: Slot,
        item: str,
        value: Figure,
        unit: str,
        role: Role,
        base: Denominator | None = None,
    ) -> Cell:
        """Write one figure and give its printed cell; no value is printed as －."""
        self.add(table, slot, item, value, unit, base)
        return figure_cell(value, role)


def _data_value(value: Figure) -> Value:
    if isinstance(value, Unsettled):
        return CLASH_CODE
    return NONE_CODE if value is None else value


def figure_cell(value: Figure, role: Role) -> Cell:
    """A number cell, or centred text: － when there is no number, every value when it is not settled."""
    if isinstance(value, int | float):
        return Cell(value, role)
    return Cell(DASH if value is None else value.words, _DASH_ROLE.get(role, role))
