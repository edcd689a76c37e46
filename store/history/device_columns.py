"""The embedded history in bulk: raw readings of many points as columns, piece by piece, the tail of the spool behind them.

    month's file ──one query──► gathered rows (DuckDB's own memory, on disk what does not fit) ──100,000 at a time──► arrays

The query costs most and runs while Python goes on with other work; rows become arrays while Python stands still, so of these there are
few at once. In a month of 6,000 points every query looks at 14,000 groups of rows before it reads the first: one is better than many.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from model.clock import DAY
from model.past import LOST, REFUSED, Readings
from model.ports import HistoryUnavailable
from store.history.columns import columns
from store.history.embedded import ColumnTable
from store.history.months import Months
from store.history.tail import Tail

_PIECE_ROWS = 100_000
"""Some 2 ms of a core. As quick as with 250,000, and both processes of a backtest hold some 10 MB less."""
_PIECE_WORDS = 10_000
_LOST_NS = DAY
"""What is lost is gathered day by day: nothing for weeks, then every point of all that hangs on a dead line."""
_BAD = f" and quality in ({', '.join(str(int(code)) for code in (*LOST, *REFUSED))})"
_GATHER = "create or replace temp table gathered as select {what} from {alias}.{table} {wanted} source_ns >= ? and source_ns < ?{bad}"
_SORTED = "where series in ({series}) and"
"""DuckDB leaves out whole groups of rows of other points."""
_FILLING = "semi join wanted using (series) where series between {low} and {high} and"
"""Many a group has rows of all points: a third faster than a list."""


class EmbeddedColumns:
    """``model.past.ColumnHistory``. What the drain takes from the spool meanwhile may come twice.

    The tail is read first: whoever takes his time over the pieces would find it trimmed.
    """

    def __init__(self, months: Months, tail: Tail) -> None:
        self._months = months
        self._tail = tail

    def readings(self, points: Sequence[str], start_ns: int, end_ns: int, *, lost_only: bool = False) -> Iterator[Readings]:
        undrained = list(self._undrained(points, self._tail.position(), start_ns, end_ns, lost_only))
        try:
            with closing(self._months.another_cursor()) as cursor:
                for asked in self._asked(cursor, points, start_ns, end_ns, lost_only):
                    yield from self._gathered(cursor, asked)
        except duckdb.Error as error:
            raise HistoryUnavailable(f"embedded history: {error}") from error
        yield from undrained

    def _asked(
        self, cursor: duckdb.DuckDBPyConnection, points: Sequence[str], start_ns: int, end_ns: int, lost_only: bool
    ) -> "Iterator[_Asked]":
        """Month after month."""
        for _, first, end in self._months.between(start_ns, end_ns):
            first, end = max(start_ns, first), min(end_ns, end)
            places = self._places(cursor, points, first)
            length_ns = _LOST_NS if lost_only else end - first
            for at_ns in range(first, end, length_ns) if places else ():
                yield _Asked(places, at_ns, min(end, at_ns + length_ns), lost_only)

    def _places(self, cursor: duckdb.DuckDBPyConnection, points: Sequence[str], at_ns: int) -> dict[int, int]:
        """The file's number of each point → its place among those asked for."""
        numbers = {point: place for place, point in enumerate(points)}
        rows = cursor.execute(f"select id, point from {self._alias(at_ns)}.series").fetchall()
        return {number: numbers[point] for number, point in rows if point in numbers}

    def _alias(self, at_ns: int) -> str:
        """Of the month; asked for each query, since a month may be sorted meanwhile."""
        found = self._months.between(at_ns, at_ns + 1)
        return found[0][0] if found else ""

    def _gathered(self, cursor: duckdb.DuckDBPyConnection, asked: "_Asked") -> Iterator[Readings]:
        place_of = asked.place_of()
        rows = self._gather(cursor, asked, "reading", "series, source_ns, value, quality")
        for first in range(0, rows, _PIECE_ROWS):
            yield _piece(_rows_from(cursor, first, _PIECE_ROWS).fetchnumpy(), place_of)
        words = 0 if asked.lost_only else self._gather(cursor, asked, "words", "series, source_ns, words")
        for first in range(0, words, _PIECE_WORDS):
            said = _rows_from(cursor, first, _PIECE_WORDS).fetchall()
            yield _of_words([(asked.places[number], at_ns, text) for number, at_ns, text in said])

    def _gather(self, cursor: duckdb.DuckDBPyConnection, asked: "_Asked", table: str, what: str) -> int:
        """How many rows there are; once more when the month's file was replaced under the reader."""
        try:
            return self._gather_from(cursor, self._alias(asked.start_ns), asked, table, what)
        except duckdb.CatalogException:
            return self._gather_from(cursor, self._alias(asked.start_ns), asked, table, what)

    def _gather_from(self, cursor: duckdb.DuckDBPyConnection, alias: str, asked: "_Asked", table: str, what: str) -> int:
        series = sorted(asked.places)
        way = _SORTED if alias.endswith("_sorted") else _FILLING
        wanted = way.format(series=", ".join(map(str, series)), low=series[0], high=series[-1])
        query = _GATHER.format(what=what, alias=alias, table=table, wanted=wanted, bad=_BAD if asked.lost_only else "")
        return _counted(cursor, query, {"series": np.array(series, dtype=np.int32)}, [asked.start_ns, asked.end_ns])

    def _undrained(self, points: Sequence[str], position: int, start_ns: int, end_ns: int, lost_only: bool) -> Iterator[Readings]:
        rows, places = self._tail.rows(points, position, start_ns, end_ns)
        if not rows:
            return
        read = columns(rows, places.__getitem__)
        wanted = read.series >= 0
        if lost_only:
            wanted &= np.isin(read.quality, (*LOST, *REFUSED))
        words = [(text.series, text.source_ns, text.words) for text in read.texts if text.series >= 0]
        yield Readings(read.series[wanted], read.source_ns[wanted], read.value[wanted], read.quality[wanted], words)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of one month."""

    places: Mapping[int, int]
    start_ns: int
    end_ns: int
    lost_only: bool

    def place_of(self) -> NDArray[np.int32]:
        """By the file's number."""
        found = np.zeros(max(self.places) + 1, dtype=np.int32)
        found[list(self.places)] = list(self.places.values())
        return found


