"""How the dashboards look: grey while all is well, an alarm colour only for what is wrong. The same colours as on the console."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

from model.alarm import Priority
from model.units import display_unit

WELL = "#8D97A1"
"""Healthy figures, legible on Grafana's dark and light panels."""
LIVE = "#94A9B8"
"""Lines, bars, whatever is running or in use."""
STILL = "#4D5761"
"""Stopped, closed, idle."""
ALARM = {Priority.CRITICAL: "#DE2F2F", Priority.HIGH: "#FF8F33", Priority.MEDIUM: "#FFEE8C", Priority.LOW: "#62B8EA"}
NOTHING = "—"
"""No data is never shown as 0."""


@dataclass(frozen=True, slots=True)
class Limit:
    """From this value on, a colour."""

    value: float
    colour: str


def unit(text: str) -> str:
    """Grafana's name for a fixed unit; its own units would turn 1184 kW into 1.18 MW."""
    return f"suffix:{display_unit(text)}" if text else "none"


def steps(limits: Sequence[Limit] = (), below: str = WELL) -> ThresholdsConfig:
    """``below`` up to the first limit, then each limit's colour from its value on."""
    ordered = sorted(limits, key=lambda limit: limit.value)
    thresholds = [Threshold(None, below), *(Threshold(limit.value, limit.colour) for limit in ordered)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(thresholds)


def by_limits() -> FieldColor:
    return FieldColor().mode(FieldColorModeId.THRESHOLDS)


def shades() -> FieldColor:
    """Lines of one page differ in lightness, not in hue: hue is kept for what is wrong."""
    return FieldColor().mode(FieldColorModeId.SHADES).fixed_color(LIVE)


def words(meanings: Mapping[str, tuple[str, str | None]]) -> list[ValueMapping]:
    """Value → (words, colour or None)."""
    return [
        ValueMap(
            {value: ValueMappingResult(text=text, color=colour, index=i) for i, (value, (text, colour)) in enumerate(meanings.items())}
        )
    ]
