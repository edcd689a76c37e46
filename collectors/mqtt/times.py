"""When the device measured, as far as a message says. Pure."""

import re
from datetime import UTC, datetime, timedelta

from model.clock import DAY, MINUTE

OLDEST_NS, NEWEST_NS = DAY, MINUTE
"""A device's own time is believed when it lies at most a day before the receipt (it may have been offline) or a minute after it."""
TIME_POINTS = frozenset({"time", "timestamp", "heartbeat", "received_at", "measured_at"})
"""Points of these names, in one of these units, tell when the message was made."""
UNITS_NS = {"s": 1_000_000_000, "ms": 1_000_000}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION = re.compile(r"\.(\d{6})\d+")


def seconds_of(written: object, unit_s: float) -> float | None:
    """RFC 3339 text as seconds since 1970, divided by ``unit_s``; None when it is none or names no zone (whose local time is it?)."""
    if not isinstance(written, str):
        return None
    try:
        at = datetime.fromisoformat(_FRACTION.sub(r".\1", written))
    except ValueError:
        return None
    return None if at.tzinfo is None else (at - _EPOCH) / timedelta(seconds=1) / unit_s


def believed(value: float, unit_ns: int, receive_ns: int) -> int | None:
    """The device's own time in nanoseconds, or None when it cannot be."""
    # Whole units and the rest apart: a float holds today's nanoseconds only to some hundreds.
    whole, rest = divmod(value, 1)
    source_ns = int(whole) * unit_ns + int(rest * unit_ns)
    return source_ns if receive_ns - OLDEST_NS <= source_ns <= receive_ns + NEWEST_NS else None
