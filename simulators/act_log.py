"""What was broken and mended, when and by whom: the memory of a test day."""

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

KEPT = 2000
"""Entries; when full the oldest is forgotten."""
SCHEDULE = "schedule"
"""Who heals what was to last for a while."""


class LoggedAct(StrEnum):
    FAULT_INJECTED = "fault_injected"
    FAULT_HEALED = "fault_healed"
    NETWORK_FAULT = "network_fault"
    NETWORK_HEALED = "network_healed"
    SCENARIO_PLAYED = "scenario_played"
    CLOCK_SET = "clock_set"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something broken. ``severity`` belongs to a machine's fault, ``amount`` to one of the wire; seconds of site time."""

    kind: str
    network: bool
    since_s: float
    severity: float | None = None
    amount: float | None = None
    onset_s: float = 0.0
    for_s: float | None = None
    by: str = ""

    @property
    def ends_s(self) -> float | None:
        return None if self.for_s is None else self.since_s + self.for_s


@dataclass(frozen=True, slots=True)
class LogEntry:
    """``at_s``: seconds of site time since 1970 UTC. ``place`` is a device, a gateway's address, or empty for the whole site."""

    id: int
    at_s: float
    act: LoggedAct
    kind: str
    device: str = ""
    gateway: str = ""
    broker: bool = False
    trouble: Trouble | None = None
    by: str = ""


@dataclass(slots=True)
class ActLog:
    _entries: "deque[LogEntry]" = field(default_factory=lambda: deque(maxlen=KEPT))
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def write(
        self, at_s: float, act: LoggedAct, kind: str, *, device: str = "", gateway: str = "", broker: bool = False,
        trouble: Trouble | None = None, by: str = "",
    ) -> None:  # fmt: skip
        self._entries.append(LogEntry(next(self._ids), at_s, act, kind, device, gateway, broker, trouble, by))

    def after(self, entry: int) -> Iterator[LogEntry]:
        """Everything later than the entry of that id, oldest first."""
        return (kept for kept in self._entries if kept.id > entry)
