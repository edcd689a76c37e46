"""A few devices of every kind that stands on the reference site, with all that feeds them: small enough to break each in every way."""

from functools import cache

from model.clock import MINUTE
from model.site import Device, Site
from tests.virtual.site import VirtualSite, example, excerpt, moment_ns
from tests.virtual.trial import Bench, Trial

_BESIDE = ("b07.lift2", "pr2.pump2", "pr2.pump3", "gate.north.out", "podium.chw-pump2", "charge.b08")
"""Neighbours of the specimens, which must stay quiet; the last shares a gateway with one."""
_THEIRS = ("pr2.pump1", "pr2.tank")
"""What the neighbours live on: pumps without their tank run dry."""
_PREFERRED = (
    "sub2.t1", "sub2.incomer1", "sub2.d5", "sub2.d6", "b07.lift-meter", "b07.light-meter", "b07.lift1", "fcc.loop07", "b07.water",
    "pr2.pump1", "pr2.tank", "pr2.radar", "garage-b.sump1", "charge.b01",
)  # fmt: skip
"""The rest stands where the site file names one first; these lie behind one substation."""
MORNING = "2026-01-14T10:00"
"""A Wednesday; the chiller runs, cars and lifts move."""

Kind = tuple[str, str, str]


def kind_of(device: Device) -> Kind:
    """What tells kinds apart: class, profile, and the system for those of one class that serve another purpose (fire pumps, fire tanks)."""
    return device.device_class, device.profile.id, "fire" if device.system == "fire" else ""


@cache
def specimens() -> dict[Kind, str]:
    """Kind → the device that stands for it."""
    devices = example("site.yaml").devices
    found: dict[Kind, str] = {}
    for name in (*_PREFERRED, *devices):
        found.setdefault(kind_of(devices[name]), name)
    return found


@cache
def collection() -> Site:
    return excerpt(example("site.yaml"), [*specimens().values(), *_BESIDE])


@cache
def trials(device: str) -> tuple[Trial, ...]:
    """Every fault of one specimen, one after the other on one site: what may notice it, what stands beside it, neighbours that must not."""
    area = collection().devices[device].area
    beside = {d.id for d in collection().devices.values() if d.area == area}
    corner = excerpt(example("site.yaml"), sorted({*related(device), *beside, *_BESIDE, *_THEIRS}))
    site = VirtualSite(corner, seed=7, start_ns=moment_ns(corner, MORNING) - 10 * MINUTE)
    bench = Bench(site)
    bench.warm_up()
    return tuple(bench.try_out(device, kind) for kind in site.physics.machines[device].faults)


def related(device_id: str) -> set[str]:
    """The devices that may notice a fault of this one: itself, what it feeds and what feeds it, and its neighbours of the same system."""
    site = collection()
    device = site.devices[device_id]
    near = {d.id for d in site.devices.values() if (d.area, d.system) == (device.area, device.system)}
    return (
        {device_id}
        | _reached(site, device_id, up=False)
        | _reached(site, device_id, up=True)
        | (near if device.system == "water" else set())
    )


def _reached(site: Site, device_id: str, *, up: bool) -> set[str]:
    found: set[str] = set()
    waiting = [device_id]
    while waiting:
        name = waiting.pop()
        following = set(site.fed_by(name) if up else site.devices[name].feeds) - found
        found |= following
        waiting += following
    return found
