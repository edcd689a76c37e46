"""Severity that rises in place: one alarm, one occurrence, through all its levels."""

import pytest

from model.alarm import AlarmEvent, AlarmState, Occurrence, Priority
from model.quality import Quality
from model.rule import Level, Rule
from model.text import Text
from rules.engine import Engine
from tests.rules.workshop import OPERATOR, at, block, device, engine, lost, point, rule, site

TANK = device("t1", [point("level", "m"), point("flow")], class_="tank")
SITE = site(TANK)


def _level(id_: str, limit: float, priority: Priority, on_delay_s: int = 0) -> Level:
    return Level(id_, f"level > {limit}", priority, Text(f"{{device}} {id_}", f"{{device}} {id_}"), on_delay_s * 1_000_000_000)


HIGH = rule(
    priority=Priority.MEDIUM,
    off_delay_s=5,
    deadband={"level": 0.2},
    realarm_s=600,
    levels=(_level("hh", 3, Priority.HIGH, on_delay_s=2), _level("hhh", 4, Priority.CRITICAL)),
)


def _play(trial: Engine, *readings: tuple[float, float]) -> list[AlarmEvent]:
    return [event for at_s, level in readings for event in trial.observe(block(TANK, at_s, level=level))]


def _told(events: list[AlarmEvent]) -> list[str]:
    return [f"{event.kind} {event.occurrence.level or '-'} {event.occurrence.priority}" for event in events if event.occurrence]


def _last(events: list[AlarmEvent]) -> Occurrence:
    assert events[-1].occurrence is not None
    return events[-1].occurrence


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        pytest.param([(0, 2.5), (1, 3.5), (3, 3.5)], ["raised - medium", "rose hh high"], id="rises after the level's own delay"),
        pytest.param([(0, 2.5), (1, 3.5), (2, 2.9)], ["raised - medium"], id="too short for the level"),
        pytest.param([(0, 4.5)], ["raised hhh critical"], id="raised directly at the level"),
        pytest.param([(0, 2.5), (1, 4.5)], ["raised - medium", "rose hhh critical"], id="passes a level over"),
        pytest.param([(0, 4.5), (1, 3.9), (9, 3.9)], ["raised hhh critical"], id="within the deadband of the level"),
        pytest.param([(0, 4.5), (3, 3.5), (8, 3.5)], ["raised hhh critical", "eased hh high"], id="eases to the level below"),
        pytest.param([(0, 4.5), (1, 2.5), (6, 2.5)], ["raised hhh critical", "eased - medium"], id="eases to its own"),
        pytest.param([(0, 4.5), (1, 1.0), (6, 1.0)], ["raised hhh critical", "returned hhh critical"], id="clears from the top"),
    ],
)
def test_one_occurrence_through_its_levels(readings: list[tuple[float, float]], expected: list[str]) -> None:
    events = _play(engine(SITE, HIGH), *readings)
    assert _told(events) == expected
    assert len({event.occurrence.id for event in events if event.occurrence}) == 1


def test_a_level_whose_delay_is_over_sooner_raises_the_alarm() -> None:
    trial = engine(SITE, rule(on_delay_s=300, levels=(_level("hh", 3, Priority.CRITICAL, on_delay_s=60),)))
    assert _play(trial, (0, 2.5), (59, 2.5)) == []
    assert _play(trial, (60, 3.5)) == []
    events = trial.advance(at(120))
    assert (_told(events), events[0].at_ns) == (["raised hh critical"], at(120))
    assert trial.advance(at(300)) == []


def test_a_graver_level_that_is_due_sooner_raises_the_alarm() -> None:
    slow = rule(on_delay_s=300, levels=(_level("hh", 3, Priority.HIGH, on_delay_s=60),))
    trial = engine(SITE, slow)
    _play(trial, (0, 2.5), (100, 3.5))
    assert trial.next_due_ns == at(160)
    (raised,) = trial.advance(at(400))
    assert raised.occurrence is not None
    assert (raised.at_ns, raised.occurrence.level, raised.occurrence.condition_since_ns) == (at(160), "hh", at(0))


def test_a_level_counts_only_while_the_rule_itself_is_true() -> None:
    """It speaks of another point, and has held for long when the rule's own delay begins."""
    flow = Level("flow", "flow > 1", Priority.HIGH, Text("x", "x"), on_delay_ns=2_000_000_000)
    trial = engine(SITE, rule(priority=Priority.MEDIUM, on_delay_s=60, levels=(flow,)))
    for at_s, level in ((0, 1), (10, 1), (11, 3), (12, 1)):
        assert trial.observe(block(TANK, at_s, level=level, flow=2)) == []


