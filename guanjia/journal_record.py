"""How alarm events and the desk's work enter the journal: each batch one transaction, tickets in the transaction of their alarm."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

import structlog

from model.alarm import AlarmEvent
from model.ports import Journal, JournalUnavailable, JournalWrite
from model.ticket import Ticket, TicketEvent

log = structlog.get_logger()
T = TypeVar("T")
TicketChange = tuple[Ticket, TicketEvent]
Told = tuple[AlarmEvent | None, Sequence[TicketChange]]
"""An alarm event with the tickets it changed; without an event, the tickets that a person changed."""


class OnAlarm(Protocol):
    """What the ticket desk does with an alarm event inside the event's own transaction."""

    def __call__(self, tx: JournalWrite, event: AlarmEvent) -> Sequence[TicketChange]: ...


class JournalRecord:
    """Blocking; one caller at a time. What it returns is on disk. JournalUnavailable: nothing more than before is, try again."""

    def __init__(self, journal: Journal, on_alarm: OnAlarm) -> None:
        self._journal = journal
        self._on_alarm = on_alarm

    def work(self, work: Callable[[JournalWrite], T]) -> tuple[T, list[TicketChange]]:
        """A piece of desk work in a transaction of its own; what it raises passes through and nothing of it is kept."""
        with self._journal.write() as tx:
            recorder = _Recorder(tx)
            result = work(cast(JournalWrite, recorder))
        return result, recorder.changes

    def events(self, pending: list[AlarmEvent]) -> list[Told]:
        """All of a batch, or whatever of it is not refused. When even that meets an unavailable journal, ``pending`` keeps what is left."""
        if not pending:
            return []
        try:
            return self._together(pending)
        except JournalUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one bad event must not take its neighbours along
            log.error("journal_batch_refused", error=repr(error), events=len(pending))
            return self._singly(pending)

    def _together(self, events: Sequence[AlarmEvent]) -> list[Told]:
        told: list[Told] = []
        with self._journal.write() as tx:
            for event in events:
                tx.record(event)
                told.append((event, self._on_alarm(tx, event)))
        return told

    def _singly(self, pending: list[AlarmEvent]) -> list[Told]:
        """Something in the batch was refused: keep all the others, and name the one."""
        told: list[Told] = []
        while pending:
            event = pending[0]
            try:
                told += self._together([event])
            except JournalUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - logged with its name; the next events still count
                log.error("journal_event_refused", kind=event.kind.value, rule=event.standing.rule, error=repr(error))
            del pending[0]
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
