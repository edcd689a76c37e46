"""Whole days into and out of the embedded history at once, past the spool: for a history that is made, and for one that is copied out.

    add(points, instants, values, qualities, words) ──gathered──► one insert of about a million readings ──► the month's file
    take(start, end) ──► readings of every point between two instants, in order of point and time

Only while no platform runs on the folder: DuckDB keeps every other process out.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from model.quality import ABSENT, Quality
from store.history.embedded import ColumnTable, append, number_points
from store.history.errors import Unreachable
from store.history.months import Months, month_of

_INSERT_ROWS = 1_000_000


@contextmanager
def opened_months(directory: Path) -> Iterator[Months]:
    """The month files under a platform's data folder. Unreachable when another process has them."""
    try:
        months = Months(directory / "history")
    except duckdb.Error as error:
        raise Unreachable(str(error)) from error
    try:
        yield months
    finally:
        months.close()


@dataclass(slots=True)
class _Batch:
    readings: list[ColumnTable] = field(default_factory=list)
    words: list[ColumnTable] = field(default_factory=list)
    rows: int = 0


class BulkWriter:
    """``add`` as often as there is something, ``commit`` when a whole is complete: a commit is all on disk or not at all."""

    def __init__(self, months: Months) -> None:
        self._months = months
        self._alias = ""
        self._numbers: dict[str, int] = {}
        self._batch = _Batch()
        self._open = False

    def add(
        self,
        points: Sequence[str],
        at_ns: NDArray[np.int64],
        values: NDArray[np.float64],
        qualities: NDArray[np.uint8],
        words: Mapping[int, Sequence[str]],
    ) -> None:
        """Readings of some points at common instants, all of one month: a row of ``values`` and ``qualities`` per point, ``words`` by row.
        ABSENT is left out, and so are words of bad readings."""
        series = self._series(points, int(at_ns[0]))
        with self._months.writing:
            self._months.rollups.reopen(month_of(int(at_ns[0])), at_ns.tolist())
        said = qualities != ABSENT
        self._batch.readings.append(
            {
                "series": np.repeat(series, len(at_ns))[said.ravel()],
                "source_ns": np.broadcast_to(at_ns, values.shape)[said],
                "value": values[said],
                "quality": qualities[said],
            }
        )
        self._batch.words += [_words(int(series[row]), at_ns, told, qualities[row]) for row, told in words.items()]
        self._batch.rows += values.size
        if self._batch.rows >= _INSERT_ROWS:
            self._insert()

    def commit(self) -> None:
        """Everything added so far is on disk afterwards."""
        self._insert()
        if self._open:
            self._months.cursor().commit()
            self._open = False

    def _series(self, points: Sequence[str], first_ns: int) -> NDArray[np.int32]:
        with self._months.writing:
            alias = self._months.open(month_of(first_ns))
            if alias != self._alias:
                self.commit()
                self._alias, self._numbers = alias, {}
            if any(point not in self._numbers for point in points):
                self.commit()
                self._numbers = number_points(self._months, alias, points)
        return np.array([self._numbers[point] for point in points], dtype=np.int32)

    def _insert(self) -> None:
        if not self._batch.rows:
            return
        cursor = self._months.cursor()
        if not self._open:
            cursor.begin()
            self._open = True
        append(cursor, f"{self._alias}.reading", _joined(self._batch.readings))
        if self._batch.words:
            append(cursor, f"{self._alias}.words", _joined(self._batch.words))
        self._batch = _Batch()


def _words(series: int, at_ns: NDArray[np.int64], told: Sequence[str], qualities: NDArray[np.uint8]) -> ColumnTable:
    """Readings that are bad have no words."""
    column, is_told = np.array(told, dtype=object), (qualities >= Quality.UNCERTAIN) & (qualities != ABSENT)
    return {"series": np.full(int(is_told.sum()), series, dtype=np.int32), "source_ns": at_ns[is_told], "words": column[is_told]}


def _joined(tables: Sequence[ColumnTable]) -> ColumnTable:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def is_empty_between(months: Months, start_ns: int, end_ns: int) -> bool:
    """Whether the files hold no reading with start ≤ time < end."""
    cursor, where = months.cursor(), "where source_ns >= ? and source_ns < ? limit 1"
    aliases = [alias for alias, _, _ in months.between(start_ns, end_ns)]
    return not any(cursor.execute(f"select 1 from {alias}.reading {where}", [start_ns, end_ns]).fetchall() for alias in aliases)


@dataclass(frozen=True, slots=True)
class Taken:
    """Readings of one point in order of time; ``words`` by instant."""

    point: str
    at_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    qualities: NDArray[np.uint8]
    words: Mapping[int, str]


def take(months: Months, start_ns: int, end_ns: int) -> Iterator[Taken]:
    """Every point's readings with start ≤ time < end, month after month."""
    for alias, _, _ in months.between(start_ns, end_ns):
        yield from _take(months.cursor(), alias, [start_ns, end_ns])


def _take(cursor: duckdb.DuckDBPyConnection, alias: str, asked: list[int]) -> Iterator[Taken]:
    where = "where source_ns >= ? and source_ns < ?"
    found: dict[str, NDArray[Any]] = cursor.execute(
        f"select series, source_ns, value, quality from {alias}.reading {where} order by series, source_ns", asked
    ).fetchnumpy()
    names: dict[int, str] = dict(cursor.execute(f"select id, point from {alias}.series").fetchall())
    words: dict[int, dict[int, str]] = {}
    for series, at_ns, said in cursor.execute(f"select series, source_ns, words from {alias}.words {where}", asked).fetchall():
        words.setdefault(series, {})[at_ns] = said
    series_of = np.ma.getdata(found["series"])
    edges = np.flatnonzero(np.diff(series_of)) + 1
    for first, last in zip([0, *edges], [*edges, len(series_of)], strict=True):
        if first < last:
            number = int(series_of[first])
            at_ns, value, quality = (found[name][first:last] for name in ("source_ns", "value", "quality"))
            yield Taken(names[number], np.ma.getdata(at_ns), np.ma.filled(value, np.nan), np.ma.getdata(quality), words.get(number, {}))
