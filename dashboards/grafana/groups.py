"""Which devices say what, and by which arithmetic it comes out in one unit.

Profiles of one class name a point alike but write it in their own unit, and InfluxDB keeps what the profile writes: an incomer's
``active_power_total`` is in kW, a sub-meter's in W. Devices that need the same arithmetic are asked together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboards.grafana.influxql import name, one_of, word
from model.profile import Point
from model.site import Device, Site
from model.units import conversion
from store.history.line import text_field


@dataclass(frozen=True, slots=True)
class Want:
    """A point wanted of every device that has it: in ``unit`` (None: as written), or in percent of the device's own ``share_of`` figure
    (a nameplate parameter, in ``unit``)."""

    point: str
    unit: str | None = None
    share_of: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A field of InfluxDB with the arithmetic that makes it what was wanted: value × factor + offset."""

    point: str
    field: str
    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class Group:
    """Devices of one class that have the same columns; a column is None where they lack the point."""

    device_class: str
    columns: tuple[Column | None, ...]
    devices: tuple[Device, ...]

    def where(self, site: Site) -> str:
        """The shortest condition that tells these devices from the others of their class that have one of the fields; may be empty."""
        points = {column.point for column in self.columns if column}
        having = [d for d in site.devices.values() if d.device_class == self.device_class and points & {p.name for p in d.points}]
        ours = {device.id for device in self.devices}
        systems = {device.system for device in self.devices}
        others = [device for device in having if device.id not in ours]
        if not others:
            return ""
        if len(systems) == 1 and not any(device.system in systems for device in others):
            return f'"system" = {word(next(iter(systems)).value)}'
        chosen = f"{name('device')} =~ {one_of(sorted(ours))}"
        left_out = f"{name('device')} !~ {one_of(sorted(device.id for device in others))}"
        return min(chosen, left_out, key=len)


def groups(devices: Iterable[Device], wants: Sequence[Want]) -> list[Group]:
    """The devices that have at least one of the points, gathered by class and arithmetic, in order of the first of each."""
    gathered: dict[tuple[str, tuple[Column | None, ...]], list[Device]] = {}
    for device in devices:
        columns = tuple(_column(device, want) for want in wants)
        if any(columns):
            gathered.setdefault((device.device_class, columns), []).append(device)
    return [Group(device_class, columns, tuple(found)) for (device_class, columns), found in gathered.items()]


def having(devices: Iterable[Device], *wants: Want) -> list[Device]:
    """Those of the devices that have one of the points."""
    return [device for device in devices if any(_column(device, want) for want in wants)]


def _column(device: Device, want: Want) -> Column | None:
    index = device.profile.column(want.point)
    if index is None:
        return None
    point = device.points[index]
    if point.is_text:
        return Column(point.name, text_field(point.name), 1.0, 0.0) if want.unit is None and want.share_of is None else None
    turned = _turn(device, point, want)
    return None if turned is None else Column(point.name, point.name, *turned)


def _turn(device: Device, point: Point, want: Want) -> tuple[float, float] | None:
    """Factor and offset; None where the unit does not convert or the device has no such parameter."""
    turned = (1.0, 0.0) if want.unit is None else conversion(point.unit, want.unit)
    if turned is None or want.share_of is None:
        return turned
    whole = device.params.get(want.share_of)
    return None if not whole else (100 * turned[0] / whole, 100 * turned[1] / whole)
