"""Nothing comes from nowhere: current, energy, water and vehicles, whatever the hour, the seed, the step and what is broken."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.site import Metering, Site, System
from simulators.physics.barrier import Barrier
from simulators.physics.site_physics import SitePhysics
from simulators.physics.sump import Sump
from simulators.physics.tank import Tank, Vessel
from tests.simulators.physics.conftest import device, full_site, number, site_of, start

_METERS = [d.id for d in full_site().devices.values() if d.device_class == "power_meter"]
_BOOKED = ["overload", "unbalance", "undervoltage", "phase_loss", "feeder_trip", "low_power_factor", "loose_contact", "harmonics"]
_hour = st.floats(0, 23.9)
_seed = st.integers(1, 50)
_dt = st.sampled_from([1.0, 5.0, 10.0, 60.0])
_breaks = st.lists(st.tuples(st.sampled_from(_METERS), st.sampled_from(_BOOKED)), max_size=4)


def _live(physics: SitePhysics, steps: int, dt_s: float) -> None:
    for _ in range(steps):
        physics.step(dt_s)


@settings(max_examples=20, deadline=None)
@given(hour=_hour, seed=_seed, dt_s=_dt, breaks=_breaks)
def test_every_branch_carries_its_feeders_its_own_load_and_its_losses_on_each_phase(
    hour: float, seed: int, dt_s: float, breaks: list[tuple[str, str]]
) -> None:
    physics = start(hour, seed)
    for name, kind in breaks:
        physics.machines[name].inject(kind)
    _live(physics, 5, dt_s)
    branches = list(physics.network.branches.values())
    for branch in branches:
        fed = [b for b in branches if b.supply is branch]
        for k in range(3):
            below = sum(b.p_kw[k] for b in fed)
            assert branch.p_kw[k] == pytest.approx(below + branch.own_kw[k] + branch.loss_kw[k], abs=1e-9)
            assert branch.loss_kw[k] >= 0


def _small_network() -> Site:
    power = System.POWER
    return site_of(
        device("sub1.t1", "eaton_tc100", power, "sub1", ("sub1.incomer1",)),
        device("sub1.incomer1", "schneider_pm5000", power, "sub1", ("homes", "lifts", "charge"), Metering("incomer")),
        device("homes", "eastron_sdm630", power, "sub1", (), Metering("use", "A1"), {"rated_current": 400, "households": 60}),
        device("lifts", "abb_b23", power, "sub1", ("b01.lift1",), Metering("use", "C1"), {"rated_current": 100}),
        device("charge", "acrel_adw300", power, "sub1", ("charge1", "charge2"), Metering("use", "D6"), {"rated_current": 100}),
        device("b01.lift1", "gbt24476_elevator", System.ELEVATOR, "b01"),
        device("charge1", "abb_terra_ac", System.CHARGING, "garage"),
        device("charge2", "alfen_eve", System.CHARGING, "garage", params={"phases": 3, "rated_current": 16}),
    )


@pytest.mark.parametrize("dt_s", [10.0])
def test_a_day_of_energy_is_the_power_shown_integrated_within_a_thousandth(dt_s: float) -> None:
    """By trapezia over what the meter shows; its register counts by itself."""
    physics = start(0.0, site=_small_network())
    names = ("sub1.incomer1", "lifts")
    first = {name: number(physics, name, "energy_import") for name in names}
    shown: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(round(86_400 / dt_s)):
        physics.step(dt_s)
        for name in names:
            shown[name].append(number(physics, name, "active_power_total"))
    for name in names:
        integrated = sum((a + b) / 2 for a, b in pairwise(shown[name])) * dt_s / 3600
        assert number(physics, name, "energy_import") - first[name] == pytest.approx(integrated, rel=1e-3)


@settings(max_examples=6, deadline=None)
@given(hour=st.floats(0, 22), seed=_seed)
def test_the_energy_of_an_hour_does_not_depend_on_the_step(hour: float, seed: int) -> None:
    """Within 2 % behind any meter: what is left are the doors of a lift and the seconds in which a vehicle plugs in."""
    taken: list[dict[str, float]] = []
    for dt_s in (1.0, 10.0):
        physics = start(hour, seed, _small_network())
        first = {name: number(physics, name, "energy_import") for name in ("sub1.incomer1", "homes", "lifts")}
        _live(physics, round(3600 / dt_s), dt_s)
        taken.append({name: number(physics, name, "energy_import") - before for name, before in first.items()})
    assert taken[1]["homes"] == pytest.approx(taken[0]["homes"], rel=1e-3)
    assert taken[1]["sub1.incomer1"] == pytest.approx(taken[0]["sub1.incomer1"], rel=0.02)
    assert taken[1]["lifts"] == pytest.approx(taken[0]["lifts"], rel=0.05)


_WATER = ("inlet_stuck_closed", "overflow", "leak", "pressure_lost", "sensor_noise")


@settings(max_examples=12, deadline=None)
@given(hour=_hour, seed=_seed, kinds=st.lists(st.sampled_from(_WATER), max_size=3), severity=st.floats(0.05, 1.0))
def test_the_level_of_a_tank_is_what_came_in_less_what_went_out(hour: float, seed: int, kinds: list[str], severity: float) -> None:
    physics = start(hour, seed)
    tank = physics.machines["pr1.tank"]
    assert isinstance(tank, Tank)
    began_m3 = tank.vessel.level_m * tank.vessel.area_m2 - _net_m3(tank.vessel)
    for kind in kinds:
        tank.inject(kind, severity if tank.faults[kind].severity else 1.0, 120.0 if tank.faults[kind].severity else 0.0)
        _live(physics, 30, 10.0)
    assert tank.vessel.level_m * tank.vessel.area_m2 == pytest.approx(began_m3 + _net_m3(tank.vessel), abs=1e-6)


def _net_m3(vessel: Vessel) -> float:
    return vessel.filled_m3 - vessel.drawn_m3 - vessel.leaked_m3 - vessel.spilled_m3 + vessel.adjusted_m3


@settings(max_examples=8, deadline=None)
@given(hour=_hour, seed=_seed, dt_s=st.sampled_from([1.0, 10.0, 60.0]))
def test_water_meters_add_up_from_the_street_to_the_taps(hour: float, seed: int, dt_s: float) -> None:
    """The main is the tanks' inlets and the shops; the blocks together are what the boosters draw from their tank."""
    physics = start(hour, seed)
    tanks = [m for m in physics.machines.values() if isinstance(m, Tank)]
    house = physics.machines["pr1.tank"]
    assert isinstance(house, Tank)
    meters = ("main.water", "podium.water", "b01.water", "b02.water")
    first = {name: number(physics, name, "forward_volume") for name in meters}
    filled, drawn = sum(tank.vessel.filled_m3 for tank in tanks), house.vessel.drawn_m3
    _live(physics, 60, dt_s)
    used = {name: number(physics, name, "forward_volume") - first[name] for name in meters}
    assert used["main.water"] == pytest.approx(sum(tank.vessel.filled_m3 for tank in tanks) - filled + used["podium.water"], abs=1e-6)
    assert used["b01.water"] + used["b02.water"] == pytest.approx(house.vessel.drawn_m3 - drawn, abs=1e-6)


