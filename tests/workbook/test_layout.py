"""Where pages break."""

from __future__ import annotations

from itertools import pairwise

import pytest

from workshop_app.services.report_spec import Cell, Column, PageBreak, PrintSheet, Role, Row, RowKind
from workshop_app.workbook.layout import PRINTABLE_POINTS, Layout, Looks, lay_out
from workshop_app.workbook.row_height import DEFAULT_FONT
from workshop_app.workbook.styles import LOOKS


def laid_out(rows: list[Row]) -> Layout:
    sheet = PrintSheet(
        name="資料0",
        number="資料0",
        title="題",
        preface="前文",
        columns=(Column("文", 132),),
        rows=tuple(rows),
        computed_breaks=True,
    )
    return lay_out(
        sheet, Looks(DEFAULT_FONT, {role: look.points for role, look in LOOKS.items()}, frozenset())
    )


def pages(layout: Layout) -> list[float]:
    """How much of each page is used, repeated headers left out."""
    bounds = [0, *layout.breaks, layout.last_row]
    return [
        sum(row.height for row in layout.rows if start < row.number <= end) for start, end in pairwise(bounds)
    ]


def body(page: PageBreak = PageBreak.NEVER) -> Row:
    return Row(RowKind.BODY, (Cell("意見", Role.BODY),), page=page)


TOTAL = Row(RowKind.TOTAL, (Cell("計", Role.TOTAL),))


@pytest.mark.parametrize("count", range(24, 80))
def test_last_page_is_not_left_with_a_row_or_two(count: int) -> None:
    layout = laid_out([*(body() for _ in range(count)), TOTAL])
    used = pages(layout)
    assert len(layout.rows) == count + 4
    assert max(used) <= PRINTABLE_POINTS
    # Rows are not taken from a page that would then be half empty itself.
    if len(used) > 1:
        assert used[-1] >= PRINTABLE_POINTS / 4 - 24
        assert min(used[:-1]) >= PRINTABLE_POINTS / 2


def test_break_that_was_asked_for_stays_where_it_is() -> None:
    layout = laid_out([*(body() for _ in range(15)), body(PageBreak.ALWAYS), TOTAL])
    assert layout.breaks == [18]
