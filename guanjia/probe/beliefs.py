"""What a healthy reading looks like, by quantity: the ruler that byte orders and addresses are judged with. Pure.

``usual`` is where a device in service on a building's site lies, ``possible`` the end of what exists there. The figures are wide on
purpose: a wrong word order misses by powers of ten, not by percent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite

from model.profile import Point, WireType
from model.units import conversion

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Belief:
    """Limits in the point's own unit, both ends included."""

    usual: Span
    possible: Span


class Worth(StrEnum):
    """What one value says for the way it was read."""

    USUAL = "usual"
    ZERO = "zero"
    UNKNOWN = "nothing known of it"
    NOT_AVAILABLE = "not available"
    UNUSUAL = "unusual"
    IMPOSSIBLE = "impossible"
    REFUSED = "refused"

    @property
    def weight(self) -> float:
        return _WEIGHTS[self]


_WEIGHTS = {
    Worth.USUAL: 1.0,
    Worth.ZERO: 0.5,
    Worth.UNKNOWN: 0.5,
    Worth.NOT_AVAILABLE: 0.4,
    Worth.UNUSUAL: 0.3,
    Worth.IMPOSSIBLE: 0.0,
    Worth.REFUSED: 0.0,
}
"""Zero and 'not available' are what any register may hold; a number where the quantity lives is not."""

_FLOATS = (WireType.F32, WireType.F64)
_NOISE, _HUGE = 1e-6, 1e12
"""No instrument of a building measures so little or so much; floats read in a wrong order nearly always do."""

_QUANTITIES: tuple[tuple[str, str, str, Span, Span], ...] = (
    # unit, class, name, usual, possible
    ("V", "power_meter|ev_charger|elevator", r"voltage_(l\d|ln|ll|avg|line|phase)", (80, 500), (0, 40_000)),
    ("V", "", r"", (1, 900), (-1000, 40_000)),
    ("Hz", "power_meter|ev_charger|transformer", r"", (45, 65), (0, 70)),
    ("Hz", "", r"", (0, 120), (-600, 1000)),
    ("A", "", r"", (0, 4000), (-20_000, 20_000)),
    ("kW", "", r"", (-3000, 3000), (-100_000, 100_000)),
    ("kvar", "", r"", (-3000, 3000), (-100_000, 100_000)),
    ("kVA", "", r"", (0, 3000), (-100_000, 100_000)),
    ("kWh", "", r"", (0, 3e7), (-1e9, 1e10)),
    ("kvarh", "", r"", (0, 3e7), (-1e9, 1e10)),
    ("kVAh", "", r"", (0, 3e7), (-1e9, 1e10)),
    ("degC", "", r"", (-40, 150), (-100, 400)),
    ("%", "", r"power_factor", (-100, 100), (-101, 101)),
    ("%", "", r"", (0, 100), (-300, 1000)),
    ("MPa", "", r"", (0, 2.5), (-0.2, 60)),
    ("m3/h", "", r"", (0, 3000), (-1e5, 1e5)),
    ("m3", "", r"", (0, 1e7), (-1e6, 1e9)),
    ("m", "", r"", (0, 60), (-500, 2000)),
    ("rpm", "", r"", (0, 6000), (-40_000, 40_000)),
    ("m/s", "", r"", (-15, 15), (-200, 200)),
    ("h", "", r"", (0, 200_000), (0, 1e7)),
    ("", "", r"power_factor|cos_phi", (-1, 1), (-1.001, 1.001)),
)


def belief(point: Point, device_class: str) -> Belief | None:
    """What may be expected of the point: the profile's own limits before the table's; None when there is nothing to expect."""
    found = _of_quantity(point, device_class)
    if point.low is None and point.high is None:
        return found
    low, high = -inf if point.low is None else point.low, inf if point.high is None else point.high
    if found is None:
        return Belief((low, high), (low, high))
    return Belief((max(low, found.usual[0]), min(high, found.usual[1])), (max(low, found.possible[0]), min(high, found.possible[1])))


def _of_quantity(point: Point, device_class: str) -> Belief | None:
    for unit, classes, name, usual, possible in _QUANTITIES:
        turned = conversion(unit, point.unit) if bool(unit) == bool(point.unit) else None
        if turned is not None and re.match(classes, device_class) and re.search(name, point.name):
            factor, offset = turned
            return Belief(_turned(usual, factor, offset), _turned(possible, factor, offset))
    return None


def _turned(span: Span, factor: float, offset: float) -> Span:
    return span[0] * factor + offset, span[1] * factor + offset


def worth(point: Point, expected: Belief | None, value: float) -> Worth:
    """What the value says of the way it was read."""
    if not isfinite(value):
        return Worth.NOT_AVAILABLE
    if point.enum:
        return Worth.USUAL if value in point.enum else Worth.IMPOSSIBLE
    if value == point.offset:
        return Worth.ZERO
    if point.type in _FLOATS and not _NOISE <= abs(value) <= _HUGE:
        return Worth.IMPOSSIBLE
    if expected is None:
        return Worth.UNKNOWN
    for span, found in ((expected.usual, Worth.USUAL), (expected.possible, Worth.UNUSUAL)):
        if span[0] <= value <= span[1]:
            return found
    return Worth.IMPOSSIBLE


def telling(points: tuple[Point, ...], device_class: str) -> Iterator[int]:
    """Columns whose values can speak for or against a way of reading."""
    for column, point in enumerate(points):
        if point.type in (WireType.BOOL, WireType.BITS, WireType.STRING) and not (point.enum and not point.is_text):
            continue
        if point.enum or point.type in _FLOATS or belief(point, device_class) is not None:
            yield column
