"""How alarm events and the desk's work enter the journal: each batch one transaction, tickets in the transaction of their alarm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import structlog

from model.alarm import AlarmEvent
from model.notice import Notice
from model.ports import Journal, JournalUnavailable, JournalWrite, Judged
from model.ticket import Ticket, TicketEvent

log = structlog.get_logger()
T = TypeVar("T")
TicketChange = tuple[Ticket, TicketEvent]


@dataclass(frozen=True, slots=True)
class Told:
    """What is on disk and may be told: an alarm event with the tickets it changed; without an event, what a person or time has done."""

    event: AlarmEvent | None = None
    changes: Sequence[TicketChange] = ()
    notices: Sequence[Notice] = ()
    """What people must learn of it."""


class OnAlarm(Protocol):
    """What the ticket desk does with an alarm event inside the event's own transaction."""

    def __call__(self, tx: JournalWrite, event: AlarmEvent) -> object: ...


class JournalRecord:
    """Blocking; one caller at a time. What it returns is on disk. JournalUnavailable: nothing more than before is, try again."""

    def __init__(self, journal: Journal, on_alarm: OnAlarm) -> None:
        self._journal = journal
        self._on_alarm = on_alarm

    def work(self, work: Callable[[JournalWrite], T]) -> tuple[T, Told]:
        """A piece of desk work in a transaction of its own; what it raises passes through and nothing of it is kept."""
        with self._journal.write() as tx:
            recorder = _Recorder(tx)
            result = work(cast(JournalWrite, recorder))
        return result, recorder.told()

    def events(self, pending: list[AlarmEvent], judged: Judged | None = None) -> list[Told]:
        """All of a batch, or whatever of it is not refused. When even that meets an unavailable journal, ``pending`` keeps what is left.

        ``judged``: how far the journal then reaches, in the transaction of the events.
        """
        if not pending and judged is None:
            return []
        try:
            return self._together(pending, judged)
        except JournalUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one bad event must not take its neighbours along
            log.error("journal_batch_refused", error=repr(error), events=len(pending))
            told = self._singly(pending)
            self._together([], judged)
            return told

    def _together(self, events: Sequence[AlarmEvent], judged: Judged | None = None) -> list[Told]:
        told: list[Told] = []
        with self._journal.write() as tx:
            for event in events:
                tx.record(event)
                recorder = _Recorder(tx)
                self._on_alarm(cast(JournalWrite, recorder), event)
                told.append(recorder.told(event))
            if judged is not None:
                tx.put_judged(judged)
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
    """A transaction that remembers which tickets it changed and whom it gave notice, so that they can be told."""

    def __init__(self, tx: JournalWrite) -> None:
        self._tx = tx
        self._changes: list[TicketChange] = []
        self._notices: list[Notice] = []

    def put_ticket(self, ticket: Ticket, event: TicketEvent) -> None:
        self._tx.put_ticket(ticket, event)
        self._changes.append((ticket, event))

    def put_notice(self, notice: Notice) -> Notice | None:
        kept = self._tx.put_notice(notice)
        if kept is not None:
            self._notices.append(kept)
        return kept

    def told(self, event: AlarmEvent | None = None) -> Told:
        return Told(event, self._changes, self._notices)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)
