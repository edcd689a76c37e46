"""When a device is polled next. Pure: monotonic times in, the next due time out.

Whoever comes back is read again within 10 s. That is the sum of the longest pause (5 s), an attempt to connect that fails just before
(``timeout``, 1 s unless the site says otherwise) and a round of tries at all that is silent on the same line (``PROBE_ROUND_S``, for which
see the link: at most 4 s for 40 of them). It holds while the line is not given more to read than it can carry.
"""

from random import Random
from zlib import crc32

from model.clock import SECOND

FIRST_PAUSE_NS = SECOND
LONGEST_PAUSE_NS = 5 * SECOND
BACK_WITHIN_NS = 10 * SECOND

FIRST_POLL_NS = 5 * SECOND
"""Whoever is polled seldom is still read for the first time this soon after the start."""


SLOT_NS = SECOND // 10
"""Due times fall on whole slots: a process that wakes once for ten devices spends half as much on each as one that wakes ten times."""
_SLOTS = 10
"""Of a period shorter than so many slots each is a part, so that fast devices spread, too."""


class Backoff:
    """Pauses that double from 1 s to 5 s, each shortened by up to a quarter so that many silent devices do not knock all at once."""

    def __init__(self, name: str) -> None:
        self._random = Random(crc32(name.encode()))
        self.failures = 0

    def next_ns(self) -> int:
        self.failures += 1
        pause_ns = min(FIRST_PAUSE_NS << min(self.failures - 1, 8), LONGEST_PAUSE_NS)
        return int(pause_ns * (1 - self._random.random() / 4))

    def reset(self) -> None:
        self.failures = 0


class Schedule:
    """A grid of due times: one per period, from a phase that the device's name fixes, so that devices spread over the period.

    While the device is silent it leaves the grid and is tried after growing pauses; its first answer puts it back.
    """

    def __init__(self, name: str, period_ns: int, start_ns: int) -> None:
        self.period_ns = period_ns
        self._spread = crc32(name.encode())
        self.origin_ns = _slotted(start_ns + self._spread * period_ns // (1 << 32), period_ns)
        self.due_ns = max(start_ns, _slotted(start_ns + self._spread * min(period_ns, FIRST_POLL_NS) // (1 << 32), period_ns))
        self._backoff = Backoff(name)

    @property
    def failures(self) -> int:
        """Silences in a row; 0 while the device answers."""
        return self._backoff.failures

    @property
    def turn(self) -> int:
        """Number of the due time on the grid. It begins elsewhere for every name, so that what is read at every n-th turn spreads, too."""
        return self._spread + (self.due_ns - self.origin_ns) // self.period_ns

    def answered(self, now_ns: int) -> int:
        """The poll is over and the device was there. Moves to the next due time and returns how many were skipped for being past."""
        on_grid = self.failures == 0
        before_ns, self.due_ns = self.due_ns, self._grid_after(max(self.due_ns, now_ns))
        self._backoff.reset()
        return max(0, (self.due_ns - before_ns) // self.period_ns - 1) if on_grid else 0

    def silent(self, now_ns: int) -> int:
        """The poll is over and nobody answered. Moves to the next try and returns how many due times the pause leaves out."""
        return self.pause_until(now_ns + self._backoff.next_ns(), now_ns)

    def pause_until(self, due_ns: int, now_ns: int) -> int:
        """Try again at ``due_ns``, at the latest a full pause from now; returns how many due times are left out."""
        self._backoff.failures = max(self._backoff.failures, 1)
        self.due_ns = due_ns
        return max(0, (due_ns - self._grid_after(now_ns)) // self.period_ns + 1)

    def _grid_after(self, now_ns: int) -> int:
        """The first due time later than now."""
        return self.origin_ns + ((now_ns - self.origin_ns) // self.period_ns + 1) * self.period_ns


def _slotted(at_ns: int, period_ns: int) -> int:
    """The beginning of the slot."""
    slot_ns = min(SLOT_NS, max(1, period_ns // _SLOTS))
    return at_ns // slot_ns * slot_ns
