"""What the API needs of the running platform. The composition root fills it; handlers only ask."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from api.backtesting import BacktestJob, Backtests
from api.bench import Bench
from api.rulebook import RuleActs
from model.alarm import Occurrence, Priority, Standing
from model.alarm_columns import AlarmName
from model.clock import Clock
from model.people import Actor
from model.ports import HealthCheck, Journal, Stream
from model.reading import History, LiveValues
from model.rule import Rule
from model.site import Site
from model.text import Text
from model.ticket import Ticket, TicketAct, TicketClass
from rules.flood import Flood


class AlarmActs(Protocol):
    """Operator's acts. Each is on disk and on the stream before it returns.

    IllegalAct when the state does not allow it, KeyError when the occurrence, rule or device is unknown.
    """

    async def acknowledge(self, occurrence: str, by: Actor, comment: str) -> Occurrence: ...

    async def shelve(self, occurrence: str, by: Actor, reason: str, duration_ns: int, one_shot: bool) -> Occurrence: ...

    async def unshelve(self, occurrence: str, by: Actor) -> Occurrence: ...

    async def reset(self, occurrence: str, by: Actor) -> Occurrence: ...

    async def comment(self, occurrence: str, by: Actor, text: str) -> Occurrence: ...

    async def request_removal(self, rule: str, device: str, by: Actor, reason: str, until_ns: int | None) -> Standing:
        """Ask to take an alarm out of service; without an end for as long as may be."""
        ...

    async def approve_removal(self, rule: str, device: str, by: Actor) -> Standing: ...

    async def refuse_removal(self, rule: str, device: str, by: Actor, reason: str) -> Standing: ...

    async def in_service(self, rule: str, device: str, by: Actor) -> Standing: ...

    def standing(self, rule: str, device: str) -> Standing: ...

    def flagged(self) -> Sequence[Standing]:
        """Every alarm that is shelved, suppressed or out of service now, or asked to be taken out of it."""
        ...

    def flood(self) -> Flood | None: ...

    def annunciated(self) -> int:
        """How many alarms within the last 10 minutes."""
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


class SuggestionActs(Protocol):
    """What would quiet a rule, looked for as a job among the backtests."""

    def ask(self, rule: str, start_ns: int, end_ns: int, by: Actor) -> BacktestJob:
        """KeyError for a rule that does not run, QueueFull."""
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
    watched: Callable[[], Mapping[AlarmName, Priority]] = dict
    """Every alarm that can be raised now, with its priority."""
    backtests: Backtests | None = None
    """Of a platform whose history can be judged again."""
    suggestions: SuggestionActs | None = None
    """The same."""
    bench: Bench | None = None
    """The tester's, where the site is simulated."""
    rulebook: RuleActs = field(kw_only=True)
    demo: bool = False
    """Whether the demo logins are offered on the login page."""
