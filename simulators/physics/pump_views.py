"""One pump's state in the words of the three kinds of gateway that serve it."""

from dataclasses import dataclass

from simulators.machine import Truth
from simulators.physics.outlet import NOMINAL_VOLTS
from simulators.physics.quantities import in_units

_SYNCHRONOUS_RPM = 2900.0
"""Two-pole motor with slip at 50 Hz."""
_CIM_ALARMS = {"dry_run": 57.0, "overload": 48.0, "motor_trip": 48.0, "bearing_hot": 148.0, "start_failure": 16.0}
"""Grundfos alarm codes, recalled: 57 dry running, 48 overload, 148 bearing temperature, 16 other."""


@dataclass(frozen=True, slots=True)
class PumpState:
    """Everything physical about one pump at one moment."""

    running: bool
    fault: bool
    commanded: bool
    powered: bool
    current_a: float
    rated_a: float
    speed: float
    """Share of the speed at 50 Hz."""
    suction_mpa: float
    discharge_mpa: float
    setpoint_mpa: float
    flow_m3h: float
    power_kw: float
    rated_kw: float
    energy_kwh: float
    run_hours: float
    powered_hours: float
    starts: float
    bearing_c: float
    seal_leak: bool
    alarms: frozenset[str]
    volts: float


def view(state: PumpState) -> Truth:
    """The union of all names; no name means two things."""
    return {**_plc(state), **_cim(state), **_drive(state), **_drive_flags(state)}


def _plc(s: PumpState) -> dict[str, float | str]:
    """The `booster_set` profile."""
    return {
        "running": float(s.running),
        "fault": float(s.fault),
        "remote": 1.0,
        "start_command": float(s.commanded),
        "motor_current": s.current_a,
        "frequency": 50.0 * s.speed,
        "suction_pressure": s.suction_mpa,
        "discharge_pressure": s.discharge_mpa,
        "flow": s.flow_m3h,
        "power": s.power_kw,
        "energy": s.energy_kwh,
        "run_hours": s.run_hours,
        "starts": s.starts,
        "seal_leak": float(s.seal_leak),
        "bearing_temp": s.bearing_c,
    }


def _cim(s: PumpState) -> dict[str, float | str]:
    """Grundfos CIM 200/500: the status and data blocks. The pump has its own protection: what is wrong with it is a fault."""
    code = next((_CIM_ALARMS[kind] for kind in _CIM_ALARMS if kind in s.alarms), 0.0)
    status = 1 << 8
    status |= 1 << 6 if s.running else 0
    status |= 1 << 9 if s.commanded else 0
    status |= 1 << 10 if code else 0
    status |= 1 << 11 if s.seal_leak else 0
    status |= (1 << 5 | 1 << 13) if s.speed > 0.995 else 0
    return {
        "control_register": float(0b01 | (0b10 if s.commanded else 0)),
        "control_mode_set": 4.0,
        "operation_mode_set": 0.0,
        "setpoint_set": s.setpoint_mpa * 100,
        "actual_setpoint": s.setpoint_mpa * 100,
        "status_register": float(status),
        "process_feedback": s.discharge_mpa * 100,
        "control_mode": 4.0,
        "operation_mode": 0.0,
        "alarm_code": code,
        "warning_code": 240.0 if s.seal_leak else 0.0,
        "bearing_service": 12.0,
        "feedback_sensor_unit": 0.0,
        "feedback_sensor_min": 0.0,
        "feedback_sensor_max": 10.0,
        "head": max(0.0, s.discharge_mpa - s.suction_mpa),
        "volume_flow": s.flow_m3h,
        "relative_performance": s.speed * 100,
        "motor_frequency": 50.0 * s.speed,
        "operation_time": s.run_hours,
        "total_powered_time": s.powered_hours,
        "energy_consumption": s.energy_kwh,
    }


