"""How the past is cut up: stretches of time, and within each batches of devices, so that both processes stay within their memory. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guanjia.backtest.assembly import Asked
from model.clock import DAY, HOUR, SECOND
from model.site import Site

_BATCH_READINGS = 250_000
"""In the judging process at once: some 17 bytes each as they come, three times that while they are put in order."""
_ALONE_READINGS = 1_200_000
"""In the only batch of a day: a month is gone through once for each batch of a stretch, and where there is one it has more room."""
_STANDING_BYTES = 60 << 20
"""Of what is kept for a whole stretch: the instants of all blocks, and points that several devices' conditions ask for."""
_LONGEST_NS, _SHORTEST_NS = 8 * DAY, HOUR // 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the judging process asks for."""

    columns: Mapping[str, frozenset[int]]
    """By device."""
    links: frozenset[str]
    """Devices of which it matters whether an exchange failed."""
    shared: int
    """How many points are kept for a whole stretch."""


@dataclass(frozen=True, slots=True)
class Plan:
    batches: tuple[tuple[Asked, ...], ...]
    stretches: tuple[tuple[int, int], ...]
    """Start and end of each."""


def plan(site: Site, wanted: Wanted, start_ns: int, end_ns: int) -> Plan:
    asked = [Asked(site.devices[id], tuple(sorted(columns))) for id, columns in wanted.columns.items()]
    rate = sum(_rate(one) * len(one.columns) for one in asked)
    most = _ALONE_READINGS if rate * DAY / SECOND <= _ALONE_READINGS else _BATCH_READINGS
    length_ns = _length_ns(asked, wanted.shared, most / max(rate, 1e-9))
    edges = [*range(start_ns, end_ns, length_ns), end_ns]
    return Plan(_batches(asked, length_ns, most), tuple(pairwise(edges)))


def _length_ns(asked: Sequence[Asked], shared: int, batch_s: float) -> int:
    """``batch_s``: of all devices in one batch."""
    blocks = sum(_rate(one) for one in asked)
    shared_rate = max((_rate(one) for one in asked), default=0.0) * shared
    standing = 8 * blocks + 17 * shared_rate
    longest = min(_STANDING_BYTES / max(standing, 1e-9), max(DAY / SECOND, batch_s))
    return int(min(max(longest * SECOND, _SHORTEST_NS), _LONGEST_NS))


def _rate(asked: Asked) -> float:
    """Blocks a second. A device that speaks when it likes is taken for one that speaks every 10 s."""
    return SECOND / (asked.device.every_ns or 10 * SECOND)


def _batches(asked: Sequence[Asked], length_ns: int, most: int) -> tuple[tuple[Asked, ...], ...]:
    batches: list[tuple[Asked, ...]] = []
    batch: list[Asked] = []
    readings = 0.0
    for one in asked:
        more = _rate(one) * len(one.columns) * length_ns / SECOND
        if batch and readings + more > most:
            batches.append(tuple(batch))
            batch, readings = [], 0.0
        batch.append(one)
        readings += more
    return (*batches, tuple(batch)) if batch else tuple(batches)
