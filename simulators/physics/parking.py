"""The car park behind the barriers: how many vehicles are in, and when they come and go."""

from collections.abc import Iterator

from simulators.physics.site_time import DayCurve

_ENTERING = DayCurve(4, 2, 1, 1, 1, 2, 6, 14, 18, 16, 14, 18, 22, 18, 16, 18, 26, 55, 80, 62, 44, 30, 18, 9)
_LEAVING = DayCurve(2, 1, 1, 1, 2, 8, 34, 78, 70, 36, 22, 20, 20, 20, 18, 18, 20, 26, 24, 22, 18, 12, 6, 3)
"""Vehicles an hour through all gates of 812 spaces; assumed."""


_PASSED_OUT_BEFORE = 60_000
"""Vehicles that had left through all gates before the start; as many plus those inside had come in."""


class Parking:
    """Vehicles inside. At every moment: occupancy = at the start + entered − left, from 0 to the number of spaces."""

    def __init__(self, spaces: int, entry_gates: int, exit_gates: int, share_filled: float = 0.62) -> None:
        self.spaces = spaces
        self.occupied = round(spaces * share_filled)
        self._coming = 0
        self._going = 0
        self._entry_gates = max(1, entry_gates)
        self._exit_gates = max(1, exit_gates)
        self._counters = {
            True: _shares(_PASSED_OUT_BEFORE + self.occupied, self._entry_gates),
            False: _shares(_PASSED_OUT_BEFORE, self._exit_gates),
        }

    def first_count(self, is_entry: bool) -> int:
        """What the next gate of that direction has counted so far; over all gates, entries less exits are the vehicles inside."""
        return next(self._counters[is_entry], 0)

    def arrivals_per_hour(self, is_entry: bool, hour: float) -> float:
        """At one gate of that direction."""
        curve, gates = (_ENTERING, self._entry_gates) if is_entry else (_LEAVING, self._exit_gates)
        return curve.at(hour) * self.spaces / 812 / gates

    def reserve(self, is_entry: bool) -> bool:
        """Whether a vehicle may come to the gate: there is a free space for it, or it is inside and wants out."""
        if is_entry and self.occupied + self._coming < self.spaces:
            self._coming += 1
        elif not is_entry and self.occupied - self._going > 0:
            self._going += 1
        else:
            return False
        return True

    def release(self, is_entry: bool) -> None:
        """The vehicle turned back."""
        self._coming -= is_entry
        self._going -= not is_entry

    def count(self, is_entry: bool) -> None:
        """The vehicle passed."""
        self.release(is_entry)
        self.occupied += 1 if is_entry else -1


def _shares(total: int, gates: int) -> Iterator[int]:
    """``total`` spread over the gates, the remainder on the first."""
    yield total // gates + total % gates
    for _ in range(gates - 1):
        yield total // gates
