"""The words of the maintenance desk (派工单)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from model.text import Text


class TicketClass(StrEnum):
    """The four threes (四三制): emergency on the spot in 3 min, small solved in 30 min, large in 3 h, hard answered in 3 days."""

    EMERGENCY = "emergency"
    SMALL = "small"
    LARGE = "large"
    HARD = "hard"


class TicketState(StrEnum):
    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    ON_SITE = "on_site"
    IN_WORK = "in_work"
    HELD = "held"
    FINISHED = "finished"
    VERIFIED = "verified"
    VISITED = "visited"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self not in (TicketState.CLOSED, TicketState.CANCELLED)


UNTOUCHED = frozenset({TicketState.REGISTERED, TicketState.DISPATCHED, TicketState.CANCELLED})
"""States of a ticket that nobody has taken on, or that was written off; unless it was sent back to be done again."""


ROOT_CAUSE = "repeated:"
"""Begins the cause of a ticket that looks for the root of a fault that keeps coming back; the fault's own cause follows."""


class TicketAct(StrEnum):
    """What a person does to a ticket; the names are the last part of the API path."""

    DISPATCH = "dispatch"
    ACCEPT = "accept"
    ARRIVE = "arrive"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    FINISH = "finish"
    VERIFY = "verify"
    VISIT = "visit"
    REWORK = "rework"
    CANCEL = "cancel"
    CLOSE = "close"
    COMMENT = "comment"


class Promise(StrEnum):
    """What the clocks measure."""

    ACCEPT = "accept"
    ARRIVE = "arrive"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class PromiseClock:
    """One promise of a ticket. ``due_at_ns`` already contains the pauses; ``paused_at_ns`` set: it stands still."""

    promise: Promise
    due_at_ns: int
    met_at_ns: int | None = None
    paused_at_ns: int | None = None

    def is_broken(self, now_ns: int) -> bool:
        """Overdue, or met too late."""
        end = self.met_at_ns if self.met_at_ns is not None else self.paused_at_ns if self.paused_at_ns is not None else now_ns
        return end > self.due_at_ns


@dataclass(frozen=True, slots=True)
class Ticket:
    """One job with one owner. Immutable; each change is a new snapshot.

    ``device`` and ``cause`` name what it is one per while open; both empty for a ticket a person reported by hand without equipment.
    """

    id: str
    number: str
    """Running number within the site, ``GD-260114-021``."""
    ticket_class: TicketClass
    state: TicketState
    title: Text
    area: str
    opened_at_ns: int
    opened_by: str
    device: str = ""
    cause: str = ""
    skill: str = ""
    owner: str | None = None
    clocks: tuple[PromiseClock, ...] = ()
    alarms: tuple[str, ...] = ()
    """Ids of the occurrences attached, oldest first."""
    first_steps: tuple[Text, ...] = ()
    hold_reason: str | None = None
    reworks: int = 0
    result: str = ""
    closed_at_ns: int | None = None

    @property
    def is_for_root_cause(self) -> bool:
        return self.cause.startswith(ROOT_CAUSE)

    @property
    def is_worked_on(self) -> bool:
        """Whether somebody has taken it on: what it is about was an incident. One that is written off was none."""
        return self.reworks > 0 or self.state not in UNTOUCHED


class Job(NamedTuple):
    """What counting needs of a ticket."""

    number: str
    cause: str
    state: TicketState
    opened_ns: int
    closed_ns: int | None
    reworks: int


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One line of a ticket's story."""

    ticket: str
    at_ns: int
    what: str
    """A ``TicketAct`` value, or ``opened``, ``alarm_attached``, ``made_emergency``, ``called_again``, ``alarm_rose`` (to a graver level),
    ``alarm_returned``, ``alarm_withdrawn``, ``repeated`` (the fault keeps coming back: the comment is the number of the ticket that looks
    for its root cause)."""
    by: str
    comment: str = ""
    state: TicketState | None = None
    """The state after it."""
    owner: str | None = None
    """The owner after it."""


class IllegalTicketAct(Exception):
    """An act the ticket's present state does not allow. Nothing was changed; the message names the acts that are allowed."""
