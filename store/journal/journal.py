"""The journal over SQL: what may not be lost, doubled or rewritten."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from model.alarm import AlarmEvent, AlarmEventKind, Occurrence, Raise, Standing
from model.alarm_columns import AlarmColumns
from model.notice import Notice
from model.people import User
from model.ports import AuditLine, Judged, NoticeFilter, OccurrenceFilter, TicketFilter
from model.rule_version import RuleVersion
from model.ticket import Ticket, TicketEvent
from store.journal import alarm_columns, read
from store.journal.database import Database, connect
from store.journal.migrate import migrate
from store.journal.refusals import available
from store.journal.rows import AUDIT_COLUMNS, USER_COLUMNS
from store.journal.schema import audit, users
from store.journal.write import SqlWrite, Statements


def open_journal(url: str, directory: Path, systems: Mapping[str, str]) -> "SqlJournal":
    """The journal at ``url`` (``sqlite`` lies in ``directory``), created or migrated as needed.

    ``systems`` is device id → system, kept with each row so that a list by system still finds devices that have left.
    Raises JournalError.
    """
    database = connect(url, directory)
    try:
        migrate(database.writer)
    except BaseException:
        database.close()
        raise
    return SqlJournal(database, systems)


class SqlJournal:
    """``model.ports.Journal``. Readers never wait for the writer, and see a write only once it is on disk."""

    def __init__(self, database: Database, systems: Mapping[str, str]) -> None:
        self._database = database
        self._systems = systems
        self._statements = Statements.of(database.writer.dialect)
        # One writer at a time: threads queue here, fairly and without timeouts, rather than at the database.
        self._writing = threading.Lock()

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def write(self) -> Iterator[SqlWrite]:
        """One transaction; not to be nested. An exception inside undoes all of it. Raises JournalUnavailable when it may be tried again."""
        with self._writing, available(), self._database.writer.begin() as connection:
            writing = SqlWrite(connection, self._statements, self._systems)
            yield writing
            writing.settle()

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with self._database.reader.connect() as connection:
            yield connection

    def standings(self) -> Sequence[tuple[Standing, Occurrence | None]]:
        with self._read() as connection:
            return read.standing_alarms(connection)

    def annunciated(self, since_ns: int, but_of: str) -> Sequence[Raise]:
        with self._read() as connection:
            return read.annunciated(connection, since_ns, but_of)

    def occurrences(self, where: OccurrenceFilter) -> Sequence[Occurrence]:
        with self._read() as connection:
            return read.listed_occurrences(connection, where)

    def occurrence(self, occurrence_id: str) -> Occurrence | None:
        with self._read() as connection:
            return read.one_occurrence(connection, occurrence_id)

    def standing_of(self, occurrence: Occurrence) -> Standing:
        with self._read() as connection:
            return read.standing(connection, occurrence.rule, occurrence.device)

    def alarm_events(self, occurrence_id: str) -> Sequence[AlarmEvent]:
        with self._read() as connection:
            return read.story_of_alarm(connection, occurrence_id)

    def alarm_columns(self, start_ns: int, end_ns: int) -> AlarmColumns:
        with self._read() as connection:
            return alarm_columns.alarm_columns(connection, start_ns, end_ns)

    def alarm_events_of(self, kinds: Sequence[AlarmEventKind], start_ns: int, end_ns: int) -> Sequence[AlarmEvent]:
        with self._read() as connection:
            return alarm_columns.events_of(connection, kinds, start_ns, end_ns)

    def tickets(self, where: TicketFilter) -> Sequence[Ticket]:
        with self._read() as connection:
            return read.listed_tickets(connection, where)

    def ticket(self, ticket_id: str) -> Ticket | None:
        with self._read() as connection:
            return read.one_ticket(connection, ticket_id)

    def ticket_events(self, ticket_id: str) -> Sequence[TicketEvent]:
        with self._read() as connection:
            return read.story_of_ticket(connection, ticket_id)

    def notices(self, where: NoticeFilter) -> Sequence[Notice]:
        with self._read() as connection:
            return read.listed_notices(connection, where)

    def rule_versions(self, rule: str | None = None) -> Sequence[RuleVersion]:
        with self._read() as connection:
            return read.versions_of_rules(connection, rule)

    def judged(self, spool: str) -> Judged | None:
        with self._read() as connection:
            return read.judged_of(connection, spool)

    def recorded_from_ns(self) -> int | None:
        with self._read() as connection:
            return read.recorded_from_ns(connection)

    def newest_occurrence(self) -> str | None:
        with self._read() as connection:
            return read.newest_occurrence(connection)

    def user(self, name: str) -> User | None:
        with self._read() as connection:
            row = connection.execute(sa.select(*USER_COLUMNS).where(users.c.name == name)).one_or_none()
        return None if row is None else User(*row)

    def users(self) -> Sequence[User]:
        with self._read() as connection:
            return [User(*row) for row in connection.execute(sa.select(*USER_COLUMNS).order_by(users.c.name))]

    def put_user(self, user: User) -> None:
        with self.write() as tx:
            tx.put_user(user)

    def audit_lines(self, limit: int, before_ns: int | None = None) -> Sequence[AuditLine]:
        """Newest first; ``before_ns`` pages backwards."""
        older = sa.true() if before_ns is None else audit.c.at_ns < before_ns
        chosen = sa.select(*AUDIT_COLUMNS).where(older).order_by(audit.c.at_ns.desc(), audit.c.seq.desc()).limit(limit)
        with self._read() as connection:
            return [AuditLine(*row) for row in connection.execute(chosen)]
