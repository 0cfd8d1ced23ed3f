"""The quick form of every fault, in one process of its own; a full run is `packaging/dev.py faults`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from fault import small_disk, strace_log
from fault.inject import NOT_REACHED
from fault.program import ROOT


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of one quick run: part name → part."""
    file = tmp_path_factory.mktemp("faults") / "report.json"
    done = subprocess.run(
        [sys.executable, "tests/fault/run.py", "all", "--quick", "--report", str(file)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return {part["name"]: part for part in json.loads(file.read_text(encoding="utf-8"))["parts"]}


def no_promise_is_broken(quick: dict[str, Any], name: str, least: int) -> None:
    part = quick[name]
    if part["skipped"]:
        assert strace_log.why_not() or small_disk.why_not()
        pytest.skip(part["skipped"])
    judged = [tally for tally in part["tallies"] if not tally["for_comparison"]]
    assert sum(tally["trials"] for tally in judged) >= least
    assert all(tally["outcomes"].get(NOT_REACHED, 0) * 4 <= tally["trials"] for tally in judged)
    broken = {tally["name"]: tally["examples"] for tally in judged if tally["violations"]}
    assert broken == {}


def test_scenario_19_killed_at_a_call_before_or_after_never_between(quick: dict[str, Any]) -> None:
    no_promise_is_broken(quick, "kill", 12)


@pytest.mark.parametrize(("name", "least"), [("enospc", 9), ("small disk", 9)])
def test_scenario_20_full_disk_changes_nothing_and_a_retry_succeeds(
    quick: dict[str, Any], name: str, least: int
) -> None:
    no_promise_is_broken(quick, name, least)


def test_scenario_21_power_cut_after_the_answer_keeps_what_was_answered(quick: dict[str, Any]) -> None:
    no_promise_is_broken(quick, "power", 100)


@pytest.mark.parametrize(("name", "least"), [("eio", 9), ("mutate", 300)])
def test_other_faults_break_no_promise(quick: dict[str, Any], name: str, least: int) -> None:
    no_promise_is_broken(quick, name, least)


def test_simulated_power_cuts_would_be_seen(quick: dict[str, Any]) -> None:
    if quick["power"]["skipped"]:
        pytest.skip(quick["power"]["skipped"])
    found = {tally["name"]: tally for tally in quick["power"]["tallies"]}
    assert found["plain SQLite, synchronous=OFF"]["violations"]["corrupt"] > 0
    assert found["plain SQLite, synchronous=EXTRA"]["violations"] == {}


def test_documented_full_run_is_large_enough() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    assert page.splitlines()[0] == "# Faults thrown at the program, and what came of them"
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| ")]
    trials = {row[1].strip(): int(row[2]) for row in rows if row[2].strip().isdigit()}
    commands = ("merge into an existing file", "merge into a new file", "hand-over")
    # The last table with a command's name is that of the power cuts.
    assert sum(trials[name] for name in (*commands, "note add")) >= 500
    assert (
        sum(trials[name] for name in ("empty laptop", "50 notes", "five wards merged", "package")) >= 10_000
    )
