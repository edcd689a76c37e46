"""Every fault of every machine changes the truth it says it changes, and heals back."""

from collections.abc import Callable

import pytest

from simulators.physics.site_physics import SitePhysics
from tests.simulators.physics.conftest import full_site, number, start

Sign = Callable[[SitePhysics], bool]


def _is(device_id: str, quantity: str, value: float | str) -> Sign:
    return lambda physics: physics.machines[device_id].truth()[quantity] == value


def _above(device_id: str, quantity: str, limit: float) -> Sign:
    return lambda physics: number(physics, device_id, quantity) > limit


def _below(device_id: str, quantity: str, limit: float) -> Sign:
    return lambda physics: number(physics, device_id, quantity) < limit


def _bit(device_id: str, quantity: str, bit: int) -> Sign:
    return lambda physics: bool(int(number(physics, device_id, quantity)) >> bit & 1)


def _all(*signs: Sign) -> Sign:
    return lambda physics: all(sign(physics) for sign in signs)


_CASES: list[tuple[str, str, Sign]] = [
    ("sub1.t1", "overheat", _all(_above("sub1.t1", "winding2_temp", 130), _bit("sub1.t1", "relay_status", 3))),
    ("sub1.t1", "fan_failed", _all(_bit("sub1.t1", "diagnostic_status", 2), _above("sub1.t1", "winding1_temp", 90))),
    ("sub1.t1", "sensor_open", _all(_bit("sub1.t1", "diagnostic_status", 8), _above("sub1.t1", "winding1_temp", 200))),
    ("sub1.t1", "sensor_reversed", _bit("sub1.t1", "diagnostic_status", 9)),
    ("sub1.t1", "fans_off", _all(_above("sub1.t1", "winding1_temp", 95), _is("sub1.t1", "relay_status", 0.0))),
    ("sub1.t1", "winding_short", _all(_above("sub1.t1", "winding3_temp", 150), _bit("sub1.t1", "relay_status", 4))),
    ("b01.light", "loose_contact", _below("b01.light", "voltage_l1", 222)),
    ("sub1.t1", "memory_failure", _bit("sub1.t1", "diagnostic_status", 4)),
    ("pr1.pump1", "dry_run", _all(_below("pr1.pump1", "suction_pressure", 0.005), _is("pr1.pump1", "running", 1.0))),
    ("pr1.pump1", "seal_leak", _is("pr1.pump1", "seal_leak", 1.0)),
    ("pr1.pump1", "start_failure", _all(
        _is("pr1.pump1", "start_command", 1.0), _is("pr1.pump1", "running", 0.0), _is("pr1.pump1", "fault", 1.0),
    )),
    ("pr1.pump1", "overload", _above("pr1.pump1", "motor_current", 1.2 * 22)),
    ("pr1.pump1", "bearing_hot", _above("pr1.pump1", "bearing_temp", 95)),
    ("pr1.pump1", "low_pressure", _below("pr1.pump1", "discharge_pressure", 0.3)),
    ("pr1.pump2", "dry_run", _is("pr1.pump2", "alarm_code", 57.0)),
    ("pr1.pump2", "start_failure", _bit("pr1.pump2", "status_register", 10)),
    ("pr1.pump3", "overload", _all(_is("pr1.pump3", "current_limit", 1.0), _bit("pr1.pump3", "warning_word", 7))),
    ("pr1.pump1", "motor_trip", _all(_is("pr1.pump1", "fault", 1.0), _is("pr1.pump1", "start_command", 0.0))),
    ("pr1.pump3", "motor_trip", _all(_is("pr1.pump3", "alarm", 1.0), _bit("pr1.pump3", "alarm_word", 7))),
    ("pr1.pump3", "bearing_hot", _is("pr1.pump3", "thermal_warning", 1.0)),
    ("pr1.tank", "inlet_stuck_closed", _all(_below("pr1.tank", "level", 0.8), _is("pr1.tank", "inlet_open", 0.0))),
    ("pr1.tank", "overflow", _all(_is("pr1.tank", "overflow", 1.0), _above("pr1.tank", "level", 2.8))),
    ("pr1.tank", "pressure_lost", _below("pr1.tank", "outlet_pressure", 0.02)),
    ("pr2.tank", "pressure_lost", _below("pr2.tank", "outlet_pressure", 0.07)),
    ("pr1.tank", "sensor_drift", _above("pr1.tank", "level", 2.9)),
    ("pr1.radar", "echo_lost", _all(_bit("pr1.radar", "status", 0), _is("pr1.radar", "device_status", 1.0))),
    ("pr1.radar", "low_echo", _all(_is("pr1.radar", "device_status", 4.0), _below("pr1.radar", "echo_amplitude", 40))),
    ("garage.sump1", "pump_fail", _is("garage.sump1", "pump1_fault", 1.0)),
    ("garage.sump1", "both_pumps_fail", _all(_is("garage.sump1", "pump2_fault", 1.0), _is("garage.sump1", "high_float", 1.0))),
    ("garage.sump1", "high_inflow", _is("garage.sump1", "high_float", 1.0)),
    ("garage.sump1", "float_stuck", _all(_is("garage.sump1", "high_float", 1.0), _is("garage.sump1", "pump1_running", 0.0))),
    ("garage.sump1", "floor_leak", _is("garage.sump1", "leak", 1.0)),
    ("b01.lift1", "entrapment", _all(
        _is("b01.lift1", "alarm_trapped", 1.0), _is("b01.lift1", "door_zone", 0.0), _is("b01.lift1", "passenger_present", 1.0),
        _is("b01.lift1", "speed", 0.0), _is("b01.lift1", "fault_code", 4.0),
    )),
    ("b01.lift1", "door_fault", _all(
        _is("b01.lift1", "fault_code", 2.0), _is("b01.lift1", "door_closed", 0.0), _is("b01.lift1", "service_mode", 0.0),
    )),
    ("b01.lift1", "door_open_failure", _is("b01.lift1", "fault_code", 3.0)),
    ("b01.lift1", "safety_circuit", _is("b01.lift1", "fault_code", 1.0)),
    ("b01.lift1", "unintended_movement", _all(
        _is("b01.lift1", "fault_code", 5.0), _is("b01.lift1", "door_closed", 0.0), _is("b01.lift1", "door_zone", 0.0),
    )),
    ("b01.lift1", "motor_run_limit", _is("b01.lift1", "fault_code", 6.0)),
    ("b01.lift1", "position_lost", _all(_is("b01.lift1", "fault_code", 7.0), _is("b01.lift1", "car_position", 0.0))),
    ("b01.lift1", "overspeed", _above("b01.lift1", "speed", 1.15 * 1.75)),
    ("b01.lift1", "power_loss", _all(_is("b01.lift1", "event_code", 1.0), _is("b01.lift1", "service_mode", 0.0))),
    ("b01.lift1", "alarm_button", _all(_is("b01.lift1", "alarm_button", 1.0), _is("b01.lift1", "alarm_trapped", 0.0))),
    ("b01.lift1", "inspection", _all(_is("b01.lift1", "maintenance_mode", 1.0), _is("b01.lift1", "service_mode", 2.0))),
    ("b01.lift2", "power_loss", _is("b01.lift2", "connected_to_controller", 0.0)),
    ("b01.loop", "smoke", _all(
        _is("b01.loop", "fire_count", 1.0), _bit("b01.loop", "system_status", 1), _above("b01.loop", "zone_fire", 0),
    )),
    ("b01.loop", "smoke_two_floors", _is("b01.loop", "fire_count", 2.0)),
    ("b01.loop", "detector_fault", _all(_is("b01.loop", "fault_count", 1.0), _bit("b01.loop", "system_status", 2))),
    ("b01.loop", "loop_open", _all(_is("b01.loop", "loop_open", 1.0), _bit("b01.loop", "system_status", 10))),
    ("b01.loop", "loop_short", _all(_is("b01.loop", "loop_short", 1.0), _above("b01.loop", "fault_count", 10))),
    ("b01.loop", "mains_lost", _all(_bit("b01.loop", "system_status", 8), _below("b01.loop", "battery_voltage", 26))),
    ("b01.loop", "battery_low", _all(_bit("b01.loop", "system_status", 9), _below("b01.loop", "battery_voltage", 21))),
    ("b01.loop", "shield", _is("b01.loop", "disabled_count", 2.0)),
    ("b01.loop", "supervisory", _is("b01.loop", "supervisory_count", 1.0)),
    ("b01.loop", "feedback", _all(_is("b01.loop", "feedback_count", 1.0), _bit("b01.loop", "system_status", 6))),
    ("fcc.panel", "fire", _bit("fcc.panel", "loop1_detector_7", 11)),
    ("fcc.panel", "trouble", _bit("fcc.panel", "loop1_detector_12", 13)),
    ("fcc.panel", "disable", _bit("fcc.panel", "loop1_detector_20", 9)),
    ("fcc.panel", "supervisory", _bit("fcc.panel", "loop1_module_3", 11)),
    ("fcc.panel", "silenced", _bit("fcc.panel", "panel_status", 1)),
    ("fcc.gateway", "fire", _bit("fcc.gateway", "system_status", 1)),
    ("fcc.gateway", "trouble", _bit("fcc.gateway", "component_status", 2)),
    ("fcc.gateway", "disable", _bit("fcc.gateway", "system_status", 3)),
    ("fcc.gateway", "mains_lost", _bit("fcc.gateway", "system_status", 8)),
    ("fcc.gateway", "battery_low", _bit("fcc.gateway", "system_status", 9)),
    ("gate.in", "stuck_open", _all(_is("gate.in", "state", 1.0), _is("gate.in", "vehicle_present", 0.0))),
    ("gate.in", "stuck_closed", _all(_is("gate.in", "state", 0.0), _is("gate.in", "vehicle_present", 1.0))),
    ("gate.in", "stopped_midway", _is("gate.in", "state", 4.0)),
    ("gate.in", "arm_off", _is("gate.in", "arm_off", 1.0)),
    ("gate.in", "loop_fault", _is("gate.in", "loop_fault", 1.0)),
    ("gate.in", "manual", _is("gate.in", "manual", 1.0)),
    ("gate.in", "motor_overcurrent", _all(_is("gate.in", "state", 5.0), _above("gate.in", "motor_current", 2.0))),
    ("gate.camera", "stuck_open", _is("gate.camera", "gate_status", 1.0)),
    ("charge4", "over_temperature", _above("charge4", "temperature_1", 85)),
    ("podium.gas", "leak", _all(_above("podium.gas", "gas_concentration", 50), _is("podium.gas", "alarm_state", 3.0))),
    ("podium.gas", "slow_leak", _is("podium.gas", "alarm_state", 1.0)),
    ("podium.gas", "instrument_fault", _all(_bit("podium.gas", "status", 5), _is("podium.gas", "active_fault", 49.0))),
    ("podium.gas", "flow_blocked", _all(_bit("podium.gas", "status", 4), _below("podium.gas", "sample_flow", 100))),
    ("podium.gas", "cell_worn", _below("podium.gas", "cell_life_remaining", 200)),
    ("podium.gas", "warm_up", lambda physics: int(number(physics, "podium.gas", "status")) & 0xF == 0),
    ("garage.co", "leak", _above("garage.co", "gas_concentration", 60)),
    ("b01.water", "leak", _all(_above("b01.water", "flow_rate", 3), _bit("b01.water", "alarms", 0))),
    ("b01.water", "burst", _above("b01.water", "flow_rate", 30)),
    ("b01.water", "reverse_flow", _all(_is("b01.water", "flow_direction", 2.0), _below("b01.water", "flow_rate", 0))),
    ("b01.water", "measurement_fail", _all(_is("b01.water", "flow_rate", 0.0), _bit("b01.water", "alarms", 5))),
    ("b01.water", "battery_low", _bit("b01.water", "alarms", 7)),
    ("podium.chiller", "compressor_trip", _all(_is("podium.chiller", "alarm_output", 1.0), _is("podium.chiller", "chiller_on", 0.0))),
    ("podium.chiller", "flow_lost", _is("podium.chiller", "evaporator_flow", 0.0)),
    ("podium.chiller", "high_pressure", _is("podium.chiller", "fault_index", 17.0)),
    ("podium.chiller", "low_capacity", _all(
        _above("podium.chiller", "evaporator_leaving_temp", 10.5), _above("podium.chiller", "actual_capacity", 60),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("device_id", "kind", "sign"), _CASES, ids=[f"{device}-{kind}" for device, kind, _ in _CASES])
def test_a_fault_shows_within_a_minute_and_heals(device_id: str, kind: str, sign: Sign) -> None:
    physics = start(3.0 if device_id == "b01.water" else 10.0)
    for _ in range(600 if device_id == "podium.chiller" else 1):
        physics.step(1.0)
    assert not sign(physics), "it shows before it is broken"
    physics.machines[device_id].inject(kind)
    assert kind in physics.machines[device_id].active_faults()
    assert any(_stepped(physics, sign) for _ in range(60)), "it does not show within a minute"
    physics.machines[device_id].heal(kind)
    assert kind not in physics.machines[device_id].active_faults()
    for _ in range(400 if device_id == "podium.chiller" else 3):
        physics.step(1.0)
    assert not sign(physics), "it still shows after it is healed"


def _stepped(physics: SitePhysics, sign: Sign) -> bool:
    physics.step(1.0)
    return sign(physics)


_STUCK = [("pr1.pump1", "discharge_pressure"), ("pr1.tank", "level"), ("pr1.radar", "filling_height"), ("garage.sump1", "level"),
          ("podium.chiller", "evaporator_leaving_temp")]  # fmt: skip


@pytest.mark.parametrize(("device_id", "quantity"), _STUCK)
def test_a_stuck_sensor_repeats_itself_until_healed(device_id: str, quantity: str) -> None:
    physics = start(7.5)
    physics.machines[device_id].inject("sensor_stuck")
    held = number(physics, device_id, quantity)
    for _ in range(30):
        physics.step(60.0)
        assert number(physics, device_id, quantity) == held
    physics.machines[device_id].heal("sensor_stuck")
    physics.step(60.0)
    assert number(physics, device_id, quantity) != held


def test_a_frozen_gas_detector_loses_its_heartbeat() -> None:
    physics = start(12.0)
    physics.machines["podium.gas"].inject("frozen")
    before = number(physics, "podium.gas", "heartbeat_counter")
    for _ in range(10):
        physics.step(1.0)
    assert number(physics, "podium.gas", "heartbeat_counter") == before
    physics.machines["podium.gas"].heal("frozen")
    physics.step(2.0)
    assert number(physics, "podium.gas", "heartbeat_counter") != before


def test_a_hung_monitoring_board_loses_its_heartbeat_while_the_car_goes_on() -> None:
    physics = start(8.0)
    physics.machines["b01.lift1"].inject("data_frozen")
    before = physics.machines["b01.lift1"].truth()
    for _ in range(600):
        physics.step(1.0)
    assert physics.machines["b01.lift1"].truth() == before
    physics.machines["b01.lift1"].heal("data_frozen")
    assert physics.machines["b01.lift1"].truth() != before
    assert number(physics, "b01.lift1", "service_mode") == 1.0


def test_blocked_doors_stay_open_in_service() -> None:
    physics = start(8.0)
    physics.machines["b01.lift1"].inject("door_blocked")
    for _ in range(300):
        physics.step(1.0)
        assert number(physics, "b01.lift1", "door_closed") == 0.0
        assert number(physics, "b01.lift1", "fault_code") == 0.0
    physics.machines["b01.lift1"].heal("door_blocked")
    assert any(_stepped(physics, _is("b01.lift1", "door_closed", 1.0)) for _ in range(15))


def test_a_fluttering_switch_starts_a_pump_every_minute() -> None:
    physics = start(12.0)
    physics.machines["pr1.pump1"].inject("short_cycling")
    before = number(physics, "pr1.pump1", "starts")
    for _ in range(600):
        physics.step(1.0)
    assert number(physics, "pr1.pump1", "starts") - before == pytest.approx(10, abs=1)


def test_a_leaking_tank_empties_though_its_inlet_is_open() -> None:
    physics = start(12.0)
    physics.machines["pr1.tank"].inject("leak")
    for _ in range(90):
        physics.step(60.0)
    assert number(physics, "pr1.tank", "level") < 0.8


def test_a_drifting_radar_reads_too_high() -> None:
    physics = start(12.0)
    physics.machines["pr1.radar"].inject("sensor_drift")
    off = number(physics, "pr1.radar", "filling_height") - number(physics, "pr1.tank", "level")
    assert off == pytest.approx(0.6)


def test_every_machine_has_faults_with_an_effect_in_words() -> None:
    for name, machine in start(12.0).machines.items():
        assert len(machine.faults) >= 2, name
        for kind, fault in machine.faults.items():
            assert fault.kind == kind
            assert len(fault.effect) > 15
            assert fault.effect.endswith(".")


def test_every_device_has_a_machine_of_its_class() -> None:
    physics = start(12.0)
    assert {name: machine.device_class for name, machine in physics.machines.items()} == {
        device.id: device.device_class for device in full_site().devices.values()
    }


@pytest.mark.parametrize("device_id", list(full_site().devices))
def test_an_unknown_fault_is_refused_and_a_known_one_twice_is_once(device_id: str) -> None:
    machine = start(12.0).machines[device_id]
    with pytest.raises(KeyError):
        machine.inject("no_such_fault")
    with pytest.raises(KeyError):
        machine.heal("no_such_fault")
    kind = next(iter(machine.faults))
    machine.inject(kind)
    machine.inject(kind)
    assert machine.active_faults() == {kind}
    machine.heal(kind)
    machine.heal(kind)
    assert machine.active_faults() == frozenset()
