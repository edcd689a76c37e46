"""Consumption per meter and per use, by hour, day and month of the site's own time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from energy.calendar import Interval, day_of, edges, same_time_yesterday
from energy.counter import Correction, shares
from energy.items import WATER, label_of, system_of
from energy.meters import KINDS, Meter, meters
from energy.readout import read_out
from model.reading import History
from model.site import Site
from model.text import Text


class Grouping(StrEnum):
    """``METER`` lists every meter. ``USE``, ``SYSTEM`` and ``AREA`` add up the meters of role ``use``; ``SITE`` the incomers."""

    METER = "meter"
    USE = "use"
    SYSTEM = "system"
    AREA = "area"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class MeterCorrection:
    """A correction and the meter it was made to; before and after are in the counter's own unit."""

    meter: str
    correction: Correction


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` None: nothing is known. ``completeness`` 0…1: the share of the interval whose course is known, the mean over meters."""

    value: float | None
    completeness: float
    corrections: tuple[MeterCorrection, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsumptionRow:
    """One meter, use, system or area. ``figures`` and ``total`` are in ``unit`` (kWh or m3)."""

    key: str
    label: Text
    energy: str
    unit: str
    figures: tuple[Figure, ...]
    total: Figure


@dataclass(frozen=True, slots=True)
class Consumption:
    """One figure per interval between neighbouring edges, in every row."""

    interval: Interval
    group_by: Grouping
    edges_ns: tuple[int, ...]
    rows: tuple[ConsumptionRow, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Today until now beside yesterday until the same time of day. ``change`` is relative: 0.1 is a tenth more."""

    unit: str
    today: Figure
    yesterday_so_far: Figure
    yesterday: Figure
    change: float | None


def consumption(
    history: History,
    site: Site,
    start_ns: int,
    end_ns: int,
    interval: Interval | str = Interval.DAY,
    group_by: Grouping | str = Grouping.USE,
) -> Consumption:
    """What was consumed from start to end; ValueError when start does not lie before end, or a word is not known."""
    interval, group_by = Interval(interval), Grouping(group_by)
    at = edges(start_ns, end_ns, interval, site.timezone)
    groups = _groups(site, group_by)
    figures = _figures(history, [meter for group in groups for meter in group.meters], at, interval)
    return Consumption(interval, group_by, tuple(at), tuple(_row(group, figures, at) for group in groups))


def today_against_yesterday(history: History, site: Site, now_ns: int, energy: str = "electricity") -> Comparison:
    """The site's whole consumption, from its incomers."""
    midnight_ns, _ = day_of(now_ns, site.timezone)
    yesterday_ns, _ = day_of(midnight_ns - 1, site.timezone)
    at = [yesterday_ns, min(same_time_yesterday(now_ns, site.timezone), midnight_ns), midnight_ns, max(now_ns, midnight_ns + 1)]
    incomers = meters(site, energy, "incomer")
    figures = _figures(history, incomers, _distinct(at), Interval.HOUR)
    so_far, rest, today = (
        _summed([_between(figures[meter.id], _distinct(at), start, end) for meter in incomers]) for start, end in pairwise(at)
    )
    whole = _appended([so_far, rest], [at[1] - at[0], at[2] - at[1]])
    change = today.value / so_far.value - 1 if today.value is not None and so_far.value else None
    return Comparison(KINDS[energy].unit, today, so_far, whole, change)


@dataclass(frozen=True, slots=True)
class _Group:
    key: str
    label: Text
    energy: str
    meters: list[Meter]


def _groups(site: Site, group_by: Grouping) -> list[_Group]:
    groups: dict[tuple[str, str], _Group] = {}
    role = {Grouping.METER: None, Grouping.SITE: "incomer"}.get(group_by, "use")
    for meter in meters(site, role=role):
        key, label = _key(site, meter, group_by)
        energy = meter.metering.energy
        groups.setdefault((energy, key), _Group(key, label, energy, [])).meters.append(meter)
    return [group for (energy, key), group in sorted(groups.items())] if group_by is Grouping.USE else list(groups.values())


def _key(site: Site, meter: Meter, group_by: Grouping) -> tuple[str, Text]:
    match group_by:
        case Grouping.METER:
            return meter.id, meter.device.name
        case Grouping.SITE:
            return site.id, site.name
        case Grouping.SYSTEM:
            system = system_of(meter.device)
            return system.value, system.label
        case Grouping.AREA:
            area = site.areas.get(meter.device.area)
            return meter.device.area, area.name if area else Text(meter.device.area, meter.device.area)
        case Grouping.USE:
            is_water = meter.metering.energy == "water"
            return ("water", WATER) if is_water else (meter.metering.item, label_of(meter.metering.item))


def _row(group: _Group, figures: dict[str, list[Figure]], at: Sequence[int]) -> ConsumptionRow:
    per_interval = tuple(_summed(one) for one in zip(*(figures[meter.id] for meter in group.meters), strict=True))
    lengths = [end - start for start, end in pairwise(at)]
    return ConsumptionRow(group.key, group.label, group.energy, KINDS[group.energy].unit, per_interval, _appended(per_interval, lengths))


def _figures(history: History, of: Sequence[Meter], at: Sequence[int], interval: Interval) -> dict[str, list[Figure]]:
    """Meter id → its figure per interval, in the unit of its kind."""
    tallies = read_out(history, of, at, interval) if of else {}
    figures: dict[str, list[Figure]] = {}
    for meter in of:
        tally = tallies[meter.id]
        figures[meter.id] = [
            Figure(
                None if share.amount is None else share.amount * meter.factor,
                share.covered_ns / (end - start),
                tuple(MeterCorrection(meter.id, made) for made in tally.corrections if start <= made.end_ns < end),
            )
            for share, (start, end) in zip(shares(tally.increments, at), pairwise(at), strict=True)
        ]
    return figures


def _summed(figures: Iterable[Figure]) -> Figure:
    """Several meters over the same interval."""
    parts = list(figures)
    values = [part.value for part in parts if part.value is not None]
    completeness = sum(part.completeness for part in parts) / len(parts) if parts else 0.0
    return Figure(sum(values) if values else None, completeness, tuple(made for part in parts for made in part.corrections))


def _appended(figures: Sequence[Figure], lengths_ns: Sequence[int]) -> Figure:
    """The same meters over intervals that follow each other."""
    values = [figure.value for figure in figures if figure.value is not None]
    covered = sum(figure.completeness * length for figure, length in zip(figures, lengths_ns, strict=True))
    corrections = tuple(made for figure in figures for made in figure.corrections)
    return Figure(sum(values) if values else None, covered / sum(lengths_ns), corrections)


def _distinct(at: Sequence[int]) -> list[int]:
    """Edges without empty intervals."""
    return list(dict.fromkeys(at))


def _between(figures: Sequence[Figure], at: Sequence[int], start_ns: int, end_ns: int) -> Figure:
    """The figure of the interval from start to end; of an empty one, nothing."""
    if start_ns == end_ns:
        return Figure(0.0, 1.0)
    return figures[at.index(start_ns)]
