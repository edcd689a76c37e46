"""What devices said over a stretch of time, as columns: no object per reading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.quality import Quality

LOST = (Quality.COMM_FAILURE, Quality.NOT_CONNECTED)
"""What a point has when its device was not reached."""
REFUSED = (Quality.CONFIG_ERROR, Quality.DEVICE_FAILURE)
"""What all points of a device have when it answered that it would not."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Stored readings of many points, one entry each, in no order. ``place`` counts in the points that were asked for."""

    place: NDArray[np.int32]
    source_ns: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    words: Sequence[tuple[int, int, str]] = ()
    """(place, source time, words) of text points."""

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True, slots=True, eq=False)
class DevicePast:
    """One device's blocks over a stretch of time, in order of source time: an entry per block in every array.

    ``values`` and ``qualities`` by column; ABSENT where a block was silent about the point. ``failed``: the exchange brought nothing.
    """

    device: str
    source_ns: NDArray[np.int64]
    values: Mapping[int, NDArray[np.float64]]
    qualities: Mapping[int, NDArray[np.uint8]]
    words: Mapping[int, NDArray[np.str_]]
    failed: NDArray[np.bool_]


class ColumnHistory(Protocol):
    """The past in bulk. Blocking; safe to call from any thread. Times are half-open: start ≤ t < end."""

    def readings(self, points: Sequence[str], start_ns: int, end_ns: int, *, lost_only: bool = False) -> Iterator[Readings]:
        """Piece by piece, each small enough not to keep other threads waiting. ``lost_only``: those of a quality in LOST or REFUSED.

        Raises HistoryUnavailable.
        """
        ...
