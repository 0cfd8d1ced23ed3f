"""A real file system of a few hundred kilobytes: commands run into it until it is full.

They would ask for room first, and not begin; here they begin all the same.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fault.inject import judge
from fault.program import new_box, run_forked, run_real
from fault.scenarios import STICK, Scenario
from fault.tally import Tally, Trial, in_parallel, spread

PAGE = 4096
STEPS = 40
"""Sizes tried in a full run, from "nothing more fits" to "everything fits"."""
PLENTY = 64 << 20


def why_not() -> str:
    """Why no small disk can be mounted here; '' when it can."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with _mounted(Path(folder), PLENTY):
                return ""
        except (OSError, subprocess.CalledProcessError):
            return "mounting a tmpfs is not permitted here"


def places(scenario: Scenario) -> list[str]:
    """The folders of a box, each of which is tried as the one on the small disk."""
    return [f"work/{STICK}"] if scenario.is_handover else ["work", "tmp"]


def run(scenario: Scenario, place: str, *, sample: int | None, jobs: int) -> Tally:
    """Run the command on ever larger small disks."""
    label = {"work": "the files", "tmp": "temporary files"}.get(place, "the stick")
    tally = Tally(f"{scenario.name}, small disk for {label}")
    start, enough = _sizes(scenario, place)
    step = max(PAGE, (enough - start) // STEPS // PAGE * PAGE)
    sizes = spread(range(start, enough + step, step), sample)
    tally.figures |= {"smallest disk in bytes": sizes[0], "largest disk in bytes": sizes[-1]}
    for trial in in_parallel(partial(fill, scenario, place), sizes, jobs):
        tally.add(trial)
    return tally


def fill(scenario: Scenario, place: str, size: int) -> Trial:
    """One run on a disk of this size, and one more when there is room again."""
    with new_box() as box, _mounted(box.root / place, size):
        _copy(scenario, box.work)
        done = run_real(box, scenario.arguments(box), ask_for_room=False)
        trial = judge(scenario, box, done, killed=False, heal=partial(_resize, box.root / place, PLENTY))
        trial.where = f"{size} bytes"
        return trial


def _sizes(scenario: Scenario, place: str) -> tuple[int, int]:
    """What lies on the disk before the command, and about the smallest size that is enough for it."""
    with new_box() as box, _mounted(box.root / place, PLENTY):
        _copy(scenario, box.work)
        start = max(PAGE, _used(box.root / place))
    too_small, enough = start, start + (1 << 20)
    while enough - too_small > 4 * PAGE:
        middle = (too_small + enough) // 2 // PAGE * PAGE
        with new_box() as box, _mounted(box.root / place, middle):
            _copy(scenario, box.work)
            if run_forked(box, *scenario.arguments(box), ask_for_room=False).status == 0:
                enough = middle
            else:
                too_small = middle
    return start, enough


def _copy(scenario: Scenario, work: Path) -> None:
    for path in sorted(scenario.template.rglob("*")):
        copy = work / path.relative_to(scenario.template)
        if path.is_dir():
            copy.mkdir(exist_ok=True)
        else:
            copy.write_bytes(path.read_bytes())


def _used(folder: Path) -> int:
    state = os.statvfs(folder)
    return (state.f_blocks - state.f_bfree) * state.f_frsize


@contextmanager
def _mounted(folder: Path, size: int) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True, capture_output=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def _resize(folder: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True, capture_output=True)
