"""What a refusal of the database means: there is one already, or not just now. Every other one is a bug and stays as it is."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import sqlalchemy as sa

from model.ports import DuplicateOpen, JournalUnavailable

_ONE_OPEN = frozenset(
    {
        # PostgreSQL names the index, SQLite its columns.
        "one_open_occurrence",
        "one_open_ticket",
        "UNIQUE constraint failed: occurrences.rule, occurrences.device",
        "UNIQUE constraint failed: tickets.device, tickets.cause",
    }
)

_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""Primary result codes of SQLite that have to do with the disk or another process, not with what was asked."""


@contextmanager
def one_open(spoilt: sa.Connection | None, what: str) -> Iterator[None]:
    """Raise DuplicateOpen when the database holds an open one already.

    ``spoilt``: the connection, where a refusal spoils its transaction; a savepoint keeps it usable for the caller.
    """
    try:
        with spoilt.begin_nested() if spoilt is not None else nullcontext():
            yield
    except sa.exc.IntegrityError as error:
        diagnostics = getattr(error.orig, "diag", None)
        refused_by = diagnostics.constraint_name if diagnostics is not None else str(error.orig)
        if refused_by not in _ONE_OPEN:
            raise
        raise DuplicateOpen(what) from error


@contextmanager
def available() -> Iterator[None]:
    """Raise JournalUnavailable when the same write may succeed later: disk full, database locked, server away."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise JournalUnavailable("no free connection") from error
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        # The low byte of an extended code is its primary code (https://sqlite.org/rescode.html).
        if code is not None and code & 0xFF not in _PASSING:
            raise
        raise JournalUnavailable(str(error.orig)) from error
