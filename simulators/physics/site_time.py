"""The time of day on site, which decides when people cook, leave, come home and sleep."""

from datetime import datetime, tzinfo

SECOND_NS = 1_000_000_000
_DAYS = 366
"""Of the longest year; in the others the year closes a day early."""


class SiteTime:
    """Site time from a start, advanced by the steps of the simulation; never by a clock."""

    def __init__(self, start_ns: int, timezone: tzinfo) -> None:
        self._timezone = timezone
        self.now_ns = start_ns
        self.local = self._local()
        self.hour = self._hour()
        self.month = self._month()

    def advance(self, dt_s: float) -> None:
        self.now_ns += round(dt_s * SECOND_NS)
        self.local = self._local()
        self.hour = self._hour()
        self.month = self._month()

    @property
    def epoch_s(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self.now_ns / SECOND_NS

    def _local(self) -> datetime:
        return datetime.fromtimestamp(self.now_ns / SECOND_NS, self._timezone)

    def _hour(self) -> float:
        """Local hour of the day with its fraction, 0 to below 24."""
        return self.local.hour + self.local.minute / 60 + self.local.second / 3600

    def _month(self) -> float:
        """Months since New Year with their fraction, 0 to below 12; all months as long as each other."""
        return (self.local.timetuple().tm_yday - 1) / _DAYS * 12.0


class YearCurve:
    """A quantity over the year, given in the middle of the 12 months and drawn straight between them."""

    __slots__ = ("_months",)

    def __init__(self, *months: float) -> None:
        if len(months) != 12:
            raise ValueError(f"a year has 12 months, not {len(months)}")
        self._months = (months[-1], *months, months[0])

    def at(self, month: float) -> float:
        """``month``: 0 at New Year, 0.5 in the middle of January."""
        place = month + 0.5
        whole = int(place)
        before = self._months[whole]
        return before + (self._months[whole + 1] - before) * (place - whole)


class DayCurve:
    """A quantity over the day, given at the 24 full hours and drawn straight between them."""

    __slots__ = ("_hours", "mean", "peak")

    def __init__(self, *hours: float) -> None:
        if len(hours) != 24:
            raise ValueError(f"a day has 24 hours, not {len(hours)}")
        self._hours = (*hours, hours[0])
        self.mean = sum(hours) / 24
        self.peak = max(hours)

    def at(self, hour: float) -> float:
        whole = int(hour)
        before = self._hours[whole]
        return before + (self._hours[whole + 1] - before) * (hour - whole)
