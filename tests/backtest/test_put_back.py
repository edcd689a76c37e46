"""A store of changes leaves most readings out; put back, they are judged as if all had been kept."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from guanjia.backtest.put_back import PutBack
from model.alarm import AlarmEvent
from model.clock import MINUTE, SECOND
from model.quality import Quality
from model.reading import Block
from model.site import Site
from rules.backtest import Trial
from store.history.thinning import Thinning
from tests.backtest.histories import END, T0, columns
from tests.backtest.sites import PUMP1
from tests.backtest.test_same_as_engine import plain, told
from tests.examples import examples
from tests.rules.workshop import block, rule, site

EVERY_NS, HEARTBEAT_NS = 5 * SECOND, 30 * SECOND
PUMP = replace(PUMP1, every_ns=EVERY_NS, feeds=())
SITE: Site = site(PUMP)
BOOK = [
    rule("high", "level > 2", on_delay_s=7),
    rule("stale", "stale(level, 12s)"),
    rule("still", "not changed(level, 11s)"),
    rule("rising", "rate(level, 40s) > 0.02"),
    rule("often", "count(running, 1min) > 1"),
]
runs = st.lists(st.tuples(st.sampled_from([1.0, 1.0, 2.5, 3.0, None]), st.booleans(), st.integers(1, 9)), min_size=1, max_size=9)


def _polls(runs_: list[tuple[float | None, bool, int]]) -> list[Block]:
    """Every 5 s, each value for as many polls; None is a level that can't be read. The last one goes on to the end."""
    said = [(level, running) for level, running, polls in runs_ for _ in range(polls)]
    said += said[-1:] * 60
    return [_poll(5 * number, level, running) for number, (level, running) in enumerate(said) if 5 * number < 260]


def _poll(at_s: int, level: float | None, running: bool) -> Block:
    polled = block(PUMP, at_s, level=1.0 if level is None else level, running=float(running))
    if level is not None:
        return polled
    polled.values[0] = float("nan")
    return replace(polled, qualities=bytes([Quality.SENSOR_FAILURE]) + polled.qualities[1:])


@given(runs=runs, border=st.integers(1, 250))
@settings(max_examples=examples(25), deadline=None)
def test_rules_come_out_as_if_everything_had_been_stored(runs: list[tuple[float | None, bool, int]], border: int) -> None:
    blocks = _polls(runs)
    thinning = Thinning({PUMP.id: [0.0] * len(PUMP.points)}, HEARTBEAT_NS)
    stored = [replace(one, qualities=news) for one in blocks if (news := thinning.news(one)) is not None]
    assert len(stored) < len(blocks)
    events: list[AlarmEvent] = []
    trial = Trial(SITE, {"now": BOOK}, [one.id for one in BOOK], lambda _, event: events.append(event))
    device = PutBack(PUMP, dict.fromkeys(range(len(PUMP.points)), HEARTBEAT_NS + EVERY_NS + MINUTE))
    for start_ns, end_ns in ((T0 - SECOND, T0 + border * SECOND), (T0 + border * SECOND, END)):
        trial.begin(start_ns, end_ns)
        found = columns(stored, [PUMP], start_ns, end_ns)
        if whole := device.whole(found[0] if found else None, start_ns, end_ns):
            assert bool((np.diff(whole.source_ns) == EVERY_NS).all())
            trial.take(whole)
        trial.finish()
    assert told(events) == told(plain(SITE, BOOK, blocks))
