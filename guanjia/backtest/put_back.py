"""What a store of changes left out, put back: between two stored blocks the device spoke in its rhythm and said the same. Pure.

stored      ●           ●                     ●
put back    ● · · · · · ● · · · · · · · ·     ●
                        └ as long as a stored reading stands ┘
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.clock import SECOND
from model.past import DevicePast
from model.quality import ABSENT
from model.site import Device

Times = NDArray[np.int64]
_RHYTHM_NS = 10 * SECOND
"""Of a device that speaks when it likes."""
_LONG_AGO = -(1 << 62)


class PutBack:
    """One device, stretch after stretch. ``holds_ns``: by column, how long a stored reading stands."""

    def __init__(self, device: Device, holds_ns: Mapping[int, int]) -> None:
        self._device = device
        self._every_ns = device.every_ns or _RHYTHM_NS
        self._holds_ns = holds_ns
        self._last: DevicePast | None = None
        """Of one block: what each column last said, however long ago."""
        self._said_ns: dict[int, int] = {}

    def whole(self, past: DevicePast | None, start_ns: int, end_ns: int) -> DevicePast | None:
        """A stretch; None when there is nothing to say in it."""
        stored = _joined(self._last, past)
        if stored is None:
            return None
        axis, source = self._axis(stored.source_ns, end_ns)
        columns = {column: self._column(stored, column, axis, source) for column in stored.qualities}
        failed = stored.failed[source]
        whole = DevicePast(
            stored.device,
            axis,
            {column: values for column, (values, _, _) in columns.items()},
            {column: quality for column, (_, quality, _) in columns.items()},
            {column: words for column, (_, _, words) in columns.items() if words is not None},
            failed,
        )
        self._remember(stored)
        spoken = np.any([quality != ABSENT for quality in whole.qualities.values()], axis=0)
        return _at(whole, np.flatnonzero(spoken & (axis >= start_ns)))

    def _axis(self, at_ns: Times, end_ns: int) -> tuple[Times, NDArray[np.intp]]:
        """Stored instants with the polls between them, and behind which stored one each lies."""
        longest_ns = max(self._holds_ns.values(), default=0)
        until_ns = np.minimum(np.append(at_ns[1:], end_ns), at_ns + longest_ns + 1)
        polls = np.maximum(-((at_ns - until_ns) // self._every_ns), 1)
        source = np.repeat(np.arange(len(at_ns)), polls)
        number = np.arange(len(source)) - np.repeat(np.cumsum(polls) - polls, polls)
        return at_ns[source] + number * self._every_ns, source

    def _column(
        self, stored: DevicePast, column: int, axis: Times, source: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint8], NDArray[np.str_] | None]:
        said = stored.qualities[column] != ABSENT
        place = np.maximum.accumulate(np.where(said, np.arange(len(said)), -1))
        said_ns = np.where(place >= 0, stored.source_ns[place], _LONG_AGO)
        if self._is_carried(stored):
            said_ns[place == 0] = self._said_ns.get(column, _LONG_AGO)
        stands = (place[source] >= 0) & (axis - said_ns[source] <= self._holds_ns.get(column, 0))
        taken = np.maximum(place[source], 0)
        quality = np.where(stands, stored.qualities[column][taken], np.uint8(ABSENT))
        words = stored.words[column][taken] if column in stored.words else None
        self._said_ns[column] = int(said_ns[-1])
        return stored.values[column][taken], quality, words

    def _is_carried(self, stored: DevicePast) -> bool:
        return self._last is not None and stored.source_ns[0] == self._last.source_ns[0]

    def _remember(self, stored: DevicePast) -> None:
        """The last block, with what each column last said."""
        taken = {}
        for column, quality in stored.qualities.items():
            said = np.flatnonzero(quality != ABSENT)
            taken[column] = int(said[-1]) if len(said) else len(quality) - 1
        self._last = DevicePast(
            stored.device,
            stored.source_ns[-1:].copy(),
            {column: values[[taken[column]]] for column, values in stored.values.items()},
            {column: quality[[taken[column]]] for column, quality in stored.qualities.items()},
            {column: words[[taken[column]]] for column, words in stored.words.items()},
            stored.failed[-1:].copy(),
        )


def _joined(before: DevicePast | None, past: DevicePast | None) -> DevicePast | None:
    if before is None or past is None:
        return past or before
    return DevicePast(
        past.device,
        np.concatenate((before.source_ns, past.source_ns)),
        {column: np.concatenate((before.values[column], values)) for column, values in past.values.items()},
        {column: np.concatenate((before.qualities[column], quality)) for column, quality in past.qualities.items()},
        {column: np.concatenate((before.words[column], words)) for column, words in past.words.items()},
        np.concatenate((before.failed, past.failed)),
    )


def _at(past: DevicePast, places: Sequence[int] | NDArray[np.intp]) -> DevicePast | None:
    if not len(places):
        return None
    return DevicePast(
        past.device,
        past.source_ns[places],
        {column: values[places] for column, values in past.values.items()},
        {column: quality[places] for column, quality in past.qualities.items()},
        {column: words[places] for column, words in past.words.items()},
        past.failed[places],
    )
