"""Lets the promises of open tickets run out: who must be told is decided by the desk and committed through the journal's lane.

The same live and in virtual time: whoever lets time pass calls ``lapse``. A restart looks at every open ticket once, and the journal keeps
one notice of each cause: what was broken while nobody ran is told then, and only once.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

import structlog

from model.clock import SECOND, Clock
from model.ports import Journal, JournalWrite, TicketFilter
from model.ticket import Ticket
from tickets.desk import Desk
from tickets.promise_watch import PromiseWatch

log = structlog.get_logger()
T = TypeVar("T")
TICK_NS = SECOND
"""How late a broken promise is noticed at most: promises count minutes."""
_ALL = 1_000_000


class WorkLane(Protocol):
    """The way into the journal, for desk work."""

    async def work(self, work: Callable[[JournalWrite], T]) -> T: ...


class PromiseTimer:
    """Runs where the lane is told of, on the event loop; nothing is read from the journal until a promise's time has come."""

    def __init__(self, desk: Desk, lane: WorkLane, journal: Journal) -> None:
        self._desk = desk
        self._lane = lane
        self._watch = PromiseWatch()
        for ticket in journal.tickets(TicketFilter(open=True, limit=_ALL)):
            self._watch.note(ticket)

    def note(self, ticket: Ticket) -> None:
        """A ticket has changed, and that is on disk."""
        self._watch.note(ticket)

    @property
    def next_due_ns(self) -> int | None:
        return self._watch.next_due_ns

    async def lapse(self, now_ns: int) -> None:
        """Tell of all that has run out by now; returns when it is on disk."""
        for ticket_id in self._watch.due(now_ns):
            try:
                ticket = await self._lane.work(partial(self._desk.lapse, ticket_id=ticket_id, now_ns=now_ns))
            except Exception as error:  # noqa: BLE001 - one ticket's mistake must not silence the promises of the others
                log.error("promise_not_told", ticket=ticket_id, error=repr(error))
            else:
                if ticket is not None:
                    self._watch.note(ticket)

    async def run(self, clock: Clock) -> None:
        """For as long as the platform runs."""
        while True:
            due_ns = self.next_due_ns
            if due_ns is not None and due_ns <= clock.now_ns():
                await self.lapse(clock.now_ns())
            await clock.sleep_until(clock.monotonic_ns() + TICK_NS)
