"""The end of the past: blocks on disk in the spool that a sink has not taken yet, read sample by sample."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.clock import HOUR
from model.reading import Sample
from store.history.columns import sample
from store.history.layout import Place, places_of
from store.history.spool import Spool
from store.history.spool_file import Row

_CLOCK_LEAD_NS = HOUR
"""A device's clock may run this far ahead of ours; a reading dated further ahead is not found here until it is drained."""


class Tail:
    def __init__(self, spool: Spool, sink: str) -> None:
        self._spool = spool
        self._sink = sink

    def position(self) -> int:
        """The sink's cursor. Read it *before* the sink's own history: rows that change sides in between are then seen on either side."""
        return self._spool.file.cursor(self._sink)

    def samples(self, points: Sequence[str], position: int, start_ns: int, end_ns: int) -> dict[str, list[Sample]]:
        """Per point its samples behind a position, in order of source time."""
        places = places_of(points, self._spool.layouts)
        found: dict[str, list[Sample]] = {point: [] for point in places}
        by_layout: dict[int, list[tuple[str, Place]]] = {}
        for point, columns in places.items():
            for place in columns:
                by_layout.setdefault(place.layout, []).append((point, place))
        if by_layout and start_ns < end_ns:
            behind = max(position, self._spool.file.position_before(start_ns - _CLOCK_LEAD_NS))
            for row in self._spool.file.of_layouts(list(by_layout), behind, start_ns, end_ns):
                for point, place in by_layout[row.layout]:
                    said = sample(row, place)
                    if said is not None:
                        found[point].append(said)
        for samples in found.values():
            samples.sort(key=lambda one: one.source_ns)
        return found

    def rows(self, points: Sequence[str], position: int, start_ns: int, end_ns: int) -> tuple[list[Row], dict[int, NDArray[np.int32]]]:
        """Blocks behind a position that may speak of the points; layout → for each of its columns the place among the points, or −1."""
        places: dict[int, NDArray[np.int32]] = {}
        found = places_of(points, self._spool.layouts)
        for number, point in enumerate(points):
            for place in found[point]:
                width = len(self._spool.layouts[place.layout].columns)
                places.setdefault(place.layout, np.full(width, -1, dtype=np.int32))[place.column] = number
        if not places or start_ns >= end_ns:
            return [], places
        behind = max(position, self._spool.file.position_before(start_ns - _CLOCK_LEAD_NS))
        return self._spool.file.of_layouts(list(places), behind, start_ns, end_ns), places
