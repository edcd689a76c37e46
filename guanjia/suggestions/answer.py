"""What is suggested of a rule, and what proves it; as JSON too."""

from collections.abc import Mapping

import msgspec


class Load(msgspec.Struct, frozen=True):
    """What alarms asked of people in the period."""

    occurrences: int = 0
    annunciated: int = 0
    active_s: float = 0.0

    def __add__(self, other: "Load") -> "Load":
        return Load(self.occurrences + other.occurrences, self.annunciated + other.annunciated, self.active_s + other.active_s)


class Proof(msgspec.Struct, frozen=True):
    """What a backtest over the whole period says, of the bad actors alone."""

    now: Load
    proposed: Load
    missed: int
    """Real incidents (tickets that were worked on) that would have gone unnoticed."""
    incidents: int = 0
    """How many there were of the rule. Of none, whether any would be missed can't be told."""


class ChangeShape(msgspec.Struct, frozen=True, omit_defaults=True):
    """What would be another; deadbands in the rule's own units."""

    on_delay_s: float | None = None
    off_delay_s: float | None = None
    deadband: Mapping[str, float] = msgspec.field(default_factory=dict)


class Tried(msgspec.Struct, frozen=True):
    change: ChangeShape
    proof: Proof


class Suggestion(msgspec.Struct, frozen=True):
    change: ChangeShape
    yaml: str
    """The rule as it would be written."""
    proof: Proof


class Answer(msgspec.Struct, frozen=True):
    """Of one rule: the suggestion, or why there is none; and all that was tried."""

    rule: str
    devices: tuple[str, ...]
    """On which it is a bad actor."""
    suggestion: Suggestion | None
    reason: str
    """``Refusal``; empty with a suggestion."""
    tried: tuple[Tried, ...] = ()
