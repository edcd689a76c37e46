"""Looks at the platform itself every few seconds, its store and its load of alarms, and puts what it sees before the rules."""

import asyncio
import shutil
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from model.clock import HOUR, SECOND, Clock
from model.own_state import OwnState, own_block
from model.reading import Block

log = structlog.get_logger()
LOOK_NS = 10 * SECOND


class Stored(Protocol):
    """The store, as far as it tells of itself. May read its file; safe to call from any thread."""

    def wait_s(self) -> float:
        """Age of the oldest block that a sink has not taken."""
        ...

    def fill(self) -> float:
        """Share of the spool's bounds in use, 0 to 1."""
        ...

    def lost(self) -> int:
        """Blocks refused or dropped unread, ever."""
        ...


class LossWindow:
    """How many were lost within the last hour, from a count that only grows. Pure."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()

    def within_hour(self, lost: int, now_ns: int) -> int:
        self._seen.append((now_ns, lost))
        while len(self._seen) > 1 and self._seen[1][0] <= now_ns - HOUR:
            self._seen.popleft()
        return lost - self._seen[0][1]


class OwnWatch:
    """Runs beside the hub, which hands the blocks on."""

    def __init__(self, store: Stored, folder: Path, observe: Callable[[Block], None], clock: Clock, alarms: Callable[[], int]) -> None:
        """``alarms``: how many were annunciated within the last 10 minutes; asked on the event loop, where the engine runs."""
        self._store, self._folder, self._observe, self._clock, self._alarms = store, folder, observe, clock, alarms
        self._losses = LossWindow()
        self._is_blind = False

    async def run(self) -> None:
        """Goes on until cancelled; a store that can't even be looked at leaves its alarms as they are."""
        while True:
            try:
                self._observe(await self._looked())
                self._is_blind = False
            except Exception as error:
                # A full disk must not end the platform that tells of it.
                if not self._is_blind:
                    log.exception("own_state_unknown", error=repr(error))
                self._is_blind = True
            await self._clock.sleep_until(self._clock.monotonic_ns() + LOOK_NS)

    async def _looked(self) -> Block:
        """In a thread, whose look is over before anybody closes the store."""
        looking = asyncio.ensure_future(asyncio.to_thread(self.look, self._alarms()))
        try:
            return await asyncio.shield(looking)
        except asyncio.CancelledError:
            await asyncio.wait([looking])
            raise

    def look(self, alarms: int = 0) -> Block:
        now_ns = self._clock.now_ns()
        state = OwnState(
            history_wait=self._store.wait_s(),
            spool_fill=100 * self._store.fill(),
            blocks_lost=self._losses.within_hour(self._store.lost(), self._clock.monotonic_ns()),
            disk_free=shutil.disk_usage(self._folder).free / (1 << 30),
            alarms_10min=alarms,
        )
        return own_block(state, now_ns)
