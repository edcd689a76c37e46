"""The files of the embedded history: one DuckDB database per calendar month (UTC, by source time), all attached to one instance.

    2026-01.duckdb          as it fills: rows in order of arrival, each settled hour in order of its points
    2026-01.sorted.duckdb   the same month after it was closed and sorted by point; takes the place of the former
    2026-01.sorting.duckdb  a sort that was not finished; deleted at the next start
    2026-01.rollup.duckdb   its quarters of an hour, summed up: see rollups.py
    2026-01.unborn.duckdb   a file that was not finished: see files.py; deleted at the next start

Each file stands alone: it carries its own series numbers and, per spool, the position up to which it has taken that spool's blocks,
written in the transaction of the rows themselves. DuckDB keeps every other process out of the files.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import duckdb
import structlog

from model.clock import SECOND
from store.history.files import UNBORN, Files, delete
from store.history.rollups import Rollups
from store.history.spool_file import Row

log = structlog.get_logger()

_FILE = re.compile(r"(\d{4,}-\d\d)(\.sorted)?\.duckdb")
MEMORY_MB = 32
"""What DuckDB may hold at rest; it fills this up with blocks of the files and keeps it. Eight readers at once beside a drain of 60,000
points a poll did well with 24. A day of 54 million readings in order of arrival, two threads, CPU seconds and the most the process held,
before questions had room of their own:

                                                256 MB            64 MB
    its quarters summed up, an hour at a time   17–19 s, 360 MB   22 s, 174 MB   (six hours at a time: not within 96 MB)
    one point's mean over 2 days                0.6 s, 340 MB     0.5 s, 150 MB
    500 counters by hour, not on quarters       1.6 s, 350 MB     2.4 s, 175 MB
"""
_QUESTION_MB = 160
"""More, while a question is answered that puts millions of readings in order. One that runs short fails alone; the drain beside it must
not: DuckDB gives up a file whose checkpoint fails."""
_THREADS = 2
_READERS = 6
"""At once: two threads answer no more of them any sooner, and each holds some MB."""


def month_of(at_ns: int) -> str:
    """``2026-01``."""
    return datetime.fromtimestamp(at_ns // SECOND, UTC).strftime("%Y-%m")


def month_bounds(month: str) -> tuple[int, int]:
    """First instant of the month and of the next one."""
    year, number = map(int, month.split("-"))
    following = (year + number // 12, number % 12 + 1)
    start, end = (int(datetime(y, m, 1, tzinfo=UTC).timestamp()) * SECOND for y, m in ((year, number), following))
    return start, end


def by_month(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each month, in the order they came."""
    months: dict[str, list[Row]] = {}
    for month, run in groupby(rows, key=lambda row: month_of(row.source_ns)):
        months.setdefault(month, []).extend(run)
    return months


class Months(Files):
    """``writing`` is held by whoever writes to a file or puts another in its place; readers never wait for it."""

    def __init__(self, directory: Path, memory_mb: int = MEMORY_MB) -> None:
        """``memory_mb``: what DuckDB may hold at rest."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._memory_mb = memory_mb
        config: dict[str, str | bool | int | float | list[str]] = {"threads": _THREADS, "memory_limit": f"{memory_mb}MB"}
        config["temp_directory"] = str(directory / "scratch")
        super().__init__(config)
        self.writing, self._turn, self._granting = threading.RLock(), threading.RLock(), threading.Lock()
        self.readers = threading.BoundedSemaphore(_READERS)
        self._grants = self.another_cursor()
        # Where a month is there twice, its sorted file comes last, and is the one that counts.
        files = {found[1]: path for path in sorted(directory.glob("*.duckdb")) if (found := _FILE.fullmatch(path.name))}
        self._aliases = {month: self.attach(path) for month, path in files.items()}
        self._clear_leftovers()
        self.rollups = Rollups(self)

    def _clear_leftovers(self) -> None:
        """What a killed process left: unfinished files, and unsorted ones whose sorted copy is complete. Only now that the months are open:
        no other process has them, and none is sorting."""
        for path in (*self.directory.glob("*.sorting.duckdb*"), *self.directory.glob(f"*{UNBORN}*")):
            path.unlink()
        for path in self.directory.glob("*.sorted.duckdb"):
            delete(path.with_name(path.name.replace(".sorted", "")))

    @contextmanager
    def room(self, megabytes: int) -> "Iterator[None]":
        """DuckDB may hold so much more meanwhile."""
        self._grant(megabytes)
        try:
            yield
        finally:
            self._grant(-megabytes)

    @contextmanager
    def turn(self) -> "Iterator[None]":
        """For a question that puts many readings in order: one such at a time, with room of its own."""
        with self._turn, self.room(_QUESTION_MB):
            yield

    def _grant(self, megabytes: int) -> None:
        with self._granting:
            self._memory_mb += megabytes
            try:
                self._grants.execute(f"set global memory_limit = '{self._memory_mb}MB'")
            except duckdb.OutOfMemoryException:
                log.info("history_memory_in_use", wanted_mb=self._memory_mb)  # The next to leave a room gives it back.

    def open(self, month: str) -> str:
        """The alias of a month, its file created when there is none yet. Call with ``writing`` held."""
        if month not in self._aliases:
            self._aliases = {**self._aliases, month: self.attach(self.directory / f"{month}.duckdb")}
        return self._aliases[month]

    def replace(self, month: str, sorted_copy: Path) -> None:
        """Readers find the month in its sorted copy from now on; the former file is closed and deleted. Call with ``writing`` held."""
        sorted_file = sorted_copy.replace(self.directory / f"{month}.sorted.duckdb")
        try:
            alias = self.attach(sorted_file)
        except duckdb.Error:
            delete(sorted_file)  # Or it would count at the next start, without what the former file takes until then.
            raise
        former = self._aliases[month]
        self._aliases = {**self._aliases, month: alias}
        self.let_go(former)
        delete(self.directory / f"{month}.duckdb")

    def drop(self, month: str) -> None:
        """Close and delete a whole raw month. Call with ``writing`` held."""
        self.rollups.archive(month)
        alias = self._aliases[month]
        self._aliases = {name: known for name, known in self._aliases.items() if name != month}
        self.let_go(alias)
        delete(self.directory / f"{month}.duckdb")
        delete(self.directory / f"{month}.sorted.duckdb")

    def revive(self) -> None:
        """Open again whatever DuckDB has given up. Call with ``writing`` held."""
        for alias in (*self._aliases.values(), *self.rollups.aliases()):
            self.reopen(alias)

    def names(self) -> list[str]:
        return sorted(self._aliases)

    def between(self, start_ns: int, end_ns: int) -> list[tuple[str, int, int]]:
        """(alias, first, end) of every month that overlaps, oldest first."""
        overlapping = []
        for month, alias in sorted(self._aliases.items()):
            first, end = month_bounds(month)
            if first < end_ns and start_ns < end:
                overlapping.append((alias, first, end))
        return overlapping

    def used_bytes(self) -> int:
        return sum(_size(path) for path in self.directory.glob("*.duckdb*"))

    def close(self) -> None:
        with self.writing:
            super().close()
            self._aliases = {}


def _size(path: Path) -> int:
    """Bytes; 0 for a log that has just been written into its file and is gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
