"""What a well-kept control room stays within, per operator position, and how a figure is judged by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    MET = "met"
    TOLERABLE = "tolerable"
    """More than the target, not more than the most a person can manage."""
    MISSED = "missed"
    TOO_FEW = "too_few"
    """So few alarms that a share of them says nothing; or less than a day recorded."""
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure is met up to ``at_most`` (or from ``at_least`` on), and tolerable up to (or from) ``tolerable``."""

    at_most: float | None = None
    tolerable: float | None = None
    at_least: float | None = None
    source: str = ""
    judged_from: int = 0
    """Number of alarms from which on the figure is judged; a share of fewer could not keep to its target."""

    def verdict(self, value: float, total: int) -> Verdict:
        if self.at_most is None and self.at_least is None:
            return Verdict.NO_TARGET
        if total < self.judged_from:
            return Verdict.TOO_FEW
        value = round(value, 3)  # A tenth of a percent is all that anybody is shown.
        if self._within(value, self.at_most if self.at_least is None else self.at_least):
            return Verdict.MET
        return Verdict.TOLERABLE if self._within(value, self.tolerable) else Verdict.MISSED

    def _within(self, value: float, bound: float | None) -> bool:
        return bound is not None and (value <= bound if self.at_least is None else value >= bound)


_LOAD, _FLOOD, _BAD = "IEC 62682:2014 §16", "ISA-18.2 §16.5, EEMUA 191", "ISA-18.2 §16, EEMUA 191"
_SPREAD = "ISA-18.2 §16 (about 80/15/5; what is tolerable: practice)"
TARGETS: Mapping[str, Target] = {
    "per_day": Target(144, 288, source=_LOAD),
    "per_hour": Target(6, 12, source=_LOAD),
    "per_10min": Target(1, 2, source=_LOAD),
    "busiest_day": Target(source=_LOAD),
    "busiest_hour": Target(source=_LOAD),
    "peak_10min": Target(source=_FLOOD),
    "busy_hours_share": Target(0.01, source=_FLOOD),
    "busy_windows_share": Target(0.01, source=_FLOOD),
    "floods": Target(source=_FLOOD),
    "flood_share": Target(0.01, source=_FLOOD),
    "top_ten_share": Target(0.05, source=_BAD, judged_from=200),
    "chattering": Target(0, source=_BAD),
    "fleeting": Target(0, source=_BAD),
    "stale_most": Target(4, source=_BAD),
    "priority_low": Target(at_least=0.80, tolerable=0.70, source=_SPREAD, judged_from=20),
    "priority_medium": Target(0.15, 0.25, source=_SPREAD, judged_from=20),
    "priority_high": Target(0.05, 0.10, source=_SPREAD, judged_from=20),
    "priority_critical": Target(0.01, 0.02, source="practice", judged_from=100),
    "unauthorised": Target(0, source="ISA-18.2 §16; practice"),
    "acknowledged_median_s": Target(source="practice"),
    "acknowledged_p90_s": Target(source="practice"),
    "never_acted_on": Target(0, source="practice"),
}
"""By the name of the figure. Stale: fewer than 5 on any day, so 4 at the most."""
