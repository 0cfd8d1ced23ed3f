"""データ_つながり: the arrows of the boards, and which opinions were said to be the same.

A machine-readable sheet like the others (see report_data); there is none while nothing is connected.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_app.domain.board import RELATION_WORDS, Board
from workshop_app.domain.ids import EntityId
from workshop_app.services.report_data import one_line
from workshop_app.services.report_facts import Facts, IslandFact
from workshop_app.services.report_figures import NONE_CODE
from workshop_app.services.report_spec import DataColumn, DataSheet

CONNECTIONS_NAME = "データ_つながり"
_COLUMNS = (
    DataColumn("つながり", 12),
    DataColumn("言葉", 8),
    DataColumn("もと", 14),
    DataColumn("もとの文", 50),
    DataColumn("さき", 14),
    DataColumn("さきの文", 50),
)


def connections_sheets(facts: Facts, board: Board) -> Iterator[DataSheet]:
    """The one sheet, or none. Opinions are named by their number, islands by their code (島コード)."""
    names = {item.note.note_id: (item.note.number, one_line(item.note.text)) for item in facts.notes}
    for island in facts.islands:
        names |= dict(_island_names(island))
    rows = []
    for arrow in board.arrows:
        if arrow.source_id in names and arrow.target_id in names:
            ends = (*names[arrow.source_id], *names[arrow.target_id])
            rows.append(("矢印", RELATION_WORDS[arrow.relation], *ends))
    for link in board.links:
        if link.first_id in names and link.second_id in names:
            one, other = sorted((names[link.first_id], names[link.second_id]))
            rows.append(("同じ意味", NONE_CODE, *one, *other))
    if rows:
        yield DataSheet(CONNECTIONS_NAME, _COLUMNS, tuple(sorted(rows)))


def _island_names(island: IslandFact) -> Iterator[tuple[EntityId, tuple[str, str]]]:
    for island_id in island.ids:
        yield island_id, (island.code, one_line(island.title))
    for child in island.children:
        yield from _island_names(child)
