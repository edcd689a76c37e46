"""Random stories for properties of the engine: a small site under rules of every kind, and whatever its devices may say."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from hypothesis import strategies as st

from model.alarm import AlarmEvent, AlarmState, Occurrence, Priority, Standing
from model.clock import SECOND
from model.profile import WireType
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault, failed_block
from model.rule import Level, Scope
from model.site import ModbusTcp
from model.text import Text
from rules.engine import Engine
from tests.rules import workshop as w

TANK = replace(
    w.device(
        "t1",
        [
            w.point("level", "m"),
            w.point("pressure", "kPa"),
            w.point("status", type_=WireType.BITS),
            w.point("running", type_=WireType.BOOL),
        ],
        "tank",
    ),
    connection=ModbusTcp("10.0.0.1", 502, 1),
)
METER = replace(
    w.device("m1", [w.point("volts", "V"), w.point("mode", type_=WireType.STRING)], "meter"), connection=ModbusTcp("10.0.0.1", 502, 2)
)
DEVICES = (TANK, METER)
SITE = w.site(*DEVICES)
_TANK, _WORDS = Scope(device="t1"), Text("x", "x")
RULES = (
    w.rule("level.high", "level > 2", deadband={"level": 0.1}, on_delay_s=3, off_delay_s=2, scope=_TANK, suppressed_by=("comms.lost",)),
    w.rule("level.low", "level <= 0.5", clear_when="level > 1", scope=_TANK, latched=True),
    w.rule("level.between", "0.5 < level < 2.1", deadband={"level": 0.05}, scope=_TANK),
    w.rule("level.torn", "level > 1.2", clear_when="level < 2.04", off_delay_s=1, scope=_TANK),
    w.rule("level.away", "abs(level) >= 2.05", scope=_TANK),
    w.rule("pressure.low", "not pressure > 0.02", units={"pressure": "MPa"}, deadband={"pressure": 0.0001}, on_delay_s=1, scope=_TANK),
    w.rule("unbalance", "max(level, pressure) > 10 * min(level, pressure)", on_delay_s=2, scope=_TANK),
    w.rule("greatest", "max(level, pressure, 0.1) >= 20 and min(level, pressure) < 2", scope=_TANK, suppressed_by=("level.high",)),
    w.rule("bits", "bit(status, 3) or status == 4 or status in (5, 6)", scope=_TANK),
    w.rule("held", "for_last(level > 2, 5s) or for_last(not running, 7s)", scope=_TANK),
    w.rule("starts", "count(running, 20s) >= 2", off_delay_s=1, scope=_TANK),
    w.rule("frozen", "not changed(level, 6s)", on_delay_s=1, scope=_TANK),
    w.rule("stale", "stale(level, 4s)", scope=_TANK),
    w.rule("rising", "rate(level, 6s) > 0.1 or changed(pressure)", scope=_TANK),
    w.rule("far", 'running and point("m1.volts") < 100', on_delay_s=1),
    w.rule("words", 'mode == "F" or volts > 200', scope=Scope(device="m1"), realarm_s=9),
    w.rule("comms.lost", "offline", on_delay_s=2, off_delay_s=2),
    w.rule("graver", "level > 1", off_delay_s=3, scope=_TANK, levels=(Level("high", "level > 2", Priority.CRITICAL, _WORDS, 2 * SECOND),)),
)
Step = Callable[[int], Block | None]
"""From its time in seconds what a device says then; None: time passes."""

_NUMBERS = {
    "level": (0.4, 0.5, 0.51, 1.5, 2.0, 2.0000000000000004, 2.05, -1.0, -2.2, 25.0),
    "pressure": (19.9, 19.999999999999996, 20.0, 20.000000000000004, 20.1, 1.0, 30.0),
    "status": (0.0, 4.0, 5.0, 8.0, 12.0),
    "running": (0.0, 1.0),
    "volts": (50.0, 99.0, 100.0, 230.0),
    "mode": ("A", "F"),
}
_ODD = (float("nan"), float("inf"), float("-inf"))


@dataclass(frozen=True)
class Says:
    """A block as it would come: by column a value and a quality."""

    device: int
    numbers: tuple[Any, ...]
    qualities: tuple[int, ...]

    def __call__(self, at_ns: int) -> Block:
        device = DEVICES[self.device]
        values, texts = array("d", [float("nan")]) * len(device.points), dict[int, str]()
        for column, (number, quality) in enumerate(zip(self.numbers, self.qualities, strict=True)):
            if isinstance(number, str):
                texts[column] = number
            elif quality >= Quality.UNCERTAIN and quality != ABSENT:
                values[column] = number
        return Block(device.id, at_ns - SECOND // 4, at_ns, values, bytes(self.qualities), texts)


@dataclass(frozen=True)
class Fails:
    device: int
    fault: Fault

    def __call__(self, at_ns: int) -> Block:
        return failed_block(DEVICES[self.device].id, len(DEVICES[self.device].points), at_ns, self.fault)


def _says(device: int) -> st.SearchStrategy[Says]:
    points = [point.name for point in DEVICES[device].points]
    plain = st.tuples(*(st.sampled_from(_NUMBERS[name]) for name in points))
    odd = st.tuples(*(st.sampled_from(_NUMBERS[name] if name == "mode" else _NUMBERS[name] + _ODD) for name in points))
    good = st.just((GOOD,) * len(points))
    some = [GOOD, ABSENT, Quality.SENSOR_FAILURE, Quality.OUT_OF_RANGE, Quality.LAST_USABLE]
    mixed = st.tuples(*(st.sampled_from(some) for _ in points))
    return st.one_of(
        st.builds(Says, st.just(device), plain, good),
        st.builds(Says, st.just(device), odd, good),
        st.builds(Says, st.just(device), plain, mixed),
    )


def _passes(at_ns: int) -> None:
    """Nobody says anything."""


STEPS = st.lists(
    st.tuples(
        st.sampled_from((0, 1, 2, 3, 5)),
        st.one_of(
            _says(0),
            _says(0),
            _says(1),
            st.builds(Fails, st.integers(0, 1), st.sampled_from((Fault.TIMEOUT, Fault.EXCEPTION))),
            st.just(_passes),
        ),
    ),
    min_size=12,
    max_size=24,
)
"""(seconds since the step before, what happens then)."""


class Telling:
    """Plays steps into an engine, acknowledges every other occurrence, and keeps what a journal would keep."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.engine = self.fresh()
        self.at_ns = w.T0
        self.events: list[AlarmEvent] = []
        self.standings: dict[tuple[str, str], tuple[Standing, Occurrence | None]] = {}

    def fresh(self) -> Engine:
        return Engine(SITE, RULES, lambda at_ns: f"A{next(self._numbers):04d}")

    def play(self, steps: Iterable[tuple[int, Step]], before: Callable[[], None] = lambda: None) -> None:
        for seconds, step in steps:
            self.at_ns += seconds * SECOND
            before()
            block = step(self.at_ns)
            self._hear(self.engine.advance(self.at_ns) if block is None else self.engine.observe(block))
            self._acknowledge_some()

    def _acknowledge_some(self) -> None:
        for standing, occurrence in list(self.standings.values()):
            seen = standing.state in (AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED)
            if occurrence and seen and int(occurrence.id[1:]) % 2:
                self._hear(self.engine.acknowledge(occurrence.id, w.OPERATOR, self.at_ns))

    def _hear(self, events: Sequence[AlarmEvent]) -> None:
        for event in events:
            self.events.append(event)
            self.standings[event.standing.rule, event.standing.device] = (event.standing, event.occurrence)
