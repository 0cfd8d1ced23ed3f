"""The hybrid logical clock: ranks edits that were made without knowing of each other.

A stamp is one integer: 48 bits of milliseconds, then a 16-bit counter (Kulkarni et al. 2014). Order inside a
history comes from parents; the clock only chooses which of several concurrent values is shown first, so a
laptop with a wrong date loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable

COUNTER_BITS = 16
ADOPT_LIMIT_MS = 24 * 60 * 60 * 1000
"""A stamp further ahead of the wall clock than this never moves our own clock (Actual Budget #8905)."""
MAX_STAMP = (1 << 63) - 1


def stamp_ms(stamp: int) -> int:
    """Milliseconds since 1970 of a stamp."""
    return stamp >> COUNTER_BITS


class HybridClock:
    """Gives stamps that never go back within one file.

    `wall_ms` is a port (milliseconds since 1970); `last` is the greatest stamp given or adopted so far and
    must be stored in the same transaction as the edit that used it.
    """

    def __init__(self, wall_ms: Callable[[], int], last: int = 0) -> None:
        self.wall_ms = wall_ms
        self.last = last

    def now(self) -> int:
        """The next stamp: never smaller than any before, even when the wall clock jumps back."""
        wall = min(max(0, self.wall_ms()), MAX_STAMP >> COUNTER_BITS)
        self.last = min(max(wall << COUNTER_BITS, self.last + 1), MAX_STAMP)
        return self.last

    def adopt(self, remote: int) -> bool:
        """Move up to a stamp seen in another file; False when it is too far in the future to believe."""
        if stamp_ms(remote) > self.wall_ms() + ADOPT_LIMIT_MS:
            return False
        self.last = max(self.last, remote)
        return True
