"""What the past of a bad actor says: its short excursions and pauses, and how far the value went back in each pause."""

from collections.abc import Iterator, Mapping, Sequence

from model.reading import History
from model.rule import Rule
from model.site import Device, Site
from model.units import conversion
from rules.limits import Limit, limits
from rules.suggestion import Flutter

_MOST_PAUSES = 40
"""Looked at per device; more say the same."""
_MOST_READINGS = 5000


def depths(rule: Rule, device: Device, site: Site, seen: Flutter, history: History) -> Mapping[str, tuple[float, list[float]]]:
    """Point of the device → its limit, and for each pause how far beyond it the value was on the normal side; in the unit of the rule."""
    found: dict[str, tuple[float, list[float]]] = {}
    for limit in limits(rule, device, site):
        name = limit.point.removeprefix(f"{device.id}.")
        scale = _scale(rule, device, name)
        if scale is not None and name not in found:
            found[name] = limit.value / scale, [depth / scale for depth in _depths(limit, seen.pauses[-_MOST_PAUSES:], history)]
    return found


def _depths(limit: Limit, pauses: Sequence[tuple[int, int]], history: History) -> Iterator[float]:
    for begin_ns, end_ns in pauses:
        samples = history.readings(limit.point, begin_ns, end_ns + 1, _MOST_READINGS)
        values = [s.value for s in samples if isinstance(s.value, float)]
        beyond = [limit.value - value if limit.above else value - limit.value for value in values]
        if beyond and max(beyond) > 0:
            yield max(beyond)


def _scale(rule: Rule, device: Device, name: str) -> float | None:
    """How much of the point's own unit one of the rule's is; None for a point of another device."""
    column = device.profile.column(name)
    if column is None:
        return None
    unit = device.points[column].unit
    change = conversion(rule.units.get(name, unit), unit)
    return change[0] if change else None
