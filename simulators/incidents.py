"""Scripts of faults at moments of site time: the demo's day of small incidents, and the named ones a tester plays.

Every incident heals by itself. The day begins busy, so that a visitor sees an alarm within a minute, and calms down.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from model.site import Device, ModbusSerial, ModbusTcp, Site
from simulators.machine import Machine
from simulators.network_fault import NetworkFault
from simulators.plays import PLAYS, Play

DAY = "day"
DAY_S = 86_400.0
_FIRST_AT_S = 15.0
_BUSY_S = 900.0
_BUSY_GAP_S, _CALM_GAP_S = (60.0, 120.0), (480.0, 1500.0)
_LASTS_S = (90.0, 420.0)
_REST_S = 600.0
"""A device that was just mended is left alone for so long."""
_WIRE_SHARE = 0.15
"""Part of the day's incidents that are lost links, not broken machines."""
_GRAVE = frozenset(
    {
        ("elevator", "entrapment"),
        ("elevator", "overspeed"),
        ("elevator", "unintended_movement"),
        ("fire_loop", "smoke"),
        ("fire_loop", "smoke_two_floors"),
        ("fire_panel", "fire"),
        ("gas_detector", "leak"),
        ("gas_detector", "slow_leak"),
        ("power_meter", "feeder_trip"),
        ("power_meter", "induced_voltage"),
        ("sump", "both_pumps_fail"),
        ("transformer_monitor", "winding_short"),
    }
)
"""What would empty or darken a building, by class: it has its own plays and is no small incident."""
_OPENERS = (("parking_barrier", "arm_off"), ("sump", "pump_fail"), ("pump", "start_failure"), ("elevator", "door_fault"))
"""How a day begins, as far as the site has them: faults that nobody overlooks."""
_STORM_SHARE = 0.24
"""60 of 250 devices."""


@dataclass(frozen=True, slots=True)
class Incident:
    """``at_s`` after the script began, a fault for ``for_s`` seconds; ``network``: one of the wire, not of the machine."""

    at_s: float
    device: str
    kind: str
    for_s: float
    network: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    about: str
    incidents: tuple[Incident, ...]


def scripts(site: Site, machines: Mapping[str, Machine], seed: int) -> dict[str, Script]:
    """Everything that can be played on this site, by name. A play whose devices the site lacks is left out."""
    found = [day_of_incidents(site, machines, seed), link_storm(site, seed)]
    found += [script for play in PLAYS if (script := _cast(play, site, machines)) is not None]
    return {script.name: script for script in found}


def day_of_incidents(site: Site, machines: Mapping[str, Machine], seed: int, number: int = 0) -> Script:
    """A day, the same for the same seed and number; no device has two incidents at once."""
    rng = Random(f"{seed} day {number}" if number else f"{seed} day")
    small = {d.id: kinds for d in site.devices.values() if (kinds := _small_kinds(d, machines[d.id]))}
    free_at = dict.fromkeys(small, 0.0)
    incidents = list(_opening(site, machines, rng))
    free_at |= {i.device: i.at_s + i.for_s + _REST_S for i in incidents}
    at_s = _FIRST_AT_S + len(incidents) * _BUSY_GAP_S[0]
    while at_s < DAY_S:
        free = [site.devices[name] for name in small if free_at[name] <= at_s]
        if free:
            incident = _small(rng.choice(_one_class(free, rng)), small, at_s, rng)
            incidents.append(incident)
            free_at[incident.device] = at_s + incident.for_s + _REST_S
        at_s += rng.uniform(*(_BUSY_GAP_S if at_s < _BUSY_S else _CALM_GAP_S))
    return Script(DAY, "a day of small incidents: busy for a quarter of an hour, then calm", tuple(incidents))


def _opening(site: Site, machines: Mapping[str, Machine], rng: Random) -> Iterator[Incident]:
    cast = (found for name, kind in _OPENERS if (found := _actor(name, (kind,), "", site, machines)) is not None)
    for place, (device, kind) in enumerate(cast):
        yield Incident(_FIRST_AT_S + place * _BUSY_GAP_S[0], device, kind, round(rng.uniform(*_LASTS_S)))


def _one_class(devices: Sequence[Device], rng: Random) -> list[Device]:
    """All of one class, every class as likely: sixty chargers don't drown one chiller."""
    chosen = rng.choice(sorted({d.device_class for d in devices}))
    return [d for d in devices if d.device_class == chosen]


def _small(device: Device, small: Mapping[str, Sequence[str]], at_s: float, rng: Random) -> Incident:
    for_s = round(rng.uniform(*_LASTS_S))
    if rng.random() < _WIRE_SHARE and not isinstance(device.connection, ModbusSerial):
        return Incident(at_s, device.id, NetworkFault.SILENT, for_s, network=True)
    return Incident(at_s, device.id, rng.choice(small[device.id]), for_s)


def _small_kinds(device: Device, machine: Machine) -> list[str]:
    """What may break here on a quiet day; nothing on an incomer, behind which half the compound hangs."""
    if device.metering is not None and device.metering.role == "incomer":
        return []
    return sorted(kind for kind in machine.faults if (device.device_class, kind) not in _GRAVE)


def link_storm(site: Site, seed: int) -> Script:
    """A quarter of the Modbus devices stops answering for two minutes: a switch has died."""
    wired = [d.id for d in site.devices.values() if isinstance(d.connection, ModbusTcp)]
    silent = sorted(wired, key=lambda name: zlib.crc32(f"{seed} {name}".encode()))[: max(1, round(_STORM_SHARE * len(wired)))]
    incidents = tuple(Incident(0.0, name, NetworkFault.SILENT, 120.0, network=True) for name in silent)
    return Script("link_storm", f"{len(silent)} devices fall silent at once for two minutes", incidents)


def _cast(play: Play, site: Site, machines: Mapping[str, Machine]) -> Script | None:
    incidents: list[Incident] = []
    for part in play.parts:
        found = _actor(part.device_class, part.kinds, part.device, site, machines)
        if found is None:
            return None
        incidents.append(Incident(part.at_s, found[0], found[1], part.for_s))
    return Script(play.name, play.about, tuple(incidents))


def _actor(device_class: str, kinds: Sequence[str], preferred: str, site: Site, machines: Mapping[str, Machine]) -> tuple[str, str] | None:
    """The preferred device, or the first of its class that can break in one of these ways; with the way."""
    able = [d.id for d in site.devices.values() if d.device_class == device_class]
    for name in sorted(able, key=lambda name: name != preferred):
        kind = next((kind for kind in kinds if kind in machines[name].faults), None)
        if kind is not None:
            return name, kind
    return None
