"""A passenger elevator: calls by the time of day, doors, travel, and the ways it fails.

    IDLE ──call──► TRAVELLING ──► OPENING ──► OPEN ──► CLOSING ──► TRAVELLING (someone boarded) or IDLE

It moves only in TRAVELLING, and TRAVELLING begins only from closed doors; the one exception is the fault that is exactly that.
"""

from enum import Enum, auto
from random import Random

from simulators.machine import Truth
from simulators.physics.elevator_faults import ELEVATOR_FAULTS, GATEWAY_FAULTS, STOPPING, UNNOTICED
from simulators.physics.elevator_trip import Trip
from simulators.physics.elevator_view import ELEVATOR_UNITS, ElevatorState, view
from simulators.physics.faults import Breakable
from simulators.physics.outlet import Outlet
from simulators.physics.site_time import DayCurve, SiteTime

FLOOR_M = 3.0
_ACCELERATION = 0.8
_DOOR_ZONE_M = 0.15
_STANDING_KW, _DOORS_KW, _RUNNING_KW = 0.35, 0.25, 0.6
"""Controller and light; the doors' motor; controller, light and brake of a running car. Like the motor's 5 to 9 kW assumed for 1,000 kg at
1.75 m/s."""
_CREEP = 0.1
"""Speed of a car that slips from the landing, m/s, and how far it goes before the safety gear holds it (m)."""
_CREEP_END_M = 0.5
_CALLS_PER_HOUR = DayCurve(2, 1, 1, 1, 1, 3, 12, 30, 28, 14, 12, 16, 18, 14, 12, 13, 16, 26, 30, 24, 18, 14, 8, 4)
"""Of one elevator serving about 30 households, or 90 residents. At its peak 30 an hour, with one and a half to two people each, carry
about 5 % of them in five minutes: the low end of the 5 to 7 % of two-way traffic that CIBSE Guide D plans for in flats (recalled). The
morning peak goes down and out, the evening peak comes home; the shape over the day is assumed."""


class Phase(Enum):
    IDLE = auto()
    TRAVELLING = auto()
    OPENING = auto()
    OPEN = auto()
    CLOSING = auto()


_DOOR_S = {Phase.OPENING: 2.0, Phase.OPEN: 5.0, Phase.CLOSING: 2.5}


