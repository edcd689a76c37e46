"""What a condition asks of readings, noted while it is built: which limits a point is compared with, and where every change matters."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules import kleene
from rules.guards import Starts, Steps, equal_starts, order_starts
from rules.inputs import Inputs
from rules.logic import Binary, Live
from rules.slots import Slot
from rules.windows import Read

_ORDER = {function: kind for kind, function in kleene.ORDER.items()}
_EQUALITY = frozenset(kleene.EQUALITY.values())
_BEFORE: dict[Binary, Callable[[float], tuple[float, float]]] = {
    kleene.ARITHMETIC["Add"]: lambda number: (1.0, number),
    kleene.ARITHMETIC["Sub"]: lambda number: (-1.0, number),
    kleene.ARITHMETIC["Mult"]: lambda number: (number, 0.0),
}
"""What a constant before the sign makes of a reading behind it: a factor and an offset, to the last bit."""
_BEHIND = {**_BEFORE, kleene.ARITHMETIC["Sub"]: lambda number: (1.0, -number)}
Column = tuple[Inputs, int]


@dataclass(frozen=True, slots=True)
class _Scaled:
    """A reading, perhaps times and plus constants, on its way to a comparison."""

    read: Read
    """As it was first asked for."""
    slot: Slot
    steps: Steps = ()
    is_folded: bool = False
    """Whether its sign was taken off (``abs``)."""


class MarkingLogic(Live):
    """Builds closures like ``Live``. A reading that is not seen to end in a comparison with a constant is loose."""

    def __init__(self) -> None:
        self._scaled: dict[Read, tuple[_Scaled, ...]] = {}
        self._constants: dict[Read, float | str | bool] = {}
        self._starts: dict[Column, Starts] = defaultdict(Starts)
        self._open: dict[Read, Slot] = {}
        self._matched: set[Column] = set()

    def starts(self, inputs: Inputs) -> dict[int, Starts]:
        """Column → where its cells begin."""
        return {column: starts for (owner, column), starts in self._starts.items() if owner is inputs}

    def loose(self, inputs: Inputs) -> frozenset[int]:
        """Columns of which every change matters."""
        asked = {(slot.inputs, slot.column) for slot in self._open.values()} | self._matched
        return frozenset(column for owner, column in asked if owner is inputs)

    # ── readings on their way ──

    def fixed(self, value: float | str | bool) -> Read:
        read = kleene.fixed(value)
        self._constants[read] = value
        return read

    def value(self, slot: Slot) -> Read:
        read = super().value(slot)
        self._scaled[read] = (_Scaled(read, slot),)
        self._open[read] = slot
        return read

    def scaled(self, operand: Read, factor: float, offset: float) -> Read:
        read = super().scaled(operand, factor, offset)
        self._step(operand, lambda number: (number, offset), factor, read)
        return read

    def each(self, function: Callable[..., float], operands: Sequence[Read]) -> Read:
        """The least or greatest turns only where one of its operands does."""
        read = kleene.each(function, operands)
        readings = tuple(one for operand in operands for one in self._scaled.get(operand, ()))
        if all(operand in self._scaled or operand in self._constants for operand in operands):
            if function is not kleene.FUNCTIONS["abs"]:
                self._scaled[read] = readings
            elif len(readings) == 1 and not readings[0].is_folded and not readings[0].steps:
                self._scaled[read] = (replace(readings[0], is_folded=True),)
        return read

    def apply(self, function: Binary, left: Read, right: Read) -> Read:
        read = kleene.apply(function, left, right)
        first, last = self._constants.get(left), self._constants.get(right)
        if isinstance(first, int | float) and function in _ORDER:
            self._compare(right, kleene.MIRRORED[_ORDER[function]], float(first))
        elif isinstance(first, int | float):
            self._step(right, _BEFORE.get(function), float(first), read)
        elif isinstance(last, int | float):
            self._step(left, _BEHIND.get(function), float(last), read)
        return read

    def apply_fixed(self, function: Binary, left: Read, right: float | str | bool) -> Read:
        read = kleene.apply_fixed(function, left, right)
        if function in _ORDER:
            self._compare(left, _ORDER[function], float(right))
        elif function in _EQUALITY:
            self._equal(left, (right,))
        elif isinstance(right, int | float):
            self._step(left, _BEHIND.get(function), float(right), read)
        return read

    def one_of(self, operand: Read, choices: Collection[Any]) -> Read:
        self._equal(operand, choices)
        return super().one_of(operand, choices)

    def count_matches(self, slots: Sequence[Slot], mask: int, wanted: int) -> Read:
        self._matched.update((slot.inputs, slot.column) for slot in slots)
        return super().count_matches(slots, mask, wanted)

    # ── within ──

    def _step(self, operand: Read, step: "Callable[[float], tuple[float, float]] | None", number: float, read: Read) -> None:
        """``read`` is the operand with a constant beside it, if that is a step that keeps its order."""
        readings = self._scaled.get(operand, ())
        if step is not None and len(readings) == 1 and not readings[0].is_folded:
            self._scaled[read] = (replace(readings[0], steps=(*readings[0].steps, step(number))),)

    def _compare(self, operand: Read, kind: str, limit: float) -> None:
        for reading in self._scaled.get(operand, ()):
            starts = order_starts(kind, limit, reading.steps)
            if reading.is_folded:
                starts |= order_starts(kleene.MIRRORED[kind], -limit)
            self._note(reading, starts)

    def _equal(self, operand: Read, choices: Collection[Any]) -> None:
        readings = self._scaled.get(operand, ())
        numbers = [float(choice) for choice in choices if isinstance(choice, int | float)]
        if len(readings) == 1 and not readings[0].steps and not readings[0].is_folded and len(numbers) == len(choices):
            self._note(readings[0], Starts().union(*map(equal_starts, numbers)))

    def _note(self, reading: _Scaled, starts: Starts) -> None:
        self._starts[reading.slot.inputs, reading.slot.column] |= starts
        self._open.pop(reading.read, None)
