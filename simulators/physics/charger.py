"""An AC charging point: vehicles plug in, charge, taper off, stay a while and leave (IEC 61851-1 mode 3)."""

from enum import Enum
from random import Random

from simulators.machine import Truth
from simulators.physics.chance import approach
from simulators.physics.charge_park import LEAST_A, ChargePark
from simulators.physics.charger_dialects import CHARGER_UNITS, DIALECTS, ChargerState, common
from simulators.physics.charger_faults import CHARGER_FAULTS, STOPPING
from simulators.physics.faults import Breakable
from simulators.physics.outlet import NOMINAL_VOLTS, Outlet
from simulators.physics.site_time import DayCurve, SiteTime

_PLUG_INS_PER_HOUR = DayCurve(
    .02, .01, .01, .01, .01, .01, .02, .03, .04, .03, .03, .04, .05, .04, .03, .03, .05, .10, .14, .14, .12, .10, .07, .04,
)  # fmt: skip
"""At one free charging point of a residential garage; assumed, a little over one session a day."""
_POWER_FACTOR = 0.985
_TAPER = 0.10
"""The last share of the energy is taken ever slower."""
_AUTHORISE_S = 20.0
_DUST_K = 30.0
"""Warmer under full dust; assumed."""


class Session(Enum):
    """The pilot states of IEC 61851-1, C split by whether the vehicle still takes power."""

    FREE = "A"
    AUTHORISING = "B1"
    CHARGING = "C2"
    FULL = "B2"


