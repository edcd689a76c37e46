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
        self._singled: list[Told] = []
        """Of a batch with a refused event in it: what is on disk and whoever waits for the whole batch has not heard of."""

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
        told = self._batch(pending, judged) if pending or judged is not None else []
        told, self._singled = [*self._singled, *told], []
        return told

    def _batch(self, pending: list[AlarmEvent], judged: Judged | None) -> list[Told]:
        try:
            return self._together(pending, judged)
        except JournalUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one bad event must not take its neighbours along
            log.error("journal_batch_refused", error=repr(error), events=len(pending))
            self._singly(pending)
            return self._together([], judged)

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

    def _singly(self, pending: list[AlarmEvent]) -> None:
        """Something in the batch was refused: keep all the others, and name the one."""
        while pending:
            event = pending[0]
            try:
                self._singled += self._alone(event)
            except JournalUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - logged with its name; the next events still count
                log.error("journal_event_refused", kind=event.kind.value, rule=event.standing.rule, error=repr(error))
            del pending[0]

    def _alone(self, event: AlarmEvent) -> list[Told]:
        """With its tickets; where the desk chokes on it, without: the alarm must not be lost over its ticket."""
        try:
            return self._together([event])
        except JournalUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - logged with its name; it raises again below where it is not the desk's
            log.error("journal_event_without_desk", kind=event.kind.value, rule=event.standing.rule, error=repr(error))
        with self._journal.write() as tx:
            tx.record(event)
        return [Told(event)]


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
