"""The embedded history's reading side: month files together with the tail of the spool they have not taken yet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import duckdb
import numpy as np

from model.clock import DAY, HOUR
from model.ports import HistoryUnavailable
from model.quality import GOOD, Quality
from model.reading import Aggregate, CounterInterval, Sample
from store.history.columns import reading_value
from store.history.held import Track, held_figures, joined, track
from store.history.months import Months, month_bounds, month_of
from store.history.over_edges import edge_columns, over_edges
from store.history.partial import Partial, Slots, counter_intervals, figures, joined_intervals, merged, partials
from store.history.rollups import Stretch, counter_rows, on_quarters, partial_rows
from store.history.tail import Tail

T = TypeVar("T")

_SLOTTED = (
    "{alias}.reading asof join edges on source_ns >= edge_ns where {series} and source_ns >= ? and source_ns < ? and not isnan(value)"
)
_PARTIALS = (
    "select slot, count(*), sum(value), min(value), max(value), min(source_ns), arg_min(value, source_ns), max(source_ns), "
    f"arg_max(value, source_ns) from {_SLOTTED} and quality >= 64 group by slot"
)
_COUNTERS = (
    "with good as (select series, slot, source_ns, value, value < lag(value) over (partition by series, slot order by source_ns) as fell "
    f"from {_SLOTTED} and quality >= {GOOD}) "
    "select series, slot, min(source_ns), arg_min(value, source_ns), max(source_ns), arg_max(value, source_ns), count(*) filter (fell) "
    "from good group by series, slot"
)
_POINT_DAYS = 200
"""Of counters at once: 1.7 million readings every 10 s."""
_ROLLED_POINTS = 100
"""Of counters at once whose quarters are put in order: a month has 300,000 of theirs."""
_TRACK = "select source_ns, value, quality from {alias}.reading where series = ? and source_ns >= ? and source_ns < ?"


@contextmanager
def _told() -> Iterator[None]:
    """What DuckDB refuses is told as readers of any history know it."""
    try:
        yield
    except duckdb.Error as error:
        raise HistoryUnavailable(f"embedded history: {error}") from error


class EmbeddedHistory:
    """``History`` over DuckDB. Each month is read in one transaction with the position its file has reached in the spool, and the tail is
    taken from behind that position: no reading is seen twice or missed while the drain runs. The tail is read before the month is asked,
    which may take minutes: what the drain has passed is soon trimmed."""

    def __init__(self, months: Months, tail: Tail, spool: str, holds_for_ns: Callable[[str], int] = lambda _: 0) -> None:
        """``holds_for_ns``: how long a stored reading of a point stands for those left out after it; 0: nothing is left out."""
        self._months = months
        self._tail = tail
        self._spool = spool
        self._holds_for_ns = holds_for_ns

    @_told()
    def readings(self, point: str, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        def stored(alias: str, series: dict[int, str], first: int, end: int) -> list[Sample]:
            return self._samples(alias, next(iter(series)), first, end, limit)

        def undrained(samples: dict[str, list[Sample]]) -> list[Sample]:
            return samples[point]

        parts = self._read([point], start_ns, end_ns, stored, undrained)
        return sorted((sample for part in parts for sample in part), key=lambda sample: sample.source_ns)[:limit]

    @_told()
    def aggregate(self, point: str, edges_ns: Sequence[int], how: Aggregate) -> list[float | None]:
        hold_ns = self._holds_for_ns(point)
        if hold_ns:
            return held_figures(self._track(point, edges_ns[0] - hold_ns, edges_ns[-1]), edges_ns, hold_ns, how)

        def stored(alias: str, series: dict[int, str], first: int, end: int) -> Slots:
            number = next(iter(series))
            return merged(
                self._rolled_slots(rollup, number, edges_ns, part) if rollup else self._slots(alias, number, edges_ns, part)
                for rollup, part in self._stretches(edges_ns, first, end)
            )

        def undrained(samples: dict[str, list[Sample]]) -> Slots:
            return partials(samples[point], edges_ns)

        def summed(rollup: str, series: dict[int, str], first: int, end: int) -> Slots:
            return self._rolled_slots(rollup, next(iter(series)), edges_ns, Stretch(True, first, end))

        parts = self._read([point], edges_ns[0], edges_ns[-1], stored, undrained, summed if on_quarters(edges_ns) else None)
        return figures(parts, len(edges_ns) - 1, how)

    def _track(self, point: str, start_ns: int, end_ns: int) -> Track:
        """Every reading of a point in order of time."""

        def stored(alias: str, series: dict[int, str], first: int, end: int) -> Track:
            rows = self._months.cursor().execute(_TRACK.format(alias=alias), [next(iter(series)), first, end]).fetchnumpy()
            at_ns, value, quality = (rows[name] for name in ("source_ns", "value", "quality"))
            return Track(np.ma.getdata(at_ns), np.ma.filled(value, np.nan), np.ma.getdata(quality))

        def undrained(samples: dict[str, list[Sample]]) -> Track:
            return track(samples[point])

        return joined(self._read([point], start_ns, end_ns, stored, undrained))

    @_told()
    def counters(self, points: Sequence[str], edges_ns: Sequence[int]) -> list[CounterInterval]:
        def stored(alias: str, series: dict[int, str], first: int, end: int) -> list[CounterInterval]:
            parts = (
                self._rolled_intervals(rollup, series, edges_ns, part) if rollup else self._intervals(alias, series, edges_ns, part)
                for rollup, part in self._stretches(edges_ns, first, end)
            )
            return [interval for part in parts for interval in part]

        def undrained(samples: dict[str, list[Sample]]) -> list[CounterInterval]:
            return [interval for point in samples for interval in counter_intervals(point, samples[point], edges_ns)]

        def summed(rollup: str, series: dict[int, str], first: int, end: int) -> list[CounterInterval]:
            return self._rolled_intervals(rollup, series, edges_ns, Stretch(True, first, end))

        parts = self._read(points, edges_ns[0], edges_ns[-1], stored, undrained, summed if on_quarters(edges_ns) else None)
        return joined_intervals(points, (interval for part in parts for interval in part))

    def _read(
        self,
        points: Sequence[str],
        start_ns: int,
        end_ns: int,
        stored: Callable[[str, dict[int, str], int, int], T],
        undrained: Callable[[dict[str, list[Sample]]], T],
        summed: Callable[[str, dict[int, str], int, int], T] | None = None,
    ) -> list[T]:
        """What every month says and what the tail adds; ``summed``: asked of months of which only the sums are left. Once more when a
        month's file was replaced or dropped under the reader.
        """
        with self._months.readers:
            try:
                return self._read_once(points, start_ns, end_ns, stored, undrained, summed)
            except duckdb.CatalogException:
                return self._read_once(points, start_ns, end_ns, stored, undrained, summed)

    def _read_once(
        self,
        points: Sequence[str],
        start_ns: int,
        end_ns: int,
        stored: Callable[[str, dict[int, str], int, int], T],
        undrained: Callable[[dict[str, list[Sample]]], T],
        summed: Callable[[str, dict[int, str], int, int], T] | None,
    ) -> list[T]:
        drained = self._tail.position()
        months = self._months.between(start_ns, end_ns)
        archived = self._archived(months, start_ns, end_ns)
        parts = [undrained(self._tail.samples(points, drained, first, end)) for first, end in _beside(months, start_ns, end_ns)]
        for alias, month_start_ns, month_end_ns in months:
            first, end = max(start_ns, month_start_ns), min(end_ns, month_end_ns)
            with self._months.transaction() as cursor:
                taken = self._taken(cursor, alias, self._months.rollups.alias(month_of(first)))
                tail = self._tail.samples(points, max(drained, taken), first, end)
                series = self._series(cursor, alias, points)
                if series:
                    parts.append(stored(alias, series, first, end))
            parts.append(undrained(tail))
        for alias, first, end in archived:
            if summed and (series := self._series(self._months.cursor(), alias, points)):
                parts.append(summed(alias, series, first, end))
        return parts

    def _taken(self, cursor: "duckdb.DuckDBPyConnection", alias: str, rollup: str | None) -> int:
        """How far the file has the spool. Its sums are named beside it: what a transaction sees of a file is settled when it first names
        it, and a late reading summed up in between would be in both the sums and the tail.
        """
        sums = f", (select count(*) from {rollup}.rolled where slot_ns < 0)" if rollup else ""
        [(position, *_)] = cursor.execute(f"select max(position){sums} from {alias}.taken where spool = ?", [self._spool]).fetchall()
        return position or 0

    def _samples(self, alias: str, series: int, first: int, end: int, limit: int) -> list[Sample]:
        cursor = self._months.cursor()
        where = "where series = ? and source_ns >= ? and source_ns < ? order by source_ns limit ?"
        asked = [series, first, end, limit]
        rows = cursor.execute(f"select source_ns, value, quality from {alias}.reading {where}", asked).fetchall()
        words: dict[int, str] = dict(cursor.execute(f"select source_ns, words from {alias}.words {where}", asked).fetchall())
        return [Sample(at, reading_value(value, words.get(at)), Quality(code)) for at, value, code in rows]

    # ── summed up or raw ──

    def _stretches(self, edges_ns: Sequence[int], first: int, end: int) -> list[tuple[str | None, Stretch]]:
        """The part of a month that is asked for, and where it is summed up, as far as it is and the edges allow."""
        if not on_quarters(edges_ns):
            return [(None, Stretch(False, first, end))]
        rollup = self._months.rollups.alias(month_of(first))
        found = self._months.rollups.stretches(self._months.cursor(), month_of(first), first, end)
        return [(rollup if part.is_rolled else None, part) for part in found]

    def _archived(self, months: "list[tuple[str, int, int]]", start_ns: int, end_ns: int) -> list[tuple[str, int, int]]:
        """(alias, first, end) of those of which nothing but the quarters is kept: ``months`` are the others."""
        rollups, kept = self._months.rollups, {month_of(first) for _, first, _ in months}
        bounds = ((rollups.alias(month), *month_bounds(month)) for month in rollups.names() if month not in kept)
        found = ((alias, max(start_ns, first), min(end_ns, end)) for alias, first, end in bounds if alias is not None)
        return [(alias, first, end) for alias, first, end in found if first < end]

    def _series(self, cursor: "duckdb.DuckDBPyConnection", alias: str, points: Sequence[str]) -> dict[int, str]:
        return dict(cursor.execute(f"select id, point from {alias}.series where list_contains(?, point)", [list(points)]).fetchall())

    def _slots(self, alias: str, series: int, edges_ns: Sequence[int], part: Stretch) -> Slots:
        query = _PARTIALS.format(alias=alias, series=f"series = {series}")
        with self._months.turn():
            rows = over_edges(self._months.cursor(), query, edge_columns(edges_ns), [part.start_ns, part.end_ns])
        return {slot: Partial(*figures) for slot, *figures in rows}

    def _rolled_slots(self, rollup: str, series: int, edges_ns: Sequence[int], part: Stretch) -> Slots:
        with self._months.turn():
            rows = partial_rows(self._months.cursor(), rollup, series, edges_ns, part)
        return {slot: Partial(*figures) for slot, *figures in rows}

    def _intervals(self, alias: str, series: Mapping[int, str], edges_ns: Sequence[int], part: Stretch) -> list[CounterInterval]:
        """Some hours after the other: DuckDB puts all readings of a query in order within its memory."""
        query, cursor, edges = _COUNTERS.format(alias=alias, series=_listed(series)), self._months.cursor(), edge_columns(edges_ns)
        length_ns = max(HOUR, _POINT_DAYS * DAY // len(series))
        some = (range(at_ns, min(at_ns + length_ns, part.end_ns)) for at_ns in range(part.start_ns, part.end_ns, length_ns))
        found: list[CounterInterval] = []
        for times in some:
            with self._months.turn():
                rows = over_edges(cursor, query, edges, [times.start, times.stop])
            found += (CounterInterval(series[number], edges_ns[slot], *counted) for number, slot, *counted in rows)
        return found

    def _rolled_intervals(self, rollup: str, series: Mapping[int, str], edges_ns: Sequence[int], part: Stretch) -> list[CounterInterval]:
        numbers, found = list(series), list[CounterInterval]()
        for first in range(0, len(numbers), _ROLLED_POINTS):
            some = {number: series[number] for number in numbers[first : first + _ROLLED_POINTS]}
            with self._months.turn():
                rows = counter_rows(self._months.cursor(), rollup, some, edges_ns, part)
            found += (CounterInterval(series[number], edges_ns[slot], *counted) for number, slot, *counted in rows)
        return found


def _beside(months: "list[tuple[str, int, int]]", start_ns: int, end_ns: int) -> list[tuple[int, int]]:
    """The times between two instants of which there is no month."""
    starts, ends = [end for *_, end in months], [first for _, first, _ in months]
    return [(first, end) for first, end in zip([start_ns, *starts], [*ends, end_ns], strict=True) if first < end]


def _listed(series: Mapping[int, str]) -> str:
    return f"series in ({', '.join(map(str, series))})"
