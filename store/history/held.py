"""Figures over intervals where only changes are stored: a reading stands until the next one, though never longer than a heartbeat allows.

value  ●━━━━━━━━●━━━━━━━━━━━━━━━╌ gap ╌╌╌●━━━✕ bad ╌╌╌╌╌╌╌╌╌●━━━━
edges       │           │           │           │           │
            └ carried in            └ the mean of what is known: by time, not by the number of readings
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.quality import ABSENT, Quality
from model.reading import Aggregate, Sample


@dataclass(frozen=True, slots=True)
class Track:
    """Readings of one point, one entry each. ``value`` is NaN where a reading has none."""

    at_ns: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]


def track(samples: Sequence[Sample]) -> Track:
    numbers = [sample.value if isinstance(sample.value, float) else np.nan for sample in samples]
    return Track(
        np.array([sample.source_ns for sample in samples], dtype=np.int64),
        np.array(numbers, dtype=np.float64),
        np.array([sample.quality for sample in samples], dtype=np.uint8),
    )


def joined(parts: Iterable[Track]) -> Track:
    """All readings in order of time; of two at the same instant the later part's."""
    tracks = list(parts)
    at_ns, value, quality = (np.concatenate([getattr(one, name) for one in tracks]) for name in ("at_ns", "value", "quality"))
    order = np.argsort(at_ns, kind="stable")
    at_ns, value, quality = at_ns[order], value[order], quality[order]
    is_last = np.append(at_ns[1:] != at_ns[:-1], True)[: len(at_ns)]
    return Track(at_ns[is_last], value[is_last], quality[is_last])


def held_figures(readings: Track, edges_ns: Sequence[int], hold_ns: int, how: Aggregate) -> list[float | None]:
    """One figure per interval; None where nothing is known. ``readings`` begin ``hold_ns`` before the first edge, in order of time.

    MEAN is weighted by time; MIN, MAX, FIRST, LAST and DELTA take the reading carried in with them; SUM and COUNT are of stored readings.
    """
    held = _Held(readings, hold_ns)
    edges = np.array(edges_ns, dtype=np.int64)
    if how is Aggregate.MEAN:
        return held.means(edges)
    found = (held.within(start, end) for start, end in pairwise(edges))
    return [_figure(carried, stored, how) for carried, stored in found]


class _Held:
    """Readings with the time until which each stands. A bad one stands for nothing and ends the one before it."""

    def __init__(self, readings: Track, hold_ns: int) -> None:
        self._at_ns, self._value = readings.at_ns, readings.value
        self._usable = (readings.quality >= Quality.UNCERTAIN) & (readings.quality != ABSENT) & np.isfinite(readings.value)
        following = np.append(self._at_ns[1:], np.iinfo(np.int64).max)[: len(self._at_ns)]
        until_ns = np.minimum(following, self._at_ns + hold_ns)
        self._stands_ns = np.where(self._usable, until_ns - self._at_ns, 0)
        self._before_ns = np.concatenate(([0], np.cumsum(self._stands_ns)))
        weighted = np.where(self._usable, self._value, 0.0) * self._stands_ns
        self._before = np.concatenate(([0.0], np.cumsum(weighted)))

    def means(self, edges: NDArray[np.int64]) -> list[float | None]:
        if not len(self._at_ns):
            return [None] * (len(edges) - 1)
        index = np.searchsorted(self._at_ns, edges, side="right") - 1
        last = np.maximum(index, 0)
        inside_ns = np.where(index >= 0, np.clip(edges - self._at_ns[last], 0, self._stands_ns[last]), 0)
        total = self._before[last] + np.where(self._usable[last], self._value[last], 0.0) * inside_ns
        known_ns = self._before_ns[last] + inside_ns
        return [float(amount / time) if time else None for amount, time in zip(np.diff(total), np.diff(known_ns), strict=True)]

    def within(self, start_ns: np.int64, end_ns: np.int64) -> tuple[float | None, NDArray[np.float64]]:
        """The value carried over the start, and the usable ones stored in the interval."""
        first, end = np.searchsorted(self._at_ns, (start_ns, end_ns))
        carried: float | None = None
        if first > 0 and self._at_ns[first - 1] + self._stands_ns[first - 1] > start_ns:
            carried = float(self._value[first - 1])
        return carried, self._value[first:end][self._usable[first:end]]


def _figure(carried: float | None, stored: NDArray[np.float64], how: Aggregate) -> float | None:
    if how is Aggregate.COUNT or how is Aggregate.SUM:
        return (float(len(stored)) if how is Aggregate.COUNT else float(stored.sum())) if len(stored) else None
    known = stored if carried is None else np.concatenate(([carried], stored))
    if not len(known):
        return None
    match how:
        case Aggregate.MIN:
            return float(known.min())
        case Aggregate.MAX:
            return float(known.max())
        case Aggregate.FIRST:
            return float(known[0])
        case Aggregate.LAST:
            return float(known[-1])
        case _:
            return float(known[-1] - known[0])
