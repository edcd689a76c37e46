"""The engine: one occurrence per excursion, delays, unknown inputs, acts of people, restarts."""

from typing import Any

import pytest

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, IllegalAct, Occurrence, Priority, Standing
from model.clock import MINUTE, SECOND
from model.profile import WireType
from model.quality import Quality
from rules.engine import Engine
from tests.rules.workshop import OPERATOR, at, block, device, engine, is_at_rest, kinds, lost, out_of_service, point, rule, site

TANK = device("t1", [point("level", "m"), point("running", type_=WireType.BOOL)], class_="tank")
SITE = site(TANK)
HIGH, LOW = {"level": 3.0}, {"level": 1.0}


def _feed(engine_: Engine, at_s: float, quality: Quality = Quality.GOOD, **values: float) -> list[AlarmEvent]:
    return engine_.observe(block(TANK, at_s, quality, **values))


def _raised(engine_: Engine, at_s: float = 0) -> Occurrence:
    occurrence = _feed(engine_, at_s, level=3.0)[-1].occurrence
    assert occurrence is not None
    return occurrence


def _state(engine_: Engine) -> AlarmState:
    return engine_.standing("level.high", "t1").state


def test_an_excursion_raises_one_occurrence_with_what_fired_it() -> None:
    trial = engine(SITE, rule(on_delay_s=10))
    assert _feed(trial, 0, level=3.0) == []
    assert trial.next_due_ns == at(10)
    (raised,) = _feed(trial, 10, level=3.5)
    assert raised.kind is AlarmEventKind.RAISED
    occurrence = raised.occurrence
    assert occurrence is not None
    assert (occurrence.condition_since_ns, occurrence.raised_at_ns) == (at(0), at(10))
    assert (occurrence.points, dict(occurrence.inputs)) == (("t1.level",), {"t1.level": 3.0})
    assert (occurrence.text.zh, occurrence.text.en) == ("t1号 高", "t1 high")
    assert occurrence.annunciated
    assert _feed(trial, 11, level=4.0) == []


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        pytest.param([(0, 3), (9, 3), (10, 1), (11, 1)], ["raised"], id="true for the whole delay, false only at its end"),
        pytest.param([(0, 3), (9, 1), (12, 3), (21, 3)], [], id="interrupted, begins anew"),
        pytest.param([(0, 3), (12, 3), (13, 1), (32, 3), (33, 1), (60, 1)], ["raised"], id="off-delay interrupted"),
        pytest.param([(0, 3), (12, 3), (13, 1), (33, 1)], ["raised", "returned"], id="off-delay over"),
        pytest.param([(0, 3), (40, 1), (61, 3), (75, 3)], ["raised", "returned", "superseded", "raised"], id="recurs unacknowledged"),
    ],
)
def test_on_delay_and_off_delay(readings: list[tuple[int, float]], expected: list[str]) -> None:
    trial = engine(SITE, rule(on_delay_s=10, off_delay_s=30 if readings[-1][0] == 60 else 20))
    events = [event.kind.value for at_s, level in readings for event in _feed(trial, at_s, level=level)]
    assert events == expected


def test_a_delay_ends_without_a_reading_when_time_passes() -> None:
    trial = engine(SITE, rule(on_delay_s=10, off_delay_s=20))
    _feed(trial, 0, level=3.0)
    assert trial.advance(at(9.9)) == []
    assert kinds(trial.advance(at(10.5))) == ["raised level.high@t1"]
    _feed(trial, 11, level=1.0)
    (returned,) = trial.advance(at(40))
    assert (returned.kind, returned.at_ns) == (AlarmEventKind.RETURNED, at(31))
    assert trial.next_due_ns is None


def test_late_calls_date_events_as_punctual_ones_would() -> None:
    late, punctual = (engine(SITE, rule(on_delay_s=3, off_delay_s=4)) for _ in range(2))
    readings = [(0, 3.0), (5, 1.0), (11, 3.0), (20, 1.0)]
    told = [event for at_s, level in readings for event in _feed(late, at_s, level=level)] + late.advance(at(60))
    heard: list[AlarmEvent] = []
    for at_s in range(61):
        heard += punctual.advance(at(at_s))
        heard += [event for when, level in readings if when == at_s for event in _feed(punctual, at_s, level=level)]
    assert told == heard
    assert [event.kind.value for event in told] == ["raised", "returned", "superseded", "raised", "returned"]


