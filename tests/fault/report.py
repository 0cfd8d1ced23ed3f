"""The counts as a page for a reader."""

from __future__ import annotations

import platform
import sqlite3
import subprocess
from collections.abc import Iterator
from typing import Any

from fault.program import ROOT

DOCUMENT = ROOT / "docs" / "faults.md"
Part = dict[str, Any]

EXAMPLES = 5
"""Shown on the page for each kind of broken promise; the JSON report has more."""
_CORE = ("corrupt", "half done", "acknowledged but lost")
_TITLES = {
    "kill": "Killed (kill -9) at a system call",
    "enospc": "Disk full from a system call on (ENOSPC)",
    "small disk": "Real small disks (tmpfs)",
    "eio": "One system call fails (EIO)",
    "power": "Simulated power cuts",
    "mutate": "Damaged files",
}
_HEAD = """# Faults thrown at the program, and what came of them

This page is written by a full run of

    python3 packaging/dev.py faults

(`--quick` takes a sample in about a minute and is part of the test suite; `--help` has the single modes.)
Everything is done to the real command line in processes of its own, on real files:

- **kill**, **disk full**, **I/O error**: strace strikes at each write, sync, rename, unlink, truncation and
  creating open that touches the command's files. Afterwards the result must hold exactly what it held before
  or what it holds after, by its edits and by what `list` and `conflicts` say; the sources are byte-identical;
  every backup and package under its final name is whole; an error is one plain Japanese sentence; the same
  command run again succeeds.
- **power cuts**: every write, sync and change of names is recorded once and replayed up to a chosen moment.
  What was synced is there; of the rest each write is kept, lost or torn at 512-byte sectors, and each change
  of names is kept or lost, at random from a recorded seed. What lies after the printed answer must be there.
- **damaged files**: bit flips, zeroed sectors, cut ends, swapped and repeated pages, header fields and noise.
  Each is refused with a sentence or read edit for edit as it was; that is so when the damage lies in free
  space or in tables that are derived and never merged.

"Corrupt": does not open or fails `check`. "Half done": neither before nor after. "Lost": answered as done and
not there."""


def surroundings(quick: bool) -> dict[str, Any]:
    """What the counts depend on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "quick": quick,
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.system(),
    }


def broken(document: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The promises that were broken, by part and command; empty when all held."""
    return {
        f"{part['name']}: {tally['name']}": tally["violations"]
        for part in document["parts"]
        for tally in part["tallies"]
        if tally["violations"] and not tally["for_comparison"]
    }


def markdown(document: dict[str, Any]) -> str:
    """The whole page."""
    lines = [_HEAD, "", *_summary(document)]
    for part in document["parts"]:
        lines += ["", f"## {_TITLES[part['name']]}", ""]
        if part["skipped"]:
            lines.append(f"Skipped: {part['skipped']}.")
            continue
        lines += [*_table(part), ""]
        lines += [line for tally in part["tallies"] for line in _figures(tally)]
    findings = [line for part in document["parts"] for line in _findings(part)]
    if findings:
        lines += ["", "## Promises that were broken", "", *findings]
    return "\n".join(lines) + "\n"


def _summary(document: dict[str, Any]) -> Iterator[str]:
    judged = [t for part in document["parts"] for t in part["tallies"] if not t["for_comparison"]]
    size = "A sample" if document["quick"] else "The full run"
    yield (
        f"{size}: {sum(t['trials'] for t in judged):,} faults in {document['seconds']:,} seconds; "
        f"commit {document['commit']}, Python {document['python']}, SQLite {document['sqlite']}, "
        f"{document['system']}."
    )
    for kind in (*_CORE, "silent change"):
        yield f"- {kind}: **{sum(t['violations'].get(kind, 0) for t in judged)}**"
    others = sum(
        n for t in judged for kind, n in t["violations"].items() if kind not in (*_CORE, "silent change")
    )
    yield f"- other broken promises (traceback, retry, hang …): **{others}**"


def _table(part: Part) -> Iterator[str]:
    if part["name"] == "mutate":
        yield "| file | damaged | refused | read, identical | silent change | other exception, hang |"
        yield "|---|---|---|---|---|---|"
        for tally in part["tallies"]:
            refused = sum(n for outcome, n in tally["outcomes"].items() if "refused" in outcome)
            silent = tally["violations"].get("silent change", 0)
            read = sum(n for outcome, n in tally["outcomes"].items() if outcome.endswith("read")) - silent
            others = sum(tally["violations"].values()) - silent
            yield f"| {tally['name']} | {tally['trials']} | {refused} | {read} | {silent} | {others} |"
        return
    yield "| command | faults | found before | found after | corrupt | half done | lost | other |"
    yield "|---|---|---|---|---|---|---|---|"
    for tally in part["tallies"]:
        outcomes, violations = tally["outcomes"], tally["violations"]
        before = sum(
            n for outcome, n in outcomes.items() if outcome.startswith(("before", "whole but older"))
        )
        after = sum(
            n
            for outcome, n in outcomes.items()
            if outcome.startswith(("after", "only")) or outcome == "whole"
        )
        core = " | ".join(str(violations.get(kind, 0)) for kind in _CORE)
        others = ", ".join(f"{kind} {n}" for kind, n in violations.items() if kind not in _CORE) or "0"
        name = f"*{tally['name']}*" if tally["for_comparison"] else tally["name"]
        yield f"| {name} | {tally['trials']} | {before} | {after} | {core} | {others} |"


def _figures(tally: dict[str, Any]) -> Iterator[str]:
    figures = "; ".join(f"{name}: {value}" for name, value in tally["figures"].items())
    if figures:
        yield f"- {tally['name']}: {figures}"


def _findings(part: Part) -> Iterator[str]:
    for tally in part["tallies"]:
        if tally["violations"] and not tally["for_comparison"]:
            kinds = ", ".join(f"{kind} {n}" for kind, n in tally["violations"].items())
            yield f"- **{part['name']}, {tally['name']}**: {kinds}"
            for kind in tally["violations"]:
                shown = [example for example in tally["examples"] if example.startswith(f"{kind}: ")]
                yield from (f"  - {example}" for example in shown[:EXAMPLES])
