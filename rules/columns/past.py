"""One device's past as conditions ask for it: each point's value, and whether the device answers, from which tick on."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from model.past import DevicePast
from model.quality import ABSENT, LAST_USABLE, Quality
from rules.columns.steps import Steps, Ticks, Truths, after, carried, read_at
from rules.value import Value


class DeviceSteps:
    """What came before a stretch is carried into it. Before the first block everything is Unknown."""

    def __init__(self) -> None:
        self.at: Ticks = np.empty(0, dtype=np.int64)
        """First tick of the stretch, then the blocks of the device."""
        self._start_ns = 0
        self._past: DevicePast | None = None
        self._failed: Truths = np.empty(0, dtype=np.bool_)
        self._steps: dict[int, Steps] = {}
        self._usable: dict[int, NDArray[np.int64]] = {}
        self._link: Steps | None = None
        self._last: dict[int, Value] = {}
        self._answers: bool | None = None
        self._heard_ns: int | None = None

    def take(self, past: DevicePast | None, start_ns: int) -> None:
        """The next stretch; None: the device said nothing in it."""
        self._keep()
        self._past = past
        self._start_ns = start_ns
        blocks = past.source_ns if past else np.empty(0, dtype=np.int64)
        self._failed = past.failed if past else np.empty(0, dtype=np.bool_)
        self.at = np.concatenate(([after(start_ns)], read_at(blocks)))

    def value(self, column: int) -> Steps:
        """Of a point, in its own unit."""
        if column not in self._steps:
            self._steps[column] = self._made(column)
        return self._steps[column]

    def usable_ns(self, column: int) -> NDArray[np.int64]:
        """When blocks of this stretch brought a usable value, not one that was held over."""
        if column not in self._usable:
            past = self._past
            if past is None or column not in past.qualities:
                return np.empty(0, dtype=np.int64)
            fresh = _usable(past, column) & (past.qualities[column] != LAST_USABLE)
            self._usable[column] = past.source_ns[fresh]
        return self._usable[column]

    def offline(self) -> Steps:
        """Whether the last exchange failed."""
        if self._link is None:
            values = np.concatenate(([self._answers is False], self._failed))
            known = None if self._answers is not None else np.concatenate(([False], np.ones(len(self._failed), dtype=np.bool_)))
            self._link = Steps(self.at, values, known)
        return self._link

    def failed_at(self) -> Ticks:
        """The ticks of exchanges that brought nothing."""
        return self.at[1:][self._failed]

    def answered_at(self) -> Ticks:
        return self.at[1:][~self._failed]

    def heard_ns(self, tick: int) -> int | None:
        """When its last exchange up to a tick ended."""
        place = int(np.searchsorted(self.at[1:], tick, side="right"))
        return int(self.at[place]) // 2 if place else self._heard_ns

    def rest(self, kept: Collection[int]) -> None:
        """Let go of all columns but these; what the next stretch needs is noted. What is kept is copied: arrays are views of batches."""
        self._last |= {column: _last(steps) for column, steps in self._steps.items() if column not in kept}
        self._steps = {column: steps for column, steps in self._steps.items() if column in kept}
        self._usable = {column: times for column, times in self._usable.items() if column in kept}
        past = self._past
        if past is not None:
            columns = [column for column in kept if column in past.values]
            self._past = DevicePast(
                past.device,
                self.at[1:] >> 1,
                {column: past.values[column].copy() for column in columns},
                {column: past.qualities[column].copy() for column in columns},
                {column: past.words[column] for column in columns if column in past.words},
                self._failed,
            )

    def _keep(self) -> None:
        self._last |= {column: _last(steps) for column, steps in self._steps.items()}
        if len(self.at) > 1:
            self._heard_ns = int(self.at[-1]) // 2
            self._answers = not bool(self._failed[-1])
        self._steps, self._usable, self._link = {}, {}, None

    def _made(self, column: int) -> Steps:
        before, past = self._last.get(column), self._past
        if past is None or column not in past.values:
            return _standing(before, self.at)
        said = past.qualities[column] != ABSENT
        values: NDArray[np.float64] | NDArray[np.str_] = past.words[column] if column in past.words else past.values[column]
        known = _usable(past, column)
        if not said.all():
            place = carried(said)
            values, known = values[place], known[place]
            if place[0] < 0:
                first = int(np.argmax(said)) if said.any() else len(said)
                known[:first] = before is not None
                if before is not None:
                    values = values.astype(np.result_type(values.dtype, np.array(before).dtype))
                    values[:first] = before
        if not known.all():
            values = np.where(known, values, np.zeros(1, dtype=values.dtype))
        elif before is not None:
            return Steps(self.at, np.concatenate((np.array([before]), values)))
        head = np.zeros(1, dtype=values.dtype) if before is None else np.array([before])
        return Steps(self.at, np.concatenate((head, values)), np.concatenate(([before is not None], known)))


def _usable(past: DevicePast, column: int) -> Truths:
    """Where the block brought a value that may be believed."""
    quality = past.qualities[column]
    usable: Truths = (quality >= Quality.UNCERTAIN) & (quality != ABSENT)
    if column not in past.words:
        usable &= np.isfinite(past.values[column])
    return usable


def _standing(value: Value, at: Ticks) -> Steps:
    """The same throughout."""
    known = None if value is not None else np.zeros(len(at), dtype=np.bool_)
    return Steps(at, np.full(len(at), 0.0 if value is None else value), known)


def _last(steps: Steps) -> Value:
    if steps.known is not None and not steps.known[-1]:
        return None
    value = steps.values[-1]
    return str(value) if isinstance(value, np.str_) else float(value)
