"""The site's own time in conditions: hours, times, days of the week and of the year, workdays and holidays. Always known."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from model.clock import DAY, SECOND
from model.site import Calendar
from rules.calls import function_of, number_of, text_of
from rules.windows import State

_MIDNIGHT = time()
_DAY_MINUTES = DAY // (60 * SECOND)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a calendar function is true: the rule for a local moment, and the local times at which that may change besides midnight."""

    is_true: Callable[[datetime], bool]
    timezone: ZoneInfo
    turns: tuple[time, ...] = ()

    def at(self, at_ns: int) -> bool:
        return self.is_true(datetime.fromtimestamp(at_ns // SECOND, self.timezone))

    def next_turn_ns(self, now_ns: int) -> int:
        """The next moment at which it changes; the last that was looked at where it does not for days."""
        now, today = self.at(now_ns), datetime.fromtimestamp(now_ns // SECOND, self.timezone).date()
        days = [today + timedelta(days=ahead) for ahead in range(3)]
        moments = {_moment_ns(day, turn, self.timezone, fold) for day in days for turn in (_MIDNIGHT, *self.turns) for fold in (0, 1)}
        upcoming = sorted(moment for moment in moments if moment > now_ns)
        # Where clocks are changed, a turn may be skipped or come twice: between these moments the local time runs on evenly.
        upcoming = sorted({*upcoming, *self._clock_changes(now_ns, upcoming)})
        return next((moment for moment in upcoming if self.at(moment) is not now), upcoming[-1])

    def _clock_changes(self, now_ns: int, upcoming: Sequence[int]) -> Iterator[int]:
        """The second of each change of clocks; between two of the moments there is at most one."""
        for low, high in pairwise(at_ns // SECOND for at_ns in (now_ns, *upcoming)):
            before = self._offset(low)
            if self._offset(high) == before:
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self._offset(middle) == before else (low, middle)
            yield high * SECOND

    def _offset(self, at_s: int) -> timedelta | None:
        return datetime.fromtimestamp(at_s, self.timezone).utcoffset()


class CalendarWindow:
    """Follows the site's clock; remembers nothing."""

    asks_each_reading = False

    def __init__(self, hours: Hours) -> None:
        self.value: float | bool | None = None
        self.next_change_ns: int | None = None
        self._hours = hours
        self._seen_ns = 0

    def observe(self, now_ns: int, *, reading: bool) -> None:
        if self.next_change_ns is None or not self._seen_ns <= now_ns < self.next_change_ns:
            self.value = self._hours.at(now_ns)
            self.next_change_ns = self._hours.next_turn_ns(now_ns)
        self._seen_ns = now_ns

    def state(self) -> State:
        return ()

    def recall(self, state: State) -> None:
        """It has nothing to go on from."""

    def shift(self, step_ns: int) -> None:
        self.next_change_ns = None

    def slept(self, gap_ns: int) -> None:
        """The site's clock went on without us."""


def hours_of(node: ast.Call, timezone: ZoneInfo, calendar: Calendar) -> Hours:
    """What a checked call of a calendar function says."""
    name, arguments = function_of(node), node.args
    match name:
        case "between_hours" | "between_times":
            return _times(*_span(node), timezone)
        case "on_weekdays":
            first, last = map(number_of, arguments)
            return Hours(lambda now: _within(first, now.isoweekday(), last), timezone)
        case "between_dates":
            begin, end_day = (_month_day(text_of(argument)) for argument in arguments)
            return Hours(lambda now: _within(begin, (now.month, now.day), end_day), timezone)
        case "workday":
            return Hours(lambda now: calendar.is_workday(now.date()), timezone)
    return Hours(lambda now: now.date() in calendar.holidays, timezone)


def span_ns(node: ast.Call) -> int:
    """How long a checked ``between_hours`` or ``between_times`` is true at a stretch, of a day without a change of clocks."""
    start, end = _span(node)
    return ((end - start) % _DAY_MINUTES or _DAY_MINUTES) * 60 * SECOND


def _span(node: ast.Call) -> tuple[int, int]:
    """In minutes of the day."""
    if function_of(node) == "between_hours":
        start, end = (60 * number_of(argument) for argument in node.args)
    else:
        start, end = (_minutes(text_of(argument)) for argument in node.args)
    return start, end


def _times(start: int, end: int, timezone: ZoneInfo) -> Hours:
    """In minutes of the day; 1440 is its end."""

    def is_true(now: datetime) -> bool:
        minute = 60 * now.hour + now.minute
        return start <= minute < end if start <= end else minute >= start or minute < end

    turns = tuple(time(*divmod(minute, 60)) for minute in (start, end) if minute < _DAY_MINUTES)
    return Hours(is_true, timezone, turns)


def _minutes(text: str) -> int:
    return 60 * int(text[:2]) + int(text[3:])


def _month_day(text: str) -> tuple[int, int]:
    return int(text[:2]), int(text[3:])


def _within(first: int | tuple[int, int], now: int | tuple[int, int], last: int | tuple[int, int]) -> bool:
    """Both ends included; over the end of the week or year when the first is the later."""
    return first <= now <= last if first <= last else now >= first or now <= last  # type: ignore[operator]


def _moment_ns(day: date, turn: time, timezone: ZoneInfo, fold: int) -> int:
    return round(datetime.combine(day, turn.replace(fold=fold), timezone).timestamp()) * SECOND
