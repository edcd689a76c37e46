"""How much of the period there are readings of: empty time is no good time. Pure."""

from collections.abc import Iterable

from model.clock import HOUR
from model.past import Readings


class Covered:
    """Counts the readings judged, and keeps from when to when they are."""

    def __init__(self) -> None:
        self.readings = 0
        self._first_ns: int | None = None
        self._last_ns: int | None = None

    def add(self, pieces: Iterable[Readings]) -> None:
        for piece in pieces:
            if len(piece):
                first_ns, last_ns = int(piece.source_ns.min()), int(piece.source_ns.max())
                self.readings += len(piece)
                self._first_ns = first_ns if self._first_ns is None else min(self._first_ns, first_ns)
                self._last_ns = last_ns if self._last_ns is None else max(self._last_ns, last_ns)

    def of(self, start_ns: int, end_ns: int) -> int:
        """Nanoseconds of the period from its first reading to its last; up to an hour at either end is its devices' rhythm (practice)."""
        if self._first_ns is None or self._last_ns is None:
            return 0
        begin_ns = start_ns if self._first_ns <= start_ns + HOUR else self._first_ns
        over_ns = end_ns if self._last_ns >= end_ns - HOUR else self._last_ns
        return max(0, over_ns - begin_ns)
