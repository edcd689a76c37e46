"""A device that has not answered since the start is given time before it is called lost."""

from collections.abc import Sequence

from model.alarm import AlarmEvent, AlarmState, Occurrence, Standing
from rules.engine import FIRST_CHANCE_NS, Engine
from tests.rules.workshop import T0, at, block, device, engine, kinds, lost, point, rule, site

METER = device("m1", [point("level", "m")])
SITE = site(METER)
LOST = rule("comms.lost", "offline", on_delay_s=5, off_delay_s=5)
CHANCE_S = FIRST_CHANCE_NS // 1_000_000_000


def started(standings: Sequence[tuple[Standing, Occurrence | None]] = (), when: str = "offline") -> Engine:
    """A platform that starts at second 0."""
    begun = engine(SITE, rule("comms.lost", when, on_delay_s=5, off_delay_s=5))
    begun.restore(standings, T0)
    return begun


def silence(trial: Engine, from_s: int, to_s: int) -> list[AlarmEvent]:
    return [event for at_s in range(from_s, to_s) for event in trial.observe(lost(METER, at_s))]


def test_failed_polls_just_after_the_start_raise_nothing_when_the_device_then_comes_up() -> None:
    trial = started()
    assert silence(trial, 1, CHANCE_S) == []
    assert trial.observe(block(METER, CHANCE_S - 0.5, level=1.0)) == []
    assert trial.advance(at(1000)) == []


def test_a_device_that_never_answers_is_called_lost_once_its_chance_is_over_and_since_its_first_failure() -> None:
    (event,) = silence(started(), 1, CHANCE_S + 10)
    assert event.occurrence is not None
    assert (event.occurrence.raised_at_ns, event.occurrence.condition_since_ns) == (at(CHANCE_S), at(1))


def test_one_single_word_of_failure_is_enough() -> None:
    """A lost broker is told once, not at every poll."""
    trial = started()
    assert trial.observe(lost(METER, 1)) == []
    assert trial.next_due_ns == at(CHANCE_S)
    assert kinds(trial.advance(at(CHANCE_S))) == ["raised comms.lost@m1"]


def test_a_failure_that_begins_late_still_has_its_on_delay() -> None:
    trial = started()
    trial.observe(lost(METER, CHANCE_S - 1))
    assert trial.next_due_ns == at(CHANCE_S + 4)


def test_a_device_that_has_answered_and_falls_silent_has_had_its_chance() -> None:
    trial = started()
    trial.observe(block(METER, 1, level=1.0))
    (event,) = silence(trial, 2, 8)
    assert event.at_ns == at(7)


def test_without_a_start_nobody_waits() -> None:
    (event,) = silence(engine(SITE, LOST), 0, 6)
    assert event.at_ns == at(5)


def test_an_alarm_that_stood_before_the_restart_stays_until_the_device_answers() -> None:
    before = started()
    raised = silence(before, 1, CHANCE_S + 1)[-1]
    after = engine(SITE, LOST)
    after.restore([(raised.standing, raised.occurrence)], at(100))
    assert silence(after, 101, 140) == []
    assert after.standing("comms.lost", "m1").state is AlarmState.ACTIVE_UNACKNOWLEDGED
    assert after.observe(block(METER, 140, level=1.0)) == []
    assert kinds(after.advance(at(145))) == ["returned comms.lost@m1"]


def test_a_rule_that_asks_for_more_than_the_link_waits_no_longer_than_the_first_answer() -> None:
    trial = started(when="offline or level > 2")
    trial.observe(lost(METER, 1))
    trial.observe(block(METER, 8, level=3.0))
    assert kinds(trial.advance(at(8))) == ["raised comms.lost@m1"]


def test_a_rule_that_does_not_ask_for_the_link_waits_for_nobody() -> None:
    trial = started(when="level > 2")
    trial.observe(block(METER, 1, level=3.0))
    assert kinds(trial.advance(at(6))) == ["raised comms.lost@m1"]


def test_the_chance_moves_with_a_clock_that_is_set_back() -> None:
    trial = started()
    trial.observe(lost(METER, 10))
    assert trial.advance(at(-3590)) == []
    assert trial.next_due_ns == at(-3600 + CHANCE_S)
