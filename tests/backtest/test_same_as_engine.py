"""The heart of the backtest: over any past it raises, clears and folds exactly what a plain engine does that hears the same blocks."""

from collections.abc import Sequence
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.alarm import AlarmEvent, Priority
from model.clock import SECOND
from model.reading import Block
from model.rule import Level, Rule, Scope
from model.site import Site
from model.text import Text
from rules.backtest import Trial
from rules.engine import Engine
from tests.backtest.histories import END, T0, columns, pasts
from tests.backtest.sites import LINE_SITE, PUMP1, PUMP2, SITE
from tests.examples import examples
from tests.rules import workshop
from tests.rules.workshop import rule

CONDITIONS = (
    "level > 2",
    "level > rated and running",
    "not (level < 1 or running == 0)",
    "min(level, running) < max(status, 1) - abs(running)",
    "level / running > 1 or level % 2 == 1",
    "bit(status, 0) or bits(status, 1, 2) == 3",
    'mode == "E" or mode in ("A", "idle state")',
    'matches("loop*", 3, 3) > 0',
    "offline",
    "rate(level, 20s) > 0.05",
    "for_last(level > 1, 15s)",
    "for_last(level > 1, 15s) and not for_last(running, 5s)",
    "count(running, 30s) >= 2",
    "not changed(level, 12s)",
    "changed(status)",
    "changed(mode, 10s) and running",
    "stale(level, 20s)",
    "stale(level, 20s) or stale(running, 9s)",
    'point("pump2.level") > level',
    "between_hours(22, 23) and level > 1",
    'any("pump*", level > 2)',
    'sum("pump*", level) > 4',
    'mean("pump*", level, 0.5) >= 2',
    'count_of("pump*", running) == 1',
    'all("pump*", not offline)',
    "rate(for_last(level > 1, 15s), 30s) > 0",
    'changed(point("pump2.level"), 7s)',
    "count(for_last(level > 1, 4s), 1min) > 1",
)


def plain(site_: Site, rules: Sequence[Rule], blocks: Sequence[Block]) -> list[AlarmEvent]:
    numbers = count(1)
    engine = Engine(site_, rules, lambda _: f"{next(numbers)}")
    events = engine.advance(T0 - SECOND)
    for block in blocks:
        events += engine.observe(block)
    return events + engine.advance(END - 1)


