"""An engine that goes on from another's memory does what that one would have done."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.clock import SECOND
from model.profile import WireType
from model.quality import GOOD
from model.rule import Rule
from model.site import Device
from rules.memory import Memory
from tests.examples import examples
from tests.rules import workshop as w
from tests.rules.stories import STEPS, Says, Step, Telling


def through_json(memory: Memory) -> Memory:
    return msgspec.json.decode(msgspec.json.encode(memory), type=Memory)


def _tank(seconds: int, level: float, pressure: float) -> tuple[int, Step]:
    return seconds, Says(0, (level, pressure, 0.0, 0.0), (GOOD,) * 4)


CAUSE_GONE_AND_THEN_UNKNOWN = [
    *(_tank(0, 0.4, pressure) for pressure in (20.0, 19.9, 20.0)),
    _tank(0, 2.1, 19.9),
    *(_tank(seconds, 0.4, pressure) for seconds, pressure in ((3, 19.9), (0, 20.0), (0, 19.9))),
    _tank(2, 0.4, float("nan")),
]
"""``greatest`` is held for chattering and folded under ``level.high``; both are clear, and then nobody knows any more."""


@settings(max_examples=examples(40), deadline=None)
@example(steps=CAUSE_GONE_AND_THEN_UNKNOWN, cut=len(CAUSE_GONE_AND_THEN_UNKNOWN))
@given(steps=STEPS, cut=st.integers(0, 30))
def test_an_engine_that_recalls_goes_on_as_if_never_interrupted(steps: list[tuple[int, Step]], cut: int) -> None:
    whole, parted = Telling(), Telling()
    whole.play(steps)
    parted.play(steps[:cut])
    memory = through_json(parted.engine.memory())
    assert memory == parted.engine.memory()
    parted.engine = parted.fresh()
    parted.engine.recall(memory, memory.now_ns)
    assert parted.engine.restore(parted.standings.values(), memory.now_ns) == []
    parted.play(steps[cut:])
    assert parted.events == whole.events


PUMP = w.device("p1", [w.point("level", "m"), w.point("running")], params={"limit": 2.0})
HELD = w.rule("held", "for_last(level > limit, 10s)", off_delay_s=5)
HIGH = w.rule("high", "level > limit", on_delay_s=10)


def after_four_seconds() -> Memory:
    engine = w.engine(w.site(PUMP), HELD, HIGH)
    engine.observe(w.block(PUMP, 0, level=3.0, running=1.0))
    engine.advance(w.at(4))
    return through_json(engine.memory())


@pytest.mark.parametrize(
    ("device", "rules", "expected"),
    [
        pytest.param(PUMP, (HELD, HIGH), ["held 10", "high 10"], id="the same again"),
        pytest.param(PUMP, (replace(HIGH, on_delay_ns=SECOND * 6),), ["high 6"], id="another delay goes on"),
        pytest.param(PUMP, (replace(HIGH, when="level > 1 + limit - 1"), HELD), ["held 10", "high 14"], id="another text begins anew"),
        pytest.param(replace(PUMP, params={"limit": 2.5}), (HELD, HIGH), ["held 14", "high 14"], id="another limit begins anew"),
        pytest.param(
            PUMP, (w.rule("new", "level > 1", on_delay_s=1), HELD), ["new 5", "held 10"], id="a new rule finds the readings there"
        ),
        pytest.param(w.device("p2", PUMP.points, params={"limit": 2.0}), (HELD, HIGH), [], id="nothing of it is there any more"),
    ],
)
def test_what_a_rule_asks_anew_begins_anew_and_the_rest_goes_on(device: Device, rules: tuple[Rule, ...], expected: list[str]) -> None:
    memory = after_four_seconds()
    engine = w.engine(w.site(device), *rules)
    engine.recall(memory, w.at(4))
    assert engine.restore([], w.at(4)) == []
    events = engine.advance(w.at(60))
    assert [f"{event.standing.rule} {(event.at_ns - w.T0) // SECOND}" for event in events] == expected


def test_a_state_that_cannot_be_read_begins_anew() -> None:
    memory = after_four_seconds()
    odd = tuple(replace(window, state=("never", "written")) for window in memory.windows)
    engine = w.engine(w.site(PUMP), HELD)
    engine.recall(replace(memory, windows=odd), w.at(4))
    engine.restore([], w.at(4))
    (event,) = engine.advance(w.at(60))
    assert event.at_ns == w.at(14)


def test_what_is_at_rest_is_not_in_it() -> None:
    engine = w.engine(w.site(PUMP), HELD, HIGH)
    for second in range(3):
        engine.observe(w.block(PUMP, second, level=1.0, running=1.0))
    memory = engine.memory()
    assert (memory.alarms, memory.windows) == ((), ())
    (exchange,) = (exchange for device in memory.devices for exchange in device.exchanges)
    assert (exchange.points, exchange.values) == (("level",), (1.0,)), "nobody asks for the other"


def test_putting_it_into_words_gives_way_now_and_then() -> None:
    pumps = [w.device(f"p{number}", PUMP.points, params={"limit": 2.0}) for number in range(1000)]
    engine = w.engine(w.site(*pumps), HIGH)
    for pump in pumps:
        engine.observe(w.block(pump, 0, level=3.0))
    turns: list[None] = []
    memory = engine.noted().memory(lambda: turns.append(None))
    assert memory == engine.memory()
    assert len(turns) >= 5, "half a millisecond each is what others may be kept from the processor"


@pytest.mark.parametrize(("was", "said"), [(WireType.STRING, "auto"), (WireType.F32, 3.0)])
def test_a_point_that_was_words_and_is_a_number_now_is_as_if_it_had_not_been_read(was: WireType, said: float | str) -> None:
    now = WireType.F32 if was is WireType.STRING else WireType.STRING
    asked = {WireType.STRING: "mode == 'auto'", WireType.F32: "mode > 2"}
    before, after = (w.device("p1", [w.point("mode", type_=type_)]) for type_ in (was, now))
    old = w.engine(w.site(before), w.rule("mode", asked[was]))
    old.observe(w.block(before, 1, mode=said))
    engine = w.engine(w.site(after), w.rule("mode", asked[now]))
    engine.recall(through_json(old.memory()), w.at(2))
    assert [event.kind for event in engine.restore(old.standings(), w.at(2))] == []
    assert engine.evaluation("mode", "p1").value is None
