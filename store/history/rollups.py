"""Quarters of an hour, summed up beside the raw months: a question about a month reads 3,000 rows of a point instead of millions.

    2026-01.duckdb         raw readings         ──roll──►  2026-01.rollup.duckdb
                                                             quarter  a row per point and quarter that has readings
                                                             rolled   the quarters that are summed up; of every other the raw month is asked

A quarter is summed up once it has settled. Readings that come later still open it again, before they are written: what ``rolled`` names is
never short of a reading. The files stand alone and outlive the raw month.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from model.clock import HOUR, MINUTE
from model.quality import GOOD
from store.history.ordering import put_in_order
from store.history.over_edges import edge_columns, over_edges

if TYPE_CHECKING:
    from store.history.months import Months

QUARTER_NS = 15 * MINUTE
"""Shortest interval of demand and tariffs, and a divisor of every time zone's offset."""
_SETTLING_NS = QUARTER_NS
_WINDOW_NS = HOUR
"""Summed up at once: 2 million readings of 6,000 points every 10 s, which DuckDB puts in order within its memory."""
_FILE = re.compile(r"(\d{4,}-\d\d)\.rollup\.duckdb")
_TABLES = """
create table if not exists {alias}.series (id integer not null, point varchar not null);
create table if not exists {alias}.quarter (
    series integer not null, slot_ns bigint not null, readings bigint not null,
    total double not null, low double not null, high double not null,
    first_ns bigint not null, first double not null, last_ns bigint not null, last double not null,
    good_first_ns bigint, good_first double, good_last_ns bigint, good_last double, falls bigint not null);
create table if not exists {alias}.rolled (slot_ns bigint primary key);
"""
_ROLL = f"""
insert into {{to}}.quarter
with slotted as (
    select series, source_ns // {QUARTER_NS} * {QUARTER_NS} as slot_ns, source_ns, value, quality >= {GOOD} as good from {{raw}}.reading
    where source_ns >= ? and source_ns < ? and not isnan(value) and quality >= 64),
marked as (
    select *, value < lag(value) over (partition by series, slot_ns, good order by source_ns) as fell from slotted)
select series, slot_ns, count(*), sum(value), min(value), max(value),
    min(source_ns), arg_min(value, source_ns), max(source_ns), arg_max(value, source_ns),
    min(source_ns) filter (good), arg_min(value, source_ns) filter (good),
    max(source_ns) filter (good), arg_max(value, source_ns) filter (good),
    count(*) filter (good and fell)
from marked group by series, slot_ns
"""
_FROM = "{alias}.quarter asof join edges on slot_ns >= edge_ns where {series} and slot_ns >= ? and slot_ns < ?"
_PARTIALS = (
    "select slot, sum(readings)::bigint, sum(total), min(low), max(high), min(first_ns), arg_min(first, first_ns), max(last_ns), "
    f"arg_max(last, last_ns) from {_FROM} group by slot"
)
_COUNTERS = (
    "with known as (select series, slot, good_first_ns, good_first, good_last_ns, good_last, falls + coalesce(good_first < lag(good_last) "
    f"over (partition by series, slot order by slot_ns), false)::bigint as falls from {_FROM} and good_first_ns is not null) "
    "select series, slot, min(good_first_ns), arg_min(good_first, good_first_ns), max(good_last_ns), arg_max(good_last, good_last_ns), "
    "sum(falls)::bigint from known group by series, slot"
)


class Stretch(NamedTuple):
    """Neighbouring quarters, all of them summed up or none."""

    is_rolled: bool
    start_ns: int
    end_ns: int


