"""Opening: addresses, migrations, settings."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from model.ports import JournalUnavailable
from store.journal import BadJournalUrl, DriverMissing, JournalTooNew, SqlJournal, open_journal
from store.journal.database import connect
from store.journal.migrate import migrate
from store.journal.schema import metadata
from tests.journal.builders import raised


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://host/db", "no address", ""])
def test_an_address_that_can_not_keep_a_journal_is_refused_with_what_to_write(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadJournalUrl, match="write 'sqlite', 'sqlite:///FILE' or 'postgresql://USER@HOST/DATABASE'"):
        open_journal(address, tmp_path, {})


def test_a_refused_address_does_not_print_its_password(tmp_path: Path) -> None:
    with pytest.raises(BadJournalUrl) as refused:
        open_journal("mysql://guanjia:secret@host/db", tmp_path, {})
    assert "secret" not in str(refused.value)


def test_a_missing_driver_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(DriverMissing, match=r"pip install 'guanjia\[postgresql\]'"):
        open_journal("postgresql://host/db", tmp_path, {})


def test_plain_sqlite_lies_in_the_data_directory_which_is_made(tmp_path: Path) -> None:
    open_journal("sqlite", tmp_path / "new", {}).close()
    assert (tmp_path / "new" / "journal.sqlite").is_file()


def test_a_sqlite_file_may_lie_elsewhere(tmp_path: Path) -> None:
    open_journal(f"sqlite:///{tmp_path}/elsewhere.db", tmp_path / "unused", {}).close()
    assert (tmp_path / "elsewhere.db").is_file()
    assert not (tmp_path / "unused").exists()


def test_every_sqlite_connection_has_the_settings_that_keep_data(tmp_path: Path) -> None:
    database = connect("sqlite", tmp_path)
    held = [database.reader.connect() for _ in range(3)]
    for connection in held:
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys")]
        assert settings == ["wal", 2, 1]
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 10_000
        connection.close()
    database.close()


def test_migrations_build_exactly_the_schema_the_code_uses(url: str, tmp_path: Path, journal: SqlJournal) -> None:
    database = connect(url, tmp_path)
    with database.reader.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_opening_an_existing_journal_changes_nothing(url: str, tmp_path: Path) -> None:
    first = open_journal(url, tmp_path, {})
    with first.write() as tx:
        tx.record(raised("o1"))
    first.close()
    for _ in range(2):
        again = open_journal(url, tmp_path, {})
        assert len(again.standings()) == 1
        again.close()


def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    database = connect("sqlite", tmp_path)
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE users (name TEXT)")
    with pytest.raises(sa.exc.OperationalError, match="already exists"):
        migrate(database.writer)
    with database.reader.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["users"]
    database.close()


def test_a_journal_of_a_newer_version_is_refused(url: str, tmp_path: Path) -> None:
    open_journal(url, tmp_path, {}).close()
    database = connect(url, tmp_path)
    with database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'v9999'")
    database.close()
    with pytest.raises(JournalTooNew, match=r"newer version \(schema 'v9999'\)"):
        open_journal(url, tmp_path, {})


def record_many(journal: SqlJournal, count: int) -> None:
    with journal.write() as tx:
        for at in range(count):
            tx.record(raised(f"o{at}", device=f"d{at}"))


def test_a_write_the_disk_refuses_may_be_tried_again(tmp_path: Path) -> None:
    journal = open_journal("sqlite", tmp_path, {})
    with journal.write() as tx:
        pages = tx._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalUnavailable, match="full"):
        record_many(journal, 1_000)
    assert journal.standings() == []
    with journal.write() as tx:
        tx._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        tx.record(raised("o1"))
    assert len(journal.standings()) == 1
    journal.close()


def test_a_write_while_another_process_holds_the_lock_may_be_tried_again(tmp_path: Path) -> None:
    journal = open_journal("sqlite", tmp_path, {})
    with journal.write() as tx:
        tx._connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    stranger = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalUnavailable, match="locked"), journal.write() as tx:
        tx.record(raised("o1"))
    stranger.execute("ROLLBACK")
    with journal.write() as tx:
        tx.record(raised("o1"))
    stranger.close()
    journal.close()


def test_a_mistake_in_a_statement_is_not_taken_for_a_passing_trouble(tmp_path: Path) -> None:
    journal = open_journal("sqlite", tmp_path, {})
    with pytest.raises(sa.exc.OperationalError, match="no such table"), journal.write() as tx:
        tx._connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
    journal.close()
