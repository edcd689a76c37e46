"""The words of the outbox: what a person is told about a ticket."""

from dataclasses import dataclass, replace
from enum import StrEnum

from model.text import Text


class NoticeKind(StrEnum):
    """Why somebody is told. The gravest first: of what happens to a ticket at once, each person is told one thing."""

    UNASSIGNED = "unassigned"
    """Nobody can be sent: somebody must dispatch it by hand."""
    MADE_EMERGENCY = "made_emergency"
    CALLED_AGAIN = "called_again"
    """An emergency that nobody has answered in time has called once more."""
    REWORK = "rework"
    REPEATED = "repeated"
    """The same fault keeps coming back: its root cause is to be found."""
    ALARM_ROSE = "alarm_rose"
    """Its alarm has become graver."""
    DISPATCHED = "dispatched"
    """It is yours now."""
    EMERGENCY = "emergency"
    """It has begun; others have been sent."""
    HANDED_ON = "handed_on"
    """It was yours and is another's now."""
    CANCELLED = "cancelled"
    """It was yours and is written off."""
    ARRIVE_LATE = "arrive_late"
    FINISH_LATE = "finish_late"
    ACCEPT_LATE = "accept_late"


class NoticeState(StrEnum):
    PENDING = "pending"
    TOLD = "told"
    """Delivered to the person, by some channel."""
    SEEN = "seen"
    """The person says so."""


class Channel(StrEnum):
    """The way a notice takes to the person."""

    CONSOLE = "console"
    """The person's own pages and programs, over the API."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing one person is told, once: the journal keeps one per ticket, recipient and cause."""

    ticket: str
    recipient: str
    """Id of the person, which is the login's name too."""
    kind: NoticeKind
    cause: str
    """What in the ticket's life it is about: ``dispatch@1768352400000000000`` an event, ``arrive#2`` the ticket's third clock."""
    text: Text
    created_at_ns: int
    number: int = 0
    """Given by the journal; 0 before that."""
    attempts: int = 0
    """How often some channel has tried to deliver it."""
    told_at_ns: int | None = None
    channel: Channel | None = None
    """Which channel delivered it."""
    seen_at_ns: int | None = None

    def delivered(self, channel: Channel, now_ns: int) -> "Notice":
        """After a channel has delivered it."""
        return replace(self, attempts=self.attempts + 1, told_at_ns=now_ns, channel=channel)

    @property
    def state(self) -> NoticeState:
        if self.seen_at_ns is not None:
            return NoticeState.SEEN
        return NoticeState.PENDING if self.told_at_ns is None else NoticeState.TOLD
