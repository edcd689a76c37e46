"""All that an engine knows beside the journal, plain enough to be written down: for a restart after a crash, and for a changed rule book.

What is as it would be in an engine that has just been given the same readings is left out. Instants are nanoseconds since 1970 UTC.
"""

from dataclasses import dataclass, field

from rules.flood import Tide
from rules.windows import State


@dataclass(frozen=True, slots=True)
class ExchangeMemory:
    """What one block said last of some points that conditions ask for."""

    source_ns: int
    receive_ns: int
    usable_ns: tuple[int | None, ...]
    """When each point last brought a usable value: with this block, unless it was bad or held over. One for all where that is the same."""
    points: tuple[str, ...]
    values: tuple[float | str | None, ...]
    qualities: bytes
    """A ``Quality`` code per point."""


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    device: str
    offline: bool | None
    heard_ns: int | None
    first_chance_ns: int | None
    exchanges: tuple[ExchangeMemory, ...] = ()
    failed: tuple[str, ...] = ()
    """Of a carrier: devices on it that have failed since its last sign of life."""


@dataclass(frozen=True, slots=True)
class DelayMemory:
    """A delay that has begun. ``running_ns`` None: it is paused."""

    began_ns: int
    elapsed_ns: int
    running_ns: int | None


@dataclass(frozen=True, slots=True)
class LevelMemory:
    id: str
    condition: str
    truth: bool | None
    held: bool
    reached: bool
    delay: DelayMemory | None


@dataclass(frozen=True, slots=True)
class AlarmMemory:
    """``condition``: what it asked when this was known; for a rule that asks something else since, none of it holds."""

    rule: str
    device: str
    condition: str
    truth: bool | None
    held: bool
    active: bool = False
    """Whether it was active then: its delay is the off-delay."""
    delay: DelayMemory | None = None
    patience_ns: int | None = None
    source_ns: int = 0
    calm: DelayMemory | None = None
    flips: int = 0
    levels: tuple[LevelMemory, ...] = ()
    said: bool | None = None
    """Its condition at the last look, as ``Alarm.said``."""


@dataclass(frozen=True, slots=True)
class WindowMemory:
    """A function that remembers; ``text`` as it stands in the condition, with what its names stand for."""

    rule: str
    device: str
    text: str
    state: State


@dataclass(frozen=True, slots=True)
class Memory:
    """``now_ns``: the engine's own time."""

    now_ns: int
    devices: tuple[DeviceMemory, ...] = ()
    alarms: tuple[AlarmMemory, ...] = ()
    windows: tuple[WindowMemory, ...] = ()
    tide: Tide = field(default_factory=Tide)
