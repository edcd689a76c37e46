"""The one lane to the journal: everything that changes alarms or tickets goes through it, in order, and is told only once it is on disk.

hub, operators ──► queue (unbounded: alarm events are never dropped) ──► one thread ──► told(…)
                   └ events that wait together are one transaction; desk work has one of its own
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from guanjia.journal_record import JournalRecord, OnAlarm, Told
from guanjia.write_ahead import WriteAhead
from model.alarm import AlarmEvent
from model.clock import SECOND, Clock
from model.ports import Journal, JournalUnavailable, JournalWrite, Judged, PartHealth

log = structlog.get_logger()
T = TypeVar("T")

LAST_TRIES_NS = 10 * SECOND
"""Once it is to end, so long a journal that refuses is asked again. What it lacks then is judged again at the next start."""
TOGETHER = 100
"""Events in one transaction at most, if they come singly: telling them takes a few milliseconds of the event loop."""


@dataclass(slots=True)
class _Job:
    """Batches of alarm events, or one piece of desk work; ``waiting`` learn of it once it is committed (or refused)."""

    events: list[AlarmEvent] = field(default_factory=list)
    work: Callable[[JournalWrite], object] | None = None
    mark: int = 0
    """What had been judged when the events were made, and when that was."""
    at_ns: int = 0
    judged: Judged | None = None
    waiting: "list[asyncio.Future[object]]" = field(default_factory=list)
    result: object = None


class JournalLane:
    """Writes in order, retries while the disk refuses, and tells ``on_told`` afterwards, on the event loop."""

    def __init__(
        self, journal: Journal, on_alarm: OnAlarm, on_told: Callable[[Told], None], clock: Clock, ahead: WriteAhead | None = None
    ) -> None:
        """``ahead``: what has to be on disk before the events are; None where readings are not kept."""
        self._record = JournalRecord(journal, on_alarm)
        self._on_told = on_told
        self._clock = clock
        self._ahead = ahead
        self._queue: deque[_Job] = deque()
        self._come = asyncio.Event()
        self._ending_ns: int | None = None
        """Since when it is to end."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._refusing = ""
        self.events = self.transactions = 0

    def put(self, events: Sequence[AlarmEvent]) -> None:
        """Queue events of the engine. Never blocks, never drops."""
        self._put(self._made(events))

    def put_judged(self, events: Sequence[AlarmEvent], judged: Judged) -> None:
        """Queue what was judged from rows that are on disk, up to a position."""
        self._put(_Job(events=list(events), judged=judged))

    async def commit(self, events: Sequence[AlarmEvent]) -> None:
        """Queue events and wait until they are on disk and told."""
        await self._finish(self._made(events))

    async def work(self, work: Callable[[JournalWrite], T]) -> T:
        """Run a piece of desk work in a transaction of its own; what it raises comes back here and nothing of it is kept."""
        return await self._finish(_Job(work=work))  # type: ignore[return-value]

    def _made(self, events: Sequence[AlarmEvent]) -> _Job:
        if self._ahead is None:
            return _Job(events=list(events))
        return _Job(events=list(events), mark=self._ahead.mark(), at_ns=self._ahead.reached())

    async def _finish(self, job: _Job) -> object:
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        job.waiting.append(done)
        self._put(job)
        return await done

    def _put(self, job: _Job) -> None:
        self._queue.append(job)
        self._come.set()

    def health(self) -> PartHealth:
        return PartHealth("journal", not self._refusing, self._refusing)

    def counters(self) -> dict[str, float]:
        return {
            "guanjia_journal_events_total": float(self.events),
            "guanjia_journal_transactions_total": float(self.transactions),
            "guanjia_journal_waiting_jobs": float(len(self._queue)),
            "guanjia_journal_overtaken_total": float(self._ahead.overtaken if self._ahead else 0),
        }

    async def run(self) -> None:
        """Until ``stop``: take what waits, commit it, tell it."""
        while not (self._ending_ns is not None and not self._queue):
            if not self._queue:
                self._come.clear()
                await self._come.wait()
                continue
            await self._commit(await self._next())
        self._thread.shutdown(wait=True)

    def stop(self) -> None:
        """Finish what is queued, then end ``run``; where the journal refuses, at the latest some seconds from now."""
        self._ending_ns = self._clock.monotonic_ns()
        self._come.set()

    async def _next(self) -> _Job:
        """What goes into the next transaction: the first that waits, and with it the events behind it whose blocks are on disk too."""
        job = self._queue.popleft()
        if job.work is not None or self._ahead is None:
            return self._joined(job)
        if job.judged is None:
            await self._ahead.stored(job.mark)
        job = self._joined(job)
        job.judged = job.judged or self._ahead.judged(job.mark, job.at_ns)
        return job

    def _joined(self, job: _Job) -> _Job:
        if job.work is not None or job.judged is not None:
            return job
        while self._queue and len(job.events) < TOGETHER and self._may_join(job, following := self._queue[0]):
            self._queue.popleft()
            job.events += following.events
            job.waiting += following.waiting
            job.mark, job.at_ns = following.mark, following.at_ns
        return job

    def _may_join(self, job: _Job, following: _Job) -> bool:
        if following.work is not None or following.judged is not None:
            return False
        # What has overtaken its blocks says nothing of how far the journal reaches; those behind it would only wait in vain, too.
        return self._ahead is None or self._ahead.is_stored(following.mark) or not self._ahead.is_stored(job.mark)

    async def _commit(self, job: _Job) -> None:
        loop = asyncio.get_running_loop()
        pause_s = 0.1
        while True:
            try:
                told = await loop.run_in_executor(self._thread, self._transaction, job)
                break
            except JournalUnavailable as error:
                if self._is_over():
                    self._refuse(job, error)
                    return
                self._refusing = f"the journal can't be written: {error}"
                log.error("journal_refused", error=str(error), waiting_s=pause_s)
                await self._clock.sleep_until(self._clock.monotonic_ns() + int(pause_s * SECOND))
                pause_s = min(pause_s * 2, 5.0)
            except Exception as error:  # noqa: BLE001 - handed to whoever waits, or logged; the lane goes on
                self._refuse(job, error)
                return
        if self._refusing:
            self._refusing = ""
            log.info("journal_accepts_again")
        self.transactions += 1
        self._tell(told)
        for done in job.waiting:
            if not done.done():
                done.set_result(job.result)

    def _tell(self, told: Sequence[Told]) -> None:
        """What can't be told is on disk all the same; the lane goes on, or nothing would be kept any more."""
        for one in told:
            self.events += one.event is not None
            try:
                self._on_told(one)
            except Exception as error:
                log.exception("journal_event_not_told", kind=one.event.kind.value if one.event else "", error=repr(error))

    def _is_over(self) -> bool:
        return self._ending_ns is not None and self._clock.monotonic_ns() - self._ending_ns >= LAST_TRIES_NS

    def _refuse(self, job: _Job, error: Exception) -> None:
        waiting = [done for done in job.waiting if not done.done()]
        for done in waiting:
            done.set_exception(error)
        if not waiting:
            log.error("journal_event_lost_to_error", error=repr(error), kinds=[e.kind.value for e in job.events])

    def _transaction(self, job: _Job) -> list[Told]:
        if job.work is not None:
            job.result, told = self._record.work(job.work)
            return [told]
        return self._record.events(job.events, job.judged)
