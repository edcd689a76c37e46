"""Which readings can make a condition another: limits cut a point's axis into cells, and within a cell nothing that is compared turns.

           rule A  level < 0.4        rule B  level > 2, deadband 0.1
    ──────────────┤├──────────────────────────┤├────────┤├─────────────►  level
       cell 0            cell 1                 cell 2      cell 3        a reading is judged when it enters another cell

One comparison of a block's columns against the ends of the cells they are in decides for all rules of a device at once. What is not
compared with a constant (arithmetic over points, bits, words) is *loose*: judged whenever it is another value than before.
"""

import struct
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import inf, isfinite, nan, nextafter

import numpy as np

from rules import kleene
from rules.value import Value

_LEAST, _GREATEST = -sys.float_info.max, sys.float_info.max

Steps = tuple[tuple[float, float], ...]
"""Factor and offset, one after the other."""
Starts = frozenset[float]
"""The first number of each cell but the lowest."""


class Guard:
    """Watches the columns of one device. Its *marks* are numbers: one per column for a crossing, and above them one per loose column."""

    def __init__(self, columns: Sequence[int], starts: Mapping[int, Starts], loose: Sequence[int]) -> None:
        """``columns``: whatever is asked for, each once. ``loose``: those of them of which every change matters."""
        self._columns = np.array(columns, dtype=np.intp)
        self._place = {column: n for n, column in enumerate(columns)}
        self._starts = [sorted(start for start in starts.get(column, ()) if isfinite(start)) for column in columns]
        self._low = np.full(len(columns), inf)
        self._high = np.full(len(columns), -inf)
        self._loose = np.array([self._place[column] for column in loose], dtype=np.intp)
        self._loose_mark = {column: len(columns) + n for n, column in enumerate(loose)}
        self._last = np.full(len(loose), nan)

    def mark(self, column: int) -> int:
        """Of entering another cell."""
        return self._place[column]

    def loose_mark(self, column: int) -> int:
        """Of becoming another value."""
        return self._loose_mark[column]

    def crossed(self, values: "Sequence[float]") -> list[int] | None:
        """The marks of a block of good numbers, every column of it new; None, and nothing is noted, when one of them is no number."""
        asked = np.frombuffer(values)[self._columns]  # type: ignore[call-overload]
        inside = (self._low <= asked) & (asked <= self._high)
        marks: list[int] = []
        if np.count_nonzero(inside) != len(inside):
            marks = np.flatnonzero(~inside).tolist()
            numbers = asked[marks].tolist()
            if not all(map(isfinite, numbers)):
                return None
            for place, number in zip(marks, numbers, strict=True):
                self._enter(place, number)
        if len(self._loose):
            now = asked[self._loose]
            changed = now != self._last
            self._last = now
            marks += (np.flatnonzero(changed) + len(inside)).tolist()
        return marks

    def moved(self, columns: Sequence[int], values: Sequence[Value]) -> list[int]:
        """The marks of columns that have become another value; None is one, too."""
        marks: list[int] = []
        for column in columns:
            place, value = self._place[column], values[column]
            number = value if isinstance(value, float) else nan
            if not self._low[place] <= number <= self._high[place]:
                self._enter(place, number)
                marks.append(place)
            loose = self._loose_mark.get(column)
            if loose is not None:
                self._last[loose - len(self._place)] = number
                marks.append(loose)
        return marks

    def _enter(self, place: int, number: float) -> None:
        starts = self._starts[place]
        above = bisect_right(starts, number)
        if number != number:
            self._low[place], self._high[place] = inf, -inf
            return
        self._low[place] = starts[above - 1] if above else _LEAST
        self._high[place] = nextafter(starts[above], -inf) if above < len(starts) else _GREATEST


def order_starts(kind: str, limit: float, steps: Steps = ()) -> Starts:
    """Where a reading, after these steps, begins to compare otherwise with ``limit``. ``kind`` as in ``kleene.ORDER``."""
    if steps:
        return _found_starts(kind, limit, steps)
    return Starts((limit if kind in ("GtE", "Lt") else nextafter(limit, inf),))


def equal_starts(number: float) -> Starts:
    """A cell for the number alone."""
    return Starts((number, nextafter(number, inf)))


@cache
def _found_starts(kind: str, limit: float, steps: Steps) -> Starts:
    """To the last bit: what is rounded on the way from unit to unit is still monotone."""

    def is_true(reading: float) -> bool:
        for factor, offset in steps:
            reading = reading * factor + offset
        return kleene.ORDER[kind](reading, limit)

    start = _first_other(is_true)
    return Starts() if start is None else Starts((start,))


def _first_other(predicate: Callable[[float], bool]) -> float | None:
    """The least number for which a monotone predicate is not as for the least of all."""
    below, above = _rank(_LEAST), _rank(_GREATEST)
    at_least = predicate(_LEAST)
    if predicate(_GREATEST) is at_least:
        return None
    while above - below > 1:
        middle = (below + above) // 2
        if predicate(_number(middle)) is at_least:
            below = middle
        else:
            above = middle
    return _number(above)


def _rank(number: float) -> int:
    """Neighbouring numbers have neighbouring ranks."""
    (bits,) = struct.unpack("<q", struct.pack("<d", number))
    return int(bits) if bits >= 0 else -(bits & sys.maxsize)


def _number(rank: int) -> float:
    (number,) = struct.unpack("<d", struct.pack("<Q", rank if rank >= 0 else -rank | 1 << 63))
    return float(number)
