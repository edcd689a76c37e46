"""The machine's own clock."""

import asyncio
import time

from model.clock import SECOND


class SystemClock:
    """``model.clock.Clock`` on the operating system's time."""

    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep_until(self, monotonic_ns: int) -> None:
        wait_ns = monotonic_ns - time.monotonic_ns()
        await asyncio.sleep(max(0.0, wait_ns / SECOND))
