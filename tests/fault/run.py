"""Throw faults at the program and count what happens.

    python tests/fault/run.py [kill|enospc|eio|power|mutate|all] [--quick] [--report FILE.json]

kill    kill -9 at every system call that can change a file, in a merge and in a hand-over
enospc  the disk is full from such a call on; and real small disks (tmpfs)
eio     such a call fails once with an I/O error
power   simulated power cuts during a merge, a hand-over and while a note is added
mutate  real files damaged at random and read as files from outside

A full run of everything writes docs/faults.md. Exit status: 0 every promise held, 1 one was broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from fault import inject, mutate, power, report, scenarios, small_disk, strace_log  # noqa: E402
from fault.scenarios import Scenario  # noqa: E402
from fault.tally import Tally  # noqa: E402

MODES = ("kill", "enospc", "eio", "power", "mutate")
FAULTS = {"kill": inject.KILL, "enospc": inject.FULL, "eio": inject.BROKEN}
QUICK = {"kill": 4, "enospc": 3, "eio": 3, "small disk": 3, "power": 14, "control": 60, "mutate": 75}
FULL = {"kill": None, "enospc": None, "eio": None, "small disk": None}
FULL |= {"power": 250, "control": 250, "mutate": 2_600}
"""How many of each, per command or file; None is everywhere."""


class Run:
    """One run of some modes: the sizes, the files and what is traced, made when first needed."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.sizes: dict[str, Any] = QUICK if options.quick else FULL
        self.jobs, self.seed, self.keep, self.folder = options.jobs, options.seed, options.keep, folder
        self._scenarios: list[Scenario] = []
        self._calls: dict[str, list] = {}

    def scenarios(self) -> list[Scenario]:
        """Merge into an existing and a new file, hand-over, note add."""
        if not self._scenarios:
            self._scenarios = list(scenarios.build(self.folder / "scenarios"))
        return self._scenarios

    def injected(self, mode: str) -> Iterator[Tally]:
        """One kind of fault at the system calls of a merge and a hand-over."""
        for scenario in self.scenarios()[:3]:
            if scenario.name not in self._calls:
                self._calls[scenario.name] = inject.count(scenario)
            calls = self._calls[scenario.name]
            yield inject.run(scenario, calls, FAULTS[mode], sample=self.sizes[mode], jobs=self.jobs)

    def small_disks(self) -> Iterator[Tally]:
        """Real full disks."""
        for scenario in self.scenarios()[:3]:
            places = small_disk.places(scenario)
            for place in places[:1] if self.sizes is QUICK else places:
                yield small_disk.run(scenario, place, sample=self.sizes["small disk"], jobs=self.jobs)

    def power_cuts(self) -> Iterator[Tally]:
        """Simulated power cuts, first of plain SQLite to show that damage would be seen."""
        for synchronous in (*power.UNSAFE, *power.SAFE):
            yield power.control(synchronous, cuts=self.sizes["control"], jobs=self.jobs, seed=self.seed)
        for scenario in self.scenarios():
            yield power.run(scenario, cuts=self.sizes["power"], jobs=self.jobs, seed=self.seed)

    def mutations(self) -> Iterator[Tally]:
        """Damaged files."""
        folder = self.folder / "files"
        folder.mkdir()
        for name, path in mutate.build(folder).items():
            trials = self.sizes["mutate"]
            yield mutate.run(name, path, trials=trials, jobs=self.jobs, seed=self.seed, keep=self.keep)
        collection = mutate.run_collection(jobs=self.jobs)
        if collection is not None:
            yield collection


def main(arguments: Sequence[str]) -> int:
    """Run the modes asked for, print the tables, write the reports."""
    options = _options(arguments)
    modes = MODES if options.mode == "all" else (options.mode,)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="workshop-faults-") as folder:
        run = Run(options, Path(folder))
        parts = [part for mode in modes for part in _parts(run, mode)]
    document = {**report.surroundings(options.quick), "parts": parts}
    document["seconds"] = round(time.monotonic() - begun)
    if options.report:
        options.report.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(report.markdown(document))
    if options.mode == "all" and not options.quick:
        report.DOCUMENT.parent.mkdir(exist_ok=True)
        report.DOCUMENT.write_text(report.markdown(document), encoding="utf-8")
    return 1 if report.broken(document) else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mode", nargs="?", default="all", choices=(*MODES, "all"))
    parser.add_argument("--quick", action="store_true", help="a spread sample, about a minute")
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="write all counts there")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="copy damaged files that show a defect there"
    )
    parser.add_argument("--jobs", type=int, default=2, help="trials at once")
    parser.add_argument("--seed", type=int, default=power.SEED, help="of the power cuts and the damage")
    return parser.parse_args(arguments)


def _parts(run: Run, mode: str) -> Iterator[dict[str, Any]]:
    if mode == "mutate":
        yield _part(mode, "", run.mutations)
        return
    untraceable = strace_log.why_not()
    work = run.power_cuts if mode == "power" else lambda: run.injected(mode)
    yield _part(mode, untraceable, work)
    if mode == "enospc":
        yield _part("small disk", small_disk.why_not(), run.small_disks)


def _part(name: str, why_not: str, work: Callable[[], Iterator[Tally]]) -> dict[str, Any]:
    begun = time.monotonic()
    tallies = []
    for tally in () if why_not else work():
        print(f"{name}: {tally.name}: {tally.trials}", file=sys.stderr, flush=True)
        tallies.append(tally.document())
    return {
        "name": name,
        "skipped": why_not,
        "seconds": round(time.monotonic() - begun),
        "tallies": tallies,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
