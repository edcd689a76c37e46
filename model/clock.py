"""Time as the product sees it: integer nanoseconds, injected."""

from typing import Protocol

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """The only source of time for code that acts; code that decides takes ``now_ns`` as an argument."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds that never run backwards; for periods and deadlines."""
        ...

    async def sleep_until(self, monotonic_ns: int) -> None:
        """Return once ``monotonic_ns()`` has reached the given instant; at once when it has passed."""
        ...
