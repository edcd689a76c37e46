"""Water: nothing is lost, pumps follow the demand, pits are emptied."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.physics.sump import Sump
from simulators.physics.tank import Tank, Vessel
from tests.simulators.physics.conftest import number, start


def _books(vessel: Vessel, began_m3: float) -> float:
    flows = vessel.filled_m3 - vessel.drawn_m3 - vessel.leaked_m3 - vessel.spilled_m3 + vessel.adjusted_m3
    return began_m3 + flows - vessel.level_m * vessel.area_m2


_acts = st.lists(st.tuples(st.sampled_from(["inlet_stuck_closed", "overflow", "leak"]), st.booleans()), max_size=6)


@settings(max_examples=15, deadline=None)
@given(acts=_acts, dt_s=st.sampled_from([1.0, 10.0, 60.0]), hour=st.floats(0, 23))
def test_the_tank_balances_whatever_breaks(acts: list[tuple[str, bool]], dt_s: float, hour: float) -> None:
    physics = start(hour)
    tank = physics.machines["pr1.tank"]
    assert isinstance(tank, Tank)
    vessel = tank.vessel
    began = _began(vessel)
    for kind, breaks in [*acts, ("leak", False)]:
        (tank.inject if breaks else tank.heal)(kind)
        for _ in range(25):
            physics.step(dt_s)
        assert _books(vessel, began) == pytest.approx(0, abs=1e-6)
        assert 0 <= vessel.level_m <= vessel.height_m


def _began(vessel: Vessel) -> float:
    return vessel.level_m * vessel.area_m2 - _books_since(vessel)


def _books_since(vessel: Vessel) -> float:
    return vessel.filled_m3 - vessel.drawn_m3 - vessel.leaked_m3 - vessel.spilled_m3 + vessel.adjusted_m3


def test_the_tank_fills_and_empties_between_its_marks_over_a_day() -> None:
    physics = start(0.0)
    levels, inlets = [], set()
    for _ in range(24 * 60):
        physics.step(60.0)
        levels.append(number(physics, "pr1.tank", "level"))
        inlets.add(number(physics, "pr1.tank", "inlet_open"))
    assert 0.8 < min(levels) < max(levels) < 2.8
    assert max(levels) - min(levels) > 0.3
    assert inlets == {0.0, 1.0}


def test_the_radar_sees_the_water_of_its_room() -> None:
    physics = start(7.0)
    for _ in range(20):
        physics.step(60.0)
        assert number(physics, "pr1.radar", "filling_height") == pytest.approx(number(physics, "pr1.tank", "level"))


def test_the_boosters_hold_their_pressure_all_day_and_rest_at_night() -> None:
    physics = start(0.0)
    running_at: dict[int, float] = {}
    for minute in range(24 * 60):
        physics.step(60.0)
        pressure = number(physics, "pr1.pump1", "discharge_pressure")
        assert 0.47 < pressure < 0.60, (minute, pressure)
        running = sum(number(physics, f"pr1.pump{n}", "running") for n in (1, 2, 3))
        running_at[minute // 60] = running_at.get(minute // 60, 0) + running
    assert running_at[19] > running_at[3]


def test_what_the_blocks_get_is_what_the_pumps_lift_and_the_main_refills() -> None:
    physics = start(8.0)
    for _ in range(120):
        physics.step(10.0)
        lifted = sum(number(physics, f"pr1.pump{n}", "flow" if n == 1 else "volume_flow") for n in (1, 2, 3))
        used = number(physics, "b01.water", "flow_rate") + number(physics, "b02.water", "flow_rate")
        assert used == pytest.approx(lifted, abs=1e-9)


def test_a_water_meter_integrates_its_flow() -> None:
    physics = start(6.0)
    before, summed = number(physics, "b01.water", "forward_volume"), 0.0
    for _ in range(600):
        physics.step(10.0)
        summed += number(physics, "b01.water", "flow_rate") * 10 / 3600
    assert number(physics, "b01.water", "forward_volume") - before == pytest.approx(summed, rel=1e-6)
    assert summed > 0


def test_a_burst_behind_a_meter_reaches_the_pumps() -> None:
    physics = start(3.0)
    for _ in range(60):
        physics.step(1.0)
    physics.machines["b01.water"].inject("burst")
    for _ in range(120):
        physics.step(1.0)
    assert number(physics, "b01.water", "flow_rate") > 30
    assert sum(number(physics, f"pr1.pump{n}", "running") for n in (1, 2, 3)) >= 1
    assert number(physics, "main.water", "flow_rate") >= 0


def test_a_running_pump_obeys_its_books() -> None:
    physics = start(18.0)
    energy, hours = number(physics, "pr1.pump1", "energy"), number(physics, "pr1.pump1", "run_hours")
    summed = ran = 0.0
    for _ in range(600):
        physics.step(1.0)
        summed += number(physics, "pr1.pump1", "power") / 3600
        ran += number(physics, "pr1.pump1", "running") / 3600
    assert number(physics, "pr1.pump1", "energy") - energy == pytest.approx(summed, rel=1e-6)
    assert number(physics, "pr1.pump1", "run_hours") - hours == pytest.approx(ran, rel=1e-6)
    assert number(physics, "pr1.pump1", "motor_current") < 22


def test_the_other_pumps_take_over_from_a_dry_one() -> None:
    physics = start(18.0)
    for _ in range(30):
        physics.step(1.0)
    physics.machines["pr1.pump1"].inject("dry_run")
    for _ in range(120):
        physics.step(1.0)
    assert number(physics, "pr1.pump1", "running") == 1
    assert number(physics, "pr1.pump1", "flow") == 0
    assert number(physics, "pr1.pump1", "suction_pressure") == 0
    assert number(physics, "pr1.pump2", "discharge_pressure") > 0.5


def test_a_fire_pump_stands_still_until_it_is_tried() -> None:
    physics = start(12.0)
    for _ in range(60):
        physics.step(60.0)
        assert number(physics, "pr2.pump1", "running") == 0
    assert number(physics, "pr2.pump1", "discharge_pressure") == pytest.approx(0.7, abs=0.02)
    physics.machines["pr2.pump1"].inject("start_failure")
    physics.step(1.0)
    assert number(physics, "pr2.pump1", "start_command") == 1
    assert number(physics, "pr2.pump1", "running") == 0


def test_a_pit_is_emptied_by_pumps_in_turn() -> None:
    physics = start(0.0)
    sump = physics.machines["garage.sump1"]
    assert isinstance(sump, Sump)
    ran = [0.0, 0.0]
    for _ in range(24 * 360):
        sump.step(10.0)
        for n in (0, 1):
            ran[n] += number(physics, "garage.sump1", f"pump{n + 1}_running")
        assert number(physics, "garage.sump1", "high_float") == 0
    assert min(ran) > 0
    assert max(ran) < 2 * min(ran)