def _drive(s: PumpState) -> dict[str, float | str]:
    """Danfoss FC 102/202: counters and measurements."""
    rpm = _SYNCHRONOUS_RPM * s.speed
    loading = s.current_a / s.rated_a
    return {
        "speed": rpm,
        "torque": s.power_kw * 0.9 * 9550 / rpm if rpm > 1 else 0.0,
        "output_power": s.power_kw * 0.97,
        "motor_voltage": 400.0 * s.speed if s.running else 0.0,
        "output_frequency": 50.0 * s.speed,
        "dc_link_voltage": s.volts * 3**0.5 * 2**0.5,
        "motor_thermal": min(100.0, 80.0 * loading * loading),
        "inverter_thermal": min(100.0, 60.0 * loading),
        "heatsink_temp": 30.0 + 25.0 * loading,
        "control_card_temp": 38.0,
        "operating_hours": s.powered_hours,
        "running_hours": s.run_hours,
        "energy_counter": s.energy_kwh,
        "power_ups": 37.0,
        "over_temps": 0.0,
        "over_volts": 1.0,
        "drive_type": "FC-202P7K5T4",
        "feedback": s.discharge_mpa * 10,
        "main_actual_value": s.speed * 100,
        "bus_reference": s.speed * 100,
        "drive_temp": 30.0 + 25.0 * loading,
        "run_time": s.run_hours,
        "analog_input_1": s.speed * 100,
        "torque_percent": 100.0 * loading,
    }


def _drive_flags(s: PumpState) -> dict[str, float | str]:
    """Danfoss FC profile: status word, its coils, and the alarm words (bit 7 overload of the motor, 0 other); ABB's flags by name."""
    alarm = s.fault
    warning = s.seal_leak or bool(s.alarms & {"bearing_hot", "dry_run", "overload"})
    limit = s.current_a > 1.1 * s.rated_a
    hot = "bearing_hot" in s.alarms
    low_volts = s.powered and s.volts < 0.85 * NOMINAL_VOLTS
    flags = {0: s.powered, 1: s.powered and not alarm, 2: True, 3: alarm, 7: warning, 8: s.running, 9: True, 10: True, 11: s.running}
    flags |= {13: low_volts, 14: limit, 15: hot}
    named = {
        "control_ready": 0, "drive_ready": 1, "safety_closed": 2, "alarm": 3, "warning": 7, "at_reference": 8, "auto_mode": 9,
        "in_frequency_range": 10, "running": 11, "voltage_warning": 13, "current_limit": 14, "thermal_warning": 15,
    }  # fmt: skip
    found: dict[str, float | str] = {name: float(flags[bit]) for name, bit in named.items()}
    found |= {
        "rdy_on": found["control_ready"],
        "rdy_run": found["drive_ready"],
        "rdy_ref": found["running"],
        "at_setpoint": found["running"],
    }
    found |= {"off2_inactive": 1.0, "off3_inactive": 1.0, "run_enable": found["drive_ready"]}
    found["status_word"] = float(sum(1 << bit for bit, is_set in flags.items() if is_set))
    found["control_word"] = float(0x047C if s.commanded else 0x043C)
    found["reset_command"] = 0.0
    found["reference_coils"] = round(s.speed * 0x4000)
    found["alarm_word"] = float(1 << 7 if "motor_trip" in s.alarms else int(alarm))
    found["alarm_word_2"] = 0.0
    found["warning_word"] = float(1 << 7 if "overload" in s.alarms else int(warning))
    found["ext_status_word"] = 0.0
    return found


PUMP_UNITS = in_units(
    {
        "A": "motor_current",
        "Hz": "frequency motor_frequency output_frequency",
        "MPa": "suction_pressure discharge_pressure head",
        "m3/h": "flow volume_flow",
        "kW": "power output_power",
        "kWh": "energy energy_consumption energy_counter",
        "h": "run_hours run_time operation_time total_powered_time operating_hours running_hours",
        "degC": "bearing_temp heatsink_temp drive_temp control_card_temp",
        "rpm": "speed",
        "Nm": "torque",
        "V": "motor_voltage dc_link_voltage",
        "%": "analog_input_1 torque_percent motor_thermal inverter_thermal main_actual_value bus_reference setpoint_set actual_setpoint "
        "process_feedback relative_performance",
    }
)
