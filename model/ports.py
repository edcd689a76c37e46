"""What the rooms of the house ask of each other, as protocols: they meet here and nowhere else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from model.alarm import AlarmEvent, Occurrence, Standing
from model.notice import Channel, Notice
from model.people import User
from model.ticket import Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what: one line per write through the API or the command line."""

    at_ns: int
    who: str
    what: str
    target: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OccurrenceFilter:
    """Empty parts do not filter. ``active`` True: not ended yet. ``before`` pages backwards in time by occurrence id."""

    state: str | None = None
    system: str | None = None
    device: str | None = None
    priority: str | None = None
    active: bool | None = None
    before: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class TicketFilter:
    state: str | None = None
    open: bool | None = None
    owner: str | None = None
    device: str | None = None
    system: str | None = None
    before: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """``before`` pages backwards by number."""

    recipient: str | None = None
    ticket: str | None = None
    before: int | None = None
    limit: int = 100


class JournalWrite(Protocol):
    """One transaction: all of it is on disk when the context closes, or none of it is."""

    def record(self, event: AlarmEvent) -> None:
        """Append the event and store its snapshots. Raises ``DuplicateOpen`` on a second open occurrence of one alarm."""
        ...

    def occurrence(self, occurrence_id: str) -> Occurrence | None: ...

    def attach(self, occurrence_id: str, ticket_id: str) -> None:
        """Put the ticket's id on the occurrence."""
        ...

    def ticket(self, ticket_id: str) -> Ticket | None: ...

    def open_ticket(self, device: str, cause: str) -> Ticket | None: ...

    def put_ticket(self, ticket: Ticket, event: TicketEvent) -> None:
        """Insert or replace the ticket and append the event. Raises ``DuplicateOpen`` on a second open ticket of one asset and cause."""
        ...

    def put_notice(self, notice: Notice) -> Notice | None:
        """Keep it, with its number; None when that person has a notice of that ticket and cause already."""
        ...

    def notice(self, number: int) -> Notice | None: ...

    def mark_told(self, numbers: Sequence[int], channel: Channel, now_ns: int) -> None:
        """Delivered. What is told or seen already stays as it is."""
        ...

    def mark_seen(self, number: int, now_ns: int) -> None:
        """The person has seen it; the first time counts."""
        ...

    def loads(self) -> Mapping[str, int]:
        """Owner → how many open tickets they have; people without any are absent."""
        ...

    def next_number(self, series: str, day: str) -> int:
        """1, 2, 3 … within a series (``GD``) and a site-local day (``260114``); never given twice."""
        ...

    def audit(self, line: AuditLine) -> None: ...


class DuplicateOpen(Exception):
    """The database refused a second open occurrence or ticket for the same alarm or cause."""


class JournalUnavailable(Exception):
    """The journal can't be written just now (disk full, locked, server away). Nothing was kept; the same write may be tried again."""


class HistoryUnavailable(Exception):
    """The past can't be read just now: the store is away, or refuses. What comes in goes on being kept; ask again."""


class Journal(Protocol):
    """Alarms, tickets, users and the audit trail. Blocking; safe to call from any thread."""

    def write(self) -> AbstractContextManager[JournalWrite]: ...

    def standings(self) -> Sequence[tuple[Standing, Occurrence | None]]:
        """Every alarm that is not plainly normal, with its open occurrence: what the engine restores."""
        ...

    def occurrences(self, where: OccurrenceFilter) -> Sequence[Occurrence]: ...

    def occurrence(self, occurrence_id: str) -> Occurrence | None: ...

    def standing_of(self, occurrence: Occurrence) -> Standing: ...

    def alarm_events(self, occurrence_id: str) -> Sequence[AlarmEvent]:
        """Its story, oldest first; snapshots as they were then."""
        ...

    def tickets(self, where: TicketFilter) -> Sequence[Ticket]: ...

    def ticket(self, ticket_id: str) -> Ticket | None: ...

    def ticket_events(self, ticket_id: str) -> Sequence[TicketEvent]: ...

    def notices(self, where: NoticeFilter) -> Sequence[Notice]:
        """Those not seen first, each part newest first."""
        ...

    def user(self, name: str) -> User | None: ...

    def users(self) -> Sequence[User]: ...

    def put_user(self, user: User) -> None: ...

    def audit_lines(self, limit: int, before_ns: int | None = None) -> Sequence[AuditLine]: ...


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event: ``kind`` readings, alarm, ticket, notice, link; ``data`` is ready for JSON."""

    id: int
    kind: str
    data: dict[str, Any]


class Stream(Protocol):
    """The live stream with a short memory, so that a client can resume."""

    def publish(self, kind: str, data: dict[str, Any]) -> None: ...

    def subscribe(self, after_id: int | None) -> "Subscription": ...


class Subscription(Protocol):
    async def __anext__(self) -> StreamEvent: ...

    def __aiter__(self) -> "Subscription": ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part's state, with the reason when it is not well."""

    part: str
    ok: bool
    reason: str = ""


HealthCheck = Callable[[], Iterable[PartHealth]]
