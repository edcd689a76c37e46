"""Repeatable chance: one generator per purpose, so that a new machine never changes the life of the others."""

import math
from random import Random


def generator(seed: int, purpose: str) -> Random:
    """A generator that depends on the seed and the purpose alone."""
    return Random(f"{seed}/{purpose}")


_KNOTS_PER_TAU = 4


class Drift:
    """Slow noise around zero with standard deviation ``sigma`` and memory ``tau_s``: an Ornstein-Uhlenbeck process at knots a quarter of
    its memory apart, straight lines between them (its deviation is 4 % less there).

    The knots lie in time, not in steps, and have a generator of their own: however time is cut into steps, it takes the same way.
    """

    __slots__ = ("_from", "_gone_s", "_keep", "_kick", "_knot_s", "_rng", "_to", "value")

    def __init__(self, rng: Random, sigma: float, tau_s: float) -> None:
        self._rng = Random(rng.getrandbits(32))
        self._knot_s = tau_s / _KNOTS_PER_TAU
        self._keep = math.exp(-1.0 / _KNOTS_PER_TAU)
        self._kick = sigma * math.sqrt(1.0 - self._keep * self._keep)
        self._from = self._rng.gauss(0.0, sigma)
        self._to = self._after(self._from)
        self._gone_s = 0.0
        self.value = self._from

    def step(self, dt_s: float) -> float:
        self._gone_s += dt_s
        while self._gone_s >= self._knot_s:
            self._gone_s -= self._knot_s
            self._from, self._to = self._to, self._after(self._to)
        self.value = self._from + (self._to - self._from) * self._gone_s / self._knot_s
        return self.value

    def _after(self, knot: float) -> float:
        return self._keep * knot + self._kick * self._rng.gauss(0.0, 1.0)


def approach(value: float, target: float, dt_s: float, tau_s: float) -> float:
    """Where a first-order lag of time constant ``tau_s`` stands after ``dt_s`` on its way to the target."""
    return target + (value - target) * math.exp(-dt_s / tau_s)
