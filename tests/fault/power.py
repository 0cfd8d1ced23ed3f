"""Power cuts: record a command once, then find out what its files say after the power went at any moment."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

from fault.disk_model import write_tree
from fault.program import SUFFIX, Box, digest, new_box, run_forked
from fault.recorder import ANSWER, Recording, record
from fault.scenarios import AFTER, TARGET, Scenario, look
from fault.tally import Tally, Trial, in_parallel

SEED = 20141005
CHUNK = 8

CONTROL = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = DELETE")
connection.execute("PRAGMA synchronous = " + sys.argv[2])
connection.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, text TEXT)")
os.write(1, b"made")
for commit in range(1, 7):
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE t SET text = text || ?", ("x",))
    for row in range(20):
        connection.execute("INSERT INTO t (text) VALUES (?)", (f"{commit}-{row} " + "opinion " * 40,))
    connection.execute("COMMIT")
    os.write(1, b"done")
connection.close()
"""
"""A plain database under the same eyes: with `synchronous = OFF` the simulator must find it damaged."""
ROWS_A_COMMIT = 20
SAFE, UNSAFE = ("EXTRA",), ("OFF", "NORMAL", "FULL")
"""Settings of `synchronous` that may lose nothing, and those that lose or damage something."""


def run(scenario: Scenario, *, cuts: int, jobs: int, seed: int = SEED) -> Tally:
    """Record the scenario once and cut the power `cuts` times."""
    tally = Tally(scenario.name)
    with new_box(scenario.template) as box:
        recording = record(box, ["-m", "workshop_app", *scenario.arguments(box)])
        if scenario.command[0] == "note":
            states = {**scenario.states, digest(box, box.work / scenario.result_name): AFTER}
            scenario = Scenario(scenario.name, scenario.command, scenario.template, states)
        if look(scenario, box).label != AFTER:
            raise RuntimeError(f"{scenario.name} does not work without faults")
    tally.figures |= {"events": len(recording.events), "events before the answer": recording.answered}
    tally.figures["seed"] = seed
    work = partial(cut_power, scenario, recording, seed)
    for trial in in_parallel(work, range(cuts), jobs, CHUNK):
        tally.add(trial)
    return tally


def cut_power(scenario: Scenario, recording: Recording, seed: int, number: int) -> Trial:
    """One power cut: the moment and what survives follow from the seed and the number."""
    random = Random(f"{seed}:{scenario.name}:{number}")
    cut = choose_cut(recording, random)
    acknowledged = cut >= recording.answered
    with new_box() as box:
        _lay_out(recording, cut, random, box)
        state = look(scenario, box)
        when = "after the answer" if acknowledged else "before the answer"
        trial = Trial(f"cut {number} after event {cut} of {len(recording.events)}", "")
        trial.outcome = f"{state.label or 'broken'}, cut {when}"
        for kind, findings in (
            ("corrupt", state.corrupt),
            ("half done", state.half),
            ("source changed", state.touched),
        ):
            trial.violations += [(kind, finding) for finding in findings]
        if acknowledged and state.label != AFTER:
            trial.violations.append(("acknowledged but lost", f"found {state.label or 'nothing whole'}"))
        if acknowledged:
            trial.violations += _missing_backup(recording, box)
        if scenario.command[0] != "note":
            again = run_forked(box, *scenario.arguments(box))
            after = look(scenario, box)
            if again.status != 0 or after.label != AFTER:
                trial.violations.append(("retry does not help", f"exit {again.status}: {again.err.strip()}"))
    return trial


def choose_cut(recording: Recording, random: Random) -> int:
    """A moment: anywhere, close to a sync or a change of names, or after the answer."""
    length = len(recording.events)
    kind = random.randrange(4)
    if kind == 0:
        return random.randint(recording.answered, length)
    if kind == 1:
        edges = [index for index, event in enumerate(recording.events) if event[0] not in ("write", "size")]
        return min(length, max(0, random.choice(edges) + random.randint(-1, 2)))
    return random.randint(0, length)


def _lay_out(recording: Recording, cut: int, random: Random, box: Box) -> None:
    tree = recording.disk_at(cut).after_power_cut(random)
    # A folder for temporary files is empty after a restart on many systems; here it survives.
    write_tree(box.root, {path: data for path, data in tree.items() if path not in ("work", "tmp", "home")})


def _missing_backup(recording: Recording, box: Box) -> list[tuple[str, str]]:
    """The copy the answer names must be there as well."""
    backup = json.loads(recording.out).get("backup")
    if not backup:
        return []
    kept = box.work / f"{Path(TARGET).stem}_控え" / Path(backup).name
    return [] if kept.exists() else [("backup lost", f"no *{SUFFIX} in {kept.parent.name}")]


# --- the proof that the simulator bites --------------------------------------------------------------------


def control(synchronous: str, *, cuts: int, jobs: int, seed: int = SEED) -> Tally:
    """The same simulator on a plain SQLite database with the given setting of `synchronous`."""
    tally = Tally(f"plain SQLite, synchronous={synchronous}", for_comparison=synchronous in UNSAFE)
    with new_box() as box:
        recording = record(box, ["-c", CONTROL, str(box.work / "plain.db"), synchronous])
    tally.figures |= {"events": len(recording.events), "seed": seed}
    for trial in in_parallel(partial(cut_control, recording, seed), range(cuts), jobs, CHUNK):
        tally.add(trial)
    if synchronous == "OFF" and not tally.violations["corrupt"]:
        tally.for_comparison = False
        tally.violations["the simulator does not bite"] += 1
    return tally


def cut_control(recording: Recording, seed: int, number: int) -> Trial:
    """One power cut of the plain database."""
    random = Random(f"{seed}:control:{number}")
    cut = choose_cut(recording, random)
    acknowledged = sum(event == (ANSWER,) for event in recording.events[:cut]) - 1
    trial = Trial(f"cut {number} after event {cut} of {len(recording.events)}", "whole")
    with new_box() as box:
        _lay_out(recording, cut, random, box)
        rows = plain_rows(box.work / "plain.db")
    if rows is None or rows % ROWS_A_COMMIT:
        trial.outcome = "broken"
        trial.violations.append(("corrupt", "integrity_check, or no whole number of commits"))
    elif rows // ROWS_A_COMMIT < acknowledged:
        trial.outcome = "whole but older"
        trial.violations.append(("acknowledged but lost", f"{acknowledged} commits answered, {rows} rows"))
    return trial


def plain_rows(path: Path) -> int | None:
    """How many rows the plain database holds; None when it is damaged."""
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path)) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return None
            if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                return 0
            return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])
    except sqlite3.DatabaseError:
        return None
