"""The embedded history's reading side: month files together with the tail of the spool they have not taken yet."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray

from model.quality import GOOD, Quality
from model.reading import Aggregate, CounterInterval, Sample
from store.history.columns import reading_value
from store.history.months import Months
from store.history.partial import Partial, Slots, counter_intervals, figures, joined_intervals, partials
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


class EmbeddedHistory:
    """``History`` over DuckDB. Each month is read in one transaction with the position its file has reached in the spool, and the tail is
    taken from behind that position: no reading is seen twice or missed while the drain runs."""

    def __init__(self, months: Months, tail: Tail, spool: str) -> None:
        self._months = months
        self._tail = tail
        self._spool = spool

    def readings(self, point: str, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        def stored(alias: str, series: dict[int, str], first: int, end: int) -> list[Sample]:
            return self._samples(alias, next(iter(series)), first, end, limit)

        def undrained(samples: dict[str, list[Sample]]) -> list[Sample]:
            return samples[point]

        parts = self._read([point], start_ns, end_ns, stored, undrained)
        return sorted((sample for part in parts for sample in part), key=lambda sample: sample.source_ns)[:limit]

    def aggregate(self, point: str, edges_ns: Sequence[int], how: Aggregate) -> list[float | None]:
        def stored(alias: str, series: dict[int, str], first: int, end: int) -> Slots:
            return self._slots(alias, next(iter(series)), edges_ns, first, end)

        def undrained(samples: dict[str, list[Sample]]) -> Slots:
            return partials(samples[point], edges_ns)

        parts = self._read([point], edges_ns[0], edges_ns[-1], stored, undrained)
        return figures(parts, len(edges_ns) - 1, how)

    def counters(self, points: Sequence[str], edges_ns: Sequence[int]) -> list[CounterInterval]:
        def stored(alias: str, series: dict[int, str], first: int, end: int) -> list[CounterInterval]:
            return self._intervals(alias, series, edges_ns, first, end)

        def undrained(samples: dict[str, list[Sample]]) -> list[CounterInterval]:
            return [interval for point in samples for interval in counter_intervals(point, samples[point], edges_ns)]

        parts = self._read(points, edges_ns[0], edges_ns[-1], stored, undrained)
        return joined_intervals(points, (interval for part in parts for interval in part))

    def _read(
        self,
        points: Sequence[str],
        start_ns: int,
        end_ns: int,
        stored: Callable[[str, dict[int, str], int, int], T],
        undrained: Callable[[dict[str, list[Sample]]], T],
    ) -> list[T]:
        """What every month says, then what the tail adds; once more when a month file was replaced under the reader."""
        try:
            return list(self._read_once(points, start_ns, end_ns, stored, undrained))
        except duckdb.CatalogException:
            return list(self._read_once(points, start_ns, end_ns, stored, undrained))

    def _read_once(
        self,
        points: Sequence[str],
        start_ns: int,
        end_ns: int,
        stored: Callable[[str, dict[int, str], int, int], T],
        undrained: Callable[[dict[str, list[Sample]]], T],
    ) -> list[T]:
        drained = self._tail.position()
        parts: list[T] = []
        unread_ns = start_ns
        for alias, month_start_ns, month_end_ns in self._months.between(start_ns, end_ns):
            first, end = max(start_ns, month_start_ns), min(end_ns, month_end_ns)
            with self._months.transaction() as cursor:
                taken = cursor.execute(f"select position from {alias}.taken where spool = ?", [self._spool]).fetchone()
                named = cursor.execute(f"select id, point from {alias}.series where list_contains(?, point)", [list(points)])
                series = dict(named.fetchall())
                if series:
                    parts.append(stored(alias, series, first, end))
            parts.append(undrained(self._tail.samples(points, drained, unread_ns, first)))
            parts.append(undrained(self._tail.samples(points, max(drained, taken[0] if taken else 0), first, end)))
            unread_ns = end
        parts.append(undrained(self._tail.samples(points, drained, unread_ns, end_ns)))
        return parts

    def _samples(self, alias: str, series: int, first: int, end: int, limit: int) -> list[Sample]:
        cursor = self._months.cursor()
        where = "where series = ? and source_ns >= ? and source_ns < ? order by source_ns limit ?"
        asked = [series, first, end, limit]
        rows = cursor.execute(f"select source_ns, value, quality from {alias}.reading {where}", asked).fetchall()
        words: dict[int, str] = dict(cursor.execute(f"select source_ns, words from {alias}.words {where}", asked).fetchall())
        return [Sample(at, reading_value(value, words.get(at)), Quality(code)) for at, value, code in rows]

    def _slots(self, alias: str, series: int, edges_ns: Sequence[int], first: int, end: int) -> Slots:
        query = _PARTIALS.format(alias=alias, series=f"series = {series}")
        rows = _over_edges(self._months.cursor(), query, _edge_columns(edges_ns), [first, end])
        return {slot: Partial(*figures) for slot, *figures in rows}

    def _intervals(self, alias: str, series: dict[int, str], edges_ns: Sequence[int], first: int, end: int) -> list[CounterInterval]:
        query = _COUNTERS.format(alias=alias, series=f"series in ({', '.join(map(str, series))})")
        rows = _over_edges(self._months.cursor(), query, _edge_columns(edges_ns), [first, end])
        return [CounterInterval(series[number], edges_ns[slot], *counted) for number, slot, *counted in rows]


EdgeTable = dict[str, NDArray[np.int64]]


def _edge_columns(edges_ns: Sequence[int]) -> EdgeTable:
    return {"slot": np.arange(len(edges_ns) - 1, dtype=np.int64), "edge_ns": np.array(edges_ns[:-1], dtype=np.int64)}


def _over_edges(cursor: duckdb.DuckDBPyConnection, query: str, edges: EdgeTable, asked: list[int]) -> list[tuple[Any, ...]]:
    """Rows of a query that names the table ``edges``; DuckDB finds it by its name in this frame."""
    return cursor.execute(query, asked).fetchall()
