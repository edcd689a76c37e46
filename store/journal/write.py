"""One write transaction of the journal."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from model.alarm import AlarmEvent, AlarmEventKind, Excursion, Occurrence
from model.notice import Channel, Notice
from model.people import User
from model.ports import AuditLine, Judged
from model.rule_version import RuleVersion
from model.ticket import ROOT_CAUSE, Job, Ticket, TicketEvent, TicketState
from store.journal import schema
from store.journal.prepared import Prepared
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
    """What is written, in the words of one database; built once, compiled once."""

    alarm: Prepared
    occurrence: Prepared
    alarm_event: Prepared
    attach: Prepared
    ticket: Prepared
    ticket_occurrence: Prepared
    ticket_event: Prepared
    has_open_ticket: Prepared
    number: Prepared
    last_number: Prepared
    notice: Prepared
    jobs: Prepared
    excursions: Prepared
    judged: Prepared
    user: _Insert
    needs_savepoints: bool
    """Whether a refused statement spoils the transaction it is in."""

    @classmethod
    def of(cls, dialect: sa.Dialect) -> "Statements":
        insert: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
        occurrence, number, tickets = insert(schema.occurrences), insert(schema.numbers).values(last=1), schema.tickets.c
        # An engine that has not heard of the ticket yet must not take it off the occurrence; nor does the device change its system.
        ticket = sa.func.coalesce(occurrence.excluded.ticket, schema.occurrences.c.ticket)
        one_number = (schema.numbers.c.series == sa.bindparam("of_series"), schema.numbers.c.day == sa.bindparam("of_day"))
        next_number = number.on_conflict_do_update(index_elements=["series", "day"], set_={"last": schema.numbers.c.last + 1})
        notice = insert(schema.notices).on_conflict_do_nothing(index_elements=["ticket", "recipient", "cause"])
        attached = sa.update(schema.occurrences).where(schema.occurrences.c.id == sa.bindparam("of_occurrence"))
        of_cause = (tickets.device == sa.bindparam("device"), tickets.cause == sa.bindparam("cause"), tickets.closed_at_ns.is_(None))

        def whole(table: sa.Table, statement: Any, *but: str) -> Prepared:
            return Prepared(statement, dialect, [column.name for column in table.columns if column.name not in but])

        return cls(
            alarm=whole(schema.alarms, _replacing(insert(schema.alarms), schema.alarms)),
            occurrence=whole(schema.occurrences, _replacing(occurrence, schema.occurrences, ticket=ticket)),
            alarm_event=whole(schema.alarm_events, sa.insert(schema.alarm_events), "seq"),
            attach=Prepared(attached.values(ticket=sa.bindparam("of_ticket")), dialect),
            ticket=whole(schema.tickets, _replacing(insert(schema.tickets), schema.tickets)),
            ticket_occurrence=whole(schema.ticket_occurrences, insert(schema.ticket_occurrences).on_conflict_do_nothing()),
            ticket_event=whole(schema.ticket_events, sa.insert(schema.ticket_events), "seq"),
            has_open_ticket=Prepared(sa.select(sa.literal_column("1")).where(*of_cause), dialect),
            number=Prepared(next_number.returning(schema.numbers.c.last), dialect, ["series", "day"]),
            last_number=Prepared(sa.update(schema.numbers).where(*one_number).values(last=sa.bindparam("given")), dialect),
            notice=whole(schema.notices, notice.returning(schema.notices.c.number), "number"),
            jobs=Prepared(_jobs(), dialect),
            excursions=Prepared(_excursions(), dialect),
            judged=whole(schema.judged, _replacing(insert(schema.judged), schema.judged)),
            user=_replacing(insert(schema.users), schema.users),
            needs_savepoints=dialect.name != "sqlite",
        )


def _jobs() -> sa.Select[Any]:
    """As ``Job``: of a fault, and of the search for its root cause."""
    it, given = schema.tickets.c, sa.bindparam
    # By their end: a search for the root cause may have begun long before the time that counts.
    recent = sa.or_(it.closed_at_ns.is_(None), it.closed_at_ns >= given("since"))
    of_fault = (it.device == given("device"), sa.or_(it.cause == given("cause"), it.cause == given("root")), recent)
    chosen = sa.select(it.number, it.cause, it.state, it.opened_at_ns, it.closed_at_ns, it.reworks)
    return chosen.where(*of_fault).order_by(it.opened_at_ns, it.id)


def _excursions() -> sa.Select[Any]:
    """As ``Excursion``. What has a ticket is of the ticket's cause: a level of a rule may order one of its own."""
    it, given, ticketed = schema.occurrences.c, sa.bindparam, schema.tickets
    cause = sa.func.coalesce(ticketed.c.cause, it.cause)
    of_fault = (it.device == given("device"), cause == given("cause"), it.raised_at_ns >= given("since"), it.annunciated)
    chosen = sa.select(it.id, it.raised_at_ns, sa.func.coalesce(it.returned_at_ns, it.ended_at_ns))
    return (
        chosen.select_from(schema.occurrences.outerjoin(ticketed, ticketed.c.id == it.ticket))
        .where(*of_fault)
        .order_by(it.raised_at_ns, it.id)
    )


