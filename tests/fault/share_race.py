"""Six processes publish different files in one shared folder at once, without the lock, round after round.

After each round somebody else opens the folder, and must then see every note there ever was.

    python tests/fault/share_race.py [ROUNDS, default 100]

Prints counts, and exits with 1 when anything is missing or a process failed. The union is what counts: how often shared.wsdb alone was behind shows that the race is real.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from multiprocessing.synchronize import Barrier
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

CLERKS = 6


@dataclass(slots=True)
class Count:
    """What was seen over all rounds."""

    rounds: int = 0
    runs: int = 0
    failed_runs: int = 0
    generations: int = 0
    broken_generations: int = 0
    pointer_behind: int = 0
    """Rounds after which shared.wsdb alone did not have every note."""
    incomplete: int = 0
    """Rounds after which a note was missing for the next reader: must stay 0."""

    @property
    def good(self) -> bool:
        """Nothing is missing."""
        return not (self.failed_runs or self.broken_generations or self.incomplete)


def race(work: Path, rounds: int) -> Count:
    """Run the rounds in an empty folder of our own."""
    machines = _processes()
    folder = work / "share"
    folder.mkdir()
    count = Count()
    expected: set[str] = set()
    homes = [f"home{clerk}" for clerk in range(CLERKS)]
    sources = [_laptop(work / f"laptop{mark}.wsdb", mark) for mark in "ABCDEF"[:CLERKS]]
    for number in range(rounds):
        for clerk, source in enumerate(sources):
            _add_note(source, f"{number}-{clerk}")
            expected.add(f"{number}-{clerk}")
        statuses, _ = _share(machines, work, homes, [[str(folder), str(source)] for source in sources])
        count.runs += len(statuses)
        count.failed_runs += sum(status != 0 for status in statuses)
        pointer = Path(shutil.copy(folder / "shared.wsdb", work / "pointer.wsdb"))
        count.pointer_behind += _notes(pointer) != expected
        [status], [answer] = _share(machines, work, ["reader"], [[str(folder)]])
        count.failed_runs += status != 0
        count.incomplete += status != 0 or _notes(Path(json.loads(answer)["local"])) != expected
        count.rounds += 1
        if count.rounds % 10 == 0:
            print(count, file=sys.stderr, flush=True)
    for generation in (folder / "gens").glob("*.wsdb"):
        count.generations += 1
        digest = hashlib.sha256(generation.read_bytes()).hexdigest()
        count.broken_generations += digest != generation.stem[9:]
    return count


def _processes() -> BaseContext:
    """Fresh processes; where the system can, with the program read in already, so that rounds are short."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    machines = multiprocessing.get_context("forkserver")
    machines.set_forkserver_preload(["workshop_app.bootstrap", "workshop_app.storage.shared_folder"])
    return machines


def _laptop(path: Path, mark: str) -> Path:
    """A clerk's own laptop file; it gets one note more every round."""
    from workshop_app.bootstrap import create_database, load_agenda
    from workshop_app.services.prepare import WorkshopSetup

    create_database(path, WorkshopSetup(load_agenda(None), "東区", device_mark=mark))
    return path


def _add_note(path: Path, text: str) -> None:
    from workshop_app.domain.note import NoteDraft
    from workshop_app.services.record import add_notes
    from workshop_app.storage.database import Database

    database = Database.open(path)
    add_notes(database, [NoteDraft(text, "T1")])
    database.close()


def _share(
    machines: BaseContext, work: Path, homes: Sequence[str], arguments: Sequence[Sequence[str]]
) -> tuple[list[int], list[str]]:
    """Run `share` in a process per machine, all let go at the same moment; exit statuses and answers."""
    start = machines.Barrier(len(homes))
    answers = [work / f"{home}.json" for home in homes]
    processes = [
        machines.Process(target=_one_share, args=(start, work / home, answer, list(given)))
        for home, answer, given in zip(homes, answers, arguments, strict=True)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode or 0 for process in processes], [answer.read_text("utf-8") for answer in answers]


def _one_share(start: Barrier, home: Path, answer: Path, arguments: list[str]) -> None:
    """The command line itself, in a process of its own."""
    from workshop_app import cli

    os.environ["WORKSHOP_APP_HOME"] = str(home)
    with answer.open("w", encoding="utf-8") as out, contextlib.redirect_stdout(out):
        start.wait(120)
        status = cli.main(["share", *arguments, "--no-lock", "--json"])
    sys.exit(status)


def _notes(path: Path) -> set[str]:
    from workshop_app.storage.database import Database

    database = Database.open(path)
    try:
        return {note.text for note in database.notes()}
    finally:
        database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="share-race-") as scratch:
        result = race(Path(scratch), int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    print(result)
    sys.exit(0 if result.good else 1)
