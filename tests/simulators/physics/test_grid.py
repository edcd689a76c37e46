"""The public grid before a transformer: a sag, a lost phase, a wrong frequency reach all that hangs behind it, and nothing else."""

import pytest

from model.site import Metering, Site, System
from simulators.physics.charge_park import LEAST_A
from simulators.physics.charger import Charger, Session
from simulators.physics.site_physics import SitePhysics
from tests.simulators.physics.conftest import device, number, site_of, start

_LIVE = ("a.incomer1", "a.incomer2", "a.homes")


def _two_sections() -> Site:
    power = System.POWER
    return site_of(
        device("a.t", "eaton_tc100", power, "sub1", ("a.incomer1", "a.incomer2")),
        device("b.t", "eaton_tc100", power, "sub1", ("b.incomer",)),
        device("a.incomer1", "schneider_pm5000", power, "sub1", ("a.homes",), Metering("incomer")),
        device("a.incomer2", "schneider_pm5000", power, "sub1", (), Metering("incomer")),
        device("b.incomer", "schneider_pm5000", power, "sub1", ("b.homes",), Metering("incomer")),
        device("a.homes", "janitza_umg96rm", power, "sub1", (), Metering("use", "A1"), {"households": 60, "rated_current": 400}),
        device("b.homes", "janitza_umg96rm", power, "sub1", (), Metering("use", "A1"), {"households": 60, "rated_current": 400}),
    )


def _broken(kind: str, severity: float = 1.0) -> SitePhysics:
    physics = start(19.0, site=_two_sections())
    physics.machines["a.incomer2"].inject(kind, severity)
    for _ in range(5):
        physics.step(1.0)
    return physics


@pytest.mark.parametrize(("severity", "left"), [(1.0, 0.78), (0.5, 0.89)])
def test_a_brown_out_reaches_every_incomer_of_the_transformer(severity: float, left: float) -> None:
    whole, physics = start(19.0, site=_two_sections()), _broken("grid_sag", severity)
    for name in _LIVE:
        assert number(physics, name, "voltage_ln_avg") == pytest.approx(left * number(whole, name, "voltage_ln_avg"), rel=0.01)
    assert number(physics, "b.homes", "voltage_ln_avg") > 215


@pytest.mark.parametrize(("kind", "hz"), [("grid_frequency_low", 49.5), ("grid_frequency_high", 50.5)])
def test_a_wrong_frequency_is_the_same_everywhere_behind_the_transformer(kind: str, hz: float) -> None:
    physics = _broken(kind)
    shown = [number(physics, name, "frequency") for name in _LIVE]
    assert shown == [shown[0]] * 3
    assert shown[0] == pytest.approx(hz, abs=0.1)
    assert number(physics, "b.incomer", "frequency") == pytest.approx(50, abs=0.1)


def test_an_outage_darkens_one_section_and_comes_back() -> None:
    physics = _broken("grid_outage")
    for name in _LIVE:
        assert number(physics, name, "voltage_l1") == number(physics, name, "active_power_total") == number(physics, name, "frequency") == 0
    assert number(physics, "b.homes", "active_power_total") > 0
    physics.machines["a.incomer2"].heal("grid_outage")
    for _ in range(3):
        physics.step(1.0)
    assert min(number(physics, name, "voltage_l1") for name in _LIVE) > 215


def test_a_phase_lost_before_the_transformer_halves_two_behind_it() -> None:
    physics = _broken("grid_phase_loss")
    for name in _LIVE:
        assert number(physics, name, "voltage_l1") == pytest.approx(103, abs=3)
        assert number(physics, name, "voltage_l2") == pytest.approx(103, abs=3)
        assert number(physics, name, "voltage_l3") > 215


def test_two_troubles_of_the_grid_meet() -> None:
    physics = _broken("grid_sag", 0.5)
    physics.machines["a.incomer1"].inject("grid_sag", 0.5)
    for _ in range(3):
        physics.step(1.0)
    assert number(physics, "a.incomer1", "voltage_ln_avg") == pytest.approx(0.89 * 0.89 * 228, rel=0.02)


def test_shorted_turns_trip_the_breaker_and_everything_behind_is_dead_until_the_repair() -> None:
    physics = start(19.0, site=_two_sections())
    physics.machines["a.t"].inject("winding_short")
    for _ in range(10):
        physics.step(1.0)
    assert number(physics, "a.homes", "voltage_l1") > 215, "the trip circuit has a time relay"
    for _ in range(20):
        physics.step(1.0)
    assert [number(physics, name, "voltage_l1") for name in _LIVE] == [0.0, 0.0, 0.0]
    assert number(physics, "b.homes", "voltage_l1") > 215
    physics.machines["a.t"].heal("winding_short")
    for _ in range(3):
        physics.step(1.0)
    assert number(physics, "a.homes", "voltage_l1") > 215


def test_a_transformer_takes_its_no_load_loss_day_and_night() -> None:
    for hour in (3.0, 19.0):
        branch = start(hour, site=_two_sections()).network.branches["a.t"]
        assert sum(branch.own_kw) == pytest.approx(1.77, rel=0.12)


def test_load_losses_grow_with_the_square_of_the_current() -> None:
    physics = start(3.0, site=_two_sections())
    branch = physics.network.branches["a.t"]
    light_a, light_kw = sum(branch.amps) / 3, sum(branch.loss_kw)
    physics.machines["a.homes"].inject("overload")
    for _ in range(5):
        physics.step(1.0)
    ratio = sum(branch.amps) / 3 / light_a
    assert ratio > 3
    assert sum(branch.loss_kw) / light_kw == pytest.approx(ratio * ratio, rel=0.1)


def _crowded_park() -> Site:
    charging, names = System.CHARGING, [f"charge{n}" for n in range(1, 11)]
    return site_of(
        device("park", "abb_b23", System.POWER, "sub1", tuple(names), Metering("use", "D6"), {"rated_current": 100}),
        *(device(name, "alfen_eve", charging, "garage", params={"phases": 3, "rated_current": 16}) for name in names),
    )


def test_points_on_one_feeder_share_what_it_carries() -> None:
    physics = start(20.0, site=_crowded_park())
    points = [machine for machine in physics.machines.values() if isinstance(machine, Charger)]
    for point in points:
        point.session, point.session_kwh = Session.CHARGING, 0.0
        point._wanted_kwh, point._limit_kw = 30.0, 99.0
    for _ in range(5):
        physics.step(1.0)
    assert LEAST_A < points[0].offered_a < 16
    assert number(physics, "charge1", "actual_max_current") == points[0].offered_a
    assert number(physics, "park", "current_l1") == pytest.approx(0.8 * 100, rel=0.03)
    for point in points[3:]:
        point.session = Session.FREE
    for _ in range(5):
        physics.step(1.0)
    assert points[0].offered_a == 16


def test_a_point_never_offers_less_than_the_least_current_of_the_standard() -> None:
    physics = start(20.0, site=_crowded_park())
    point = physics.machines["charge1"]
    assert isinstance(point, Charger)
    point.inject("derating")
    point._park.share = 0.1
    assert point.offered_a == LEAST_A == 6.0
