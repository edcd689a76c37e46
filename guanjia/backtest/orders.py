"""What the two processes of a backtest say to each other, besides ``Brief``, ``Wanted`` and pieces of ``Readings``."""

from dataclasses import dataclass

from guanjia.backtest.assembly import Asked
from model.past import Readings


@dataclass(frozen=True, slots=True)
class Begin:
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The lost readings of all points of some devices, each device's pieces together."""

    devices: tuple[str, ...]
    pieces: tuple[tuple[Readings, ...], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Begins a batch: pieces follow until ``Done``."""

    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Of a batch."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Of a stretch; answered with True once it is judged."""


@dataclass(frozen=True, slots=True)
class Answer:
    """There is no more; answered with the result as JSON."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Answered instead of anything else."""

    reason: str
