"""A dry-type transformer and its temperature controller (Eaton TC-100 points).

Each winding follows its current as a first-order lag (IEC 60076-12)::

    ambient + idle rise + rated rise · (I / Ir)^1.6  ──time constant──► winding ──► thermocouple ──► controller ──► fans, alarm, trip
"""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift, approach
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.network import Branch
from simulators.physics.quantities import in_units
from simulators.physics.site_time import SiteTime

RATED_KVA = 1000.0
RATED_A = RATED_KVA * 1000 / (3**0.5 * 400)
SHORT_CIRCUIT = (0.0081, 0.0595)
"""Resistance and reactance as a share of the base impedance: 8.13 kW load loss, which grows with the square of the current, and uk = 6 %
of a 1,000 kVA dry-type unit of class F (GB/T 10228, recalled)."""
IDLE_KW = 1.77
"""No-load loss of the same unit, day and night (GB/T 10228, recalled)."""
BASE_OHM = 400.0 * 400.0 / (RATED_KVA * 1000)

_RISE_K, _EXPONENT = 80.0, 1.6
"""Winding rise over ambient at rated current: below the 100 K that class F may have (IEC 60076-11); it goes with the current to the power
of 1.6 under natural air (IEC 60076-12)."""
_IDLE_RISE_K = 8.0
"""From the core alone, without load; assumed."""
_LAG_S = 1800.0
"""Time constant of a winding; assumed, within the half to one and a half hours makers of cast-resin units give."""
_FANNED = 0.7
"""What is left of the rise under the fans: they carry 125 to 140 % of the rated current at the same rise; assumed."""
_FAN_ON, _FAN_OFF, _ALARM, _TRIP = 90.0, 80.0, 130.0, 150.0
_TRIPS_AFTER_S = 20.0
"""From the trip relay to the open breaker before the transformer: the time relay in its trip circuit; assumed."""
_OPEN_SENSOR = 250.0
"""What the controller shows for a broken thermocouple (upscale burn-out), degC."""
_HOT = {"overheat": (1, 120.0, 9.0), "fan_failed": (0, 300.0, 15.0), "fans_off": (0, 300.0, 10.0), "winding_short": (2, 120.0, 12.0)}
"""Fault that heats → winding, time constant (s), and how far below its end (K) it stands when it begins at once."""


