"""The stretch of time a question is about: RFC 3339 in, nanoseconds out."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from api.paging import Question
from api.problem import malformed
from energy.calendar import midnight
from model.clock import SECOND

_SPACE_FOR_PLUS = re.compile(r"(T[\d:.,]+) (\d\d:?\d\d)$")
_YEARS = range(1970, 2201)


class PeriodQuestion(Question):
    start: str | None = Field(None, max_length=40, description="RFC 3339 with offset, or a local day `2026-01-14`.")
    end: str | None = Field(None, max_length=40, description="Exclusive; now when left out.")

    def period(self, now_ns: int, usual_ns: int, zone: ZoneInfo) -> tuple[int, int]:
        """Start and end; the last ``usual_ns`` before the end when no start is given. Raises a 422 that names the field."""
        end_ns = instant("end", self.end, zone) if self.end is not None else now_ns
        start_ns = instant("start", self.start, zone) if self.start is not None else end_ns - usual_ns
        if start_ns >= end_ns:
            raise malformed("start", "start must lie before end (end is now when left out)")
        return start_ns, end_ns


def instant(field: str, text: str, zone: ZoneInfo) -> int:
    """Nanoseconds of the instant. A ``+`` that arrives as a blank, as it does from an address typed by hand, is taken as meant."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return midnight(_within_years(date.fromisoformat(text)), zone)
        moment = datetime.fromisoformat(_SPACE_FOR_PLUS.sub(r"\1+\2", text))
        _within_years(moment)
    except (ValueError, OverflowError) as error:
        raise malformed(field, f"not a time: write 2026-01-14T08:00:00+08:00 or 2026-01-14T00:00:00Z ({error})") from error
    if moment.tzinfo is None:
        raise malformed(field, "a time needs its offset: write 2026-01-14T08:00:00+08:00 or 2026-01-14T00:00:00Z")
    return int(moment.timestamp()) * SECOND + moment.microsecond * 1000


def _within_years(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(f"the year must lie from {_YEARS[0]} to {_YEARS[-1]}")
    return day
