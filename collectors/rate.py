"""Whether values can have moved that far that fast. Pure: one device's values with their time in, the columns not believed out.

A reading further from the last one believed than ``max_rate`` × the time between them is doubted. A new level is believed again with its
``CONFIRMATIONS``-th reading in a row that follows from the doubted one before it: a spike is gone by then, a real change is still there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.clock import SECOND
from model.profile import Profile
from model.quality import ABSENT, is_usable

CONFIRMATIONS = 3
"""Readings in agreement that make a new level believed; as many as the energy accounts ask of a counter."""
LEAST_ELAPSED_NS = SECOND
"""Polls jitter, and clocks of devices count whole seconds: nothing is judged over less time than this."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How fast a point may move, in its unit per second. ``may_fall``: a counter, which rolls over and is reset; its falls are no jump."""

    per_second: float
    may_fall: bool = False

    def allows(self, change: float, elapsed_ns: int) -> bool:
        if self.may_fall and change < 0:
            return True
        return abs(change) <= self.per_second * max(abs(elapsed_ns), LEAST_ELAPSED_NS) / SECOND


def rate_limits(profile: Profile) -> dict[int, Limit]:
    """The columns of a profile whose rate is limited."""
    limited = ((column, point) for column, point in enumerate(profile.points) if point.max_rate is not None)
    return {column: Limit(point.max_rate, point.rollover is not None) for column, point in limited if point.max_rate is not None}


@dataclass(slots=True)
class _Track:
    """One point: the level believed, and the newest reading that contradicts it with how many have agreed on it."""

    limit: Limit
    at_ns: int
    level: float
    doubted_ns: int = 0
    doubted: float = 0.0
    agreed: int = 0

    def believes(self, value: float, at_ns: int) -> bool:
        if self.limit.allows(value - self.level, at_ns - self.at_ns):
            return self._settle(value, at_ns)
        follows = self.agreed > 0 and self.limit.allows(value - self.doubted, at_ns - self.doubted_ns)
        self.agreed = self.agreed + 1 if follows else 1
        self.doubted_ns, self.doubted = at_ns, value
        return self.agreed >= CONFIRMATIONS and self._settle(value, at_ns)

    def _settle(self, value: float, at_ns: int) -> bool:
        self.at_ns, self.level, self.agreed = at_ns, value, 0
        return True


class Rates:
    """The limited points of one device. Bad and absent readings say nothing; the first reading of a point is believed."""

    def __init__(self, limits: Mapping[int, Limit]) -> None:
        self._limits = limits
        self._tracks: dict[int, _Track] = {}

    def doubted(self, values: Sequence[float], qualities: bytes, at_ns: int) -> list[int]:
        """Columns whose value is not believed. ``at_ns``: when the device measured."""
        found = []
        for column, limit in self._limits.items():
            code = qualities[column]
            if code == ABSENT or not is_usable(code):
                continue
            track = self._tracks.get(column)
            if track is None:
                self._tracks[column] = _Track(limit, at_ns, values[column])
            elif not track.believes(values[column], at_ns):
                found.append(column)
        return found
