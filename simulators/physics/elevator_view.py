"""An elevator's state in the words of GB/T 24476 and of the Eleon S1 gateway."""

from dataclasses import dataclass

from simulators.machine import Truth
from simulators.physics.quantities import in_units

FAULT_CODES = {
    "safety_circuit": 1,
    "door_fault": 2,
    "door_open_failure": 3,
    "entrapment": 4,
    "unintended_movement": 5,
    "motor_run_limit": 6,
    "position_lost": 7,
}
"""GB/T 24476 fault codes."""
_OUT_OF_SERVICE, _NORMAL, _INSPECTION = 0.0, 1.0, 2.0
_EVENT_POWER, _EVENT_STOPPED, _EVENT_INSPECTION = 1.0, 2.0, 3.0


@dataclass(frozen=True, slots=True)
class ElevatorState:
    """Everything physical about one car at one moment."""

    faults: frozenset[str]
    powered: bool
    stopped: bool
    speed: float
    direction: int
    landing: int
    landings: int
    in_door_zone: bool
    door: str
    passenger: bool
    run_hours: float
    runs: float
    door_cycles: float
    alive_s: float
    epoch_s: float
    serial: str


def view(state: ElevatorState) -> Truth:
    return {**_standard(state), **_gateway(state)}


def _standard(s: ElevatorState) -> dict[str, float | str]:
    """Real-time, statistics and fault items of GB/T 24476."""
    code = next((number for kind, number in FAULT_CODES.items() if kind in s.faults), 0)
    mode, event = _mode_and_event(s)
    return {
        "service_mode": mode,
        "car_status": float(s.speed > 0),
        "car_direction": float(s.direction),
        "door_zone": float(s.in_door_zone),
        "car_position": 0.0 if "position_lost" in s.faults else _floor_number(s.landing),
        "door_closed": float(s.door == "closed"),
        "passenger_present": float(s.passenger),
        "speed": s.speed,
        "fault_code": float(code),
        "fault_active": float(code != 0),
        "event_code": event,
        "alarm_trapped": float("entrapment" in s.faults),
        "alarm_button": float(bool(s.faults & {"entrapment", "alarm_button"})),
        "total_running_time": s.run_hours,
        "total_run_count": s.runs,
        "door_operation_count": s.door_cycles,
        "rope_bend_count": s.runs * 2,
        "maintenance_mode": float("inspection" in s.faults),
        "fire_mode": 0.0,
        "heartbeat": float(int(s.alive_s) % 65536),
    }


def _mode_and_event(s: ElevatorState) -> tuple[float, float]:
    if not s.powered:
        return _OUT_OF_SERVICE, _EVENT_POWER
    if "inspection" in s.faults:
        return _INSPECTION, _EVENT_INSPECTION
    if s.stopped:
        return _OUT_OF_SERVICE, _EVENT_STOPPED
    return _NORMAL, 0.0


def _floor_number(landing: int) -> float:
    """The number on the button: −1 for the garage, then 1, 2 …; no floor is 0."""
    return float(landing) if landing else -1.0


def _gateway(s: ElevatorState) -> dict[str, float | str]:
    """The Eleon S1's topics; absolute floors count from 1 at the bottom, relative ones from 0 at ground level."""
    return {
        "manufacturer_name": "Schindler",
        "controller_name": "LCB_II",
        "driver": "lcb2",
        "door_type": "automatic",
        "ground_floor": 2.0,
        "floor_count": float(s.landings),
        "fabrication_number": s.serial,
        "connected_to_controller": float(s.powered),
        "floor_absolute": float(s.landing + 1),
        "floor_relative": float(s.landing - 1),
        "moving": float(s.speed > 0),
        "door_state": s.door,
        "signal_strength": -71.0,
        "last_transmission": float(int(s.epoch_s)),
    }


ELEVATOR_UNITS = in_units({"m/s": "speed", "h": "total_running_time", "s": "last_transmission"})
