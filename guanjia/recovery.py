"""Brings the alarm engine to where it was, from what a crash has left on disk (docs/adr/0030).

    spool    …──────P══════════════W───────────────S   rows, in the order they were judged in
                    │ rehearse: the   │ judge: their  │
    checkpoint ─────┘ journal has     │ events are    │
    journal ─────── what came of them ┘ committed now │
                                                       ╌╌╌ nobody listened ╌╌╌► resume

P  what the checkpoint's memory has   W  what the journal's events reach up to   S  the last row
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from guanjia.checkpoint import Checkpoint, Unusable
from guanjia.clock_steps import ClockStep
from guanjia.flood_watch import past_raises
from guanjia.numbering import OccurrenceNumbers
from model.alarm import AlarmEvent, Occurrence, Raise, Standing
from model.carrier import carriers
from model.clock import MINUTE
from model.own_state import PLATFORM
from model.ports import Journal, Judged, Trail
from model.reading import Block
from model.site import Mqtt, Site
from rules.memory import Memory

TOGETHER = 100
"""Events judged again that are committed together."""
OLD_NS = MINUTE
"""What a polled device said longer ago is no ground to go on counting a delay: it is asked again before it counts."""


Stood = tuple[Standing, Occurrence | None]


class Recoverable(Protocol):
    """The engine, as far as it is brought back."""

    def recall(self, memory: Memory, now_ns: int) -> None: ...

    def restore(self, standings: Iterable[Stood], now_ns: int) -> list[AlarmEvent]: ...

    def amend(self, standings: Iterable[Stood], past: Iterable[Raise]) -> list[AlarmEvent]: ...

    def count_raises(self, raises: Iterable[Raise]) -> None: ...

    def advance(self, now_ns: int) -> list[AlarmEvent]: ...

    def observe(self, block: Block) -> list[AlarmEvent]: ...

    def doubt(self, devices: Container[str]) -> None: ...

    def resume(self, now_ns: int) -> None: ...

    @property
    def now_ns(self) -> int: ...


class Everything(Container[str]):
    """Every device there is."""

    def __contains__(self, _: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Heard:
    """Which devices the spool does not tell all of. ``unspooled``: never. ``polled``: they say how they are when they are asked."""

    unspooled: Container[str] = ()
    polled: Container[str] = ()


class Start(StrEnum):
    """From where the engine starts."""

    CHECKPOINT = "checkpoint"
    JOURNAL = "journal"
    """Without a memory; what the journal has not judged yet is judged."""
    ANEW = "anew"
    """Without a memory, and nothing is judged again: nobody knows what has been."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows behind ``after`` up to ``judged`` are reheard, those behind it up to ``end`` are judged."""

    start: Start
    after: int
    judged: int
    end: int
    is_torn: bool
    """Rows that had been judged are gone: a power cut, or a folder put together from two copies."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done."""

    plan: Plan
    reheard: int
    judged: int

    def counters(self) -> dict[str, float]:
        return {f"guanjia_recovery_{name}_blocks": float(count) for name, count in self.figures().items()}

    def figures(self) -> dict[str, int]:
        return {"reheard": self.reheard, "judged": self.judged}


def heard_in(site: Site, *, is_remote: bool) -> Heard:
    """``is_remote``: devices of an edge are read by another machine; what it says is judged and not spooled."""
    remote = {device.id for device in site.devices.values() if is_remote and device.edge}
    lines = {id for id, carrier in carriers(site).items() if not remote.isdisjoint(carrier.behind)}
    polled = frozenset(device.id for device in site.devices.values() if not isinstance(device.connection, Mqtt))
    return Heard(frozenset({PLATFORM, *remote, *lines}), polled)


def plan(remembered: int | None, reached: int | None, oldest: int, end: int) -> Plan:
    """``remembered``: the checkpoint's position; ``reached``: the journal's; ``oldest``, ``end``: ids of the rows held.

    The journal is at least as far as the checkpoint, which is written after it: one that is not comes from an older copy.
    """
    if remembered is not None and reached is not None and remembered <= reached and oldest <= remembered + 1:
        return Plan(Start.CHECKPOINT, min(remembered, end), min(reached, end), end, reached > end)
    if reached is not None and oldest <= reached + 1:
        return Plan(Start.JOURNAL, min(reached, end), min(reached, end), end, reached > end)
    return Plan(Start.ANEW, end, end, end, is_torn=False)


