"""The one lane to the journal: everything that changes alarms or tickets goes through it, in order, and is told only once it is on disk.

hub, operators ──► queue (unbounded: alarm events are never dropped) ──► one thread, one transaction per batch ──► told(…)
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from guanjia.journal_record import JournalRecord, OnAlarm, Told
from model.alarm import AlarmEvent
from model.clock import SECOND, Clock
from model.ports import Journal, JournalUnavailable, JournalWrite, PartHealth

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(slots=True)
class _Job:
    """A batch of alarm events, or one piece of desk work; ``done`` is set once it is committed (or refused)."""

    events: list[AlarmEvent] = field(default_factory=list)
    work: Callable[[JournalWrite], object] | None = None
    done: "asyncio.Future[object] | None" = None
    result: object = None


class JournalLane:
    """Writes in order, retries while the disk refuses, and tells ``on_told`` afterwards, on the event loop."""

    def __init__(self, journal: Journal, on_alarm: OnAlarm, on_told: Callable[[Told], None], clock: Clock) -> None:
        self._record = JournalRecord(journal, on_alarm)
        self._on_told = on_told
        self._clock = clock
        self._queue: asyncio.Queue[_Job | None] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._refusing = ""

    def put(self, events: Sequence[AlarmEvent]) -> None:
        """Queue events of the engine. Never blocks, never drops."""
        self._queue.put_nowait(_Job(events=list(events)))

    async def commit(self, events: Sequence[AlarmEvent]) -> None:
        """Queue events and wait until they are on disk and told."""
        await self._finish(_Job(events=list(events)))

    async def work(self, work: Callable[[JournalWrite], T]) -> T:
        """Run a piece of desk work in a transaction of its own; what it raises comes back here and nothing of it is kept."""
        return await self._finish(_Job(work=work))  # type: ignore[return-value]

    async def _finish(self, job: _Job) -> object:
        job.done = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(job)
        return await job.done

    def health(self) -> PartHealth:
        return PartHealth("journal", not self._refusing, self._refusing)

    async def run(self) -> None:
        """Until ``stop``: take what waits, commit it, tell it."""
        while (job := await self._queue.get()) is not None:
            await self._commit(job)
        self._thread.shutdown(wait=True)

    def stop(self) -> None:
        """Finish what is queued, then end ``run``."""
        self._queue.put_nowait(None)

    async def _commit(self, job: _Job) -> None:
        loop = asyncio.get_running_loop()
        pause_s = 0.1
        while True:
            try:
                told = await loop.run_in_executor(self._thread, self._transaction, job)
                break
            except JournalUnavailable as error:
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
        for one in told:
            self._on_told(one)
        if job.done is not None and not job.done.done():
            job.done.set_result(job.result)

    def _refuse(self, job: _Job, error: Exception) -> None:
        if job.done is not None and not job.done.done():
            job.done.set_exception(error)
            return
        log.error("journal_event_lost_to_error", error=repr(error), kinds=[e.kind.value for e in job.events])

    def _transaction(self, job: _Job) -> list[Told]:
        if job.work is not None:
            job.result, told = self._record.work(job.work)
            return [told]
        return self._record.events(job.events)
