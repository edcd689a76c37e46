"""A clock that stands until the test moves it."""

import asyncio


class StandingClock:
    def __init__(self, now_ns: int = 1_768_431_187_000_000_000) -> None:
        self._now_ns = now_ns
        self._elapsed_ns = 0
        self._moved = asyncio.Condition()

    def now_ns(self) -> int:
        return self._now_ns + self._elapsed_ns

    def monotonic_ns(self) -> int:
        return self._elapsed_ns

    async def sleep_until(self, monotonic_ns: int) -> None:
        async with self._moved:
            await self._moved.wait_for(lambda: self._elapsed_ns >= monotonic_ns)

    async def move(self, seconds: float) -> None:
        async with self._moved:
            self._elapsed_ns += round(seconds * 1e9)
            self._moved.notify_all()
        for _ in range(20):  # let whoever slept do its work
            await asyncio.sleep(0)