def recover(
    engine: Recoverable,
    numbers: OccurrenceNumbers,
    journal: Journal,
    trail: Trail,
    checkpoint: Checkpoint | Unusable,
    heard: Heard,
    now_ns: int,
    put: Callable[[Sequence[AlarmEvent], Judged], None],
    steps: Iterable[ClockStep] = (),
) -> Recovery:
    """The engine is live at ``now_ns`` when it returns; ``put`` has been given what must still go into the journal, in order.

    ``steps``: where the clock was set forward since the checkpoint.
    """
    oldest, end = trail.span()
    reached = journal.judged(trail.identity)
    usable = checkpoint if isinstance(checkpoint, Checkpoint) else None
    way = plan(usable.position if usable else None, reached.position if reached else None, oldest, end)
    # What the journal lacks is in memory alone until it has it, and the checkpoint needs what lies behind it until there is a newer one.
    trail.hold(way.after)
    past, ground = past_raises(journal, now_ns), _Ground(engine, steps)
    reheard = _Counted(trail.blocks(way.after, way.judged))
    if usable and reached and way.start is Start.CHECKPOINT:
        with numbers.rehearsing():
            _rehearse(engine, ground, usable, reheard, reached.at_ns)
        events = engine.amend(journal.standings(), past)
    else:
        engine.count_raises(past)
        events = engine.restore(journal.standings(), _since_ns(trail, way, now_ns))
    put(events, Judged(trail.identity, way.judged, engine.now_ns))
    untold: Container[str] = Everything() if way.is_torn else heard.unspooled
    # Before anything is judged, or what was known of them before their last words would clear or raise their alarms on the way;
    # and behind it, for alarms that ask others too.
    engine.doubt(untold)
    judged = _Counted(trail.blocks(way.judged, way.end))
    _judge(ground, judged, trail.identity, way.end, put)
    engine.doubt(untold)
    if now_ns - engine.now_ns > OLD_NS:
        engine.doubt(heard.polled)
    engine.resume(now_ns)
    return Recovery(way, reheard.count, judged.count)


def _rehearse(engine: Recoverable, ground: "_Ground", checkpoint: Checkpoint, blocks: "_Counted", until_ns: int) -> None:
    """Live once more through what the journal has the outcome of; what comes of it here is dropped."""
    engine.recall(checkpoint.memory, checkpoint.memory.now_ns)
    engine.restore(checkpoint.standings, checkpoint.memory.now_ns)
    for _, block in blocks:
        ground.observe(block)
    ground.reach(until_ns)
    if until_ns > engine.now_ns:
        engine.advance(until_ns)


def _since_ns(trail: Trail, way: Plan, now_ns: int) -> int:
    """When the first block that is heard again was received; now, when there is none."""
    first = next(trail.blocks(way.after, way.end), None)
    return now_ns if first is None else first[1].receive_ns


def _judge(
    ground: "_Ground",
    rows: "Iterable[tuple[int, Block]]",
    spool: str,
    end: int,
    put: Callable[[Sequence[AlarmEvent], Judged], None],
) -> None:
    waiting: list[AlarmEvent] = []
    for row, block in rows:
        waiting += ground.observe(block)
        if len(waiting) >= TOGETHER:
            put(waiting, Judged(spool, row, block.receive_ns))
            waiting = []
    put(waiting, Judged(spool, end, ground.engine.now_ns))


class _Ground:
    """Gone over again as the engine went over it, where the clock was set forward too: there time stood still."""

    def __init__(self, engine: Recoverable, steps: Iterable[ClockStep]) -> None:
        self.engine = engine
        self._ahead = deque(steps)

    def observe(self, block: Block) -> list[AlarmEvent]:
        return [*self.reach(block.receive_ns), *self.engine.observe(block)]

    def reach(self, at_ns: int) -> list[AlarmEvent]:
        """Past every step on the way to this instant; one that the checkpoint is behind of was gone over before."""
        events: list[AlarmEvent] = []
        while self._ahead and self._ahead[0].from_ns < at_ns:
            step = self._ahead.popleft()
            if self.engine.now_ns <= step.from_ns:
                events += self.engine.advance(step.from_ns)
                self.engine.resume(step.to_ns)
        return events


class _Counted:
    """Rows as they are read, and how many there were."""

    def __init__(self, rows: Iterator[tuple[int, Block]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[tuple[int, Block]]:
        for row in self._rows:
            self.count += 1
            yield row
