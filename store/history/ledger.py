"""Which row of the spool each accepted block has become. Written by the spool's thread, asked by the journal's."""

import threading
from bisect import bisect_right
from collections.abc import Sequence

KEPT = 40_000
"""Runs remembered, the newest. Where every block becomes a row a whole day is one run; where what is no news is left out, minutes."""


class Ledger:
    """``newest``: the id of the newest row from before this process.

    A run is blocks one after the other that are rows one after the other: its first number, its first id, how many.
    """

    def __init__(self, newest: int) -> None:
        self._lock = threading.Lock()
        self._numbers = [0]
        self._ids = [newest]
        self._lengths = [1]

    def note(self, numbers: Sequence[int], last_id: int) -> None:
        """The blocks of these numbers are rows now, the last one ``last_id``, the others before it without a gap."""
        first_id = last_id - len(numbers) + 1
        edges = [place for place in range(1, len(numbers)) if numbers[place] != numbers[place - 1] + 1]
        with self._lock:
            for start, end in zip((0, *edges), (*edges, len(numbers)), strict=True):
                self._add(numbers[start], first_id + start, end - start)
            if len(self._numbers) > 2 * KEPT:
                del self._numbers[:-KEPT], self._ids[:-KEPT], self._lengths[:-KEPT]

    def _add(self, number: int, id: int, length: int) -> None:
        last = self._lengths[-1]
        if (number, id) == (self._numbers[-1] + last, self._ids[-1] + last):
            self._lengths[-1] += length
            return
        self._numbers.append(number)
        self._ids.append(id)
        self._lengths.append(length)

    def row(self, number: int) -> int | None:
        """Id of the newest row of a block up to this number; None when that was too long ago to be remembered."""
        with self._lock:
            place = bisect_right(self._numbers, number) - 1
            return None if place < 0 else self._ids[place] + min(number - self._numbers[place], self._lengths[place] - 1)
