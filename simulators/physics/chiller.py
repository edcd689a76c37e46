"""A chiller that holds the chilled water of the podium (Daikin MicroTech III points)."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift, approach
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.outlet import Outlet
from simulators.physics.probe import Probe, probe_faults
from simulators.physics.quantities import in_units
from simulators.physics.site_time import DayCurve, SiteTime

_SETPOINT_C = 7.0
_SENSOR_SPAN_C = 50.0
_FULL_SPREAD_K = 5.0
"""Between entering and leaving water at full load, the usual 12/7 °C."""
_COOLING = DayCurve(
    0, 0, 0, 0, 0, 0, 0, .2, .45, .6, .7, .8, .85, .9, .92, .9, .85, .8, .75, .7, .6, .4, 0, 0,
)  # fmt: skip
_OFF, _RUN = 1.0, 3.0
_TRIPS = {"compressor_trip": 12.0, "high_pressure": 17.0, "sensor_open": 24.0}
"""Fault index shown for each trip; the numbers only keep the kinds apart."""


class Chiller(Breakable):
    device_class = "hvac"
    units = in_units(
        {
            "degC": "active_setpoint evaporator_entering_temp evaporator_leaving_temp outdoor_air_temp",
            "%": "actual_capacity capacity_limit",
            "A": "chiller_current",
        }
    )
    faults = fault_kinds(
        probe_faults("leaving-water sensor", drift=4.0, noise=1.0, unit="K"),
        compressor_trip="The compressors have tripped: fault index 12, alarm output on, the chilled water warms up.",
        flow_lost="No water through the evaporator: flow switch open, problem index 21, unit off though enabled.",
        high_pressure="The condenser is fouled: tripped on high pressure, fault index 17, unit off.",
        low_capacity=growing(
            "Refrigerant is missing: the unit runs at full capacity and cannot hold the leaving temperature.",
            "leaving water above the setpoint", 5.0, "K",
        ),
        sensor_open="The wire of the leaving-water sensor is broken: the controller stops the unit with fault index 24.",
        condenser_fouled=growing(
            "Dirt on the condenser: the same cooling takes 35 % more current.", "more power for the same cooling", 35.0, "%"
        ),
    )  # fmt: skip

    def __init__(self, outlet: Outlet, time: SiteTime, rng: Random, rated_kw: float = 110.0) -> None:
        """``rated_kw``: electric input at full load."""
        super().__init__()
        self._outlet = outlet
        self._time = time
        self._rated_kw = rated_kw
        self._noise = Drift(rng, 0.03, 600.0)
        self._weather = Drift(rng, 1.0, 7200.0)
        self.capacity = 0.0
        self.leaving_c = 9.0
        self.entering_c = 12.0
        self._probe = Probe(self, rng, _SENSOR_SPAN_C)

    @property
    def is_tripped(self) -> bool:
        return bool(self._broken & {*_TRIPS, "flow_lost"}) or not self._outlet.is_healthy

    @property
    def is_running(self) -> bool:
        return self._wanted() > 0 and not self.is_tripped

    def _wanted(self) -> float:
        """Cooling load of the podium as a share of the rated one."""
        share = _COOLING.at(self._time.hour)
        return max(0.15, share + self._noise.value) if share > 0 else 0.0

    def _pass(self, dt_s: float) -> None:
        self._noise.step(dt_s)
        self._probe.step()
        self._weather.step(dt_s)
        load = self._wanted()
        if self.is_running:
            target = load + (1.0 - load) * self.severity("low_capacity")
            self.capacity = approach(self.capacity, target, dt_s, 60.0)
            leaving = _SETPOINT_C + self.amount("low_capacity")
            self.leaving_c = approach(self.leaving_c, leaving, dt_s, 120.0)
            self.entering_c = approach(self.entering_c, self.leaving_c + _FULL_SPREAD_K * load, dt_s, 120.0)
        else:
            self.capacity = 0.0
            rest = 16.0 + 6.0 * load
            self.leaving_c = approach(self.leaving_c, rest, dt_s, 900.0)
            self.entering_c = approach(self.entering_c, rest + 0.5, dt_s, 900.0)
        self._outlet.draw(self.power_kw, 0.88)

    @property
    def power_kw(self) -> float:
        if self.is_running:
            return self._rated_kw * (0.12 + 0.88 * self.capacity) * (1.0 + self.amount("condenser_fouled") / 100)
        return 0.3 if self._outlet.is_healthy else 0.0

    def _on_fault(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._probe.hold(self.leaving_c)
        elif kind == "low_capacity" and self._is_sudden(kind):
            self.leaving_c = max(self.leaving_c, _SETPOINT_C + 0.8 * self.amount(kind))

    def _on_heal(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._probe.hold(None)

    def truth(self) -> Truth:
        running = self.is_running
        index = next((number for kind, number in _TRIPS.items() if self._has(kind)), 0.0)
        volts = max(1.0, sum(self._outlet.volts) / 3)
        return {
            "local_remote": 0.0,
            "enable_output": float(self._wanted() > 0),
            "run_enabled": float(self._wanted() > 0 and index == 0),
            "capacity_limited": float(self._has("low_capacity")),
            "alarm_output": float(index > 0),
            "evaporator_flow": float(self._wanted() > 0 and not self._has("flow_lost") and self._outlet.is_healthy),
            "chiller_on": float(running),
            "enable_setpoint": 1.0,
            "clear_alarms": 2.0,
            "mode_output": 2.0,
            "active_setpoint": _SETPOINT_C,
            "actual_capacity": 100 * self.capacity,
            "capacity_limit": 100.0,
            "chiller_status": _RUN if running else _OFF,
            "evaporator_entering_temp": self.entering_c,
            "evaporator_leaving_temp": self._probe.shows(self.leaving_c),
            "outdoor_air_temp": 24.0 + 6.0 * max(0.0, 1.0 - abs(self._time.hour - 14.5) / 8.0) + self._weather.value,
            "chiller_current": self.power_kw * 1000 / (3 * volts * 0.88) if running else 0.0,
            "warning_index": 3.0 if self._has("low_capacity") else 0.0,
            "problem_index": 21.0 if self._has("flow_lost") else 0.0,
            "fault_index": index,
        }