class Rollups:
    """Belongs to ``Months``, under whose ``writing`` everything is written."""

    def __init__(self, months: "Months") -> None:
        self._months = months
        self._cursor = months.another_cursor()
        self._aliases: dict[str, str] = {}
        self._rolled: dict[str, set[int]] = {}
        for path in sorted(months.directory.glob("*.rollup.duckdb")):
            if found := _FILE.fullmatch(path.name):
                self._open(found[1], path)
        self._archived = set(self._aliases) - set(months.names())

    def _open(self, month: str, path: Path) -> str:
        alias = self._months.attach(path, _TABLES)
        self._rolled[month] = {slot for (slot,) in self._cursor.execute(f"select slot_ns from {alias}.rolled").fetchall()}
        self._aliases = {**self._aliases, month: alias}
        return alias

    def names(self) -> list[str]:
        return sorted(self._aliases)

    def aliases(self) -> list[str]:
        return list(self._aliases.values())

    def alias(self, month: str) -> str | None:
        return self._aliases.get(month)

    # ── writing ──

    def reopen(self, month: str, source_ns: Iterable[int]) -> None:
        """Readings of these times are about to be written: their quarters are summed up anew."""
        rolled = self._rolled.get(month)
        if not rolled:
            return
        stale = {at_ns // QUARTER_NS * QUARTER_NS for at_ns in source_ns} & rolled
        if stale:
            listed = ", ".join(map(str, stale))
            with self._transaction():
                for table in ("quarter", "rolled"):
                    self._cursor.execute(f"delete from {self._aliases[month]}.{table} where slot_ns in ({listed})")
            rolled -= stale

    def roll(self, month: str, start_ns: int, end_ns: int, now_ns: int, is_wanted: Callable[[], bool]) -> int:
        """Sum up every settled quarter of a month that is not yet; how many. An hour that is whole with it is put in order of its points.
        The drain gets in between two windows.

        ``is_wanted`` is asked before each window.
        """
        settled_ns = min(end_ns, (now_ns - _SETTLING_NS) // QUARTER_NS * QUARTER_NS)
        rolled = self._rolled.get(month, set())
        due = [slot for slot in range(start_ns, settled_ns, QUARTER_NS) if slot not in rolled]
        first_ns = start_ns if rolled else self._first_ns(month, settled_ns)
        done = 0
        for window in _windows(due, first_ns):
            if not is_wanted():
                break
            with self._months.turn(), self._months.writing:
                self._roll(month, window)
            if _ends_an_hour(window[-1]):
                put_in_order(self._months, month, window[-1] // HOUR * HOUR)
            done += len(window)
        return done

    def _first_ns(self, month: str, otherwise_ns: int) -> int:
        """Of the month's first reading. A site that starts on the 22nd has five hundred hours before it: 8 ms each if looked at singly."""
        with self._months.writing:
            raw = self._months.open(month)
        [(first_ns,)] = self._months.cursor().execute(f"select min(source_ns) from {raw}.reading").fetchall()
        return otherwise_ns if first_ns is None else first_ns

    def _roll(self, month: str, slots: Sequence[int]) -> None:
        raw = self._months.open(month)
        to = self._aliases.get(month) or self._open(month, self._months.directory / f"{month}.rollup.duckdb")
        with self._transaction():
            known = f"(select id from {to}.series)"
            self._cursor.execute(f"insert into {to}.series select id, point from {raw}.series where id not in {known}")
            self._cursor.execute(_ROLL.format(to=to, raw=raw), [slots[0], slots[-1] + QUARTER_NS])
            self._cursor.execute(f"insert into {to}.rolled select unnest(?)", [list(slots)])
        self._rolled[month].update(slots)

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._cursor)

    def archive(self, month: str) -> None:
        """Its raw file goes: the sums stand for good."""
        self._archived.add(month)

    def is_archived(self, month: str) -> bool:
        """Whether nothing but the sums is left of it."""
        return month in self._archived

    def is_whole(self, month: str, start_ns: int, end_ns: int) -> bool:
        """Whether every quarter of the month is summed up: then its raw file may go."""
        return len(self._rolled.get(month, ())) == (end_ns - start_ns) // QUARTER_NS

    def drop(self, month: str) -> None:
        alias = self._aliases[month]
        self._aliases = {name: known for name, known in self._aliases.items() if name != month}
        del self._rolled[month]
        self._archived.discard(month)
        self._months.let_go(alias)

    # ── reading, in a transaction of the reader ──

    def stretches(self, cursor: "duckdb.DuckDBPyConnection", month: str, start_ns: int, end_ns: int) -> list[Stretch]:
        """The time between two edges of quarters, divided into what is summed up and what is not."""
        alias = self._aliases.get(month)
        if alias is None:
            return [Stretch(False, start_ns, end_ns)]
        found = cursor.execute(f"select slot_ns from {alias}.rolled where slot_ns >= ? and slot_ns < ?", [start_ns, end_ns]).fetchall()
        rolled = {slot for (slot,) in found}
        runs = groupby(range(start_ns, end_ns, QUARTER_NS), key=rolled.__contains__)
        return [Stretch(is_rolled, slots[0], slots[-1] + QUARTER_NS) for is_rolled, run in runs if (slots := list(run))]


class _Transaction:
    """Commit at the end, undo on any error."""

    def __init__(self, cursor: "duckdb.DuckDBPyConnection") -> None:
        self._cursor = cursor

    def __enter__(self) -> None:
        self._cursor.begin()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._cursor.commit()
        else:
            self._cursor.rollback()


def _ends_an_hour(slot_ns: int) -> bool:
    return (slot_ns + QUARTER_NS) % HOUR == 0


def on_quarters(edges_ns: Sequence[int]) -> bool:
    """Whether every interval is made of whole quarters."""
    return all(edge % QUARTER_NS == 0 for edge in edges_ns)


def _windows(due: Sequence[int], first_ns: int) -> Iterator[list[int]]:
    """Neighbouring quarters of one window each; all before the window of the first reading are one."""
    window: list[int] = []
    before = first_ns // _WINDOW_NS - 1
    for slot in due:
        if window and (slot != window[-1] + QUARTER_NS or max(slot // _WINDOW_NS, before) != max(window[0] // _WINDOW_NS, before)):
            yield window
            window = []
        window.append(slot)
    if window:
        yield window


def partial_rows(
    cursor: "duckdb.DuckDBPyConnection", alias: str, series: int, edges_ns: Sequence[int], part: Stretch
) -> list[tuple[int, ...]]:
    """(slot, figures of ``Partial``) per interval that has any."""
    query = _PARTIALS.format(alias=alias, series=f"series = {series}")
    return over_edges(cursor, query, edge_columns(edges_ns), [part.start_ns, part.end_ns])


def counter_rows(
    cursor: "duckdb.DuckDBPyConnection", alias: str, series: Mapping[int, str], edges_ns: Sequence[int], part: Stretch
) -> list[tuple[int, ...]]:
    """(series, slot, figures of ``CounterInterval``) per point and interval that has good readings."""
    query = _COUNTERS.format(alias=alias, series=f"series in ({', '.join(map(str, series))})")
    return over_edges(cursor, query, edge_columns(edges_ns), [part.start_ns, part.end_ns])
