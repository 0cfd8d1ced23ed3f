"""Six processes publish different files in one shared folder at once, without the lock, round after round.

After each round somebody else opens the folder, and must then see every note there ever was.

    python tests/fault/share_race.py [ROUNDS, default 100]

Prints counts, and exits with 1 when anything is missing or a process failed. A round takes about four seconds
on two cores. The union is what counts: how often shared.wsdb alone was behind shows that the race is real.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
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
    folder = work / "share"
    folder.mkdir()
    count = Count()
    expected: set[str] = set()
    for number in range(rounds):
        sources = [_source(work, f"{number}-{clerk}") for clerk in range(CLERKS)]
        expected |= {source.stem for source in sources}
        clerks = [_share(work / f"home{clerk}", folder, [source]) for clerk, source in enumerate(sources)]
        for process in clerks:
            _, problem = process.communicate(timeout=300)
            count.runs += 1
            if process.returncode != 0:
                count.failed_runs += 1
                print(problem, file=sys.stderr)
        pointer = Path(shutil.copy(folder / "shared.wsdb", work / "pointer.wsdb"))
        count.pointer_behind += _notes(pointer) != expected
        reader = _share(work / "reader", folder, [])
        answer, problem = reader.communicate(timeout=300)
        if reader.returncode != 0:
            print(problem, file=sys.stderr)
            count.failed_runs += 1
        else:
            count.incomplete += _notes(Path(json.loads(answer)["local"])) != expected
        count.rounds += 1
    for generation in (folder / "gens").glob("*.wsdb"):
        count.generations += 1
        digest = hashlib.sha256(generation.read_bytes()).hexdigest()
        count.broken_generations += digest != generation.stem[9:]
    return count


def _source(work: Path, name: str) -> Path:
    """A laptop's file with one note, its own name."""
    from workshop_app.bootstrap import create_database, load_agenda
    from workshop_app.domain.note import NoteDraft
    from workshop_app.services.prepare import WorkshopSetup
    from workshop_app.services.record import add_notes
    from workshop_app.storage.database import Database

    path = work / f"{name}.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), "東区", "2014-10-05"))
    database = Database.open(path)
    add_notes(database, [NoteDraft(name, "T1")])
    database.close()
    return path


def _share(home: Path, folder: Path, sources: list[Path]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "workshop_app", "share", str(folder), *map(str, sources)]
    return subprocess.Popen(
        [*command, "--no-lock", "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "WORKSHOP_APP_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


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
