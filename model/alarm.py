"""The words of alarm management (ISA-18.2 / IEC 62682)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from model.people import Actor
from model.quality import Quality
from model.text import Text


class Priority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def digit(self) -> int:
        """The digit shown in the shape: 1 for critical to 4 for low."""
        return list(Priority).index(self) + 1


class AlarmState(StrEnum):
    NORMAL = "normal"
    ACTIVE_UNACKNOWLEDGED = "active_unacknowledged"
    ACTIVE_ACKNOWLEDGED = "active_acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED_ACKNOWLEDGED = "latched_acknowledged"

    @property
    def wire(self) -> str:
        """The state as other programs see it: latched alarms stay active on the wire and carry the flag ``latched``."""
        return _WIRE[self]


_WIRE = {
    AlarmState.NORMAL: "normal",
    AlarmState.ACTIVE_UNACKNOWLEDGED: "active_unacknowledged",
    AlarmState.ACTIVE_ACKNOWLEDGED: "active_acknowledged",
    AlarmState.RETURNED_UNACKNOWLEDGED: "returned_unacknowledged",
    AlarmState.LATCHED_UNACKNOWLEDGED: "active_unacknowledged",
    AlarmState.LATCHED_ACKNOWLEDGED: "active_acknowledged",
}


class AlarmEventKind(StrEnum):
    """What happened to an alarm; the reason of a transition and the type of its journal line."""

    RAISED = "raised"
    RETURNED = "returned"
    SUPERSEDED = "superseded"
    """The condition recurred before anyone acknowledged or reset it: this occurrence ends, the next RAISED opens the new one."""
    ACKNOWLEDGED = "acknowledged"
    REALARMED = "realarmed"
    LATCHED = "latched"
    RESET = "reset"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    SHELVING_EXPIRED = "shelving_expired"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    OUT_OF_SERVICE = "out_of_service"
    IN_SERVICE = "in_service"
    COMMENTED = "commented"
    ROSE = "rose"
    """It has come to a graver level of the same trouble; whoever had acknowledged it must hear of it again."""
    EASED = "eased"
    """It has fallen back to a milder level, quietly."""
    HELD = "held"
    """It comes and goes too often to be told each time: it stays active until it has been calm. Told again as its flips double."""
    HOLD_RELEASED = "hold_released"
    FIRST_OUT = "first_out"
    """The mark of the first in its group has come to it, or has gone to one that was earlier at its source."""
    REMOVAL_REQUESTED = "removal_requested"
    REMOVAL_REFUSED = "removal_refused"
    """Also when it was not approved before its own end."""
    RULE_CHANGED = "rule_changed"
    """Another version of the rule judges it from now on; priority and text stay those of the version that raised it."""
    WITHDRAWN = "withdrawn"
    """The rule or device has left the configuration; its open occurrence ends."""


ANNOUNCING = frozenset(
    {
        AlarmEventKind.RAISED,
        AlarmEventKind.REALARMED,
        AlarmEventKind.UNSHELVED,
        AlarmEventKind.SHELVING_EXPIRED,
        AlarmEventKind.UNSUPPRESSED,
        AlarmEventKind.IN_SERVICE,
        AlarmEventKind.ROSE,
    }
)
"""An alarm is shouted when it is raised, when it becomes graver, again when nobody acts, and when what held it back is lifted."""


@dataclass(frozen=True, slots=True)
class Shelving:
    """Set aside by an operator. ``until_ns`` always set; ``one_shot`` ends at the return to normal too."""

    by: str
    reason: str
    at_ns: int
    until_ns: int
    one_shot: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """Out of service (maintenance), asked for or approved, or suppressed by design (logic: ``by`` is then the suppressing alarm)."""

    by: str
    reason: str
    at_ns: int
    until_ns: int | None = None
    """When an alarm out of service comes back by itself; None for a suppression, which ends with its cause."""
    approved_by: str = ""
    """The second person, who has let it go out of service."""


class HoldKind(StrEnum):
    """Why an alarm is held."""

    CHATTERING = "chattering"
    FLEETING = "fleeting"


@dataclass(frozen=True, slots=True)
class Hold:
    """An alarm that came and went too often, kept active until it has been calm for a while."""

    kind: HoldKind
    since_ns: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """The bytes behind values that fired an alarm: one request to a device and what came back, as it was."""

    device: str
    asked: str
    """``holding 2999+60`` or a topic; empty when the exchange failed and nothing came."""
    hex: str
    """The answer's bytes in lower-case hexadecimal; only its beginning when ``size`` says that there were more."""
    size: int
    """How many bytes came."""
    source_ns: int
    receive_ns: int
    qualities: Mapping[str, Quality]
    """Id of each point it carried → how far its value could be trusted."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One excursion: from the moment the condition held for its on-delay until it is over and seen. Each change is a new snapshot."""

    id: str
    rule: str
    rule_version: str
    device: str
    points: tuple[str, ...]
    priority: Priority
    state: AlarmState
    text: Text
    cause: str
    """What the ticket is one per, together with the device; the rule id unless the rule says otherwise."""
    condition_since_ns: int
    raised_at_ns: int
    returned_at_ns: int | None = None
    acknowledged_at_ns: int | None = None
    acknowledged_by: str | None = None
    inputs: Mapping[str, float | str | None] = field(default_factory=dict)
    """Point id → value that fired it, in the point's own unit."""
    suppressed_by: str | None = None
    annunciated: bool = True
    """False when it was born shelved, suppressed or out of service: recorded, not shouted, not ticketed."""
    ended_at_ns: int | None = None
    """When it left the list of standing alarms: returned and acknowledged (and reset), or superseded."""
    superseded_by: str | None = None
    ticket: str | None = None
    evidence: tuple[Evidence, ...] = ()
    """The exchanges that carried ``inputs``, in their order."""
    level: str = ""
    """The graver level of the rule that it has come to; empty: the rule's own."""
    source_ns: int = 0
    """Source time of the reading with which the condition became true; 0 in journals from before it was kept."""
    group: str = ""
    """``group@place`` of the first-out group; empty: in none."""
    first_out: bool | None = None
    """Whether it was the first of its group by source time; None: in no group."""
    hold: HoldKind | None = None
    """Set while it is held."""
    flips: int = 0
    """How often the condition came again while it was held, as last told."""
    judged_by: str = ""
    """The version of the rule that judges it now; empty: the one that raised it."""


