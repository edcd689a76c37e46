"""What came of a scenario, in the words in which it is expected. Times are nanoseconds after ``at: 0``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.alarm import Priority
from model.notice import NoticeKind
from model.scenario import ClockState
from model.ticket import Promise, TicketClass, TicketState


@dataclass(frozen=True, slots=True)
class CameAlarm:
    """One occurrence."""

    id: str
    rule: str
    device: str
    priority: Priority
    raised_ns: int
    returned_ns: int | None = None
    ended_ns: int | None = None
    acknowledged_ns: int | None = None
    under: str = ""
    """The alarm it is or was folded under, ``rule@device``; empty: it stood by itself all the time."""

    @property
    def name(self) -> str:
        return f"{self.rule}@{self.device}"


@dataclass(frozen=True, slots=True)
class CameTicket:
    number: str
    alarms: tuple[str, ...]
    """``rule@device`` of every occurrence attached, oldest first."""
    ticket_class: TicketClass
    state: TicketState
    opened_ns: int
    closed_ns: int | None = None
    owner: str = ""
    clocks: Mapping[Promise, ClockState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CameNotice:
    ticket: str
    alarms: tuple[str, ...]
    """``rule@device`` of every occurrence on the ticket, oldest first."""
    to: str
    kind: NoticeKind
    at_ns: int


@dataclass(frozen=True, slots=True)
class CameEnergy:
    """``amount`` None: nothing is known."""

    point: str
    from_ns: int
    to_ns: int
    amount: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Alarms in the order they were raised, tickets in the order they were opened, notices in the order they were decided."""

    alarms: tuple[CameAlarm, ...] = ()
    tickets: tuple[CameTicket, ...] = ()
    energy: tuple[CameEnergy, ...] = ()
    notices: tuple[CameNotice, ...] = ()
    troubles: tuple[str, ...] = ()
    """Acts of the timeline that could not be played as written, one sentence each."""
