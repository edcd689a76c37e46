"""What breaking means, the same for every machine.

A fault without onset begins at the moment it becomes visible: a tank that was to run empty stands at its low mark, an elevator that was
to stick stands between two floors. Waiting for the hours before it would test nobody's patience but the tester's. With an onset it grows
from nothing, step by step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulators.machine import FaultKind, Severity, UnfitFault


@dataclass(frozen=True, slots=True)
class Growing:
    """A fault that comes in degrees: its effect at full severity, and what the severity stands for."""

    effect: str
    severity: Severity


def growing(effect: str, quantity: str, full: float, unit: str = "", none: float = 0.0) -> Growing:
    return Growing(effect, Severity(quantity, full, unit, none))


def fault_kinds(*more: Mapping[str, FaultKind], **effects: str | Growing) -> Mapping[str, FaultKind]:
    """A machine's faults, from ``kind="effect in one sentence"`` or ``kind=growing(…)``, and those of ready tables it does not name."""
    found = {kind: _fault_kind(kind, effect) for kind, effect in effects.items()}
    for table in more:
        found.update({kind: fault for kind, fault in table.items() if kind not in found})
    return MappingProxyType(found)


def _fault_kind(kind: str, effect: str | Growing) -> FaultKind:
    return FaultKind(kind, effect) if isinstance(effect, str) else FaultKind(kind, effect.effect, effect.severity)


@dataclass(slots=True)
class Onset:
    """The growth of a fault: how much a second, and to where."""

    per_s: float
    end: float

    def after(self, level: float, dt_s: float) -> float:
        gone = level + self.per_s * dt_s
        return min(gone, self.end) if self.per_s > 0 else max(gone, self.end)


class Breakable:
    """Keeps which of a machine's faults are active and how far they have grown; a subclass says what that changes."""

    device_class: str
    units: Mapping[str, str]
    faults: Mapping[str, FaultKind]

    def __init__(self) -> None:
        self._broken: set[str] = set()
        self._levels: dict[str, float] = {}
        self._onsets: dict[str, Onset] = {}

    def step(self, dt_s: float) -> None:
        if self._onsets:
            self._let_grow(dt_s)
        self._pass(dt_s)

    def _let_grow(self, dt_s: float) -> None:
        for kind, onset in list(self._onsets.items()):
            self._levels[kind] = onset.after(self._levels[kind], dt_s)
            if self._levels[kind] == onset.end:
                del self._onsets[kind]

    def inject(self, kind: str, severity: float = 1.0, onset_s: float = 0.0) -> None:
        objection = self.faults[kind].objection(severity, onset_s)
        if objection is not None:
            raise UnfitFault(objection)
        was_whole = kind not in self._broken
        self._grow(kind, severity, onset_s)
        if was_whole:
            self._broken.add(kind)
            self._on_fault(kind)

    def _grow(self, kind: str, severity: float, onset_s: float) -> None:
        level = self._levels.get(kind, 0.0)
        self._onsets.pop(kind, None)
        if onset_s > 0 and level != severity:
            self._levels[kind] = level
            self._onsets[kind] = Onset((severity - level) / onset_s, severity)
        else:
            self._levels[kind] = severity

    def heal(self, kind: str) -> None:
        """Mend it. KeyError for a kind it does not have; mending what is whole changes nothing."""
        self.faults[kind]
        if kind in self._broken:
            self._broken.remove(kind)
            self._levels.pop(kind)
            self._onsets.pop(kind, None)
            self._on_heal(kind)

    def active_faults(self) -> frozenset[str]:
        return frozenset(self._broken)

    def severity(self, kind: str) -> float:
        self.faults[kind]
        return self._levels.get(kind, 0.0)

    def _has(self, kind: str) -> bool:
        return kind in self._broken

    def amount(self, kind: str) -> float:
        """What a growing fault stands at now, in the unit of its severity; its ``none`` while whole."""
        scale = self.faults[kind].severity
        assert scale is not None, f"'{kind}' does not grow"
        level = self._levels.get(kind)
        return scale.none if level is None else scale.at(level)

    def _is_sudden(self, kind: str) -> bool:
        """Whether it began at its full severity: then the machine is brought to the moment it shows."""
        return kind not in self._onsets

    def _pass(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds pass over the machine, as broken as it is at their end."""

    def _on_fault(self, kind: str) -> None:
        """Bring the machine to the moment the fault shows; most faults only need to be active."""

    def _on_heal(self, kind: str) -> None:
        """Bring the machine back into service after the repair."""
