"""Lists that show what is open first, then the rest, newest first within each; every page follows an index.

An old alarm that is still active therefore stands on the first page however many came and went since. What ends while somebody turns the
pages comes again behind the open ones, and hides none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from model.alarm import AlarmState
from model.ports import NoticeFilter, OccurrenceFilter, TicketFilter
from store.journal.rows import NOTICE_COLUMNS, OCCURRENCE_COLUMNS, TICKET_COLUMNS, AnyRow
from store.journal.schema import notices, occurrences, tickets

_Condition = sa.ColumnElement[bool]
_Where = OccurrenceFilter | TicketFilter | NoticeFilter


@dataclass(frozen=True, slots=True)
class _Listing:
    """What tells open from over in one table, and what orders it. ``id`` makes the order total."""

    columns: Sequence[sa.Column[Any]]
    begun: sa.Column[int]
    over: sa.Column[int]
    id: sa.Column[Any]


_OCCURRENCES = _Listing(OCCURRENCE_COLUMNS, occurrences.c.raised_at_ns, occurrences.c.ended_at_ns, occurrences.c.id)
_TICKETS = _Listing(TICKET_COLUMNS, tickets.c.opened_at_ns, tickets.c.closed_at_ns, tickets.c.id)
_NOTICES = _Listing(NOTICE_COLUMNS, notices.c.created_at_ns, notices.c.seen_at_ns, notices.c.number)


def occurrence_page(connection: sa.Connection, where: OccurrenceFilter) -> list[AnyRow]:
    conditions = [_equal(occurrences.c[name], getattr(where, name)) for name in ("system", "device", "priority")]
    if where.state is not None:
        conditions.append(occurrences.c.state.in_([state for state in AlarmState if where.state in (state, state.wire)]))
    # Whatever is over is normal: nothing else need be looked for among all that ever was.
    stands = where.active is None and where.state not in (None, AlarmState.NORMAL)
    return _page(connection, _OCCURRENCES, conditions, True if stands else where.active, where)


def ticket_page(connection: sa.Connection, where: TicketFilter) -> list[AnyRow]:
    conditions = [_equal(tickets.c[name], getattr(where, name)) for name in ("state", "owner", "device", "system")]
    return _page(connection, _TICKETS, conditions, where.open, where)


def notice_page(connection: sa.Connection, where: NoticeFilter) -> list[AnyRow]:
    """Those not seen are the open ones."""
    conditions = [_equal(notices.c[name], getattr(where, name)) for name in ("recipient", "ticket")]
    return _page(connection, _NOTICES, conditions, None, where)


def _equal(column: sa.Column[Any], value: str | None) -> _Condition:
    return sa.true() if value is None else column == value


def _page(connection: sa.Connection, listing: _Listing, conditions: list[_Condition], is_open: bool | None, where: _Where) -> list[AnyRow]:
    rows: list[AnyRow] = []
    for part in _parts(connection, listing, is_open, where.before, where.before_open):
        if len(rows) < where.limit:
            chosen = sa.select(*listing.columns).where(part, *conditions)
            rows += connection.execute(chosen.order_by(listing.begun.desc(), listing.id.desc()).limit(where.limit - len(rows)))
    return rows


def _parts(
    connection: sa.Connection, listing: _Listing, is_open: bool | None, before: str | int | None, was_open: bool
) -> Sequence[_Condition]:
    """The stretches of the list that are left after ``before``, in order; none when there is no such row."""
    still_open, over = listing.over.is_(None), listing.over.is_not(None)
    parts = {None: [still_open, over], True: [still_open], False: [over]}[is_open]
    if before is None:
        return parts
    last = connection.execute(sa.select(listing.begun, listing.over).where(listing.id == before)).one_or_none()
    if last is None:
        return []
    begun, over_since = last
    if is_open is None and over_since is not None and not was_open:
        parts = [over]
    older = sa.tuple_(listing.begun, listing.id) < sa.tuple_(begun, before)
    return [sa.and_(parts[0], older), *parts[1:]]