def _counted(cursor: duckdb.DuckDBPyConnection, query: str, wanted: ColumnTable, bounds: Sequence[int]) -> int:
    """DuckDB finds ``wanted`` by its name in this frame."""
    found = cursor.execute(query, bounds).fetchone()
    return int(found[0]) if found else 0


def _rows_from(cursor: duckdb.DuckDBPyConnection, first: int, rows: int) -> duckdb.DuckDBPyConnection:
    return cursor.execute("select * from gathered where rowid >= ? and rowid < ?", [first, first + rows])


def _piece(found: ColumnTable, place_of: NDArray[np.int32]) -> Readings:
    value = found["value"]
    return Readings(
        place_of[np.ma.getdata(found["series"])],
        np.ma.getdata(found["source_ns"]),
        np.ma.filled(value, np.nan) if np.ma.is_masked(value) else np.ma.getdata(value),
        np.ma.getdata(found["quality"]),
    )


def _of_words(said: Sequence[tuple[int, int, str]]) -> Readings:
    nothing = np.empty(0)
    return Readings(nothing.astype(np.int32), nothing.astype(np.int64), nothing, nothing.astype(np.uint8), said)


class NoColumns:
    """A history that can't be read in bulk."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def readings(self, points: Sequence[str], start_ns: int, end_ns: int, *, lost_only: bool = False) -> Iterator[Readings]:
        raise HistoryUnavailable(self._reason)
