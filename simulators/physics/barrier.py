"""A parking barrier: vehicles come, the arm opens and closes, counters count (`barrier_json` and Vzenith points).

CLOSED ──vehicle──► OPENING ──► OPEN (passes) ──► CLOSING ──► CLOSED
"""

from enum import IntEnum
from random import Random

from simulators.machine import Truth
from simulators.physics.barrier_faults import BARRIER_FAULTS, CAMERA_FAULTS, HELD_ARM
from simulators.physics.faults import Breakable
from simulators.physics.outlet import Outlet
from simulators.physics.parking import Parking
from simulators.physics.quantities import in_units
from simulators.physics.site_time import SiteTime

STROKE_S = 3.0
_PASS_S = 4.0
_OPEN_GAP_S = 1.0
_RUNNING, _STALLED = 0.8, 4.5
"""Motor current over its rated current."""
_PLATES = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Arm(IntEnum):
    """The ``state`` codes of `barrier_json`."""

    CLOSED = 0
    OPEN = 1
    OPENING = 2
    CLOSING = 3
    STOPPED_MIDWAY = 4
    FAULT = 5


_PHASE_S = {Arm.OPENING: STROKE_S, Arm.OPEN: _PASS_S, Arm.CLOSING: STROKE_S}


class Barrier(Breakable):
    device_class = "parking_barrier"
    units = in_units({"A": "motor_current", "s": "cycle_time time timestamp heartbeat plate_event_time", "%": "confidence_value"})
    faults = BARRIER_FAULTS

    def __init__(
        self,
        outlet: Outlet,
        time: SiteTime,
        parking: Parking,
        rng: Random,
        is_entry: bool,
        rated_a: float = 2.0,
        serial: str = "",
        has_camera: bool = False,
    ) -> None:
        """``has_camera``: it is told of through the camera beside it, which has failures of its own."""
        super().__init__()
        if has_camera:
            self.faults = CAMERA_FAULTS
        self._outlet = outlet
        self._time = time
        self._parking = parking
        self._rng = rng
        self.is_entry = is_entry
        self._rated_a = rated_a
        self._serial = serial
        self.arm = Arm.CLOSED
        self.vehicle_present = False
        self.passed = 0
        self._counted_before = parking.first_count(is_entry)
        self._stroke_s = STROKE_S
        self._left_s = self._next_arrival_s()
        self._plate = ""
        self._seen_s = time.epoch_s
        self._confidence = 0.0
        self._last_told = (False, True)
        self._see_plate()

    def _pass(self, dt_s: float) -> None:
        if self._is_held:
            self._left_s = max(self._left_s, 1.0)
        else:
            left = dt_s
            while left > 0:
                slice_s = min(left, self._left_s)
                left -= slice_s
                self._left_s -= slice_s
                if self._left_s <= 1e-9:
                    self._next_phase()
        self._outlet.draw_on(1, 0.05 + self._motor_a() * 0.23 if self._outlet.is_live else 0.0, 0.8)

    @property
    def _is_held(self) -> bool:
        """Whether the arm does not follow the vehicles."""
        return bool(self._broken & HELD_ARM.keys()) or not self._outlet.is_live

    def _next_arrival_s(self) -> float:
        per_hour = self._parking.arrivals_per_hour(self.is_entry, self._time.hour)
        return max(2.0, self._rng.expovariate(per_hour / 3600)) if per_hour > 0 else 600.0

    def _next_phase(self) -> None:
        if self.arm is Arm.CLOSED:
            self._meet_vehicle()
        elif self.arm is Arm.OPENING:
            self._enter(Arm.OPEN)
        elif self.arm is Arm.OPEN:
            self._let_pass()
            self._enter(Arm.CLOSING)
        else:
            self.arm = Arm.CLOSED
            self._left_s = self._next_arrival_s()

    def _meet_vehicle(self) -> None:
        """A vehicle has come, if the car park has one to give or a space for it."""
        if not self._parking.reserve(self.is_entry):
            self._left_s = 60.0
            return
        self.vehicle_present = True
        self._see_plate()
        self._stroke_s = STROKE_S * self._rng.uniform(0.92, 1.08)
        self._enter(Arm.OPENING)

    def _let_pass(self) -> None:
        self.vehicle_present = False
        self.passed += 1
        self._parking.count(self.is_entry)

    def _enter(self, arm: Arm) -> None:
        self.arm = arm
        self._left_s = _PHASE_S[arm] + (_OPEN_GAP_S if arm is Arm.OPEN else self.amount("slow_stroke"))
        if arm is Arm.OPENING:
            self._stroke_s += self.amount("slow_stroke")

    def _see_plate(self) -> None:
        letters = "".join(self._rng.choice(_PLATES) for _ in range(2))
        self._plate = f"沪{letters}{self._rng.randrange(10_000):04d}"
        self._confidence = float(self._rng.randrange(88, 100))
        self._seen_s = self._time.epoch_s

    def _on_fault(self, kind: str) -> None:
        if kind == "controller_lost":
            self._last_told = self._told()
        if kind == "slow_stroke" and self._is_sudden(kind) and self.arm is Arm.CLOSED and not self._is_held:
            self._meet_vehicle()
        if kind not in HELD_ARM:
            return
        self._abandon()
        self.arm = Arm[HELD_ARM[kind]]
        self.vehicle_present = kind == "stuck_closed"

    def _on_heal(self, kind: str) -> None:
        if kind in HELD_ARM:
            self._abandon()
            self.arm, self.vehicle_present = Arm.CLOSED, False
            self._left_s = self._next_arrival_s()

    def _abandon(self) -> None:
        """Whoever was on the way through turns back."""
        if self.arm in (Arm.OPENING, Arm.OPEN) and self.vehicle_present:
            self._parking.release(self.is_entry)

    def _told(self) -> tuple[bool, bool]:
        """What the controller tells the camera: whether the arm is up, and whether it obeys the camera."""
        return self.arm not in (Arm.CLOSED, Arm.CLOSING), not self._has("manual")

    def _motor_a(self) -> float:
        if not self._outlet.is_live:
            return 0.0
        if self._has("motor_overcurrent"):
            return _STALLED * self._rated_a
        return _RUNNING * self._rated_a if self.arm in (Arm.OPENING, Arm.CLOSING) else 0.0

    def truth(self) -> Truth:
        seen = (self.vehicle_present or self._has("loop_stuck")) and not self._has("loop_fault")
        is_open, works = self._last_told if self._has("controller_lost") else self._told()
        passed = float(self._counted_before + self.passed)
        now = self._time.epoch_s
        return {
            "state": float(self.arm),
            "arm_off": float(self._has("arm_off")),
            "loop_fault": float(self._has("loop_fault")),
            "manual": float(self._has("manual")),
            "vehicle_present": float(seen),
            "entries": passed if self.is_entry else 0.0,
            "exits": 0.0 if self.is_entry else passed,
            "motor_current": self._motor_a(),
            "cycle_time": self._stroke_s if not self._has("stuck_closed") else 30.0,
            "time": now,
            "message_id": f"{self._serial}-{self.passed}",
            "timestamp": float(int(now)),
            "heartbeat": float(int(now)),
            "plate_license": self._plate,
            "plate_color": 5.0 if self._plate[1] in "DF" else 1.0,
            "plate_type": 1.0,
            "confidence_value": min(self._confidence, 100.0 - self.amount("lens_dirty"))
            if "lens_dirty" in self.faults
            else self._confidence,
            "direction": 3.0 if self.is_entry else 4.0,
            "trigger_type": 1.0,
            "is_offline_record": 0.0,
            "is_fake_plate": 0.0,
            "plate_event_time": float(int(self._seen_s)),
            "device_ip": "192.0.2.10",
            "channel": 0.0,
            "io_input_source": 0.0,
            "io_input_value": float(seen),
            "gate_status": float(is_open),
            "gate_connect_status": float(self._outlet.is_live and not self._has("controller_lost")),
            "gate_function_enable": float(works),
            "gate_controller_id": 1.0,
            "cmd_reply_code": 200.0,
        }
