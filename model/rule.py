"""A rule as written: what to watch for, and what a person should do about it. Conditions stay text here; ``rules`` compiles them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.alarm import Priority
from model.text import Text
from model.ticket import TicketClass


@dataclass(frozen=True, slots=True)
class Scope:
    """Which devices a rule is for; every given part must match. Patterns are shell-like (``b07.*``)."""

    device_class: str | None = None
    system: str | None = None
    area: str | None = None
    device: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Rationale:
    """The rationalisation record (ISA-18.2 §9): why the alarm exists and what to do."""

    cause: Text
    consequence: Text
    action: Text
    respond_within_s: int
    steps: tuple[Text, ...] = ()
    source: str = ""
    """Standard and clause, or 'practice', behind the limit."""


@dataclass(frozen=True, slots=True)
class TicketOrder:
    ticket_class: TicketClass
    skill: str = ""
    cause: str = ""
    """Tickets are one per asset and cause; empty takes the rule's id."""


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
    file: str = ""
    line: int = 0
