"""Looks after the months: sums up quarters of an hour, sorts each closed month once by point, so that one point over it reads fast, and
drops the oldest as whole files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import structlog

from model.clock import DAY
from store.history.files import delete
from store.history.months import Months, month_bounds

log = structlog.get_logger()

_SETTLING_NS = 2 * DAY
"""A month is left alone until late readings have arrived."""
_PORTION_ROWS = 100_000_000
"""Some 2 GB of scratch files. A month of 6,000 points every 10 s is sorted in 17 portions."""
_SORT_MB = 256
"""More than at rest, once a month, and given back. DuckDB sorts 100 million readings within it (43 s of CPU; 41 where two readings of one
instant may change places), but not within 96 MB.

A month of 1.6 billion readings took 420 s of CPU; the process held 690 MB at most.
"""


def compact(months: Months, now_ns: int) -> list[str]:
    """Sort every closed month not sorted yet; the months done. Reads and the drain go on meanwhile."""
    return [month for month in months.names() if month_bounds(month)[1] + _SETTLING_NS <= now_ns and _sort(months, month)]


def _sort(months: Months, month: str) -> bool:
    unsorted_file = months.directory / f"{month}.duckdb"
    if not unsorted_file.exists():
        return False
    with months.writing:
        source = months.open(month)
    sorting = months.directory / f"{month}.sorting.duckdb"
    try:
        with months.room(_SORT_MB):
            reached = _sorted_into(months, source, sorting)
        with months.writing:
            is_complete = _positions(months, source) == reached
            if is_complete:
                months.replace(month, sorting)
    finally:
        delete(sorting)
    if is_complete:
        log.info("history_month_sorted", month=month)
    return is_complete


def _sorted_into(months: Months, source: str, sorting: Path) -> list[tuple[str, int]]:
    """How far the copy has the spools. It is closed in any case: a deleted file that is still open keeps its place on a full disk."""
    copy = months.attach(sorting)
    try:
        _copy_sorted(months, source, copy)
        return _positions(months, copy)
    finally:
        months.detach(copy)


def _copy_sorted(months: Months, source: str, copy: str) -> None:
    with months.transaction() as cursor:
        for table in ("series", "taken"):
            cursor.execute(f"insert into {copy}.{table} select * from {source}.{table} order by 1")
        for some in _portions(cursor, source):
            for table in ("reading", "words"):
                rows = f"select * from {source}.{table} where series >= ? and series < ? order by series, source_ns, rowid"
                cursor.execute(f"insert into {copy}.{table} {rows}", [some.start, some.stop])


def _portions(cursor: duckdb.DuckDBPyConnection, source: str) -> list[range]:
    """Points sorted at once, so that the scratch files of a sort never come near the size of the month."""
    rows, series = cursor.execute(f"select (select count(*) from {source}.reading), (select count(*) from {source}.series)").fetchall()[0]
    step = max(1, series * _PORTION_ROWS // max(rows, 1))
    return [range(first, first + step) for first in range(0, series, step)]


def _positions(months: Months, alias: str) -> list[tuple[str, int]]:
    return months.cursor().execute(f"select spool, position from {alias}.taken order by spool").fetchall()


@dataclass(frozen=True, slots=True)
class Ages:
    """How long raw readings are kept, and how long their sums over quarters of an hour."""

    raw_ns: int
    rollup_ns: int


def retain(months: Months, now_ns: int, ages: Ages) -> list[str]:
    """Drop raw months older than ``raw_ns`` that are summed up, and everything older than ``rollup_ns``; the raw months dropped."""
    dropped = []
    for month in months.names():
        end_ns = month_bounds(month)[1]
        is_kept_elsewhere = months.rollups.is_whole(month, *month_bounds(month)) and end_ns <= now_ns - ages.raw_ns
        if is_kept_elsewhere or end_ns <= now_ns - ages.rollup_ns:
            with months.writing:
                months.drop(month)
            dropped.append(month)
    for month in (name for name in months.rollups.names() if month_bounds(name)[1] <= now_ns - ages.rollup_ns):
        with months.writing:
            months.rollups.drop(month)
            delete(months.directory / f"{month}.rollup.duckdb")
    if dropped:
        log.info("history_months_dropped", months=dropped)
    return dropped


def roll(months: Months, now_ns: int, is_wanted: Callable[[], bool] = lambda: True) -> int:
    """Sum up what has settled, month by month; how many quarters."""
    return sum(months.rollups.roll(month, *month_bounds(month), now_ns, is_wanted) for month in months.names())


def tidy(months: Months, now_ns: int, ages: Ages, is_wanted: Callable[[], bool]) -> None:
    """Sums, then retention, then sorting; what is refused is logged and tried again at the next round. Each for itself: when there is no
    disk left to put an hour in order, the oldest month must go all the more."""
    steps: tuple[Callable[[], object], ...] = (
        lambda: roll(months, now_ns, is_wanted),
        lambda: retain(months, now_ns, ages),
        lambda: compact(months, now_ns),
    )
    for step in steps:
        try:
            if is_wanted():
                step()
        except (duckdb.Error, OSError) as error:
            log.warning("history_tidy_failed", reason=str(error))
            with months.writing:
                months.revive()
