"""What the site draws that is no machine of its own: households, lighting, kitchens, by the hour of the day."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from simulators.physics.chance import Drift
from simulators.physics.outlet import DEAD_VOLTS, NOMINAL_VOLTS, reactive_ratio
from simulators.physics.site_time import DayCurve, YearCurve


class LoadKind(StrEnum):
    RESIDENTIAL = "residential"
    CORRIDOR = "corridor"
    OUTDOOR = "outdoor"
    SHOPS = "shops"
    HVAC = "hvac"
    ELEVATOR = "elevator"
    PUMP = "pump"
    FAN = "fan"
    IT = "it"
    RESTAURANT = "restaurant"
    CHARGING = "charging"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind of load behaves. ``peak_kw`` is assumed for the reference site; for households it is per household, after diversity."""

    curve: DayCurve
    peak_kw: float
    power_factor: float
    thd_current: float
    """Distortion of its current, % of the fundamental."""
    noise: float = 0.06
    season: YearCurve | None = None
    """Times the January day; None for what knows no season."""


_EVENING = DayCurve(
    .38, .32, .28, .26, .26, .29, .42, .56, .55, .48, .46, .52, .58, .50, .46, .46, .52, .68, .86, 1., .97, .88, .70, .50,
)  # fmt: skip
_DARK_HOURS = DayCurve(
    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.35, 0.6, 0.95, 1.0, 1.0, 1.0, 1.0, 1.0
)
_NIGHT = DayCurve(0.6, 0.5, 0.5, 0.5, 0.5, 0.6, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 1.0, 1.0, 1.0, 1.0, 0.9, 0.7)
_OPENING = DayCurve(
    0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0.2, 0.35, 0.6, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.9, 0.8, 0.6, 0.3, 0.2
)
_MEALS = DayCurve(
    0.15, 0.12, 0.12, 0.12, 0.15, 0.35, 0.6, 0.55, 0.35, 0.4, 0.75, 1.0, 0.95, 0.5, 0.3, 0.35, 0.7, 1.0, 0.95, 0.7, 0.4, 0.25, 0.2, 0.15
)
_COMMUTE = DayCurve(
    0.15, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.0, 0.9, 0.5, 0.45, 0.55, 0.6, 0.5, 0.45, 0.5, 0.6, 0.9, 1.0, 0.8, 0.6, 0.5, 0.35, 0.25
)
_NIGHT_CHARGE = DayCurve(
    0.8, 0.7, 0.5, 0.35, 0.25, 0.2, 0.15, 0.1, 0.12, 0.15, 0.2, 0.22, 0.25, 0.25, 0.22, 0.22, 0.25, 0.4, 0.65, 0.85, 1.0, 1.0, 0.95, 0.9
)
_FLAT = DayCurve(*[1.0] * 24)

_HOMES_YEAR = YearCurve(1.0, 0.95, 0.80, 0.70, 0.72, 0.90, 1.20, 1.25, 0.95, 0.70, 0.75, 0.95)
_SHOPS_YEAR = YearCurve(1.0, 0.95, 0.90, 0.90, 0.95, 1.05, 1.15, 1.15, 1.05, 0.90, 0.90, 0.95)
_CLIMATE_YEAR = YearCurve(1.0, 0.9, 0.6, 0.5, 0.8, 1.2, 1.5, 1.5, 1.1, 0.6, 0.6, 0.9)
"""Air conditioning makes a peak in July and August and a lower one in January, as in all of China's hot-summer cold-winter zone (GB 50176);
how high they are is assumed."""

SHAPES = {
    LoadKind.RESIDENTIAL: Shape(_EVENING, 1.2, 0.95, 9.0, 0.08, _HOMES_YEAR),
    LoadKind.CORRIDOR: Shape(_DARK_HOURS, 6.0, 0.93, 18.0, 0.03),
    LoadKind.OUTDOOR: Shape(_NIGHT, 10.0, 0.92, 15.0, 0.02),
    LoadKind.SHOPS: Shape(_OPENING, 40.0, 0.92, 12.0, season=_SHOPS_YEAR),
    LoadKind.HVAC: Shape(_OPENING, 90.0, 0.88, 8.0, season=_CLIMATE_YEAR),
    LoadKind.ELEVATOR: Shape(_COMMUTE, 9.0, 0.85, 25.0, 0.30),
    LoadKind.PUMP: Shape(_EVENING, 12.0, 0.88, 20.0, 0.10),
    LoadKind.FAN: Shape(_OPENING, 12.0, 0.86, 10.0),
    LoadKind.IT: Shape(_FLAT, 6.0, 0.96, 14.0, 0.02),
    LoadKind.RESTAURANT: Shape(_MEALS, 60.0, 0.94, 6.0, 0.10),
    LoadKind.CHARGING: Shape(_NIGHT_CHARGE, 40.0, 0.98, 7.0, 0.12),
    LoadKind.OTHER: Shape(_OPENING, 8.0, 0.92, 10.0),
}


class Load:
    """One lumped load of a kind, spread a little unevenly over the phases, half of it falling with the voltage as real mixtures do."""

    __slots__ = ("_drift", "_phase_kw", "_shape", "_split", "kind", "kvar_per_kw", "least_share", "peak_kw", "thd_current")

    def __init__(self, kind: LoadKind, rng: Random, peak_kw: float | None = None) -> None:
        self.kind = kind
        self._shape = SHAPES[kind]
        self.peak_kw = self._shape.peak_kw if peak_kw is None else peak_kw
        self.least_share = 0.0
        """Share of its peak that nobody switches off."""
        self.kvar_per_kw = reactive_ratio(self._shape.power_factor)
        self.thd_current = self._shape.thd_current
        shares = [1.0 + rng.uniform(-0.06, 0.06) for _ in range(3)]
        self._split = [share / sum(shares) for share in shares]
        self._drift = [Drift(rng, self._shape.noise, 240.0) for _ in range(3)]
        self._phase_kw = [0.0, 0.0, 0.0]

    def step(self, dt_s: float, hour: float, month: float) -> None:
        season = self._shape.season
        used = self._shape.curve.at(hour) * (season.at(month) if season else 1.0)
        wanted = self.peak_kw * max(used, self.least_share)
        for k, drift in enumerate(self._drift):
            self._phase_kw[k] = wanted * self._split[k] * max(0.2, 1.0 + drift.step(dt_s))

    def at_volts(self, phase: int, volts: float) -> float:
        """kW of the phase at this voltage."""
        if volts <= DEAD_VOLTS:
            return 0.0
        return self._phase_kw[phase] * 0.5 * (1.0 + volts / NOMINAL_VOLTS)
