"""Readings come poll after poll, and are asked for point by point: an hour that has settled is put in order of its points.

Whoever asks for some points then reads a few groups of rows of each hour instead of all. Measured on twelve hours of 6,252 points every
10 s, 27 million readings: 35 points take 6 ms instead of 68; an hour takes half a second of a core to put in order. Until the month is
closed and sorted whole it takes a quarter more room: 30 days 15.0 GB instead of 11.9.
"""

from typing import TYPE_CHECKING

from model.clock import HOUR

if TYPE_CHECKING:
    from store.history.months import Months

_WITHIN = "where source_ns >= ? and source_ns < ?"
_ANY = f"select 1 from {{alias}}.reading {_WITHIN} limit 1"
_SETTLED = f"create or replace temp table settled as select * from {{alias}}.reading {_WITHIN} order by series, source_ns, rowid"
"""Of two readings of the same instant the later one counts: it stays the later one."""
_TAKEN_OUT = f"delete from {{alias}}.reading {_WITHIN}"
_PUT_BACK = "insert into {alias}.reading select * from settled"


def put_in_order(months: "Months", month: str, start_ns: int) -> None:
    """The hour that begins then, in one transaction: readers find every reading once. A month that is sorted whole stays as it is."""
    hour = [start_ns, start_ns + HOUR]
    with months.turn(), months.writing:
        alias = months.open(month)
        if not alias.endswith("_sorted"):
            _rewrite(months, alias, hour)


def _rewrite(months: "Months", alias: str, hour: list[int]) -> None:
    with months.transaction() as cursor:
        if not cursor.execute(_ANY.format(alias=alias), hour).fetchone():
            return
        cursor.execute(_SETTLED.format(alias=alias), hour)
        cursor.execute(_TAKEN_OUT.format(alias=alias), hour)
        cursor.execute(_PUT_BACK.format(alias=alias))
        cursor.execute("drop table settled")