def _replacing(insert: Any, table: sa.Table, **special: sa.ColumnElement[Any]) -> _Insert:
    """Insert, or take over every column that may change (``system`` stays what it was when the row was born)."""
    kept = {column.name for column in table.primary_key} | {"system"}
    changed = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in kept}
    statement: _Insert = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_={**changed, **special})
    return statement


class SqlWrite:
    """``model.ports.JournalWrite`` over one open transaction. ``settle`` writes what nobody reads before its end."""

    def __init__(self, connection: sa.Connection, statements: Statements, systems: Mapping[str, str]) -> None:
        self._connection = connection
        self._statements = statements
        self._systems = systems
        self._later: dict[Prepared, list[Mapping[str, Any]]] = {}
        self._raised: dict[str, Occurrence] = {}
        """Occurrences born here, as they are now."""
        self._loads: dict[str, int] | None = None
        self._owners: dict[str, str | None] = {}
        """Tickets put here → whose load they are."""
        self._attached: set[tuple[str, str]] = set()
        self._numbers: dict[tuple[str, str], int] = {}

    def settle(self) -> None:
        """Write what has been put off; last thing before the commit."""
        for statement, rows in self._later.items():
            statement.run_all(self._connection, rows)
        self._later.clear()
        for (series, day), last in self._numbers.items():
            self._statements.last_number.run(self._connection, {"of_series": series, "of_day": day, "given": last})

    def _put_off(self, statement: Prepared, row: Mapping[str, Any]) -> None:
        self._later.setdefault(statement, []).append(row)

    def record(self, event: AlarmEvent) -> None:
        if event.occurrence is not None:
            with self._one_open(f"{event.standing.rule} on {event.standing.device} has an open occurrence already"):
                self._statements.occurrence.run(self._connection, occurrence_row(event.occurrence, self._systems))
            if event.kind is AlarmEventKind.RAISED:
                self._raised[event.occurrence.id] = event.occurrence
            else:
                self._raised.pop(event.occurrence.id, None)
        self._put_off(self._statements.alarm, row_of(event.standing))
        self._put_off(self._statements.alarm_event, alarm_event_row(event))

    def _one_open(self, what: str) -> AbstractContextManager[None]:
        return one_open(self._connection if self._statements.needs_savepoints else None, what)

    def occurrence(self, occurrence_id: str) -> Occurrence | None:
        return self._raised.get(occurrence_id) or one_occurrence(self._connection, occurrence_id)

    def attach(self, occurrence_id: str, ticket_id: str) -> None:
        found = self._statements.attach.run(self._connection, {"of_occurrence": occurrence_id, "of_ticket": ticket_id})
        if found.rowcount == 0:
            raise KeyError(occurrence_id)
        if occurrence_id in self._raised:
            self._raised[occurrence_id] = replace(self._raised[occurrence_id], ticket=ticket_id)

    def ticket(self, ticket_id: str) -> Ticket | None:
        return self._one_ticket(schema.tickets.c.id == ticket_id)

    def open_ticket(self, device: str, cause: str) -> Ticket | None:
        tickets = schema.tickets.c
        if not device or not cause:
            return None
        if self._statements.has_open_ticket.run(self._connection, {"device": device, "cause": cause}).first() is None:
            return None
        return self._one_ticket(sa.and_(tickets.device == device, tickets.cause == cause, tickets.closed_at_ns.is_(None)))

    def _one_ticket(self, where: sa.ColumnElement[bool]) -> Ticket | None:
        self._catch_up(self._statements.ticket_occurrence)
        # Locked until commit, so that a second process can't decide on what this one is about to change; SQLite locks whole.
        row = self._connection.execute(sa.select(*TICKET_COLUMNS).where(where).with_for_update()).one_or_none()
        return None if row is None else ticket_from(row, alarms_of(self._connection, [row.id]).get(row.id, ()))

    def _catch_up(self, statement: Prepared) -> None:
        """Write what has been put off of one kind: it is about to be read."""
        statement.run_all(self._connection, self._later.pop(statement, ()))

    def put_ticket(self, ticket: Ticket, event: TicketEvent) -> None:
        with self._one_open(f"{ticket.cause} on {ticket.device} has an open ticket already"):
            self._statements.ticket.run(self._connection, ticket_row(ticket, self._systems))
        for at, occurrence in enumerate(ticket.alarms):
            if (ticket.id, occurrence) not in self._attached:
                self._attached.add((ticket.id, occurrence))
                self._put_off(self._statements.ticket_occurrence, {"ticket": ticket.id, "occurrence": occurrence, "position": at})
        self._put_off(self._statements.ticket_event, row_of(event))
        self._weigh(ticket, is_new=event.what == "opened")

    def _weigh(self, ticket: Ticket, *, is_new: bool) -> None:
        """Keep account of the loads, where we know whose the ticket was before; else they are counted anew when they are asked for."""
        if not is_new and ticket.id not in self._owners:
            self._loads = None
        before = self._owners.get(ticket.id)
        after = self._owners[ticket.id] = ticket.owner if ticket.closed_at_ns is None else None
        if self._loads is None or before == after:
            return
        if before is not None:
            self._loads[before] -= 1
        if after is not None:
            self._loads[after] = self._loads.get(after, 0) + 1

    def put_notice(self, notice: Notice) -> Notice | None:
        number: int | None = self._statements.notice.run(self._connection, notice_row(notice)).scalar_one_or_none()
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

    def excursions(self, device: str, cause: str, since_ns: int) -> Sequence[Excursion]:
        asked = {"device": device, "cause": cause, "since": since_ns}
        return [Excursion(*row) for row in self._statements.excursions.run(self._connection, asked)]

    def jobs_of(self, device: str, cause: str, since_ns: int) -> Sequence[Job]:
        asked = {"device": device, "cause": cause, "root": ROOT_CAUSE + cause, "since": since_ns}
        found = (Job(*row) for row in self._statements.jobs.run(self._connection, asked))
        return [job._replace(state=TicketState(job.state)) for job in found]

    def loads(self) -> Mapping[str, int]:
        if self._loads is None:
            tickets = schema.tickets.c
            counted = sa.select(tickets.owner, sa.func.count()).where(tickets.closed_at_ns.is_(None), tickets.owner.is_not(None))
            self._loads = {row[0]: row[1] for row in self._connection.execute(counted.group_by(tickets.owner))}
        return {owner: load for owner, load in self._loads.items() if load}

    def next_number(self, series: str, day: str) -> int:
        """The row is ours until the commit: after the first number the others are counted here."""
        last = self._numbers.get((series, day))
        if last is None:
            number: int = self._statements.number.run(self._connection, {"series": series, "day": day}).scalar_one()
        else:
            number = last + 1
        self._numbers[series, day] = number
        return number

    def audit(self, line: AuditLine) -> None:
        self._connection.execute(sa.insert(schema.audit), row_of(line))

    def keep_rule_versions(self, versions: Sequence[RuleVersion]) -> None:
        if versions:
            self._connection.execute(sa.insert(schema.rule_versions), [row_of(version) for version in versions])

    def put_judged(self, judged: Judged) -> None:
        self._statements.judged.run(self._connection, {"spool": judged.spool, "position": judged.position, "at_ns": judged.at_ns})

    def put_user(self, user: User) -> None:
        self._connection.execute(self._statements.user, row_of(user))
