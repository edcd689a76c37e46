"""Times as a scenario writes them: lengths ``90s`` ``1h30min``, times of day ``"02:15"``, spans ``5min..7min``, ``never``."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from model.clock import DAY, HOUR, MINUTE, SECOND

_MILLISECOND = SECOND // 1000
_UNITS = {"d": DAY, "h": HOUR, "min": MINUTE, "s": SECOND, "ms": SECOND // 1000}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|min|s|h|d)\s*")
_LENGTH = re.compile(rf"(?:{_PART.pattern})+")
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_SEXAGESIMAL = 'a time of day stands in quotes, such as "02:15"; a length has its unit, such as 90s or 1h30min'

Offset = int | time
"""Nanoseconds after ``at: 0``, or a time of day on site."""


@dataclass(frozen=True, slots=True)
class Span:
    """``last`` None: one moment, give or take the tolerance. ``first`` None: never."""

    first: Offset | None
    last: Offset | None = None


def length_ns(value: Any) -> int:
    """``90s``, ``1h30min``, ``500ms``. ValueError says how to write it."""
    if value == 0 and not isinstance(value, bool):
        return 0
    if not isinstance(value, str) or not _LENGTH.fullmatch(value.strip()):
        raise ValueError("write a length with its unit, such as 90s, 10min or 1h30min")
    return sum(round(float(number) * _UNITS[unit]) for number, unit in _PART.findall(value))


def positive_ns(value: Any) -> int:
    found = length_ns(value)
    if found <= 0:
        raise ValueError("a length of nothing does nothing: write more than 0, or leave it out")
    return found


def offset(value: Any) -> Offset:
    """A length after ``at: 0`` (before it with a minus sign), or a time of day."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value != 0:
        raise ValueError(_SEXAGESIMAL)
    if isinstance(value, str):
        found = _TIME_OF_DAY.fullmatch(value.strip())
        if found:
            return time(int(found[1]), int(found[2]), int(found[3] or 0))
        if value.strip().startswith("-"):
            return -length_ns(value.strip()[1:])
    return length_ns(value)


def span(value: Any) -> Span:
    """``5min20s``, ``5min..7min`` or ``never``."""
    if value == "never":
        return Span(None)
    if isinstance(value, str) and ".." in value:
        first, _, last = value.partition("..")
        return Span(offset(first.strip()), offset(last.strip()))
    return Span(offset(value))


def local_start(value: Any) -> datetime:
    """``2026-01-14T10:00``, without a zone: the site's own clock."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise ValueError("write the site's own time without a zone, such as 2026-01-14T10:00")
    return found


Length = Annotated[int, BeforeValidator(length_ns)]
PositiveLength = Annotated[int, BeforeValidator(positive_ns)]
When = Annotated[Any, BeforeValidator(offset)]
"""An ``Offset``; typed loosely so that pydantic does not try its own reading of it."""
Spanned = Annotated[Any, BeforeValidator(span)]
"""A ``Span``."""
LocalStart = Annotated[Any, BeforeValidator(local_start)]
"""A naive ``datetime``."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When ``at: 0`` is on site, to turn times of day into lengths after it."""

    start: datetime
    zone: ZoneInfo

    @property
    def start_ns(self) -> int:
        return round(self.start.replace(tzinfo=self.zone).timestamp()) * SECOND

    def after_start_ns(self, when: Offset) -> int:
        """A time of day means the first one at or after the start."""
        if isinstance(when, int):
            return when
        moment = datetime.combine(self.start.date(), when)
        if moment < self.start:
            moment += timedelta(days=1)
        return round(moment.replace(tzinfo=self.zone).timestamp()) * SECOND - self.start_ns


def written(at_ns: int) -> str:
    """``1h05min20s`` as one would write it in a scenario; to the millisecond."""
    if at_ns < 0:
        return f"-{written(-at_ns)}"
    text = ""
    rest = round(at_ns / _MILLISECOND) * _MILLISECOND
    for unit in ("h", "min"):
        whole, rest = divmod(rest, _UNITS[unit])
        text += f"{whole}{unit}" if whole else ""
    if rest or not text:
        text += f"{rest / SECOND:g}s"
    return text
