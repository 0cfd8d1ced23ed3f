"""How long the board's data takes: `python tests/bench/bench_board_data.py [NOTES …]` (3000 and 30000).

Reading is beside the same rows as plain tuples, in turns, in one run. As in the window, Python's automatic garbage
collection is off.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from big_file import make

from workshop_app.domain.arrange import anchored, lay_out, sorted_into_themes, spots_at, tidied
from workshop_app.domain.board import Position, Scope, Spot
from workshop_app.services import arrange, islands, moments, votes
from workshop_app.services.islands import NewIsland
from workshop_app.storage import tables
from workshop_app.storage.database import Database
from workshop_app.storage.engine import driver

ROUNDS = 15
THEMES = ("T1", "T2", "T3", "T0")


def once(act: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    kept = act()
    spent = time.perf_counter() - start
    del kept
    return spent * 1_000


def say(what: str, *times: float) -> float:
    """Print the median; gives it back."""
    middle = statistics.median(times)
    print(f"  {what:<46} {middle:9.1f} ms")
    return middle


def measure(path: Path) -> None:
    """All figures of one file."""
    with closing(Database.open(path)) as database:
        scope = Scope()
        board = database.board(scope)
        ids = [item.note.note_id for item in board.notes]
        layout = lay_out(board, THEMES)
        say("first layout of everything", *(once(lambda: lay_out(board, THEMES)) for _ in range(3)))
        say(
            "writing it (first gesture, whole file)",
            once(lambda: arrange.move(database, anchored(board, layout))),
        )
        workshop = board.notes[0].note.workshop_id
        for start in range(0, len(ids), 20):
            members = {note: Position(0, 130 * n) for n, note in enumerate(ids[start : start + 10])}
            if start < 2_000:
                islands.group(database, NewIsland(workshop, 1, Position(0, 0), title="表札"), members)
        columns = ", ".join(tables.note.columns.keys())
        query = f"SELECT {columns} FROM note WHERE void_reason IS NULL ORDER BY created_ms, number, note_id"
        raw, read = [], []
        for _ in range(ROUNDS):
            raw.append(once(lambda: driver(database._connection).execute(query).fetchall()))
            read.append(once(lambda: database.board(scope)))
        ratio = say("board read", *read) / say("the same rows as tuples", *raw)
        print(f"  {'board read ÷ tuples':<46} {ratio:9.2f}")
        board = database.board(scope)
        layout = lay_out(board, THEMES)
        say("layout with every place given", *(once(lambda: lay_out(board, THEMES)) for _ in range(5)))
        say("tidy (finding places)", once(lambda: tidied(board, layout)))
        positions = sorted_into_themes(board, layout, THEMES)
        say("sort into themes (finding places)", once(lambda: sorted_into_themes(board, layout, THEMES)))
        say(
            f"writing {len(positions):,} of them",
            once(lambda: arrange.move(database, spots_at(board, positions))),
        )
        say(
            "one note moved",
            *(
                once(lambda n=n: arrange.move(database, {ids[0]: Spot(None, Position(n, n))}))
                for n in range(15)
            ),
        )
        say("one seal", *(once(lambda: votes.add_votes(database, ids[0])) for _ in range(15)))
        say("all seals counted", *(once(lambda: votes.vote_tallies(database)) for _ in range(5)))
        say("moment kept", once(lambda: moments.keep_moment(database, "島完成", scope)))
        (moment,) = database.moments()
        arrange.move(database, {note: Spot(None, Position(5, 5)) for note in ids[:100]})
        say(
            "moment read, 100 moves later",
            *(once(lambda: database.board(scope, moment.moment_id)) for _ in range(3)),
        )
        arrange.move(database, {note: Spot(None, Position(6, 6)) for note in ids})
        say("moment read, everything moved since", once(lambda: database.board(scope, moment.moment_id)))


def main() -> None:
    gc.disable()
    for notes in map(int, sys.argv[1:] or ("3000", "30000")):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "board.wsdb"
            make(path, notes)
            with closing(Database.open(path)) as database:
                database.rebuild()
            print(f"{notes:,} notes")
            measure(path)


if __name__ == "__main__":
    main()
