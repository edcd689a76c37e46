"""The occurrences of a period as columns: plain columns of the table only, no JSON, one pass."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa

from model.alarm import AlarmEvent, AlarmEventKind
from model.alarm_columns import AlarmColumns
from model.ticket import UNTOUCHED
from store.journal.rows import alarm_event_from
from store.journal.schema import alarm_events, occurrences, tickets

_WORKED = sa.and_(tickets.c.id.is_not(None), sa.or_(tickets.c.state.not_in(sorted(UNTOUCHED)), tickets.c.reworks > 0))
"""``Ticket.is_worked_on``."""

_ROW = (
    occurrences.c.rule,
    occurrences.c.device,
    occurrences.c.system,
    sa.type_coerce(occurrences.c.priority, sa.String),
    occurrences.c.raised_at_ns,
    occurrences.c.returned_at_ns,
    occurrences.c.acknowledged_at_ns,
    occurrences.c.ended_at_ns,
    occurrences.c.annunciated,
    occurrences.c.flips,
    _WORKED,
)
"""As ``model.alarm_columns.AlarmRow``."""


def alarm_columns(connection: sa.Connection, start_ns: int, end_ns: int) -> AlarmColumns:
    """Raised in start ≤ t < end, or before the start and not over at it."""
    raised, ended = occurrences.c.raised_at_ns, occurrences.c.ended_at_ns
    # Found by their end, and put in order here: by the time they were raised all that there ever was would be gone through.
    by_end = [connection.execute(_chosen(raised < start_ns, over)) for over in (ended.is_(None), ended >= start_ns)]
    before: list[Any] = sorted(chain(*by_end), key=lambda row: row.raised_at_ns)
    within = connection.execute(_chosen(raised >= start_ns, raised < end_ns).order_by(raised, occurrences.c.id))
    return AlarmColumns.of([*before, *within])


def _chosen(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*_ROW).select_from(occurrences.outerjoin(tickets, tickets.c.id == occurrences.c.ticket)).where(*where)


def events_of(connection: sa.Connection, kinds: Sequence[AlarmEventKind], start_ns: int, end_ns: int) -> list[AlarmEvent]:
    """Without evidence, oldest first."""
    words = ", ".join(f"'{kind.value}'" for kind in kinds)
    # Spelled out, as the index of these lines is: a database only takes an index over part of a table for the very words of its condition.
    chosen = sa.select(alarm_events).where(sa.text(f"kind IN ({words})"), alarm_events.c.at_ns >= start_ns, alarm_events.c.at_ns < end_ns)
    return [alarm_event_from(row, ()) for row in connection.execute(chosen.order_by(alarm_events.c.seq))]
