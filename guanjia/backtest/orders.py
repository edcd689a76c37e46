"""What the two processes of a backtest say to each other, besides ``Brief``, ``Wanted`` and pieces of ``Readings``."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guanjia.backtest.assembly import Asked


@dataclass(frozen=True, slots=True)
class Begin:
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Lost readings of some devices, whatever the point: times and qualities of each. One piece of many."""

    devices: tuple[str, ...]
    readings: tuple[tuple[NDArray[np.int64], NDArray[np.uint8]], ...]


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