def tried(site_: Site, rules: Sequence[Rule], blocks: Sequence[Block], borders: Sequence[int]) -> list[AlarmEvent]:
    events: list[AlarmEvent] = []
    trial = Trial(site_, {"now": rules}, [one.id for one in rules], lambda _, event: events.append(event))
    edges = [T0 - SECOND, *sorted({T0 + border * SECOND // 2 for border in borders}), END]
    for start_ns, end_ns in pairwise(edges):
        trial.begin(start_ns, end_ns)
        for past in columns(blocks, list(site_.devices.values()), start_ns, end_ns):
            trial.take(past)
        trial.finish()
    return events


def told(events: Sequence[AlarmEvent]) -> list[tuple[object, ...]]:
    """Without ids, values and bytes."""
    return [_told(event) for event in events]


def _told(event: AlarmEvent) -> tuple[object, ...]:
    standing, occurrence = event.standing, event.occurrence
    folded = standing.suppression.by if standing.suppression else None
    line: tuple[object, ...] = (event.kind, event.at_ns - T0, standing.rule, standing.device, standing.state, standing.flags, folded)
    if occurrence is None:
        return line
    times = (occurrence.condition_since_ns, occurrence.raised_at_ns, occurrence.returned_at_ns, occurrence.ended_at_ns)
    shown = (occurrence.priority, occurrence.level, occurrence.annunciated, occurrence.first_out, occurrence.hold, occurrence.flips)
    return (*line, *times, *shown)


borders = st.lists(st.integers(1, 500), max_size=4)
delays = st.sampled_from([0, 0, 1, 4, 10, 15])
rules_of = st.builds(
    lambda on, off, deadband, latched, clear: {"on_delay_s": on, "off_delay_s": off, "deadband": deadband, "latched": latched, **clear},
    delays,
    delays,
    st.sampled_from([{}, {"level": 0.15}, {"level": 1.5, "running": 0.5}]),
    st.booleans(),
    st.sampled_from([{}, {"clear_when": "running"}, {"clear_when": "stale(level, 20s)"}]),
)


@pytest.mark.parametrize("when", CONDITIONS)
@given(blocks=pasts([PUMP1, PUMP2]), changes=rules_of, borders=borders)
@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_condition_turns_at_the_same_instants(when: str, blocks: list[Block], changes: dict[str, object], borders: list[int]) -> None:
    asked = [rule("a.rule", when, **changes)]
    assert told(tried(SITE, asked, blocks, borders)) == told(plain(SITE, asked, blocks))


def test_a_rule_without_delays_waits_for_its_next_reading_whatever_time_or_a_border_brings() -> None:
    """What clears it holds already when it is raised; its window lapses in between, at 11 s."""
    asked = [rule("a.rule", "changed(mode, 10s) and running", clear_when="level < 1")]
    blocks = [workshop.block(PUMP1, at_s, level=0, running=1, mode=mode) for at_s, mode in ((0, "A"), (1, "E"), (13, "E"), (20, "E"))]
    expected = [("raised", 1), ("returned", 13)]
    for events in (plain(SITE, asked, blocks), tried(SITE, asked, blocks, []), tried(SITE, asked, blocks, [14, 22, 30])):
        assert [(event.kind.value, (event.at_ns - T0) // SECOND) for event in events] == expected


def test_what_a_block_says_counts_for_an_alarm_that_another_turns_with_that_block() -> None:
    """The feeder goes dead with the very block that ends what would clear the pump's waiting alarm."""
    asked = [
        rule("dead", "running == 0", scope=Scope(device="pump1")),
        rule("high", "level > 2", scope=Scope(device="pump2"), clear_when='point("pump1.level") > 1', on_delay_s=1, **_under("dead")),
    ]
    blocks = [
        workshop.block(PUMP1, 0.4, level=2, running=1),
        workshop.block(PUMP2, 0.5, level=3),
        workshop.block(PUMP1, 1.6, level=0, running=0),
    ]
    assert [event.kind.value for event in plain(SITE, asked, blocks)] == ["raised", "raised"]
    assert told(tried(SITE, asked, blocks, [])) == told(plain(SITE, asked, blocks))


def test_points_that_are_only_matched_are_read_too() -> None:
    """Of a device that is polled; one that is heard by messages is read whole."""
    trial = Trial(LINE_SITE, {"now": [rule("a.rule", 'matches("loop*", 3, 3) > 0')]}, ["a.rule"], lambda *_: None)
    loops = {PUMP1.profile.column("loop1"), PUMP1.profile.column("loop2")}
    assert all(loops <= columns for columns in trial.wanted.values())


def _under(*rules: str) -> dict[str, tuple[str, ...]]:
    return {"suppressed_by": rules}


def _book() -> list[Rule]:
    """Everything that can decide an occurrence beside its condition: causes, groups, levels, latching, recovery apart."""
    grave = Level("grave", "level > 2.5", Priority.CRITICAL, Text("很高", "very high"), on_delay_ns=2 * SECOND)
    return [
        rule("gateway.lost", "offline", scope=Scope(device_class="gateway"), on_delay_s=2),
        rule("comms.lost", "offline", on_delay_s=3, suppressed_by=("gateway.lost",)),
        rule("power.off", "running == 0", scope=Scope(device="pump1"), on_delay_s=1, suppressed_by=("comms.lost",), first_out="trip"),
        rule("level.high", "level > 1.5", deadband={"level": 0.6}, on_delay_s=4, off_delay_s=3, levels=(grave,), **_under("power.off")),
        rule("level.apart", "level > 2", clear_when="level < 1 or running", suppressed_by=("comms.lost", "power.off"), first_out="trip"),
        rule("status.odd", "bit(status, 0)", latched=True, on_delay_s=1, suppressed_by=("level.high", "status.odd"), realarm_s=20),
        rule("stands.still", "not changed(level, 9s)", off_delay_s=2, suppressed_by=("comms.lost",)),
        rule("quick", "level > 1", hold=True),
    ]


BOOK = _book()


@given(blocks=pasts([PUMP1, PUMP2], most=120), borders=borders)
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_whole_book_comes_out_the_same(blocks: list[Block], borders: list[int]) -> None:
    assert told(tried(LINE_SITE, BOOK, blocks, borders)) == told(plain(LINE_SITE, BOOK, blocks))
