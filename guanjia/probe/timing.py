"""How long answers take. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from model.clock import SECOND

_MILLISECOND = SECOND // 1000
PERIODS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300)
"""Poll periods people write."""
BUSY = 0.5
"""Greatest part of a period that a poll should take: the rest is for its neighbours on the line and for slow days."""
PATIENCE = 4
"""A timeout is at least so many times the slowest answers."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Response times in milliseconds; ``p95``: 19 of 20 answers took no longer."""

    answers: int
    least_ms: float
    median_ms: float
    p95_ms: float

    def __str__(self) -> str:
        return f"{self.least_ms:.3g} / {self.median_ms:.3g} / {self.p95_ms:.3g} ms (min / median / p95 of {self.answers} answers)"


def timing(took_ns: Sequence[int]) -> Timing | None:
    """None without an answer."""
    if not took_ns:
        return None
    ordered = sorted(took_ns)
    p95 = ordered[-(-19 * len(ordered) // 20) - 1]
    return Timing(len(ordered), ordered[0] / _MILLISECOND, median(ordered) / _MILLISECOND, p95 / _MILLISECOND)


def period_s(requests: int, found: Timing, gap_ms: float) -> int:
    """The shortest usual period in which so many requests find room."""
    poll_s = requests * (found.p95_ms + gap_ms) / 1000
    return next((period for period in PERIODS_S if poll_s <= BUSY * period), PERIODS_S[-1])


def timeout_s(found: Timing) -> float:
    """A patience that fits: a second, or more for a slow device, to a half second."""
    return max(1.0, -(-PATIENCE * found.p95_ms // 500) / 2)
