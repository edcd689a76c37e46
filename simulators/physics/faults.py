"""What breaking means, the same for every machine.

A fault begins at the moment it becomes visible: a tank that was to run empty stands at its low mark, an elevator that was to stick
stands between two floors. Waiting for the hours before it would test nobody's patience but the tester's.
"""

from collections.abc import Mapping
from types import MappingProxyType

from simulators.machine import FaultKind


def fault_kinds(**effects: str) -> Mapping[str, FaultKind]:
    """The catalogue of a machine's faults from ``kind="effect in one sentence"``."""
    return MappingProxyType({kind: FaultKind(kind, effect) for kind, effect in effects.items()})


class Breakable:
    """Keeps which of a machine's faults are active; a subclass says what changes the moment one begins or ends."""

    device_class: str
    units: Mapping[str, str]
    faults: Mapping[str, FaultKind]

    def __init__(self) -> None:
        self._broken: set[str] = set()

    def inject(self, kind: str) -> None:
        """Break it. KeyError for a kind it does not have; breaking twice is the same as once."""
        self.faults[kind]
        if kind not in self._broken:
            self._broken.add(kind)
            self._on_fault(kind)

    def heal(self, kind: str) -> None:
        """Mend it. KeyError for a kind it does not have; mending what is whole changes nothing."""
        self.faults[kind]
        if kind in self._broken:
            self._broken.remove(kind)
            self._on_heal(kind)

    def active_faults(self) -> frozenset[str]:
        return frozenset(self._broken)

    def _has(self, kind: str) -> bool:
        return kind in self._broken

    def _on_fault(self, kind: str) -> None:
        """Bring the machine to the moment the fault shows; most faults only need to be active."""

    def _on_heal(self, kind: str) -> None:
        """Bring the machine back into service after the repair."""
