"""What the rooms of the house ask of each other, as protocols: they meet here and nowhere else."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from model.alarm import AlarmEvent, AlarmEventKind, Excursion, Occurrence, Raise, Standing
from model.alarm_columns import AlarmColumns
from model.notice import Channel, Notice
from model.people import User
from model.reading import Block
from model.rule_version import RuleVersion
from model.ticket import Job, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what: one line per write through the API or the command line."""

    at_ns: int
    who: str
    what: str
    target: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """Every alarm event of the blocks up to ``position`` in that spool and of the time up to ``at_ns`` is in the journal; none of later."""

    spool: str
    position: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class OccurrenceFilter:
    """Empty parts do not filter. ``active`` True: not ended yet. ``before`` pages backwards in time by occurrence id.

    ``before_open``: that one had not ended when its page was read, wherever it stands by now; so with tickets and notices.
    """

    state: str | None = None
    system: str | None = None
    device: str | None = None
    priority: str | None = None
    active: bool | None = None
    before: str | None = None
    limit: int = 100
    before_open: bool = False


@dataclass(frozen=True, slots=True)
class TicketFilter:
    state: str | None = None
    open: bool | None = None
    owner: str | None = None
    device: str | None = None
    system: str | None = None
    before: str | None = None
    limit: int = 100
    before_open: bool = False


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """``before`` pages backwards by number."""

    recipient: str | None = None
    ticket: str | None = None
    before: int | None = None
    limit: int = 100
    before_open: bool = False


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

    def excursions(self, device: str, cause: str, since_ns: int) -> Sequence[Excursion]:
        """The annunciated occurrences of one asset and cause raised since, oldest first."""
        ...

    def jobs_of(self, device: str, cause: str, since_ns: int) -> Sequence[Job]:
        """The tickets of one asset and cause, and of its root cause, that were closed since, or are open; oldest first."""
        ...

    def loads(self) -> Mapping[str, int]:
        """Owner → how many open tickets they have; people without any are absent."""
        ...

    def next_number(self, series: str, day: str) -> int:
        """1, 2, 3 … within a series (``GD``) and a site-local day (``260114``); never given twice."""
        ...

    def keep_rule_versions(self, versions: Sequence[RuleVersion]) -> None:
        """Append what is in force from now on."""
        ...

    def audit(self, line: AuditLine) -> None: ...

    def put_judged(self, judged: Judged) -> None:
        """What the alarm events in the journal now reach up to."""
        ...


class Trail(Protocol):
    """What the alarm engine has judged, on disk. Positions are ids of rows, in the order in which they were judged."""

    identity: str
    """Whose positions these are: another spool, another word."""

    def span(self) -> tuple[int, int]:
        """Positions of the oldest row held and of the newest ever; (newest + 1, newest) when there is none."""
        ...

    def blocks(self, after: int, through: int) -> Iterator[tuple[int, Block]]:
        """What was judged behind one position up to another; without devices that have left."""
        ...

    def hold(self, position: int) -> None:
        """Keep what lies behind the position."""
        ...

    def harden(self) -> None:
        """Make all that was committed outlive a power cut. Raises OSError or sqlite3.Error."""
        ...


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

    def annunciated(self, since_ns: int, but_of: str) -> Sequence[Raise]:
        """What was annunciated of what was raised since then, oldest first, but for one device's."""
        ...

    def occurrences(self, where: OccurrenceFilter) -> Sequence[Occurrence]: ...

    def occurrence(self, occurrence_id: str) -> Occurrence | None: ...

    def standing_of(self, occurrence: Occurrence) -> Standing: ...

    def alarm_events(self, occurrence_id: str) -> Sequence[AlarmEvent]:
        """Its story, oldest first; snapshots as they were then."""
        ...

    def alarm_columns(self, start_ns: int, end_ns: int) -> AlarmColumns:
        """Every occurrence raised in start ≤ t < end, and every earlier one that was not over at the start."""
        ...

    def alarm_events_of(self, kinds: Sequence[AlarmEventKind], start_ns: int, end_ns: int) -> Sequence[AlarmEvent]:
        """What happened of these kinds in start ≤ t < end, oldest first, without the evidence."""
        ...

    def tickets(self, where: TicketFilter) -> Sequence[Ticket]: ...

    def ticket(self, ticket_id: str) -> Ticket | None: ...

    def ticket_events(self, ticket_id: str) -> Sequence[TicketEvent]: ...

    def notices(self, where: NoticeFilter) -> Sequence[Notice]:
        """Those not seen first, each part newest first."""
        ...

    def rule_versions(self, rule: str | None = None) -> Sequence[RuleVersion]:
        """Every version of one rule, or of all, in the order in which they came into force."""
        ...

    def judged(self, spool: str) -> Judged | None:
        """How far the alarm events of that spool's blocks reach; None when it was never said."""
        ...

    def recorded_from_ns(self) -> int | None:
        """When the first line about an alarm or a rule was written; None while there is none. Nothing is known of the time before."""
        ...

    def newest_occurrence(self) -> str | None:
        """The id given last, by day and number."""
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
