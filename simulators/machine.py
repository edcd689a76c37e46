"""What every simulated machine is: physics in, truth out. Servers and encoders know nothing else of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Truth = Mapping[str, float | str]


class UnfitFault(ValueError):
    """The machine has this fault, but not so: a severity of what is either broken or whole, or one outside its limits."""


@dataclass(frozen=True, slots=True)
class Severity:
    """What the severity of a fault stands for: ``quantity`` is ``none`` at 0 and ``full`` at 1, in ``unit``, on a straight line."""

    quantity: str
    full: float
    unit: str = ""
    none: float = 0.0

    def at(self, severity: float) -> float:
        return self.none + (self.full - self.none) * severity


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A way a machine can break. ``effect`` says in one English sentence what then changes physically, at full severity.

    Without ``severity`` it is there or not: it neither grows nor comes in degrees.
    """

    kind: str
    effect: str
    severity: Severity | None = None

    def objection(self, severity: float = 1.0, onset_s: float = 0.0) -> str | None:
        """Why it can't be so severe or grow so long, in one English sentence; None where it can."""
        if self.severity is None and severity != 1.0:
            return f"'{self.kind}' is there or not: it has no severity"
        if self.severity is None and onset_s != 0.0:
            return f"'{self.kind}' is there or not: it has no onset"
        if not 0.0 < severity <= 1.0:
            return f"severity {severity:g} is not above 0 and at most 1"
        if not 0.0 <= onset_s < float("inf"):
            return f"an onset of {onset_s:g} s is not a time to grow in"
        return None


class Machine(Protocol):
    """One simulated device's physics.

    ``truth()`` maps quantity names to values in the unit that ``units`` gives for them (booleans as 0.0 or 1.0, codes and bit fields as
    whole numbers). Where a profile has a point of that name, the encoder writes the value on the wire in the profile's own unit, scale
    and type; a point no truth speaks of keeps a constant. Pure: no clock, no random source but the generator handed to the constructor.
    """

    device_class: str
    units: Mapping[str, str]
    faults: Mapping[str, FaultKind]

    def step(self, dt_s: float) -> None:
        """Advance by ``dt_s`` seconds of site time."""
        ...

    def truth(self) -> Truth:
        """What is so now; asking changes nothing, however often and in whatever order."""
        ...

    def inject(self, kind: str, severity: float = 1.0, onset_s: float = 0.0) -> None:
        """Break it so far (0 to 1), at once or growing for ``onset_s`` seconds of site time.

        KeyError for a kind it does not have, UnfitFault where ``FaultKind.objection`` has one. What is broken already goes on from where
        it stands; breaking twice is the same as once.
        """
        ...

    def heal(self, kind: str) -> None: ...

    def active_faults(self) -> frozenset[str]:
        """What is broken, from the first moment of its onset."""
        ...

    def severity(self, kind: str) -> float:
        """How far it is broken by now, 0 to 1."""
        ...
