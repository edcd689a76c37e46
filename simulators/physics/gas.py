"""A gas detector: kitchen gas in % LEL, or carbon monoxide of the garage in ppm (Honeywell Midas points)."""

from dataclasses import dataclass
from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift, approach
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.quantities import in_units

_WARM_UP, _MONITOR = 0, 1
_MAINTENANCE, _INSTRUMENT = 1, 2
_CELL_HOURS = 17_520.0
"""Two years of sensor life."""


@dataclass(frozen=True, slots=True)
class Gas:
    """What is sought. ``unit_code`` and ``decimals`` as in the detector's own register; levels in that unit."""

    unit_code: int
    decimals: int
    gas_id: int
    clean: float
    alarm1: float
    alarm2: float


METHANE = Gas(unit_code=8, decimals=1, gas_id=14, clean=0.4, alarm1=20.0, alarm2=50.0)
"""% LEL; the low alarm lies within 5 to 25 % LEL (GB 15322)."""
CARBON_MONOXIDE = Gas(unit_code=1, decimals=0, gas_id=9, clean=4.0, alarm1=30.0, alarm2=60.0)
"""ppm; 30 mg/m³ (about 26 ppm) is the short-time limit of GBZ 2.1."""


class GasDetector(Breakable):
    device_class = "gas_detector"
    units = in_units({"degC": "temperature", "h": "cell_life_remaining", "s": "heartbeat_counter", "cc/min": "sample_flow"})
    faults = fault_kinds(
        leak=growing(
            "Gas escapes: the concentration stands 30 % above the second alarm level; both alarms on.",
            "concentration over the second alarm level", 130.0, "%",
        ),
        slow_leak=growing(
            "A little gas escapes: the concentration stands between the first and the second alarm level.",
            "concentration over the first alarm level", 175.0, "%",
        ),
        instrument_fault="The detector's electronics fail: instrument fault 49, concentration 0.",
        flow_blocked="The sample line is blocked: flow falls to 40 cc/min with a maintenance fault.",
        frozen="The detector hangs: every value stays, the heartbeat stands still.",
        cell_worn="The sensor cell is worn out: 100 h of life left with a maintenance fault.",
        warm_up="The detector restarts and warms up: its alarms do not count.",
        sensor_drift=growing(
            "The cell's zero has drifted: it reads 120 % of the first alarm level too much in clean air.",
            "error over the first alarm level", 120.0, "%",
        ),
        sensor_noise=growing(
            "Moisture in the cell: the reading trembles by up to 60 % of the first alarm level either way.",
            "tremble over the first alarm level", 60.0, "%",
        ),
    )  # fmt: skip

    def __init__(self, gas: Gas, rng: Random) -> None:
        super().__init__()
        self.gas = gas
        self._wander = Drift(rng, 0.3 * gas.clean, 120.0)
        self._level = gas.clean
        self._alive_s = rng.uniform(0, 60_000)
        self._cell_h = rng.uniform(0.3, 0.9) * _CELL_HOURS
        self._warmth = Drift(rng, 1.0, 1800.0)
        self._jitter = Random(rng.getrandbits(32))
        self._tremble = 0.0

    def _pass(self, dt_s: float) -> None:
        if self._has("frozen"):
            return
        self._alive_s += dt_s
        self._cell_h = max(0.0, self._cell_h - dt_s / 3600)
        self._wander.step(dt_s)
        self._warmth.step(dt_s)
        self._level = approach(self._level, self._target(), dt_s, 20.0)
        if self._has("sensor_noise"):
            self._tremble = self._jitter.uniform(-1.0, 1.0)

    def _target(self) -> float:
        leaked = (self.amount("leak") * self.gas.alarm2 + self.amount("slow_leak") * self.gas.alarm1) / 100
        return max(leaked, self.gas.clean + self._wander.value, 0.0)

    def _shown(self) -> float:
        if self._has("instrument_fault"):
            return 0.0
        off = (self.amount("sensor_drift") + self._tremble * self.amount("sensor_noise")) / 100 * self.gas.alarm1
        return round(max(0.0, self._level + off), self.gas.decimals)

    def _on_fault(self, kind: str) -> None:
        if kind in ("leak", "slow_leak") and self._is_sudden(kind):
            self._level = max(self._level, self._target())

    def _on_heal(self, kind: str) -> None:
        """Ventilated before the detector is handed back."""
        if kind in ("leak", "slow_leak"):
            self._level = self._target()

    def _fault(self) -> tuple[int, float]:
        """Kind of fault and its number."""
        if self._has("instrument_fault"):
            return _INSTRUMENT, 49.0
        if self._has("flow_blocked"):
            return _MAINTENANCE, 11.0
        if self._has("cell_worn"):
            return _MAINTENANCE, 15.0
        return 0, 0.0

    def truth(self) -> Truth:
        shown = self._shown()
        counts = not self._has("warm_up")
        first, second = counts and shown >= self.gas.alarm1, counts and shown >= self.gas.alarm2
        kind, number = self._fault()
        status = (_MONITOR if counts else _WARM_UP) | kind << 4 | first << 6 | second << 7 | first << 8 | second << 9
        status |= (kind != 0) << 10 | (int(self._alive_s / 2) % 2) << 11
        return {
            "status": float(status),
            "gas_selection": float(self.gas.gas_id),
            "gas_concentration": shown,
            "gas_concentration_int": shown,
            "active_fault": number,
            "decimal_and_units": float(self.gas.decimals | self.gas.unit_code << 8),
            "temperature": 26.0 + self._warmth.value,
            "cell_life_remaining": 100.0 if self._has("cell_worn") else self._cell_h,
            "heartbeat_counter": float(int(self._alive_s) % 65536),
            "sample_flow": 40.0 if self._has("flow_blocked") else 500.0,
            "alarm1_threshold": self.gas.alarm1,
            "alarm2_threshold": self.gas.alarm2,
            "alarm_state": float(first | second << 1),
        }
