"""For every rule of the library: a profile it watches, readings under which it rests, and what is changed to make it fire.

A function of the step (one block every 10 s) stands for a reading that moves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Reading = float | str | Callable[[int], float]
Readings = Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Case:
    rule: str
    profile: str
    rest: Readings
    fire: Readings
    params: Mapping[str, float] = field(default_factory=dict)
    device: str = "x1"
    system: str = ""


def _three(name: str, a: float, b: float | None = None, c: float | None = None) -> Readings:
    return {f"{name}_l1": a, f"{name}_l2": a if b is None else b, f"{name}_l3": a if c is None else c}


def _windings(temperature: float) -> Readings:
    return {"relay_status": 0, "diagnostic_status": 0, **{f"winding{n}_temp": temperature for n in (1, 2, 3)}}


_V = _three("voltage", 220)
_A = _three("current", 100)
_RATED = {"rated_current": 400.0}
_PUMP: Readings = {
    "running": 1, "fault": 0, "remote": 1, "start_command": 1, "motor_current": 9, "suction_pressure": 0.2, "discharge_pressure": 0.58,
    "seal_leak": 0, "bearing_temp": 45,
}  # fmt: skip
_PUMP_RATED = {"rated_current": 10.0}
_TANK: Readings = {"level": 2.0, "overflow": 0, "outlet_pressure": 0.2}
_MARKS = {"height_m": 3.0, "low_m": 0.8, "high_m": 2.8}
_SUMP: Readings = {
    "level": 0.8, "leak": 0, "pump1_running": 0, "pump2_running": 0, "pump1_fault": 0, "pump2_fault": 0, "high_float": 0,
    "overflow_float": 0,
}  # fmt: skip
_LIFT: Readings = {
    "service_mode": 1, "car_status": 0, "door_zone": 1, "door_closed": 1, "speed": 0, "fault_code": 0, "event_code": 0, "alarm_trapped": 0,
    "alarm_button": 0, "maintenance_mode": 0, "heartbeat": lambda n: n,
}  # fmt: skip
_LOOP: Readings = {
    "system_status": 0, "fire_count": 0, "fault_count": 0, "disabled_count": 0, "supervisory_count": 0, "feedback_count": 0, "loop_open": 0,
    "loop_short": 0,
}  # fmt: skip
_PANEL: Readings = {"system_status": 0, "component_status": 0}
_POINTS: Readings = {f"loop{loop}_{kind}_{n}": 0x0400 for loop in range(1, 11) for kind in ("detector", "module") for n in range(1, 160)}
_GATE: Readings = {"state": 0, "arm_off": 0, "loop_fault": 0, "manual": 0, "vehicle_present": 0}
_STORE: Readings = {"history_wait": 4, "spool_fill": 1, "blocks_lost": 0, "disk_free": 80, "alarms_10min": 3}
_CAMERA: Readings = {"gate_status": 0, "gate_connect_status": 1}
_GAS: Readings = {
    "status": 1, "decimal_and_units": 8 << 8, "gas_concentration": 0, "heartbeat_counter": lambda n: n,
}  # fmt: skip
_CHILLER: Readings = {
    "alarm_output": 0, "fault_index": 0, "run_enabled": 1, "evaporator_flow": 1, "chiller_on": 1, "evaporator_leaving_temp": 7,
    "active_setpoint": 7,
}  # fmt: skip

_ELEVATOR = "gbt24476_elevator"
_GO_E: Readings = {"error_code": 0, "temperature_1": 40}

CASES = [
    Case("power.feeder_off", "schneider_pm5000", _V, _three("voltage", 0)),
    Case("power.phase_loss", "schneider_pm5000", _V, _three("voltage", 220, 219, 3)),
    Case("power.voltage_low", "acrel_adw300", _V, _three("voltage", 203, 210, 210)),
    Case("power.voltage_high", "abb_b23", _V, _three("voltage", 236)),
    Case("power.voltage_unbalance", "janitza_umg96rm", _V, _three("voltage", 220, 220, 205)),
    Case("power.overload", "eastron_sdm630", _A, _three("current", 100, 325, 100), _RATED),
    Case(
        "power.factor_low",
        "eastron_sdm630",
        {"power_factor_total": 0.95, "active_power_total": 90_000},
        {"power_factor_total": 0.8},
        device="sub1.incomer1",
    ),
    Case("power.thd_high", "eastron_sdm630", _three("thd_voltage", 2), _three("thd_voltage", 5.2)),
    Case("power.frequency_off", "schneider_pm5000", {"frequency": 50.0}, {"frequency": 49.75}, device="sub1.incomer1"),
    Case("power.current_unbalance", "acrel_adw300", _A, _three("current", 300, 100, 100), _RATED),
    Case("power.meter_wiring", "acrel_adw300", _three("active_power", 5000), _three("active_power", -5000, 5000, 5000)),
    Case(
        "power.meter_frozen",
        "acrel_adw300",
        {f"voltage_l{phase}": lambda n: 220 + 0.1 * (n % 5) for phase in (1, 2, 3)},
        _three("voltage", 221.3),
    ),
    Case("transformer.temperature_high", "eaton_tc100", _windings(80), _windings(131)),
    Case("transformer.temperature_trip", "eaton_tc100", _windings(80), {"relay_status": 1 << 4}),
    Case("transformer.fans_not_running", "eaton_tc100", _windings(80), _windings(97)),
    Case("transformer.fan_failure", "eaton_tc100", _windings(80), {"diagnostic_status": 1 << 2}),
    Case("transformer.sensor_fault", "eaton_tc100", _windings(80), {"diagnostic_status": 1 << 8, "winding1_temp": 250}),
    Case("transformer.controller_fault", "eaton_tc100", _windings(80), {"diagnostic_status": 1 << 4}),
    Case("pump.dry_run", "booster_set", _PUMP, {"suction_pressure": 0.01, "motor_current": 5.9}, _PUMP_RATED),
    Case("pump.fault", "booster_set", _PUMP, {"fault": 1, "running": 0, "start_command": 0}),
    Case("pump.start_failed", "booster_set", _PUMP, {"running": 0}),
    Case("pump.discharge_low", "booster_set", _PUMP, {"discharge_pressure": 0.25}),
    Case("pump.seal_leak", "booster_set", _PUMP, {"seal_leak": 1}),
    Case("pump.bearing_hot", "booster_set", _PUMP, {"bearing_temp": 85}),
    Case("pump.overload", "booster_set", _PUMP, {"motor_current": 11.5}, _PUMP_RATED),
    Case("pump.starts_too_often", "booster_set", _PUMP, {"running": lambda n: n % 2}),
    Case("pump.gateway_fault", "grundfos_cim500", {"status_register": 1 << 9}, {"status_register": 1 << 10}),
    Case("pump.gateway_warning", "grundfos_cim500", {"status_register": 1 << 9}, {"status_register": 1 << 11}),
    Case("drive.trip", "danfoss_fc202", {"alarm": 0}, {"alarm": 1}),
    Case("tank.low", "tank", _TANK, {"level": 0.7}, _MARKS),
    Case("tank.high", "tank", _TANK, {"level": 2.85}, _MARKS),
    Case("tank.overflow", "tank", _TANK, {"overflow": 1}, _MARKS),
    Case("fire_water.pressure_low", "tank", _TANK, {"outlet_pressure": 0.05}, _MARKS, system="fire"),
    Case("tank.outlet_blocked", "tank", _TANK, {"outlet_pressure": 0.005}, _MARKS),
    Case("level_sensor.maintenance", "vega_c21", {"device_status": 0}, {"device_status": 4}),
    Case("water_meter.burst", "arad_octave", {"flow_rate": 6}, {"flow_rate": 41}, {"most_flow": 15.0}),
    Case("level_sensor.fault", "vega_c21", {"device_status": 0, "status": 0}, {"device_status": 1}),
    Case("water_meter.leak", "arad_octave", {"alarms": 0}, {"alarms": 1}),
    Case("water_meter.fault", "arad_octave", {"alarms": 0}, {"alarms": 1 << 7}),
    Case("sump.high", "sump_pit", _SUMP, {"level": 1.9}),
    Case("sump.overflow", "sump_pit", _SUMP, {"overflow_float": 1}),
    Case("sump.leak", "sump_pit", _SUMP, {"leak": 1}),
    Case("sump.both_pumps_failed", "sump_pit", _SUMP, {"pump1_fault": 1, "pump2_fault": 1}),
    Case("sump.pump_fault", "sump_pit", _SUMP, {"pump2_fault": 1}),
    Case("sump.not_pumping", "sump_pit", _SUMP, {"high_float": 1}),
    Case("elevator.entrapment", _ELEVATOR, _LIFT, {"alarm_trapped": 1}),
    Case("elevator.unintended_movement", _ELEVATOR, _LIFT, {"fault_code": 5}),
    Case("elevator.overspeed", _ELEVATOR, _LIFT, {"speed": -2.3, "car_status": 1}, {"rated_speed": 1.75}),
    Case("elevator.off_landing", _ELEVATOR, _LIFT, {"door_zone": 0}),
    Case("elevator.alarm_button", _ELEVATOR, _LIFT, {"alarm_button": 1}),
    Case("elevator.safety_circuit", _ELEVATOR, _LIFT, {"fault_code": 1}),
    Case("elevator.door_fault", _ELEVATOR, _LIFT, {"fault_code": 3}),
    Case("elevator.door_held", _ELEVATOR, _LIFT, {"door_closed": 0}),
    Case("elevator.locked_out", _ELEVATOR, _LIFT, {"fault_code": 7}),
    Case("elevator.power_lost", _ELEVATOR, _LIFT, {"event_code": 1}),
    Case("elevator.inspection", _ELEVATOR, _LIFT, {"maintenance_mode": 1}),
    Case("elevator.data_frozen", _ELEVATOR, _LIFT, {"heartbeat": 7}),
    Case("elevator.controller_lost", "eleon_s1", {"connected_to_controller": 1}, {"connected_to_controller": 0}),
    Case("fire.alarm", "fire_loop", _LOOP, {"fire_count": 1}),
    Case("fire.panel_alarm", "gbt26875_fire", _PANEL, {"system_status": 1 << 1}),
    Case("fire.point_alarm", "notifier_modbus_gw", _POINTS, {"loop1_detector_7": 0x0C10}),
    Case("fire.fault", "fire_loop", _LOOP, {"system_status": 1 << 10}),
    Case("fire.panel_fault", "gbt26875_fire", _PANEL, {"component_status": 1 << 2}),
    Case("fire.point_fault", "notifier_modbus_gw", _POINTS, {"loop1_module_3": 0x2400}),
    Case("fire.loop_open", "fire_loop", _LOOP, {"loop_open": 1}),
    Case("fire.loop_short", "fire_loop", _LOOP, {"loop_short": 1}),
    Case("fire.mains_fault", "fire_loop", _LOOP, {"system_status": 1 << 8}, system="fire"),
    Case("fire.battery_fault", "gbt26875_fire", _PANEL, {"system_status": 1 << 9}, system="fire"),
    Case("fire.shielded", "fire_loop", _LOOP, {"disabled_count": 2}),
    Case("fire.panel_shielded", "gbt26875_fire", _PANEL, {"component_status": 1 << 3}),
    Case("fire.point_shielded", "notifier_modbus_gw", _POINTS, {"loop1_detector_20": 0x0200}),
    Case("fire.point_supervisory", "notifier_modbus_gw", _POINTS, {"loop1_module_3": 0x0C40}),
    Case("water_meter.reverse_flow", "arad_octave", {"flow_direction": 1}, {"flow_direction": 2}),
    Case("fire.silenced", "notifier_modbus_gw", {"panel_status": 0}, {"panel_status": 1 << 1}),
    Case("fire.supervisory", "fire_loop", _LOOP, {"supervisory_count": 1}),
    Case("fire.feedback", "fire_loop", _LOOP, {"feedback_count": 1}),
    Case("fire.linkage_manual", "gbt26875_fire", _PANEL, {"system_status": 1 << 11}),
    Case("barrier.fault", "barrier_json", _GATE, {"state": 5}),
    Case("barrier.stuck_open", "barrier_json", _GATE, {"state": 1}),
    Case("barrier.not_opening", "barrier_json", _GATE, {"vehicle_present": 1}),
    Case("barrier.stroke_too_long", "barrier_json", _GATE, {"state": 4}),
    Case("barrier.arm_off", "barrier_json", _GATE, {"arm_off": 1}),
    Case("barrier.loop_fault", "barrier_json", _GATE, {"loop_fault": 1}),
    Case("barrier.manual", "barrier_json", _GATE, {"manual": 1}),
    Case("barrier.controller_lost", "vzenith_barrier", _CAMERA, {"gate_connect_status": 0}),
    Case("barrier.gate_open", "vzenith_barrier", _CAMERA, {"gate_status": 1}),
    Case("charger.leakage", "abb_terra_ac", {"error_code": 0}, {"error_code": 0x0002}),
    Case("charger.leakage_go_e", "go_e", _GO_E, {"error_code": 2}),
    Case("charger.over_temperature", "abb_terra_ac", {"error_code": 0}, {"error_code": 0x0080}),
    Case("charger.hot", "go_e", _GO_E, {"temperature_1": 92}),
    Case("charger.lock_failed", "abb_terra_ac", {"error_code": 0}, {"error_code": 0x1000}),
    Case("charger.lock_failed_go_e", "go_e", _GO_E, {"error_code": 15}),
    Case("charger.faulted", "keba_p30", {"error_code": 0}, {"error_code": 0x20011}),
    Case("charger.error_state", "alfen_eve", {"mode3_state": "C2"}, {"mode3_state": "F"}),
    Case("gas.leak", "midas_gas", _GAS, {"gas_concentration": 21}),
    Case("gas.detector_fault", "midas_gas", _GAS, {"heartbeat_counter": 9}),
    Case("gas.not_monitoring", "midas_gas", _GAS, {"status": 0}),
    Case("chiller.fault", "daikin_chiller", _CHILLER, {"fault_index": 12}),
    Case("chiller.no_flow", "daikin_chiller", _CHILLER, {"evaporator_flow": 0}),
    Case("chiller.supply_warm", "daikin_chiller", _CHILLER, {"evaporator_leaving_temp": 11}),
    Case("platform.spool_filling", "platform", _STORE, {"history_wait": 901}),
    Case("platform.spool_losing", "platform", _STORE, {"blocks_lost": 1}),
    Case("platform.disk_low", "platform", _STORE, {"disk_free": 1.9}),
    Case("platform.alarm_flood", "platform", _STORE, {"alarms_10min": 11}),
]
"""``comms.lost`` has a test of its own."""