_PIT = ("pump_fail", "both_pumps_fail", "high_inflow", "float_stuck", "pump_clogged", "check_valve")


@settings(max_examples=15, deadline=None)
@given(seed=_seed, kind=st.sampled_from(_PIT))
def test_a_pit_balances_and_stands_where_it_stands_at_any_step(seed: int, kind: str) -> None:
    levels = []
    for dt_s in (1.0, 10.0, 60.0):
        physics = start(3.0, seed)
        pit = physics.machines["garage.sump1"]
        assert isinstance(pit, Sump)
        pit.inject(kind)
        began_m3 = pit.vessel.level_m * pit.vessel.area_m2 - _net_m3(pit.vessel)
        for _ in range(round(1800 / dt_s)):
            pit.step(dt_s)
        assert pit.vessel.level_m * pit.vessel.area_m2 == pytest.approx(began_m3 + _net_m3(pit.vessel), abs=1e-6)
        levels.append(pit.vessel.level_m)
    assert levels == pytest.approx([levels[0]] * 3, abs=0.05), "within 5 cm: the rain of a step is that of its end"


_gates = st.sampled_from(["gate.in", "gate.out", "gate.camera"])


@settings(max_examples=20, deadline=None)
@given(hour=_hour, seed=_seed, acts=st.lists(st.tuples(_gates, st.sampled_from(sorted(Barrier.faults)), st.booleans()), max_size=6))
def test_vehicles_inside_are_those_that_entered_less_those_that_left(hour: float, seed: int, acts: list[tuple[str, str, bool]]) -> None:
    physics = start(hour, seed)
    inside = physics.parking.occupied
    first = _passed(physics)
    for name, kind, breaks in [*acts, ("gate.in", "manual", False)]:
        machine = physics.machines[name]
        (machine.inject if breaks else machine.heal)(kind)
        _live(physics, 40, 10.0)
        now = _passed(physics)
        assert physics.parking.occupied == inside + (now[0] - first[0]) - (now[1] - first[1])
        assert 0 <= physics.parking.occupied <= 797 + 15


def _passed(physics: SitePhysics) -> tuple[float, float]:
    """Entered and left, over all gates; the camera's gate has no counters of its own on the wire."""
    gates = [machine for machine in physics.machines.values() if isinstance(machine, Barrier)]
    return sum(g.passed for g in gates if g.is_entry), sum(g.passed for g in gates if not g.is_entry)
