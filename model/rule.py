"""A rule as written: what to watch for, and what a person should do about it. Conditions stay text here; ``rules`` compiles them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from model.alarm import Priority
from model.text import Text
from model.ticket import TicketClass


class Within(StrEnum):
    """How far something goes: one device, all devices in one area, the whole site."""

    DEVICE = "device"
    AREA = "area"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which devices a rule is for; every given part must match. Patterns are shell-like (``b07.*``)."""

    device_class: str | None = None
    system: str | None = None
    area: str | None = None
    device: str | None = None
    profile: str | None = None
    one_per: Within = Within.DEVICE
    """One alarm for each of them, for the first that fits in each area, or for the first on the site: for what is asked of a group."""

    @property
    def patterns(self) -> dict[str, str]:
        """Part → pattern, of the parts that are given."""
        parts = {
            "device_class": self.device_class,
            "system": self.system,
            "area": self.area,
            "device": self.device,
            "profile": self.profile,
        }
        return {part: pattern for part, pattern in parts.items() if pattern is not None}


@dataclass(frozen=True, slots=True)
class Revision:
    """One line of a rule's history, as its author wrote it."""

    on: date
    by: str
    what: Text


@dataclass(frozen=True, slots=True)
class Rationale:
    """The rationalisation record (ISA-18.2 §9): why the alarm exists, what to do, and who stands for it."""

    cause: Text
    consequence: Text
    action: Text
    respond_within_s: int
    steps: tuple[Text, ...] = ()
    source: str = ""
    """Standard and clause, or 'practice', behind the limit."""
    confirm: Text | None = None
    """How to make sure that it is so before anything is touched."""
    owner: Text | None = None
    """The role that answers for the rule."""
    approved_by: Text | None = None
    """The role that has approved it."""
    reviewed: date | None = None
    """When it was last looked over."""
    history: tuple[Revision, ...] = ()

    @property
    def first_steps(self) -> tuple[Text, ...]:
        """What whoever gets the ticket does first."""
        return self.steps or (self.action,)


@dataclass(frozen=True, slots=True)
class TicketOrder:
    ticket_class: TicketClass
    skill: str = ""
    cause: str = ""
    """Tickets are one per asset and cause; empty takes the rule's id."""


@dataclass(frozen=True, slots=True)
class Level:
    """A graver degree of the same trouble: while the alarm is active and ``when`` holds, it has this severity instead of the rule's."""

    id: str
    when: str
    priority: Priority
    text: Text
    on_delay_ns: int = 0
    ticket: TicketOrder | None = None
    """None: the rule's own."""
    why: Rationale | None = None
    """Whole, with what it has from the rule; None: the rule's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    scope: Scope
    when: str
    text: Text
    why: Rationale
    priority: Priority
    version: str
    """Changes whenever any part of the rule changes."""
    clear_when: str | None = None
    """Recovery condition apart from ``when``; None: ``when`` false with its deadbands."""
    on_delay_ns: int = 0
    off_delay_ns: int = 0
    deadband: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    """Point name → unit the condition is written in; readings are converted to it."""
    params: Mapping[str, float] = field(default_factory=dict)
    latched: bool = False
    realarm_ns: int | None = None
    shelvable: bool = True
    max_shelve_ns: int = 3_600_000_000_000
    life_safety: bool = False
    suppressed_by: tuple[str, ...] = ()
    ticket: TicketOrder | None = None
    priority_by_class: Mapping[str, Priority] = field(default_factory=dict)
    """Device class → priority, where it differs from ``priority``."""
    levels: tuple[Level, ...] = ()
    """From the least grave to the gravest."""
    first_out: str = ""
    """Name of the group in which the first by source time is marked; empty: in none."""
    first_out_within: Within = Within.DEVICE
    """Among the alarms of one device, or of all devices in one area."""
    hold: bool = True
    """Whether it is held when it chatters or comes and goes at once. False for what must be heard each time."""
    file: str = ""
    line: int = 0

    def at(self, level: str) -> "Rule":
        """As it is at one of its levels: with the ticket and the rationale of that level, where it has its own."""
        come_to = next((one for one in self.levels if one.id == level), None)
        return replace(self, ticket=come_to.ticket or self.ticket, why=come_to.why or self.why) if come_to else self
