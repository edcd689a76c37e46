"""Where every block passes: last values, spool, rules, stream, in that order. Nothing here waits."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog

from guanjia.clock_steps import ClockStep
from guanjia.live import LiveTable
from model.alarm import AlarmEvent
from model.clock import SECOND, Clock
from model.reading import Block, BlockSink, Link, Reach

log = structlog.get_logger()
TICK_NS = SECOND // 10
"""How often time is let pass in the engine: an on-delay ends at most this late."""
CLOCK_STEP_NS = 5 * SECOND
"""A clock that has gained so much on time itself was set, or the machine has slept; less is what a daemon corrects bit by bit."""


class Judge(Protocol):
    """The rule engine, as the hub sees it."""

    def observe(self, block: Block, now_ns: int | None = None) -> Sequence[AlarmEvent]: ...

    def advance(self, now_ns: int) -> Sequence[AlarmEvent]: ...

    def resume(self, now_ns: int) -> None: ...

    @property
    def next_due_ns(self) -> int | None: ...


class Hub:
    """``model.reading.BlockSink`` of the collectors. A block that one part chokes on still reaches the others; it is counted and logged."""

    def __init__(
        self,
        live: LiveTable,
        store: BlockSink,
        stream: BlockSink,
        judge: Judge,
        put: Callable[[Sequence[AlarmEvent]], None],
        on_link: Callable[[str, Link], None],
        clock: Clock,
        judged: BlockSink | None = None,
        on_step: Callable[[ClockStep], None] = lambda step: None,
    ) -> None:
        """``judged``: takes what is judged and not stored; after a crash it is judged again.

        ``on_step``: told of a clock set forward before anything is judged by it.
        """
        self._live = live
        self._judged = judged
        self._store = store
        self._stream = stream
        self._judge = judge
        self._put = put
        self._on_link = on_link
        self._on_step = on_step
        self._clock = clock
        self._ahead_ns = clock.now_ns() - clock.monotonic_ns()
        """How far the clock is ahead of the time that has passed."""
        self.counters: dict[str, float] = {"guanjia_blocks_total": 0, "guanjia_points_total": 0, "guanjia_hub_errors_total": 0}

    def accept(self, block: Block) -> None:
        self._follow_clock()
        if self._judged is not None and block.reach is Reach.LIVE:
            self._guarded(self._judged.accept, block)
        self._pass_on(block, self._judge.observe)

    def relay(self, block: Block) -> None:
        """Like ``accept``, for what another machine has received: it keeps the times of that machine's clock, and is judged as come now."""
        self._follow_clock()
        now_ns = self._clock.now_ns()
        self._pass_on(block, lambda relayed: self._judge.observe(relayed, now_ns))

    def _pass_on(self, block: Block, judge: Callable[[Block], Sequence[AlarmEvent]]) -> None:
        self.counters["guanjia_blocks_total"] += 1
        self.counters["guanjia_points_total"] += len(block.qualities)
        if block.reach is Reach.HISTORY:
            self._guarded(self._store.accept, block)
            return
        link = self._guarded(self._live.take, block)
        if block.reach is Reach.EVERYWHERE:
            self._guarded(self._store.accept, block)
        self._guarded(self._stream.accept, block)
        events = self._guarded(judge, block)
        if events:
            self._put(events)
        if link is not None:
            self._on_link(block.device, link)

    def observe(self, block: Block) -> None:
        """What the platform says of itself: to the live values and the rules, not to the store it speaks of, nor to the stream."""
        self._guarded(self._live.take, block)
        self._follow_clock()
        events = self._guarded(self._judge.observe, block)
        if events:
            self._put(events)

    def _guarded(self, part: Callable[[Block], Any], block: Block) -> Any:
        try:
            return part(block)
        except Exception as error:
            # One part's mistake must not stop a reading's way through the others.
            self.counters["guanjia_hub_errors_total"] += 1
            log.exception("hub_part_failed", part=getattr(part, "__qualname__", repr(part)), device=block.device, error=repr(error))
            return None

    async def run(self) -> None:
        """Let time pass in the engine, for as long as the platform runs."""
        due_ns = self._clock.monotonic_ns()
        while True:
            due_ns = max(due_ns + TICK_NS, self._clock.monotonic_ns())
            await self._clock.sleep_until(due_ns)
            self._follow_clock()
            next_due_ns = self._judge.next_due_ns
            if next_due_ns is not None and next_due_ns <= self._clock.now_ns() and not self.let_pass():
                due_ns += SECOND
            await asyncio.sleep(0)

    def let_pass(self) -> bool:
        """Up to now, in the engine, as far as time has really passed; False when the engine chokes on it."""
        self._follow_clock()
        return self._advance(self._clock.now_ns())

    def _follow_clock(self) -> None:
        """A clock set forward lets no time pass in the engine: nothing has stood so long. That it was set back the engine sees itself."""
        now_ns = self._clock.now_ns()
        ahead_ns = now_ns - self._clock.monotonic_ns()
        step_ns, self._ahead_ns = ahead_ns - self._ahead_ns, ahead_ns
        if step_ns > CLOCK_STEP_NS:
            log.warning("clock_set_forward", by_s=step_ns / SECOND)
            self._on_step(ClockStep(now_ns - step_ns, now_ns))
            self._advance(now_ns - step_ns, resumed_ns=now_ns)

    def _advance(self, now_ns: int, resumed_ns: int | None = None) -> bool:
        """False when the engine chokes on it: what the field says is judged all the same, and time is let pass again a second later."""
        try:
            events = self._judge.advance(now_ns)
            if resumed_ns is not None:
                self._judge.resume(resumed_ns)
        except Exception as error:
            self.counters["guanjia_hub_errors_total"] += 1
            log.exception("hub_part_failed", part="advance", error=repr(error))
            return False
        if events:
            self._put(events)
        return True
