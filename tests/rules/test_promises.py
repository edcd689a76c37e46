"""Promises to those who were let down elsewhere: two readings at once are one alarm; nothing active is ever lost from view."""

import random
from pathlib import Path

from model.alarm import AlarmEvent, AlarmState, IllegalAct
from model.clock import SECOND
from model.ports import OccurrenceFilter
from rules.engine import Engine
from store.journal import SqlJournal, open_journal
from tests.rules.workshop import OPERATOR, at, block, device, engine, point, rule, site

TANK = device("t1", [point("level", "m")], class_="tank")
ACTIVE = {AlarmState.ACTIVE_ACKNOWLEDGED, AlarmState.ACTIVE_UNACKNOWLEDGED}


def test_two_readings_milliseconds_apart_a_thousand_times_are_one_alarm_each_time() -> None:
    trial = engine(site(TANK), rule(hold=False))
    events: list[AlarmEvent] = []
    for n in range(1000):
        for offset_s, level in ((0, 3.0), (0.003, 3.1), (5, 1.0), (5.002, 1.1)):
            events += trial.observe(block(TANK, n * 10 + offset_s, level=level))
    raised = [event.occurrence.id for event in events if event.kind == "raised" and event.occurrence]
    assert len(raised) == len(set(raised)) == 1000
    assert sum(event.kind == "returned" for event in events) == 1000


def test_two_readings_milliseconds_apart_a_thousand_times_without_a_return_are_one_alarm() -> None:
    trial = engine(site(TANK), rule())
    events = [event for n in range(2000) for event in trial.observe(block(TANK, n * 0.002, level=3.0 + n % 7))]
    assert [event.kind.value for event in events] == ["raised"]


def test_nothing_active_ever_leaves_the_active_list(tmp_path: Path) -> None:
    """Acts, returns, recurrences and readings at random over forty alarms; after each the journal's list is what the engine knows."""
    chance, tanks = random.Random(5), [device(f"t{n}", [point("level", "m")], class_="tank") for n in range(40)]
    trial = engine(site(*tanks), rule(off_delay_s=1))
    journal = open_journal("sqlite", tmp_path, {})
    active: set[str] = set()
    for at_s in range(150):
        events = trial.observe(block(chance.choice(tanks), at_s, level=chance.choice([1.0, 3.0, 3.0])))
        if active and chance.random() < 0.3:
            events += _act(trial, chance, chance.choice(sorted(active)), at_s)
        with journal.write() as tx:
            for event in events:
                tx.record(event)
        active = {standing.occurrence or "" for standing, _ in trial.standings() if standing.state in ACTIVE}
        assert active <= _listed(journal)
    assert len(active) > 10
    journal.close()


def _act(trial: Engine, chance: random.Random, occurrence: str, at_s: int) -> list[AlarmEvent]:
    acts = (
        lambda: trial.acknowledge(occurrence, OPERATOR, at(at_s)),
        lambda: trial.shelve(occurrence, OPERATOR, "x", 10 * SECOND, at(at_s)),
        lambda: trial.comment(occurrence, OPERATOR, "seen", at(at_s)),
    )
    try:
        return chance.choice(acts)()
    except IllegalAct:
        return []


def _listed(journal: SqlJournal) -> set[str]:
    return {occurrence.id for occurrence in journal.occurrences(OccurrenceFilter(active=True, limit=1000))}
