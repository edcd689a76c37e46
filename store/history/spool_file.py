"""The spool on disk: one SQLite file in WAL mode, one row per block.

    layout   id · device · columns (JSON list of point names)
    block    id (never reused) · layout · times · qualities and float64 values as blobs · texts · fault · raw · what it is for (``Use``)
    cursor   sink · position: the last block id that sink has taken
    loss     what had to be dropped unread, for ever on record
    identity one random word; a sink that remembers a position remembers it together with this word
    origin   edge · epoch · position: how far the blocks of another machine's spool have been taken over, in the transaction of the blocks

``synchronous=NORMAL``: a killed process loses nothing committed; a power cut may take the last seconds before the previous checkpoint,
though nothing that has left the spool (``harden``) or was taken over from another.
"""

import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntFlag
from pathlib import Path
from typing import NamedTuple
from weakref import WeakSet

from store.history.layout import Layout

_SCHEMA = """
create table if not exists identity (word text not null);
create table if not exists layout (id integer primary key, device text not null, columns text not null, unique (device, columns));
create table if not exists block (
    id integer primary key autoincrement, layout integer not null, source_ns integer not null, receive_ns integer not null,
    qualities blob not null, numbers blob not null, texts blob, fault text, raw blob, use integer not null default 1);
create table if not exists cursor (sink text primary key, position integer not null);
create table if not exists loss (at_ns integer not null, first_id integer not null, last_id integer not null, blocks integer not null,
    reason text not null);
create table if not exists origin (edge text not null, epoch text not null, position integer not null, primary key (edge, epoch));
"""
_INSERT = "insert into block (layout, source_ns, receive_ns, qualities, numbers, texts, fault, raw, use) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SELECT = "select id, layout, source_ns, receive_ns, qualities, numbers, texts, fault, raw from block"


class Use(IntFlag):
    """Who still needs a row."""

    HISTORY = 1
    """The history behind the spool."""
    JUDGED = 2
    """The alarm engine, which has judged it: after a crash it is judged again."""


NewRow = tuple[int, int, int, bytes, "memoryview | bytes", bytes | None, str | None, bytes | None]
"""(layout, source_ns, receive_ns, qualities, numbers, texts, fault, raw)"""

Origin = tuple[str, str]
"""(edge, epoch): whose blocks were taken over; the epoch is the word of that machine's spool."""


class Row(NamedTuple):
    """A block as stored."""

    id: int
    layout: int
    source_ns: int
    receive_ns: int
    qualities: bytes
    numbers: bytes
    """float64 per column, in the byte order of the machine."""
    texts: bytes | None
    """JSON object of column → words."""
    fault: str | None
    raw: bytes | None
    """MessagePack list of (what was asked, bytes that came)."""


