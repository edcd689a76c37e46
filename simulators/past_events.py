"""What goes wrong in a site's past: planted on purpose and written down, so that whoever searches the history can be judged by it.

Slow things mostly, the ones a history is searched for: leaks, drifting instruments, lights nobody switched off, a pump that is out for a
night; some trips and lost links between them. Never two at once on one device, none in the first and the last hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from model.clock import DAY, HOUR, MINUTE, SECOND
from model.site import Device, Site
from simulators.machine import Machine

LOST_LINK = "silent"
"""Not the machine's: nobody gets an answer from the device."""
_CALM_START_NS, _CALM_END_NS = 6 * HOUR, HOUR
"""A search for what is odd first needs to see what is usual; and a site that goes on living is whole when its past ends."""
_REST_NS = 6 * HOUR
_MONTH_NS = 30 * DAY


@dataclass(frozen=True, slots=True)
class PlantedEvent:
    """One fault of one device. ``onset_s``: how long it grows to its severity; ``quantity`` says what severity 1 stands for."""

    device: str
    kind: str
    start_ns: int
    end_ns: int
    severity: float = 1.0
    onset_s: float = 0.0
    network: bool = False


@dataclass(frozen=True, slots=True)
class _Plot:
    """A sort of event: on what, how often in thirty days, how long (shortest, longest), how grave, and how much of it is onset."""

    classes: tuple[str, ...]
    kinds: tuple[str, ...]
    a_month: float
    lasts_ns: tuple[int, int]
    severity: tuple[float, float] = (1.0, 1.0)
    onset: float = 0.0
    roles: tuple[str, ...] = ()


_PLOTS = (
    _Plot(("water_meter",), ("leak",), 3, (2 * DAY, 9 * DAY), (0.1, 0.6), 0.2),
    _Plot(("tank", "level_sensor"), ("sensor_drift",), 2, (4 * DAY, 12 * DAY), (0.2, 0.7), 0.9),
    _Plot(("power_meter",), ("left_on",), 5, (2 * DAY, 8 * DAY), (0.4, 1.0)),
    _Plot(("power_meter", "water_meter", "ev_charger"), ("sensor_drift",), 2, (5 * DAY, 14 * DAY), (0.4, 1.0), 0.8),
    _Plot(("power_meter",), ("feeder_trip",), 2, (15 * MINUTE, 90 * MINUTE), roles=("feeder", "use")),
    _Plot(("power_meter",), ("low_power_factor", "unbalance"), 2, (8 * HOUR, 3 * DAY), (0.4, 0.9), 0.1),
    _Plot(("pump", "vfd"), ("motor_trip", "start_failure"), 4, (2 * HOUR, 14 * HOUR)),
    _Plot(("pump", "vfd"), ("seal_leak", "bearing_hot"), 2, (12 * HOUR, 4 * DAY), (0.5, 1.0), 0.7),
    _Plot(("sump",), ("pump_fail",), 3, (4 * HOUR, 30 * HOUR)),
    _Plot(("elevator",), ("door_fault", "safety_circuit", "position_lost"), 8, (20 * MINUTE, 2 * HOUR)),
    _Plot(("elevator",), ("entrapment",), 1, (15 * MINUTE, 40 * MINUTE)),
    _Plot(("ev_charger",), ("ground_failure", "over_temperature", "connector_lock_failure"), 6, (2 * HOUR, 20 * HOUR)),
    _Plot(("transformer_monitor",), ("fan_failed", "fans_off"), 1, (8 * HOUR, 3 * DAY)),
    _Plot(("fire_loop",), ("detector_fault", "shield"), 4, (3 * HOUR, 2 * DAY)),
    _Plot(("gas_detector",), ("flow_blocked", "cell_worn"), 1, (6 * HOUR, 3 * DAY)),
    _Plot(("hvac",), ("low_capacity",), 1, (1 * DAY, 5 * DAY), (0.4, 1.0), 0.5),
    _Plot(("parking_barrier",), ("stuck_open", "loop_fault"), 3, (15 * MINUTE, 3 * HOUR)),
)
_LINKS = _Plot((), (LOST_LINK,), 12, (5 * MINUTE, 4 * HOUR))
"""Any device's link."""


def planted(site: Site, machines: Mapping[str, Machine], seed: int, start_ns: int, end_ns: int) -> list[PlantedEvent]:
    """The events between two instants, in order of their start; the same for the same site, seed and instants."""
    rng = Random(f"{seed} planted")
    plan = _Plan(start_ns + _CALM_START_NS, end_ns - _CALM_END_NS, rng)
    for plot in (*_PLOTS, _LINKS):
        able = [(device, kinds) for device in site.devices.values() if (kinds := _fitting(plot, device, machines[device.id]))]
        for _ in range(_how_many(plot, end_ns - start_ns) if able else 0):
            device, kinds = rng.choice(able)
            plan.plant(plot, device, rng.choice(kinds), machines[device.id])
    return sorted(plan.events, key=lambda event: (event.start_ns, event.device, event.kind))


class _Plan:
    """The events found room for so far."""

    def __init__(self, first_ns: int, last_ns: int, rng: Random) -> None:
        self.events: list[PlantedEvent] = []
        self._first_ns, self._last_ns = first_ns, last_ns
        self._rng = rng

    def plant(self, plot: _Plot, device: Device, kind: str, machine: Machine) -> None:
        """Somewhere in the span, if the device is well around that time."""
        lasts_ns = _whole_minutes(self._rng.uniform(*plot.lasts_ns))
        start_ns = _whole_minutes(self._rng.uniform(self._first_ns, max(self._first_ns, self._last_ns - lasts_ns)))
        severity, onset_s = round(self._rng.uniform(*plot.severity), 2), float(round(plot.onset * lasts_ns / SECOND))
        event = PlantedEvent(device.id, kind, start_ns, start_ns + lasts_ns, network=plot is _LINKS)
        if event.end_ns > self._last_ns or not self._is_free(event):
            return
        graded = not event.network and machine.faults[kind].severity is not None
        self.events.append(_graded(event, severity, onset_s) if graded else event)

    def _is_free(self, event: PlantedEvent) -> bool:
        others = (other for other in self.events if other.device == event.device)
        return all(event.end_ns + _REST_NS <= other.start_ns or other.end_ns + _REST_NS <= event.start_ns for other in others)


def _graded(event: PlantedEvent, severity: float, onset_s: float) -> PlantedEvent:
    return PlantedEvent(event.device, event.kind, event.start_ns, event.end_ns, severity, onset_s)


def _fitting(plot: _Plot, device: Device, machine: Machine) -> Sequence[str]:
    """In which of the plot's ways this device can go wrong."""
    if plot is _LINKS:
        return plot.kinds
    if device.device_class not in plot.classes:
        return ()
    if plot.roles and (device.metering is None or device.metering.role not in plot.roles):
        return ()
    return tuple(kind for kind in plot.kinds if kind in machine.faults)


def _how_many(plot: _Plot, span_ns: int) -> int:
    """As often as the plot says; at least once where the span is long enough for it."""
    if plot.lasts_ns[0] > span_ns / 2:
        return 0
    return max(1, round(plot.a_month * span_ns / _MONTH_NS))


def _whole_minutes(at_ns: float) -> int:
    return int(at_ns) // MINUTE * MINUTE
