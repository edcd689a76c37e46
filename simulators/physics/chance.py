"""Repeatable chance: one generator per purpose, so that a new machine never changes the life of the others."""

import math
from random import Random


def generator(seed: int, purpose: str) -> Random:
    """A generator that depends on the seed and the purpose alone."""
    return Random(f"{seed}/{purpose}")


class Drift:
    """Slow noise around zero with standard deviation ``sigma`` and memory ``tau_s`` (an Ornstein-Uhlenbeck process, exact for any step)."""

    __slots__ = ("_dt_s", "_keep", "_kick", "_rng", "_sigma", "_tau_s", "value")

    def __init__(self, rng: Random, sigma: float, tau_s: float) -> None:
        self._rng = rng
        self._sigma = sigma
        self._tau_s = tau_s
        self._dt_s = 0.0
        self._keep = 1.0
        self._kick = 0.0
        self.value = rng.gauss(0.0, sigma)

    def step(self, dt_s: float) -> float:
        if dt_s != self._dt_s:
            self._dt_s = dt_s
            self._keep = math.exp(-dt_s / self._tau_s)
            self._kick = self._sigma * math.sqrt(1.0 - self._keep * self._keep)
        self.value = self._keep * self.value + self._kick * self._rng.gauss(0.0, 1.0)
        return self.value


def approach(value: float, target: float, dt_s: float, tau_s: float) -> float:
    """Where a first-order lag of time constant ``tau_s`` stands after ``dt_s`` on its way to the target."""
    return target + (value - target) * math.exp(-dt_s / tau_s)
