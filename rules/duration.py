"""Durations as people write them: ``10s``, ``5min``, ``1h``."""

import re

_UNITS_NS = {"ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)")


def duration_ns(text: str) -> int:
    """Nanoseconds of one number and one unit. Raises ValueError with what to write instead."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError("write a duration as a number and a unit: 500ms, 10s, 5min, 1h or 2d")
    return round(float(found[1]) * _UNITS_NS[found[2]])
