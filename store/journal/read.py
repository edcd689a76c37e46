"""Questions asked of the journal inside one open transaction."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from model.alarm import AlarmEvent, AlarmState, Occurrence, Raise, Standing
from model.notice import Notice
from model.ports import Judged, NoticeFilter, OccurrenceFilter, TicketFilter
from model.rule_version import RuleVersion
from model.ticket import Ticket, TicketEvent
from store.journal.pages import notice_page, occurrence_page, ticket_page
from store.journal.rows import (
    OCCURRENCE_COLUMNS,
    RULE_VERSION_COLUMNS,
    STANDING_COLUMNS,
    TICKET_COLUMNS,
    TICKET_EVENT_COLUMNS,
    AnyRow,
    alarm_event_from,
    ticket_from,
)
from store.journal.schema import alarm_events, alarms, judged, occurrences, rule_versions, ticket_events, ticket_occurrences, tickets

_NOT_PLAINLY_NORMAL = sa.or_(
    alarms.c.state != AlarmState.NORMAL,
    alarms.c.occurrence.is_not(None),
    alarms.c.shelving.is_not(None),
    alarms.c.suppression.is_not(None),
    alarms.c.out_of_service.is_not(None),
    alarms.c.hold.is_not(None),
    alarms.c.request.is_not(None),
    # Compared as the text it is kept as: what was raised of late must be known to tell whether it chatters.
    sa.cast(alarms.c.recent_ns, sa.Text) != "[]",
    sa.cast(alarms.c.brief_ns, sa.Text) != "[]",
)


def standing_alarms(connection: sa.Connection) -> list[tuple[Standing, Occurrence | None]]:
    joined = alarms.outerjoin(occurrences, occurrences.c.id == alarms.c.occurrence)
    columns = [column.label(f"column_{at}") for at, column in enumerate(STANDING_COLUMNS + OCCURRENCE_COLUMNS)]
    return [_pair(row) for row in connection.execute(sa.select(*columns).select_from(joined).where(_NOT_PLAINLY_NORMAL))]


def _pair(row: Sequence[Any]) -> tuple[Standing, Occurrence | None]:
    width = len(STANDING_COLUMNS)
    of_alarm, of_occurrence = row[:width], row[width:]
    return Standing(*of_alarm), None if of_occurrence[0] is None else Occurrence(*of_occurrence)


def standing(connection: sa.Connection, rule: str, device: str) -> Standing:
    row = connection.execute(sa.select(*STANDING_COLUMNS).where(alarms.c.rule == rule, alarms.c.device == device)).one_or_none()
    return Standing(rule, device) if row is None else Standing(*row)


def one_occurrence(connection: sa.Connection, occurrence_id: str) -> Occurrence | None:
    row = connection.execute(sa.select(*OCCURRENCE_COLUMNS).where(occurrences.c.id == occurrence_id)).one_or_none()
    return None if row is None else Occurrence(*row)


def annunciated(connection: sa.Connection, since_ns: int, but_of: str) -> list[Raise]:
    raised = occurrences.c.raised_at_ns
    chosen = sa.select(occurrences.c.id, raised).where(raised >= since_ns, occurrences.c.annunciated, occurrences.c.device != but_of)
    return [Raise(*row) for row in connection.execute(chosen.order_by(raised, occurrences.c.id))]


def listed_occurrences(connection: sa.Connection, where: OccurrenceFilter) -> list[Occurrence]:
    return [Occurrence(*row) for row in occurrence_page(connection, where)]


def story_of_alarm(connection: sa.Connection, occurrence_id: str) -> list[AlarmEvent]:
    evidence = connection.execute(sa.select(occurrences.c.evidence).where(occurrences.c.id == occurrence_id)).scalar_one_or_none()
    rows = connection.execute(sa.select(alarm_events).where(alarm_events.c.occurrence == occurrence_id).order_by(alarm_events.c.seq))
    return [alarm_event_from(row, evidence or ()) for row in rows]


def alarms_of(connection: sa.Connection, ticket_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Ticket id → ids of its occurrences, oldest first; tickets without any are absent."""
    pair = (ticket_occurrences.c.ticket, ticket_occurrences.c.occurrence)
    found: dict[str, tuple[str, ...]] = {}
    chosen = sa.select(*pair).where(ticket_occurrences.c.ticket.in_(ticket_ids)).order_by(ticket_occurrences.c.position)
    for ticket, occurrence in connection.execute(chosen):
        found[ticket] = (*found.get(ticket, ()), occurrence)
    return found


def recorded_from_ns(connection: sa.Connection) -> int | None:
    """A platform writes down its rule book when it first starts."""
    times = (alarm_events.c.at_ns, rule_versions.c.at_ns)
    found = [connection.execute(sa.select(sa.func.min(one))).scalar_one() for one in times]
    return min((int(at_ns) for at_ns in found if at_ns is not None), default=None)


def newest_occurrence(connection: sa.Connection) -> str | None:
    """Ids are a prefix with the day, then a number that outgrows its three digits: within the newest day the longest is the latest."""
    ids = occurrences.c.id
    greatest: str | None = connection.execute(sa.select(sa.func.max(ids))).scalar_one()
    if greatest is None:
        return None
    of_that_day = ids.like(greatest.rpartition("-")[0] + "-%")
    return str(connection.execute(sa.select(ids).where(of_that_day).order_by(sa.func.length(ids).desc(), ids.desc()).limit(1)).scalar_one())


def judged_of(connection: sa.Connection, spool: str) -> Judged | None:
    row = connection.execute(sa.select(judged.c.spool, judged.c.position, judged.c.at_ns).where(judged.c.spool == spool)).one_or_none()
    return None if row is None else Judged(*row)


def one_ticket(connection: sa.Connection, ticket_id: str) -> Ticket | None:
    rows = connection.execute(sa.select(*TICKET_COLUMNS).where(tickets.c.id == ticket_id)).all()
    return next(iter(_with_alarms(connection, rows)), None)


def listed_tickets(connection: sa.Connection, where: TicketFilter) -> list[Ticket]:
    return _with_alarms(connection, ticket_page(connection, where))


def _with_alarms(connection: sa.Connection, rows: Sequence[AnyRow]) -> list[Ticket]:
    attached = alarms_of(connection, [row.id for row in rows])
    return [ticket_from(row, attached.get(row.id, ())) for row in rows]


def story_of_ticket(connection: sa.Connection, ticket_id: str) -> list[TicketEvent]:
    chosen = sa.select(*TICKET_EVENT_COLUMNS).where(ticket_events.c.ticket == ticket_id).order_by(ticket_events.c.seq)
    return [TicketEvent(*row) for row in connection.execute(chosen)]


def listed_notices(connection: sa.Connection, where: NoticeFilter) -> list[Notice]:
    return [Notice(*row) for row in notice_page(connection, where)]


def versions_of_rules(connection: sa.Connection, rule: str | None) -> list[RuleVersion]:
    of_rule = sa.true() if rule is None else rule_versions.c.rule == rule
    chosen = sa.select(*RULE_VERSION_COLUMNS).where(of_rule).order_by(rule_versions.c.seq)
    return [RuleVersion(*row) for row in connection.execute(chosen)]
