"""Occurrences of a made-up past, as the journal hands them over."""

from collections.abc import Iterable

from model.alarm_columns import AlarmColumns, AlarmRow
from model.clock import DAY, SECOND
from rules.kpis.figures import Period

START = 20_000 * DAY


def row(at_ns: int, lasts_ns: int | None = 10 * SECOND, **parts: object) -> AlarmRow:
    """Raised ``at_ns`` after the start and over ``lasts_ns`` later; None: it still stands."""
    raised_ns = START + at_ns
    over_ns = None if lasts_ns is None else raised_ns + lasts_ns
    plain = AlarmRow("pump.dry_run", "p1", "water", "low", raised_ns, over_ns, None, over_ns, True, 0, False)
    return plain._replace(**parts)  # type: ignore[arg-type]


def columns(rows: Iterable[AlarmRow]) -> AlarmColumns:
    return AlarmColumns.of(sorted(rows, key=lambda one: one.raised_ns))


def days(count: int) -> Period:
    return Period([START + day * DAY for day in range(count + 1)])
