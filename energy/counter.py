"""The truth of a counter: what was consumed between its readings. The readings are never edited; what can't be true is corrected on record.

Readings come as runs: one reading, or the first and last of a stretch that is known to rise steadily. Time is in nanoseconds, amounts
are in the counter's own unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.clock import HOUR, MINUTE
from model.profile import Point, Register, WireType

GAP_NS = 15 * MINUTE
"""Silence longer than this is recorded: its amount is known, its course is not (one demand period, practice)."""
_LEAST_ELAPSED_NS = MINUTE
"""Meters refresh their counters in lumps; nothing is judged over less time than this."""
_CONFIRMATIONS = 3
"""Readings in agreement that make a new level believed."""
_DITHER_STEPS = 2.5
"""A last digit may flicker by two steps; the half leaves room for rounding."""
_FLOAT32_GRAIN = 2.0**-23
_BITS = {
    WireType.U16: 16,
    WireType.I16: 16,
    WireType.U32: 32,
    WireType.I32: 32,
    WireType.U64: 64,
    WireType.I64: 64,
}
_SIGNED = frozenset({WireType.I16, WireType.I32, WireType.I64})


class Reason(StrEnum):
    """Why an amount is not simply last minus first."""

    ROLLOVER = "rollover"
    """Ran over the end of its range; the amount goes through it."""
    RESET = "reset"
    """Began again at zero; what it shows since is counted, what it lost before is not known."""
    REPLACED = "replaced"
    """Another level altogether, as after a change of meter; nothing is counted over the change."""
    SPIKE = "spike"
    """Readings that the ones after them contradict; held back."""
    GAP = "gap"
    """No readings for longer than ``GAP_NS``; the amount is spread evenly over it."""


@dataclass(frozen=True, slots=True)
class Counter:
    """How far to believe a counter. ``moduli``: where it may roll over; ``step``: its resolution; ``most_per_hour``: beyond belief."""

    moduli: tuple[float, ...]
    step: float
    most_per_hour: float
    grain: float = 0.0
    """Relative resolution of a floating-point counter."""


@dataclass(frozen=True, slots=True)
class Run:
    """Readings that rise steadily from first to last; a single reading has both the same."""

    first_ns: int
    first: float
    last_ns: int
    last: float

    @property
    def is_single(self) -> bool:
        return self.first_ns == self.last_ns


@dataclass(frozen=True, slots=True)
class Correction:
    reason: Reason
    start_ns: int
    end_ns: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Increment:
    """``is_known``: its course within the time is known closely enough to count as covered."""

    start_ns: int
    end_ns: int
    amount: float
    is_known: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What a sequence of runs amounts to, in order of time."""

    increments: tuple[Increment, ...]
    corrections: tuple[Correction, ...]


def counter_of(point: Point, most_per_hour: float) -> Counter:
    """``most_per_hour`` in the point's unit. A signed counter may wrap at its sign or at its whole width.

    A profile that knows where its counter starts again (``rollover``) is believed. Where the device itself tells the scale in another
    register, range and resolution are not known beforehand.
    """
    scale = abs(point.scale)
    is_scaled_by_device = isinstance(point.wire, Register) and point.wire.scale_register is not None
    bits = None if is_scaled_by_device else _BITS.get(point.type)
    own = () if point.rollover is None else (point.rollover,)
    if bits is None:
        return Counter(own, 0.0, most_per_hour, _FLOAT32_GRAIN if point.type is WireType.F32 else 0.0)
    widths = (bits - 1, bits) if point.type in _SIGNED else (bits,)
    return Counter(own or tuple(2.0**width * scale for width in widths), scale, most_per_hour)


def believable(counter: Counter, amount: float, elapsed_ns: int) -> bool:
    """Whether so much can have been consumed in that time."""
    return 0 <= amount <= counter.most_per_hour * max(elapsed_ns, _LEAST_ELAPSED_NS) / HOUR + 2 * counter.step


def tally(runs: Sequence[Run], counter: Counter) -> Tally:
    """Walk the runs in order of time."""
    if not runs:
        return Tally((), ())
    walk = _Walk(counter, runs[0])
    for run in runs[1:]:
        walk.meet(run)
    walk.dismiss_held()
    return Tally(tuple(walk.increments), tuple(walk.corrections))


