"""Changed rules, and that the scenarios notice them. The whole run is a command; here a few are tried."""

import random
from dataclasses import replace

import pytest

from model.alarm import Priority
from model.clock import MINUTE, SECOND
from model.rule import Rule
from rules.syntax import parse
from tests.scenarios_library.explained import REASONS, why
from tests.scenarios_library.mutants import Part, mutants
from tests.scenarios_library.mutation import every_mutant
from tests.scenarios_library.shelf import library
from tests.scenarios_library.trial import Fate, of_rule, tried

_TRIED = 2
_SEED = 2026


def _rule(when: str) -> Rule:
    """A built-in rule that watches for something else, at once and for good."""
    plain = next(iter(library().values()))
    return replace(plain, when=when, params={}, on_delay_ns=0, off_delay_ns=0, priority=Priority.LOW, priority_by_class={})


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("level < 0.5 * low_m", {(Part.LIMIT, "level < 0.4 * low_m"), (Part.LIMIT, "level < 0.6 * low_m")}),
        ("state == 5", {(Part.CODE, "state == 6")}),
        ("state in (2, 3)", {(Part.CODE, "state in (3, 3)"), (Part.CODE, "state in (2, 4)")}),
        ("bit(status, 8)", {(Part.CODE, "bit(status, 9)")}),
        ("bits(status, 0, 3) == 1", {(Part.CODE, "bits(status, 0, 3) == 2")}),
        ('matches("loop*", 0x08FF, 0x0810) > 0', {(Part.CODE, 'matches("loop*", 0x08FF, 0x0810) > 1')}),
        ("changed(level, 5min)", {(Part.WINDOW, "changed(level, 150s)"), (Part.WINDOW, "changed(level, 600s)")}),
        (
            'count_of("class=pump area=here", 1) > 1',
            {
                (Part.CODE, 'count_of("class=pump area=here", 0) > 1'),
                (Part.LIMIT, 'count_of("class=pump area=here", 1) > 0'),
                (Part.LIMIT, 'count_of("class=pump area=here", 1) > 2'),
            },
        ),
        ("voltage_l1 > level_2", set()),
    ],
)
def test_numbers_change_by_what_they_mean(when: str, expected: set[tuple[Part, str]]) -> None:
    assert {(m.part, m.rule.when) for m in mutants(_rule(when)) if m.part in (Part.LIMIT, Part.CODE, Part.WINDOW)} == expected


@pytest.mark.parametrize(
    ("delay_ns", "expected"),
    [(0, {30 * SECOND}), (3 * SECOND, {33 * SECOND}), (10 * SECOND, {5 * SECOND, 40 * SECOND}), (5 * MINUTE, {150 * SECOND, 10 * MINUTE})],
    ids=["none", "a poll", "short", "long"],
)
def test_delays_are_halved_and_doubled_by_at_least_half_a_minute(delay_ns: int, expected: set[int]) -> None:
    changed = mutants(replace(_rule("running"), on_delay_ns=delay_ns))
    assert {m.rule.on_delay_ns for m in changed if m.part is Part.ON_DELAY} == expected


def test_priority_moves_by_one_step() -> None:
    moves = {(p, m.rule.priority) for p in Priority for m in mutants(replace(_rule("running"), priority=p)) if m.part is Part.PRIORITY}
    assert moves == {
        (Priority.CRITICAL, Priority.HIGH),
        (Priority.HIGH, Priority.CRITICAL),
        (Priority.MEDIUM, Priority.HIGH),
        (Priority.LOW, Priority.MEDIUM),
    }


def test_every_changed_condition_can_still_be_read() -> None:
    for rule, index in every_mutant():
        parse(of_rule(rule)[index].rule.when)


def test_every_excuse_is_for_a_change_that_exists() -> None:
    names = [(rule, of_rule(rule)[index].change) for rule, index in every_mutant()]
    assert [excuse for excuse in REASONS if not any(excuse[0] == rule and change.startswith(excuse[1]) for rule, change in names)] == []


def _some() -> list[tuple[str, int]]:
    held = [name for name in every_mutant() if not why(of_rule(name[0])[name[1]])]
    return random.Random(_SEED).sample(held, _TRIED)


@pytest.mark.parametrize(("rule", "index"), _some(), ids=lambda value: str(value))
def test_a_changed_rule_is_noticed(rule: str, index: int) -> None:
    assert tried(rule, index).fate in (Fate.NOTICED, Fate.UNCHANGED), of_rule(rule)[index].name
