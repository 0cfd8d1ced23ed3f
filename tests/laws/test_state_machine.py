"""L1–L15 for any history of laptops; `python3 packaging/dev.py laws` runs as many as there is time for."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from laws.machine import MergeLaws
from laws.world import controlled_world

EXAMPLES = int(os.environ.get("LAWS_EXAMPLES", "200"))
STEPS = int(os.environ.get("LAWS_STEPS", "40"))
PARTS = min(EXAMPLES, max(10, os.cpu_count() or 1))
"""The work is cut up, so that every processor has a share, and none comes near the time limit of one test."""


class Counted(MergeLaws):
    """Counts the histories that went to their end with every law holding."""

    finished = 0

    def teardown(self) -> None:
        super().teardown()
        type(self).finished += self.sound


@pytest.mark.parametrize("part", range(PARTS))
def test_laws_hold_for_any_history(part: int) -> None:
    class Part(Counted):
        """A class of its own, so that each part tries other histories."""

    share = -(-EXAMPLES // PARTS)
    with controlled_world():
        run_state_machine_as_test(Part, settings=settings(max_examples=share, stateful_step_count=STEPS))
    assert Part.finished >= share