def test_unknown_pauses_the_on_delay_and_neither_raises_nor_clears() -> None:
    trial = engine(SITE, rule(on_delay_s=10, off_delay_s=10))
    _feed(trial, 0, level=3.0)
    assert trial.observe(lost(TANK, 4)) == []
    assert trial.next_due_ns is None
    assert trial.evaluation("level.high", "t1").value is None
    assert trial.advance(at(1000)) == []
    assert _feed(trial, 1000, level=3.0) == []
    assert kinds(trial.advance(at(1006))) == ["raised level.high@t1"]
    for at_s in range(1007, 1100):
        assert trial.observe(lost(TANK, at_s)) == []
    _feed(trial, 1100, level=1.0)
    trial.observe(lost(TANK, 1105))
    assert trial.advance(at(2000)) == []
    _feed(trial, 2000, level=1.0)
    assert kinds(trial.advance(at(2005))) == ["returned level.high@t1"]


def test_acknowledged_then_returned_is_over() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    (acknowledged,) = trial.acknowledge(occurrence.id, OPERATOR, at(1), "on my way")
    assert acknowledged.comment == "on my way"
    assert acknowledged.occurrence is not None
    assert (acknowledged.occurrence.acknowledged_by, acknowledged.occurrence.acknowledged_at_ns) == ("engineer", at(1))
    (returned,) = _feed(trial, 2, level=1.0)
    assert returned.occurrence is not None
    assert returned.occurrence.ended_at_ns == at(2)
    assert is_at_rest(returned.standing)
    with pytest.raises(KeyError):
        trial.acknowledge(occurrence.id, OPERATOR, at(3))


def test_acknowledging_a_returned_alarm_ends_it() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    _feed(trial, 1, level=1.0)
    assert _state(trial) is AlarmState.RETURNED_UNACKNOWLEDGED
    (event,) = trial.acknowledge(occurrence.id, OPERATOR, at(2))
    assert event.occurrence is not None
    assert event.occurrence.ended_at_ns == at(2)


def test_a_recurrence_is_a_new_occurrence_and_the_old_one_names_its_successor() -> None:
    trial = engine(SITE, rule())
    first = _raised(trial)
    _feed(trial, 1, level=1.0)
    superseded, raised = _feed(trial, 2, level=3.0)
    assert superseded.occurrence is not None
    assert raised.occurrence is not None
    assert (superseded.occurrence.id, superseded.occurrence.superseded_by) == (first.id, raised.occurrence.id)
    assert superseded.occurrence.ended_at_ns == at(2)
    assert raised.standing.occurrence == raised.occurrence.id
    with pytest.raises(KeyError):
        trial.acknowledge(first.id, OPERATOR, at(3))
    assert trial.acknowledge(raised.occurrence.id, OPERATOR, at(3))


def test_a_second_acknowledgement_is_illegal_and_changes_nothing() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    trial.acknowledge(occurrence.id, OPERATOR, at(1))
    before = trial.standing("level.high", "t1")
    with pytest.raises(IllegalAct, match="active acknowledged can't acknowledge"):
        trial.acknowledge(occurrence.id, OPERATOR, at(2))
    assert trial.standing("level.high", "t1") is before


def test_a_latched_alarm_needs_acknowledgement_and_reset_after_its_condition_has_cleared() -> None:
    trial = engine(SITE, rule(latched=True, on_delay_s=5))
    _feed(trial, 0, level=3.0)
    (raised,) = trial.advance(at(5))
    assert raised.occurrence is not None
    name = raised.occurrence.id
    with pytest.raises(IllegalAct):
        trial.reset(name, OPERATOR, at(6))
    (latched,) = _feed(trial, 7, level=1.0)
    assert (latched.kind, latched.standing.flags) == (AlarmEventKind.LATCHED, ("latched",))
    assert latched.standing.state.wire == "active_unacknowledged"
    with pytest.raises(IllegalAct, match="latched unacknowledged can't reset"):
        trial.reset(name, OPERATOR, at(8))
    trial.acknowledge(name, OPERATOR, at(9))
    _feed(trial, 10, level=3.0)
    with pytest.raises(IllegalAct, match="condition is true again"):
        trial.reset(name, OPERATOR, at(11))
    _feed(trial, 12, level=1.0)
    (reset,) = trial.reset(name, OPERATOR, at(13))
    assert reset.occurrence is not None
    assert (reset.occurrence.ended_at_ns, _state(trial)) == (at(13), AlarmState.NORMAL)


