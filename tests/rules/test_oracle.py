"""The engine against an oracle that shares nothing with it: one alarm with a graver level, every event, any order, killed at any moment."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from model.alarm import AlarmEvent, IllegalAct, Occurrence, Priority, Standing
from model.clock import SECOND
from model.rule import Level
from model.text import Text
from tests.examples import examples
from tests.rules import workshop as w
from tests.rules.oracle import GRAVE_ON_S, OFF_S, ON_S, SHELVE_S, Oracle

LAPSES = st.sampled_from([6, 3, 1, 0])
TANK = w.device("t", [w.point("level", "m")], "tank")
SITE = w.site(TANK)
ALARM = ("level.high", "t")
GRAVE = Level("hh", "level > 3", Priority.CRITICAL, Text("重", "grave"), GRAVE_ON_S * SECOND)


class EngineAgainstOracle(RuleBasedStateMachine):
    @initialize(latched=st.booleans())
    def begin(self, latched: bool) -> None:
        self.book = (w.rule(on_delay_s=ON_S, off_delay_s=OFF_S, latched=latched, levels=(GRAVE,)),)
        self.engine = w.engine(SITE, *self.book)
        self.oracle = Oracle(latched)
        self.at_s = 0
        self.open: dict[str, Occurrence] = {}
        self.raised: list[str] = []
        self.standing = Standing(*ALARM)

    @rule(level=st.sampled_from([2.5, 1.0, 4.0]), seconds=LAPSES)
    def a_reading_comes_and_holds(self, level: float, seconds: int) -> None:
        self._read(level, seconds)

    @rule(times=st.integers(2, 6), pause=st.sampled_from([6, 40]), level=st.sampled_from([2.5, 4.0]))
    def it_comes_and_goes(self, times: int, pause: int, level: float) -> None:
        for _ in range(times):
            self._read(level, ON_S)
            self._read(1.0, pause)

    @rule(seconds=st.sampled_from([60, 300, 900]))
    def a_long_time_passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self._second()

    @rule(seconds=LAPSES)
    def the_device_falls_silent(self, seconds: int) -> None:
        events = self.engine.observe(w.lost(TANK, self.at_s))
        self.oracle.reading(None, None)
        self._hear(events)
        for _ in range(seconds):
            self._second()

    @rule()
    def acknowledge(self) -> None:
        self._act_on_occurrence(self.oracle.acknowledge, lambda name: self.engine.acknowledge(name, w.OPERATOR, w.at(self.at_s)))

    @rule()
    def reset(self) -> None:
        self._act_on_occurrence(self.oracle.reset, lambda name: self.engine.reset(name, w.OPERATOR, w.at(self.at_s)))

    @rule()
    def shelve(self) -> None:
        name = self.standing.occurrence
        if name is None:
            return
        legal = self.oracle.shelf_s is None
        self._act(legal, lambda: self.engine.shelve(name, w.OPERATOR, "x", SHELVE_S * SECOND, w.at(self.at_s)))
        if legal:
            self.oracle.shelf_s = SHELVE_S

    @rule(act=st.sampled_from(["ask", "approve", "refuse", "back"]))
    def out_of_service(self, act: str) -> None:
        now_ns = w.at(self.at_s)
        acts: dict[str, Callable[[], list[AlarmEvent]]] = {
            "ask": lambda: self.engine.request_removal(*ALARM, w.OPERATOR, "works", now_ns),
            "approve": lambda: self.engine.approve_removal(*ALARM, w.MANAGER, now_ns),
            "refuse": lambda: self.engine.refuse_removal(*ALARM, w.MANAGER, "no", now_ns),
            "back": lambda: self.engine.in_service(*ALARM, w.OPERATOR, now_ns),
        }
        self._act(self.oracle.serve(act), acts[act])

    @precondition(lambda self: self.oracle.is_steady)
    @rule()
    def kill_and_start_again_from_the_journal_alone(self) -> None:
        self._start_again(remembering=False)
        self.oracle.reading(None, None)

    @rule()
    def kill_and_start_again_with_what_it_remembered(self) -> None:
        self._start_again(remembering=True)

    @invariant()
    def engine_and_oracle_agree(self) -> None:
        if not hasattr(self, "oracle"):
            return
        standing, oracle = self.standing, self.oracle
        assert self.engine.standing(*ALARM) == standing
        assert standing.state == oracle.state()
        assert standing.is_silent == oracle.silent
        assert (standing.hold.kind if standing.hold else "") == oracle.hold
        assert (standing.request is not None) == (oracle.service == "asked")
        assert len(self.raised) == len(set(self.raised)) == oracle.count
        assert [occurrence.level for occurrence in self.open.values()] == (["hh" if oracle.is_grave else ""] if oracle.standing else [])

    def _read(self, level: float, seconds: int) -> None:
        events = self.engine.observe(w.block(TANK, self.at_s, level=level))
        self.oracle.reading(level > 2, level > 3)
        self._hear(events)
        for _ in range(seconds):
            self._second()

    def _second(self) -> None:
        self.at_s += 1
        events = self.engine.advance(w.at(self.at_s))
        self.oracle.second()
        self._hear(events)
        self.engine_and_oracle_agree()

    def _start_again(self, remembering: bool) -> None:
        fresh = w.engine(SITE, *self.book)
        fresh._turns._new_id = self.engine._turns._new_id
        if remembering:
            fresh.recall(self.engine.memory(), w.at(self.at_s))
        occurrence = self.open.get(self.standing.occurrence or "")
        assert fresh.restore([(self.standing, occurrence)], w.at(self.at_s)) == []
        self.engine = fresh

    def _act_on_occurrence(self, judge: Callable[[], bool], act: Callable[[str], list[AlarmEvent]]) -> None:
        name = self.standing.occurrence
        if name is None:
            assert not judge()
        else:
            self._act(judge(), lambda: act(name))

    def _act(self, legal: bool, act: Callable[[], list[AlarmEvent]]) -> None:
        before = self.engine.standing(*ALARM)
        try:
            self._hear(act())
        except IllegalAct:
            assert not legal
            assert self.engine.standing(*ALARM) is before
        else:
            assert legal

    def _hear(self, events: list[AlarmEvent]) -> None:
        """Keep what a journal would keep."""
        for event in events:
            self.standing = event.standing
            occurrence = event.occurrence
            if occurrence is None:
                continue
            if occurrence.ended_at_ns is not None:
                self.open.pop(occurrence.id)
                continue
            self.open[occurrence.id] = occurrence
            if event.kind == "raised":
                self.raised.append(occurrence.id)
                assert occurrence.annunciated is not self.oracle.silent
            if event.kind == "hold_released":
                assert occurrence.flips == self.oracle.flips


TestEngineAgainstOracle = EngineAgainstOracle.TestCase
TestEngineAgainstOracle.settings = settings(max_examples=examples(100), stateful_step_count=50, deadline=None)
