"""Small wrongs done to a rule: another limit, another delay, another priority. One at a time, each of a size that matters on site."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from model.alarm import Priority
from model.clock import MINUTE, SECOND
from model.rule import Level, Rule

_NUMBER = re.compile(r"(?<![\w.])(?P<value>\d+(?:\.\d+)?)(?P<unit>ms|s|min|h|d)?\b(?!\.)")
_CODE = re.compile(r"(?:==|!=|\bbit\(\s*\w+\s*,|\bin\s*\([\d\s,]*)\s*$")
"""What stands before a number that names a state or a bit: the next one is another state, a share of it is none."""
_COUNTED = re.compile(r"\bcount_of\([^()]*\)\s*[<>]=?\s*$")
"""Before a number of devices: a share of one is none, the next whole number is."""
_TRUE = re.compile(r"\bcount_of\([^()]*,\s*$")
"""Before what is to be true of a device, where a number alone stands for yes: every device of the group counts."""
_MASKED = re.compile(r"\b(?:bits|matches)\([^()]*$")
_HOUR = re.compile(r"\bbetween_hours\([^()]*$")
_SHARES = (0.8, 1.2)
_LEAST_LONGER_NS = 30 * SECOND
_LEAST_HALVED_NS = 4 * SECOND
"""Half of less lies within a poll, and within what a scenario lets pass."""


class Part(StrEnum):
    """What was changed."""

    LIMIT = "limit"
    """A number the condition compares with, in ``when`` or in ``params``: 20 % less or more; a number of devices: one less or more."""
    CODE = "code"
    """A state's number or a bit: the next one; a bare yes: no."""
    WINDOW = "window"
    """The time a condition looks back: half or double; an hour of the day: the next one."""
    ON_DELAY = "on_delay"
    OFF_DELAY = "off_delay"
    """Half, from 4 s on; and double, or at least 30 s more."""
    PRIORITY = "priority"
    """One step up; the highest one step down."""


@dataclass(frozen=True, slots=True)
class Mutant:
    rule: Rule
    """As it has become."""
    part: Part
    change: str
    """``when: 0.93 → 1.116``, as the report prints it."""
    param: str = ""
    """The param that was changed; a device's own figure goes before it, and then nothing has changed."""

    @property
    def name(self) -> str:
        return f"{self.rule.id} {self.change}"


def mutants(rule: Rule) -> Iterator[Mutant]:
    for part, when, change in _conditions(rule.when):
        yield Mutant(replace(rule, when=when), part, change)
    yield from _params(rule)
    yield from _delays(rule)
    yield from _priorities(rule)
    for place, level in enumerate(rule.levels):
        for part, changed, change in _of_level(level):
            levels = (*rule.levels[:place], changed, *rule.levels[place + 1 :])
            yield Mutant(replace(rule, levels=levels), part, f"levels.{level.id}.{change}")


def _of_level(level: Level) -> Iterator[tuple[Part, Level, str]]:
    for part, when, change in _conditions(level.when):
        yield part, replace(level, when=when), change
    for other_ns in _other_delays(level.on_delay_ns):
        yield Part.ON_DELAY, replace(level, on_delay_ns=other_ns), f"{Part.ON_DELAY}: {_length(level.on_delay_ns)} → {_length(other_ns)}"
    other = _step(level.priority)
    yield Part.PRIORITY, replace(level, priority=other), f"priority: {level.priority} → {other}"


def _conditions(text: str) -> Iterator[tuple[Part, str, str]]:
    for found in _NUMBER.finditer(text):
        before = text[: found.start()]
        if _MASKED.search(before):
            continue
        for part, value in _instead(found, before):
            yield part, f"{before}{value}{text[found.end() :]}", f"when: {found[0]} → {value} (…{_nearby(text, found)}…)"


def _instead(found: re.Match[str], before: str) -> Iterator[tuple[Part, str]]:
    value, unit = float(found["value"]), found["unit"]
    if unit:
        yield Part.WINDOW, f"{value / 2 * _seconds(unit):g}s"
        yield Part.WINDOW, f"{value * 2 * _seconds(unit):g}s"
    elif _TRUE.search(before):
        yield Part.CODE, "0"
    elif _COUNTED.search(before):
        yield from ((Part.LIMIT, f"{value + step:g}") for step in (-1, 1))
    elif _CODE.search(before) or value == 0:
        yield Part.CODE, f"{value + 1:g}"
    elif _HOUR.search(before):
        yield Part.WINDOW, f"{(value + 1) % 24:g}"
    else:
        for share in _SHARES:
            yield Part.LIMIT, f"{value * share:g}"


def _seconds(unit: str) -> float:
    return {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400}[unit]


def _nearby(when: str, found: re.Match[str]) -> str:
    """The words around the number, for the report."""
    return " ".join(when[max(0, found.start() - 24) : found.end() + 12].split())


def _params(rule: Rule) -> Iterator[Mutant]:
    for name, value in rule.params.items():
        for share in _SHARES:
            changed = replace(rule, params={**rule.params, name: value * share})
            yield Mutant(changed, Part.LIMIT, f"params.{name}: {value:g} → {value * share:g}", name)


def _delays(rule: Rule) -> Iterator[Mutant]:
    for part, delay_ns in ((Part.ON_DELAY, rule.on_delay_ns), (Part.OFF_DELAY, rule.off_delay_ns)):
        for other_ns in _other_delays(delay_ns):
            changed = replace(rule, on_delay_ns=other_ns) if part is Part.ON_DELAY else replace(rule, off_delay_ns=other_ns)
            yield Mutant(changed, part, f"{part}: {_length(delay_ns)} → {_length(other_ns)}")


def _other_delays(delay_ns: int) -> tuple[int, ...]:
    longer_ns = max(2 * delay_ns, delay_ns + _LEAST_LONGER_NS)
    return (longer_ns, delay_ns // 2) if delay_ns >= _LEAST_HALVED_NS else (longer_ns,)


def _length(delay_ns: int) -> str:
    return f"{delay_ns / MINUTE:g} min" if delay_ns >= MINUTE else f"{delay_ns / SECOND:g} s"


def _priorities(rule: Rule) -> Iterator[Mutant]:
    other = _step(rule.priority)
    yield Mutant(replace(rule, priority=other), Part.PRIORITY, f"priority: {rule.priority} → {other}")
    for device_class, priority in rule.priority_by_class.items():
        changed: Mapping[str, Priority] = {**rule.priority_by_class, device_class: _step(priority)}
        change = f"priority_by_class.{device_class}: {priority} → {_step(priority)}"
        yield Mutant(replace(rule, priority_by_class=changed), Part.PRIORITY, change)


def _step(priority: Priority) -> Priority:
    steps = list(Priority)
    place = steps.index(priority)
    return steps[place - 1] if place else steps[1]
