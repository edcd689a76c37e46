"""Adopting the same book again, at whatever moment, changes nothing of what happens afterwards."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from model.alarm import AlarmEvent, IllegalAct, Priority
from model.clock import SECOND
from model.quality import Quality
from model.rule import Level, Scope
from model.text import Text
from rules.engine import Engine
from tests.examples import examples
from tests.rules import workshop as w

POINTS = (w.point("level"), w.point("running"))
FEEDER = w.device("feeder", POINTS, "feeder", feeds=("pump1", "pump2"))
PUMPS = (w.device("pump1", POINTS), w.device("pump2", POINTS))
DEVICES = (FEEDER, *PUMPS)
SITE = w.site(*DEVICES)
PUMP = Scope(device_class="pump")
GRAVE = Level("grave", "level > 4", Priority.CRITICAL, Text("更高", "higher"), 3 * SECOND)
RULES = (
    w.rule("feeder.off", "level > 2", scope=Scope(device_class="feeder"), on_delay_s=2, off_delay_s=2),
    w.rule("pump.high", "level > 2", scope=PUMP, on_delay_s=5, off_delay_s=4, deadband={"level": 0.5}, suppressed_by=("feeder.off",)),
    w.rule("pump.grave", "level > 2", scope=PUMP, levels=(GRAVE,), off_delay_s=3, first_out="trip"),
    w.rule("pump.latched", "level > 3", scope=PUMP, latched=True, realarm_s=20, first_out="trip"),
    w.rule("pump.long", "for_last(level > 1, 10s)", scope=PUMP, on_delay_s=3),
    w.rule("pump.starts", "count(running, 30s) >= 2", scope=PUMP),
    w.rule("pump.climbs", "rate(level, 10s) > 0.1", scope=PUMP, off_delay_s=2),
    w.rule("pump.moves", "changed(level, 8s) and running", scope=PUMP, clear_when="level < 1 and not running", on_delay_s=2),
    w.rule("pump.stale", "stale(level, 15s)", scope=PUMP),
    w.rule("any.lost", "offline", on_delay_s=10),
)


@dataclass(frozen=True)
class Step:
    """After so many seconds a device says this (None: it does not answer), or somebody acts on the newest open alarm."""

    after_s: float
    device: int
    level: float | None
    running: int = 0
    quality: Quality = Quality.GOOD
    act: str = ""


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from([0.1, 1.0, 2.0, 3.0, 7.0, 40.0]),
        st.integers(0, len(DEVICES) - 1),
        st.sampled_from([None, 0.0, 1.8, 2.5, 3.5, 5.0, 5.0]),
        st.integers(0, 1),
        st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.SENSOR_FAILURE]),
        st.sampled_from(["", "", "", "acknowledge", "shelve", "reset"]),
    ),
    min_size=5,
    max_size=40,
)


def lived(steps: Sequence[Step], changes: Collection[int]) -> list[AlarmEvent]:
    """Everything that happens; before the numbered steps the book is adopted anew."""
    numbers = count(1)

    def new_id(at_ns: int) -> str:
        return f"A{next(numbers):04d}"

    engine = Engine(SITE, RULES, new_id)
    now_s = 0.0
    events = engine.restore([], w.at(now_s))
    for number, step in enumerate(steps):
        if number in changes:
            events += engine.adopt(Engine(SITE, RULES, new_id), w.at(now_s))
        now_s += step.after_s
        device = DEVICES[step.device]
        said = w.lost(device, now_s) if step.level is None else w.block(device, now_s, step.quality, level=step.level, running=step.running)
        events += engine.observe(said)
        if step.act:
            events += _acted(engine, step.act, w.at(now_s))
    return events + engine.advance(w.at(now_s + 300))


def _acted(engine: Engine, act: str, now_ns: int) -> list[AlarmEvent]:
    open_ones = sorted(occurrence.id for _, occurrence in engine.standings() if occurrence)
    acts: dict[str, Callable[[str], list[AlarmEvent]]] = {
        "acknowledge": lambda id: engine.acknowledge(id, w.OPERATOR, now_ns),
        "shelve": lambda id: engine.shelve(id, w.OPERATOR, "test", 20 * SECOND, now_ns),
        "reset": lambda id: engine.reset(id, w.OPERATOR, now_ns),
    }
    try:
        return acts[act](open_ones[-1]) if open_ones else []
    except IllegalAct:
        return []


@settings(max_examples=examples(25))
@given(steps, st.sets(st.integers(1, 39), min_size=1, max_size=6))
def test_adopting_the_same_book_changes_no_event(story: list[Step], changes: set[int]) -> None:
    assert lived(story, changes) == lived(story, ())
