"""Counting what the trials found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
MAX_EXAMPLES = 12


@dataclass(slots=True)
class Trial:
    """One fault: where it struck, how it came out, and every promise that was broken."""

    where: str
    outcome: str
    violations: list[tuple[str, str]] = field(default_factory=list)
    """(kind, what exactly)"""
    leftovers: tuple[str, ...] = ()
    leftovers_after_retry: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """The trials of one kind of fault on one command, in counts."""

    name: str
    trials: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    for_comparison: bool = False
    """Something that is known to break promises, run beside the program to prove that it would be seen."""

    def add(self, trial: Trial) -> None:
        """Count one trial."""
        self.trials += 1
        self.outcomes[trial.outcome] += 1
        # A trial that breaks one promise in several places counts once.
        for kind, what in dict(trial.violations).items():
            self.violate(kind, trial.where, what)
        for key, names in (("left", trial.leftovers), ("left after retry", trial.leftovers_after_retry)):
            if names:
                self.figures[f"trials with files {key}"] = self.figures.get(f"trials with files {key}", 0) + 1
                self.figures[f"most files {key}"] = max(self.figures.get(f"most files {key}", 0), len(names))

    def violate(self, kind: str, where: str, what: str) -> None:
        """Count one broken promise."""
        self.violations[kind] += 1
        if self.violations[kind] <= MAX_EXAMPLES:
            self.examples.append(f"{kind}: {where}: {what}")

    def document(self) -> dict[str, Any]:
        """As it goes into the JSON report."""
        return {
            "name": self.name,
            "for_comparison": self.for_comparison,
            "trials": self.trials,
            "outcomes": dict(sorted(self.outcomes.items())),
            "violations": dict(sorted(self.violations.items())),
            "figures": self.figures,
            "examples": self.examples,
        }


def spread(items: Sequence[T], wanted: int | None) -> list[T]:
    """A sample spread evenly over the items, first and last included; None wants them all."""
    if wanted is None or len(items) <= wanted:
        return list(items)
    step = (len(items) - 1) / max(1, wanted - 1)
    return [items[round(index * step)] for index in range(wanted)]


def in_parallel(work: Callable[[T], R], items: Iterable[T], jobs: int, chunk: int = 1) -> Iterator[R]:
    """Map over forked processes, results in order; one job stays in this process."""
    if jobs == 1:
        yield from map(work, items)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        yield from pool.map(work, items, chunksize=chunk)
