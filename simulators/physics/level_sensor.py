"""A radar level sensor over a vessel (VEGAPULS C 21 points)."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.quantities import in_units
from simulators.physics.tank import Vessel

_METRE, _CELSIUS = 45.0, 32.0
"""Unit codes of the sensor's own table."""
_MOUNTED_ABOVE_RIM_M = 0.4
_ECHO_DB, _WEAK_DB = 62.0, 24.0
"""Echo of still water, and below which the sensor asks for maintenance; assumed."""
_LADDER_M = 0.3
_FAILED = frozenset({"echo_lost", "electronics"})
_HOLDING = _FAILED | {"sensor_stuck"}
"""Faults under which the last level stays."""


class LevelSensor(Breakable):
    device_class = "level_sensor"
    units = in_units(
        {
            "m": "pv pv_cdab pv_dcba pv_badc sv sv_cdab filling_height measured_distance cfg_min_adjust cfg_max_adjust",
            "degC": "tv tv_cdab",
            "dB": "qv qv_cdab echo_amplitude signal_quality",
        }
    )
    faults = fault_kinds(
        echo_lost="Foam swallows the echo: the level is marked invalid, the device status says failure and the last level stays.",
        sensor_drift=growing("Build-up on the antenna makes the sensor read 0.6 m too high.", "error", 0.6, "m"),
        sensor_noise=growing("The water is in motion under the sensor: the level trembles by up to 0.2 m either way.", "tremble", 0.2, "m"),
        sensor_stuck="The sensor keeps showing the level it had, with a healthy status.",
        low_echo=growing(
            "The echo is weak: signal quality falls and, below 24 dB, maintenance is requested; the level stays right.",
            "echo lost", 44.0, "dB",
        ),
        false_echo="The sensor has locked on the ladder: it shows 0.3 m below the rim, with a healthy status.",
        electronics="The sensor's electronics fail: failure status, the level is marked invalid.",
    )  # fmt: skip

    def __init__(self, vessel: Vessel, rng: Random) -> None:
        super().__init__()
        self._vessel = vessel
        self._echo = Drift(rng, 1.5, 120.0)
        self._warmth = Drift(rng, 1.0, 3600.0)
        self._held_m: float | None = None
        self._jitter = Random(rng.getrandbits(32))
        self._tremble = 0.0

    def _pass(self, dt_s: float) -> None:
        self._echo.step(dt_s)
        self._warmth.step(dt_s)
        if self._has("sensor_noise"):
            self._tremble = self._jitter.uniform(-1.0, 1.0)

    def _on_fault(self, kind: str) -> None:
        if kind in _HOLDING:
            self._held_m = self._vessel.level_m

    def _on_heal(self, kind: str) -> None:
        if not self._broken & _HOLDING:
            self._held_m = None

    def _shown_m(self) -> float:
        if self._held_m is not None:
            return self._held_m
        if self._has("false_echo"):
            return self._vessel.height_m - _LADDER_M
        return self._vessel.level_m + self.amount("sensor_drift") + self._tremble * self.amount("sensor_noise")

    def _echo_db(self) -> float:
        lost = _ECHO_DB - 5.0 if self._broken & _FAILED else self.amount("low_echo")
        return _ECHO_DB - lost + self._echo.value

    def _status(self) -> float:
        """NAMUR NE 107 as the sensor codes it: 1 failure, 4 maintenance required."""
        if self._broken & _FAILED:
            return 1.0
        return 4.0 if self._echo_db() < _WEAK_DB else 0.0

    def truth(self) -> Truth:
        level = self._shown_m()
        distance = self._vessel.height_m + _MOUNTED_ABOVE_RIM_M - level
        echo = self._echo_db()
        warmth = 18.0 + self._warmth.value
        return {
            "status": 1.0 if self._broken & _FAILED else 0.0,
            "pv": level, "pv_cdab": level, "pv_dcba": level, "pv_badc": level, "filling_height": level,
            "sv": distance, "sv_cdab": distance, "measured_distance": distance,
            "tv": warmth, "tv_cdab": warmth, "qv": echo, "qv_cdab": echo,
            "pv_unit": _METRE, "sv_unit": _METRE, "tv_unit": _CELSIUS, "qv_unit": 0.0,
            "diagnostic_code": {1.0: 13.0, 4.0: 8.0}.get(self._status(), 0.0), "device_status": self._status(),
            "echo_amplitude": echo, "signal_quality": max(0.0, echo - 12.0),
            "cfg_byte_order": 0.0, "cfg_distance_unit": _METRE, "cfg_min_adjust": 0.0, "cfg_max_adjust": self._vessel.height_m,
        }  # fmt: skip
