"""Looks after closed months: sorts each once by point, so that one point over a month reads fast, and drops the oldest as whole files."""

import duckdb
import structlog

from model.clock import DAY
from store.history.months import Months, delete, month_bounds

log = structlog.get_logger()

_SETTLING_NS = 2 * DAY
"""A month is left alone until late readings have arrived."""


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
    copy = months.attach(sorting)
    try:
        _copy_sorted(months, source, copy)
        with months.writing:
            is_complete = _positions(months, source) == _positions(months, copy)
            months.detach(copy)
            if is_complete:
                sorted_file = sorting.replace(months.directory / f"{month}.sorted.duckdb")
                months.replace(month, months.attach(sorted_file))
    finally:
        delete(sorting)
    if is_complete:
        log.info("history_month_sorted", month=month)
    return is_complete


def _copy_sorted(months: Months, source: str, copy: str) -> None:
    with months.transaction() as cursor:
        for table, order in (("series", "id"), ("reading", "series, source_ns"), ("words", "series, source_ns"), ("taken", "spool")):
            cursor.execute(f"insert into {copy}.{table} select * from {source}.{table} order by {order}")


def _positions(months: Months, alias: str) -> list[tuple[str, int]]:
    return months.cursor().execute(f"select spool, position from {alias}.taken order by spool").fetchall()


def retain(months: Months, now_ns: int, keep_ns: int) -> list[str]:
    """Drop every month that ended longer ago than ``keep_ns``; the months dropped."""
    past = [month for month in months.names() if month_bounds(month)[1] <= now_ns - keep_ns]
    for month in past:
        with months.writing:
            months.drop(month)
        log.info("history_month_dropped", month=month)
    return past


def tidy(months: Months, now_ns: int, keep_ns: int) -> None:
    """Retention, then sorting; what DuckDB refuses is logged and tried again at the next round."""
    try:
        retain(months, now_ns, keep_ns)
        compact(months, now_ns)
    except duckdb.Error as error:
        log.warning("history_tidy_failed", reason=str(error))
