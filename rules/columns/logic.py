"""What the binder builds a backtest's conditions of: the same trees as a live alarm's, answered for a whole stretch of time at once."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import numpy as np

from rules.calendar_windows import Hours
from rules.columns import kleene, windows
from rules.columns.past import DeviceSteps
from rules.columns.steps import Operand, Steps
from rules.inputs import Inputs
from rules.slots import Slot

ReadSteps = kleene.ReadSteps


class Stretch:
    """Where all conditions are in time, and what the devices said there."""

    def __init__(self) -> None:
        self.start_ns = 0
        self.end_ns = 0
        self.devices: dict[str, DeviceSteps] = {}

    def device(self, id: str) -> DeviceSteps:
        return self.devices.setdefault(id, DeviceSteps())


class OverTime:
    """A ``rules.logic.Logic``; its operands are functions that answer for the stretch in hand."""

    fixed = staticmethod(kleene.fixed)
    apply = staticmethod(kleene.apply)
    apply_fixed = staticmethod(kleene.apply_fixed)
    each = staticmethod(kleene.each)
    all_of = staticmethod(kleene.all_of)
    any_of = staticmethod(kleene.any_of)
    negate = staticmethod(kleene.negate)
    truth = staticmethod(kleene.truth)
    scaled = staticmethod(kleene.scaled)
    field = staticmethod(kleene.field)
    together = staticmethod(kleene.together)

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch

    def unknown(self) -> ReadSteps:
        return lambda: None

    def value(self, slot: Slot) -> ReadSteps:
        device, column = self._stretch.device(slot.inputs.device.id), slot.column
        return lambda: device.value(column)

    def offline(self, inputs: Inputs) -> ReadSteps:
        id = inputs.device.id
        return lambda: self._stretch.device(id).offline()

    def one_of(self, operand: ReadSteps, choices: Collection[Any]) -> ReadSteps:
        return kleene.one_of(operand, frozenset(choices))

    def count_matches(self, slots: Sequence[Slot], mask: int, wanted: int) -> ReadSteps:
        return kleene.count_matches([self.value(slot) for slot in slots], mask, wanted)

    # A window is passed on by the binder and asked by nobody but ``window_value``.

    def window(self, name: str, watched: ReadSteps, window_ns: int | None) -> Any:
        return windows.Stepped(watched, 0) if window_ns is None else _KINDS[name](watched, window_ns)

    def stale(self, slot: Slot, window_ns: int) -> Any:
        return windows.Stale(self._stretch.device(slot.inputs.device.id), slot.column, window_ns)

    def calendar(self, hours: Hours) -> Any:
        return windows.OfCalendar(hours)

    def window_value(self, window: Any) -> ReadSteps:
        return partial(self._over, window)

    def _over(self, window: windows.ColumnWindow) -> Operand:
        return window.over(self._stretch.start_ns, self._stretch.end_ns)


_KINDS: dict[str, Callable[[ReadSteps, int], windows.ColumnWindow]] = {
    "rate": windows.Rate,
    "for_last": windows.ForLast,
    "count": windows.Count,
    "changed": windows.Changed,
}


def steps_of(operand: Operand, start_tick: int) -> Steps:
    """What is the same throughout, as steps too."""
    if isinstance(operand, Steps):
        return operand
    at = np.array([start_tick], dtype=np.int64)
    return Steps(at, np.array([bool(operand)]), None if operand is not None else np.array([False]))
