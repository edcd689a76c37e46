"""Functions that remember, over stretches of time: what ``rules.windows`` is for one moment, each with the same meaning of every border.

``over`` is asked once per stretch, in order of time, and keeps what the next one needs. What a window turns by the passing of time alone
stands at a tick of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model.clock import SECOND
from rules.calendar_windows import Hours
from rules.columns.past import DeviceSteps
from rules.columns.steps import Operand, Steps, Ticks, Truths, after, carried, is_reading, union
from rules.windows import SAMPLES_KEPT, STARTS_KEPT

Times = NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max


class ColumnWindow(ABC):
    """Asked many times for the same stretch, it works it out once."""

    def __init__(self) -> None:
        self._bounds: tuple[int, int] | None = None
        self._steps: Operand = None

    def over(self, start_ns: int, end_ns: int) -> Operand:
        if self._bounds != (start_ns, end_ns):
            self._bounds, self._steps = (start_ns, end_ns), self._made(start_ns, end_ns)
        return self._steps

    def rest(self) -> None:
        """It was asked for the last time in this stretch."""
        self._steps = None

    @abstractmethod
    def _made(self, start_ns: int, end_ns: int) -> Operand: ...


class _Watching(ColumnWindow):
    """One that watches an expression."""

    def __init__(self, read: Callable[[], Operand], window_ns: int) -> None:
        super().__init__()
        self._read = read
        self._window_ns = window_ns

    def _made(self, start_ns: int, end_ns: int) -> Operand:
        watched = self._read()
        if not isinstance(watched, Steps):
            at = np.array([after(start_ns)])
            watched = Steps(at, np.array([watched if watched is not None else 0.0]), np.array([watched is not None]))
        return self._of(watched, end_ns)

    @abstractmethod
    def _of(self, watched: Steps, end_ns: int) -> Steps: ...


class Rate(_Watching):
    """Of readings only. The samples of the run in hand are kept, a bad reading ends the run."""

    def __init__(self, read: Callable[[], Operand], window_ns: int) -> None:
        super().__init__(read, window_ns)
        self._sample_at: Times = np.empty(0, dtype=np.int64)
        self._sample: NDArray[np.float64] = np.empty(0)
        self._value: float | None = None

    def _of(self, watched: Steps, end_ns: int) -> Steps:
        readings = np.flatnonzero(is_reading(watched.at))
        at_ns, x = watched.at[readings] >> 1, watched.values[readings].astype(np.float64)
        known = watched.is_known()[readings]
        values, defined = np.zeros(len(readings)), np.zeros(len(readings), dtype=np.bool_)
        for first, end in _runs(known):
            if first > 0:
                self._forget()
            values[first:end], defined[first:end] = self._run(at_ns[first:end], x[first:end])
        if len(known) and not known[-1]:
            self._forget()
        before, self._value = self._value, self._value if not len(known) else float(values[-1]) if defined[-1] else None
        return Steps(
            np.concatenate((watched.at[:1], watched.at[readings])),
            np.concatenate(([before or 0.0], values)),
            np.concatenate(([before is not None], defined)),
        )

    def _forget(self) -> None:
        self._sample_at, self._sample = self._sample_at[:0], self._sample[:0]

    def _run(self, at_ns: Times, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], Truths]:
        """Readings without a break."""
        chosen = self._chosen(at_ns)
        sample_at, sample = np.concatenate((self._sample_at, at_ns[chosen])), np.concatenate((self._sample, x[chosen]))
        since = np.maximum(np.searchsorted(sample_at, at_ns - self._window_ns, side="right") - 1, 0)
        span_ns = at_ns - sample_at[since]
        with np.errstate(all="ignore"):
            values = (x - sample[since]) * SECOND / span_ns
        self._sample_at, self._sample = sample_at[since[-1] :], sample[since[-1] :]
        return values, span_ns * 2 >= self._window_ns

    def _chosen(self, at_ns: Times) -> NDArray[np.intp]:
        """Which readings become samples: the first at least so long after the one before."""
        apart_ns = self._window_ns // SAMPLES_KEPT
        last_ns = int(self._sample_at[-1]) if len(self._sample_at) else -apart_ns
        if at_ns[0] - last_ns >= apart_ns and bool((np.diff(at_ns) >= apart_ns).all()):
            return np.arange(len(at_ns))
        chosen: list[int] = []
        place = int(np.searchsorted(at_ns, last_ns + apart_ns))
        while place < len(at_ns):
            chosen.append(place)
            place = max(place + 1, int(np.searchsorted(at_ns, at_ns[place] + apart_ns)))
        return np.array(chosen, dtype=np.intp)


def _runs(known: Truths) -> list[tuple[int, int]]:
    """First and end of every run of known readings."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


