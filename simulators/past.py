"""The site's life before anybody looked: the same physics in long steps, so that a fleet begins with a yesterday behind it.

    start ──300 s──► ──300 s──► … ──► last full step ──2 s──► … ──► now
              │         │                │            settling: pumps, doors and pressures stand where seconds bring them
              ▼         ▼                ▼
           a row     a row     …       a row          of every device that is worth reading so seldom

Whoever lives through it with the same site, seed and start lives the same life: the fleet goes on exactly where the rows end.
"""

from collections.abc import Iterator
from typing import Protocol

from model.clock import MINUTE, SECOND, Clock
from model.reading import Block
from model.site import ModbusSerial, Site
from simulators.physics.site_physics import build_machines
from simulators.readout import Readout

STEP_NS = 5 * MINUTE
"""Books are kept over longer steps too, but a pit that is pumped out in four minutes would be seen too seldom. Over a day the energy of the
site differs by 0.1 % from that of 5 s steps, the water by 0.1 %, the pumps' hours by 2 %."""
_SETTLING_NS = 2 * MINUTE
SHORT_STEP_S = 2.0
"""The longest step with which everything that moves still moves naturally."""
_SEEN = frozenset(
    {
        "ev_charger",
        "hvac",
        "level_sensor",
        "parking_barrier",
        "power_meter",
        "pump",
        "sump",
        "tank",
        "transformer_monitor",
        "vfd",
        "water_meter",
    }
)
"""Classes whose rows are kept: what counts, fills or warms. A lift seen every five minutes tells nothing."""


class Steps(Protocol):
    """Whatever time can pass over."""

    def step(self, dt_s: float) -> None: ...


def full_step(at_ns: int) -> int:
    """The instant itself or the last one before it at which a long step may begin: starts agree with each other whenever they are made."""
    return at_ns - at_ns % STEP_NS


def instants(start_ns: int, now_ns: int) -> range:
    """The ends of all long steps between a start and now."""
    return range(start_ns + STEP_NS, now_ns - _SETTLING_NS + 1, STEP_NS)


def live_through(physics: Steps, start_ns: int, clock: Clock) -> int:
    """Let everything from the start until now pass over machines that stand at the start. Returns the instant they have reached."""
    long_steps = instants(start_ns, clock.now_ns())
    for _ in long_steps:
        physics.step(STEP_NS / SECOND)
    now_ns = clock.now_ns()
    left_s = (now_ns - start_ns - len(long_steps) * STEP_NS) / SECOND
    while left_s > 0:
        step_s = min(left_s, SHORT_STEP_S)
        physics.step(step_s)
        left_s -= step_s
    return now_ns


def rows(site: Site, seed: int, start_ns: int, now_ns: int) -> Iterator[Block]:
    """What every device worth it would have said at the end of each long step, device after device, oldest first. Nothing breaks in it."""
    physics = build_machines(site, seed, start_ns)
    seen = [d for d in site.devices.values() if d.device_class in _SEEN and not isinstance(d.connection, ModbusSerial)]
    readouts = {device.id: Readout(device, physics.machines[device.id]) for device in seen}
    for at_ns in instants(start_ns, now_ns):
        physics.step(STEP_NS / SECOND)
        for device, readout in readouts.items():
            yield Block(device, at_ns, at_ns, *readout.read())
