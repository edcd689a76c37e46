"""The embedded history in bulk: raw readings of many points as columns, piece by piece, the tail of the spool behind them.

A piece is small enough that nobody else in the process waits for it: DuckDB's rows become arrays while Python stands still. A month that
is sorted by point is read a few points at a time, one that still fills a few hours at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from model.clock import MINUTE
from model.past import LOST, REFUSED, Readings
from model.ports import HistoryUnavailable
from store.history.columns import columns
from store.history.embedded import ColumnTable
from store.history.months import Months
from store.history.tail import Tail

_PIECE_ROWS = 250_000
"""Some 5 ms of a core."""
_FIRST_POINTS, _FIRST_NS = 16, 30 * MINUTE
_GROWS_AT_MOST = 8
_MOST_ROWS = 4 * _PIECE_ROWS
"""In a piece of what is lost: nothing for days, then every point of all that hangs on a dead line."""
_BAD = f"quality in ({', '.join(str(int(code)) for code in (*LOST, *REFUSED))})"
_ROWS = (
    "select {what} from {alias}.reading {joined} where series between {low} and {high} {within}and source_ns >= ? and source_ns < ?{bad}"
)
_ALL = "series, source_ns, value, quality"
_SORTED = {"joined": "", "within": "and series in ({series}) "}
"""DuckDB leaves out whole groups of rows of other points."""
_FILLING = {"joined": "semi join wanted using (series)", "within": ""}
"""Every group has rows of all points: a third faster than a list."""
_WORDS = "select series, source_ns, words from {alias}.words where series in ({series}) and source_ns >= ? and source_ns < ?"


class EmbeddedColumns:
    """``model.past.ColumnHistory``. What the drain takes from the spool meanwhile may come twice."""

    def __init__(self, months: Months, tail: Tail) -> None:
        self._months = months
        self._tail = tail

    def readings(self, points: Sequence[str], start_ns: int, end_ns: int, *, lost_only: bool = False) -> Iterator[Readings]:
        drained = self._tail.position()
        try:
            for _, first, end in self._months.between(start_ns, end_ns):
                yield from self._of_month(points, max(start_ns, first), min(end_ns, end), lost_only)
        except duckdb.Error as error:
            raise HistoryUnavailable(f"embedded history: {error}") from error
        yield from self._undrained(points, drained, start_ns, end_ns, lost_only)

    def _of_month(self, points: Sequence[str], start_ns: int, end_ns: int, lost_only: bool) -> Iterator[Readings]:
        asked = _Asked(self._places(points, start_ns), start_ns, end_ns, lost_only)
        if asked.places:
            pieces = self._point_after_point(asked) if self._alias(start_ns).endswith("_sorted") else self._hour_after_hour(asked)
            yield from (piece for piece in pieces if len(piece) or piece.words)

    def _hour_after_hour(self, asked: "_Asked") -> Iterator[Readings]:
        at_ns, length_ns, series = asked.start_ns, _FIRST_NS, asked.series
        while at_ns < asked.end_ns:
            while length_ns > MINUTE and self._is_too_much(asked, series, at_ns, min(asked.end_ns, at_ns + length_ns)):
                length_ns = max(MINUTE, length_ns // _GROWS_AT_MOST)
            piece = self._piece(asked, series, at_ns, min(asked.end_ns, at_ns + length_ns))
            yield piece
            at_ns, length_ns = at_ns + length_ns, max(MINUTE, int(length_ns * _growth(piece)))

    def _point_after_point(self, asked: "_Asked") -> Iterator[Readings]:
        place, points, series = 0, _FIRST_POINTS, asked.series
        while place < len(series):
            while points > 1 and self._is_too_much(asked, series[place : place + points], asked.start_ns, asked.end_ns):
                points = max(1, points // _GROWS_AT_MOST)
            piece = self._piece(asked, series[place : place + points], asked.start_ns, asked.end_ns)
            yield piece
            place, points = place + points, max(1, int(points * _growth(piece)))

    def _is_too_much(self, asked: "_Asked", series: Sequence[int], start_ns: int, end_ns: int) -> bool:
        """Of what is lost the last piece says nothing about the next; of all readings it does."""
        if not asked.lost_only:
            return False
        try:
            return self._count(asked, series, start_ns, end_ns) > _MOST_ROWS
        except duckdb.CatalogException:
            return self._count(asked, series, start_ns, end_ns) > _MOST_ROWS

    def _count(self, asked: "_Asked", series: Sequence[int], start_ns: int, end_ns: int) -> int:
        found = self._rows(asked, series, start_ns, end_ns, "count(*) as rows")
        return int(found["rows"][0])

    def _alias(self, at_ns: int) -> str:
        """Of the month; asked for each piece, since a month may be sorted meanwhile."""
        found = self._months.between(at_ns, at_ns + 1)
        return found[0][0] if found else ""

    def _places(self, points: Sequence[str], at_ns: int) -> dict[int, int]:
        """The file's number of each point → its place among those asked for."""
        numbers = {point: place for place, point in enumerate(points)}
        rows = self._months.cursor().execute(f"select id, point from {self._alias(at_ns)}.series").fetchall()
        return {number: numbers[point] for number, point in rows if point in numbers}

    def _piece(self, asked: "_Asked", series: Sequence[int], start_ns: int, end_ns: int) -> Readings:
        try:
            return self._read(asked, series, start_ns, end_ns)
        except duckdb.CatalogException:
            return self._read(asked, series, start_ns, end_ns)

    def _read(self, asked: "_Asked", series: Sequence[int], start_ns: int, end_ns: int) -> Readings:
        found = self._rows(asked, series, start_ns, end_ns, _ALL)
        words = [] if asked.lost_only else self._words(asked, series, start_ns, end_ns)
        place_of = np.zeros(series[-1] + 1, dtype=np.int32)
        place_of[list(series)] = [asked.places[number] for number in series]
        value = found["value"]
        return Readings(
            place_of[np.ma.getdata(found["series"])],
            np.ma.getdata(found["source_ns"]),
            np.ma.filled(value, np.nan) if np.ma.is_masked(value) else np.ma.getdata(value),
            np.ma.getdata(found["quality"]),
            [(asked.places[number], at_ns, said) for number, at_ns, said in words],
        )

    def _rows(self, asked: "_Asked", series: Sequence[int], start_ns: int, end_ns: int, what: str) -> ColumnTable:
        alias, cursor = self._alias(asked.start_ns), self._months.cursor()
        parts = {"alias": alias, "low": series[0], "high": series[-1], "series": _listed(series)}
        way = {name: part.format(**parts) for name, part in (_SORTED if alias.endswith("_sorted") else _FILLING).items()}
        query = _ROWS.format(**parts, **way, what=what, bad=f" and {_BAD}" if asked.lost_only else "")
        return _found(cursor, query, {"series": np.array(series, dtype=np.int32)}, [start_ns, end_ns])

    def _words(self, asked: "_Asked", series: Sequence[int], start_ns: int, end_ns: int) -> list[tuple[int, int, str]]:
        query = _WORDS.format(alias=self._alias(asked.start_ns), series=_listed(series))
        return self._months.cursor().execute(query, [start_ns, end_ns]).fetchall()

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

    @property
    def series(self) -> list[int]:
        return sorted(self.places)


def _listed(series: Sequence[int]) -> str:
    return ", ".join(map(str, series))


def _found(cursor: duckdb.DuckDBPyConnection, query: str, wanted: ColumnTable, bounds: Sequence[int]) -> ColumnTable:
    """DuckDB finds ``wanted`` by its name in this frame."""
    return cursor.execute(query, bounds).fetchnumpy()


def _growth(piece: Readings) -> float:
    """By how much the next piece should be larger."""
    return min(_GROWS_AT_MOST, _PIECE_ROWS / max(len(piece), 1))


class NoColumns:
    """A history that can't be read in bulk."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def readings(self, points: Sequence[str], start_ns: int, end_ns: int, *, lost_only: bool = False) -> Iterator[Readings]:
        raise HistoryUnavailable(self._reason)
