"""A rule's condition over stretches of time: at which ticks any of its truths becomes another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.binder import Binder, Ground
from rules.columns.logic import OverTime, Stretch, steps_of
from rules.columns.steps import Steps, Ticks, after, aligned, is_reading, union
from rules.slots import Slot
from rules.syntax import Formula

Truth = bool | None
_TRUTHS: tuple[Truth, ...] = (False, True, None)


@dataclass(frozen=True, slots=True)
class Truths:
    """All that a condition says at one moment: as it becomes true and as it stays true; ``cleared``: its recovery condition."""

    rising: Truth
    holding: Truth
    cleared: Truth
    levels: tuple[tuple[Truth, Truth], ...]
    """Rising and holding of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """From which tick on the condition says what; ``state`` is a number that ``ColumnCondition.truths`` understands."""

    at: Ticks
    state: NDArray[np.int64]


EMPTY = Script(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


class ColumnCondition:
    """The same trees as ``rules.condition.Condition``. One serves every alarm that asks the same of the same device."""

    def __init__(self, when: Formula, clear_when: Formula | None, ground: Ground, levels: Sequence[Formula], stretch: Stretch) -> None:
        """Raises DoesNotFit when the device can't answer it."""
        self._stretch = stretch
        binder = Binder(ground, OverTime(stretch))
        self._reads: list[Callable[[], object]] = []
        self._main = self._both(binder, when, ground)
        self._cleared = self._asked(binder.bind(clear_when.tree)) if clear_when else None
        self._levels = [self._both(binder, level, ground) for level in levels]
        self.slots: tuple[Slot, ...] = tuple(binder.slots.values())
        self.links = tuple(binder.links)
        """Devices of which it asks whether they answer."""
        self.device = ground.inputs.device.id
        self._windows: list[Any] = [watched.window for watched in binder.windows.values()]
        self.is_timed = bool(self._windows)
        self.has_group = bool(binder.groups)
        self.script = EMPTY
        self._state = -1
        self._awaited = False
        """Whether a block must be heard that changes nothing: see ``matters``."""
        self.truths = lru_cache(maxsize=None)(self._truths)
        self._matters = lru_cache(maxsize=None)(lambda state: matters(self._truths(state), clears=self._cleared is not None))

    def _asked(self, read: Callable[[], object]) -> int:
        self._reads.append(read)
        return len(self._reads) - 1

    def _both(self, binder: Binder, formula: Formula, ground: Ground) -> tuple[int, int]:
        rising = self._asked(binder.bind(formula.tree))
        return rising, self._asked(binder.bind(formula.tree, holding=True)) if ground.deadband else rising

    @property
    def devices(self) -> frozenset[str]:
        """Whose blocks can change it, its own among them."""
        return frozenset((self.device, *(slot.inputs.device.id for slot in self.slots), *self.links))

    def judge(self) -> None:
        """Write the script of the stretch in hand."""
        start = after(self._stretch.start_ns)
        answers = aligned([steps_of(read(), start) for read in self._reads])  # type: ignore[arg-type]
        at, state = answers[0].at, _states(answers)
        for window in self._windows:
            window.rest()
        turns = np.flatnonzero(state[1:] != state[:-1]) + 1
        if state[0] != self._state:
            turns = np.concatenate(([0], turns))
        self._state = int(state[-1])
        self.script = Script(at[turns], state[turns])
        told = [int(one) for one in np.unique(np.append(self.script.state, state[0]))]
        delicate = [one for one in told if self._matters(one)]
        if delicate or self._awaited:
            self.script = self._watched_closely(at, state, delicate)

    def _watched_closely(self, at: Ticks, state: NDArray[np.int64], delicate: Sequence[int]) -> Script:
        """With every block at which the alarm's own standing decides which of the truths counts, and the one it may await since."""
        axis = union([at, *(self._stretch.device(id).at for id in self.devices)])
        states = state[np.searchsorted(at, axis, side="right") - 1]
        closely = np.isin(states, delicate)
        awaited = self._awaiting(is_reading(axis), closely)
        closely[1:] |= states[1:] != states[:-1]
        closely[0] = True
        return Script(axis[closely | awaited], states[closely | awaited])

    def _awaiting(self, read: NDArray[np.bool_], closely: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The blocks before which something was delicate since the last one; at the end that is kept for the next stretch."""
        blocks, seen = np.flatnonzero(read), np.cumsum(closely)
        since = np.concatenate(([-1 if self._awaited else 0], (seen - closely)[blocks]))
        awaited = np.zeros(len(read), dtype=np.bool_)
        awaited[blocks] = seen[blocks] > since[:-1]
        self._awaited = bool(seen[-1] > since[-1])
        return awaited

    def _truths(self, state: int) -> Truths:
        if state < 0:
            return Truths(None, None, None, tuple((None, None) for _ in self._levels))
        said = [_TRUTHS[state // 3**place % 3] for place in range(len(self._reads))]
        cleared = None if self._cleared is None else said[self._cleared]
        return Truths(said[self._main[0]], said[self._main[1]], cleared, tuple((said[up], said[stay]) for up, stay in self._levels))

    @property
    def clears_apart(self) -> bool:
        return self._cleared is not None


def _states(answers: Sequence[Steps]) -> NDArray[np.int64]:
    state = np.zeros(len(answers[0].at), dtype=np.int64)
    for place, answer in enumerate(answers):
        code = answer.values.astype(np.int64) if answer.known is None else np.where(answer.known, answer.values, 2).astype(np.int64)
        state += code * 3**place
    return state


def matters(said: Truths, *, clears: bool) -> bool:
    """Whether an alarm that has just turned, been raised or been cleared is judged otherwise at the next block, though nothing changed."""
    pairs = ((said.rising, said.holding), *said.levels)
    if any((rising is True and holding is not True) or (holding is False and rising is not False) for rising, holding in pairs):
        return True
    if not clears:
        return False
    stays = None if said.cleared is None else not said.cleared
    is_true, is_false = True in (said.rising, said.holding), said.holding is False or stays is False
    return (is_true and stays is not True) or (is_false and said.rising is not False)
