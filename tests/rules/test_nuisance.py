"""Alarms that chatter or come fleetingly: never withheld, held once found, released when calm; the same through a crash."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from model.alarm import AlarmEvent, Hold, HoldKind, Occurrence, Standing
from model.rule import Rule
from rules.engine import Engine
from rules.nuisance import is_told
from tests.rules.workshop import OPERATOR, at, block, device, engine, lost, point, rule, site

TANK = device("t1", [point("level", "m")], class_="tank")
SITE = site(TANK)
RULE = rule()
Reading = tuple[float, float]


def _play(trial: Engine, readings: Iterable[Reading]) -> list[AlarmEvent]:
    return [event for at_s, level in readings for event in trial.observe(block(TANK, at_s, level=level))]


def _flips(times: int, every_s: float, from_s: float = 0) -> list[Reading]:
    """Comes at each beginning, goes in the middle."""
    return [reading for n in range(times) for reading in ((from_s + n * every_s, 3.0), (from_s + (n + 0.5) * every_s, 1.0))]


def _kinds(events: Iterable[AlarmEvent]) -> list[str]:
    return [event.kind.value for event in events if event.kind != "superseded"]


CHATTER = ["raised", "returned", "raised", "returned", "raised", "held"]


def test_the_third_raise_within_a_minute_is_raised_and_held() -> None:
    events = _play(engine(SITE, RULE), _flips(3, 20))
    assert _kinds(events) == CHATTER
    held = events[-1]
    assert held.standing.hold is not None
    assert held.occurrence is not None
    assert (held.standing.hold.kind, held.standing.hold.since_ns) == (HoldKind.CHATTERING, at(40))
    assert (held.occurrence.hold, held.occurrence.flips, held.standing.recent_ns) == (HoldKind.CHATTERING, 0, ())


@pytest.mark.parametrize(("every_s", "expected"), [(29.0, CHATTER), (31.0, ["raised", "returned"] * 3)], ids=["within a minute", "slower"])
def test_three_raises_are_counted_within_a_sliding_minute(every_s: float, expected: list[str]) -> None:
    assert _kinds(_play(engine(SITE, RULE), _flips(3, every_s))) == expected


def test_a_held_alarm_is_one_occurrence_however_often_it_flips_and_tells_as_they_double() -> None:
    trial = engine(SITE, RULE)
    _play(trial, _flips(3, 10))
    events = _play(trial, _flips(100, 10, from_s=30))
    assert [event.occurrence.flips for event in events if event.occurrence] == [1, 2, 4, 8, 16, 32, 64]
    assert set(_kinds(events)) == {"held"}
    (released, returned) = trial.advance(at(1025 + 300))
    assert (released.kind, returned.kind, returned.at_ns) == ("hold_released", "returned", at(1025 + 300))
    assert returned.occurrence is not None
    assert (returned.occurrence.flips, returned.occurrence.hold, returned.standing.hold) == (100, None, None)


def test_a_held_alarm_that_stays_is_released_and_returns_by_its_own_delay() -> None:
    trial = engine(SITE, rule(off_delay_s=4))
    _play(trial, [(0, 3.0), (1, 1.0), (6, 3.0), (7, 1.0), (12, 3.0)])
    assert _kinds(trial.advance(at(12 + 300))) == ["hold_released"]
    assert _kinds(_play(trial, [(400, 1.0), (404, 1.0)])) == ["returned"]


def test_silence_is_no_calm() -> None:
    trial = engine(SITE, RULE)
    _play(trial, _flips(3, 10))
    trial.observe(lost(TANK, 100))
    assert trial.advance(at(4000)) == []
    _play(trial, [(4000, 1.0)])
    assert trial.advance(at(4000 + 300 - 76)) == []
    assert _kinds(trial.advance(at(4000 + 300 - 75))) == ["hold_released", "returned"]


def test_after_five_fleeting_occurrences_within_the_hour_the_next_is_held_for_longer() -> None:
    trial = engine(SITE, RULE)
    fleeting = [reading for n in range(6) for reading in ((n * 600.0, 3.0), (n * 600.0 + 20, 1.0))]
    events = _play(trial, fleeting)
    assert _kinds(events) == ["raised", "returned"] * 5 + ["raised", "held"]
    assert events[-1].occurrence is not None
    assert events[-1].occurrence.hold is HoldKind.FLEETING
    assert trial.advance(at(3020 + 899)) == []
    assert _kinds(trial.advance(at(3020 + 900))) == ["hold_released", "returned"]


def test_occurrences_of_half_a_minute_are_not_fleeting() -> None:
    lasting = [reading for n in range(8) for reading in ((n * 400.0, 3.0), (n * 400.0 + 30, 1.0))]
    assert "held" not in _kinds(_play(engine(SITE, RULE), lasting))


@pytest.mark.parametrize("refusing", [rule(hold=False), rule(life_safety=True)], ids=["refuses", "life-safety"])
def test_a_rule_that_must_be_heard_each_time_is_never_held(refusing: Rule) -> None:
    assert _kinds(_play(engine(SITE, refusing), _flips(9, 2))) == ["raised", "returned"] * 9


def test_a_held_alarm_is_acknowledged_as_any_other() -> None:
    trial = engine(SITE, RULE)
    held = _play(trial, _flips(3, 10))[-1].standing
    assert held.occurrence is not None
    trial.acknowledge(held.occurrence, OPERATOR, at(26))
    assert _kinds(trial.advance(at(25 + 300))) == ["hold_released", "returned"]
    assert trial.standing("level.high", "t1").occurrence is None


@pytest.mark.parametrize("crash_at", range(7))
def test_a_crash_in_between_changes_nothing(crash_at: int) -> None:
    readings = [*_flips(3, 20), *_flips(4, 60, from_s=70)]
    whole = engine(SITE, RULE)
    expected = [(event.kind, event.at_ns) for event in _play(whole, readings) + whole.advance(at(2000))]
    first = engine(SITE, RULE)
    story = _play(first, readings[:crash_at])
    second = engine(SITE, RULE)
    second._turns._new_id = first._turns._new_id
    at_ns = at(readings[crash_at - 1][0]) if crash_at else at(0)
    second.recall(first.memory(), at_ns)
    assert second.restore(_journal(story), at_ns) == []
    story += _play(second, readings[crash_at:]) + second.advance(at(2000))
    assert [(event.kind, event.at_ns) for event in story] == expected


def test_a_hold_that_only_the_journal_knew_of_is_counted_from_there() -> None:
    trial = engine(SITE, RULE)
    (raised,) = _play(trial, [(0, 3.0)])
    trial.amend([(replace(raised.standing, hold=Hold(HoldKind.CHATTERING, at(0))), raised.occurrence)])
    assert _kinds(trial.advance(at(299)) + trial.advance(at(300))) == ["hold_released"]


def _journal(story: list[AlarmEvent]) -> list[tuple[Standing, Occurrence | None]]:
    return [(event.standing, event.occurrence if event.standing.occurrence else None) for event in story[-1:]]


def test_flips_are_told_as_they_double() -> None:
    assert [n for n in range(1, 130) if is_told(n)] == [1, 2, 4, 8, 16, 32, 64, 128]
