"""First-out: the mark goes by source time, among those active together."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.alarm import AlarmEvent, Occurrence
from model.reading import Block
from model.rule import Within
from rules.alarm_state import ACTIVE
from rules.engine import Engine
from tests.examples import examples
from tests.rules.workshop import at, block, device, engine, out_of_service, point, rule, site

PUMP = device("p1", [point("flow"), point("heat"), point("amps")])
OTHER = device("p2", [point("flow"), point("heat"), point("amps")])
SITE = site(PUMP, OTHER)
RULES = tuple(rule(f"{name}.high", f"{name} > 2", first_out="trip") for name in ("flow", "heat", "amps"))
IN_AREA = tuple(replace(one, first_out_within=Within.AREA) for one in RULES)


def _at_source(read: Block, source_s: float) -> Block:
    return replace(read, source_ns=at(source_s))


def _marks(events: list[AlarmEvent]) -> list[tuple[str, str, bool | None]]:
    return [
        (event.kind.value, event.standing.rule.removesuffix(".high"), event.occurrence.first_out) for event in events if event.occurrence
    ]


def _raise(trial: Engine, name: str, at_s: float, source_s: float | None = None) -> list[tuple[str, str, bool | None]]:
    return _marks(trial.observe(_at_source(block(PUMP, at_s, **{name: 3.0}), at_s if source_s is None else source_s)))


def test_the_first_by_source_time_is_marked_and_who_comes_later_is_not() -> None:
    trial = engine(SITE, *RULES)
    assert _raise(trial, "flow", 10) == [("raised", "flow", True)]
    assert _raise(trial, "heat", 11) == [("raised", "heat", False)]
    assert _raise(trial, "amps", 12, source_s=10) == [("raised", "amps", False)]


def test_a_reading_that_came_later_but_was_earlier_at_its_source_takes_the_mark() -> None:
    trial = engine(SITE, *RULES)
    _raise(trial, "flow", 10)
    assert _raise(trial, "heat", 11, source_s=8) == [("raised", "heat", True), ("first_out", "flow", False), ("first_out", "heat", True)]


def test_source_time_is_that_of_the_reading_with_which_the_delay_began() -> None:
    trial = engine(SITE, replace(RULES[0], on_delay_ns=5_000_000_000), RULES[1])
    assert _raise(trial, "flow", 10) == []
    assert _raise(trial, "heat", 12) == [("raised", "heat", True)]
    trial.observe(block(PUMP, 13, flow=4.0))
    events = trial.advance(at(15))
    assert _marks(events) == [("raised", "flow", True), ("first_out", "heat", False), ("first_out", "flow", True)]
    assert events[0].occurrence is not None
    assert (events[0].occurrence.source_ns, events[0].occurrence.group) == (at(10), "trip@p1")


def test_who_comes_after_the_clock_was_set_back_is_no_first() -> None:
    trial = engine(SITE, *RULES)
    _raise(trial, "flow", 3600)
    trial.advance(at(3602))
    restarted = engine(SITE, *RULES)
    restarted.restore(trial.standings(), at(4))
    restarted.resume(at(4))
    for one in (trial, restarted):
        assert _raise(one, "heat", 5) == [("raised", "heat", False)]


def test_once_all_are_gone_the_next_is_a_first_again() -> None:
    trial = engine(SITE, *RULES)
    _raise(trial, "flow", 10)
    _raise(trial, "heat", 11)
    trial.observe(block(PUMP, 12, flow=1.0))
    assert _raise(trial, "amps", 13) == [("raised", "amps", False)]
    trial.observe(block(PUMP, 14, heat=1.0, amps=1.0))
    assert _raise(trial, "flow", 15)[-1] == ("raised", "flow", True)


@pytest.mark.parametrize(("rules", "expected"), [(RULES, True), (IN_AREA, False)], ids=["of each device", "of the area"])
def test_a_group_is_of_a_device_or_of_an_area(rules: tuple[object, ...], expected: bool) -> None:
    trial = engine(SITE, *rules)  # type: ignore[arg-type]
    _raise(trial, "flow", 10)
    (raised,) = trial.observe(block(OTHER, 11, heat=3.0))
    assert raised.occurrence is not None
    assert raised.occurrence.first_out is expected


def test_what_is_out_of_service_is_never_the_first() -> None:
    trial = engine(SITE, *RULES)
    out_of_service(trial, "flow.high", "p1", 0)
    assert _raise(trial, "flow", 10) == [("raised", "flow", False)]
    assert _raise(trial, "heat", 11) == [("raised", "heat", True)]


def test_the_mark_outlives_a_restart() -> None:
    before = engine(SITE, *RULES)
    (raised,) = before.observe(block(PUMP, 10, flow=3.0))
    after = engine(SITE, *RULES)
    after.restore([(raised.standing, raised.occurrence)], at(20))
    assert _raise(after, "heat", 21) == [("raised", "heat", False)]
    assert _raise(after, "amps", 22, source_s=9)[-1] == ("first_out", "amps", True)


def test_an_alarm_in_no_group_has_no_mark() -> None:
    (raised,) = engine(SITE, rule("flow.high", "flow > 2")).observe(block(PUMP, 1, flow=3.0))
    assert raised.occurrence is not None
    assert (raised.occurrence.group, raised.occurrence.first_out) == ("", None)


@given(st.lists(st.tuples(st.sampled_from(["flow", "heat", "amps"]), st.booleans(), st.integers(-5, 5)), max_size=14))
@settings(max_examples=examples(30), deadline=None)
def test_never_two_firsts_and_no_other_was_earlier(story: list[tuple[str, bool, int]]) -> None:
    """Alarms of one group come and go with readings that are early or late at their source."""
    trial, active = engine(SITE, *(replace(one, hold=False) for one in RULES)), dict[str, Occurrence]()
    for at_s, (name, is_high, shift_s) in enumerate(story):
        was_empty = not active
        for event in trial.observe(_at_source(block(PUMP, at_s, **{name: 3.0 if is_high else 1.0}), at_s + shift_s)):
            if event.occurrence is not None:
                active[event.standing.rule] = event.occurrence
        active = {rule_id: one for rule_id, one in active.items() if trial.standing(rule_id, "p1").state in ACTIVE}
        firsts = [one for one in active.values() if one.first_out]
        assert len(firsts) <= 1
        assert all(one.source_ns >= first.source_ns for first in firsts for one in active.values())
        assert firsts or not (was_empty and active)
