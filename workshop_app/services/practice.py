"""The bundled practice opinions: five imaginary ward workshops, for the demo and for 見本で練習する."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from workshop_app.domain.changes import Changes
from workshop_app.domain.note import NoteDraft
from workshop_app.services.ports import Workspace
from workshop_app.services.prepare import describe_workshop
from workshop_app.services.record import add_notes, ensure_islands


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


def read_practice(text: str, workshops: str) -> list[PracticeLaptop]:
    """The practice opinions by ward and laptop, in the order of the file.

    `workshops` has one row of counts a ward. Both files are ours, so they are trusted.
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
    return list(laptops.values())


def record_practice(workspace: Workspace, laptop: PracticeLaptop) -> Changes:
    """Record what one laptop has: the counts of the workshop, islands, notes."""
    describe_workshop(workspace, laptop.counts)
    pairs = [
        (draft.theme, title) for draft, title in zip(laptop.drafts, laptop.islands, strict=True) if title
    ]
    islands = ensure_islands(workspace, pairs)
    placed = [
        replace(draft, island=islands[draft.theme, title]) if title else draft
        for draft, title in zip(laptop.drafts, laptop.islands, strict=True)
    ]
    return add_notes(workspace, placed)
