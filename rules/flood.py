"""Alarm floods: more annunciated alarms than a person can take in. Pure.

A flood begins when more than 10 alarms have been annunciated within 10 minutes, and ends when fewer than 5 have (ISA-18.2 / IEC 62682,
key figures per operator position). What the platform says of itself is not counted, or a flood would feed on its own alarm.
"""

import heapq
from dataclasses import dataclass

from model.alarm import AlarmEvent, Raise
from model.clock import MINUTE
from model.own_state import PLATFORM

FLOOD_WINDOW_NS = 10 * MINUTE
FLOOD_BEGINS_ABOVE = 10
FLOOD_ENDS_BELOW = 5


@dataclass(frozen=True, slots=True)
class Flood:
    """One that lasts."""

    since_ns: int
    count: int
    """Annunciated within the last 10 minutes."""
    peak: int
    """The most there were within any 10 minutes of it."""


@dataclass(frozen=True, slots=True)
class Tide:
    """All that a gauge knows, for a restart."""

    raises: tuple[Raise, ...] = ()
    since_ns: int | None = None
    peak: int = 0


class FloodGauge:
    """Counts annunciated alarms in a sliding window; as many are remembered as were raised within it."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self._known: set[str] = set()
        self._now_ns = 0
        self._since_ns: int | None = None
        self._peak = 0

    def hear(self, event: AlarmEvent) -> None:
        """Counts an occurrence once it is annunciated: at its raise, or at its release if it was raised in silence of late."""
        occurrence = event.occurrence
        if occurrence is None or not occurrence.annunciated or occurrence.device == PLATFORM:
            return
        self.count(Raise(occurrence.id, occurrence.raised_at_ns), event.at_ns)

    def count(self, raised: Raise, now_ns: int) -> None:
        """What is known already, or was forgotten already, is not counted again."""
        self.within(now_ns)
        if raised.occurrence in self._known or raised.at_ns <= self._now_ns - FLOOD_WINDOW_NS:
            return
        self._known.add(raised.occurrence)
        heapq.heappush(self._heap, (raised.at_ns, raised.occurrence))
        if self._since_ns is None and len(self._heap) > FLOOD_BEGINS_ABOVE:
            self._since_ns, self._peak = now_ns, 0
        self._peak = max(self._peak, len(self._heap))

    def within(self, now_ns: int) -> int:
        """How many were annunciated within the last 10 minutes. Between two raises that only falls: it is enough to look when asked."""
        self._now_ns = max(self._now_ns, now_ns)
        while self._heap and self._heap[0][0] <= self._now_ns - FLOOD_WINDOW_NS:
            self._known.discard(heapq.heappop(self._heap)[1])
        if len(self._heap) < FLOOD_ENDS_BELOW:
            self._since_ns = None
        return len(self._heap)

    def flood(self, now_ns: int) -> Flood | None:
        count = self.within(now_ns)
        return None if self._since_ns is None else Flood(self._since_ns, count, self._peak)

    def forget(self) -> None:
        """Begin anew."""
        self._heap.clear()
        self._known.clear()
        self._since_ns, self._peak = None, 0

    def memory(self) -> Tide:
        return Tide(tuple(Raise(id, at_ns) for at_ns, id in sorted(self._heap)), self._since_ns, self._peak)

    def recall(self, tide: Tide) -> None:
        """Nothing is taken by a gauge that has been told already, from the journal, which knows what came after."""
        if self._known:
            return
        self._heap = [(raised.at_ns, raised.occurrence) for raised in tide.raises]
        self._known = {raised.occurrence for raised in tide.raises}
        self._since_ns, self._peak = tide.since_ns, tide.peak

    def shift(self, step_ns: int) -> None:
        """The clock was set."""
        self._now_ns += step_ns
        self._heap = [(at_ns + step_ns, id) for at_ns, id in self._heap]
        if self._since_ns is not None:
            self._since_ns += step_ns
