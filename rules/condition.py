"""A rule's condition, compiled once for one device: closures over its inputs, three-valued, with hysteresis."""

from collections.abc import Callable, Sequence

from rules.binder import Binder, Ground, Watched
from rules.inputs import Inputs
from rules.marks import MarkingLogic
from rules.slots import Slot
from rules.syntax import Formula
from rules.value import Value
from rules.windows import Stale

SHOWN = 20
"""A loop of a fire panel has hundreds of points, a group as many devices; an occurrence names the first that tell."""


class Condition:
    """Says whether a rule's condition is true (True), false (False) or can't be known for want of good readings (None)."""

    __slots__ = ("_clearing", "_groups", "_holding", "_levels", "_links", "_rising", "_shown", "_windows", "identity", "marks", "slots")

    def __init__(self, when: Formula, clear_when: Formula | None, ground: Ground, levels: Sequence[Formula] = ()) -> None:
        """Raises DoesNotFit when the device can't answer it."""
        self.identity = _identity(when, clear_when, ground, levels)
        """Equal strings ask the same."""
        self.marks = MarkingLogic()
        binder = Binder(ground, self.marks)
        self._rising, self._holding = _both(binder, when, ground)
        self._clearing: Callable[[], bool | None] | None = binder.bind(clear_when.tree) if clear_when else None
        self._levels = tuple(_both(binder, level, ground) for level in levels)
        self._windows = tuple(binder.windows.values())
        self._groups = tuple(binder.groups.values())
        self._links = tuple(binder.links.values())
        self.slots: tuple[Slot, ...] = tuple(binder.slots.values())
        asked = {slot.point_id for group in self._groups for slot in group.slots}
        self._shown = tuple(slot for slot in self.slots if slot.point_id not in asked)

    @property
    def is_timed(self) -> bool:
        """Whether it can change without a new reading."""
        return bool(self._windows)

    @property
    def next_change_ns(self) -> int | None:
        """When it may change though nothing is read, as things stand since it was last judged; never too late."""
        return min((at_ns for watched in self._windows if (at_ns := watched.window.next_change_ns) is not None), default=None)

    @property
    def windows(self) -> tuple[Watched, ...]:
        """What of it remembers."""
        return self._windows

    @property
    def asks_each_reading(self) -> bool:
        """Whether a block that brings nothing new may change it, too."""
        return any(watched.window.asks_each_reading for watched in self._windows)

    @property
    def tells_of_silence(self) -> bool:
        """Whether a device that says nothing can make it true."""
        return any(isinstance(watched.window, Stale) for watched in self._windows)

    @property
    def asks_link(self) -> bool:
        return bool(self._links)

    @property
    def first_chance_ns(self) -> int | None:
        """Until when a device that has not answered yet may not be called lost; None once it has, or for a condition that does not ask."""
        return max((link.first_chance_ns for link in self._links if link.first_chance_ns is not None), default=None)

    @property
    def devices(self) -> frozenset[str]:
        """Ids of the devices, besides its own, whose blocks can change it."""
        return frozenset((*(slot.inputs.device.id for slot in self.slots), *(link.device.id for link in self._links)))

    def heard_ns(self) -> int | None:
        """When the one that has been silent longest of the devices it asks last spoke, or failed to; None when one never has."""
        heard = [slot.inputs.heard_ns for slot in self.slots]
        known = [at_ns for at_ns in heard if at_ns is not None]
        return min(known) if known and len(known) == len(heard) else None

    def source_ns(self, now_ns: int) -> int:
        """Source time of the newest reading behind it; ``now_ns`` where it asks for none."""
        spoken = (slot.inputs.block(slot.column) for slot in self.looked_at())
        return max((block.source_ns for block in spoken if block), default=now_ns)

    def judge(self, now_ns: int, *, held: bool, active: bool, said: Inputs | None = None) -> bool | None:
        """``held``: it was true when last known, so deadbands count. ``active``: the alarm is, so ``clear_when`` decides.

        ``said``: the device of which a block has just come; None when only time has passed.
        """
        for watched in self._windows:
            watched.window.observe(now_ns, reading=said in watched.speakers)
        if active and self._clearing is not None:
            cleared = self._clearing()
            return None if cleared is None else not cleared
        return self._holding() if held else self._rising()

    def level(self, index: int, *, held: bool) -> bool | None:
        """Whether that level's own condition is true, right after ``judge`` of the same moment."""
        rising, holding = self._levels[index]
        return holding() if held else rising()

    def shift(self, step_ns: int) -> None:
        """The clock was set."""
        for watched in self._windows:
            watched.window.shift(step_ns)

    def slept(self, gap_ns: int) -> None:
        """Nobody listened for so long, up to now."""
        for watched in self._windows:
            watched.window.slept(gap_ns)

    def looked_at(self) -> tuple[Slot, ...]:
        """The points it asks for; of those judged together only those that tell, the first few."""
        found = [slot for group in self._groups for slot in group.found()][:SHOWN]
        return tuple(dict.fromkeys((*self._shown, *found)))

    def inputs(self) -> dict[str, Value]:
        """Point id → present value in the point's own unit."""
        return {slot.point_id: slot.value for slot in self.looked_at()}


def _both(binder: Binder, formula: Formula, ground: Ground) -> tuple[Callable[[], bool | None], Callable[[], bool | None]]:
    """As it becomes true, and as it stays true."""
    rising = binder.bind(formula.tree)
    return rising, binder.bind(formula.tree, holding=True) if ground.deadband else rising


def _identity(when: Formula, clear_when: Formula | None, ground: Ground, levels: Sequence[Formula]) -> str:
    asked = (when,) if clear_when is None else (when, clear_when)
    meaning = ground.meaning(*(formula.tree for formula in (*asked, *levels)))
    return "\n".join((*(formula.text for formula in asked), meaning)).rstrip()
