"""The order of one edge node's messages: each has a number, one more than the last, and 0 again after 255 (Sparkplug 3.0.0 §6.4.5). Pure.

What comes out of turn is held until what is missing has come, or patience is over: then the node is asked to begin again (§5.9, tck-id-
operational-behavior-host-reordering-*), and what was held is taken as it is, for a node that does not listen must not make us deaf.
"""

from typing import Generic, TypeVar

T = TypeVar("T")
_NUMBERS = 256


class Sequence(Generic[T]):
    """Holds at most 255 messages: one per number."""

    def __init__(self, patience_ns: int) -> None:
        self._patience_ns = patience_ns
        self._next = 0
        self._held: dict[int, T] = {}
        self._since_ns = 0

    def begin(self, number: int) -> None:
        """A birth: it has this number, and what came before it counts no more."""
        self._next = (number + 1) % _NUMBERS
        self._held.clear()

    def take(self, number: int, message: T, now_ns: int) -> list[T]:
        """The messages whose turn it is now, in order. One said twice in a row is dropped."""
        if number != self._next:
            if number != (self._next - 1) % _NUMBERS:
                self._since_ns = self._since_ns if self._held else now_ns
                self._held[number] = message
            return []
        ready = [message]
        self._next = (number + 1) % _NUMBERS
        while self._next in self._held:
            ready.append(self._held.pop(self._next))
            self._next = (self._next + 1) % _NUMBERS
        return ready

    def overdue(self, now_ns: int) -> list[T]:
        """What has waited too long for messages that are lost; the count goes on after it."""
        if not self._held or now_ns - self._since_ns < self._patience_ns:
            return []
        ready = sorted(self._held, key=lambda number: (number - self._next) % _NUMBERS)
        self._next = (ready[-1] + 1) % _NUMBERS
        return [self._held.pop(number) for number in ready]
