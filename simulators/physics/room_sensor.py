"""A room or garage sensor behind an IoT gateway: climate, presence, leak, occupancy. Stands in for any class with no model of its own."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.outlet import NOMINAL_VOLTS, Outlet
from simulators.physics.probe import Probe, probe_faults
from simulators.physics.quantities import in_units
from simulators.physics.site_time import DayCurve, SiteTime

_PRESENCE = DayCurve(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
_MEAN_STAY_S = 1800.0
_SPAN_C = 50.0


class RoomSensor(Breakable):
    units = in_units(
        {
            "degC": "temperature z2m_temperature switch_temperature",
            "%": "humidity z2m_humidity z2m_battery",
            "kW": "switch_power tasmota_power",
            "V": "switch_voltage tasmota_voltage",
            "A": "switch_current tasmota_current",
            "kWh": "switch_energy tasmota_energy_total",
            "dBm": "rssi",
            "s": "received_at",
        }
    )
    faults = fault_kinds(
        probe_faults("temperature sensor", drift=5.0, noise=2.0, unit="K"),
        water_leak="The leak contact is wet.",
        over_temperature=growing("The room is 22 K warmer than usual.", "warmer than usual", 22.0, "K"),
        damp=growing("A window stands open in the rain: 40 % more relative humidity.", "more humidity", 40.0, "%"),
        offline="The device no longer reaches its gateway: it is shown offline.",
        battery_low=growing("The sensor's battery is down to 4 %.", "charge lost", 96.0, "%"),
    )

    def __init__(self, device_class: str, outlet: Outlet, time: SiteTime, rng: Random) -> None:
        super().__init__()
        self.device_class = device_class
        self._outlet = outlet
        self._time = time
        self._rng = rng
        self._warmth = Drift(rng, 0.8, 3600.0)
        self._damp = Drift(rng, 4.0, 3600.0)
        self._battery = rng.uniform(40, 100)
        self._present = False
        self._energy_kwh = rng.uniform(10, 400)
        self._frames = 0.0
        self._probe = Probe(self, rng, _SPAN_C)

    def _pass(self, dt_s: float) -> None:
        self._warmth.step(dt_s)
        self._damp.step(dt_s)
        self._probe.step()
        self._frames += dt_s / 60
        if self._rng.random() < dt_s / _MEAN_STAY_S:
            self._present = self._rng.random() < _PRESENCE.at(self._time.hour)
        self._energy_kwh += self._power_kw() * dt_s / 3600
        self._outlet.draw_on(2, self._power_kw(), 0.95)

    def _power_kw(self) -> float:
        return (0.06 if self._present else 0.01) if self._outlet.has_phase(2) else 0.0

    def _climate(self) -> tuple[float, float]:
        heat, damp = self.amount("over_temperature"), self.amount("damp")
        return 21.0 + self._warmth.value + heat, min(99.0, max(5.0, 52.0 + self._damp.value + damp))

    def _on_fault(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._probe.hold(self._climate()[0])

    def _on_heal(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._probe.hold(None)

    def truth(self) -> Truth:
        warmth, damp = self._climate()
        warmth = self._probe.shows(warmth)
        power, present = self._power_kw(), float(self._present)
        volts = self._outlet.volts[2]
        is_online = not self._has("offline")
        battery = min(self._battery, 100.0 - self.amount("battery_low"))
        return {
            "temperature": warmth, "z2m_temperature": warmth, "humidity": damp, "z2m_humidity": damp,
            "occupied": present, "z2m_occupancy": present,
            "water_leak": float(self._has("water_leak")), "z2m_water_leak": float(self._has("water_leak")),
            "z2m_battery": battery, "z2m_link_quality": 120.0, "z2m_device_availability": "online" if is_online else "offline",
            "z2m_bridge_state": "online",
            "online": float(is_online), "switch_output": float(power > 0), "switch_power": power, "switch_voltage": volts,
            "switch_current": power * 1000 / NOMINAL_VOLTS, "switch_energy": self._energy_kwh, "switch_temperature": warmth + 8.0,
            "tasmota_online": "Online" if is_online else "Offline",
            "tasmota_power_state": "ON", "tasmota_power": power, "tasmota_voltage": volts,
            "tasmota_current": power * 1000 / NOMINAL_VOLTS, "tasmota_energy_total": self._energy_kwh,
            "message_type": 2.0, "frame_counter": float(int(self._frames)), "rssi": -87.0, "snr": 7.5, "received_at": self._time.epoch_s,
        }  # fmt: skip
