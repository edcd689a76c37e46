"""Every point that carries meaning in the profiles has a truth of its name, in a unit the wire's unit can take."""

import pytest

from simulators.physics.site_physics import SitePhysics
from simulators.unit_table import conversion
from tests.simulators.physics.conftest import full_site, start

_PLATES = frozenset(
    {"manufacturer_name", "meter_model", "meter_name", "serial_number", "meter_datetime", "cfg_baud_code", "cfg_node_address"}
    | {"cfg_parity_stop"}
)
"""What is on the nameplate or in the settings: no physics."""


@pytest.fixture(scope="module")
def physics() -> SitePhysics:
    return start(12.0)


@pytest.mark.parametrize("device_id", list(full_site().devices))
def test_every_meaningful_point_has_a_truth(physics: SitePhysics, device_id: str) -> None:
    points = {point.name for point in full_site().devices[device_id].points}
    assert points - set(physics.machines[device_id].truth()) <= _PLATES


@pytest.mark.parametrize("device_id", list(full_site().devices))
def test_every_unit_converts_to_the_wire(physics: SitePhysics, device_id: str) -> None:
    machine = physics.machines[device_id]
    wrong = [
        f"{point.name}: {machine.units[point.name]} to {point.unit}"
        for point in full_site().devices[device_id].points
        if point.unit and point.name in machine.units and conversion(machine.units[point.name], point.unit) is None
    ]
    assert wrong == []


@pytest.mark.parametrize("device_id", list(full_site().devices))
def test_a_quantity_with_a_unit_on_the_wire_has_one_in_truth(physics: SitePhysics, device_id: str) -> None:
    machine, truth = physics.machines[device_id], physics.machines[device_id].truth()
    bare = {p.name for p in full_site().devices[device_id].points if p.unit and p.name in truth and not machine.units.get(p.name)}
    assert {name for name in bare if not name.startswith(("power_factor", "fan_", "alarm_dead", "trip_dead"))} == set()


@pytest.mark.parametrize("device_id", list(full_site().devices))
def test_text_points_carry_words_and_the_others_numbers(physics: SitePhysics, device_id: str) -> None:
    truth = physics.machines[device_id].truth()
    for point in full_site().devices[device_id].points:
        if point.name in truth and point.name not in _PLATES:
            assert isinstance(truth[point.name], str) == point.is_text, point.name
