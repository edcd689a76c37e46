"""The one lane to the journal: everything that changes alarms or tickets goes through it, in order, and is told only once it is on disk.

hub, operators ──► queue (unbounded: alarm events are never dropped) ──► one thread, one transaction per batch ──► told(…)
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

import structlog

from model.alarm import AlarmEvent
from model.clock import SECOND, Clock
from model.ports import Journal, JournalUnavailable, JournalWrite, PartHealth
from model.ticket import Ticket, TicketEvent

log = structlog.get_logger()
T = TypeVar("T")
TicketChange = tuple[Ticket, TicketEvent]


class OnAlarm(Protocol):
    """What the ticket desk does with an alarm event inside the event's own transaction."""

    def __call__(self, tx: JournalWrite, event: AlarmEvent) -> Sequence[TicketChange]: ...


@dataclass(slots=True)
class _Job:
    """A batch of alarm events, or one piece of desk work; ``done`` is set once it is committed (or refused)."""

    events: Sequence[AlarmEvent] = ()
    work: Callable[[JournalWrite], object] | None = None
    done: "asyncio.Future[object] | None" = None
    result: object = None
    changes: list[TicketChange] = field(default_factory=list)


class JournalLane:
    """Writes in order, retries while the disk refuses, and tells ``on_told`` afterwards, on the event loop."""

    def __init__(
        self, journal: Journal, on_alarm: OnAlarm, on_told: Callable[[AlarmEvent | None, Sequence[TicketChange]], None], clock: Clock
    ) -> None:
        self._journal = journal
        self._on_alarm = on_alarm
        self._on_told = on_told
        self._clock = clock
        self._queue: asyncio.Queue[_Job | None] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._refusing = ""

    def put(self, events: Sequence[AlarmEvent]) -> None:
        """Queue events of the engine. Never blocks, never drops."""
        self._queue.put_nowait(_Job(events=events))

    async def commit(self, events: Sequence[AlarmEvent]) -> None:
        """Queue events and wait until they are on disk and told."""
        await self._finish(_Job(events=events))

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
        for event, changes in told:
            self._on_told(event, changes)
        if job.done is not None and not job.done.done():
            job.done.set_result(job.result)

    def _refuse(self, job: _Job, error: Exception) -> None:
        if job.done is not None and not job.done.done():
            job.done.set_exception(error)
            return
        log.error("journal_event_lost_to_error", error=repr(error), kinds=[e.kind.value for e in job.events])

    def _transaction(self, job: _Job) -> list[tuple[AlarmEvent | None, Sequence[TicketChange]]]:
        if job.work is not None:
            with self._journal.write() as tx:
                recorder = _Recorder(tx)
                job.result = job.work(cast(JournalWrite, recorder))
            return [(None, recorder.changes)]
        try:
            return self._record(job.events)
        except JournalUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one bad event must not take its neighbours along
            log.error("journal_batch_refused", error=repr(error), events=len(job.events))
            return self._record_singly(job)

    def _record(self, events: Sequence[AlarmEvent]) -> list[tuple[AlarmEvent | None, Sequence[TicketChange]]]:
        told: list[tuple[AlarmEvent | None, Sequence[TicketChange]]] = []
        with self._journal.write() as tx:
            for event in events:
                tx.record(event)
                told.append((event, self._on_alarm(tx, event)))
        return told

    def _record_singly(self, job: _Job) -> list[tuple[AlarmEvent | None, Sequence[TicketChange]]]:
        """Something in the batch was refused: keep all the others, and name the one."""
        told: list[tuple[AlarmEvent | None, Sequence[TicketChange]]] = []
        while job.events:
            event = job.events[0]
            try:
                told += self._record([event])
            except JournalUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - logged with its name; the next events still count
                log.error("journal_event_refused", kind=event.kind.value, rule=event.standing.rule, error=repr(error))
            job.events = job.events[1:]
        return told


class _Recorder:
    """A transaction that remembers which tickets it changed, so that they can be told."""

    def __init__(self, tx: JournalWrite) -> None:
        self._tx = tx
        self.changes: list[TicketChange] = []

    def put_ticket(self, ticket: Ticket, event: TicketEvent) -> None:
        self._tx.put_ticket(ticket, event)
        self.changes.append((ticket, event))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)
