"""DuckDB's files: one instance in which all are open, a connection to it for every thread.

A file has its name only once DuckDB can open it, and one that DuckDB gave up is opened again: a full disk costs waiting, no file.
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from weakref import WeakSet

import duckdb
import structlog

log = structlog.get_logger()

READINGS = """
create table if not exists {alias}.series (id integer not null, point varchar not null);
create table if not exists {alias}.reading (series integer not null, source_ns bigint not null, value double, quality utinyint not null);
create table if not exists {alias}.words (series integer not null, source_ns bigint not null, words varchar not null);
create table if not exists {alias}.taken (spool varchar primary key, position bigint not null);
"""
UNBORN = ".unborn.duckdb"
_ENDS_WITHIN_S = 10.0
_LOOKS_EVERY_S = 0.01


class _File(NamedTuple):
    path: Path
    tables: str


class Files:
    """Safe to use from any thread."""

    def __init__(self, config: Mapping[str, str | bool | int | float | list[str]]) -> None:
        self._opening = threading.Lock()
        self._instance = duckdb.connect(":memory:", config=dict(config))
        self._local = threading.local()
        self._cursors: WeakSet[duckdb.DuckDBPyConnection] = WeakSet()
        """A cursor ends with the thread it belongs to."""
        self._opened: dict[str, _File] = {}

    def cursor(self) -> "duckdb.DuckDBPyConnection":
        """This thread's own connection to the instance."""
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self.another_cursor()
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor

    def another_cursor(self) -> "duckdb.DuckDBPyConnection":
        """A connection for transactions of their own, beside this thread's."""
        with self._opening:
            cursor = self._instance.cursor()
            self._cursors.add(cursor)
            return cursor

    @contextmanager
    def transaction(self) -> "Iterator[duckdb.DuckDBPyConnection]":
        """Commit at the end, undo on any error; everything read inside belongs to one moment."""
        cursor = self.cursor()
        cursor.begin()
        try:
            yield cursor
            cursor.commit()
        except BaseException:
            self._undo(cursor)
            raise

    def _undo(self, cursor: "duckdb.DuckDBPyConnection") -> None:
        """A connection that can't even do that is of no use any more: the thread gets another."""
        try:
            cursor.rollback()
        except duckdb.Error:
            del self._local.cursor
            cursor.close()

    def attach(self, path: Path, tables: str = READINGS) -> str:
        """Open or create a file; the name under which its tables are found."""
        alias = "h_" + re.sub(r"\W", "_", path.name.removesuffix(".duckdb"))
        if not path.exists():
            self._create(path, alias)
        self._open(alias, _File(path, tables))
        return alias

    def _create(self, path: Path, alias: str) -> None:
        """Under another name at first: a file half made, for want of disk or by a kill, could never be opened again."""
        unborn = path.with_name(path.name.removesuffix(".duckdb") + UNBORN)
        delete(unborn)
        self._attach(unborn, f"{alias}_unborn")
        self.cursor().execute(f"detach {alias}_unborn")
        unborn.rename(path)

    def _open(self, alias: str, file: _File) -> None:
        self._attach(file.path, alias)
        try:
            self.cursor().execute(file.tables.format(alias=alias))
        except duckdb.Error:
            with suppress(duckdb.Error):
                self.cursor().execute(f"detach {alias}")
            raise
        self._opened[alias] = file

    def _attach(self, path: Path, alias: str) -> None:
        quoted = str(path).replace("'", "''")
        self.cursor().execute(f"attach '{quoted}' as {alias}")

    def detach(self, alias: str) -> None:
        """Close a file. Reads under way finish; later ones find no such schema."""
        self._opened.pop(alias, None)
        self.cursor().execute(f"detach {alias}")

    def let_go(self, alias: str) -> None:
        """Close a file that is to be deleted: what a full disk keeps out of it nobody needs."""
        with suppress(duckdb.Error):
            self.detach(alias)

    def reopen(self, alias: str) -> None:
        """Once DuckDB has given a file up, since a checkpoint found no disk or memory left. All that was committed is still in it."""
        file = self._opened.get(alias)
        if file is None:
            return  # All were closed meanwhile.
        try:
            self.cursor().execute(f"select 1 from {alias}.series limit 1").fetchall()
        except duckdb.Error as given_up:
            self._open_again(alias, file, str(given_up))

    def _open_again(self, alias: str, file: _File, reason: str) -> None:
        with suppress(duckdb.Error):
            self.cursor().execute(f"detach {alias}")
        try:
            self._open(alias, file)
            log.warning("history_file_opened_again", file=file.path.name, reason=reason)
        except duckdb.Error as error:
            log.warning("history_file_stays_closed", file=file.path.name, reason=str(error))

    def close(self) -> None:
        """Interrupt what still runs, write everything into the files proper and let go of them."""
        own = self.cursor()
        with self._opening:
            cursors = set(self._cursors) - {own}
        for cursor in cursors:
            _end(cursor)
        for alias in list(self._opened):
            try:
                self.detach(alias)
            except duckdb.Error as error:
                log.warning("history_file_not_tidied", reason=str(error))  # Its log lies beside it, for the next start.
        own.close()
        self._instance.close()


def _end(cursor: "duckdb.DuckDBPyConnection") -> None:
    until_s = time.monotonic() + _ENDS_WITHIN_S
    while time.monotonic() < until_s:
        try:
            cursor.interrupt()
            cursor.close()
            return
        except duckdb.ResourceInUseException:
            time.sleep(_LOOKS_EVERY_S)
        except duckdb.ConnectionException:
            return  # It was closed by its owner.


def delete(path: Path) -> None:
    """Remove a database file and its write-ahead log."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
