"""The site as a whole: repeatable, steady at any step, quiet when nothing is broken."""

import pytest

from model.profile import Profile
from model.site import System
from simulators.physics.chance import Drift, generator
from simulators.physics.site_physics import build_machines
from simulators.physics.site_time import DayCurve, YearCurve
from tests.simulators.physics.conftest import HOUR_NS, MIDNIGHT_NS, device, full_site, number, site_of, start


def _life(seed: int) -> list[dict[str, float | str]]:
    physics = start(17.5, seed)
    physics.machines["b01.power"].inject("phase_loss")
    seen = []
    for n in range(120):
        physics.step(1.0 if n % 3 else 20.0)
        if n % 10 == 0:
            seen += [dict(machine.truth()) for machine in physics.machines.values()]
    return seen


def test_the_same_seed_lives_the_same_life() -> None:
    assert _life(7) == _life(7)


def test_another_seed_lives_another() -> None:
    assert _life(7) != _life(8)


def test_a_new_device_does_not_change_the_life_of_the_others() -> None:
    site = full_site()
    more = site_of(*site.devices.values(), device("podium.gas2", "midas_gas", System.GAS, "podium"))
    one, other = start(9.0), start(9.0, site=more)
    for _ in range(60):
        one.step(1.0)
        other.step(1.0)
    for name, machine in one.machines.items():
        assert dict(machine.truth()) == dict(other.machines[name].truth()), name


def test_site_time_is_the_sites_local_time() -> None:
    physics = start(23.5)
    assert physics.time.hour == pytest.approx(23.5, abs=0.001)
    for _ in range(60):
        physics.step(60.0)
    assert physics.time.hour == pytest.approx(0.5, abs=0.001)
    assert number(physics, "b01.water", "day") == 2


def test_nothing_reports_a_fault_over_a_day_in_which_nothing_breaks() -> None:
    physics = start(0.0)
    quiet = [
        ("pr1.pump1", "fault"), ("pr1.tank", "overflow"), ("garage.sump1", "high_float"), ("garage.sump1", "pump1_fault"),
        ("b01.lift1", "fault_code"), ("b01.lift1", "event_code"), ("b01.loop", "system_status"), ("fcc.panel", "panel_status"),
        ("charge1", "error_code"), ("charge3", "error_code"), ("charge4", "error_code"), ("podium.gas", "alarm_state"),
        ("garage.co", "alarm_state"), ("b01.water", "alarms"), ("podium.chiller", "alarm_output"), ("sub1.t1", "diagnostic_status"),
        ("pr1.radar", "device_status"), ("pr1.pump2", "alarm_code"), ("gate.in", "arm_off"),
    ]  # fmt: skip
    for minute in range(24 * 60):
        physics.step(60.0)
        for name, quantity in quiet:
            assert number(physics, name, quantity) == 0, (minute, name, quantity)
        for name in ("b01.homes", "b01.power", "garage.power", "sub1.incomer2"):
            assert 209 < number(physics, name, "voltage_l1") < 235.4, (minute, name)
            assert number(physics, name, "power_factor_total") > 0.80, (minute, name)


def test_a_class_without_a_model_gets_a_room_sensor() -> None:
    lone = Profile("climate", "mqtt_generic", "x", "y", ())
    plain = device("room1", "midas_gas", System.ELV, "podium")
    site = site_of(type(plain)("room1", plain.name, plain.system, plain.area, lone, plain.connection, plain.every_ns))
    physics = start(12.0, site=site)
    physics.step(1.0)
    assert physics.machines["room1"].device_class == "mqtt_generic"
    assert 15 < number(physics, "room1", "temperature") < 30
    physics.machines["room1"].inject("water_leak")
    assert number(physics, "room1", "water_leak") == 1


def test_drift_keeps_its_spread_whatever_the_step() -> None:
    for dt_s in (1.0, 300.0):
        drift = Drift(generator(3, "drift"), 2.0, 60.0)
        values = [drift.step(dt_s) for _ in range(20_000)]
        assert (sum(v * v for v in values) / len(values)) ** 0.5 == pytest.approx(2.0, rel=0.15)


def test_a_year_curve_is_drawn_straight_between_the_months_and_closes_at_new_year() -> None:
    curve = YearCurve(*range(12))
    assert [curve.at(0.5), curve.at(1.0), curve.at(11.5)] == [0.0, 0.5, 11.0]
    assert curve.at(0.0) == pytest.approx(5.5)
    assert curve.at(11.9999) == pytest.approx(5.5, abs=0.01)
    with pytest.raises(ValueError, match="12 months"):
        YearCurve(1.0, 2.0)


def test_homes_draw_most_in_summer_and_least_between_the_seasons() -> None:
    day_ns = 86_400 * 10**9
    evenings = [build_machines(full_site(), 1, MIDNIGHT_NS + round(19 * HOUR_NS) + days * day_ns) for days in (14, 104, 212)]
    winter, spring, summer = (number(physics, "b01.homes", "active_power_total") for physics in evenings)
    assert spring < winter < summer


def test_a_day_curve_is_drawn_straight_between_the_hours_and_closes_at_midnight() -> None:
    curve = DayCurve(*range(24))
    assert curve.at(3.25) == 3.25
    assert curve.at(23.5) == 11.5
    with pytest.raises(ValueError, match="24 hours"):
        DayCurve(1.0, 2.0)