class _Opened:
    """A connection that is closed with whoever holds it: a thread of a server's pool that ends takes its own along."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class SpoolFile:
    """Every act on the file. Writes share one connection under a lock; each reading thread has its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()
        self._local = threading.local()
        self._opened: WeakSet[_Opened] = WeakSet()
        self._own = self._connect()
        self._writer = self._own.connection
        self._writer.execute("pragma auto_vacuum = incremental")
        self._writer.execute("pragma journal_mode = wal")
        self._writer.executescript(_SCHEMA)
        _bring_up_to_date(self._writer)
        with self._write() as connection:
            connection.execute("insert into identity select ? where not exists (select 1 from identity)", (uuid.uuid4().hex,))
        self.identity = str(self._reader.execute("select word from identity").fetchone()[0])
        self._holds_others = bool(self.origins())

    def _connect(self) -> _Opened:
        opened = _Opened(sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=10))
        opened.connection.execute("pragma synchronous = normal")
        self._opened.add(opened)
        return opened

    @property
    def _reader(self) -> sqlite3.Connection:
        if not hasattr(self._local, "opened"):
            self._local.opened = self._connect()
        opened: _Opened = self._local.opened
        return opened.connection

    @contextmanager
    def _write(self, synchronous: str = "normal") -> Iterator[sqlite3.Connection]:
        with self._writing:
            self._writer.execute(f"pragma synchronous = {synchronous}")
            self._writer.execute("begin immediate")
            try:
                yield self._writer
                self._writer.execute("commit")
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("rollback")

    def close(self) -> None:
        """Close every connection, those of other threads too; none may be reading."""
        for opened in list(self._opened):
            opened.connection.close()
        self._opened.clear()

    def register_layouts(self, columns: Mapping[str, Sequence[str]]) -> dict[int, Layout]:
        """Make sure each device's present columns have a layout; return all there ever were."""
        rows = [(device, json.dumps(list(names))) for device, names in columns.items()]
        with self._write() as connection:
            connection.executemany("insert or ignore into layout (device, columns) values (?, ?)", rows)
        stored = self._reader.execute("select id, device, columns from layout")
        return {number: Layout(number, device, tuple(json.loads(names))) for number, device, names in stored}

    def append(self, rows: Sequence[tuple[NewRow, Use]]) -> int:
        """Commit the rows, all or none; their ids follow one another. Returns the last one's."""
        with self._write() as connection:
            connection.executemany(_INSERT, [(*row, int(use)) for row, use in rows])
            return _newest(connection)

    def take_over(self, rows: Sequence[NewRow], origin: Origin, position: int) -> None:
        """Commit rows of another machine's spool together with how far they reach there, all or none; no power cut takes them back, for the
        other machine forgets them.
        """
        with self._write("full") as connection:
            connection.executemany(_INSERT, [(*row, int(Use.HISTORY)) for row in rows])
            connection.execute("insert or replace into origin values (?, ?, ?)", (*origin, position))
        self._holds_others = True

    def origins(self) -> dict[Origin, int]:
        """How far other machines' spools have been taken over."""
        return {(edge, epoch): position for edge, epoch, position in self._reader.execute("select edge, epoch, position from origin")}

    def after(self, position: int, limit: int, use: Use = Use.HISTORY) -> list[Row]:
        """The next rows of that use behind a position, in the order they were accepted."""
        found = self._reader.execute(f"{_SELECT} where id > ? and use & ? order by id limit ?", (position, int(use), limit))
        return list(map(Row._make, found))

    def of_layouts(self, layouts: Sequence[int], position: int, start_ns: int, end_ns: int) -> list[Row]:
        """Rows of the given layouts behind a position, with start ≤ source time < end."""
        numbers = ", ".join(map(str, layouts))
        where = f"where id > ? and use & 1 and layout in ({numbers}) and source_ns >= ? and source_ns < ? order by id"
        return list(map(Row._make, self._reader.execute(f"{_SELECT} {where}", (position, start_ns, end_ns))))

    def newest(self, rows: int) -> set[tuple[int, int, bytes | None]]:
        """Layout, source time and raw bytes of the newest rows."""
        return set(self._reader.execute("select layout, source_ns, raw from block where id > ?", (self.span()[1] - rows,)))

    def span(self) -> tuple[int, int]:
        """Ids of the oldest row held and of the newest ever written; (newest + 1, newest) when empty."""
        oldest = self._reader.execute("select id from block order by id limit 1").fetchone()
        last = _newest(self._reader)
        return (int(oldest[0]) if oldest else last + 1), last

    def receive_ns(self, number: int) -> int | None:
        """When the block of that id, or the next one held, was received."""
        row = self._reader.execute("select receive_ns from block where id >= ? order by id limit 1", (number,)).fetchone()
        return int(row[0]) if row else None

    def last_before(self, at_ns: int, last_id: int) -> int:
        """Id of the newest block received before an instant, of those up to an id; 0 when there is none."""
        row = self._reader.execute("select max(id) from block where id <= ? and receive_ns < ?", (last_id, at_ns)).fetchone()
        return int(row[0] or 0)

    def position_before(self, at_ns: int) -> int:
        """A position behind which lies everything received at or after an instant, found by halving: blocks are in order of receipt.

        Those taken over are not: what another machine received an hour ago may come now. Then it is the beginning.
        """
        if self._holds_others:
            return 0
        oldest, newest = self.span()
        low, high = oldest, newest + 1
        while low < high:
            middle = (low + high) // 2
            received_ns = self.receive_ns(middle)
            if received_ns is not None and received_ns < at_ns:
                low = middle + 1
            else:
                high = middle
        return low - 1

    def harden(self) -> int:
        """Make all that was committed outlive a power cut, too; the id up to which that holds.

        Ids that were lost are given again, and whoever remembers that it has them would leave the new rows out.
        """
        newest = self.span()[1]
        try:
            with open(f"{self.path}-wal", "rb+") as log:
                os.fsync(log)
        except OSError as error:
            raise sqlite3.OperationalError(f"{self.path.name}-wal can't be made durable: {error.strerror}") from error
        return newest

    def cursor(self, sink: str) -> int:
        row = self._reader.execute("select position from cursor where sink = ?", (sink,)).fetchone()
        return int(row[0]) if row else 0

    def set_cursor(self, sink: str, position: int) -> None:
        with self._write() as connection:
            connection.execute("insert or replace into cursor values (?, ?)", (sink, position))

    def drop_through(self, last_id: int) -> int:
        """Delete everything up to and including an id; the number of rows deleted."""
        with self._write() as connection:
            return connection.execute("delete from block where id <= ?", (last_id,)).rowcount

    def record_loss(self, at_ns: int, first_id: int, last_id: int, blocks: int, reason: str) -> None:
        with self._write() as connection:
            connection.execute("insert into loss values (?, ?, ?, ?, ?)", (at_ns, first_id, last_id, blocks, reason))

    def lost(self) -> int:
        """Blocks dropped before every sink had them, since the file was made."""
        return int(self._reader.execute("select coalesce(sum(blocks), 0) from loss").fetchone()[0])

    def used_bytes(self) -> int:
        """Bytes in use; pages set free but not yet given back do not count."""
        pages, free, size = (self._reader.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
        return int((pages - free) * size)

    def give_back(self, pages: int) -> None:
        """Return free pages to the file system, at most so many at a time, once more than that lie idle."""
        if self._reader.execute("pragma freelist_count").fetchone()[0] > pages:
            with self._writing:
                self._writer.execute(f"pragma incremental_vacuum({pages})").fetchall()


def _newest(connection: sqlite3.Connection) -> int:
    """Id of the newest row ever written; 0 before the first."""
    row = connection.execute("select seq from sqlite_sequence where name = 'block'").fetchone()
    return int(row[0]) if row else 0


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Rows of a file from before ``use`` was kept are the history's alone: they were judged by a process that remembers nothing."""
    if "use" not in {column[1] for column in connection.execute("pragma table_info(block)")}:
        connection.execute("alter table block add column use integer not null default 1")