def test_a_level_that_raises_at_once_does_not_raise_and_clear_for_ever() -> None:
    """What clears it holds already when it is raised: it waits for the next reading, as a rule without delays does."""
    trial = engine(SITE, rule(priority=Priority.MEDIUM, on_delay_s=10, clear_when="level > 2", levels=(_level("hh", 3, Priority.HIGH),)))
    assert _told(_play(trial, (0, 4))) == ["raised hh high"]
    assert _told(_play(trial, (1, 4))) == ["eased - medium", "returned - medium"]


def test_a_rise_must_be_heard_again_and_an_ease_keeps_the_acknowledgement() -> None:
    trial = engine(SITE, HIGH)
    name = _last(_play(trial, (0, 2.5))).id
    trial.acknowledge(name, OPERATOR, at(1))
    rose = _last(_play(trial, (2, 4.5)))
    assert (rose.state, rose.acknowledged_by, rose.text.en) == (AlarmState.ACTIVE_UNACKNOWLEDGED, None, "t1 hhh")
    (acknowledged,) = trial.acknowledge(name, OPERATOR, at(3))
    eased = _play(trial, (4, 2.5)) + trial.advance(at(9))
    assert (_last(eased).state, _last(eased).acknowledged_by, _last(eased).text.en) == (
        AlarmState.ACTIVE_ACKNOWLEDGED,
        "engineer",
        "t1 high",
    )
    assert eased[-1].standing.realarm_at_ns == acknowledged.standing.realarm_at_ns


def test_a_level_of_which_nothing_is_known_neither_rises_nor_eases() -> None:
    trial = engine(SITE, HIGH)
    _play(trial, (0, 4.5))
    assert [*trial.observe(lost(TANK, 1)), *trial.advance(at(60)), *trial.observe(block(TANK, 61, Quality.BAD, level=1.0))] == []
    assert _told(_play(trial, (62, 2.5), (67, 2.5))) == ["eased - medium"]


def test_a_level_that_is_unknown_when_the_alarm_clears_is_not_taken_into_the_next() -> None:
    jammed = Level("jam", "flow > 5", Priority.CRITICAL, Text("{device} 堵", "{device} jammed"))
    trial = engine(SITE, rule(levels=(jammed,)))
    assert _told(trial.observe(block(TANK, 0, level=3.0, flow=6.0))) == ["raised jam critical"]
    trial.observe(block(TANK, 1, Quality.BAD, flow=6.0))
    assert _told(_play(trial, (2, 1.0), (3, 3.0)))[-1] == "raised - high"


def test_a_level_that_was_reached_is_reached_after_a_restart() -> None:
    story = _play(engine(SITE, HIGH), (0, 4.5))
    after = engine(SITE, HIGH)
    assert after.restore([(story[-1].standing, story[-1].occurrence)], at(10)) == []
    assert _told(_play(after, (11, 3.5), (16, 3.5))) == ["eased hh high"]


def test_an_acknowledged_alarm_that_rises_while_shelved_stays_silent() -> None:
    trial = engine(SITE, HIGH)
    name = _last(_play(trial, (0, 2.5))).id
    trial.shelve(name, OPERATOR, "known", 60_000_000_000, at(1))
    (rose,) = _play(trial, (2, 4.5))
    assert (rose.kind, rose.standing.is_silent) == ("rose", True)


def test_a_new_version_of_the_rule_judges_on_and_says_so() -> None:
    before = rule(version="v1")
    story = engine(SITE, before).observe(block(TANK, 0, level=3.0))
    changed: Rule = rule(when="level > 5", version="v2", off_delay_s=2)
    after = engine(SITE, changed)
    (told,) = after.restore([(story[-1].standing, story[-1].occurrence)], at(10))
    assert told.kind == "rule_changed"
    assert told.occurrence is not None
    assert (told.occurrence.rule_version, told.occurrence.judged_by, told.occurrence.text) == ("v1", "v2", story[-1].occurrence.text)  # type: ignore[union-attr]
    assert engine(SITE, changed).restore([(told.standing, told.occurrence)], at(11)) == []
    assert _told(_play(after, (12, 3.0), (14, 3.0))) == ["returned - high"]
