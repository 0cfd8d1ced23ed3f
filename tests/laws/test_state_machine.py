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
PARTS = 2
"""The work is cut in two, so that two processors share it."""


@pytest.mark.parametrize("part", range(PARTS))
def test_laws_hold_for_any_history(part: int) -> None:
    with controlled_world():
        run_state_machine_as_test(
            MergeLaws, settings=settings(max_examples=max(1, EXAMPLES // PARTS), stateful_step_count=STEPS)
        )
    assert EXAMPLES