def test_an_acknowledged_alarm_asks_again_after_the_realarm_time() -> None:
    trial = engine(SITE, rule(realarm_s=300))
    occurrence = _raised(trial)
    trial.acknowledge(occurrence.id, OPERATOR, at(10))
    assert trial.next_due_ns == at(310)
    (again,) = trial.advance(at(311))
    assert (again.kind, again.at_ns, again.standing.state) == (AlarmEventKind.REALARMED, at(310), AlarmState.ACTIVE_UNACKNOWLEDGED)
    assert again.occurrence is not None
    assert (again.occurrence.id, again.occurrence.acknowledged_at_ns) == (occurrence.id, None)


def test_a_comment_changes_nothing() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    (event,) = trial.comment(occurrence.id, OPERATOR, "called the firm", at(1))
    assert (event.kind, event.comment, event.occurrence) == (AlarmEventKind.COMMENTED, "called the firm", occurrence)


def test_shelving_withholds_annunciation_and_expires_into_the_live_state() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    trial.acknowledge(occurrence.id, OPERATOR, at(1))
    (shelved,) = trial.shelve(occurrence.id, OPERATOR, "filter ordered", 15 * MINUTE, at(2))
    assert (shelved.standing.flags, shelved.comment) == (("shelved",), "filter ordered")
    assert trial.flagged() == [shelved.standing]
    assert trial.next_due_ns == at(2) + 15 * MINUTE
    (expired,) = trial.advance(at(1000))
    assert expired.kind is AlarmEventKind.SHELVING_EXPIRED
    assert (expired.standing.state, expired.standing.flags) == (AlarmState.ACTIVE_UNACKNOWLEDGED, ())
    assert expired.occurrence is not None
    assert (expired.occurrence.id, expired.occurrence.acknowledged_by) == (occurrence.id, None)


def test_an_alarm_that_recurs_while_shelved_is_recorded_but_not_shouted_until_released() -> None:
    trial = engine(SITE, rule())
    first = _raised(trial)
    trial.shelve(first.id, OPERATOR, "chatters", 15 * MINUTE, at(1))
    _feed(trial, 2, level=1.0)
    superseded, raised = _feed(trial, 3, level=3.0)
    assert superseded.kind is AlarmEventKind.SUPERSEDED
    assert raised.occurrence is not None
    assert not raised.occurrence.annunciated
    (released,) = trial.unshelve(raised.occurrence.id, OPERATOR, at(4))
    assert released.occurrence is not None
    assert released.occurrence.annunciated
    assert released.standing.state is AlarmState.ACTIVE_UNACKNOWLEDGED


def test_an_alarm_that_returned_while_shelved_is_over_when_released() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    trial.shelve(occurrence.id, OPERATOR, "known", MINUTE, at(1))
    _feed(trial, 2, level=1.0)
    (expired,) = trial.advance(at(61))
    assert expired.occurrence is not None
    assert expired.occurrence.ended_at_ns == at(61)
    assert is_at_rest(trial.standing("level.high", "t1"))


def test_a_one_shot_shelving_ends_at_the_return_to_normal() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    trial.shelve(occurrence.id, OPERATOR, "once", 30 * MINUTE, at(1), one_shot=True)
    assert kinds(_feed(trial, 2, level=1.0)) == ["returned level.high@t1", "shelving_expired level.high@t1"]
    assert trial.standing("level.high", "t1").flags == ()


def test_a_shelving_outlives_its_occurrence_and_is_lifted_by_rule_and_device() -> None:
    trial = engine(SITE, rule())
    occurrence = _raised(trial)
    trial.acknowledge(occurrence.id, OPERATOR, at(1))
    trial.shelve(occurrence.id, OPERATOR, "known", 30 * MINUTE, at(1))
    _feed(trial, 2, level=1.0)
    assert trial.standing("level.high", "t1").flags == ("shelved",)
    (event,) = trial.unshelve_alarm("level.high", "t1", OPERATOR, at(3))
    assert event.kind is AlarmEventKind.UNSHELVED
    assert is_at_rest(event.standing)


@pytest.mark.parametrize(
    ("changes", "reason", "length_s", "message"),
    [
        ({"life_safety": True}, "x", 60, "life-safety"),
        ({"shelvable": False}, "x", 60, "may not be shelved"),
        ({}, " ", 60, "needs a reason"),
        ({}, "x", 0, "more than 0"),
        ({"max_shelve_s": 600}, "x", 601, "at most 10 min"),
    ],
)
def test_shelving_is_refused(changes: dict[str, Any], reason: str, length_s: int, message: str) -> None:
    trial = engine(SITE, rule(**changes))
    occurrence = _raised(trial)
    with pytest.raises(IllegalAct, match=message):
        trial.shelve(occurrence.id, OPERATOR, reason, length_s * SECOND, at(1))
    assert trial.flagged() == []


