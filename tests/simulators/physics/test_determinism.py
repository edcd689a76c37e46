"""The same seed tells the same story, whoever asks, in whatever order and however often."""

from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.machine import Truth
from simulators.physics.chance import Drift, generator
from simulators.physics.site_physics import SitePhysics
from tests.simulators.physics.conftest import start

_NOISY = (
    "b01.homes",
    "pr1.pump1",
    "pr1.tank",
    "garage.sump1",
    "podium.chiller",
    "b01.water",
    "podium.gas",
    "pr1.radar",
    "b01.lift1",
    "sub1.t1",
)


def _noisy(seed: int) -> SitePhysics:
    physics = start(17.5, seed)
    for name in _NOISY:
        physics.machines[name].inject("sensor_noise", 0.7, 5.0)
    return physics


def _told(physics: SitePhysics) -> dict[str, Truth]:
    return {name: dict(machine.truth()) for name, machine in physics.machines.items()}


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(1, 99), asked=st.lists(st.lists(st.integers(0, 40), max_size=8), min_size=6, max_size=6))
def test_asking_changes_nothing(seed: int, asked: list[list[int]]) -> None:
    quiet, curious = _noisy(seed), _noisy(seed)
    names = list(curious.machines)
    for places in asked:
        quiet.step(1.0)
        curious.step(1.0)
        for place in places:
            curious.machines[names[place % len(names)]].truth()
        assert _told(curious) == _told(curious)
    assert _told(quiet) == _told(curious)


def test_a_trembling_wire_does_not_change_the_life_behind_it() -> None:
    calm, noisy = start(17.5, 4), _noisy(4)
    for _ in range(300):
        calm.step(1.0)
        noisy.step(1.0)
    assert calm.water.tanks["pr1.tank"].vessel.level_m == noisy.water.tanks["pr1.tank"].vessel.level_m
    assert calm.machines["b01.lift1"].truth()["total_run_count"] == noisy.machines["b01.lift1"].truth()["total_run_count"]
    assert calm.network.branches["sub1.incomer1"].p_kw == noisy.network.branches["sub1.incomer1"].p_kw
    assert calm.machines["pr1.tank"].truth()["level"] != noisy.machines["pr1.tank"].truth()["level"]


def test_slow_noise_takes_the_same_way_in_long_and_in_short_steps() -> None:
    fine, coarse = (Drift(generator(5, "way"), 2.0, 60.0) for _ in range(2))
    for _ in range(200):
        for _ in range(10):
            fine.step(1.0)
        assert coarse.step(10.0) == fine.value
