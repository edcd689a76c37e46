"""Functions that remember turn at the very instant, however late somebody looks, and nobody looks in between."""

import pytest

from model.clock import SECOND
from model.rule import Scope
from rules.engine import Engine
from tests.rules.workshop import T0, at, block, device, engine, lost, point, rule, site

TANK = device("t1", [point("level", "m"), point("running")])
METER = device("m1", [point("volts", "V")])
SITE = site(TANK, METER)
MORNING_S = (6 + 24 - 22) * 3600 - 800
"""From T0, 22:13:20 on the site, to six o'clock."""


def trial(when: str, **changes: object) -> Engine:
    return engine(SITE, rule("r", when, scope=Scope(device="t1"), **changes))


@pytest.mark.parametrize(
    ("when", "readings", "expected"),
    [
        ("for_last(level > 2, 10s)", [(0, {"level": 3.0})], [("raised", at(10))]),
        ("for_last(level > 2, 10s)", [(0, {"level": 3.0}), (4, {"level": None}), (7, {"level": 3.0})], [("raised", at(13))]),
        (
            "count(running, 20s) >= 2",
            [(0, {"running": 0.0}), (1, {"running": 1.0}), (2, {"running": 0.0}), (3, {"running": 1.0})],
            [("raised", at(3)), ("returned", at(21))],
        ),
        ("not changed(level, 6s)", [(0, {"level": 1.0}), (2, {"level": 2.0})], [("raised", at(8) + 1)]),
        ("stale(level, 4s)", [(0, {"level": 1.0}), (3, {"running": 1.0})], [("raised", at(4) + 1)]),
        ("between_hours(22, 6)", [(0, {"level": 1.0})], [("raised", at(0)), ("returned", at(MORNING_S))]),
        ("for_last(not changed(level, 6s), 5s)", [(0, {"level": 1.0}), (2, {"level": 2.0})], [("raised", at(13) + 1)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_window_turns_at_its_instant_though_time_is_told_late(
    when: str, readings: list[tuple[float, dict[str, float | None]]], expected: list[tuple[str, int]]
) -> None:
    found, events = trial(when), []
    for at_s, values in readings:
        known = {name: value for name, value in values.items() if value is not None}
        events += found.observe(block(TANK, at_s, **known) if known else lost(TANK, at_s))
    events += found.advance(at(40_000))
    assert [(event.kind.value, event.at_ns) for event in events] == expected


@pytest.mark.parametrize(
    ("when", "due_ns"),
    [
        ("for_last(level > 2, 10s)", at(10)),
        ("not changed(level, 1min)", at(60)),
        ("count(level > 2, 1h) > 3", None),
        ("rate(level, 5min) > 0.1", None),
        ("level > 2 and between_hours(22, 6)", at(MORNING_S)),
    ],
)
def test_an_alarm_is_woken_when_its_window_can_turn_and_not_before(when: str, due_ns: int | None) -> None:
    found = trial(when, on_delay_ns=SECOND // 2)
    found.observe(block(TANK, 0, level=3.0))
    found.advance(at(1))
    assert found.next_due_ns == due_ns


def test_a_rate_is_sampled_by_the_blocks_of_the_devices_it_speaks_of() -> None:
    found = trial('rate(level, 10s) > 0.5 or point("m1.volts") > 300')
    for second in range(4):
        found.observe(block(TANK, 2 * second, level=0.2 * second))
    assert found.observe(block(METER, 6.5, volts=230.0)) == []
    (event,) = found.observe(block(TANK, 7, level=6.0))
    assert event.kind.value == "raised"


def test_changed_without_a_window_holds_until_the_next_reading() -> None:
    found = trial("changed(level)")
    story = [found.observe(block(TANK, second, level=level)) for second, level in enumerate((1.0, 2.0))]
    story += [found.advance(at(50)), found.observe(block(TANK, 60, level=2.0))]
    assert [[event.kind.value for event in events] for events in story] == [[], ["raised"], [], ["returned"]]


@pytest.mark.parametrize("when", ["for_last(level > 2, 10s)", "not changed(level, 10s)", "stale(level, 10s)"])
def test_what_a_window_has_seen_stays_seen_when_the_clock_is_set_back(when: str) -> None:
    found = trial(when)
    found.observe(block(TANK, 0, level=3.0))
    found.advance(at(6))
    assert found.advance(at(-3600)) == []
    assert found.advance(at(-3597)) == []
    (event,) = found.advance(at(-3595))
    assert event.at_ns - T0 + 3596 * SECOND in (0, 1)