@dataclass(frozen=True, slots=True)
class Raise:
    """One annunciated occurrence, as floods count it."""

    occurrence: str
    at_ns: int


class Excursion(NamedTuple):
    """What counting needs of an occurrence."""

    id: str
    raised_ns: int
    over_ns: int | None
    """When its condition was normal again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one alarm (a rule on a device) stands; what the journal keeps and the engine restores."""

    rule: str
    device: str
    state: AlarmState = AlarmState.NORMAL
    occurrence: str | None = None
    shelving: Shelving | None = None
    suppression: Removal | None = None
    out_of_service: Removal | None = None
    realarm_at_ns: int | None = None
    hold: Hold | None = None
    recent_ns: tuple[int, ...] = ()
    """When it was last raised, oldest first: as many as tell whether it chatters."""
    brief_ns: tuple[int, ...] = ()
    """When its last short occurrences were raised, oldest first: as many as tell whether they are fleeting."""
    request: Removal | None = None
    """Asked for and not yet approved: to take it out of service."""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags on the wire, in a fixed order."""
        latched = self.state in (AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED)
        named = (
            ("shelved", self.shelving),
            ("suppressed", self.suppression),
            ("out_of_service", self.out_of_service),
            ("latched", latched),
        )
        return tuple(name for name, held in named if held)

    @property
    def is_silent(self) -> bool:
        """Whether annunciation and ticketing are withheld."""
        return bool(self.shelving or self.suppression or self.out_of_service)


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """One line of the alarm journal: what happened, by whom, and the snapshots after it."""

    kind: AlarmEventKind
    at_ns: int
    standing: Standing
    occurrence: Occurrence | None
    by: Actor
    comment: str = ""


class IllegalAct(Exception):
    """An operator's act that the alarm's present state does not allow. Nothing was changed; the message says why, in English."""
