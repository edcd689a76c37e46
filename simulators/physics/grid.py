"""The public grid above the transformers: its voltage and frequency wander a little, the same for the whole site.

What arrives of it may be worse before one transformer: a sag, a lost phase, a stand-in generator that hunts. Everything behind that
transformer sees it alike.
"""

from collections.abc import Sequence
from math import prod
from random import Random

from simulators.physics.chance import Drift
from simulators.physics.network import PHASES, Branch
from simulators.physics.outlet import NOMINAL_VOLTS

_TAP = 1.04
"""Transformers are tapped a little high, so that the far end of the feeders still has its voltage; the limit is +7 % (GB/T 12325)."""


class Grid:
    """Phase voltages at no load behind the transformers (V), and the frequency (Hz; within 50 ± 0.2 by GB/T 15945)."""

    def __init__(self, rng: Random) -> None:
        self._level = Drift(rng, 0.004, 900.0)
        self._unbalance = [Drift(rng, 0.0015, 600.0) for _ in range(3)]
        self._wander = Drift(rng, 0.015, 60.0)
        self.volts = [NOMINAL_VOLTS * _TAP] * 3
        self.frequency_hz = 50.0

    def step(self, dt_s: float) -> None:
        level = NOMINAL_VOLTS * _TAP * (1.0 + self._level.step(dt_s))
        for k, drift in enumerate(self._unbalance):
            self.volts[k] = level * (1.0 + drift.step(dt_s))
        self.frequency_hz = 50.0 + self._wander.step(dt_s)


class Supply:
    """The grid as it arrives before one transformer, ``root`` of its network; disturbed through any of the incomers behind it."""

    def __init__(self, grid: Grid, root: Branch) -> None:
        self._grid = grid
        self._root = root
        self._left: dict[str, Sequence[float]] = {}
        self._off_hz: dict[str, float] = {}

    @property
    def frequency_hz(self) -> float:
        return self._grid.frequency_hz + sum(self._off_hz.values())

    def disturb(self, incomer: str, left: Sequence[float], off_hz: float) -> None:
        """What one incomer's faults leave of each phase voltage, and add to the frequency; those of several meet."""
        self._left[incomer] = left
        self._off_hz[incomer] = off_hz
        for k in PHASES:
            self._root.grid_left[k] = prod(left[k] for left in self._left.values())
