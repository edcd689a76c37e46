"""The site's load: average power by quarter of an hour (the demand period of the tariff), from the incomers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from energy.calendar import QUARTER, Interval, day_of
from energy.counter import Tally, shares
from energy.meters import Meter, meters, power_of
from energy.readout import read_out
from model.clock import HOUR, MINUTE
from model.reading import Aggregate, History
from model.site import Site

_ENOUGH = 0.9
"""Share of a quarter that must be covered by an incomer's counter before its difference is taken for the quarter's energy (practice)."""
_FRESH_NS = 2 * MINUTE


@dataclass(frozen=True, slots=True)
class LoadSlot:
    """One quarter of an hour. ``kw`` is its average; None when an incomer's part is not known."""

    start_ns: int
    end_ns: int
    kw: float | None


@dataclass(frozen=True, slots=True)
class LoadCurve:
    """A local day. ``maximum`` is the highest full quarter; ``current_kw`` the incomers' present power, None when one is silent."""

    start_ns: int
    end_ns: int
    slots: tuple[LoadSlot, ...]
    maximum: LoadSlot | None
    current_kw: float | None
    declared_kw: float | None


def load_curve(history: History, site: Site, at_ns: int, now_ns: int) -> LoadCurve:
    """The local day that contains ``at_ns``, as far as it has passed."""
    start_ns, end_ns = day_of(at_ns, site.timezone)
    incomers = meters(site, "electricity", "incomer")
    slots = _slots(history, incomers, quarters(start_ns, min(end_ns, now_ns)))
    known = [slot for slot in slots if slot.kw is not None]
    maximum = max(known, key=lambda slot: slot.kw or 0.0, default=None)
    return LoadCurve(start_ns, end_ns, slots, maximum, current_load(history, incomers, now_ns), site.declared_demand_kw)


def quarters(start_ns: int, end_ns: int) -> list[int]:
    """Edges of the full quarters of an hour from start to end."""
    return list(range(start_ns, max(end_ns, start_ns) + 1, QUARTER))


def current_load(history: History, incomers: Sequence[Meter], now_ns: int) -> float | None:
    """kW, from the newest reading of each incomer within two minutes."""
    loads = [_power(history, meter, [now_ns - _FRESH_NS, now_ns + 1], Aggregate.LAST)[0] for meter in incomers]
    return _sum_of_all(loads)


def _slots(history: History, incomers: Sequence[Meter], edges_ns: Sequence[int]) -> tuple[LoadSlot, ...]:
    if len(edges_ns) < 2 or not incomers:
        return ()
    tallies = read_out(history, incomers, edges_ns, Interval.HOUR)
    loads = [_quarter_loads(history, meter, tallies[meter.id], edges_ns) for meter in incomers]
    return tuple(
        LoadSlot(start, end, _sum_of_all(kw)) for (start, end), kw in zip(pairwise(edges_ns), zip(*loads, strict=True), strict=True)
    )


def _quarter_loads(history: History, meter: Meter, tally: Tally, edges_ns: Sequence[int]) -> list[float | None]:
    """kW per quarter from the counter where it covers the quarter, else from the mean of the meter's own power."""
    loads = [
        share.amount * meter.factor * HOUR / QUARTER if share.amount is not None and share.covered_ns >= _ENOUGH * QUARTER else None
        for share in shares(tally.increments, edges_ns)
    ]
    if None not in loads:
        return loads
    means = _power(history, meter, edges_ns, Aggregate.MEAN)
    return [mean if load is None else load for load, mean in zip(loads, means, strict=True)]


def _power(history: History, meter: Meter, edges_ns: Sequence[int], how: Aggregate) -> list[float | None]:
    """kW per interval from the meter's power point; None throughout when it has none."""
    found = power_of(meter)
    if found is None:
        return [None] * (len(edges_ns) - 1)
    point, factor = found
    return [None if value is None else value * factor for value in history.aggregate(point, edges_ns, how)]


def _sum_of_all(loads: Sequence[float | None]) -> float | None:
    """The sum, or None when any part is not known or there is none."""
    known = [load for load in loads if load is not None]
    return sum(known) if known and len(known) == len(loads) else None
