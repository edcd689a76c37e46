"""From the site's ``journal.url`` to engines: one for reading, one for writing, over the same connections."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from store.journal.errors import BadJournalUrl, DriverMissing

FILE = "journal.sqlite"
"""Plain ``sqlite`` in its folder."""

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another process's write, a backup's for example, before it gives up."""

CONNECTIONS = 16
"""Readers at once; the next one waits for a connection."""

_KNOWN = "'sqlite', 'sqlite:///FILE' or 'postgresql://USER@HOST/DATABASE'"


@dataclass(frozen=True, slots=True)
class Database:
    """``reader`` sees one moment of committed truth per transaction; ``writer`` takes SQLite's write lock when it begins."""

    reader: sa.Engine
    writer: sa.Engine

    def close(self) -> None:
        self.reader.dispose()


def connect(url: str, directory: Path) -> Database:
    """Engines for ``url``; plain ``sqlite`` lies in ``directory``. Raises BadJournalUrl or DriverMissing."""
    address = _address(url, directory)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    return _postgresql(address)


def _address(url: str, directory: Path) -> sa.URL:
    if url == "sqlite":
        return sa.URL.create("sqlite", database=str(directory / FILE))
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise BadJournalUrl(f"journal url is not a database address; write {_KNOWN}") from error
    kind = address.get_backend_name()
    if kind == "sqlite" and address.database in (None, "", ":memory:"):
        raise BadJournalUrl(f"a journal in memory would be lost at the first stop; write {_KNOWN}")
    if kind not in ("sqlite", "postgresql"):
        raise BadJournalUrl(f"journal url names '{kind}'; write {_KNOWN}")
    return address


def _sqlite(address: sa.URL) -> Database:
    assert address.database is not None
    Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, pool_size=CONNECTIONS)
    writer = engine.execution_options(begin="BEGIN IMMEDIATE")

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # Python's driver would begin transactions late and only for some statements; ours begin them below.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return Database(engine, writer)


def _postgresql(address: sa.URL) -> Database:
    try:
        engine = sa.create_engine(address.set(drivername="postgresql+psycopg"), pool_size=CONNECTIONS, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise DriverMissing("the journal's PostgreSQL driver is missing; install it with: pip install 'guanjia[postgresql]'") from error
    return Database(engine.execution_options(isolation_level="REPEATABLE READ"), engine)
