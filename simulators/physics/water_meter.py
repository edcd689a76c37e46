"""An ultrasonic water meter: it integrates the flow of its pipe (Arad Octave points)."""

from random import Random

from simulators.machine import Truth
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.quantities import in_units
from simulators.physics.site_time import SiteTime
from simulators.physics.water_use import WaterUse

_LEAKS = ("leak", "burst")
_HUNDREDTH = 2.0
"""Resolution code of the meter: 0.01 m³ and 0.01 m³/h."""
_ALARM_BITS = {"leak": 0, "measurement_fail": 5, "battery_low": 7}


class WaterMeter(Breakable):
    device_class = "water_meter"
    units = in_units(
        {
            "m3": "forward_volume reverse_volume net_volume net_unsigned_volume forward_volume_f64 reverse_volume_f64 "
            "net_signed_volume_f64 net_unsigned_volume_f64",
            "m3/h": "flow_rate flow_f64",
            "degC": "temperature",
        }
    )
    faults = fault_kinds(
        leak=growing("A pipe behind the meter leaks 3 m3/h, day and night; after detection the leakage bit is set.", "leak", 3.0, "m3/h"),
        burst=growing("A pipe behind the meter has burst: 40 m3/h more than anyone uses.", "loss", 40.0, "m3/h"),
        reverse_flow=growing("Water runs backwards at 1 m3/h: the backflow preventer has failed.", "flow backwards", 1.0, "m3/h"),
        measurement_fail="Air in the pipe: no measurement, flow 0 and the failure bit, the counter stands.",
        battery_low="The meter's battery is nearly empty.",
        sensor_drift=growing("Scale in the measuring tube: the meter counts 20 % too little.", "error", -20.0, "%"),
        sensor_noise=growing("Air bubbles in the tube: the flow trembles by up to 40 % either way.", "tremble", 40.0, "%"),
        sensor_stuck="The meter's electronics hang: flow and counters stay as they were, without an alarm bit.",
    )

    def __init__(self, use: WaterUse, time: SiteTime, rng: Random, serial: str = "") -> None:
        """``use``: what hangs behind the meter."""
        super().__init__()
        self._use = use
        self._time = time
        self._serial = serial
        self.flow_m3h = 0.0
        self.forward_m3 = rng.uniform(2_000, 60_000)
        self.reverse_m3 = rng.uniform(0.0, 0.5)
        self._jitter = Random(rng.getrandbits(32))

    def _pass(self, dt_s: float) -> None:
        if self._broken:
            self._use.leak_m3h = sum(self.amount(leak) for leak in _LEAKS)
        if self._has("sensor_stuck"):
            return
        self.flow_m3h = self._flow()
        volume = self.flow_m3h * dt_s / 3600
        if volume >= 0:
            self.forward_m3 += volume
        else:
            self.reverse_m3 -= volume

    def _flow(self) -> float:
        if self._has("measurement_fail"):
            return 0.0
        if self._has("reverse_flow"):
            return -self.amount("reverse_flow")
        tremble = self._jitter.uniform(-1.0, 1.0) * self.amount("sensor_noise") if self._has("sensor_noise") else 0.0
        return self._use.delivered_m3h * (1.0 + (self.amount("sensor_drift") + tremble) / 100)

    def _on_fault(self, kind: str) -> None:
        self._use.leak_m3h = sum(self.amount(leak) for leak in _LEAKS)

    _on_heal = _on_fault

    def truth(self) -> Truth:
        net = self.forward_m3 - self.reverse_m3
        local = self._time.local
        alarms = sum(1 << bit for kind, bit in _ALARM_BITS.items() if self._has(kind))
        return {
            "alarms": float(alarms),
            "serial_number": self._serial,
            "weekday": float(local.isoweekday()),
            "day": float(local.day),
            "month": float(local.month),
            "year": float(local.year),
            "hours": float(local.hour),
            "minutes": float(local.minute),
            "volume_unit": 0.0,
            "volume_resolution": _HUNDREDTH,
            "flow_resolution": _HUNDREDTH,
            "flow_unit": 0.0,
            "flow_direction": 0.0 if self.flow_m3h == 0 else 1.0 if self.flow_m3h > 0 else 2.0,
            "temperature": 17.0,
            "temperature_unit": 1.0,
            "forward_volume": self.forward_m3,
            "forward_volume_f64": self.forward_m3,
            "reverse_volume": self.reverse_m3,
            "reverse_volume_f64": self.reverse_m3,
            "net_volume": net,
            "net_signed_volume_f64": net,
            "net_unsigned_volume": abs(net),
            "net_unsigned_volume_f64": abs(net),
            "flow_rate": self.flow_m3h,
            "flow_f64": self.flow_m3h,
        }
