"""The days a report is about, as people name them. Pure."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from energy.calendar import local_time, midnight


class NoSuchSpan(Exception):
    """Days that can't be reported; the message says what to write."""


def span(month: str, first: str, last: str, now_ns: int, zone: ZoneInfo, recorded_ns: int | None = None) -> tuple[int, int]:
    """Start and end of a month ``2026-01``, or of the first to the last day, both included; the last full month when nothing is named,
    or, where nothing was recorded in it yet, the time since ``recorded_ns``.

    What has not come yet is left out. Raises NoSuchSpan.
    """
    today = local_time(now_ns, zone).date()
    if month and (first or last):
        raise NoSuchSpan("name a month with --month, or days with --from and --to; not both")
    if last and not first:
        raise NoSuchSpan("--to needs --from: the first day")
    begin, after = _days(first, last, today) if first else _month(month or f"{today.replace(day=1) - timedelta(days=1):%Y-%m}")
    start_ns, end_ns = midnight(begin, zone), min(midnight(after, zone), now_ns)
    if not (month or first) and recorded_ns is not None and end_ns <= recorded_ns < now_ns:
        return recorded_ns, now_ns
    if start_ns >= end_ns:
        raise NoSuchSpan(f"{begin} has not come yet" if begin > today else f"nothing lies between {first} and {last}")
    return start_ns, end_ns


def _days(first: str, last: str, today: date) -> tuple[date, date]:
    return _day(first), (_day(last) if last else today) + timedelta(days=1)


def _month(text: str) -> tuple[date, date]:
    found = re.fullmatch(r"(\d{4})-(\d\d)", text)
    if found is None or not 1 <= int(found[2]) <= 12 or not 1970 <= int(found[1]) <= 2200:
        raise NoSuchSpan(f"'{text}' is no month; write 2026-01")
    begin = date(int(found[1]), int(found[2]), 1)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchSpan(f"'{text}' is no day; write 2026-01-14") from None
