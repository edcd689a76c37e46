"""A scenario: what happens on a site, and what the platform must make of it. All times are nanoseconds after ``at: 0``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from model.alarm import Priority
from model.notice import NoticeKind
from model.text import Text
from model.ticket import Promise, TicketAct, TicketClass, TicketState


@dataclass(frozen=True, slots=True)
class AlarmPattern:
    """``rule@device``; either side may hold shell wildcards."""

    rule: str
    device: str

    def __str__(self) -> str:
        return f"{self.rule}@{self.device}"

    @property
    def is_exact(self) -> bool:
        """Whether it can mean one alarm only."""
        return not set("*?[") & set(str(self))

    def matches(self, rule: str, device: str) -> bool:
        return fnmatchcase(rule, self.rule) and fnmatchcase(device, self.device)


# ── what happens ──


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Machines break. Without ``for_ns`` until mended; ``severity`` 0…1, ``onset_ns`` until it is fully grown, where the fault can grow."""

    at_ns: int
    devices: tuple[str, ...]
    fault: str
    for_ns: int | None = None
    onset_ns: int | None = None
    severity: float | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    at_ns: int
    devices: tuple[str, ...]
    fault: str


@dataclass(frozen=True, slots=True)
class WireFault:
    """Devices misbehave on the wire; ``network`` is a word of the simulators, ``ok`` ends it.

    ``amount`` is in the fault's own measure (seconds, or a share); None: as much as is usual.
    """

    at_ns: int
    devices: tuple[str, ...]
    network: str
    for_ns: int | None = None
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class BrokerOutage:
    """The message broker is away."""

    at_ns: int
    for_ns: int


@dataclass(frozen=True, slots=True)
class PlatformCrash:
    """The platform dies as by a power cut and is started again ``for_ns`` later; nothing is read meanwhile."""

    at_ns: int
    for_ns: int


@dataclass(frozen=True, slots=True)
class EdgeOutage:
    """An edge machine can't reach the platform for a while; it goes on reading meanwhile."""

    at_ns: int
    edge: str
    for_ns: int


class StoreKind(StrEnum):
    """What is wrong with the platform's own store."""

    AWAY = "away"
    """The history takes nothing; the spool has room for weeks."""
    FULL = "full"
    """The history takes nothing and the spool has reached its bound: the oldest readings go."""
    DISK_LOW = "disk_low"


@dataclass(frozen=True, slots=True)
class StoreTrouble:
    """The platform's store is unwell, as far as the platform sees it; readings, alarms and tickets go on."""

    at_ns: int
    kind: StoreKind
    for_ns: int


class AlarmVerb(StrEnum):
    """What a person does to an alarm."""

    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    RESET = "reset"
    COMMENT = "comment"
    OUT_OF_SERVICE = "out_of_service"
    IN_SERVICE = "in_service"


@dataclass(frozen=True, slots=True)
class AlarmAct:
    """A person acts on every open alarm that matches. ``refused``: the platform must not let them."""

    at_ns: int
    by: str
    verb: AlarmVerb
    alarm: AlarmPattern
    for_ns: int | None = None
    words: str = ""
    """Comment or reason."""
    refused: bool = False
    approved_by: str = ""
    """Who lets it go out of service in the same moment; empty: it stays asked for."""


@dataclass(frozen=True, slots=True)
class TicketStep:
    """A person acts on the ticket that the alarm has opened or joined."""

    at_ns: int
    by: str
    act: TicketAct
    alarm: AlarmPattern
    comment: str = ""
    owner: str | None = None
    refused: bool = False


Act = Breakdown | Repair | WireFault | BrokerOutage | PlatformCrash | EdgeOutage | StoreTrouble | AlarmAct | TicketStep


# ── what must come of it ──


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is to happen: not before ``earliest_ns`` and not after ``latest_ns``; never, when both are None."""

    earliest_ns: int | None
    latest_ns: int | None

    def admits(self, at_ns: int | None) -> bool:
        if self.earliest_ns is None or self.latest_ns is None:
            return at_ns is None
        return at_ns is not None and self.earliest_ns <= at_ns <= self.latest_ns


NEVER = Moment(None, None)


class ClockState(StrEnum):
    """How a promise of a ticket stands at the end."""

    MET = "met"
    BROKEN = "broken"
    """Overdue, or met too late."""
    RUNNING = "running"
    PAUSED = "paused"
    NONE = "none"
    """The ticket's class promises no such thing."""


@dataclass(frozen=True, slots=True)
class ExpectedAlarm:
    """``count`` occurrences of alarms that match. What is None is not compared."""

    alarm: AlarmPattern
    line: int
    count: int = 1
    raised: Moment | None = None
    returned: Moment | None = None
    ended: Moment | None = None
    acknowledged: Moment | None = None
    priority: Priority | None = None
    under: str | None = None
    """The alarm (``rule@device``) that explains it and under which it is folded; empty: it stands by itself."""


@dataclass(frozen=True, slots=True)
class ExpectedTicket:
    """``count`` tickets, each with an occurrence of an alarm that matches. What is None is not compared."""

    alarm: AlarmPattern
    line: int
    count: int = 1
    ticket_class: TicketClass | None = None
    state: TicketState | None = None
    opened: Moment | None = None
    closed: Moment | None = None
    owner: str | None = None
    """Empty: nobody."""
    alarms: int | None = None
    """How many occurrences are attached."""
    clocks: Mapping[Promise, ClockState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpectedNotice:
    """``count`` notices of that kind about a ticket that has an occurrence of an alarm that matches, to one of these people."""

    alarm: AlarmPattern
    line: int
    to: str
    """As it is written: a person, a role or a post."""
    people: frozenset[str]
    """Ids of those it means."""
    kind: NoticeKind
    count: int = 1
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class ExpectedEnergy:
    """What a counter counts between two moments, in ``unit``; ``within`` is the tolerance, in ``unit`` too."""

    point: str
    line: int
    from_ns: int
    to_ns: int
    amount: float
    unit: str
    within: float


@dataclass(frozen=True, slots=True)
class Expectations:
    """Whole lists: what comes and is not expected is as wrong as what is expected and does not come."""

    alarms: tuple[ExpectedAlarm, ...] = ()
    tickets: tuple[ExpectedTicket, ...] = ()
    energy: tuple[ExpectedEnergy, ...] = ()
    notices: tuple[ExpectedNotice, ...] | None = None
    """None: who is told what is not compared."""


@dataclass(frozen=True, slots=True)
class Scenario:
    id: str
    name: Text
    about: Text
    start_ns: int
    """The instant of ``at: 0``, nanoseconds since 1970 UTC; the warm-up lies before it."""
    length_ns: int
    warm_up_ns: int
    step_ns: int
    """Longest physics step, and the finest poll."""
    seed: int
    timeline: tuple[Act, ...]
    """In order of their moments."""
    expected: Expectations
    file: str = ""
    recording: str = ""
    """The file whose blocks are heard in place of simulated devices; empty: they are simulated."""
