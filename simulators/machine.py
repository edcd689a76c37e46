"""What every simulated machine is: physics in, truth out. Servers and encoders know nothing else of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Truth = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A way a machine can break. ``effect`` says in one English sentence what then changes physically."""

    kind: str
    effect: str


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

    def truth(self) -> Truth: ...

    def inject(self, kind: str) -> None:
        """Break it. KeyError for a kind it does not have; breaking twice is the same as once."""
        ...

    def heal(self, kind: str) -> None: ...

    def active_faults(self) -> frozenset[str]: ...