class ForLast(_Watching):
    """Keeps how long it has been true without a known false."""

    _held_ns = 0

    def _of(self, watched: Steps, end_ns: int) -> Steps:
        known, is_true = watched.is_known(), watched.values != 0
        code = np.where(known, is_true, 2)
        turn = np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1])))
        at, kind = watched.at[turn], code[turn]
        until = np.append(at[1:], after(end_ns))
        held_ns = self._held_before(kind, (until >> 1) - (at >> 1))
        reached = np.maximum(at, after(1) * ((at >> 1) + self._window_ns - held_ns))
        reached = np.where(held_ns >= self._window_ns, at, reached)
        comes = (kind == 1) & (reached < until)
        axis = union([watched.at, reached[comes & (reached > at)]]) if comes.any() else watched.at
        run = np.searchsorted(at, axis, side="right") - 1
        return Steps(axis, comes[run] & (axis >= reached[run]), None if watched.known is None else kind[run] != 2)

    def _held_before(self, kind: NDArray[np.intp], length_ns: Times) -> Times:
        """At the beginning of each run; what the last one leaves is kept."""
        total = np.concatenate(([0], np.cumsum(np.where(kind == 1, length_ns, 0))))
        last_false = np.maximum.accumulate(np.where(kind == 0, np.arange(len(kind)), -1))
        base = np.where(last_false >= 0, total[last_false], -self._held_ns)
        held = total[:-1] - base
        self._held_ns = int(total[-1] - base[-1]) if kind[-1] != 0 else 0
        return np.where(kind == 0, 0, held)


class Count(_Watching):
    """Keeps the starts that still count."""

    _was: bool | None = None
    _starts: Ticks = np.empty(0, dtype=np.int64)

    def _of(self, watched: Steps, end_ns: int) -> Steps:
        known, is_true = watched.is_known(), watched.values != 0
        place = carried(known)
        before = np.concatenate(([-1], place[:-1]))
        was_false = np.where(before >= 0, ~is_true[before], self._was is False)
        begins = known & is_true & was_false
        starts = np.concatenate((self._starts, watched.at[begins]))
        ends = after(1) * ((starts >> 1) + self._window_ns)
        ending = ends[(ends > watched.at[0]) & (ends < after(end_ns))]
        axis = union([watched.at, np.unique(ending)]) if len(ending) else watched.at
        amount = np.searchsorted(starts, axis, side="right") - np.searchsorted(ends, axis, side="right")
        ever = np.logical_or.accumulate(known) if self._was is None else None
        if place[-1] >= 0:
            self._was = bool(is_true[place[-1]])
        self._starts = starts[ends >= after(end_ns)][-STARTS_KEPT:]
        steps = Steps(watched.at, is_true, ever).on(axis)
        return Steps(axis, np.minimum(amount, STARTS_KEPT).astype(np.float64), steps.known)


