"""An on-delay or off-delay that is running: how long the condition has been known to be as it must be."""

from rules.memory import DelayMemory


class Delay:
    """Adds up known time. Unknown pauses it, the contrary cancels it."""

    __slots__ = ("_elapsed_ns", "_running_ns", "began_ns")

    def __init__(self) -> None:
        self.began_ns: int | None = None
        self._elapsed_ns = 0
        self._running_ns: int | None = None

    def run(self, now_ns: int) -> None:
        """Begin, or go on after a pause."""
        if self.began_ns is None:
            self.began_ns = now_ns
        if self._running_ns is None:
            self._running_ns = now_ns

    def pause(self, now_ns: int) -> None:
        if self._running_ns is not None:
            self._elapsed_ns += now_ns - self._running_ns
            self._running_ns = None

    def sleep(self, since_ns: int, until_ns: int) -> None:
        """Nobody watched from one instant to the other: that time does not count."""
        if self._running_ns is not None:
            self._elapsed_ns += since_ns - self._running_ns
            self._running_ns = until_ns

    def cancel(self) -> None:
        self.began_ns = None
        self._running_ns = None
        self._elapsed_ns = 0

    def shift(self, step_ns: int) -> None:
        """The clock was set: what has elapsed stays elapsed."""
        if self.began_ns is not None:
            self.began_ns += step_ns
        if self._running_ns is not None:
            self._running_ns += step_ns

    def remembered(self) -> DelayMemory | None:
        """None while it has not begun."""
        return None if self.began_ns is None else DelayMemory(self.began_ns, self._elapsed_ns, self._running_ns)

    def recall(self, memory: DelayMemory | None) -> None:
        self.cancel()
        if memory is not None:
            self.began_ns, self._elapsed_ns, self._running_ns = memory.began_ns, memory.elapsed_ns, memory.running_ns

    def due_ns(self, length_ns: int) -> int | None:
        """When it will be over; None while it does not run."""
        return None if self._running_ns is None else self._running_ns + length_ns - self._elapsed_ns
