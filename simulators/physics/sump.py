"""A garage drainage pit with two submersible pumps that take turns."""

from math import inf
from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.outlet import Outlet
from simulators.physics.probe import Probe, probe_faults
from simulators.physics.quantities import in_units
from simulators.physics.tank import Vessel

_AREA_M2 = 4.0
"""Of the pit; like the pumps' 25 m³/h at 3 kW and the seepage assumed for a garage pit."""
_PUMP_M3H = 25.0
_PUMP_KW = 3.0
_PAST_S = 1e-3
"""A little beyond a mark, so that its switch has switched."""
_USUAL_INFLOW_M3H = 1.5
_WET_M3H = 12.0
"""Inflow on a wet day, on which pumps are found broken."""
_BACK_M3H = 0.1 * _PUMP_M3H
_FILLING = frozenset({"both_pumps_fail", "high_inflow", "float_stuck", "pump_clogged"})
"""Faults that let the pit run full."""


class Sump(Breakable):
    device_class = "sump"
    units = in_units({"m": "level"})
    faults = fault_kinds(
        probe_faults("level transmitter", drift=-0.6, noise=0.2, unit="m"),
        pump_fail="Pump 1 trips on its thermal relay and stays off; pump 2 does the work alone.",
        both_pumps_fail="Both pumps trip; the pit stands just below the high float and goes on rising.",
        high_inflow=growing(
            "Rain runs in faster than both pumps can lift; the pit stands just below the high float and rises.", "inflow", 90.0, "m3/h"
        ),
        float_stuck="The start float hangs: no pump is called, and the pit has risen to just below the high float.",
        floor_leak="Water on the floor beside the pit wets the leak cable.",
        pump_clogged=growing(
            "Rags in the impeller: pump 1 runs and lifts nothing; the pit stands just below the high float and rises.",
            "flow of pump 1 lost",
            100.0,
            "%",
        ),
        check_valve="The check valves leak: a tenth of a pump's flow runs back into the pit, and the pumps start ever again.",
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
        self._probe = Probe(self, rng, depth_m)

    def _pass(self, dt_s: float) -> None:
        """Seconds of inflow and pumping; a step is cut where the water reaches a mark, so its length changes nothing."""
        self._rain.step(dt_s)
        self._probe.step()
        left, ran_s = dt_s, 0.0
        while left > 0:
            self._work_pumps()
            slice_s = min(left, self._until_mark_s())
            left -= slice_s
            self._move_water(slice_s / 3600)
            ran_s += sum(self._running) * slice_s
        self._outlet.draw(ran_s / dt_s * _PUMP_KW, 0.84)

    def _move_water(self, hours: float) -> None:
        """What is most goes last, so that a full pit stands at its rim and an empty one at its floor."""
        if self.inflow_m3h > self.lifted_m3h:
            self.vessel.draw(self.lifted_m3h * hours)
            self.vessel.fill(self.inflow_m3h * hours)
        else:
            self.vessel.fill(self.inflow_m3h * hours)
            self.vessel.draw(self.lifted_m3h * hours)

    def _until_mark_s(self) -> float:
        """When the water reaches the next mark at which pumps start or stop, as it rises or falls now."""
        rising_m_s = (self.inflow_m3h - self.lifted_m3h) / _AREA_M2 / 3600
        ahead_m = [mark - self.vessel.level_m for mark in (self.stop_m, self.start_m, self.high_m)]
        return min((m / rising_m_s + _PAST_S for m in ahead_m if m * rising_m_s > 0), default=inf)

    @property
    def inflow_m3h(self) -> float:
        """Seepage, rain, and what runs back through the check valves from the full pipe."""
        back = _BACK_M3H if self._has("check_valve") and not any(self._running) else 0.0
        if self._has("high_inflow"):
            return back + self.amount("high_inflow")
        if self._broken & {"both_pumps_fail", "float_stuck", "pump_clogged"}:
            return back + _WET_M3H
        return back + max(0.2, _USUAL_INFLOW_M3H * (1.0 + self._rain.value))

    @property
    def lifted_m3h(self) -> float:
        clogged = 1.0 - self.amount("pump_clogged") / 100
        return _PUMP_M3H * (self._running[0] * clogged + self._running[1])

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
        if kind in _FILLING and self._is_sudden(kind):
            self.vessel.stand_at(self.high_m - 0.02)
            self._turn = 0
        elif kind == "sensor_stuck":
            self._probe.hold(self.vessel.level_m)
        self._work_pumps()

    def _on_heal(self, kind: str) -> None:
        """The repair crew leaves the pit pumped out."""
        if kind in _FILLING:
            self.vessel.stand_at(self.stop_m + 0.1)
            self._called = 0
        elif kind == "sensor_stuck":
            self._probe.hold(None)
        self._work_pumps()

    def truth(self) -> Truth:
        level = self.vessel.level_m
        faulted = self._faulted()
        return {
            "level": self._probe.shows(level),
            "pump1_running": float(self._running[0]),
            "pump2_running": float(self._running[1]),
            "pump1_fault": float(faulted[0]),
            "pump2_fault": float(faulted[1]),
            "high_float": float(level >= self.high_m),
            "overflow_float": float(level >= self.overflow_m),
            "leak": float(self._has("floor_leak")),
        }
