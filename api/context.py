"""What the API needs of the running platform. The composition root fills it; handlers only ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from api.bench import Bench
from model.alarm import Occurrence, Standing
from model.clock import Clock
from model.people import Actor
from model.ports import HealthCheck, Journal, Stream
from model.reading import History, LiveValues
from model.rule import Rule
from model.site import Site
from model.text import Text
from model.ticket import Ticket, TicketAct, TicketClass


class AlarmActs(Protocol):
    """Operator's acts. Each is on disk and on the stream before it returns.

    IllegalAct when the state does not allow it, KeyError when the occurrence, rule or device is unknown.
    """

    async def acknowledge(self, occurrence: str, by: Actor, comment: str) -> Occurrence: ...

    async def shelve(self, occurrence: str, by: Actor, reason: str, duration_ns: int, one_shot: bool) -> Occurrence: ...

    async def unshelve(self, occurrence: str, by: Actor) -> Occurrence: ...

    async def reset(self, occurrence: str, by: Actor) -> Occurrence: ...

    async def comment(self, occurrence: str, by: Actor, text: str) -> Occurrence: ...

    async def out_of_service(self, rule: str, device: str, by: Actor, reason: str) -> Standing: ...

    async def in_service(self, rule: str, device: str, by: Actor) -> Standing: ...

    def standing(self, rule: str, device: str) -> Standing: ...

    def flagged(self) -> Sequence[Standing]:
        """Every alarm that is shelved, suppressed or out of service now."""
        ...


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket opened by hand."""

    title: Text
    ticket_class: TicketClass
    area: str
    device: str = ""
    skill: str = ""
    note: str = ""


class TicketActs(Protocol):
    """The desk. Each act is on disk and on the stream before it returns; IllegalTicketAct or KeyError otherwise."""

    async def open(self, draft: TicketDraft, by: Actor) -> Ticket: ...

    async def act(self, ticket: str, act: TicketAct, by: Actor, comment: str = "", owner: str | None = None) -> Ticket:
        """``owner`` is the person dispatched to; for HOLD the comment is the reason code, for FINISH and CANCEL what was done or why."""
        ...


@dataclass(frozen=True, slots=True)
class Platform:
    site: Site
    rules: Sequence[Rule]
    live: LiveValues
    history: History
    journal: Journal
    alarms: AlarmActs
    tickets: TicketActs
    stream: Stream
    clock: Clock
    health: HealthCheck
    token_secret: str
    counters: Mapping[str, float] = field(default_factory=dict)
    """Live view of the platform's own counters by metric name (``guanjia_polls_total``), for /metrics."""
    bench: Bench | None = None
    """The tester's, where the site is simulated."""
    demo: bool = False
    """Whether the demo logins are offered on the login page."""
