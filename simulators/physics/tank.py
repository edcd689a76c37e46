"""A water tank: what flows in and out decides its level, and nothing is lost unaccounted."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.probe import Probe, probe_faults
from simulators.physics.quantities import in_units

MPA_PER_METRE = 0.00981
"""Pressure of a metre of water."""
_BEHIND_SHUT_MPA = 0.005
"""What passes a valve that is nearly shut; assumed."""
OUTLET_BELOW_M = 2.0
"""A tank stands this much above the suction of its pumps; assumed."""


class Vessel:
    """The water itself. Volumes are running totals in m³: level × area = at the start + filled − drawn − leaked − spilled + adjusted."""

    __slots__ = ("adjusted_m3", "area_m2", "drawn_m3", "filled_m3", "height_m", "leaked_m3", "level_m", "spilled_m3")

    def __init__(self, area_m2: float, height_m: float, level_m: float) -> None:
        self.area_m2 = area_m2
        self.height_m = height_m
        self.level_m = level_m
        self.filled_m3 = 0.0
        self.drawn_m3 = 0.0
        self.leaked_m3 = 0.0
        self.spilled_m3 = 0.0
        self.adjusted_m3 = 0.0

    def draw(self, wanted_m3: float) -> float:
        """Take water out; what is not there is not given."""
        given = min(wanted_m3, self.level_m * self.area_m2)
        self.drawn_m3 += given
        self.level_m -= given / self.area_m2
        return given

    def leak(self, wanted_m3: float) -> None:
        lost = min(wanted_m3, self.level_m * self.area_m2)
        self.leaked_m3 += lost
        self.level_m -= lost / self.area_m2

    def fill(self, volume_m3: float) -> None:
        """Let water in; what does not fit runs over the edge."""
        self.filled_m3 += volume_m3
        self.level_m += volume_m3 / self.area_m2
        if self.level_m > self.height_m:
            self.spilled_m3 += (self.level_m - self.height_m) * self.area_m2
            self.level_m = self.height_m

    def stand_at(self, level_m: float) -> None:
        """Begin again from another level; the difference is on the books as adjusted."""
        self.adjusted_m3 += (level_m - self.level_m) * self.area_m2
        self.level_m = level_m


class Tank(Breakable):
    device_class = "tank"
    units = in_units({"m": "level", "degC": "temperature", "MPa": "outlet_pressure"})
    faults = fault_kinds(
        probe_faults("level transmitter", drift=1.0, noise=0.3, unit="m"),
        inlet_stuck_closed="The inlet valve does not open; the tank has just run down to its low mark and goes on falling with the demand.",
        overflow="The inlet valve does not close; the tank is full to the rim and runs over.",
        leak=growing("The drain stands open: 40 m3/h are lost, and the level falls though the inlet is open.", "loss", 40.0, "m3/h"),
        pressure_lost=growing(
            "The outlet valve is nearly shut: 0.005 MPa are left behind it, the level is well.", "outlet pressure lost", 100.0, "%"
        ),
    )

    def __init__(
        self, vessel: Vessel, low_m: float, high_m: float, inlet_m3h: float, rng: Random, above_outlet_m: float = OUTLET_BELOW_M
    ) -> None:
        """``low_m`` and ``high_m`` are the alarm marks; the float valve works well between them. ``above_outlet_m``: height of the floor
        of the tank above where the outlet pressure is taken."""
        super().__init__()
        self.vessel = vessel
        self.inlet_m3h = inlet_m3h
        self._low_m = low_m
        self._above_outlet_m = above_outlet_m
        self._open_below_m = low_m + 0.60 * (high_m - low_m)
        self._close_above_m = low_m + 0.90 * (high_m - low_m)
        self._is_open = vessel.level_m < self._open_below_m
        self._temperature = Drift(rng, 1.2, 7200.0)
        self._probe = Probe(self, rng, vessel.height_m)

    @property
    def inlet_flow_m3h(self) -> float:
        """What runs through the inlet now; a water meter may stand there."""
        return self.inlet_m3h if self._is_open else 0.0

    def _pass(self, dt_s: float) -> None:
        """Let water in and out for ``dt_s``; the pumps draw from the vessel themselves, and the inlet was set before them."""
        hours = dt_s / 3600
        self.vessel.fill(self.inlet_flow_m3h * hours)
        if self._has("leak"):
            self.vessel.leak(self.amount("leak") * hours)
        self._temperature.step(dt_s)
        self._probe.step()

    def work_inlet(self) -> None:
        """The float valve; asked before the step, so that whoever meters the inlet sees the flow that then comes."""
        level = self.vessel.level_m
        if self._has("inlet_stuck_closed"):
            self._is_open = False
        elif self._has("overflow") or level < self._open_below_m:
            self._is_open = True
        elif level > self._close_above_m:
            self._is_open = False

    def _on_fault(self, kind: str) -> None:
        if kind == "inlet_stuck_closed":
            self.vessel.stand_at(max(0.0, self._low_m - 0.02))
        elif kind == "overflow":
            self.vessel.stand_at(self.vessel.height_m)
        elif kind == "sensor_stuck":
            self._probe.hold(self.vessel.level_m)
        self.work_inlet()

    def _on_heal(self, kind: str) -> None:
        """The repair crew leaves the tank at a level it can work from."""
        if kind in ("inlet_stuck_closed", "overflow", "leak"):
            self.vessel.stand_at(0.5 * (self._open_below_m + self._close_above_m))
        elif kind == "sensor_stuck":
            self._probe.hold(None)
        self.work_inlet()

    def truth(self) -> Truth:
        static_mpa = (self.vessel.level_m + self._above_outlet_m) * MPA_PER_METRE
        lost = self.amount("pressure_lost") / 100
        return {
            "level": self._probe.shows(self.vessel.level_m),
            "temperature": 16.0 + self._temperature.value,
            "inlet_open": float(self._is_open),
            "overflow": float(self.vessel.level_m >= self.vessel.height_m - 0.02),
            "outlet_pressure": (1.0 - lost) * static_mpa + lost * _BEHIND_SHUT_MPA,
        }
