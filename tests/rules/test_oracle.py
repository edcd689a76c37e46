"""The engine against an oracle that shares nothing with it: one alarm, every event, any order."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from model.alarm import AlarmEvent, IllegalAct, Occurrence, Standing
from model.clock import SECOND
from tests.examples import examples
from tests.rules import workshop as w

ON_S, OFF_S, SHELVE_S = 3, 5, 20
LAPSES = st.sampled_from([6, 3, 1, 0])
TANK = w.device("t", [w.point("level", "m")], "tank")
SITE = w.site(TANK)


class Oracle:
    """What ISA-18.2 says, second by second, in plain flags."""

    def __init__(self, latched: bool) -> None:
        self.latched = latched
        self.truth: bool | None = None
        self.active = self.acked = self.standing = False
        self.known_s = 0
        self.shelf_s: int | None = None
        self.out = False
        self.count = 0

    @property
    def silent(self) -> bool:
        return self.shelf_s is not None or self.out

    def second(self) -> None:
        if self.truth is not None and self.truth != self.active:
            self.known_s += 1
        if self.shelf_s is not None:
            self.shelf_s -= 1
            if self.shelf_s == 0:
                self.shelf_s = None
                self._released()
        self._settle()

    def reading(self, truth: bool | None) -> None:
        self.truth = truth
        if truth is not None and truth == self.active:
            self.known_s = 0
        self._settle()

    def _settle(self) -> None:
        if self.truth is None or self.truth == self.active:
            return
        if self.truth and self.known_s >= ON_S:
            self.active, self.acked, self.standing = True, False, True
            self.count += 1
            self.known_s = 0
        elif not self.truth and self.known_s >= OFF_S:
            self.active = False
            self.known_s = 0
            if self.acked and not self.latched:
                self.standing = False

    def acknowledge(self) -> bool:
        if not self.standing or self.acked:
            return False
        self.acked = True
        if not self.active and not self.latched:
            self.standing = False
        return True

    def reset(self) -> bool:
        if not (self.standing and self.latched and self.acked and not self.active and not self.truth):
            return False
        self.standing = False
        return True

    def lift_out(self) -> None:
        self.out = False
        self._released()

    def _released(self) -> None:
        if self.silent or not self.standing:
            return
        if self.active:
            self.acked = False
        elif not self.latched:
            self.standing = False

    def state(self) -> str:
        if not self.standing:
            return "normal"
        kind = "active" if self.active else "latched" if self.latched else "returned"
        return f"{kind}_{'acknowledged' if self.acked else 'unacknowledged'}"


class EngineAgainstOracle(RuleBasedStateMachine):
    @initialize(latched=st.booleans())
    def begin(self, latched: bool) -> None:
        self.book = (w.rule(on_delay_s=ON_S, off_delay_s=OFF_S, latched=latched),)
        self.engine = w.engine(SITE, *self.book)
        self.oracle = Oracle(latched)
        self.at_s = 0
        self.open: dict[str, Occurrence] = {}
        self.raised: list[str] = []
        self.standing = Standing("level.high", "t")

    @rule(level=st.sampled_from([3.0, 1.0]), seconds=LAPSES)
    def a_reading_comes_and_holds(self, level: float, seconds: int) -> None:
        self._hear(self.engine.observe(w.block(TANK, self.at_s, level=level)))
        self.oracle.reading(level > 2)
        for _ in range(seconds):
            self._second()

    @rule(seconds=LAPSES)
    def the_device_falls_silent(self, seconds: int) -> None:
        self._hear(self.engine.observe(w.lost(TANK, self.at_s)))
        self.oracle.reading(None)
        for _ in range(seconds):
            self._second()

    @rule()
    def acknowledge(self) -> None:
        name = self.standing.occurrence
        if name is None:
            assert not self.oracle.acknowledge()
            return
        self._act(self.oracle.acknowledge(), lambda: self.engine.acknowledge(name, w.OPERATOR, w.at(self.at_s)))

    @rule()
    def reset(self) -> None:
        name = self.standing.occurrence
        if name is None:
            assert not self.oracle.reset()
            return
        self._act(self.oracle.reset(), lambda: self.engine.reset(name, w.OPERATOR, w.at(self.at_s)))

    @rule()
    def shelve(self) -> None:
        name = self.standing.occurrence
        if name is None:
            return
        legal = self.oracle.shelf_s is None
        self._act(legal, lambda: self.engine.shelve(name, w.OPERATOR, "x", SHELVE_S * SECOND, w.at(self.at_s)))
        if legal:
            self.oracle.shelf_s = SHELVE_S

    @rule()
    def out_of_service_or_back(self) -> None:
        if self.oracle.out:
            self._hear(self.engine.in_service("level.high", "t", w.OPERATOR, w.at(self.at_s)))
            self.oracle.lift_out()
        else:
            self._hear(self.engine.out_of_service("level.high", "t", w.OPERATOR, "works", w.at(self.at_s)))
            self.oracle.out = True

    @precondition(lambda self: self.oracle.known_s == 0)
    @rule()
    def kill_and_start_again(self) -> None:
        fresh = w.engine(SITE, *self.book)
        fresh._new_id = self.engine._new_id
        occurrence = self.open.get(self.standing.occurrence or "")
        assert fresh.restore([(self.standing, occurrence)], w.at(self.at_s)) == []
        self.engine = fresh
        self.oracle.reading(None)

    @invariant()
    def engine_and_oracle_agree(self) -> None:
        if not hasattr(self, "oracle"):
            return
        assert self.engine.standing("level.high", "t") == self.standing
        assert self.standing.state == self.oracle.state()
        assert self.standing.is_silent == self.oracle.silent
        assert len(self.raised) == len(set(self.raised)) == self.oracle.count
        assert len(self.open) == int(self.oracle.standing)

    def _second(self) -> None:
        self.at_s += 1
        events = self.engine.advance(w.at(self.at_s))
        self.oracle.second()
        self._hear(events)

    def _act(self, legal: bool, act: Callable[[], list[AlarmEvent]]) -> None:
        before = self.engine.standing("level.high", "t")
        try:
            self._hear(act())
        except IllegalAct:
            assert not legal
            assert self.engine.standing("level.high", "t") is before
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
            else:
                self.open[occurrence.id] = occurrence
                if event.kind == "raised":
                    self.raised.append(occurrence.id)
                    assert occurrence.annunciated is not self.oracle.silent


TestEngineAgainstOracle = EngineAgainstOracle.TestCase
TestEngineAgainstOracle.settings = settings(max_examples=examples(100), stateful_step_count=50, deadline=None)