class _Walk:
    """``at`` is the last level believed; ``held`` are later runs that contradict it and wait for what comes next."""

    def __init__(self, counter: Counter, first: Run) -> None:
        self._counter = counter
        self._at_ns, self._at = first.last_ns, first.last
        self._held: list[Run] = []
        self.increments: list[Increment] = []
        self.corrections: list[Correction] = []
        self._within(first)

    def meet(self, run: Run) -> None:
        run = self._steadied(run)
        amount = self._follows(self._at_ns, self._at, run)
        if amount is not None:
            self.dismiss_held()
            self._step_to(run, amount)
        else:
            self._hold(run)

    def _follows(self, at_ns: int, at: float, run: Run) -> float | None:
        """The amount from a level to a run when that is believable, over the end of the range if need be."""
        rise = run.first - at
        candidates = (rise, *(rise + modulus for modulus in self._counter.moduli if rise < 0))
        return next((amount for amount in candidates if believable(self._counter, amount, run.first_ns - at_ns)), None)

    def _steadied(self, run: Run) -> Run:
        """The run without the flicker of the last digit: a counter does not go back by a step or two."""
        dither = _DITHER_STEPS * max(self._counter.step, abs(self._at) * self._counter.grain)
        if 0 < self._at - run.first <= dither:
            return Run(run.first_ns, self._at, run.last_ns, max(self._at, run.last))
        return run

    def _step_to(self, run: Run, amount: float) -> None:
        if run.first < self._at and amount > 0:
            self._correct(Reason.ROLLOVER, run)
        self._advance(run, amount)

    def _advance(self, run: Run, amount: float) -> None:
        is_gap = run.first_ns - self._at_ns > GAP_NS
        if is_gap:
            self._correct(Reason.GAP, run)
        self.increments.append(Increment(self._at_ns, run.first_ns, amount, not is_gap))
        self._within(run)
        self._at_ns, self._at = run.last_ns, run.last

    def _within(self, run: Run) -> None:
        if not run.is_single:
            self.increments.append(Increment(run.first_ns, run.last_ns, run.last - run.first, is_known=True))

    def _hold(self, run: Run) -> None:
        if self._held and self._follows(self._held[-1].last_ns, self._held[-1].last, run) is None:
            self.dismiss_held()
        self._held.append(run)
        if len(self._held) >= _CONFIRMATIONS or not run.is_single:
            self._believe_held()

    def _believe_held(self) -> None:
        """The new level is real: the meter began again, or is another one."""
        first, *others = self._held
        self._held = []
        began_again = first.first < self._at and believable(self._counter, first.first, first.first_ns - self._at_ns)
        self._correct(Reason.RESET if began_again else Reason.REPLACED, first)
        self._advance(first, first.first if began_again else 0.0)
        for run in others:
            self.meet(run)

    def dismiss_held(self) -> None:
        """What was held back turned out to be spikes, or nothing came that would confirm it."""
        for run in self._held:
            self._correct(Reason.SPIKE, run)
        self._held = []

    def _correct(self, reason: Reason, run: Run) -> None:
        self.corrections.append(Correction(reason, self._at_ns, run.first_ns, self._at, run.first))


@dataclass(frozen=True, slots=True)
class Share:
    """One interval's part. ``amount`` None when no increment touches it; ``covered_ns`` is the time whose course is known."""

    amount: float | None
    covered_ns: int


def shares(increments: Sequence[Increment], edges_ns: Sequence[int]) -> list[Share]:
    """Increments laid over the intervals between neighbouring edges; one that crosses an edge is split in proportion to time."""
    amounts: list[float | None] = [None] * (len(edges_ns) - 1)
    covered = [0] * (len(edges_ns) - 1)
    slot = 0
    for increment in increments:
        while slot < len(amounts) and edges_ns[slot + 1] <= increment.start_ns:
            slot += 1
        reached = slot
        while reached < len(amounts) and edges_ns[reached] < increment.end_ns:
            overlap = min(increment.end_ns, edges_ns[reached + 1]) - max(increment.start_ns, edges_ns[reached])
            if overlap > 0:
                part = increment.amount * overlap / (increment.end_ns - increment.start_ns)
                amounts[reached] = (amounts[reached] or 0.0) + part
                covered[reached] += overlap if increment.is_known else 0
            reached += 1
    return [Share(amount, time) for amount, time in zip(amounts, covered, strict=True)]
