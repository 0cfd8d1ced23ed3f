"""Makes a workshop file with many notes quickly: `python tests/bench/big_file.py 100000 OUT.wsdb [--edited SHARE]`.

The edits are real (ids, chain, manifest), so the file passes every check of a merge; only the way they are written
is short.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from workshop_app.bootstrap import create_database, load_agenda  # noqa: E402
from workshop_app.domain.ids import derived_entity_id, new_entity_id, new_session_id  # noqa: E402
from workshop_app.domain.op import OpSet, chain_next, join_parents, make_op  # noqa: E402
from workshop_app.services.prepare import WorkshopSetup  # noqa: E402
from workshop_app.storage.database import Database  # noqa: E402

_FIRST_MS = 1_412_500_000_000
_SENTENCE = (
    "区役所の窓口は待ち時間が長く、相談の内容によって何度も別の窓口に案内されるので、"
    "総合案内をもっと分かりやすく置いてほしい。"
)


def make(path: Path, notes: int, *, edited: float = 0.0, ward: str = "東区", mark: str = "A") -> None:
    """Write `notes` notes of 60 characters, a share of which was edited once; about 30 µs each."""
    agenda = load_agenda(None)
    create_database(path, WorkshopSetup(agenda, ward, "2014-10-05", tables=9, device_mark=mark))
    workshop = derived_entity_id("workshop", agenda.agenda_id, agenda.ward(ward).id, "2014-10-05").hex()
    session, chain, seq = new_session_id(), b"", 0
    rows = []
    every = round(1 / edited) if edited else 0
    for number in range(1, notes + 1):
        note = new_entity_id(_FIRST_MS + number)
        table = number % 9 + 1
        fields = {
            "type": "note", "text": f"{_SENTENCE[:52]}{number:08}", "theme": f"T{number % 3 + 1}", "kind": "issue",
            "table": table, "round": 1, "points": [], "votes": number % 7, "island": None,
            "number": f"{agenda.ward(ward).short}{table}{mark}-{number:03}", "workshop": workshop, "device": mark,
        }  # fmt: skip
        seq += 1
        birth = make_op(note, "set", fields, (), (_FIRST_MS + number) << 16, session, seq)
        made = [birth]
        if every and number % every == 0:
            seq += 1
            made.append(
                make_op(
                    note,
                    "set",
                    {"type": "note", "votes": 9},
                    (birth.op_id,),
                    (_FIRST_MS + number << 16) + 1,
                    session,
                    seq,
                )
            )
        for op in made:
            chain = chain_next(chain, op.op_id)
            rows.append(
                (op.op_id, note, "set", op.payload, join_parents(op.parents), op.hlc, session, op.seq)
            )
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("BEGIN")
        raw.executemany("INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        station = (session, f"{ward} 端末{mark}", "bench", "0", _FIRST_MS, "+0900", seq, chain)
        raw.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)", station)
        known = OpSet()
        for (op_id,) in raw.execute("SELECT op_id FROM op"):
            known.add(op_id)
        raw.execute("UPDATE local SET value = ? WHERE key = 'manifest'", (known.manifest(),))
        raw.execute("COMMIT")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--edited", type=float, default=0.0)
    parser.add_argument("--projections", action="store_true", help="also write what the edits add up to")
    options = parser.parse_args()
    make(options.out, options.notes, edited=options.edited)
    if options.projections:
        with closing(Database.open(options.out)) as database:
            database.rebuild()


if __name__ == "__main__":
    main()
