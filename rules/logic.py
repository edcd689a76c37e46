"""What a condition is built of once its names are known.

The binder reads the tree and asks a logic to build: for a live alarm closures over present values (``Live``), for a backtest the same out
of whole columns of history.
"""

from collections.abc import Callable, Collection, Sequence
from math import ceil, isfinite
from typing import Any, Protocol

from rules import kleene
from rules.calendar_windows import CalendarWindow, Hours
from rules.groups import FOLDS
from rules.inputs import Inputs
from rules.slots import Slot
from rules.windows import Changed, Count, ForLast, Rate, Read, Stale, Stepped, Window

Operand = Any
"""What a logic has built. Only that logic looks inside; all else may do is pass it on and use it as a key."""
Binary = Callable[[Any, Any], Any]
"""One of the functions of ``kleene.ARITHMETIC``, ``ORDER`` and ``EQUALITY``."""


class Logic(Protocol):
    """Three-valued: whatever is built from an Unknown is Unknown unless said otherwise."""

    def fixed(self, value: float | str | bool) -> Operand: ...
    def unknown(self) -> Operand: ...
    def value(self, slot: Slot) -> Operand: ...
    def offline(self, inputs: Inputs) -> Operand: ...
    def scaled(self, operand: Operand, factor: float, offset: float) -> Operand: ...
    def apply(self, function: Binary, left: Operand, right: Operand) -> Operand: ...
    def apply_fixed(self, function: Binary, left: Operand, right: float | str | bool) -> Operand: ...
    def each(self, function: Callable[..., float], operands: Sequence[Operand]) -> Operand: ...
    def one_of(self, operand: Operand, choices: Collection[Any]) -> Operand: ...
    def field(self, word: Operand, low: int, mask: int, as_truth: bool) -> Operand:
        """The bits of a whole number from ``low`` under ``mask``; as a truth, whether they are 1."""

    def count_matches(self, slots: Sequence[Slot], mask: int, wanted: int) -> Operand: ...
    def all_of(self, parts: Sequence[Operand]) -> Operand: ...
    def any_of(self, parts: Sequence[Operand]) -> Operand: ...
    def negate(self, part: Operand) -> Operand: ...
    def truth(self, part: Operand) -> Operand: ...
    def together(self, function: str, parts: Sequence[Operand], least: int) -> Operand:
        """``count_of``, ``sum``, ``mean``, ``min`` or ``max`` of those that are known; Unknown while they are fewer than ``least``."""

    def window(self, name: str, watched: Operand, window_ns: int | None) -> Window:
        """``rate``, ``for_last``, ``count`` or ``changed`` of what is watched; None: of one reading against the one before."""

    def stale(self, slot: Slot, window_ns: int) -> Window: ...
    def calendar(self, hours: Hours) -> Window: ...
    def window_value(self, window: Window) -> Operand: ...


class Live:
    """Closures over what the inputs hold now."""

    fixed = staticmethod(kleene.fixed)
    apply = staticmethod(kleene.apply)
    apply_fixed = staticmethod(kleene.apply_fixed)
    each = staticmethod(kleene.each)
    all_of = staticmethod(kleene.all_of)
    any_of = staticmethod(kleene.any_of)
    negate = staticmethod(kleene.negate)
    truth = staticmethod(kleene.truth)

    def unknown(self) -> Read:
        return lambda: None

    def value(self, slot: Slot) -> Read:
        inputs, column = slot.inputs, slot.column
        return lambda: inputs.values[column]

    def offline(self, inputs: Inputs) -> Read:
        return lambda: inputs.offline

    def scaled(self, operand: Read, factor: float, offset: float) -> Read:
        return kleene.apply_fixed(lambda x, _: x * factor + offset, operand, 0.0)

    def one_of(self, operand: Read, choices: Collection[Any]) -> Read:
        return kleene.apply_fixed(lambda x, _: x in choices, operand, 0.0)

    def field(self, word: Read, low: int, mask: int, as_truth: bool) -> Read:
        def bits(value: float, _: float) -> float | bool | None:
            if not isfinite(value):
                return None
            found = int(value) >> low & mask
            return found == 1 if as_truth else float(found)

        return kleene.apply_fixed(bits, word, 0.0)

    def count_matches(self, slots: Sequence[Slot], mask: int, wanted: int) -> Read:
        inputs = slots[0].inputs
        return kleene.count_matches([slot.column for slot in slots], lambda: inputs.values, mask, wanted)

    def together(self, function: str, parts: Sequence[Read], least: int) -> Read:
        fold = FOLDS[function]

        def read() -> float | None:
            known = [answer for part in parts if isinstance(answer := part(), int | float)]
            return fold(known) if len(known) >= least else None

        return read

    def window(self, name: str, watched: Read, window_ns: int | None) -> Window:
        if window_ns is None:
            return Stepped(watched)
        kinds: dict[str, Callable[[Read, int], Window]] = {"rate": Rate, "for_last": ForLast, "count": Count, "changed": Changed}
        return kinds[name](watched, window_ns)

    def stale(self, slot: Slot, window_ns: int) -> Window:
        return Stale(lambda: slot.inputs.usable_ns(slot.column), window_ns)

    def calendar(self, hours: Hours) -> Window:
        return CalendarWindow(hours)

    def window_value(self, window: Window) -> Read:
        return lambda: window.value


LIVE = Live()


def least_known(share: float, count: int) -> int:
    """How many of so many members must be known."""
    return max(1, ceil(share * count - 1e-9))
