"""No page may be torn out and nothing overwritten: the database itself refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from model.ports import AuditLine
from model.rule_version import Origin, RuleVersion
from store.journal import SqlJournal
from store.journal.database import connect
from tests.journal.builders import opened, raised, ticket

RECORDS = ["alarm_events", "ticket_events", "rule_versions", "audit"]


@pytest.fixture
def connection(journal: SqlJournal, url: str, tmp_path: Path) -> Iterator[sa.Connection]:
    """A stranger's connection to a journal with one line in each record."""
    job = ticket("t1")
    with journal.write() as tx:
        tx.record(raised("o1"))
        tx.put_ticket(job, opened(job))
        tx.keep_rule_versions([RuleVersion("pump.dry_run", "573f242b", Origin.EDITED, "id: pump.dry_run\n", 1, "manager", "slower")])
        tx.audit(AuditLine(1, "engineer", "ticket.accept", "t1"))
    database = connect(url, tmp_path)
    with database.reader.connect() as opened_connection:
        yield opened_connection
    database.close()


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET at_ns = 0", "DELETE FROM {table}", "DELETE FROM {table} WHERE seq = 1"])
def test_a_record_can_not_be_rewritten(connection: sa.Connection, table: str, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
        connection.exec_driver_sql(statement.format(table=table))
    connection.rollback()
    assert connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE at_ns > 0").scalar_one() == 1


@pytest.mark.parametrize("table", RECORDS)
def test_a_record_can_not_be_replaced_or_emptied_by_the_back_door(connection: sa.Connection, table: str) -> None:
    sqlite = connection.dialect.name == "sqlite"
    back_door = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" if sqlite else f"TRUNCATE {table}"
    with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
        connection.exec_driver_sql(back_door)