def test_the_flags_are_lifted_one_by_one_and_only_the_last_takes_the_state_afresh() -> None:
    trial = engine(SITE, rule())
    out_of_service(trial, "level.high", "t1", 0)
    (raised,) = _feed(trial, 1, level=3.0)
    assert raised.occurrence is not None
    assert not raised.occurrence.annunciated
    trial.shelve(raised.occurrence.id, OPERATOR, "x", 30 * MINUTE, at(2))
    (first,) = trial.in_service("level.high", "t1", OPERATOR, at(3))
    assert first.occurrence is not None
    assert (first.standing.flags, first.occurrence.annunciated) == (("shelved",), False)
    (second,) = trial.unshelve(raised.occurrence.id, OPERATOR, at(4))
    assert second.occurrence is not None
    assert second.occurrence.annunciated


def _journal(events: list[AlarmEvent]) -> list[tuple[Standing, Occurrence | None]]:
    """What the journal keeps of a story: the last standing of each alarm, with its open occurrence."""
    last = {(event.standing.rule, event.standing.device): event for event in events}
    return [(e.standing, e.occurrence if e.standing.occurrence else None) for e in last.values() if e.standing != Standing(*_key(e))]


def _key(event: AlarmEvent) -> tuple[str, str]:
    return event.standing.rule, event.standing.device


def test_after_a_restart_the_same_occurrence_stands_until_its_condition_is_known_to_be_false() -> None:
    rules = (rule(on_delay_s=5, off_delay_s=10),)
    before = engine(SITE, *rules)
    _feed(before, 0, level=3.0)
    story = before.advance(at(5))
    after = engine(SITE, *rules)
    assert after.restore(_journal(story), at(20)) == []
    assert _feed(after, 21, level=3.0) == []
    assert after.advance(at(60)) == []
    assert after.observe(lost(TANK, 61)) == []
    _feed(after, 70, level=1.0)
    (returned,) = after.advance(at(80))
    assert returned.occurrence is not None
    assert story[-1].occurrence is not None
    assert (returned.occurrence.id, returned.at_ns) == (story[-1].occurrence.id, at(80))


def test_after_a_restart_shelving_and_realarm_run_on() -> None:
    rules = (rule(realarm_s=100),)
    before = engine(SITE, *rules)
    occurrence = _raised(before)
    story = before.acknowledge(occurrence.id, OPERATOR, at(1))
    story += before.shelve(occurrence.id, OPERATOR, "x", 50 * SECOND, at(2))
    after = engine(SITE, *rules)
    assert after.restore(_journal(story), at(10)) == []
    (expired,) = after.advance(at(90))
    assert (expired.kind, expired.at_ns) == (AlarmEventKind.SHELVING_EXPIRED, at(52))


def test_a_restored_deadband_still_holds() -> None:
    rules = (rule(deadband={"level": 0.5}),)
    story = engine(SITE, *rules).observe(block(TANK, 0, level=3.0))
    after = engine(SITE, *rules)
    after.restore(_journal(story), at(1))
    assert _feed(after, 2, level=1.7) == []
    assert kinds(_feed(after, 3, level=1.4)) == ["returned level.high@t1"]


def test_an_alarm_whose_recovery_holds_already_when_it_is_raised_begins_to_clear_there() -> None:
    trial = engine(SITE, rule(when="running", clear_when="level < 2", off_delay_s=5))
    assert kinds(_feed(trial, 0, running=1.0, level=1.0)) == ["raised level.high@t1"]
    assert kinds(trial.advance(at(4.9))) == []
    assert kinds(trial.advance(at(5))) == ["returned level.high@t1", "superseded level.high@t1", "raised level.high@t1"]


def test_alarms_whose_rule_is_gone_are_withdrawn() -> None:
    before = engine(SITE, rule())
    story = before.observe(block(TANK, 0, level=3.0))
    after = engine(SITE, rule("another"))
    (withdrawn,) = after.restore(_journal(story), at(9))
    assert (withdrawn.kind, withdrawn.standing) == (AlarmEventKind.WITHDRAWN, Standing("level.high", "t1"))
    assert withdrawn.occurrence is not None
    assert withdrawn.occurrence.ended_at_ns == at(9)


