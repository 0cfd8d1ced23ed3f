"""The bundled practice opinions: five imaginary ward workshops, for the demo and for 見本で練習する."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from workshop_app.domain.board import RELATION_WORDS, Scope
from workshop_app.domain.changes import Changes
from workshop_app.domain.note import NoteDraft
from workshop_app.services.arrange import anchor
from workshop_app.services.connections import add_arrow, link_same
from workshop_app.services.islands import NewIsland, group
from workshop_app.services.moments import USUAL_NAMES, keep_moment
from workshop_app.services.ports import Workspace
from workshop_app.services.prepare import describe_workshop
from workshop_app.services.record import add_notes, common_tables, ensure_islands

_RELATIONS = {word: relation for relation, word in RELATION_WORDS.items()}


@dataclass(frozen=True, slots=True)
class PracticeLaptop:
    """What one laptop of one ward recorded; `islands` stands beside `drafts`, '' for a lone note.

    `counts` are those of the ward's workshop (see `prepare.COUNT_LIMITS`).
    """

    ward: str
    device: str
    date: str
    venue: str
    tables: int
    counts: Mapping[str, int]
    drafts: list[NoteDraft] = field(default_factory=list)
    islands: list[str] = field(default_factory=list)
    board: list[BoardLine] = field(default_factory=list)


class BoardLine(NamedTuple):
    """What somebody did on the board: `nest` two islands under a title, draw an `arrow`, say it is the `same`."""

    what: str
    first: str
    second: str
    words: str


def read_practice(text: str, workshops: str, board: str) -> list[PracticeLaptop]:
    """The practice opinions by ward and laptop, in the order of the file.

    `workshops` has one row of counts a ward, `board` what was done on the boards. The files are ours, so they are
    trusted.
    """
    counts = {row.pop("ward"): row for row in csv.DictReader(io.StringIO(workshops, newline=""))}
    laptops: dict[tuple[str, str], PracticeLaptop] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        key = (row["ward"], row["device"])
        if key not in laptops:
            numbers = {name: int(number) for name, number in counts[row["ward"]].items()}
            laptops[key] = PracticeLaptop(*key, row["date"], row["venue"], int(row["tables"]), numbers)
        laptops[key].islands.append(row["island"])
        laptops[key].drafts.append(
            NoteDraft(
                text=row["text"],
                theme=row["theme"] or None,
                kind=row["kind"] or None,
                table=int(row["table"]) if row["table"] else None,
                round=int(row["round"]) if row["round"] else None,
                points=tuple(point for point in row["points"].split(";") if point),
                votes=int(row["votes"] or 0),
            )
        )
    for row in csv.DictReader(io.StringIO(board, newline="")):
        line = BoardLine(row["what"], row["first"], row["second"], row["words"])
        laptops[row["ward"], row["device"]].board.append(line)
    return list(laptops.values())


def record_practice(workspace: Workspace, laptop: PracticeLaptop) -> Changes:
    """Record what one laptop has: the counts of the workshop, islands, notes, and the board."""
    describe_workshop(workspace, laptop.counts)
    grouped = [(draft, title) for draft, title in zip(laptop.drafts, laptop.islands, strict=True) if title]
    tables = common_tables(grouped)
    islands = ensure_islands(workspace, tables, tables)
    placed = [
        replace(draft, island=islands[draft.theme, title]) if title else draft
        for draft, title in zip(laptop.drafts, laptop.islands, strict=True)
    ]
    return add_notes(workspace, placed) | _arrange_board(workspace, laptop.board)


def _arrange_board(workspace: Workspace, lines: Sequence[BoardLine]) -> Changes:
    """Nest islands, put everything in its place and keep that as a moment; arrows and links come after it."""
    scope = Scope(workspace.local.workshop_id)
    board = workspace.board(scope)
    islands = {island.title: island for island in board.islands}
    ids = {item.note.text: item.note.note_id for item in board.notes}
    ids |= {title: island.island_id for title, island in islands.items()}
    changes = Changes()
    for line in lines:
        if line.what == "nest":
            outer = NewIsland(scope.workshop_id, islands[line.first].table, title=line.words)
            changes |= group(workspace, outer, {ids[line.first]: None, ids[line.second]: None})
    changes |= anchor(workspace, scope) | keep_moment(workspace, USUAL_NAMES[1], scope)
    for line in lines:
        ends = ids[line.first], ids[line.second]
        if line.what == "arrow":
            changes |= add_arrow(workspace, scope, *ends, _RELATIONS[line.words])
        elif line.what == "same":
            changes |= link_same(workspace, ends)
    return changes
