"""Functions that remember: each watches one expression over time in bounded memory, and keeps its present value for the condition to read.

``observe`` is called when a block may have changed what is watched, and when time has reached ``next_change_ns``: between two blocks the
expression stays as it is, so the instant at which a value turns by the passing of time alone is known exactly. None is Unknown.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from model.clock import SECOND

Scalar = float | str | bool | None
Read = Callable[[], Scalar]
State = tuple[int | Scalar, ...]
"""What a window remembers, plain enough to be written down; empty when it is as if it had never been asked."""

SAMPLES_KEPT = 60
"""A rate keeps at most this many samples of its window, evenly spread."""
STARTS_KEPT = 1_000
"""A count never goes above this."""


class Window(Protocol):
    """Something that watches."""

    value: float | bool | None
    next_change_ns: int | None
    """When the value may turn though nothing is read; never too late. None: only a reading can turn it."""
    asks_each_reading: bool
    """Whether it must see readings that bring nothing new, too."""

    def observe(self, now_ns: int, *, reading: bool) -> None:
        """``reading``: a block came of a device that the watched expression speaks of; False when only time has passed."""
        ...

    def state(self) -> State: ...

    def recall(self, state: State) -> None:
        """Go on where another of its kind was. ValueError or TypeError, and nothing is changed, for what is no state of its kind."""
        ...

    def shift(self, step_ns: int) -> None:
        """The clock was set: every instant it remembers moves along."""
        ...

    def slept(self, gap_ns: int) -> None:
        """Nobody listened for so long, up to now: that time counts neither as held nor as stood still."""
        ...


class Rate:
    """Change per second over the window; Unknown until half the window has been seen. A matter of readings: a bad one starts it afresh."""

    asks_each_reading = True

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self.next_change_ns: int | None = None
        self._read = read
        self._window_ns = window_ns
        self._samples: deque[tuple[int, float]] = deque(maxlen=SAMPLES_KEPT + 2)

    def observe(self, now_ns: int, *, reading: bool) -> None:
        if not reading:
            return
        x = self._read()
        if x is None or isinstance(x, str):
            self._samples.clear()
            self.value = None
            return
        while len(self._samples) > 1 and self._samples[1][0] <= now_ns - self._window_ns:
            self._samples.popleft()
        if not self._samples or now_ns - self._samples[-1][0] >= self._window_ns // SAMPLES_KEPT:
            self._samples.append((now_ns, float(x)))
        since_ns, first = self._samples[0]
        span_ns = now_ns - since_ns
        self.value = None if span_ns * 2 < self._window_ns else (float(x) - first) * SECOND / span_ns

    def state(self) -> State:
        return (self.value, *(part for sample in self._samples for part in sample)) if self._samples else ()

    def recall(self, state: State) -> None:
        value, *samples = state
        known = [(_int(at_ns), _float(x)) for at_ns, x in zip(samples[::2], samples[1::2], strict=True)]
        self.value = None if value is None else _float(value)
        self._samples.extend(known)

    def shift(self, step_ns: int) -> None:
        self._samples = deque(((at_ns + step_ns, x) for at_ns, x in self._samples), self._samples.maxlen)

    def slept(self, gap_ns: int) -> None:
        """What was read was read when it was."""


class ForLast:
    """True from the instant at which the condition has been true, without a known false, for the window. Unknown time does not count."""

    asks_each_reading = False

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self.next_change_ns: int | None = None
        self._read = read
        self._window_ns = window_ns
        self._held_ns = 0
        self._seen_ns: int | None = None
        """Since when it is true, as far as ``_held_ns`` does not hold it yet."""

    def observe(self, now_ns: int, *, reading: bool) -> None:
        held = self._read()
        if self._seen_ns is not None:
            self._held_ns = min(self._held_ns + max(0, now_ns - self._seen_ns), self._window_ns)
        self._seen_ns = now_ns if held else None
        if held is not None and not held:
            self._held_ns = 0
        left_ns = self._window_ns - self._held_ns
        self.value = None if held is None else bool(held) and left_ns <= 0
        self.next_change_ns = now_ns + left_ns if held and left_ns > 0 else None

    def state(self) -> State:
        return (self._held_ns, self._seen_ns) if self._held_ns or self._seen_ns is not None else ()

    def recall(self, state: State) -> None:
        held_ns, seen_ns = state
        self._held_ns, self._seen_ns = _int(held_ns), _instant(seen_ns)

    def shift(self, step_ns: int) -> None:
        self._seen_ns = _moved(self._seen_ns, step_ns)

    slept = shift


class Count:
    """How often the condition became true within the window: a start counts from its instant for as long as the window is."""

    asks_each_reading = False

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self.next_change_ns: int | None = None
        self._read = read
        self._window_ns = window_ns
        self._was: bool | None = None
        self._starts: deque[int] = deque(maxlen=STARTS_KEPT)

    def observe(self, now_ns: int, *, reading: bool) -> None:
        x = self._read()
        if x is not None:
            if x and self._was is False:
                self._starts.append(now_ns)
            self._was = bool(x)
        while self._starts and self._starts[0] <= now_ns - self._window_ns:
            self._starts.popleft()
        self.value = None if self._was is None else float(len(self._starts))
        self.next_change_ns = self._starts[0] + self._window_ns if self._starts else None

    def state(self) -> State:
        return () if self._was is None else (self._was, *self._starts)

    def recall(self, state: State) -> None:
        was, *starts = state
        self._starts.extend([_int(at_ns) for at_ns in starts])
        self._was = bool(was)

    def shift(self, step_ns: int) -> None:
        self._starts = deque((at_ns + step_ns for at_ns in self._starts), STARTS_KEPT)

    def slept(self, gap_ns: int) -> None:
        """What began, began when it did."""


class Changed:
    """Whether the value has become another within the window, its last instant included.

    Unknown until a change was seen or the window has been watched through: just after a start nothing has stood still for minutes.
    """

    asks_each_reading = False

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self.next_change_ns: int | None = None
        self._read = read
        self._window_ns = window_ns
        self._was: Scalar = None
        self._changed_ns: int | None = None
        self._watched_ns: int | None = None
        """Since when there has been a good value without a break."""

    def observe(self, now_ns: int, *, reading: bool) -> None:
        x = self._read()
        if x is None:
            self.value = self._watched_ns = self.next_change_ns = None
            return
        if self._watched_ns is None:
            self._watched_ns = now_ns
        if self._was is not None and x != self._was:
            self._changed_ns = now_ns
        self._was = x
        through_ns = self._watched_ns + self._window_ns
        if self._changed_ns is not None and now_ns <= self._changed_ns + self._window_ns:
            self.value, self.next_change_ns = True, self._changed_ns + self._window_ns + 1
        elif now_ns < through_ns:
            self.value, self.next_change_ns = None, through_ns
        else:
            self.value, self.next_change_ns = False, None

    def state(self) -> State:
        return () if self._was is None else (self._was, self._changed_ns, self._watched_ns)

    def recall(self, state: State) -> None:
        was, changed_ns, watched_ns = state
        self._was, self._changed_ns, self._watched_ns = was, _instant(changed_ns), _instant(watched_ns)

    def shift(self, step_ns: int) -> None:
        self._changed_ns = _moved(self._changed_ns, step_ns)
        self._watched_ns = _moved(self._watched_ns, step_ns)

    slept = shift


class Stepped:
    """``changed`` without a window, a matter of readings: whether this one brought another value than the last good one."""

    asks_each_reading = True

    def __init__(self, read: Read) -> None:
        self.value: float | bool | None = None
        self.next_change_ns: int | None = None
        self._read = read
        self._was: Scalar = None

    def observe(self, now_ns: int, *, reading: bool) -> None:
        if not reading:
            return
        x = self._read()
        self.value = None if x is None else self._was is not None and x != self._was
        self._was = self._was if x is None else x

    def state(self) -> State:
        return () if self._was is None else (self._was, self.value)

    def recall(self, state: State) -> None:
        self._was, value = state
        self.value = None if value is None else bool(value)

    def shift(self, step_ns: int) -> None:
        """It knows no instants."""

    slept = shift


class Stale:
    """Whether the point has brought no usable value for longer than the window, or since the first look if it never did. Never Unknown."""

    asks_each_reading = True

    def __init__(self, usable_ns: Callable[[], int | None], window_ns: int) -> None:
        self.value: float | bool | None = None
        self.next_change_ns: int | None = None
        self._usable_ns = usable_ns
        self._window_ns = window_ns
        self._first_ns: int | None = None
        self._slept_ns = 0
        """How long nobody listened since the last usable value, which is no fault of the point."""
        self._slept_after_ns: int | None = None

    def observe(self, now_ns: int, *, reading: bool) -> None:
        if self._first_ns is None:
            self._first_ns = now_ns
        last = self._usable_ns()
        if last != self._slept_after_ns:
            self._slept_ns = 0
        through_ns = (self._first_ns if last is None else last) + self._slept_ns + self._window_ns
        self.value = now_ns > through_ns
        self.next_change_ns = None if self.value else through_ns + 1

    def state(self) -> State:
        if self._slept_ns:
            return (self._first_ns, self._slept_ns, self._slept_after_ns)
        return () if self._first_ns is None or self._usable_ns() is not None else (self._first_ns, 0, None)

    def recall(self, state: State) -> None:
        first_ns, slept_ns, slept_after_ns = state
        self._first_ns, self._slept_ns, self._slept_after_ns = _instant(first_ns), _int(slept_ns), _instant(slept_after_ns)

    def shift(self, step_ns: int) -> None:
        self._first_ns = _moved(self._first_ns, step_ns)
        self._slept_after_ns = _moved(self._slept_after_ns, step_ns)

    def slept(self, gap_ns: int) -> None:
        last = self._usable_ns()
        self._slept_ns = gap_ns + (self._slept_ns if last == self._slept_after_ns else 0)
        self._slept_after_ns = last


def _int(value: int | Scalar) -> int:
    if isinstance(value, int):
        return value
    raise TypeError(value)


def _float(value: int | Scalar) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise TypeError(value)


def _instant(value: int | Scalar) -> int | None:
    return None if value is None else _int(value)


def _moved(at_ns: int | None, step_ns: int) -> int | None:
    return None if at_ns is None else at_ns + step_ns
