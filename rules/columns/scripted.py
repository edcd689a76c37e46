"""A condition that is told beforehand what it will say: the engine asks it as it asks a live one."""

import numpy as np

from rules.binder import Watched
from rules.columns.condition import EMPTY, ColumnCondition, Script, Truth, Truths
from rules.columns.logic import Stretch
from rules.condition import Condition
from rules.inputs import Inputs
from rules.marks import MarkingLogic
from rules.slots import Slot
from rules.value import Value


class Head:
    """How far a play has come, as a tick."""

    __slots__ = ("tick",)

    def __init__(self) -> None:
        self.tick = 0


class Scripted(Condition):
    """Plays the scripts of one ``ColumnCondition``, stretch after stretch. What fired it is not kept: there are no blocks to show."""

    __slots__ = ("_head", "_place", "_says", "_script", "_stretch", "_tick", "_timed", "source")

    def __init__(self, source: ColumnCondition, head: Head, stretch: Stretch) -> None:  # nothing of a live one's closures
        self.slots = ()
        self.marks = MarkingLogic()
        self.identity = ""
        self.source = source
        self._head = head
        self._stretch = stretch
        self._script: Script = EMPTY
        self._timed = EMPTY.at
        self._place = 0
        self._tick = 0
        self._says: Truths = source.truths(-1)

    @property
    def is_timed(self) -> bool:
        return self.source.is_timed

    @property
    def devices(self) -> frozenset[str]:
        return self.source.devices

    @property
    def windows(self) -> tuple[Watched, ...]:
        return ()

    @property
    def asks_each_reading(self) -> bool:
        return False

    @property
    def asks_link(self) -> bool:
        return False

    @property
    def first_chance_ns(self) -> int | None:
        return None

    @property
    def next_change_ns(self) -> int | None:
        """By the passing of time alone; at the latest where the next stretch begins, of which nothing is known yet."""
        place = int(np.searchsorted(self._timed, self._tick, side="right"))
        return int(self._timed[place]) // 2 if place < len(self._timed) else self._stretch.end_ns

    def judge(self, now_ns: int, *, held: bool, active: bool, said: Inputs | None = None) -> Truth:
        """As far as the play has come: what a block of this very instant said counts also for an alarm that another one turns with it."""
        says = self._seek(self._head.tick)
        if active and self.source.clears_apart:
            return None if says.cleared is None else not says.cleared
        return says.holding if held else says.rising

    def level(self, index: int, *, held: bool) -> Truth:
        rising, holding = self._says.levels[index]
        return holding if held else rising

    def _seek(self, tick: int) -> Truths:
        if self._script is not self.source.script:
            self._script, self._place = self.source.script, 0
            self._timed = self._script.at[self._script.at & 1 == 0]
        self._tick, first = tick, self._place
        at = self._script.at
        while self._place < len(at) and at[self._place] <= tick:
            self._place += 1
        if self._place > first:
            self._says = self.source.truths(int(self._script.state[self._place - 1]))
        return self._says

    def heard_ns(self) -> int | None:
        """Of the devices it asks, the one that has been silent longest."""
        heard = [self._stretch.device(id).heard_ns(self._head.tick) for id in {slot.inputs.device.id for slot in self.source.slots}]
        known = [at_ns for at_ns in heard if at_ns is not None]
        return min(known) if known and len(known) == len(heard) else None

    def source_ns(self, now_ns: int) -> int:
        """Of the newest block of the devices it asks."""
        heard = (self._stretch.device(id).heard_ns(self._head.tick) for id in self.source.devices)
        return max((at_ns for at_ns in heard if at_ns is not None), default=now_ns)

    def looked_at(self) -> tuple[Slot, ...]:
        return ()

    def inputs(self) -> dict[str, Value]:
        return {}

    def shift(self, step_ns: int) -> None:
        """The past knows no clock that is set."""

    def slept(self, gap_ns: int) -> None:
        """Nor does it sleep."""
