"""First the reading, then what was made of it: alarm events enter the journal once the blocks they were judged from are on disk.

block ──► spool ──► its commit ─────────────────┐
  └─────► engine ──► events, marked ──► lane ──► waits for it ──► journal: events and "judged up to row W", one transaction

So the journal is never ahead of the spool: what was judged and is not in the journal is judged again after a crash, and what is in the
journal is not. A spool that can't write keeps nobody from being called: after a second the events go ahead of it, and from then on all
that come, until it writes again.
"""

import asyncio
from collections.abc import Callable

from model.ports import Judged
from model.reading import Spooled

PATIENCE_S = 1.0
"""How long an alarm waits for a spool that can't write: the journal may well lie on the same full disk."""


class WriteAhead:
    """``identity``: the spool's, under which the journal keeps how far it has been judged. ``reached``: the engine's own time."""

    def __init__(self, spool: Spooled, identity: str, reached: Callable[[], int]) -> None:
        self._spool = spool
        self._identity = identity
        self.reached = reached
        """Up to when time has been let pass; an act of a person may be later than that."""
        self._stuck_at: int | None = None
        """What was committed when somebody has waited in vain."""
        self._news: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.overtaken = 0
        """How often events did not wait any longer."""
        spool.on_commit(self._committed)

    def mark(self) -> int:
        """What has been judged by now; somebody waits for its commit."""
        self._spool.rush()
        return self._spool.accepted

    def is_stored(self, mark: int) -> bool:
        return self._spool.committed >= mark

    @property
    def is_stuck(self) -> bool:
        """Whether the spool has kept somebody waiting and has written nothing since: nobody else need try."""
        return self._stuck_at == self._spool.committed

    async def stored(self, mark: int) -> None:
        """Returns when everything judged up to the mark is on disk, or after ``PATIENCE_S``; at once while the spool is stuck."""
        if self.is_stored(mark):
            return
        if self.is_stuck:
            self._spool.rush()
            self.overtaken += 1
            return
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not self.is_stored(mark):
                    self._spool.rush()
                    await self._news.wait()
                    self._news.clear()
        except TimeoutError:
            self.overtaken += 1
            self._stuck_at = self._spool.committed
        finally:
            self._loop = None

    def judged(self, mark: int, at_ns: int) -> Judged | None:
        """What to write beside events of that mark and time; None when they have overtaken their blocks."""
        position = self._spool.position(mark) if self.is_stored(mark) else None
        return None if position is None else Judged(self._identity, position, at_ns)

    def _committed(self, _: int) -> None:
        """On the spool's thread."""
        loop, news = self._loop, self._news
        if loop is not None and news is not None:
            loop.call_soon_threadsafe(news.set)