class Charger(Breakable):
    device_class = "ev_charger"
    units = CHARGER_UNITS
    faults = CHARGER_FAULTS

    def __init__(
        self,
        dialect: str,
        outlet: Outlet,
        time: SiteTime,
        rng: Random,
        park: ChargePark,
        max_current_a: float = 32.0,
        phases: int = 1,
        serial: str = "",
    ) -> None:
        """``dialect``: the profile whose codes it speaks; ``phases`` 1 (7 kW at 32 A, the usual in China) or 3."""
        super().__init__()
        self._park = park
        park.join(self._wish_a)
        self._held: Truth | None = None
        self._dialect = DIALECTS.get(dialect)
        self._outlet = outlet
        self._time = time
        self._rng = rng
        self.max_current_a = max_current_a
        self.phases = phases
        self._phase = rng.randrange(3)
        self._serial = serial
        self.session = Session.FREE
        self._left_s = self._next_vehicle_s() * rng.random()
        self._wanted_kwh = 0.0
        self._limit_kw = 0.0
        self.power_kw = 0.0
        self.session_kwh = 0.0
        self.total_kwh = rng.uniform(500, 9000)
        self._temperature_c = 24.0
        self._uptime_s = rng.uniform(1e5, 5e6)
        self._find_as_left()

    def _find_as_left(self) -> None:
        """The garage is in use when the simulation begins: a third charges, some stand full."""
        lot = self._rng.random()
        if lot < 0.50:
            self._plug_in()
            self.session = Session.CHARGING if lot < 0.35 else Session.FULL
            self.session_kwh = self._wanted_kwh * (self._rng.uniform(0.1, 0.8) if lot < 0.35 else 1.0)
            self._left_s = self._rng.expovariate(1 / 5400)

    def _pass(self, dt_s: float) -> None:
        self._uptime_s += dt_s
        self.power_kw = self._charge(dt_s) if self._may_charge else 0.0
        if self.session is not Session.CHARGING:
            self._wait(dt_s)
        self._warm(dt_s)
        if self.phases == 3:
            self._outlet.draw(self.power_kw, _POWER_FACTOR)
        else:
            self._outlet.draw_on(self._phase, self.power_kw, _POWER_FACTOR)

    @property
    def is_energised(self) -> bool:
        return self._outlet.is_healthy if self.phases == 3 else self._outlet.has_phase(self._phase)

    @property
    def _may_charge(self) -> bool:
        return self.session is Session.CHARGING and not self.is_stopped and self.is_energised

    @property
    def is_stopped(self) -> bool:
        return bool(self._broken & STOPPING)

    def _wish_a(self) -> float:
        """What it would take if it were alone on its feeder, A summed over its phases."""
        return self.max_current_a * self.phases if self._may_charge else 0.0

    @property
    def offered_a(self) -> float:
        """What the pilot's duty cycle offers the vehicle now."""
        derated = 1.0 - self.amount("derating") / 100
        return max(LEAST_A, self.max_current_a * self._park.share * derated)

    def _charge(self, dt_s: float) -> float:
        """Average power over the step; the counters take exactly that times the time."""
        missing = self._wanted_kwh - self.session_kwh
        volts = sum(self._outlet.volts) if self.phases == 3 else self._outlet.volts[self._phase]
        offered_kw = min(self._limit_kw, self.offered_a * volts * _POWER_FACTOR / 1000)
        tapered_kw = offered_kw * min(1.0, max(0.06, missing / (_TAPER * self._wanted_kwh)))
        power = min(tapered_kw, missing * 3600 / dt_s)
        self.session_kwh += power * dt_s / 3600
        self.total_kwh += power * dt_s / 3600 * self._gain
        if self._wanted_kwh - self.session_kwh < 1e-6:
            self.session = Session.FULL
            self._left_s = self._rng.expovariate(1 / 5400)
        return power

    def _wait(self, dt_s: float) -> None:
        """Time runs until the next vehicle, the end of authorisation, or the departure. A dead or broken point gets no new vehicle."""
        if self.session is Session.FREE and (self.is_stopped or not self.is_energised):
            return
        self._left_s -= dt_s
        if self._left_s > 0:
            return
        if self.session is Session.FREE:
            self._plug_in()
        elif self.session is Session.AUTHORISING:
            self.session = Session.CHARGING
        elif self.session is Session.FULL:
            self.session = Session.FREE
            self._left_s = self._next_vehicle_s()

    def _next_vehicle_s(self) -> float:
        return self._rng.expovariate(_PLUG_INS_PER_HOUR.at(self._time.hour) / 3600)

    def _plug_in(self) -> None:
        self.session = Session.AUTHORISING
        self._left_s = _AUTHORISE_S
        self.session_kwh = 0.0
        self._wanted_kwh = self._rng.uniform(8.0, 38.0)
        share = self._rng.choice((0.5, 1.0, 1.0, 1.0))
        self._limit_kw = share * self.max_current_a * NOMINAL_VOLTS * self.phases / 1000

    def _warm(self, dt_s: float) -> None:
        if self._has("over_temperature"):
            self._temperature_c = approach(self._temperature_c, 96.0, dt_s, 60.0)
        else:
            current = self.power_kw * 1000 / (NOMINAL_VOLTS * self.phases) / self.max_current_a
            dust = _DUST_K * self.severity("derating")
            self._temperature_c = approach(self._temperature_c, 24.0 + 28.0 * current * current + dust, dt_s, 900.0)

    @property
    def _gain(self) -> float:
        """What its own meter shows of the truth."""
        return 1.0 + self.amount("sensor_drift") / 100

    def _on_fault(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._held = common(self._state())
        if kind in STOPPING:
            self.power_kw = 0.0
        if kind == "over_temperature":
            self._temperature_c = 95.0

    def _on_heal(self, kind: str) -> None:
        """After a repair the point is free again."""
        if kind == "over_temperature":
            self._temperature_c = 35.0
        if kind == "sensor_stuck":
            self._held = None
        if kind in STOPPING and not self.is_stopped:
            self.session = Session.FREE
            self._left_s = self._next_vehicle_s()

    def truth(self) -> Truth:
        state = self._state()
        return {**(self._held or common(state)), **(self._dialect(state) if self._dialect else {})}

    def _state(self) -> ChargerState:
        return ChargerState(
            pilot="F" if self.is_stopped else self.session.value,
            faults=self.active_faults(),
            energised=self.is_energised,
            volts=(self._outlet.volts[0], self._outlet.volts[1], self._outlet.volts[2]),
            power_kw=self.power_kw * self._gain,
            phase=self._phase,
            phases=self.phases,
            power_factor=_POWER_FACTOR,
            max_current_a=self.max_current_a,
            offered_a=self.offered_a,
            session_kwh=self.session_kwh,
            total_kwh=self.total_kwh,
            temperature_c=self._temperature_c,
            uptime_s=self._uptime_s,
            serial=self._serial,
        )
