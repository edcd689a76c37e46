"""The gates' counters and the car park agree, from the first moment on."""

from pathlib import Path

from guanjia.config.site_file import read_site
from simulators.physics.site_physics import build_machines
from simulators.reference_site import reference_site


def test_entries_less_exits_over_all_gates_are_the_vehicles_inside() -> None:
    site = read_site(reference_site("reference"), "site.yaml", Path())
    physics = build_machines(site, 1, 0)
    for _ in range(600):
        physics.step(1.0)
    gates = [machine.truth() for device, machine in physics.machines.items() if device.startswith("gate.")]
    inside = sum(float(gate["entries"]) - float(gate["exits"]) for gate in gates)
    assert inside == physics.parking.occupied
    assert 0 < inside <= sum(site.parking_spaces.values())