def test_a_clock_set_back_neither_doubles_an_alarm_nor_stalls_a_delay() -> None:
    trial = engine(SITE, rule(on_delay_s=10, off_delay_s=10))
    _feed(trial, 0, level=3.0)
    assert trial.advance(at(4)) == []
    assert _feed(trial, -3596, level=3.0) == []
    assert kinds(trial.advance(at(-3590))) == ["raised level.high@t1"]
    _feed(trial, -3000, level=1.0)
    assert trial.advance(at(-7000)) == []
    assert kinds(trial.advance(at(-6990))) == ["returned level.high@t1"]


def test_a_clock_set_back_prolongs_neither_a_shelving_nor_the_time_to_the_realarm() -> None:
    trial = engine(SITE, rule(realarm_s=60))
    (raised,) = _feed(trial, 0, level=3.0)
    assert raised.occurrence is not None
    trial.shelve(raised.occurrence.id, OPERATOR, "known", 20 * SECOND, at(0))
    trial.acknowledge(raised.occurrence.id, OPERATOR, at(0))
    assert trial.advance(at(-86_400)) == []
    (expired,) = trial.advance(at(-86_380))
    assert expired.kind is AlarmEventKind.SHELVING_EXPIRED
    trial.acknowledge(raised.occurrence.id, OPERATOR, at(-86_380))
    trial.advance(at(-90_000))
    assert kinds(trial.advance(at(-89_940))) == ["realarmed level.high@t1"]


def test_nor_does_a_restart_that_finds_them_in_the_journal_as_they_were_before() -> None:
    trial = engine(SITE, rule(realarm_s=60))
    (raised,) = _feed(trial, 0, level=3.0)
    assert raised.occurrence is not None
    shelved = trial.shelve(raised.occurrence.id, OPERATOR, "known", 20 * SECOND, at(0))[-1].standing
    trial.unshelve(raised.occurrence.id, OPERATOR, at(0))
    acknowledged = trial.acknowledge(raised.occurrence.id, OPERATOR, at(0))[-1].standing
    for standing, due_s, event in ((shelved, 20, "shelving_expired"), (acknowledged, 60, "realarmed")):
        again = engine(SITE, rule(realarm_s=60))
        again.restore([(standing, raised.occurrence)], at(-86_400))
        again.resume(at(-86_400))
        assert again.advance(at(due_s - 86_401)) == []
        assert kinds(again.advance(at(due_s - 86_400))) == [f"{event} level.high@t1"]


def test_blocks_a_little_out_of_order_do_not_turn_time_back() -> None:
    trial = engine(SITE, rule())
    trial.advance(at(10))
    (raised,) = _feed(trial, 9, level=3.0)
    assert raised.at_ns == at(10)


def test_a_condition_on_time_is_judged_between_readings() -> None:
    trial = engine(SITE, rule("level.stale", "stale(level, 10s)"))
    _feed(trial, 0, level=1.0)
    assert trial.next_due_ns is not None
    events = [event for second in range(1, 20) for event in trial.advance(at(second))]
    assert [(event.kind, event.at_ns) for event in events] == [(AlarmEventKind.RAISED, at(10) + 1)], "not at the next look, but then"


def test_a_last_usable_value_is_kept_but_does_not_count_as_fresh() -> None:
    trial = engine(SITE, rule("level.stale", "stale(level, 10s)"), rule("level.high", "level > 2"))
    _feed(trial, 0, level=3.0)
    events = [event for second in range(1, 20) for event in trial.observe(block(TANK, second, Quality.LAST_USABLE, level=3.0))]
    assert kinds(events) == ["raised level.stale@t1"]
    assert trial.standing("level.high", "t1").occurrence is not None


def test_an_alarm_that_asks_for_another_device_follows_that_device_too() -> None:
    meter = device("m1", [point("volts", "V")], class_="meter")
    trial = engine(site(TANK, meter), rule("dead", 'running and point("m1.volts") < 100'))
    _feed(trial, 0, running=1.0)
    assert kinds(trial.observe(block(meter, 1, volts=0.0))) == ["raised dead@t1"]


def test_priority_may_differ_by_class_of_device() -> None:
    trial = engine(SITE, rule(priority=Priority.LOW, priority_by_class={"tank": Priority.CRITICAL}))
    assert _raised(trial).priority is Priority.CRITICAL


def test_an_explanation_names_inputs_value_and_since_when() -> None:
    trial = engine(SITE, rule(on_delay_s=10))
    _feed(trial, 0, level=3.0)
    why = trial.evaluation("level.high", "t1")
    assert (why.condition, why.value, why.inputs) == ("level > 2", True, {"t1.level": 3.0})
    assert (why.pending_since_ns, why.due_ns) == (at(0), at(10))
