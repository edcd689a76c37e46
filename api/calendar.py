"""Intervals of the site's own calendar: a day is local midnight to local midnight, also when the clocks change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from energy.calendar import midnight
from model.clock import DAY, HOUR, MINUTE, SECOND

_STEP_NS = {"s": SECOND, "min": MINUTE, "h": HOUR}
_LENGTH_NS = {**_STEP_NS, "d": DAY, "w": 7 * DAY, "mo": 28 * DAY, "y": 365 * DAY}
LADDER = ("1s", "10s", "1min", "5min", "15min", "30min", "1h", "2h", "6h", "1d", "1w", "1mo", "1y")
"""The intervals people ask for, short to long."""


@dataclass(frozen=True, slots=True)
class Interval:
    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def least_ns(self) -> int:
        """Its length; for months and years the shortest there is."""
        return self.count * _LENGTH_NS[self.unit]


class TooMany(Exception):
    """More intervals than one answer holds; ``better`` is the shortest usual interval that fits, or None."""

    def __init__(self, better: str | None) -> None:
        super().__init__(better)
        self.better = better


def parse_interval(text: str) -> Interval:
    """Raises ValueError, saying what to write instead."""
    found = re.fullmatch(r"([0-9]{1,4})(s|min|h|d|w|mo|y)", text)
    if found is None:
        raise ValueError(f"an interval is written like {', '.join(LADDER)}")
    interval = Interval(int(found[1]), found[2])
    if interval.unit in _STEP_NS and (interval.count == 0 or DAY % interval.least_ns):
        raise ValueError("an interval of seconds, minutes or hours must divide the day: 5min, 15min, 1h, 6h …")
    if interval.unit not in _STEP_NS and interval.count != 1:
        raise ValueError("days, weeks, months and years are asked for one by one: 1d, 1w, 1mo, 1y")
    return interval


def edges(interval: Interval, start_ns: int, end_ns: int, zone: ZoneInfo, most: int) -> list[int]:
    """Edges of every interval that touches start ≤ t < end, the last edge at or after the end. Raises TooMany."""
    if (end_ns - start_ns) // interval.least_ns > most:
        fits = (text for text in LADDER if (end_ns - start_ns) // parse_interval(text).least_ns <= most)
        raise TooMany(next(fits, None))
    found: list[int] = []
    for edge_ns in _edges_from(interval, start_ns, zone):
        if edge_ns <= start_ns:
            found = [edge_ns]
            continue
        found.append(edge_ns)
        if edge_ns >= end_ns:
            return found
    raise AssertionError("a calendar has no end")


def _edges_from(interval: Interval, start_ns: int, zone: ZoneInfo) -> Iterator[int]:
    """Edges from the beginning of the start's own day, week, month or year."""
    day = datetime.fromtimestamp(start_ns // SECOND, zone).date()
    if interval.unit in _STEP_NS:
        while True:
            following = day + timedelta(days=1)
            yield from range(midnight(day, zone), midnight(following, zone), interval.least_ns)
            day = following
    day = _first_day(day, interval.unit)
    while True:
        yield midnight(day, zone)
        day = _next_first(day, interval.unit)


def _first_day(day: date, unit: str) -> date:
    if unit == "w":
        return day - timedelta(days=day.weekday())
    if unit == "mo":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "y" else day


def _next_first(day: date, unit: str) -> date:
    if unit == "y":
        return day.replace(year=day.year + 1)
    if unit == "mo":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if unit == "w" else 1)
