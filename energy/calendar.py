"""Hours, days and months as the site's clocks show them, as instants in UTC: a day has 23, 24 or 25 hours."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from model.clock import MINUTE, SECOND

QUARTER = 15 * MINUTE


class Interval(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


def local_time(at_ns: int, zone: ZoneInfo) -> datetime:
    """To the second."""
    return datetime.fromtimestamp(at_ns // SECOND, zone)


def instant(local: datetime) -> int:
    """Of a time said twice, the first; of one that is skipped, the moment of the skip."""
    return int(local.astimezone(UTC).timestamp()) * SECOND


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day."""
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


def day_of(at_ns: int, zone: ZoneInfo) -> tuple[int, int]:
    """First instant of the local day, and of the next."""
    day = local_time(at_ns, zone).date()
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


def same_time_yesterday(at_ns: int, zone: ZoneInfo) -> int:
    """When the clocks on site showed yesterday what they show now."""
    now = local_time(at_ns, zone)
    return instant(datetime.combine(now.date() - timedelta(days=1), now.time(), tzinfo=zone))


def edges(start_ns: int, end_ns: int, interval: Interval, zone: ZoneInfo) -> list[int]:
    """``start_ns``, every local change of hour, day or month after it, ``end_ns``: the first and last interval may be cut."""
    if start_ns >= end_ns:
        raise ValueError("start must lie before end")
    changes = {Interval.HOUR: _hours, Interval.DAY: _days, Interval.MONTH: _months}[interval](start_ns, end_ns, zone)
    return [start_ns, *(at for at in changes if start_ns < at < end_ns), end_ns]


def _months(start_ns: int, end_ns: int, zone: ZoneInfo) -> list[int]:
    first, last = local_time(start_ns, zone), local_time(end_ns, zone)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [midnight(date(number // 12, number % 12 + 1, 1), zone) for number in numbers]


def _days(start_ns: int, end_ns: int, zone: ZoneInfo) -> list[int]:
    first, last = local_time(start_ns, zone).date(), local_time(end_ns, zone).date()
    return [midnight(first + timedelta(days=number), zone) for number in range((last - first).days + 1)]


def _hours(start_ns: int, end_ns: int, zone: ZoneInfo) -> list[int]:
    """Offsets from UTC are multiples of a quarter of an hour, so every full local hour is found by looking at each quarter."""
    first = start_ns - start_ns % QUARTER
    return [at for at in range(first, end_ns, QUARTER) if local_time(at, zone).minute == 0]
