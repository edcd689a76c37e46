"""Out of service: asked for by one, approved by another, over by itself; how long, and how long for life-safety alarms."""

from typing import Any

import pytest

from model.alarm import IllegalAct
from model.clock import DAY, HOUR
from rules.engine import Engine
from tests.rules.workshop import MANAGER, OPERATOR, at, block, device, engine, is_at_rest, kinds, out_of_service, point, rule, site

TANK = device("t1", [point("level", "m")], class_="tank")
SITE = site(TANK)
ALARM = ("level.high", "t1")


def _ask(trial: Engine, at_s: float = 0, until_s: float | None = None, reason: str = "works") -> None:
    trial.request_removal(*ALARM, OPERATOR, reason, at(at_s), None if until_s is None else at(until_s))


def test_what_is_asked_for_is_heard_until_another_has_approved() -> None:
    trial = engine(SITE, rule())
    _ask(trial)
    standing = trial.standing(*ALARM)
    assert (standing.flags, trial.flagged()) == ((), [standing])
    (raised,) = trial.observe(block(TANK, 1, level=3.0))
    assert raised.occurrence is not None
    assert raised.occurrence.annunciated
    (approved,) = trial.approve_removal(*ALARM, MANAGER, at(2))
    removal = approved.standing.out_of_service
    assert removal is not None
    assert (removal.by, removal.approved_by, removal.at_ns, approved.by) == ("engineer", "manager", at(0), MANAGER)
    assert (approved.standing.flags, approved.standing.request) == (("out_of_service",), None)


def test_nobody_approves_their_own_request() -> None:
    trial = engine(SITE, rule())
    _ask(trial)
    before = trial.standing(*ALARM)
    with pytest.raises(IllegalAct, match="another person"):
        trial.approve_removal(*ALARM, OPERATOR, at(1))
    assert trial.standing(*ALARM) is before


def test_what_has_lapsed_is_not_approved_though_time_has_not_been_let_pass_yet() -> None:
    trial = engine(SITE, rule())
    _ask(trial, until_s=100)
    with pytest.raises(IllegalAct, match="anew"):
        trial.approve_removal(*ALARM, MANAGER, at(100))
    assert [event.kind for event in trial.advance(at(101))] == ["removal_refused"]


def test_a_request_is_refused_taken_back_or_lapses_at_its_own_end() -> None:
    trial = engine(SITE, rule())
    for by in (MANAGER, OPERATOR):
        _ask(trial)
        (refused,) = trial.refuse_removal(*ALARM, by, "not today", at(1))
        assert (refused.kind, refused.comment, is_at_rest(refused.standing)) == ("removal_refused", "not today", True)
    _ask(trial, until_s=100)
    assert trial.next_due_ns == at(100)
    (lapsed,) = trial.advance(at(200))
    assert (lapsed.kind, lapsed.at_ns, lapsed.by.name) == ("removal_refused", at(100), "guanjia")


def test_it_comes_back_by_itself_and_an_alarm_that_still_stands_is_heard() -> None:
    trial = engine(SITE, rule())
    out_of_service(trial, *ALARM, 0, until_s=3600)
    (raised,) = trial.observe(block(TANK, 1, level=3.0))
    assert raised.occurrence is not None
    assert not raised.occurrence.annunciated
    (back,) = trial.advance(at(4000))
    assert (back.kind, back.at_ns, back.by.name) == ("in_service", at(3600), "guanjia")
    assert back.occurrence is not None
    assert back.occurrence.annunciated


def test_what_a_new_version_of_the_rule_forbids_is_over_with_the_old_one() -> None:
    trial = engine(SITE, rule())
    (raised,) = trial.observe(block(TANK, 0, level=3.0))
    assert raised.occurrence is not None
    trial.shelve(raised.occurrence.id, OPERATOR, "known", HOUR, at(1))
    out_of_service(trial, *ALARM, 1)
    events = trial.adopt(engine(SITE, rule(life_safety=True, version="v2")), at(2))
    assert [event.kind for event in events] == ["rule_changed", "shelving_expired", "in_service"]
    assert events[-1].standing.flags == ()


def test_what_was_asked_for_is_not_approved_beyond_what_a_new_version_of_the_rule_allows() -> None:
    trial = engine(SITE, rule())
    _ask(trial)
    trial.adopt(engine(SITE, rule(life_safety=True, version="v2")), at(1))
    with pytest.raises(IllegalAct, match="24 hours"):
        trial.approve_removal(*ALARM, MANAGER, at(2))


def test_without_an_end_it_lasts_as_long_as_it_may_also_through_a_restart() -> None:
    trial = engine(SITE, rule())
    *_, approved = out_of_service(trial, *ALARM, 0)
    after = engine(SITE, rule())
    after.restore([(approved.standing, None)], at(50))
    assert after.next_due_ns == at(0) + 90 * DAY
    assert kinds(after.advance(at(0) + 90 * DAY)) == ["in_service level.high@t1"]


@pytest.mark.parametrize(
    ("changes", "reason", "length_ns", "message"),
    [
        ({}, " ", HOUR, "needs a reason"),
        ({}, "x", 0, "later than now"),
        ({}, "x", 90 * DAY + 1, "within 90 days"),
        ({"life_safety": True}, "x", None, "only until a stated time"),
        ({"life_safety": True}, "x", 24 * HOUR + 1, "within 24 hours"),
    ],
)
def test_a_request_is_not_taken(changes: dict[str, Any], reason: str, length_ns: int | None, message: str) -> None:
    trial = engine(SITE, rule(**changes))
    with pytest.raises(IllegalAct, match=message):
        trial.request_removal(*ALARM, OPERATOR, reason, at(0), None if length_ns is None else at(0) + length_ns)
    assert trial.flagged() == []


def test_a_life_safety_alarm_goes_out_for_a_day_at_most() -> None:
    trial = engine(SITE, rule(life_safety=True))
    out_of_service(trial, *ALARM, 0, until_s=24 * 3600)
    assert trial.standing(*ALARM).flags == ("out_of_service",)


@pytest.mark.parametrize("act", ["approve", "refuse", "return"])
def test_what_nobody_asked_for_is_neither_approved_nor_refused_nor_ended(act: str) -> None:
    trial = engine(SITE, rule())
    acts = {
        "approve": lambda: trial.approve_removal(*ALARM, MANAGER, at(1)),
        "refuse": lambda: trial.refuse_removal(*ALARM, MANAGER, "", at(1)),
        "return": lambda: trial.in_service(*ALARM, MANAGER, at(1)),
    }
    with pytest.raises(IllegalAct, match="in service; possible now: request"):
        acts[act]()


def test_it_is_asked_for_once() -> None:
    trial = engine(SITE, rule())
    _ask(trial)
    with pytest.raises(IllegalAct, match="possible now: approve, refuse"):
        _ask(trial, 1)
    trial.approve_removal(*ALARM, MANAGER, at(2))
    with pytest.raises(IllegalAct, match="possible now: return"):
        _ask(trial, 3)
    with pytest.raises(KeyError):
        trial.request_removal("level.high", "t9", OPERATOR, "works", at(4))
