"""A recording out of the history of a platform that is not running: its files read directly, whole stretches at a time.

    spool ──what is left in it──► month files ──readings by point──► blocks by device and instant

The history keeps readings, not exchanges: an instant at which every column is bad because nobody answered becomes a failed exchange again
(a timeout, whichever fault it was), and the time of receipt is that of the source.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from guanjia.recording.columns import Columns, unanswered
from model.clock import MINUTE, Clock
from model.ports import HistoryUnavailable
from model.quality import ABSENT
from model.site import Device, Site
from store.history.bulk import Taken, opened_months, take
from store.history.drain import Drain
from store.history.embedded import EmbeddedSink
from store.history.layout import columns_of
from store.history.months import Months
from store.history.spool import Spool

WINDOW_NS = 10 * MINUTE
"""What is in memory at a time: a thousand devices at a second are some six hundred thousand blocks."""


def copied(site: Site, data: Path, start_ns: int, end_ns: int, clock: Clock) -> Iterator[Mapping[str, Columns]]:
    """What every device said, window after window. Raises HistoryUnavailable when a running platform holds the files."""
    with opened_months(data) as months:
        _drain(site, data, months, clock)
        for first_ns in range(start_ns, end_ns, WINDOW_NS):
            yield by_device(site, take(months, first_ns, min(first_ns + WINDOW_NS, end_ns)))


def _drain(site: Site, data: Path, months: Months, clock: Clock) -> None:
    """What the platform had no time for before it stopped."""
    if not (data / "spool.sqlite").exists():
        return
    spool = Spool(data / "spool.sqlite", columns_of(site), clock)
    try:
        drain = Drain(spool, EmbeddedSink(months, spool), clock)
        if not drain.drain():
            raise HistoryUnavailable(drain.health().reason)
    finally:
        spool.close()


def by_device(site: Site, readings: Iterator[Taken]) -> dict[str, Columns]:
    """Readings of points put together by device; what the site does not know any more is left out."""
    taken: dict[str, list[tuple[int, Taken]]] = {}
    for reading in readings:
        found = site.point(reading.point)
        if found is not None:
            taken.setdefault(found[0].id, []).append((found[1], reading))
    return {name: _together(site.devices[name], taken[name]) for name in site.devices if name in taken}


def _together(device: Device, taken: list[tuple[int, Taken]]) -> Columns:
    at_ns = np.unique(np.concatenate([reading.at_ns for _, reading in taken]))
    values = np.full((len(device.points), len(at_ns)), np.nan)
    qualities = np.full(values.shape, ABSENT, dtype=np.uint8)
    texts: dict[tuple[int, int], str] = {}
    for column, reading in taken:
        places = np.searchsorted(at_ns, reading.at_ns)
        values[column, places], qualities[column, places] = reading.values, reading.qualities
        texts |= {(int(np.searchsorted(at_ns, said_ns)), column): words for said_ns, words in reading.words.items()}
    return Columns(at_ns, at_ns, values, qualities, texts, unanswered(qualities))
