"""Functions that remember: each watches one expression over time in bounded memory, and keeps its present value for the condition to read.

``observe`` is called once per block of the device, and once a second between blocks, before the condition is judged. None is Unknown.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from model.clock import SECOND

Read = Callable[[], float | str | bool | None]
SAMPLES_KEPT = 60
"""A rate keeps at most this many samples of its window, evenly spread."""
STARTS_KEPT = 1_000
"""A count never goes above this."""


class Window(Protocol):
    """Something that watches."""

    value: float | bool | None

    def observe(self, now_ns: int) -> None: ...


class Rate:
    """Change per second over the window; Unknown until half the window has been seen. A bad reading starts it afresh."""

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self._read = read
        self._window_ns = window_ns
        self._samples: deque[tuple[int, float]] = deque(maxlen=SAMPLES_KEPT + 2)

    def observe(self, now_ns: int) -> None:
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


class ForLast:
    """True once the condition has been true, without a known false, for the window. Time spent Unknown does not count."""

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self._read = read
        self._window_ns = window_ns
        self._held_ns = 0
        self._seen_ns: int | None = None

    def observe(self, now_ns: int) -> None:
        held = self._read()
        if self._seen_ns is not None:
            self._held_ns += max(0, now_ns - self._seen_ns)
        self._seen_ns = now_ns if held else None
        if held is None:
            self.value = None
            return
        if not held:
            self._held_ns = 0
        self.value = bool(held) and self._held_ns >= self._window_ns


class Count:
    """How often the condition became true within the window."""

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self._read = read
        self._window_ns = window_ns
        self._was: bool | None = None
        self._starts: deque[int] = deque(maxlen=STARTS_KEPT)

    def observe(self, now_ns: int) -> None:
        x = self._read()
        if x is not None:
            if x and self._was is False:
                self._starts.append(now_ns)
            self._was = bool(x)
        while self._starts and self._starts[0] <= now_ns - self._window_ns:
            self._starts.popleft()
        self.value = None if self._was is None else float(len(self._starts))


class Changed:
    """Whether the value differs from the one before: at this reading, or at any reading within the window.

    Unknown until a change was seen or the window has been watched through: just after a start nothing has stood still for minutes.
    """

    def __init__(self, read: Read, window_ns: int) -> None:
        self.value: float | bool | None = None
        self._read = read
        self._window_ns = window_ns
        self._was: float | str | bool | None = None
        self._changed_ns: int | None = None
        self._watched_ns: int | None = None
        """Since when there has been a good value without a break."""

    def observe(self, now_ns: int) -> None:
        x = self._read()
        if x is None:
            self.value = self._watched_ns = None
            return
        if self._watched_ns is None:
            self._watched_ns = now_ns
        if self._was is not None and x != self._was:
            self._changed_ns = now_ns
        self._was = x
        if self._changed_ns is not None and now_ns - self._changed_ns <= self._window_ns:
            self.value = True
        else:
            self.value = False if now_ns - self._watched_ns >= self._window_ns else None


class Stale:
    """Whether the point has brought no usable value for the window; counted from the first look when it never did. Never Unknown."""

    def __init__(self, usable_ns: Callable[[], int | None], window_ns: int) -> None:
        self.value: float | bool | None = None
        self._usable_ns = usable_ns
        self._window_ns = window_ns
        self._first_ns: int | None = None

    def observe(self, now_ns: int) -> None:
        if self._first_ns is None:
            self._first_ns = now_ns
        last = self._usable_ns()
        self.value = now_ns - (self._first_ns if last is None else last) > self._window_ns


class BetweenHours:
    """Whether the site's local hour lies in ``start`` ≤ hour < ``end``; over midnight when ``start`` is the later."""

    def __init__(self, start: int, end: int, timezone: ZoneInfo) -> None:
        self.value: float | bool | None = None
        self._start = start
        self._end = end
        self._timezone = timezone

    def observe(self, now_ns: int) -> None:
        hour = datetime.fromtimestamp(now_ns // SECOND, self._timezone).hour
        after_start, before_end = hour >= self._start, hour < self._end
        self.value = (after_start and before_end) if self._start <= self._end else (after_start or before_end)
