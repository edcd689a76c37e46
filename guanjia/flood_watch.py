"""Tells on the stream when an alarm flood begins, how it goes, and when it ends."""

from collections.abc import Callable, Sequence
from typing import Protocol

from model.alarm import Raise
from model.clock import DAY, SECOND, Clock
from model.own_state import PLATFORM
from model.ports import Journal
from rules.flood import Flood

LOOK_NS = 10 * SECOND
"""How often it is told while it lasts; its beginning is told at once."""


def past_raises(journal: Journal, now_ns: int) -> Sequence[Raise]:
    """What a fresh engine must know to tell whether a flood lasts: it ends below five, so that one may have begun hours ago."""
    return journal.annunciated(now_ns - DAY, PLATFORM)


class Gauge(Protocol):
    """The engine, as far as it counts alarms."""

    def flood(self, now_ns: int) -> Flood | None: ...

    def annunciated(self, now_ns: int) -> int: ...


class FloodWatch:
    """``tell`` gets the flood (None: it is over) and how many alarms were annunciated within the last 10 minutes."""

    def __init__(self, gauge: Gauge, tell: Callable[[Flood | None, int], None], clock: Clock) -> None:
        self._gauge, self._tell, self._clock = gauge, tell, clock
        self._told: Flood | None = None

    async def run(self) -> None:
        """Goes on until cancelled."""
        while True:
            self.look()
            await self._clock.sleep_until(self._clock.monotonic_ns() + LOOK_NS)

    def note(self) -> None:
        """An alarm event has been told: only a beginning is worth more than the next look."""
        if self._told is None:
            self.look()

    def look(self) -> None:
        now_ns = self._clock.now_ns()
        flood = self._gauge.flood(now_ns)
        if flood != self._told:
            self._told = flood
            self._tell(flood, self._gauge.annunciated(now_ns))
