"""A rule's condition, compiled once for one device: closures over its inputs, three-valued, with hysteresis."""

from collections.abc import Callable

from rules.binder import Binder, Ground, Slot
from rules.inputs import ALWAYS, Inputs, Value, bit_of
from rules.syntax import Formula

MATCHES_SHOWN = 20
"""A loop of a fire panel has hundreds of points; an occurrence names the first that match."""


class Condition:
    """Says whether a rule's condition is true (True), false (False) or can't be known for want of good readings (None)."""

    __slots__ = ("_clearing", "_groups", "_holding", "_link", "_rising", "_windows", "slots")

    def __init__(self, when: Formula, clear_when: Formula | None, ground: Ground) -> None:
        """Raises DoesNotFit when the device can't answer it."""
        binder = Binder(ground)
        self._rising = binder.bind(when.tree)
        self._holding = binder.bind(when.tree, holding=True) if ground.deadband else self._rising
        self._clearing: Callable[[], bool | None] | None = binder.bind(clear_when.tree) if clear_when else None
        self._windows = tuple(binder.windows.values())
        self._groups = tuple(binder.groups.values())
        self._link = ground.inputs if when.asks_link else None
        self.slots: tuple[Slot, ...] = tuple(binder.slots.values())

    @property
    def is_timed(self) -> bool:
        """Whether it can change without a new reading."""
        return bool(self._windows)

    def depends_on(self, inputs: Inputs) -> int:
        """The bits of ``Inputs.take`` without one of which this device's block can't change it."""
        if self._windows or self._groups or self._link:
            return ALWAYS
        return sum(bit_of(slot.index) for slot in self.slots if slot.inputs is inputs)

    @property
    def first_chance_ns(self) -> int | None:
        """Until when a device that has not answered yet may not be called lost; None once it has, or for a condition that does not ask."""
        return self._link.first_chance_ns if self._link else None

    def heard_ns(self) -> int | None:
        """When the one that has been silent longest of the devices it asks last spoke, or failed to; None when one never has."""
        heard = [slot.inputs.heard_ns for slot in self.slots]
        known = [at_ns for at_ns in heard if at_ns is not None]
        return min(known) if known and len(known) == len(heard) else None

    def judge(self, now_ns: int, *, held: bool, active: bool) -> bool | None:
        """``held``: it was true when last known, so deadbands count. ``active``: the alarm is, so ``clear_when`` decides."""
        for window in self._windows:
            window.observe(now_ns)
        if active and self._clearing is not None:
            cleared = self._clearing()
            return None if cleared is None else not cleared
        return self._holding() if held else self._rising()

    def looked_at(self) -> tuple[Slot, ...]:
        """The points it asks for; of those judged by ``matches`` only those found, the first few."""
        found = [slot for group in self._groups for slot in group.found()][:MATCHES_SHOWN]
        return (*self.slots, *found)

    def inputs(self) -> dict[str, Value]:
        """Point id → present value in the point's own unit."""
        return {slot.point_id: slot.value for slot in self.looked_at()}
