"""Time that passes only when somebody lets it."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualClock:
    """``model.clock.Clock``. Nobody waits on it: whatever is due is done by whoever lets time pass."""

    def __init__(self, now_ns: int) -> None:
        self.now = now_ns

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.now

    async def sleep_until(self, monotonic_ns: int) -> None:
        """The rests between two requests are shorter than any step here."""


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that has nothing to wait for, without a loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError(f"{coroutine} waits for something that never comes in virtual time")
