"""Limits to draw: taken from the rules that judge them and from the devices' own figures, so that a picture and an alarm never differ."""

from collections.abc import Iterable

from dashboards.grafana.look import ALARM, LIVE, WELL, Limit
from model.alarm import Priority
from model.rule import Rule
from model.site import Device


class Limits:
    """Without its rule a limit is not drawn: what nobody judges is no limit."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.id: rule for rule in rules}

    def colour(self, rule_id: str, level: str = "") -> str:
        """The colour of the rule's priority, or of its level's."""
        rule = self._rules.get(rule_id)
        of_level = next((one.priority for one in rule.levels if one.id == level), rule.priority) if rule else Priority.HIGH
        return ALARM[of_level]

    def worst(self, rule_ids: Iterable[str]) -> str:
        """The colour of the most urgent of the rules."""
        known = [self._rules[rule_id].priority for rule_id in rule_ids if rule_id in self._rules]
        return ALARM[min(known, key=lambda priority: priority.digit, default=Priority.HIGH)]

    def param(self, rule_id: str, param: str, times: float = 1.0) -> list[Limit]:
        """Above a parameter of the rule; empty without it."""
        rule = self._rules.get(rule_id)
        value = rule.params.get(param) if rule else None
        return [] if value is None else [Limit(value * times, self.colour(rule_id))]

    def fixed(self, rule_id: str, value: float, level: str = "") -> list[Limit]:
        """Above a figure that the rule has in its condition, or a level of it in its own; empty without the rule."""
        return [Limit(value, self.colour(rule_id, level))] if rule_id in self._rules else []


def own(devices: Iterable[Device], param: str, colour: str = ALARM[Priority.HIGH]) -> list[Limit]:
    """Above a nameplate figure of the devices, where all have the same."""
    values = {device.params.get(param) for device in devices}
    value = values.pop() if len(values) == 1 else None
    return [] if value is None else [Limit(value, colour)]


def floor(limits: Iterable[Limit], well: str = WELL) -> tuple[str, list[Limit]]:
    """Turned over, for a value that must not fall: the colour below the limit, and ``well`` from it on."""
    for limit in limits:
        return limit.colour, [Limit(limit.value, well)]
    return well, []


def band(low: float | None, high: float | None, colour: str = ALARM[Priority.HIGH], well: str = LIVE) -> tuple[str, list[Limit]]:
    """Well between low and high, coloured outside: the colour below, and the limits."""
    below, limits = (well, []) if low is None else (colour, [Limit(low, well)])
    return below, limits if high is None else [*limits, Limit(high, colour)]
