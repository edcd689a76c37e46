"""How much comes at once: counts of hours and ten minutes, and the floods among them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.alarm_columns import NEVER, Times
from rules.flood import FLOOD_BEGINS_ABOVE, FLOOD_ENDS_BELOW, FLOOD_WINDOW_NS

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PastFlood:
    """A stretch in which more came than a person can take in."""

    begin_ns: int
    """When the eleventh alarm of ten minutes was raised."""
    end_ns: int
    """When fewer than five were left in the last ten minutes; the end of the period when it went on."""
    count: int
    """Alarms raised in it, with the ten that began it."""
    peak: int
    """The most in any ten minutes of it."""


def counted(raised_ns: Times, start_ns: int, end_ns: int, width_ns: int) -> Counts:
    """How many in each ``width_ns`` from the start on; the last may be cut short by the end."""
    pieces = -(-(end_ns - start_ns) // width_ns)
    return np.bincount((raised_ns - start_ns) // width_ns, minlength=pieces)


def share_above(counts: Counts, limit: int) -> float:
    return float(np.count_nonzero(counts > limit)) / len(counts)


def in_last_window(raised_ns: Times) -> Counts:
    """At each raise, how many were raised in the ten minutes that end with it, itself included."""
    return np.arange(1, len(raised_ns) + 1) - np.searchsorted(raised_ns, raised_ns - FLOOD_WINDOW_NS, side="right")


def floods(raised_ns: Times, end_ns: int) -> Iterator[PastFlood]:
    """By the sliding definition: begins above ten in the last ten minutes, ends below five. ``raised_ns`` rises."""
    last = in_last_window(raised_ns)
    begins = np.flatnonzero(last > FLOOD_BEGINS_ABOVE)
    calm_from = raised_ns[: 1 - FLOOD_ENDS_BELOW] + FLOOD_WINDOW_NS
    following = np.append(raised_ns[FLOOD_ENDS_BELOW:], NEVER)
    # Below five once the fifth-last has left the window, if that is before the next is raised; at index i + 4 of the raises.
    calms = np.flatnonzero(calm_from < following) + FLOOD_ENDS_BELOW - 1
    done = -1
    for begin in begins:
        if begin <= done:
            continue
        done = int(calms[np.searchsorted(calms, begin)])
        count = done - begin + int(last[begin])
        yield PastFlood(
            int(raised_ns[begin]),
            min(int(raised_ns[done - FLOOD_ENDS_BELOW + 1]) + FLOOD_WINDOW_NS, end_ns),
            int(count),
            int(last[begin : done + 1].max()),
        )