class Changed(_Watching):
    """Keeps the last good value, when it became another, and since when there has been one without a break."""

    _was: float | str | bool | None = None
    _changed_ns: int | None = None
    _watched_ns: int | None = None

    def _of(self, watched: Steps, end_ns: int) -> Steps:
        at_ns, known = watched.at >> 1, watched.is_known()
        place, differs = _differing(watched, known, self._was)
        begun = known & ~np.concatenate(([self._watched_ns is not None], known[:-1]))
        changed_ns = _latest(at_ns, differs, self._changed_ns)
        watched_ns = _latest(at_ns, begun, self._watched_ns)
        axis = self._axis(watched.at, at_ns, differs, begun, end_ns)
        run = np.searchsorted(watched.at, axis, side="right") - 1
        now_ns, since_ns, through_ns = axis >> 1, changed_ns[run], watched_ns[run] + self._window_ns
        is_changed = (since_ns >= 0) & (now_ns <= since_ns + self._window_ns)
        self._keep(watched, place, known, int(changed_ns[-1]), int(watched_ns[-1]))
        return Steps(axis, is_changed, known[run] & (is_changed | (now_ns >= through_ns)))

    def _axis(self, at: Ticks, at_ns: Times, differs: Truths, begun: Truths, end_ns: int) -> Ticks:
        """With the instants at which it turns by itself: a change too old, or watched long enough."""
        changes = np.concatenate(([self._changed_ns] if self._changed_ns is not None else [], at_ns[differs])).astype(np.int64)
        begins = np.concatenate(([self._watched_ns] if self._watched_ns is not None else [], at_ns[begun])).astype(np.int64)
        lapses = changes + self._window_ns + 1
        lapses = lapses[lapses <= np.append(changes[1:], _NEVER)[: len(changes)]]
        turns = after(1) * np.concatenate((lapses, begins + self._window_ns))
        turns = np.unique(turns[(turns > at[0]) & (turns < after(end_ns))])
        return union([at, turns]) if len(turns) else at

    def _keep(self, watched: Steps, place: NDArray[np.intp], known: Truths, changed_ns: int, watched_ns: int) -> None:
        if place[-1] >= 0:
            self._was = watched.values[place[-1]]
        self._changed_ns = changed_ns if changed_ns >= 0 else None
        self._watched_ns = watched_ns if known[-1] else None


class Stepped(_Watching):
    """``changed`` without a window: a matter of readings."""

    _was: float | str | bool | None = None
    _value: bool | None = None

    def _of(self, watched: Steps, end_ns: int) -> Steps:
        readings = np.flatnonzero(is_reading(watched.at))
        read = Steps(watched.at[readings], watched.values[readings], watched.is_known()[readings])
        known = read.is_known()
        before = self._value
        if len(readings):
            place, differs = _differing(read, known, self._was)
            self._was = read.values[place[-1]] if place[-1] >= 0 else self._was
            self._value = bool(differs[-1]) if known[-1] else None
        else:
            differs = known
        return Steps(
            np.concatenate((watched.at[:1], read.at)),
            np.concatenate(([bool(before)], differs)),
            np.concatenate(([before is not None], known)),
        )


def _differing(steps: Steps, known: Truths, was: float | str | bool | None) -> tuple[NDArray[np.intp], Truths]:
    """For each place that of the last good value, and whether it brought another than the good one before it."""
    place = carried(known)
    before = np.concatenate(([-1], place[:-1]))
    values = steps.values
    others: Truths = values != values[before]
    first = values != was if was is not None else np.zeros(len(values), dtype=np.bool_)
    return place, known & np.where(before >= 0, others, first)


def _latest(at_ns: Times, happened: Truths, before: int | None) -> Times:
    """When it last happened, for each place; −1 for never."""
    return np.maximum.accumulate(np.where(happened, at_ns, -1 if before is None else before))


class Stale(ColumnWindow):
    """Of a point of one device; counted from the first stretch's beginning when it never was usable."""

    def __init__(self, device: DeviceSteps, column: int, window_ns: int) -> None:
        super().__init__()
        self._device = device
        self._column = column
        self._window_ns = window_ns
        self._last: int | None = None
        """Tick of what it is counted from."""

    def _made(self, start_ns: int, end_ns: int) -> Operand:
        last = after(start_ns) if self._last is None else self._last
        usable = np.concatenate(([last], 2 * self._device.usable_ns(self._column) + 1))
        lapses = after(1) * ((usable >> 1) + self._window_ns + 1)
        until = np.append(usable[1:], after(end_ns))
        turns = lapses[(lapses < until) & (lapses > after(start_ns))]
        axis = union([self._device.at, turns]) if len(turns) else self._device.at
        since = np.searchsorted(usable, axis, side="right") - 1
        self._last = int(usable[-1])
        return Steps(axis, axis >= lapses[since])


class OfCalendar(ColumnWindow):
    """Follows the site's clock."""

    def __init__(self, hours: Hours) -> None:
        super().__init__()
        self._hours = hours

    def _made(self, start_ns: int, end_ns: int) -> Operand:
        turns = [start_ns]
        while (turn_ns := self._hours.next_turn_ns(turns[-1])) < end_ns:
            turns.append(turn_ns)
        return Steps(after(1) * np.array(turns, dtype=np.int64), np.array([self._hours.at(at_ns) for at_ns in turns]))
