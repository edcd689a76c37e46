"""Charging points that share one feeder: together they take no more than it is planned for."""

from collections.abc import Callable

LEAST_A = 6.0
"""The least current a point may offer a vehicle (IEC 61851-1, table of the pilot's duty cycle)."""
_PLANNED = 0.8
"""Of the feeder's rated current: what may flow for hours; assumed."""


class ChargePark:
    """The sharing of one feeder. Points join with what they would take; each gets the same share, never less than ``LEAST_A``."""

    def __init__(self, rated_a: float) -> None:
        """``rated_a``: of the feeder, per phase."""
        self._limit_a = _PLANNED * rated_a
        self._wishes: list[Callable[[], float]] = []
        self.share = 1.0

    def join(self, wish_a: Callable[[], float]) -> None:
        """``wish_a``: the current a point would take by itself, summed over its phases."""
        self._wishes.append(wish_a)

    def step(self) -> None:
        """Share out anew, from what every point wishes before any of them takes its step; the phases are assumed evenly used."""
        wished_a = sum(wish() for wish in self._wishes) / 3
        self.share = min(1.0, self._limit_a / wished_a) if wished_a > 0 else 1.0
