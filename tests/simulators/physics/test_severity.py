"""Faults that come in degrees: what a severity stands for, how an onset grows, what is refused."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanjia.config.profile_file import LIBRARY
from simulators.machine import FaultKind, Severity, UnfitFault
from simulators.physics.site_physics import SitePhysics
from tests.simulators.physics.conftest import full_site, number, profile, start

_MACHINES = start(12.0).machines
_CATALOGUE = {name: machine.faults for name, machine in _MACHINES.items()}
_ALL = [(name, kind) for name, faults in _CATALOGUE.items() for kind in faults]
_GROWING = [(name, kind) for name, kind in _ALL if _CATALOGUE[name][kind].severity]
_SUDDEN = [(name, kind) for name, kind in _ALL if not _CATALOGUE[name][kind].severity]


def _each(cases: list[tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("device_id", "kind"), cases, ids=[f"{name}-{kind}" for name, kind in cases])


def test_a_severity_is_a_straight_line() -> None:
    left = Severity("voltage left", 0.8, none=1.0)
    assert [left.at(0.0), left.at(0.5), left.at(1.0)] == pytest.approx([1.0, 0.9, 0.8])


@pytest.mark.parametrize(
    ("fault", "severity", "onset_s", "why"),
    [
        (FaultKind("trip", "It trips."), 0.5, 0.0, "'trip' is there or not: it has no severity"),
        (FaultKind("trip", "It trips."), 1.0, 30.0, "'trip' is there or not: it has no onset"),
        (FaultKind("leak", "It leaks.", Severity("loss", 1.0)), 0.0, 0.0, "severity 0 is not above 0 and at most 1"),
        (FaultKind("leak", "It leaks.", Severity("loss", 1.0)), 1.5, 0.0, "severity 1.5 is not above 0 and at most 1"),
        (FaultKind("leak", "It leaks.", Severity("loss", 1.0)), float("nan"), 0.0, "severity nan is not above 0 and at most 1"),
        (FaultKind("leak", "It leaks.", Severity("loss", 1.0)), 1.0, -1.0, "an onset of -1 s is not a time to grow in"),
        (FaultKind("leak", "It leaks.", Severity("loss", 1.0)), 1.0, float("nan"), "an onset of nan s is not a time to grow in"),
    ],
)
def test_an_objection_says_why(fault: FaultKind, severity: float, onset_s: float, why: str) -> None:
    assert fault.objection(severity, onset_s) == why


def test_there_is_no_objection_to_what_was_always_possible() -> None:
    assert FaultKind("trip", "It trips.").objection() is None
    assert FaultKind("leak", "It leaks.", Severity("loss", 1.0)).objection(0.3, 600.0) is None


@_each(_SUDDEN)
def test_what_is_there_or_not_refuses_severity_and_onset_and_stays_whole(device_id: str, kind: str) -> None:
    machine = _MACHINES[device_id]
    with pytest.raises(UnfitFault, match="has no severity"):
        machine.inject(kind, severity=0.5)
    with pytest.raises(UnfitFault, match="has no onset"):
        machine.inject(kind, onset_s=10.0)
    assert machine.active_faults() == frozenset()


@_each(_GROWING)
def test_a_growing_fault_grows_from_nothing_to_its_severity_and_is_gone_after_the_repair(device_id: str, kind: str) -> None:
    physics = start(12.0)
    machine = physics.machines[device_id]
    machine.inject(kind, severity=0.8, onset_s=40.0)
    assert machine.severity(kind) == 0.0
    assert machine.active_faults() == {kind}
    _live(physics, 20)
    assert machine.severity(kind) == pytest.approx(0.4)
    _live(physics, 40)
    assert machine.severity(kind) == pytest.approx(0.8)
    machine.inject(kind, severity=0.2, onset_s=10.0)
    _live(physics, 5)
    assert machine.severity(kind) == pytest.approx(0.5)
    machine.heal(kind)
    _live(physics, 2)
    assert (machine.severity(kind), machine.active_faults()) == (0.0, frozenset())


@settings(max_examples=25, deadline=None)
@given(case=st.sampled_from(_GROWING), severity=st.floats(0.01, 1.0), onset_s=st.sampled_from([0.0, 7.0, 3600.0]))
def test_no_severity_and_no_onset_upsets_a_machine(case: tuple[str, str], severity: float, onset_s: float) -> None:
    physics = start(17.0)
    physics.machines[case[0]].inject(case[1], severity, onset_s)
    _live(physics, 30)
    for machine in physics.machines.values():
        assert all(isinstance(value, str) or value == value for value in machine.truth().values())


def _live(physics: SitePhysics, seconds: int) -> None:
    for _ in range(seconds):
        physics.step(1.0)


_STANDS = [
    ("b01.homes", "undervoltage", 0.5, "voltage_ln_avg", lambda before: 0.90 * before, 0.02),
    ("b01.homes", "overvoltage", 0.5, "voltage_ln_avg", lambda before: 1.065 * before, 0.02),
    ("b01.homes", "overload", 0.68, "current_l2", lambda before: 0.85 * 400, 0.03),
    ("b01.homes", "low_power_factor", 0.667, "power_factor_total", lambda before: 0.80, 0.01),
    ("b01.homes", "sensor_drift", 0.5, "active_power_total", lambda before: 0.95 * before, 0.02),
    ("b01.homes", "induced_voltage", 1.0, "voltage_l1", lambda before: 0.09 * 220, 0.01),
    ("sub1.incomer1", "grid_frequency_low", 0.5, "frequency", lambda before: 49.75, 0.002),
    ("pr1.pump1", "overload", 0.885, "motor_current", lambda before: 1.15 * 22, 0.05),
    ("pr1.pump1", "dry_run", 0.6, "suction_pressure", lambda before: 0.4 * before, 0.05),
    ("pr1.pump1", "low_pressure", 0.79, "discharge_pressure", lambda before: (1 - 0.474) * before, 0.05),
    ("pr1.tank", "sensor_drift", 0.5, "level", lambda before: before + 0.5, 0.02),
    ("pr1.tank", "pressure_lost", 0.5, "outlet_pressure", lambda before: 0.5 * (before + 0.005), 0.05),
    ("b01.water", "burst", 0.4, "flow_rate", lambda before: before + 16, 0.05),
    ("podium.gas", "slow_leak", 0.6, "gas_concentration", lambda before: 21.0, 0.01),
    ("podium.gas", "leak", 0.785, "gas_concentration", lambda before: 51.0, 0.01),
    ("b01.loop", "battery_low", 0.5, "battery_voltage", lambda before: 23.9, 0.01),
    ("charge4", "sensor_drift", 1.0, "voltage_l1", lambda before: before, 0.02),
]


@pytest.mark.parametrize(("device_id", "kind", "severity", "quantity", "stands_at", "within"), _STANDS)
def test_a_severity_stands_where_its_line_says(device_id, kind, severity, quantity, stands_at, within) -> None:  # type: ignore[no-untyped-def]
    physics = start(17.0)
    _live(physics, 20)
    before = number(physics, device_id, quantity)
    physics.machines[device_id].inject(kind, severity if _CATALOGUE[device_id][kind].severity else 1.0)
    _live(physics, 5)
    assert number(physics, device_id, quantity) == pytest.approx(stands_at(before), rel=within)


def test_a_winding_follows_an_onset_through_its_alarm_limit() -> None:
    physics = start(12.0)
    physics.machines["sub1.t1"].inject("overheat", onset_s=1800.0)
    seen = []
    for _ in range(45):
        _live(physics, 60)
        seen.append(number(physics, "sub1.t1", "winding2_temp"))
    assert seen[5:] == sorted(seen[5:])
    assert max(seen[:6]) < 70
    assert sum(a < 130 <= b for a, b in pairwise(seen)) == 1


def test_a_fault_half_as_severe_loses_half_the_water() -> None:
    lost = []
    for severity in (1.0, 0.5):
        physics = start(3.0)
        tank = physics.machines["pr1.tank"]
        tank.inject("leak", severity)
        _live(physics, 60)
        lost.append(physics.water.tanks["pr1.tank"].vessel.leaked_m3)
    assert lost[0] == pytest.approx(2 * lost[1], rel=0.01)


def test_every_class_has_six_faults_and_more_where_there_is_a_transmitter() -> None:
    for name, faults in _CATALOGUE.items():
        assert len(faults) >= 6, name
    for name in ("pr1.tank", "pr1.pump1", "garage.sump1", "podium.chiller", "b01.homes"):
        assert {"sensor_drift", "sensor_noise", "sensor_stuck", "sensor_open"} <= set(_CATALOGUE[name]), name


def test_a_fault_is_offered_only_where_it_shows() -> None:
    assert "controller_lost" in _CATALOGUE["gate.camera"]
    assert "controller_lost" not in _CATALOGUE["gate.in"]
    assert "controller_lost" in _CATALOGUE["b01.lift2"]
    assert "controller_lost" not in _CATALOGUE["b01.lift1"]
    assert "grid_sag" in _CATALOGUE["sub1.incomer1"]
    assert "grid_sag" not in _CATALOGUE["b01.homes"]
    assert "left_on" in _CATALOGUE["b01.homes"]
    assert "left_on" not in _CATALOGUE["b01.power"]


def test_the_small_site_has_a_machine_of_every_class_that_has_one() -> None:
    """For a generic MQTT device and a parking space a room sensor stands in; every profile of the library speaks in ``test_library``."""
    classes = {profile(path.stem).device_class for path in LIBRARY.glob("*.yaml")}
    assert classes - {"mqtt_generic", "parking_space"} == {device.device_class for device in full_site().devices.values()}