class Transformer(Breakable):
    device_class = "transformer_monitor"
    units = in_units(
        {
            "degC": "winding1_temp winding2_temp winding3_temp ambient_temp max_temp average_temp winding1_max_temp winding2_max_temp "
            "winding3_max_temp ambient_max_temp fan1_setpoint fan2_setpoint alarm_setpoint trip_setpoint",
            "h": "fan1_wear_time fan2_wear_time fan1_max_on_time fan2_max_on_time",
        }
    )
    faults = fault_kinds(
        overheat=growing(
            "A cooling duct is blocked: winding 2 stands at the alarm limit and climbs to about 142 degC; alarm relay and fans on.",
            "temperature winding 2 goes to", 142.0, "degC", none=40.0,
        ),
        fan_failed=growing(
            "The fans do not turn when called: windings run hotter and the controller reports no air flow.",
            "temperature winding 1 goes to", 110.0, "degC", none=40.0,
        ),
        fans_off=growing(
            "The fans stand in manual and are not called: windings settle near 108 degC with both fan relays off.",
            "temperature winding 1 goes to", 108.0, "degC", none=40.0,
        ),
        winding_short=growing(
            "Turns of winding 3 are shorted: it is past the trip limit, alarm and trip relays close, and after 20 s the breaker opens.",
            "temperature winding 3 goes to", 165.0, "degC", none=40.0,
        ),
        sensor_open="The thermocouple of winding 1 is broken: it shows 250 degC and an open-circuit diagnosis, the fans run.",
        sensor_reversed="The thermocouple of winding 3 is wired backwards: it reads below ambient, with a reversed-sensor diagnosis.",
        sensor_noise=growing(
            "The thermocouple cable of winding 1 lies beside a power cable: its reading trembles by up to 6 K.", "tremble", 6.0, "K"
        ),
        memory_failure="The controller's memory has failed: the EEPROM diagnosis is set, temperatures stay right.",
    )  # fmt: skip

    def __init__(self, branch: Branch | None, time: SiteTime, rng: Random, rated_a: float = RATED_A) -> None:
        super().__init__()
        self._branch = branch
        self._time = time
        self._rated_a = rated_a
        self._room = Drift(rng, 0.8, 3600.0)
        self._ambient = 28.0
        self._windings = [45.0, 46.0, 45.0]
        self._highest = [88.0, 91.0, 87.0, 38.0]
        self._fans_on = False
        self._fan_hours = rng.uniform(300, 2500)
        self._serial = float(rng.randrange(1000, 60000))
        self._jitter = Random(rng.getrandbits(32))
        self._tremble_k = 0.0
        self._too_hot_s = 0.0

    @property
    def fans_turn(self) -> bool:
        return self._fans_on and not self._has("fan_failed")

    def _pass(self, dt_s: float) -> None:
        daylight = max(0.0, 1.0 - abs(self._time.hour - 15.0) / 9.0)
        self._ambient = 25.0 + 5.0 * daylight + self._room.step(dt_s)
        self._warm(dt_s)
        if self._has("sensor_noise"):
            self._tremble_k = self._jitter.uniform(-1.0, 1.0) * self.amount("sensor_noise")
        self._switch_fans(dt_s)
        self._work_trip(dt_s)
        shown = self._shown()
        self._highest = [max(high, now) for high, now in zip(self._highest, [*shown, self._ambient], strict=True)]

    def _warm(self, dt_s: float) -> None:
        loads = [amps / self._rated_a for amps in self._branch.amps] if self._branch else [0.4, 0.4, 0.4]
        cooling = _FANNED if self.fans_turn else 1.0
        for k in range(3):
            rise = _IDLE_RISE_K + _RISE_K * loads[k] ** _EXPONENT * cooling
            self._windings[k] = approach(self._windings[k], self._ambient + rise, dt_s, _LAG_S)
        for kind, (winding, lag_s, _) in _HOT.items():
            if self._has(kind):
                hotter = approach(self._windings[winding], self.amount(kind), dt_s, lag_s)
                self._windings[winding] = max(self._windings[winding], hotter)

    def _work_trip(self, dt_s: float) -> None:
        """The breaker before the transformer opens when its trip relay has been closed for a while, and stays open."""
        is_called = bool(int(self._relays(max(self._shown()))) >> 4 & 1)
        self._too_hot_s = self._too_hot_s + dt_s if is_called else 0.0
        if self._branch is not None and self._too_hot_s >= _TRIPS_AFTER_S:
            self._branch.tripped = True

    def _switch_fans(self, dt_s: float) -> None:
        hottest = max(self._shown())
        if self._has("fans_off"):
            self._fans_on = False
        elif hottest > _FAN_ON:
            self._fans_on = True
        elif hottest < _FAN_OFF:
            self._fans_on = False
        if self.fans_turn:
            self._fan_hours += dt_s / 3600

    def _shown(self) -> list[float]:
        shown = list(self._windings)
        if self._has("sensor_noise"):
            shown[0] += self._tremble_k
        if self._has("sensor_open"):
            shown[0] = _OPEN_SENSOR
        if self._has("sensor_reversed"):
            shown[2] = max(0.0, 2 * self._ambient - self._windings[2])
        return shown

    def _on_fault(self, kind: str) -> None:
        if kind in _HOT and self._is_sudden(kind):
            winding, _, below = _HOT[kind]
            self._windings[winding] = max(self._windings[winding], self.amount(kind) - below)
        if kind == "fan_failed":
            self._fans_on = True

    def _on_heal(self, kind: str) -> None:
        """The repair crew lets the winding cool, and closes the breaker again, before it leaves."""
        if kind in _HOT:
            coolest = min(self._windings)
            self._windings = [min(winding, coolest + 5.0) for winding in self._windings]
            self._too_hot_s = 0.0
            if self._branch is not None:
                self._branch.tripped = False
        if kind.startswith("sensor_"):
            self._highest = [max(45.0, now) for now in [*self._windings, self._ambient]]
        self._switch_fans(0.0)

    def _diagnosis(self) -> float:
        """Bits of the diagnostic word (Eaton IM02602008E, appendix B)."""
        bits = 0
        for kind, bit in (("fan_failed", 2), ("memory_failure", 4), ("sensor_open", 8), ("sensor_reversed", 9)):
            if self._has(kind):
                bits |= 1 << bit
        if max(self._windings) > _ALARM:
            bits |= 1 << 1
        return float(bits | 1 if bits else 0)

    def _relays(self, hottest: float) -> float:
        measured = 0.0 if self._has("sensor_open") else hottest
        bits = 0
        bits |= 0b0110 if self._fans_on else 0
        bits |= 1 << 3 | 1 << 5 if measured > _ALARM else 0
        bits |= 1 << 4 if measured > _TRIP else 0
        return float(bits | 1 if bits else 0)

    def truth(self) -> Truth:
        shown = self._shown()
        hottest = max(shown)
        return {
            "winding1_temp": shown[0],
            "winding2_temp": shown[1],
            "winding3_temp": shown[2],
            "ambient_temp": self._ambient,
            "max_temp": hottest,
            "average_temp": sum(shown) / 3,
            "winding1_max_temp": self._highest[0],
            "winding2_max_temp": self._highest[1],
            "winding3_max_temp": self._highest[2],
            "ambient_max_temp": self._highest[3],
            "hottest_phase": float(1 | 1 << (1 + shown.index(hottest))),
            "diagnostic_status": self._diagnosis(),
            "relay_status": self._relays(hottest),
            "fan1_wear_time": self._fan_hours,
            "fan2_wear_time": self._fan_hours,
            "fan1_max_on_time": 14.0,
            "fan2_max_on_time": 14.0,
            "fan1_setpoint": _FAN_ON,
            "fan2_setpoint": _FAN_ON + 5,
            "alarm_setpoint": _ALARM,
            "trip_setpoint": _TRIP,
            "fan_deadband": 18.0,
            "alarm_deadband": 9.0,
            "trip_deadband": 9.0,
            "temp_display_unit": 0.0,
            "active_channels": 15.0,
            "fan_mode": 1.0,
            "firmware_version": 112.0,
            "hardware_version": 3.0,
            "serial_number": self._serial,
            "date_code": 20230615.0,
            "device_type": 1.0,
            "modbus_baud": 0.0,
            "alarm_latch": 0.0,
            "trip_latch": 0.0,
        }