class Elevator(Breakable):
    device_class = "elevator"
    units = ELEVATOR_UNITS
    faults = ELEVATOR_FAULTS

    def __init__(
        self,
        outlet: Outlet,
        time: SiteTime,
        rng: Random,
        floors: int = 11,
        rated_speed: float = 1.75,
        serial: str = "",
        has_gateway: bool = False,
    ) -> None:
        """``floors`` above ground; there is one below (the garage). ``has_gateway``: it is told of by a gateway beside its controller."""
        super().__init__()
        if has_gateway:
            self.faults = GATEWAY_FAULTS
        self._outlet = outlet
        self._time = time
        self._rng = rng
        self._landings = floors + 1
        self.rated_speed = rated_speed
        self._serial = serial
        self.phase = Phase.IDLE
        self._left_s = rng.uniform(1.0, 60.0)
        self._trip: Trip | None = None
        self._gone_s = 0.0
        self._destination: int | None = None
        self.position_m = rng.randrange(self._landings) * FLOOR_M
        self.has_passenger = False
        self._slip_from_m = 0.0
        self._slip_m = 0.0
        self._slipping = False
        self.run_hours = rng.uniform(3_000, 12_000)
        self.runs = float(rng.randrange(200_000, 900_000))
        self.door_cycles = self.runs * 1.05
        self._alive_s = 0.0
        self._held: Truth | None = None
        self._jitter = Random(rng.getrandbits(32))
        self._tremble = 0.0

    def _pass(self, dt_s: float) -> None:
        self._alive_s += dt_s
        if self._has("sensor_noise"):
            self._tremble = self._jitter.uniform(-1.0, 1.0) * self.amount("sensor_noise") / 100
        if self._slipping:
            self._slip(dt_s)
        elif not self.is_stopped and not self._has("door_blocked"):
            self._outlet.draw(self._live_through(dt_s) / dt_s if self.is_powered else 0.0, 0.82)
            return
        self._outlet.draw(_STANDING_KW if self.is_powered else 0.0, 0.82)

    def _live_through(self, dt_s: float) -> float:
        """Phase after phase; returns the energy taken, kWs: a step of a minute draws what sixty of a second draw."""
        left, taken = dt_s, 0.0
        while left > 0:
            slice_s = min(left, self._left_s)
            left -= slice_s
            taken += self._advance(slice_s)
        return taken

    @property
    def is_stopped(self) -> bool:
        """Whether it is held by a fault or has no power."""
        return bool(self._broken & STOPPING) or not self._outlet.is_healthy

    @property
    def is_powered(self) -> bool:
        return self._outlet.is_healthy and not self._has("power_loss")

    @property
    def speed(self) -> float:
        """Magnitude in m/s."""
        if self._slipping:
            return _CREEP
        if self._trip is None or self.is_stopped:
            return 0.0
        return self._trip.speed_at(self._gone_s)

    @property
    def doors_closed(self) -> bool:
        return self.phase in (Phase.IDLE, Phase.TRAVELLING)

    @property
    def in_door_zone(self) -> bool:
        return abs(self.position_m - self.landing * FLOOR_M) <= _DOOR_ZONE_M

    @property
    def landing(self) -> int:
        """The nearest landing, 0 for the garage, 1 for the ground floor."""
        return min(self._landings - 1, max(0, round(self.position_m / FLOOR_M)))

    def _advance(self, slice_s: float) -> float:
        """Live through a part of one phase, and enter the next when it is over; returns the energy taken, kWs."""
        self._left_s -= slice_s
        began_m = self.position_m
        taken = slice_s * (_STANDING_KW + (_DOORS_KW if self.phase in (Phase.OPENING, Phase.CLOSING) else 0.0))
        if self._trip is not None:
            self._gone_s += slice_s
            self.position_m = self._trip.position_at(self._gone_s)
            self.run_hours += slice_s / 3600
            taken = slice_s * _RUNNING_KW + self._pull_kw() * abs(self.position_m - began_m) / self.rated_speed
        if self._left_s <= 1e-9:
            self._next_phase()
        return taken

    def _next_phase(self) -> None:
        if self.phase is Phase.IDLE:
            self._answer_call()
        elif self.phase is Phase.TRAVELLING:
            self._trip = None
            self.position_m -= self.amount("landing_error")
            if self._has("overspeed"):
                self._travel_to(0 if self.landing else self._landings - 1)
            else:
                self._enter(Phase.OPENING)
        elif self.phase is Phase.OPENING:
            self._enter(Phase.OPEN)
        elif self.phase is Phase.OPEN:
            self._exchange_passenger()
            self._enter(Phase.CLOSING)
        elif self._destination is not None and self._destination != self.landing:
            self._travel_to(self._destination)
        else:
            self._rest()

    def _answer_call(self) -> None:
        """Someone calls: people leave from their floors in the morning and come home from below at night."""
        upper, lower = self._rng.randrange(2, self._landings), self._rng.choice((0, 1, 1))
        leaving = self._rng.random() < (0.8 if self._time.hour < 12 else 0.35)
        origin, self._destination = (upper, lower) if leaving else (lower, upper)
        self.has_passenger = False
        if origin == self.landing:
            self._enter(Phase.OPENING)
        else:
            self._travel_to(origin)

    def _exchange_passenger(self) -> None:
        """Whoever rode gets out; whoever called gets in."""
        if self.has_passenger:
            self.has_passenger = False
            self._destination = None
        else:
            self.has_passenger = self._destination is not None

    def _travel_to(self, landing: int) -> None:
        speed = self.rated_speed * self.amount("overspeed")
        self._trip = Trip(self.position_m, landing * FLOOR_M, speed, _ACCELERATION)
        self._gone_s = 0.0
        self.phase = Phase.TRAVELLING
        self._left_s = self._trip.duration_s
        self.runs += 1

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self._left_s = _DOOR_S[phase] + (self.amount("door_slow") if phase is not Phase.OPEN else 0.0)
        if phase is Phase.OPENING:
            self.door_cycles += 1

    def _rest(self) -> None:
        """Wait for the next call."""
        self.phase = Phase.IDLE
        self._trip = None
        self._destination = None
        self.has_passenger = False
        self._left_s = max(1.0, self._rng.expovariate(_CALLS_PER_HOUR.at(self._time.hour) / 3600))

    def _stand_at_landing(self) -> None:
        self.position_m = self.landing * FLOOR_M
        self._rest()

    def _slip(self, dt_s: float) -> None:
        self._slip_m = min(_CREEP_END_M, self._slip_m + _CREEP * dt_s)
        self.position_m = self._slip_from_m + self._slip_m
        self._slipping = self._slip_m < _CREEP_END_M

    def _on_fault(self, kind: str) -> None:
        if kind in ("data_frozen", "controller_lost"):
            self._held = self._live()
        if kind == "landing_error" and self._is_sudden(kind) and self.phase is not Phase.TRAVELLING:
            self.position_m = self.landing * FLOOR_M - self.amount(kind)
        if kind in UNNOTICED:
            return
        self._stand_at_landing()
        if kind == "entrapment":
            below = min(self.landing, self._landings - 2)
            self.position_m = (below + 0.5) * FLOOR_M
            self.has_passenger = True
        elif kind in ("door_fault", "door_blocked"):
            self.phase = Phase.OPEN
        elif kind == "door_open_failure":
            self.has_passenger = False
        elif kind == "unintended_movement":
            self.phase = Phase.OPEN
            self._slip_from_m, self._slip_m, self._slipping = self.position_m, 0.0, True
        elif kind == "overspeed":
            self._travel_to(self._landings - 1 if self.landing < self._landings // 2 else 0)

    def _on_heal(self, kind: str) -> None:
        """Rescue and repair end at a landing, with the doors opened once."""
        if not self._broken & {"data_frozen", "controller_lost"}:
            self._held = None
        if kind == "landing_error" and self.phase is not Phase.TRAVELLING:
            self.position_m = self.landing * FLOOR_M
        if kind in UNNOTICED:
            return
        self._slipping = False
        self._stand_at_landing()
        self._enter(Phase.OPENING)

    def _pull_kw(self) -> float:
        """Of the motor at rated speed: heavy when it lifts a passenger or the counterweight, light when these pull."""
        assert self._trip is not None
        goes_up = self._trip.end_m > self._trip.start_m
        return 5.0 if goes_up == self.has_passenger else 9.0

    def truth(self) -> Truth:
        if self._held is None:
            return self._live()
        if self._has("controller_lost") and not self._has("data_frozen"):
            return {**self._held, "connected_to_controller": 0.0, "last_transmission": float(int(self._time.epoch_s))}
        return self._held

    def _live(self) -> Truth:
        direction = 0
        if self._trip is not None and not self.is_stopped:
            direction = 1 if self._trip.end_m > self._trip.start_m else 2
        return view(
            ElevatorState(
                faults=self.active_faults(),
                powered=self.is_powered,
                stopped=self.is_stopped,
                speed=self.speed * (1.0 + self._tremble if self._has("sensor_noise") else 1.0),
                direction=direction,
                landing=self.landing,
                landings=self._landings,
                in_door_zone=self.in_door_zone,
                door=self.phase.name.lower() if not self.doors_closed else "closed",
                passenger=self.has_passenger,
                run_hours=self.run_hours,
                runs=self.runs,
                door_cycles=self.door_cycles,
                alive_s=self._alive_s,
                epoch_s=self._time.epoch_s,
                serial=self._serial,
            )
        )
