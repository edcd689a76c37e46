"""Registers of one image in the order of their bytes, and neighbours of one kind written in one stroke.

┌ f32 ┬ f32 ┬ f32 ┐┌ u16 ┬ u16 ┐  ┌ text ┐      the first two are runs, the last is a cell by itself
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite
from operator import add, mul
from struct import Struct
from struct import error as StructError

from simulators.encode import Encoder, PlainNumber, Value


@dataclass(slots=True)
class Cell:
    """Where one point's bytes go, and what was written there last."""

    name: str
    encode: Encoder
    cells: bytearray
    at: int
    size: int
    constant: Value
    plain: PlainNumber | None = None
    """Set where nobody but the machine writes here and no other point shares the bytes."""
    mask: bytes | None = None
    """Set where the point takes only these bits of its registers."""
    last: Value | None = None
    """Not kept of a cell that is written in a run."""

    @property
    def end(self) -> int:
        return self.at + self.size

    def write(self, value: Value) -> None:
        wire = self.encode(value)
        if self.mask is not None:
            there = self.cells[self.at : self.end]
            wire = bytes(old & ~mask | new for old, mask, new in zip(there, self.mask, wire, strict=True))
        self.cells[self.at : self.at + len(wire)] = wire
        self.last = value


class Run:
    """Plain numbers side by side, all whole or all not."""

    def __init__(self, members: Sequence[Cell]) -> None:
        plain = [member.plain for member in members if member.plain is not None]
        self.members = members
        self._pack_into = Struct(">" + "".join(number.code for number in plain)).pack_into
        self._gains, self._biases = [number.gain for number in plain], [number.bias for number in plain]
        self._is_whole = plain[0].is_whole
        self._cells, self._at = members[0].cells, members[0].at

    def write(self, values: Sequence[Value]) -> None:
        """All of them; one by one, with the encoder's care, when any is out of the ordinary."""
        try:
            raw = list(map(add, map(mul, values, self._gains), self._biases))
            if self._is_whole:
                raw = list(map(round, raw))
            elif not isfinite(sum(raw)):
                raise OverflowError
            self._pack_into(self._cells, self._at, *raw)
        except (TypeError, ValueError, OverflowError, StructError):
            for member, value in zip(self.members, values, strict=True):
                member.write(value)


def runs(cells: Iterable[Cell]) -> tuple[list[Run], list[Cell]]:
    """The runs among the cells, and the cells that belong to none."""
    ordered = sorted((cell for cell in cells if cell.plain), key=lambda cell: (id(cell.cells), cell.at))
    numbered = list(enumerate(ordered))
    breaks = [0] * len(ordered)
    for place, cell in numbered[1:]:
        before = ordered[place - 1]
        breaks[place] = breaks[place - 1] + (not _joins(before, cell))
    found = [Run([cell for _, cell in group]) for _, group in groupby(numbered, key=lambda pair: breaks[pair[0]])]
    return found, [cell for cell in cells if not cell.plain]


def _joins(before: Cell, cell: Cell) -> bool:
    assert before.plain is not None
    assert cell.plain is not None
    return before.cells is cell.cells and before.end == cell.at and before.plain.is_whole is cell.plain.is_whole


def sharing(cells: Sequence[Cell]) -> set[str]:
    """Names of the cells whose bytes belong to another cell too."""
    owners = Counter((id(cell.cells), place) for cell in cells for place in range(cell.at, cell.end))
    return {cell.name for cell in cells if any(owners[id(cell.cells), place] > 1 for place in range(cell.at, cell.end))}
