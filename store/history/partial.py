"""Figures over intervals, in a form that can be put together from parts: history here, the undrained tail there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from model.quality import GOOD, is_usable
from model.reading import Aggregate, CounterInterval, Sample


@dataclass(frozen=True, slots=True)
class Partial:
    """What the readings of one interval amount to; never made of none."""

    count: int
    total: float
    low: float
    high: float
    first_ns: int
    first: float
    last_ns: int
    last: float

    def joined(self, other: "Partial") -> "Partial":
        first, last = min(self, other, key=lambda part: part.first_ns), max(self, other, key=lambda part: part.last_ns)
        return Partial(
            self.count + other.count,
            self.total + other.total,
            min(self.low, other.low),
            max(self.high, other.high),
            first.first_ns,
            first.first,
            last.last_ns,
            last.last,
        )

    def figure(self, how: Aggregate) -> float:
        """``DELTA`` is last minus first reading *within* the interval."""
        match how:
            case Aggregate.MEAN:
                return self.total / self.count
            case Aggregate.MIN:
                return self.low
            case Aggregate.MAX:
                return self.high
            case Aggregate.FIRST:
                return self.first
            case Aggregate.LAST:
                return self.last
            case Aggregate.SUM:
                return self.total
            case Aggregate.COUNT:
                return float(self.count)
            case Aggregate.DELTA:
                return self.last - self.first


Slots = dict[int, Partial]
"""Index of the interval between neighbouring edges → its figures."""


def figures(parts: Iterable[Slots], intervals: int, how: Aggregate) -> list[float | None]:
    """One figure per interval from any number of parts."""
    joined = merged(parts)
    return [joined[slot].figure(how) if slot in joined else None for slot in range(intervals)]


def merged(parts: Iterable[Slots]) -> Slots:
    """What all parts amount to together."""
    joined: Slots = {}
    for part in parts:
        for slot, partial in part.items():
            joined[slot] = joined[slot].joined(partial) if slot in joined else partial
    return joined


def partials(samples: Sequence[Sample], edges_ns: Sequence[int]) -> Slots:
    """Figures of usable numbers; samples in order of time."""
    slots: Slots = {}
    for slot, values in _slotted(samples, edges_ns, least_quality=64):
        for at_ns, value in values:
            one = Partial(1, value, value, value, at_ns, value, at_ns, value)
            slots[slot] = slots[slot].joined(one) if slot in slots else one
    return slots


def counter_intervals(point: str, samples: Sequence[Sample], edges_ns: Sequence[int]) -> list[CounterInterval]:
    """What a counter did per interval, from good readings; samples in order of time."""
    return [
        CounterInterval(
            point, edges_ns[slot], *values[0], *values[-1], falls=sum(later[1] < earlier[1] for earlier, later in pairwise(values))
        )
        for slot, values in _slotted(samples, edges_ns, least_quality=GOOD)
    ]


def _slotted(samples: Sequence[Sample], edges_ns: Sequence[int], least_quality: int) -> list[tuple[int, list[tuple[int, float]]]]:
    """(slot, its (time, number) pairs) for each interval that has any."""
    slots: list[tuple[int, list[tuple[int, float]]]] = []
    slot = 0
    for sample in samples:
        if sample.source_ns < edges_ns[0] or not isinstance(sample.value, float):
            continue
        if sample.quality < least_quality or not is_usable(sample.quality):
            continue
        while slot < len(edges_ns) - 1 and sample.source_ns >= edges_ns[slot + 1]:
            slot += 1
        if slot == len(edges_ns) - 1:
            break
        if not slots or slots[-1][0] != slot:
            slots.append((slot, []))
        slots[-1][1].append((sample.source_ns, sample.value))
    return slots


def joined_intervals(points: Sequence[str], parts: Iterable[CounterInterval]) -> list[CounterInterval]:
    """One interval per point and start; a fall between two parts counts. Order: point as given, then time."""
    joined: dict[str, dict[int, CounterInterval]] = {point: {} for point in points}
    for part in parts:
        known = joined[part.point].get(part.start_ns)
        joined[part.point][part.start_ns] = _joined(known, part) if known else part
    return [intervals[start] for intervals in joined.values() for start in sorted(intervals)]


def _joined(one: CounterInterval, other: CounterInterval) -> CounterInterval:
    earlier, later = sorted((one, other), key=lambda interval: interval.first_ns)
    ends = max(one, other, key=lambda interval: interval.last_ns)
    fell = later.first < earlier.last
    return replace(earlier, last_ns=ends.last_ns, last=ends.last, falls=one.falls + other.falls + fell)
