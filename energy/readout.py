"""Meters read out of history: counter intervals where a counter rises steadily, single readings where it does not."""

from collections.abc import Sequence
from itertools import pairwise

from energy.calendar import Interval
from energy.counter import Counter, Run, Tally, believable, tally
from energy.meters import Meter
from model.clock import HOUR, MINUTE
from model.quality import GOOD
from model.reading import CounterInterval, History

_CELL_NS = {Interval.HOUR: 15 * MINUTE, Interval.DAY: 15 * MINUTE, Interval.MONTH: HOUR}
"""Counters are asked for in cells this long: a silence inside one cell is not noticed.

Hours and days share their cells, so that they add up to the last digit whatever the counter did."""
_REACH_NS = 6 * HOUR
"""How far beyond both ends a reading is looked for, to know the level at the ends."""
_MOST_READINGS = 100_000


def read_out(history: History, meters: Sequence[Meter], edges_ns: Sequence[int], interval: Interval) -> dict[str, Tally]:
    """Meter id → what it counted around the edges, in the counter's own unit."""
    cells = cell_edges(edges_ns, _CELL_NS[interval])
    by_point: dict[str, list[CounterInterval]] = {meter.point_id: [] for meter in meters}
    for counted in history.counters(list(by_point), cells):
        by_point[counted.point].append(counted)
    following = dict(pairwise(cells))
    return {meter.id: tally(_runs(history, by_point[meter.point_id], meter.counter, following), meter.counter) for meter in meters}


def cell_edges(edges_ns: Sequence[int], cell_ns: int) -> list[int]:
    """The edges, the cells between them, and an hourly reach on both sides."""
    before = range(edges_ns[0] - _REACH_NS, edges_ns[0], HOUR)
    between = [at for start, end in pairwise(edges_ns) for at in range(start, end, cell_ns)]
    after = range(edges_ns[-1], edges_ns[-1] + _REACH_NS + 1, HOUR)
    return [*before, *between, *after]


def _runs(history: History, counted: Sequence[CounterInterval], counter: Counter, following: dict[int, int]) -> list[Run]:
    runs: list[Run] = []
    doubtful = _doubtful(counted, counter)
    for index, cell in enumerate(counted):
        if index in doubtful:
            runs += _single_readings(history, cell.point, cell.start_ns, following[cell.start_ns])
        else:
            runs.append(Run(cell.first_ns, cell.first, cell.last_ns, cell.last))
    return runs


def _doubtful(counted: Sequence[CounterInterval], counter: Counter) -> set[int]:
    """Cells to be read one by one: the counter fell or leapt within, or on the way to a neighbour.

    So is the cell after each: the counter may come back there, and what looks like a rise within it is none.
    """
    within = {
        index
        for index, cell in enumerate(counted)
        if cell.falls or not believable(counter, cell.last - cell.first, cell.last_ns - cell.first_ns)
    }
    between = {
        index
        for index, (cell, following) in enumerate(pairwise(counted))
        if not believable(counter, following.first - cell.last, following.first_ns - cell.last_ns)
    }
    odd = within | between
    return {index for one in odd for index in (one, one + 1)}


def _single_readings(history: History, point: str, start_ns: int, end_ns: int) -> list[Run]:
    samples = history.readings(point, start_ns, end_ns, _MOST_READINGS)
    return [
        Run(sample.source_ns, sample.value, sample.source_ns, sample.value)
        for sample in samples
        if sample.quality >= GOOD and isinstance(sample.value, float)
    ]
