"""Elevators, barriers and chargers: what never happens, and what always adds up."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.physics.barrier import Barrier
from simulators.physics.charger import Charger
from simulators.physics.charger_faults import STOPPING
from simulators.physics.elevator import FLOOR_M, Elevator
from simulators.physics.elevator_trip import Trip
from simulators.physics.site_physics import SitePhysics
from tests.simulators.physics.conftest import full_site, number, start

_LIFT_FAULTS = sorted(Elevator.faults)
_BARRIERS = ("gate.in", "gate.out", "gate.camera")
_CHARGERS = ("charge1", "charge2", "charge3", "charge4")


def _lift(physics: SitePhysics) -> Elevator:
    lift = physics.machines["b01.lift1"]
    assert isinstance(lift, Elevator)
    return lift


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(1, 200),
    hour=st.floats(6, 22),
    acts=st.lists(st.tuples(st.sampled_from(_LIFT_FAULTS), st.booleans()), max_size=5),
)
def test_a_car_never_moves_with_open_doors_unless_that_is_the_fault(seed: int, hour: float, acts: list[tuple[str, bool]]) -> None:
    lift = _lift(start(hour, seed))
    for kind, breaks in [*acts, ("entrapment", False)]:
        (lift.inject if breaks else lift.heal)(kind)
        for _ in range(60):
            before = lift.position_m
            lift.step(0.5)
            if "unintended_movement" not in lift.active_faults():
                truth = lift.truth()
                assert truth["door_closed"] == 1.0 or truth["speed"] == 0.0
                off_m = abs(lift.position_m - round(lift.position_m / FLOOR_M) * FLOOR_M)
                assert lift.doors_closed or off_m <= lift.amount("landing_error") + 1e-9
                assert abs(lift.position_m - before) < 1.3 * lift.rated_speed * 0.5 + lift.amount("landing_error") + 1e-9
            assert -0.51 <= lift.position_m <= 11 * FLOOR_M + 0.51


def test_an_elevator_travels_its_floors_at_no_more_than_its_speed() -> None:
    physics = start(7.0)
    lift, floors, fastest = _lift(physics), set(), 0.0
    runs = number(physics, "b01.lift1", "total_run_count")
    for _ in range(3600):
        lift.step(1.0)
        floors.add(number(physics, "b01.lift1", "car_position"))
        fastest = max(fastest, number(physics, "b01.lift1", "speed"))
    assert number(physics, "b01.lift1", "total_run_count") > runs + 20
    assert len(floors) >= 8
    assert 0.0 not in floors
    assert fastest == pytest.approx(1.75)


@given(st.floats(0, 40), st.floats(0, 40), st.floats(0.1, 2.5), st.floats(0.3, 1.2))
def test_a_trip_ends_where_it_should_and_its_speed_is_its_motion(begin: float, end: float, speed: float, acceleration: float) -> None:
    trip = Trip(begin, end, speed, acceleration)
    assert trip.position_at(trip.duration_s) == pytest.approx(end, abs=1e-6)
    steps = 400
    dt = trip.duration_s / steps
    travelled = sum(trip.speed_at((n + 0.5) * dt) * dt for n in range(steps))
    assert travelled == pytest.approx(abs(end - begin), rel=0.01, abs=1e-6)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(1, 100),
    dt_s=st.sampled_from([1.0, 7.0, 60.0]),
    acts=st.lists(st.tuples(st.sampled_from(_BARRIERS), st.sampled_from(sorted(Barrier.faults)), st.booleans()), max_size=6),
)
def test_entries_less_exits_is_the_change_of_occupancy(seed: int, dt_s: float, acts: list[tuple[str, str, bool]]) -> None:
    physics = start(17.0, seed)
    began = physics.parking.occupied
    counted = {name: number(physics, name, "entries") - number(physics, name, "exits") for name in _BARRIERS[:2]}
    camera = physics.machines["gate.camera"]
    assert isinstance(camera, Barrier)
    passed = camera.passed
    for gate, kind, breaks in [*acts, ("gate.in", "manual", False)]:
        machine = physics.machines[gate]
        (machine.inject if breaks else machine.heal)(kind)
        for _ in range(50):
            for name in _BARRIERS:
                physics.machines[name].step(dt_s)
    change = sum(number(physics, name, "entries") - number(physics, name, "exits") - counted[name] for name in counted)
    assert began + change + (camera.passed - passed) == physics.parking.occupied
    assert 0 <= physics.parking.occupied <= 812


def test_a_barrier_opens_for_a_vehicle_and_closes_behind_it() -> None:
    physics = start(18.0)
    states: list[float] = []
    for _ in range(1800):
        physics.step(1.0)
        state = number(physics, "gate.in", "state")
        assert number(physics, "gate.in", "motor_current") <= 2.0
        if not states or states[-1] != state:
            states.append(state)
    assert set(states) == {0.0, 1.0, 2.0, 3.0}
    order = {0.0: 2.0, 2.0: 1.0, 1.0: 3.0, 3.0: 0.0}
    assert all(order[a] == b for a, b in pairwise(states))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(1, 100), dt_s=st.sampled_from([1.0, 15.0, 60.0]))
def test_a_chargers_energy_is_the_integral_of_its_power(seed: int, dt_s: float) -> None:
    physics = start(18.0, seed)
    chargers = [machine for name in _CHARGERS if isinstance(machine := physics.machines[name], Charger)]
    before = [charger.total_kwh for charger in chargers]
    summed = [0.0] * len(chargers)
    for _ in range(300):
        for n, charger in enumerate(chargers):
            charger.step(dt_s)
            summed[n] += charger.power_kw * dt_s / 3600
            assert 0 <= charger.power_kw <= 3 * 16 * 0.245 + 0.1
    assert [charger.total_kwh - b for charger, b in zip(chargers, before, strict=True)] == pytest.approx(summed, abs=1e-9)


def test_a_session_goes_through_its_states_and_tapers() -> None:
    physics = start(18.0)
    charger = physics.machines["charge1"]
    assert isinstance(charger, Charger)
    states, powers = [], []
    for _ in range(3 * 24 * 60):
        charger.step(60.0)
        states.append(charger.session.value)
        powers.append(charger.power_kw)
    assert set(states) == {"A", "B1", "C2", "B2"}
    assert len({round(p, 1) for p in powers}) > 4
    assert all((p > 0) <= (s in ("C2", "B2")) for p, s in zip(powers, states, strict=True))


@pytest.mark.parametrize(
    ("name", "quantity", "free", "error"),
    [
        ("charge1", "charging_state", 0.0, 5.0),
        ("charge2", "mode3_state", "A", "F"),
        ("charge3", "charging_state", 1.0, 4.0),
        ("charge4", "car_state", 1.0, 5.0),
    ],
)
@pytest.mark.parametrize("kind", sorted(STOPPING))
def test_every_vendor_tells_a_charger_fault_in_its_own_codes(
    name: str, quantity: str, free: float | str, error: float | str, kind: str
) -> None:
    physics = start(18.0)
    machine = physics.machines[name]
    machine.inject(kind)
    physics.step(1.0)
    assert machine.truth()[quantity] == error
    assert machine.truth()["active_power"] == 0.0
    if "error_code" in {point.name for point in full_site().devices[name].points}:
        assert machine.truth()["error_code"] != 0.0
    machine.heal(kind)
    assert machine.truth()[quantity] == free
    assert machine.truth().get("error_code", 0.0) == 0.0
