"""One pump of a set with its drive: `booster_set`, Grundfos CIM and Danfoss FC points all show this machine."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift, approach
from simulators.physics.faults import Breakable
from simulators.physics.outlet import NOMINAL_VOLTS, Outlet
from simulators.physics.probe import Probe
from simulators.physics.pump_faults import PUMP_FAULTS, TRIED
from simulators.physics.pump_set import PumpSet
from simulators.physics.pump_views import PUMP_UNITS, PumpState, view
from simulators.physics.tank import MPA_PER_METRE

_EFFICIENCY = 0.62
"""Pump, motor and drive together at the rated point; assumed for small multistage sets."""
_RATED_LOADING = 0.80
"""Rated duty over nameplate current: pumps are not sized to the last ampere."""
_MOTOR_PF = 0.86
_GIVES_UP_S = 15.0
_PROTECTION = 1.05
"""Times the rated current beyond which the electronic protection warns: the 105 % at which a relay may not yet trip (IEC 60947-4-1)."""
_BEARING_LIMIT_C = 90.0
_HOT_BEGINS_K = 14.0
"""How far below its end a bearing stands that is found hot."""
_CYCLE_S = 60.0
"""From one needless start to the next."""
_TRANSMITTER_MPA = 1.6
_DRY_MPA = 0.02
"""Suction pressure below which a pump draws air and lifts nothing; assumed, 2 m of water."""
_CABINET_KW = 0.04
"""Controller, relays and heater of its cabinet, running or not."""


class Pump(Breakable):
    units = PUMP_UNITS
    faults = PUMP_FAULTS

    def __init__(
        self, pump_id: str, device_class: str, pump_set: PumpSet, outlet: Outlet, rng: Random, rated_a: float | None = None
    ) -> None:
        """``rated_a``: nameplate current; without it the motor is sized for the duty."""
        super().__init__()
        self.id = pump_id
        self.device_class = device_class
        self._set = pump_set
        self._outlet = outlet
        duty = pump_set.duty
        shaft_kw = duty.rated_m3h / 3600 * duty.rated_head_m * MPA_PER_METRE * 1000 / _EFFICIENCY
        self.rated_a = rated_a or shaft_kw * 1000 / (3 * NOMINAL_VOLTS * _MOTOR_PF) / _RATED_LOADING
        self.rated_kw = _RATED_LOADING * self.rated_a * 3 * NOMINAL_VOLTS * _MOTOR_PF / 1000
        self.running = False
        self.commanded = False
        self.flow_m3h = 0.0
        self.power_kw = 0.0
        self._bearing_c = 35.0
        self._wobble = Drift(rng, 0.004, 20.0)
        self._hours = rng.uniform(2000, 15000)
        self._powered_hours = self._hours * 2.1
        self._starts = float(rng.randrange(800, 9000))
        self._energy_kwh = self._hours * self.rated_kw * 0.6
        self._probe = Probe(self, rng, _TRANSMITTER_MPA)
        self._unanswered_s = 0.0
        self._cycle_s = 0.0
        pump_set.pumps.append(self)

    @property
    def is_able(self) -> bool:
        """Whether the set may count on it."""
        return self._outlet.is_healthy and not self._broken & {"start_failure", "motor_trip"} and not self._rests

    @property
    def is_tried(self) -> bool:
        """Whether it is called because of what is wrong with it."""
        return bool(self._broken & TRIED) and not self._rests

    @property
    def _rests(self) -> bool:
        """Whether a fluttering switch holds it off just now."""
        return self._has("short_cycling") and self._cycle_s >= 0.5 * _CYCLE_S

    @property
    def has_fault(self) -> bool:
        """Whether its controller says so: tripped, or called in vain for too long."""
        return self._has("motor_trip") or (self._has("start_failure") and self._unanswered_s >= _GIVES_UP_S)

    @property
    def delivers(self) -> bool:
        """Whether it lifts water into the header."""
        return self.running and not self.is_dry and not self._has("low_pressure")

    @property
    def is_dry(self) -> bool:
        return self._has("dry_run") and self.suction_mpa < _DRY_MPA

    @property
    def suction_mpa(self) -> float:
        """Before this pump, behind its own valve."""
        return self._set.suction_mpa * (1.0 - self.amount("dry_run") / 100)

    @property
    def backflow_m3h(self) -> float:
        """What runs back through it from the header."""
        return self.amount("check_valve") / 100 * self._set.duty.rated_m3h if not self.running else 0.0

    def command(self, wanted: bool) -> None:
        """What the set asks of it: it starts when it can."""
        self.commanded = wanted
        runs = wanted and self.is_able
        if runs and not self.running:
            self._starts += 1
        self.running = runs

    def _pass(self, dt_s: float) -> None:
        hours = dt_s / 3600
        self._cycle_s = (self._cycle_s + dt_s) % _CYCLE_S
        if self._rests:
            self.command(False)
        if not self.is_able:
            self.running = False
        self._unanswered_s = self._unanswered_s + dt_s if self.commanded and not self.running else 0.0
        self._wobble.step(dt_s)
        self.power_kw = self._power() if self.running else 0.0
        self._outlet.draw(self.power_kw + (_CABINET_KW if self._outlet.is_live else 0.0), _MOTOR_PF)
        self._energy_kwh += self.power_kw * hours
        self._powered_hours += hours if self._outlet.is_live else 0.0
        self._hours += hours if self.running else 0.0
        self._warm(dt_s)
        self._probe.step()

    def _power(self) -> float:
        """Affinity: power with the cube of speed, and with the flow from 35 % at closed valve to 100 % at the rated point."""
        speed = self._set.speed
        if self.is_dry:
            return 0.25 * self.rated_kw * speed**3
        loading = min(1.2, self.flow_m3h / (self._set.duty.rated_m3h * max(speed, 0.1)))
        own_kw = self.rated_kw * speed**3 * (0.35 + 0.65 * loading) * (1.0 + self._wobble.value)
        return max(own_kw, self.amount("overload") * self.rated_kw / _RATED_LOADING)

    def _warm(self, dt_s: float) -> None:
        warm = 26.0 + (30.0 * min(1.0, self.power_kw / self.rated_kw) if self.running else 0.0)
        if self._has("bearing_hot") and self.amount("bearing_hot") > warm:
            self._bearing_c = approach(self._bearing_c, self.amount("bearing_hot"), dt_s, 180.0)
        else:
            self._bearing_c = approach(self._bearing_c, warm, dt_s, 1200.0)

    def _on_fault(self, kind: str) -> None:
        if kind == "bearing_hot" and self._is_sudden(kind):
            self._bearing_c = max(self._bearing_c, self.amount(kind) - _HOT_BEGINS_K)
        elif kind == "sensor_stuck":
            self._probe.hold(self._discharge())
        if kind in TRIED:
            self.command(True)

    def _on_heal(self, kind: str) -> None:
        if kind == "bearing_hot":
            self._bearing_c = 45.0
        elif kind == "sensor_stuck":
            self._probe.hold(None)

    def _discharge(self) -> float:
        left = 1.0 - self.amount("low_pressure") / 100
        return self._set.header_mpa * left * (1.0 + 0.3 * self._wobble.value)

    def _alarms(self) -> frozenset[str]:
        """What its own protection has noticed."""
        found = {
            "dry_run": self.is_dry and self.running,
            "overload": self._has("overload") and self.power_kw > _PROTECTION * self.rated_kw / _RATED_LOADING,
            "motor_trip": self._has("motor_trip"),
            "bearing_hot": self._bearing_c > _BEARING_LIMIT_C,
            "start_failure": self.has_fault and not self._has("motor_trip"),
        }
        return frozenset(kind for kind, is_so in found.items() if is_so)

    def truth(self) -> Truth:
        running, volts = self.running, sum(self._outlet.volts) / 3
        return view(
            PumpState(
                running=running,
                fault=self.has_fault,
                commanded=self.commanded,
                powered=self._outlet.is_live,
                current_a=self.power_kw * 1000 / (3 * volts * _MOTOR_PF) if running else 0.0,
                rated_a=self.rated_a,
                speed=self._set.speed if running else 0.0,
                suction_mpa=self.suction_mpa,
                discharge_mpa=self._probe.shows(self._discharge()),
                setpoint_mpa=self._set.duty.setpoint_mpa,
                flow_m3h=self.flow_m3h if running else 0.0,
                power_kw=self.power_kw,
                rated_kw=self.rated_kw,
                energy_kwh=self._energy_kwh,
                run_hours=self._hours,
                powered_hours=self._powered_hours,
                starts=self._starts,
                bearing_c=self._bearing_c,
                seal_leak=self._has("seal_leak"),
                alarms=self._alarms(),
                volts=volts,
            )
        )
