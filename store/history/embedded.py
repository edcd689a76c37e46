"""The embedded history's writing side: takes blocks from the spool into the month files, exactly once."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import structlog
from numpy.typing import NDArray

from store.history.columns import TextRow, columns
from store.history.errors import Unreachable
from store.history.months import Months, by_month, month_of
from store.history.spool import Spool
from store.history.spool_file import Row

log = structlog.get_logger()

SeriesOfLayout = dict[int, NDArray[np.int32]]
ColumnTable = dict[str, NDArray[Any]]


class EmbeddedSink:
    """Each month file remembers how far it has taken the spool, in the transaction of the rows: a batch sent twice is taken once.

    A month of which only the sums are left takes nothing more.
    """

    name = "embedded"

    def __init__(self, months: Months, spool: Spool) -> None:
        self._months = months
        self._spool = spool
        self._series: dict[str, SeriesOfLayout] = {}

    def deliver(self, rows: Sequence[Row]) -> None:
        try:
            with self._months.writing:
                for month, of_month in by_month(rows).items():
                    if self._months.rollups.is_archived(month):
                        log.warning("readings_of_a_closed_month", month=month, blocks=len(of_month))
                    else:
                        self._take(self._months.open(month), of_month)
        except (duckdb.Error, OSError) as error:
            self._series.clear()
            with self._months.writing:
                self._months.revive()
            raise Unreachable(f"embedded history: {error}") from error

    def _take(self, alias: str, rows: list[Row]) -> None:
        taken = self._months.cursor().execute(f"select position from {alias}.taken where spool = ?", [self._spool.file.identity]).fetchone()
        fresh = [row for row in rows if row.id > taken[0]] if taken else rows
        if not fresh:
            return
        numbers = self._series_numbers(alias, {row.layout for row in fresh})
        read = columns(fresh, numbers.__getitem__)
        batch: ColumnTable = {"series": read.series, "source_ns": read.source_ns, "value": read.value, "quality": read.quality}
        words = _text_columns(read.texts)
        self._months.rollups.reopen(month_of(fresh[0].source_ns), (row.source_ns for row in fresh))
        with self._months.transaction() as cursor:
            append(cursor, f"{alias}.reading", batch)
            append(cursor, f"{alias}.words", words)
            cursor.execute(f"insert or replace into {alias}.taken values (?, ?)", [self._spool.file.identity, fresh[-1].id])

    def _series_numbers(self, alias: str, layouts: set[int]) -> SeriesOfLayout:
        """The file's own numbers of every column of the given layouts, made up for points it has not seen before."""
        known = self._series.setdefault(alias, {})
        missing = layouts - known.keys()
        if missing:
            points = {number: self._spool.layouts[number].point_ids() for number in missing}
            ids = number_points(self._months, alias, [point for names in points.values() for point in names])
            known |= {number: np.array([ids[point] for point in names], dtype=np.int32) for number, names in points.items()}
        return known


def number_points(months: Months, alias: str, points: Sequence[str]) -> dict[str, int]:
    """Every point of the file with its series number; the given ones get one where they have none yet. Call with ``writing`` held."""
    with months.transaction() as cursor:
        ids: dict[str, int] = dict(cursor.execute(f"select point, id from {alias}.series").fetchall())
        fresh = {point: len(ids) + index for index, point in enumerate(dict.fromkeys(p for p in points if p not in ids))}
        numbered = {"id": np.array(list(fresh.values()), dtype=np.int32), "point": np.array(list(fresh), dtype=object)}
        append(cursor, f"{alias}.series", numbered)
        return ids | fresh


def append(cursor: duckdb.DuckDBPyConnection, table: str, batch: ColumnTable) -> None:
    """Add the columns' rows to a table; DuckDB finds ``batch`` by its name in this frame."""
    if all(len(column) for column in batch.values()):
        cursor.execute(f"insert into {table} select * from batch")


def _text_columns(texts: Sequence[TextRow]) -> ColumnTable:
    return {
        "series": np.array([text.series for text in texts], dtype=np.int32),
        "source_ns": np.array([text.source_ns for text in texts], dtype=np.int64),
        "words": np.array([text.words for text in texts], dtype=object),
    }
