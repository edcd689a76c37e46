"""One write transaction of the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from model.alarm import AlarmEvent, Occurrence
from model.notice import Channel, Notice
from model.people import User
from model.ports import AuditLine
from model.ticket import Ticket, TicketEvent
from store.journal import schema
from store.journal.read import alarms_of, one_occurrence
from store.journal.refusals import one_open
from store.journal.rows import (
    NOTICE_COLUMNS,
    TICKET_COLUMNS,
    alarm_event_row,
    notice_row,
    occurrence_row,
    row_of,
    ticket_from,
    ticket_row,
)

_Insert = sqlite.Insert | postgresql.Insert


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements both databases spell alike but SQLAlchemy keeps per dialect; built once, compiled once."""

    alarm: _Insert
    occurrence: _Insert
    ticket: _Insert
    ticket_occurrence: _Insert
    notice: sa.Insert
    user: _Insert
    number: sa.Insert

    @classmethod
    def of(cls, dialect: str) -> "Statements":
        insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
        occurrence = insert(schema.occurrences)
        # An engine that has not heard of the ticket yet must not take it off the occurrence; nor does the device change its system.
        ticket = sa.func.coalesce(occurrence.excluded.ticket, schema.occurrences.c.ticket)
        number = insert(schema.numbers).values(last=1)
        return cls(
            alarm=_replacing(insert(schema.alarms), schema.alarms),
            occurrence=_replacing(occurrence, schema.occurrences, ticket=ticket),
            ticket=_replacing(insert(schema.tickets), schema.tickets),
            ticket_occurrence=insert(schema.ticket_occurrences).on_conflict_do_nothing(),
            notice=insert(schema.notices)
            .on_conflict_do_nothing(index_elements=["ticket", "recipient", "cause"])
            .returning(schema.notices.c.number),
            user=_replacing(insert(schema.users), schema.users),
            number=number.on_conflict_do_update(index_elements=["series", "day"], set_={"last": schema.numbers.c.last + 1}).returning(
                schema.numbers.c.last
            ),
        )


def _replacing(insert: Any, table: sa.Table, **special: sa.ColumnElement[Any]) -> _Insert:
    """Insert, or take over every column that may change (``system`` stays what it was when the row was born)."""
    kept = {column.name for column in table.primary_key} | {"system"}
    changed = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in kept}
    statement: _Insert = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_={**changed, **special})
    return statement


class SqlWrite:
    """``model.ports.JournalWrite`` over one open transaction."""

    def __init__(self, connection: sa.Connection, statements: Statements, systems: Mapping[str, str]) -> None:
        self._connection = connection
        self._statements = statements
        self._systems = systems

    def record(self, event: AlarmEvent) -> None:
        if event.occurrence is not None:
            with one_open(self._connection, f"{event.standing.rule} on {event.standing.device} has an open occurrence already"):
                self._connection.execute(self._statements.occurrence, occurrence_row(event.occurrence, self._systems))
        self._connection.execute(self._statements.alarm, row_of(event.standing))
        self._connection.execute(sa.insert(schema.alarm_events), alarm_event_row(event))

    def occurrence(self, occurrence_id: str) -> Occurrence | None:
        return one_occurrence(self._connection, occurrence_id)

    def attach(self, occurrence_id: str, ticket_id: str) -> None:
        found = self._connection.execute(
            sa.update(schema.occurrences).where(schema.occurrences.c.id == occurrence_id).values(ticket=ticket_id)
        )
        if found.rowcount == 0:
            raise KeyError(occurrence_id)

    def ticket(self, ticket_id: str) -> Ticket | None:
        return self._one_ticket(schema.tickets.c.id == ticket_id)

    def open_ticket(self, device: str, cause: str) -> Ticket | None:
        tickets = schema.tickets.c
        if not device or not cause:
            return None
        return self._one_ticket(sa.and_(tickets.device == device, tickets.cause == cause, tickets.closed_at_ns.is_(None)))

    def _one_ticket(self, where: sa.ColumnElement[bool]) -> Ticket | None:
        # Locked until commit, so that a second process can't decide on what this one is about to change; SQLite locks whole.
        row = self._connection.execute(sa.select(*TICKET_COLUMNS).where(where).with_for_update()).one_or_none()
        return None if row is None else ticket_from(row, alarms_of(self._connection, [row.id]).get(row.id, ()))

    def put_ticket(self, ticket: Ticket, event: TicketEvent) -> None:
        with one_open(self._connection, f"{ticket.cause} on {ticket.device} has an open ticket already"):
            self._connection.execute(self._statements.ticket, ticket_row(ticket, self._systems))
        attached = [{"ticket": ticket.id, "occurrence": id, "position": at} for at, id in enumerate(ticket.alarms)]
        if attached:
            self._connection.execute(self._statements.ticket_occurrence, attached)
        self._connection.execute(sa.insert(schema.ticket_events), row_of(event))

    def put_notice(self, notice: Notice) -> Notice | None:
        number: int | None = self._connection.execute(self._statements.notice, notice_row(notice)).scalar_one_or_none()
        return None if number is None else replace(notice, number=number)

    def notice(self, number: int) -> Notice | None:
        row = self._connection.execute(sa.select(*NOTICE_COLUMNS).where(schema.notices.c.number == number)).one_or_none()
        return None if row is None else Notice(*row)

    def mark_told(self, numbers: Sequence[int], channel: Channel, now_ns: int) -> None:
        notices = schema.notices.c
        waiting = sa.update(schema.notices).where(notices.number.in_(numbers), notices.told_at_ns.is_(None), notices.seen_at_ns.is_(None))
        self._connection.execute(waiting.values(told_at_ns=now_ns, channel=channel, attempts=notices.attempts + 1))

    def mark_seen(self, number: int, now_ns: int) -> None:
        notices = schema.notices.c
        unseen = sa.update(schema.notices).where(notices.number == number, notices.seen_at_ns.is_(None))
        self._connection.execute(unseen.values(seen_at_ns=now_ns))

    def loads(self) -> Mapping[str, int]:
        tickets = schema.tickets.c
        counted = sa.select(tickets.owner, sa.func.count()).where(tickets.closed_at_ns.is_(None), tickets.owner.is_not(None))
        return {row[0]: row[1] for row in self._connection.execute(counted.group_by(tickets.owner))}

    def next_number(self, series: str, day: str) -> int:
        number: int = self._connection.execute(self._statements.number, {"series": series, "day": day}).scalar_one()
        return number

    def audit(self, line: AuditLine) -> None:
        self._connection.execute(sa.insert(schema.audit), row_of(line))

    def put_user(self, user: User) -> None:
        self._connection.execute(self._statements.user, row_of(user))
