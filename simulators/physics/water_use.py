"""Who uses water: the households of a block, the shops of the podium; and what leaks beside them."""

from random import Random

from simulators.physics.chance import Drift
from simulators.physics.site_time import DayCurve

HOUSEHOLD_M3_PER_DAY = 0.45
"""Three people at 150 litres a day: within the 120 to 180 of GB/T 50331-2002 for the middle Yangtze. The hourly curve below has a peak of
2.1 times its mean, within the 2.0 to 2.8 of GB 50015 (table 3.1.9) for flats with their own bathrooms; its shape is assumed."""
SHOPS_M3H = 3.0
"""Peak of the podium's restaurants and shops; assumed."""
_HOMES = DayCurve(0.3, 0.2, 0.15, 0.15, 0.2, 0.5, 1.4, 2.1, 1.7, 1.1, 0.9, 1.0, 1.2, 0.9, 0.7, 0.7, 0.9, 1.4, 1.9, 2.1, 1.9, 1.5, 1.0, 0.6)
_SHOPS = DayCurve(
    0.02, 0.02, 0.02, 0.02, 0.05, 0.2, 0.3, 0.3, 0.3, 0.5, 0.8, 1.0, 0.9, 0.5, 0.3, 0.3, 0.6, 1.0, 1.0, 0.8, 0.5, 0.2, 0.05, 0.02
)


class WaterUse:
    """Demand of one place in m³/h. ``delivered_m3h`` is what its supply really gave in the last step, leaks included."""

    def __init__(self, rng: Random, households: int = 0, shops: bool = False) -> None:
        self._curve = _SHOPS if shops else _HOMES
        self._unit_m3h = SHOPS_M3H if shops else households * HOUSEHOLD_M3_PER_DAY / 24 / _HOMES.mean
        self._noise = Drift(rng, 0.15, 300.0)
        self.wanted_m3h = 0.0
        self.leak_m3h = 0.0
        self.delivered_m3h = 0.0

    @property
    def peak_m3h(self) -> float:
        return self._unit_m3h * self._curve.peak

    def step(self, dt_s: float, hour: float) -> None:
        """The demand of this moment. A place on the street main gets it; one behind pumps gets what they deliver."""
        noise = max(0.2, 1.0 + self._noise.step(dt_s))
        self.wanted_m3h = self._unit_m3h * self._curve.at(hour) * noise + self.leak_m3h
        self.delivered_m3h = self.wanted_m3h
