"""Every device of a site with its machine, wired to the same electricity, water and car park.

SiteTime ─► Grid ─► Network (volts down, power up) ─► SiteWater ─► machines (read volts and water, set what they draw)
"""

from collections.abc import Mapping
from types import MappingProxyType

from model.site import Site
from simulators.machine import Machine
from simulators.physics.workshop import Workshop

_INSTANT_S = 0.001


class SitePhysics:
    """The machines by device id, and the one way to let time pass over all of them."""

    def __init__(self, machines: Mapping[str, Machine], workshop: Workshop) -> None:
        self.machines: Mapping[str, Machine] = MappingProxyType(dict(machines))
        self.time = workshop.time
        self.grid = workshop.grid
        self.network = workshop.electric.network
        self.water = workshop.water
        self.parking = workshop.parking
        self._parks = tuple(workshop.parks.values())

    def step(self, dt_s: float) -> None:
        """Advance the whole site by ``dt_s`` seconds; a second is natural, a minute still keeps its books."""
        self.surround(dt_s)
        for machine in self.machines.values():
            machine.step(dt_s)

    def surround(self, dt_s: float) -> None:
        """Advance what the machines share: time, grid, network, water, parks. For whoever steps some machines finer than the rest."""
        self.time.advance(dt_s)
        self.grid.step(dt_s)
        self.network.step(dt_s, self.time.hour, self.time.month, self.grid.volts)
        self.water.step(dt_s)
        for park in self._parks:
            park.step()


def build_machines(site: Site, seed: int, start_ns: int) -> SitePhysics:
    """A machine for every device. The same site, seed and start live the same life."""
    workshop = Workshop(site, seed, start_ns)
    physics = SitePhysics({device.id: workshop.build(device) for device in site.devices.values()}, workshop)
    for _ in range(3):  # voltages, then what draws from them, then what that does to the voltages
        physics.step(_INSTANT_S)
    return physics
