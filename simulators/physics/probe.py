"""A transmitter between what is so and what is shown: it drifts, trembles, hangs or has a broken wire."""

from collections.abc import Mapping
from random import Random

from simulators.machine import FaultKind
from simulators.physics.faults import Breakable, fault_kinds, growing

WIRE_BREAK = -0.25
"""What a card scaled for 4 to 20 mA shows at 0 mA, as a share of the transmitter's span: (0 − 4) / 16."""


def probe_faults(sensor: str, drift: float, noise: float, unit: str) -> Mapping[str, FaultKind]:
    """The four faults of a machine's probe. ``sensor``: its name in a sentence; ``drift`` and ``noise``: at full severity."""
    return fault_kinds(
        sensor_drift=growing(
            f"The {sensor} drifts: it reads {abs(drift):g} {unit} too {'high' if drift > 0 else 'low'}.", "error", drift, unit
        ),
        sensor_noise=growing(
            f"The {sensor} trembles by up to {noise:g} {unit} either way: a loose screen on its cable.", "tremble", noise, unit
        ),
        sensor_stuck=f"The {sensor} keeps showing the value it had.",
        sensor_open=f"The wire of the {sensor} is broken: 0 mA, which the input card shows as a quarter of its span below zero.",
    )


class Probe:
    """The transmitter of a machine that has ``probe_faults``. ``span``: from 0 to what it can measure, in the unit of the quantity."""

    __slots__ = ("_held", "_machine", "_rng", "_span", "_tremble")

    def __init__(self, machine: Breakable, rng: Random, span: float) -> None:
        self._machine = machine
        self._rng = Random(rng.getrandbits(32))
        """Its own, so that a trembling wire does not change the life of the machine."""
        self._span = span
        self._tremble = 0.0
        self._held: float | None = None

    def step(self) -> None:
        if self._machine.severity("sensor_noise"):
            self._tremble = self._rng.uniform(-1.0, 1.0)

    def hold(self, value: float | None) -> None:
        """Go on showing this value; None lets go."""
        self._held = value

    def shows(self, value: float) -> float:
        if self._machine.severity("sensor_open"):
            return WIRE_BREAK * self._span
        if self._held is not None:
            return self._held
        return value + self._machine.amount("sensor_drift") + self._tremble * self._machine.amount("sensor_noise")
