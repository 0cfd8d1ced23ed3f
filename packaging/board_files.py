"""Files with boards to take pictures of: one table of 60 notes arranged, and very many notes as they are imported."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from workshop_app import bootstrap
from workshop_app.domain.board import Position, Relation, Scope, Spot
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft
from workshop_app.paths import resource
from workshop_app.services import arrange, connections, islands, record
from workshop_app.services.prepare import WorkshopSetup

_PLACES = ((0, 0), (760, 0), (1300, 0), (0, 520), (760, 520), (1300, 520))


def one_table(path: Path) -> None:
    """60 notes of one table: six islands in two rows, arrows between them, lone notes below."""
    _create(path)
    database = bootstrap.open_database(path)
    opinions = resource("samples", "kumamoto_practice_opinions.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(opinions.splitlines()))[:60]
    groups: dict[str, list[EntityId]] = {}
    for row in rows:
        draft = NoteDraft(
            row["text"], row["theme"] or None, row["kind"] or None, 3, votes=int(row["votes"] or 0)
        )
        groups.setdefault(row["island"], []).extend(record.add_notes(database, [draft]).added)
    workshop = database.local.workshop_id
    titled = [(title, members) for title, members in groups.items() if title]
    made: list[EntityId] = []
    for (x, y), first, second in zip(_PLACES, titled[:6], titled[6:12], strict=False):
        columns = 3 if x != 760 else 2
        members = {
            note: Position(number % columns * 220, number // columns * 130)
            for number, note in enumerate([*first[1], *second[1]][: columns * 3])
        }
        island = islands.NewIsland(workshop, 3, Position(x, y), title=first[0])
        made.append(next(one for one in islands.group(database, island, members).added))
    scope = Scope(workshop, 3)
    for start, end, relation in (
        (0, 1, Relation.OPPOSITION),
        (0, 3, Relation.CAUSE),
        (3, 4, Relation.SOLUTION),
        (4, 5, Relation.RELATED),
    ):
        connections.add_arrow(database, scope, made[start], made[end], relation)
    lone = [item.note.note_id for item in database.board(scope).notes if item.note.island_id is None]
    arrange.move(
        database,
        {note: Spot(None, Position(n % 8 * 220, 1080 + n // 8 * 130)) for n, note in enumerate(lone)},
    )
    database.close()


def many_notes(path: Path, count: int) -> None:
    """Notes in islands of about ten, of one table, without any place: as after an import."""
    _create(path)
    database = bootstrap.open_database(path)
    rng = random.Random(count)
    opinions = resource("samples", "kumamoto_practice_opinions.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(opinions.splitlines()))
    themes = [theme.id for theme in database.agenda().all_themes]
    titles = [
        (rng.choice(themes), f"{row['island'] or row['text'][:20]} その{n}") for n, row in enumerate(rows)
    ]
    keys = titles[: max(1, count // 10)]
    ids = record.ensure_islands(database, keys)
    drafts = []
    for _ in range(count):
        row, key = rng.choice(rows), rng.choice(keys)
        island = ids[key] if rng.random() < 0.9 else None
        votes = rng.choice((0, 0, 1, 2, 5))
        drafts.append(NoteDraft(row["text"], key[0], row["kind"] or None, 3, votes=votes, island=island))
    record.add_notes(database, drafts)
    database.close()


def _create(path: Path) -> None:
    setup = WorkshopSetup(bootstrap.load_agenda(None), "東区", "2014-10-05", "東区役所", 4)
    bootstrap.create_database(path, setup)
