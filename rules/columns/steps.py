"""A value over a stretch of time: which it has from which instant on. Conditions over columns are made of these.

An instant is a *tick*: twice its nanoseconds for what the passing of time brings, one more for what a reading brings. What falls due
at an instant is judged before a reading of that very instant, as the engine does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.int64]
Values = NDArray[Any]
"""float64, truths or words."""
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """``values[i]`` from the tick ``at[i]`` until the next; ``known`` says where it is not Unknown, None: everywhere.

    ``at`` rises strictly and begins with the first tick of the stretch, so that what came before is carried in.
    """

    at: Ticks
    values: Values
    known: Truths | None = None

    def is_known(self) -> Truths:
        return np.ones(len(self.at), dtype=np.bool_) if self.known is None else self.known

    def on(self, at: Ticks) -> "Steps":
        """The same at other ticks, none of them before its first."""
        if at is self.at:
            return self
        place = np.searchsorted(self.at, at, side="right") - 1
        return Steps(at, self.values[place], None if self.known is None else self.known[place])


Operand = Steps | float | str | bool | None
"""What a part of a condition comes to: over time, or once for all; None is Unknown throughout."""


def after(at_ns: int) -> int:
    """The tick of what time brings at an instant."""
    return 2 * at_ns


def read_at(at_ns: Ticks) -> Ticks:
    """The ticks of readings."""
    return 2 * at_ns + 1


def is_reading(at: Ticks) -> Truths:
    return (at & 1).astype(np.bool_)


def union(axes: Sequence[Ticks]) -> Ticks:
    """Every tick of any of them; the very same array where they are all the same."""
    different = {id(axis): axis for axis in axes}
    return reduce(_joined, different.values())


def _joined(one: Ticks, other: Ticks) -> Ticks:
    if len(one) == len(other) and np.array_equal(one, other):
        return one
    small, large = (one, other) if len(one) < len(other) else (other, one)
    place = np.searchsorted(large, small)
    is_new = large[np.minimum(place, len(large) - 1)] != small
    return np.insert(large, place[is_new], small[is_new]) if is_new.any() else large


def aligned(operands: Sequence[Steps]) -> list[Steps]:
    """All at the same ticks."""
    at = union([operand.at for operand in operands])
    return [operand.on(at) for operand in operands]


def all_known(operands: Sequence[Steps]) -> Truths | None:
    """Where every one of them is known; they stand at the same ticks."""
    masks = [operand.known for operand in operands if operand.known is not None]
    return reduce(np.logical_and, masks) if masks else None


def carried(known: Truths) -> NDArray[np.intp]:
    """For each place that of the last known one up to there; −1 before the first."""
    return np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
