"""A garage drainage pit with two submersible pumps that take turns."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.faults import Breakable, fault_kinds
from simulators.physics.outlet import Outlet
from simulators.physics.quantities import in_units
from simulators.physics.tank import Vessel

_AREA_M2 = 4.0
_PUMP_M3H = 25.0
_PUMP_KW = 3.0
_USUAL_INFLOW_M3H = 1.5


class Sump(Breakable):
    device_class = "sump"
    units = in_units({"m": "level"})
    faults = fault_kinds(
        pump_fail="Pump 1 trips on its thermal relay and stays off; pump 2 does the work alone.",
        both_pumps_fail="Both pumps trip; the pit stands just below the high float and goes on rising.",
        high_inflow="Rain runs in faster than both pumps can lift; the pit stands just below the high float and rises.",
        float_stuck="The start float hangs: no pump is called, and the pit has risen to just below the high float.",
        floor_leak="Water on the floor beside the pit wets the leak cable.",
        sensor_stuck="The level transmitter keeps showing the level it had.",
    )

    def __init__(self, outlet: Outlet, rng: Random, low_m: float = 0.5, high_m: float = 1.8, depth_m: float = 2.5) -> None:
        """Levels above the floor of the pit: ``low_m`` where the pumps would run dry, ``high_m`` where the high float switches."""
        super().__init__()
        self.stop_m = low_m + 0.1
        self.start_m = low_m + 0.55 * (high_m - low_m)
        self.high_m = high_m
        self.overflow_m = 0.5 * (high_m + depth_m)
        self.vessel = Vessel(_AREA_M2, depth_m, rng.uniform(self.stop_m + 0.05, self.start_m - 0.05))
        self._outlet = outlet
        self._rain = Drift(rng, 0.35, 1800.0)
        self._running = [False, False]
        self._turn = 0
        self._called = 0
        self._held_m: float | None = None

    def step(self, dt_s: float) -> None:
        """Seconds of inflow and pumping; long steps are cut, since a pit empties in minutes."""
        self._rain.step(dt_s)
        left = dt_s
        while left > 0:
            slice_s = min(left, 10.0)
            left -= slice_s
            self._work_pumps()
            self.vessel.fill(self.inflow_m3h * slice_s / 3600)
            self.vessel.draw(sum(self._running) * _PUMP_M3H * slice_s / 3600)
        self._outlet.draw(sum(self._running) * _PUMP_KW, 0.84)

    @property
    def inflow_m3h(self) -> float:
        if self._has("high_inflow"):
            return 90.0
        if self._broken & {"both_pumps_fail", "float_stuck"}:
            return 12.0
        return max(0.2, _USUAL_INFLOW_M3H * (1.0 + self._rain.value))

    def _work_pumps(self) -> None:
        level = self.vessel.level_m
        if level <= self.stop_m:
            if self._called:
                self._turn = 1 - self._turn
            self._called = 0
        elif not self._has("float_stuck"):
            self._called = 2 if level >= self.high_m else max(self._called, 1) if level >= self.start_m else self._called
        else:
            self._called = 0
        able = [self._outlet.is_healthy and not fault for fault in self._faulted()]
        wanted = [self._turn, 1 - self._turn]
        runners = [pump for pump in wanted if able[pump]][: self._called]
        self._running = [pump in runners for pump in (0, 1)]

    def _faulted(self) -> tuple[bool, bool]:
        both = self._has("both_pumps_fail")
        return both or self._has("pump_fail"), both

    def _on_fault(self, kind: str) -> None:
        if kind in ("both_pumps_fail", "high_inflow", "float_stuck"):
            self.vessel.stand_at(self.high_m - 0.02)
        elif kind == "sensor_stuck":
            self._held_m = self.vessel.level_m
        self._work_pumps()

    def _on_heal(self, kind: str) -> None:
        """The repair crew leaves the pit pumped out."""
        if kind in ("both_pumps_fail", "high_inflow", "float_stuck"):
            self.vessel.stand_at(self.stop_m + 0.1)
            self._called = 0
        elif kind == "sensor_stuck":
            self._held_m = None
        self._work_pumps()

    def truth(self) -> Truth:
        level = self.vessel.level_m
        faulted = self._faulted()
        return {
            "level": level if self._held_m is None else self._held_m,
            "pump1_running": float(self._running[0]),
            "pump2_running": float(self._running[1]),
            "pump1_fault": float(faulted[0]),
            "pump2_fault": float(faulted[1]),
            "high_float": float(level >= self.high_m),
            "overflow_float": float(level >= self.overflow_m),
            "leak": float(self._has("floor_leak")),
        }
