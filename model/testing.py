"""The words of a tester's day: what was broken, what should come of it by the rule book, what came, and the verdict (合格, 不合格)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from model.alarm import Occurrence, Priority
from model.ticket import Ticket, TicketClass


class ActKind(StrEnum):
    """What was done to the simulated site; the words of the simulators' own log."""

    FAULT_INJECTED = "fault_injected"
    FAULT_HEALED = "fault_healed"
    NETWORK_FAULT = "network_fault"
    NETWORK_HEALED = "network_healed"
    SCENARIO_PLAYED = "scenario_played"
    CLOCK_SET = "clock_set"

    @property
    def breaks(self) -> bool:
        return self in (ActKind.FAULT_INJECTED, ActKind.NETWORK_FAULT)


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the simulators' log. ``at_ns`` is the platform's time; every duration is in seconds of site time.

    A machine and its wire are named by ``device``, a gateway by its ``host:port``; neither with ``broker``.
    """

    id: int
    at_ns: int
    kind: ActKind
    fault: str = ""
    device: str = ""
    gateway: str = ""
    broker: bool = False
    severity: float | None = None
    amount: float | None = None
    """How much of a network fault, in its own measure: seconds or a share."""
    onset_s: float = 0.0
    for_s: float | None = None
    speed: float = 1.0
    """Site seconds per second at that moment."""
    by: str = ""
    scenario: str = ""
    expect: tuple[str, ...] | None = None
    """Rules the tester expects; None leaves it to the book, empty expects silence."""

    @property
    def target(self) -> tuple[str, str, bool]:
        """What was broken, as one key."""
        return self.device, self.gateway, self.broker

    @property
    def is_network(self) -> bool:
        return self.kind in (ActKind.NETWORK_FAULT, ActKind.NETWORK_HEALED)


@dataclass(frozen=True, slots=True)
class Session:
    """One sitting of a tester. ``stopped_ns`` None: it runs."""

    number: int
    title: str
    started_ns: int
    started_by: str
    stopped_ns: int | None = None
    acts: tuple[Act, ...] = ()


class SessionConflict(Exception):
    """A session is running already, or none is. The message is for a person."""


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    """Something expected has not come yet and still may."""
    NOTED = "noted"
    """Nobody said what to expect; what came is written down."""


class Shortfall(StrEnum):
    """Why an injection has not passed."""

    MISSING = "missing"
    LATE = "late"
    PRIORITY = "priority"
    NO_TICKET = "no_ticket"
    UNEXPECTED = "unexpected"
    STOOD = "stood"
    """The alarm stood already, so nothing could come: no failure, and no proof either."""
    SHADOWED = "shadowed"
    """Another alarm that explains it holds it back, as designed: no proof either."""

    @property
    def fails(self) -> bool:
        return self not in (Shortfall.STOOD, Shortfall.SHADOWED)


@dataclass(frozen=True, slots=True)
class Expected:
    """An alarm the rule book promises for an injection, at most ``due_s`` after it."""

    rule: str
    device: str
    priority: Priority
    on_delay_s: float
    due_s: float
    ticket: TicketClass | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """An alarm that came after an injection, with its ticket."""

    occurrence: Occurrence
    after_s: float
    ticket: Ticket | None = None
    expected: Expected | None = None
    shortfalls: tuple[Shortfall, ...] = ()

    @property
    def folded(self) -> bool:
        """Born under the alarm that explains it: recorded, neither shouted nor ticketed."""
        return not self.occurrence.annunciated


@dataclass(frozen=True, slots=True)
class Injection:
    """What was broken with all that belongs to it. ``missing`` was expected and has not come."""

    act: Act
    mended_ns: int | None
    expected: Sequence[Expected] | None
    came: Sequence[Came]
    missing: Sequence[Expected]
    verdict: Verdict
    shortfalls: Sequence[Shortfall] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A session as it stands at ``until_ns``. ``others`` are alarms that no injection explains."""

    session: Session
    until_ns: int
    injections: Sequence[Injection] = ()
    others: Sequence[Came] = field(default=())

    @property
    def tickets(self) -> Sequence[Ticket]:
        """Every ticket once, in the order they came."""
        found = {came.ticket.id: came.ticket for part in (*(i.came for i in self.injections), self.others) for came in part if came.ticket}
        return sorted(found.values(), key=lambda ticket: ticket.opened_at_ns)

    def count(self, verdict: Verdict) -> int:
        return sum(injection.verdict is verdict for injection in self.injections)
