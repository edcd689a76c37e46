"""Which devices are meters, and which of their points counts."""

from dataclasses import dataclass

from energy.counter import Counter, counter_of
from model.profile import Point
from model.site import Device, Metering, Site
from model.units import conversion


@dataclass(frozen=True, slots=True)
class EnergyKind:
    """``counters`` and ``powers`` are point names, the best first; figures come out in ``unit`` and ``rate_unit``."""

    unit: str
    rate_unit: str
    counters: tuple[str, ...]
    powers: tuple[str, ...]
    most_per_hour: float
    """More than any single meter can see in an hour, in ``unit``."""


KINDS: dict[str, EnergyKind] = {
    "electricity": EnergyKind(
        unit="kWh",
        rate_unit="kW",
        counters=("energy_import", "energy_total", "energy", "energy_delivered", "energy_consumption", "energy_counter"),
        powers=("active_power_total", "active_power", "power"),
        # √3 × 400 V × 6300 A, the largest low-voltage air circuit breaker frame (IEC 60947-2 ranges).
        most_per_hour=4365.0,
    ),
    "water": EnergyKind(
        unit="m3",
        rate_unit="m3/h",
        counters=("forward_volume", "volume_total", "volume"),
        powers=("flow_rate", "flow"),
        # Q4 = 1.25 × Q3 of a DN 200 meter with Q3 = 630 m³/h (ISO 4064-1:2014 §4.1).
        most_per_hour=787.5,
    ),
}


@dataclass(frozen=True, slots=True)
class Meter:
    """A device whose ``point_id`` counts. Amount in ``kind.unit`` = counter difference × ``factor``."""

    device: Device
    metering: Metering
    kind: EnergyKind
    point: Point
    counter: Counter
    factor: float

    @property
    def id(self) -> str:
        return self.device.id

    @property
    def point_id(self) -> str:
        return f"{self.device.id}.{self.point.name}"


def meters(site: Site, energy: str | None = None, role: str | None = None) -> list[Meter]:
    """Every device with metering whose counter is known, in the site's order."""
    found = (_meter(device) for device in site.devices.values())
    return [
        meter
        for meter in found
        if meter and (energy is None or meter.metering.energy == energy) and (role is None or meter.metering.role == role)
    ]


def _meter(device: Device) -> Meter | None:
    kind = KINDS.get(device.metering.energy) if device.metering else None
    if device.metering is None or kind is None:
        return None
    for point, factor in _points(device, kind.counters, kind.unit):
        return Meter(device, device.metering, kind, point, counter_of(point, kind.most_per_hour / factor), factor)
    return None


def power_of(meter: Meter) -> tuple[str, float] | None:
    """(point id, factor to ``rate_unit``) of the meter's own power or flow."""
    for point, factor in _points(meter.device, meter.kind.powers, meter.kind.rate_unit):
        return f"{meter.device.id}.{point.name}", factor
    return None


def _points(device: Device, names: tuple[str, ...], unit: str) -> list[tuple[Point, float]]:
    """The named points the device has, in order of preference, with the factor to a unit."""
    by_name = {point.name: point for point in device.points}
    convertible = []
    for name in names:
        factors = conversion(by_name[name].unit, unit) if name in by_name else None
        if factors:
            convertible.append((by_name[name], factors[0]))
    return convertible
