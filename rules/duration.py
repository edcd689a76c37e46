"""Durations as people write them: ``10s``, ``5min``, ``1h``."""

import re

_UNITS_NS = {"ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000}
LONGEST_NS = 3_650 * _UNITS_NS["d"]
"""Ten years: more is a slip of the pen, and instants are counted in nanoseconds of 63 bits."""
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)")


def duration_ns(text: str) -> int:
    """Nanoseconds of one number and one unit, at most ``LONGEST_NS``. Raises ValueError with what to write instead."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError("write a duration as a number and a unit: 500ms, 10s, 5min, 1h or 2d")
    length_ns = float(found[1]) * _UNITS_NS[found[2]]
    if length_ns > LONGEST_NS:
        raise ValueError(f"write a duration of at most {words(LONGEST_NS).replace(' ', '')}")
    return round(length_ns)


def words(length_ns: int) -> str:
    """A duration as a person would write it: ``90 s``, ``15 min``, ``2 h``, ``7 d``."""
    written = [(f"{length_ns / _UNITS_NS[unit]:g}", unit) for unit in ("d", "h", "min", "s") if length_ns >= _UNITS_NS[unit]]
    number, unit = min(written, key=lambda one: len(one[0]), default=(f"{length_ns / _UNITS_NS['ms']:g}", "ms"))
    return f"{number} {unit}"
