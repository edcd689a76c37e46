"""The end of the past: blocks on disk in the spool that a sink has not taken yet, read sample by sample."""

from collections.abc import Sequence

from model.clock import HOUR
from model.reading import Sample
from store.history.columns import sample
from store.history.layout import Place, places_of
from store.history.spool import Spool

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
