"""The commands the faults are thrown at, the files they start from, and what counts as before and after."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from fault.program import ABSENT, SUFFIX, Box, Digest, digest, new_box, sha256, succeed

TARGET = "統合.wsdb"
SOURCES = ("東区.wsdb", "西区.wsdb")
STICK = "USB メモリー"
BEFORE = "before"
AFTER = "after"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One command on one set of files. `states` maps every digest it may leave to a label.

    For a merge the labels between `BEFORE` and `AFTER` name the sources that were taken in when another one
    was refused.
    """

    name: str
    command: tuple[str, ...]
    template: Path
    states: Mapping[Digest, str]
    untouched: Mapping[str, str] = field(default_factory=dict)
    """Fingerprints of the files the command only reads."""

    def arguments(self, box: Box) -> list[str]:
        """The command line in this box."""
        names = {path.name for path in self.template.iterdir()} | {TARGET}
        return [str(box.work / part) if part in names else part for part in self.command] + ["--json"]

    @property
    def is_handover(self) -> bool:
        """Whether the result is a package on the stick."""
        return self.command[0] == "handover"

    @property
    def result_name(self) -> str:
        """The workshop file the command changes or makes; for a hand-over, the one it reads."""
        return self.command[2] if self.command[0] == "note" else self.command[1]


@dataclass(slots=True)
class State:
    """What lies in a box after a fault: a label, or what is wrong with it."""

    label: str = ""
    corrupt: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)


def look(scenario: Scenario, box: Box) -> State:
    """Judge the box: the result, every file under a final name beside it, and the sources."""
    state = State()
    result = digest(box, box.work / scenario.result_name)
    state.label = _label(scenario, result, scenario.result_name, state)
    for copy in sorted((box.work / f"{Path(TARGET).stem}_控え").glob(f"*{SUFFIX}")):
        # The backup is the state before, whole, from the moment it has its name.
        if _label(scenario, digest(box, copy), copy.name, state) not in (BEFORE, ""):
            state.half.append(f"{copy.name} is not the state before")
    if scenario.is_handover:
        packages = sorted((box.work / STICK).glob(f"[!.]*{SUFFIX}"))
        labels = {_label(scenario, digest(box, path), path.name, state) for path in packages}
        state.label = AFTER if labels == {AFTER} else BEFORE if not packages else ""
    for name, wanted in scenario.untouched.items():
        if not (box.work / name).exists() or sha256(box.work / name) != wanted:
            state.touched.append(name)
    return state


def _label(scenario: Scenario, found: Digest, name: str, state: State) -> str:
    label = scenario.states.get(found, "")
    if not label and found.trouble:
        state.corrupt.append(f"{name}: {found.trouble}")
    elif not label:
        state.half.append(f"{name}: {found.ops} edits, neither before nor after")
    return label


def claimed(scenario: Scenario, out: str) -> str | None:
    """Which label the command's answer claims; None when it gave no answer."""
    try:
        document = json.loads(out)
    except ValueError:
        return None
    if "sources" not in document:
        return AFTER
    taken = [Path(s["path"]).name for s in document["sources"] if s["status"] != "refused"]
    return subset_label(taken)


def subset_label(taken: list[str]) -> str:
    """The label of a merge that took these sources."""
    if len(taken) == len(SOURCES):
        return AFTER
    return "only " + " ".join(taken) if taken else BEFORE


# --- making the files --------------------------------------------------------------------------------------


def build(root: Path, names: tuple[str, ...] = ()) -> Iterator[Scenario]:
    """Make the scenarios' files under `root`; all of them, or those named."""
    with new_box() as box:
        _make_files(box)
        for name, (command, files) in _COMMANDS.items():
            if names and name not in names:
                continue
            template = root / name
            template.mkdir(parents=True)
            for file in files:
                shutil.copy(box.work / file, template / file)
            if STICK in command:
                (template / STICK).mkdir()
            read_only = SOURCES if command[0] == "merge" else (SOURCES[0],) if STICK in command else ()
            untouched = {file: sha256(template / file) for file in read_only}
            yield Scenario(name, command, template, _states(command, template), untouched)


_COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "merge into an existing file": (("merge", TARGET, *SOURCES), (TARGET, *SOURCES)),
    "merge into a new file": (("merge", TARGET, *SOURCES), SOURCES),
    "hand-over": (("handover", SOURCES[0], STICK), SOURCES[:1]),
    "note add": (("note", "add", SOURCES[0], "--text", "新しい意見", "--theme", "T1"), SOURCES[:1]),
}


def _make_files(box: Box) -> None:
    """Two wards' laptops and a merged file with an edit that clashes with the first laptop's."""
    for file, ward in zip(SOURCES, ("東区", "西区"), strict=True):
        succeed(box, "new", box.work / file, "--ward", ward)
        lines = "\n".join(f"{ward}の意見{number}" for number in range(1, 9))
        (box.tmp / "意見.txt").write_text(lines, encoding="utf-8")
        succeed(box, "import", box.work / file, box.tmp / "意見.txt", "--theme", "T1", "--table", 1)
    east, target = box.work / SOURCES[0], box.work / TARGET
    succeed(box, "merge", target, east)
    numbers = [note["number"] for note in succeed(box, "list", east)["notes"]]
    succeed(box, "note", "edit", target, numbers[0], "--text", "事務局で直した")
    succeed(box, "note", "edit", east, numbers[0], "--text", "会場で直した")
    succeed(box, "note", "void", east, numbers[1], "--reason", "打ち間違い")
    succeed(box, "note", "edit", east, numbers[2], "--votes", 3)


def _states(command: tuple[str, ...], template: Path) -> dict[Digest, str]:
    """The digests the command may leave behind, by running it in peace."""
    with new_box(template) as box:
        if command[0] == "handover":
            return {digest(box, box.work / SOURCES[0]): AFTER}
        if command[0] == "note":
            # The note gets its id when it is added: only the recorded run itself knows its state after.
            return {digest(box, box.work / SOURCES[0]): BEFORE}
        states = {digest(box, box.work / TARGET): BEFORE}
    for size in range(1, len(SOURCES) + 1):
        for chosen in combinations(SOURCES, size):
            with new_box(template) as box:
                succeed(box, "merge", box.work / TARGET, *(box.work / name for name in chosen))
                states[digest(box, box.work / TARGET)] = subset_label(list(chosen))
    if ABSENT not in states and len(states) != 2 ** len(SOURCES):
        raise RuntimeError("the sources must each bring something new")
    return states
