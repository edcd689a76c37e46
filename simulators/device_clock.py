"""Devices that know the time, and what they say when their clock is wrong."""

from collections.abc import Iterable, Mapping

from model.profile import Point, Profile, Register
from simulators.encode import Value
from simulators.machine import Truth
from simulators.packed import is_clock

CLOCKS = frozenset({"time", "timestamp", "heartbeat", "last_transmission", "received_at"})
"""Points of an MQTT device that say when the message was made; they alone are no news."""


def clocks(points: Iterable[Point]) -> frozenset[str]:
    """Names of the points that hold the time of day."""
    return frozenset(point.name for point in points if _is_clock(point))


def _is_clock(point: Point) -> bool:
    if isinstance(point.wire, Register):
        return is_clock(point.encoding)
    return point.name in CLOCKS


def has_clock(profile: Profile) -> bool:
    """Whether any of its points, or the stamp of its JSON documents, tells the time."""
    return bool(clocks(profile.points)) or any(not isinstance(p.wire, Register) and p.wire.path.startswith("$.") for p in profile.points)


def shifted(truth: Truth, names: Iterable[str], constants: Mapping[str, Value], seconds: float) -> Truth:
    """The truth as a device tells it whose clock is ahead by ``seconds``."""
    wrong: dict[str, Value] = {}
    for name in names:
        right = truth.get(name, constants.get(name, 0.0))
        if isinstance(right, float):
            wrong[name] = right + seconds
    return {**truth, **wrong}
