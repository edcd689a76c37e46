"""A room or garage sensor behind an IoT gateway: climate, presence, leak, occupancy. Stands in for any class with no model of its own."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.faults import Breakable, fault_kinds
from simulators.physics.outlet import NOMINAL_VOLTS, Outlet
from simulators.physics.quantities import in_units
from simulators.physics.site_time import DayCurve, SiteTime

_PRESENCE = DayCurve(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
_MEAN_STAY_S = 1800.0


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
        }
    )
    faults = fault_kinds(
        water_leak="The leak contact is wet.",
        over_temperature="The room is 22 K warmer than usual.",
        battery_low="The sensor's battery is down to 4 %.",
        sensor_stuck="Temperature and humidity stay as they were.",
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
        self._held: tuple[float, float] | None = None

    def step(self, dt_s: float) -> None:
        self._warmth.step(dt_s)
        self._damp.step(dt_s)
        self._frames += dt_s / 60
        if self._rng.random() < dt_s / _MEAN_STAY_S:
            self._present = self._rng.random() < _PRESENCE.at(self._time.hour)
        self._energy_kwh += self._power_kw() * dt_s / 3600
        self._outlet.draw_on(2, self._power_kw(), 0.95)

    def _power_kw(self) -> float:
        return (0.06 if self._present else 0.01) if self._outlet.has_phase(2) else 0.0

    def _climate(self) -> tuple[float, float]:
        heat = 22.0 if self._has("over_temperature") else 0.0
        return 21.0 + self._warmth.value + heat, min(99.0, max(5.0, 52.0 + self._damp.value))

    def _on_fault(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._held = self._climate()

    def _on_heal(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._held = None

    def truth(self) -> Truth:
        warmth, damp = self._held or self._climate()
        power, present = self._power_kw(), float(self._present)
        volts = self._outlet.volts[2]
        battery = 4.0 if self._has("battery_low") else self._battery
        return {
            "temperature": warmth, "z2m_temperature": warmth, "humidity": damp, "z2m_humidity": damp,
            "occupied": present, "z2m_occupancy": present,
            "water_leak": float(self._has("water_leak")), "z2m_water_leak": float(self._has("water_leak")),
            "z2m_battery": battery, "z2m_link_quality": 120.0, "z2m_device_availability": "online", "z2m_bridge_state": "online",
            "online": 1.0, "switch_output": float(power > 0), "switch_power": power, "switch_voltage": volts,
            "switch_current": power * 1000 / NOMINAL_VOLTS, "switch_energy": self._energy_kwh, "switch_temperature": warmth + 8.0,
            "tasmota_online": "Online", "tasmota_power_state": "ON", "tasmota_power": power, "tasmota_voltage": volts,
            "tasmota_current": power * 1000 / NOMINAL_VOLTS, "tasmota_energy_total": self._energy_kwh,
            "message_type": 2.0, "frame_counter": float(int(self._frames)), "rssi": -87.0, "snr": 7.5,
        }  # fmt: skip
