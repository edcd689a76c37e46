"""The electric network: laws that hold at every branch, at every hour."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.site import System
from simulators.physics.network import Branch
from simulators.physics.power import PowerMeter
from simulators.physics.site_physics import SitePhysics
from tests.simulators.physics.conftest import device, full_site, number, site_of, start

_METERS = [d.id for d in full_site().devices.values() if d.device_class == "power_meter"]
_PHASES = ("l1", "l2", "l3")


def _children(physics: SitePhysics, branch: Branch) -> list[Branch]:
    return [b for b in physics.network.branches.values() if b.supply is branch]


@settings(max_examples=12, deadline=None)
@given(hour=st.floats(0, 23.9), seed=st.integers(1, 50), dt_s=st.sampled_from([1.0, 5.0, 60.0]))
def test_an_incomer_carries_its_feeders_and_the_losses(hour: float, seed: int, dt_s: float) -> None:
    physics = start(hour, seed)
    for _ in range(20):
        physics.step(dt_s)
    for branch in physics.network.branches.values():
        below = sum(sum(child.p_kw) for child in _children(physics, branch))
        assert sum(branch.p_kw) == pytest.approx(below + sum(branch.own_kw) + sum(branch.loss_kw), abs=1e-9)
        assert min(branch.loss_kw) >= 0


def test_losses_of_the_site_are_a_few_percent(evening: SitePhysics) -> None:
    total = sum(number(evening, name, "active_power_total") for name in ("sub1.incomer1", "sub1.incomer2"))
    lost = sum(sum(branch.loss_kw) for branch in evening.network.branches.values())
    assert 0.002 < lost / total < 0.05


@settings(max_examples=12, deadline=None)
@given(
    hour=st.floats(0, 23.9),
    kind=st.sampled_from(["none", "undervoltage", "phase_loss", "overload", "unbalance", "ct_reversed", "low_power_factor"]),
)
def test_what_a_meter_shows_agrees_with_itself(hour: float, kind: str) -> None:
    physics = start(hour)
    if kind != "none":
        physics.machines["b01.homes"].inject(kind)
    for _ in range(10):
        physics.step(1.0)
    for name in _METERS:
        truth = physics.machines[name].truth()
        v = {key: float(value) for key, value in truth.items() if not isinstance(value, str)}
        assert v["apparent_power_total"] ** 2 == pytest.approx(v["active_power_total"] ** 2 + v["reactive_power_total"] ** 2, abs=1e-9)
        assert v["active_power_total"] == pytest.approx(sum(v[f"active_power_{p}"] for p in _PHASES))
        assert abs(v["active_power_total"]) == pytest.approx(v["apparent_power_total"] * abs(v["power_factor_total"]), abs=1e-9)
        for p in _PHASES:
            volt_amps = v[f"voltage_{p}"] * v[f"current_{p}"] / 1000
            assert v[f"apparent_power_{p}"] == pytest.approx(volt_amps, abs=1e-9)
            assert v[f"active_power_{p}"] == pytest.approx(volt_amps * v[f"power_factor_{p}"], abs=1e-9)
            squared = v[f"active_power_{p}"] ** 2 + v[f"reactive_power_{p}"] ** 2
            assert v[f"apparent_power_{p}"] ** 2 == pytest.approx(squared, abs=1e-9)


def test_energy_is_the_integral_of_power_over_a_day() -> None:
    physics = start(0.0)
    before = {name: number(physics, name, "energy_import") for name in _METERS}
    summed = dict.fromkeys(_METERS, 0.0)
    for _ in range(24 * 60):
        physics.step(60.0)
        for name in _METERS:
            machine = physics.machines[name]
            assert isinstance(machine, PowerMeter)
            summed[name] += sum(machine.branch.p_kw) / 60
    for name in _METERS:
        counted = number(physics, name, "energy_import") - before[name]
        assert counted == pytest.approx(summed[name], rel=1e-3), name
        assert counted > 0, name


def test_households_draw_more_in_the_evening_than_at_night() -> None:
    night, evening = start(3.5), start(19.0)
    assert number(evening, "b01.homes", "active_power_total") > 2 * number(night, "b01.homes", "active_power_total")


def test_voltage_falls_along_the_way_to_the_load(evening: SitePhysics) -> None:
    volts = [number(evening, name, "voltage_ln_avg") for name in ("sub1.incomer1", "b01.power", "b01.light")]
    assert volts == sorted(volts, reverse=True)
    assert all(210 < v < 235.4 for v in volts)


def test_a_tripped_feeder_kills_everything_below_and_only_that() -> None:
    physics = start(19.0)
    physics.machines["b01.power"].inject("feeder_trip")
    physics.step(1.0)
    dark = {"b01.power", "b01.lifts", "b01.light", "b01.lift1", "b01.lift2", "b01.loop"}
    for name, branch in physics.network.branches.items():
        if name in dark:
            assert branch.volts == [0.0, 0.0, 0.0], name
            assert branch.p_kw == [0.0, 0.0, 0.0], name
        else:
            assert min(branch.volts) > 200, name
    assert number(physics, "b01.lifts", "frequency") == 0.0
    assert number(physics, "b01.lift1", "service_mode") == 0.0
    assert number(physics, "b01.lift1", "event_code") == 1.0
    assert physics.machines["b01.lift2"].truth()["connected_to_controller"] == 0.0
    assert int(number(physics, "b01.loop", "system_status")) >> 8 & 1


@pytest.mark.parametrize(
    ("feeder", "machine", "quantity", "dead"),
    [
        ("pr1.power", "pr1.pump1", "running", 0.0),
        ("pr1.power", "pr1.pump2", "power", 0.0),
        ("garage.power", "charge1", "active_power", 0.0),
        ("garage.power", "charge1", "voltage_l1", 0.0),
        ("garage.power", "charge2", "mode3_state", "E"),
        ("podium.power", "podium.chiller", "chiller_on", 0.0),
        ("gate.power", "gate.camera", "gate_connect_status", 0.0),
    ],
)
def test_what_a_dead_feeder_fed_has_stopped_and_comes_back(feeder: str, machine: str, quantity: str, dead: float | str) -> None:
    physics = start(12.0)
    physics.machines[feeder].inject("feeder_trip")
    for _ in range(5):
        physics.step(1.0)
    assert physics.machines[machine].truth()[quantity] == dead
    physics.machines[feeder].heal("feeder_trip")
    for _ in range(60):
        physics.step(1.0)
    assert min(physics.network.branches[machine].volts) > 200


def _unbalance(physics: SitePhysics, name: str) -> float:
    amps = [number(physics, name, f"current_{p}") for p in _PHASES]
    mean = sum(amps) / 3
    return max(abs(a - mean) for a in amps) / mean


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        ("undervoltage", lambda p: 170 < number(p, "b01.homes", "voltage_l1") < 195),
        ("overvoltage", lambda p: number(p, "b01.homes", "voltage_l1") > 245),
        ("phase_loss", lambda p: number(p, "b01.homes", "voltage_l3") == 0 and number(p, "b01.homes", "current_l3") == 0),
        ("overload", lambda p: number(p, "b01.homes", "current_l2") > 1.2 * 400),
        ("unbalance", lambda p: _unbalance(p, "b01.homes") > 0.3),
        ("low_power_factor", lambda p: number(p, "b01.homes", "power_factor_total") < 0.75),
        ("harmonics", lambda p: number(p, "b01.homes", "thd_voltage_l1") > 7),
        ("ct_reversed", lambda p: number(p, "b01.homes", "active_power_l1") < 0),
        ("feeder_trip", lambda p: number(p, "b01.homes", "voltage_l1") == 0),
    ],
)
def test_a_meter_fault_shows_and_heals(kind: str, holds) -> None:  # type: ignore[no-untyped-def]
    physics = start(19.0)
    for _ in range(3):
        physics.step(1.0)
    assert not holds(physics)
    physics.machines["b01.homes"].inject(kind)
    for _ in range(3):
        physics.step(1.0)
    assert holds(physics)
    physics.machines["b01.homes"].heal(kind)
    for _ in range(3):
        physics.step(1.0)
    assert not holds(physics)


def test_a_blown_fuse_of_the_meter_leaves_its_current_and_the_feeder_alone(evening: SitePhysics) -> None:
    amps = number(evening, "b01.homes", "current_l2")
    evening.machines["b01.homes"].inject("sensor_open")
    evening.step(1.0)
    assert number(evening, "b01.homes", "voltage_l2") == number(evening, "b01.homes", "active_power_l2") == 0
    assert number(evening, "b01.homes", "current_l2") == pytest.approx(amps, rel=0.02)
    assert min(evening.network.branches["b01.homes"].bus) > 210


def test_an_overload_is_seen_upstream(evening: SitePhysics) -> None:
    before = number(evening, "sub1.incomer1", "current_l1")
    evening.machines["b01.homes"].inject("overload")
    for _ in range(3):
        evening.step(1.0)
    assert number(evening, "sub1.incomer1", "current_l1") > before + 200


def test_a_hanging_meter_repeats_itself_while_the_world_goes_on(evening: SitePhysics) -> None:
    meter = evening.machines["b01.homes"]
    meter.inject("sensor_stuck")
    first = dict(meter.truth())
    for _ in range(5):
        evening.step(60.0)
    assert dict(meter.truth()) == first
    meter.heal("sensor_stuck")
    assert number(evening, "b01.homes", "energy_import") > float(first["energy_import"])


def test_the_second_supply_takes_over_when_the_first_is_dead() -> None:
    power, fire = System.POWER, System.FIRE
    site = site_of(
        device("a", "abb_b23", power, "sub1", ("fcc",)),
        device("b", "abb_b23", power, "sub1", ("fcc",)),
        device("fcc", "fire_loop", fire, "b01"),
    )
    physics = start(12.0, site=site)
    physics.machines["a"].inject("feeder_trip")
    physics.step(1.0)
    physics.step(1.0)
    assert number(physics, "fcc", "system_status") == 0
    assert number(physics, "b", "active_power_total") > 0
    physics.machines["b"].inject("feeder_trip")
    physics.step(1.0)
    assert int(number(physics, "fcc", "system_status")) >> 8 & 1


def test_a_transformer_follows_its_load_with_a_lag() -> None:
    physics = start(19.0)
    physics.machines["sub1.incomer1"].inject("overload")
    for _ in range(5):
        physics.step(60.0)
    after_minutes = number(physics, "sub1.t1", "winding1_temp")
    for _ in range(180):
        physics.step(60.0)
    after_hours = number(physics, "sub1.t1", "winding1_temp")
    assert after_hours > after_minutes + 20
    assert math.isclose(number(physics, "sub1.t1", "max_temp"), max(number(physics, "sub1.t1", f"winding{k}_temp") for k in (1, 2, 3)))
    assert int(number(physics, "sub1.t1", "relay_status")) >> 1 & 1, "the fans run"


def test_an_idle_transformer_monitor_belongs_to_the_incomer_nobody_feeds() -> None:
    physics = start(12.0)
    assert physics.network.branches["sub1.incomer2"].supply is physics.network.branches["sub1.t2"]
