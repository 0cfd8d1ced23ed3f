"""Merging beside its floor and its peers, in one run: `python tests/bench/bench_merge.py [NOTES] [--json OUT]`.

Floor: ATTACH and one INSERT … SELECT … ON CONFLICT of the same notes as rows, committed. Peers: VACUUM INTO of the
merged file, and SQLAlchemy's Session.merge of the same rows (20,000 of them, scaled). Nothing here passes or fails;
the ratios are for the table in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, registry

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from big_file import make  # noqa: E402

from workshop_app.bootstrap import merge_files  # noqa: E402
from workshop_app.services import merge  # noqa: E402
from workshop_app.storage import tables  # noqa: E402
from workshop_app.storage.backup import back_up  # noqa: E402
from workshop_app.storage.database import Database, wall_clock_ms  # noqa: E402
from workshop_app.storage.foreign_file import private_folder, verify_file  # noqa: E402

_SESSION_ROWS = 20_000
_UPSERT = (
    "INSERT INTO note SELECT * FROM rows.note WHERE true ON CONFLICT (note_id) DO UPDATE SET"
    " text = excluded.text, votes = excluded.votes, updated_ms = excluded.updated_ms"
    " WHERE excluded.updated_ms > updated_ms"
)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def merge_once(target: Path, source: Path) -> dict[str, float]:
    """Seconds for the verification and for the merge proper, backup included where there is one."""
    with private_folder() as folder:
        start = time.perf_counter()
        file = verify_file(source, folder)
        verified = time.perf_counter()
        existed = target.exists()
        made = closing(Database.open(target)) if existed else Database.create(target)
        with made as database:
            merge.merge_into(
                database,
                [(merge.SourceReport(source, "refused"), file)],
                folder,
                target=target,
                back_up=lambda: None,
                now_ms=wall_clock_ms(),
                app_version="bench",
            )
        done = time.perf_counter()
        saved = timed(lambda: back_up(target, "bench")) if existed else 0.0
    return {"verify": verified - start, "merge": done - verified, "backup": saved}


def floor(rows: Path, folder: Path) -> float:
    """The same notes as plain rows, by one upsert and a commit, with the same durability."""
    schema = (ROOT / "db" / "schema.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as raw:
        raw.executescript(schema)
        raw.execute("PRAGMA synchronous = EXTRA")
        raw.execute("ATTACH DATABASE ? AS rows", (str(rows),))

        def upsert() -> None:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute(_UPSERT)
            raw.execute("COMMIT")

        return timed(upsert)


def session_merge(rows: Path, folder: Path) -> float:
    """Seconds a note by the ORM, which merges object by object."""

    class Row:
        pass

    registry().map_imperatively(Row, tables.note)
    engine = create_engine(f"sqlite:///{folder / 'orm.db'}")
    tables.note.create(engine)
    source = create_engine(f"sqlite:///{rows}")
    with source.connect() as connection:
        values = [dict(row._mapping) for row in connection.execute(select(tables.note).limit(_SESSION_ROWS))]
    source.dispose()

    def work() -> None:
        with Session(engine) as session:
            for value in values:
                row = Row()
                for name, item in value.items():
                    setattr(row, name, item)
                session.merge(row)
            session.commit()

    seconds = timed(work) / len(values)
    engine.dispose()
    return seconds


def run(notes: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big, laptop, target = folder / "big.wsdb", folder / "laptop.wsdb", folder / "target.wsdb"
        make(big, notes)
        make(laptop, 5_000, ward="西区")
        first = merge_once(target, big)
        again = merge_once(target, big)
        known = timed(lambda: merge_files(target, [big]))
        small = merge_once(target, laptop)
        small_again = merge_once(target, laptop)
        small_known = timed(lambda: merge_files(target, [laptop]))
        raw = floor(target, folder)
        with closing(sqlite3.connect(target)) as file:
            vacuum = timed(lambda: file.execute("VACUUM INTO ?", (str(folder / "vacuum.db"),)))
        orm = session_merge(target, folder) * notes
    found = {
        "notes": notes,
        "floor: raw upsert of the rows": raw,
        "peer: VACUUM INTO": vacuum,
        "peer: Session.merge (scaled)": orm,
        "merge into empty": first["merge"],
        "verify the file (own process)": first["verify"],
        "merge of the same file, unchanged": again["merge"],
        "the same file again, whole command": known,
        "merge of a 5,000-note laptop": small["merge"],
        "verify the laptop": small["verify"],
        "the laptop again, unchanged": small_again["merge"],
        "the laptop again, whole command": small_known,
        "backup before a merge": small["backup"],
    }
    return {key: round(value, 4) for key, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=int, nargs="?", default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = run(options.notes)
    base = found["floor: raw upsert of the rows"]
    first = found["merge into empty"]
    print(f"{'':44}{'seconds':>10}{'of floor':>10}{'of first':>10}")
    for label, value in found.items():
        if label != "notes":
            print(f"{label:44}{value:>10.3f}{value / base:>10.2f}{value / first:>10.3f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
