"""CPU of keeping readings: spool and embedded history against plain SQLite with a row per point, measured in the same run.

python -m benchmarks.store [--devices 250] [--columns 24] [--polls 400]
"""

import argparse
import random
import sqlite3
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from model.clock import SECOND
from model.quality import GOOD
from model.reading import Aggregate, Block
from store.history.drain import Drain
from store.history.embedded import EmbeddedSink
from store.history.embedded_history import EmbeddedHistory
from store.history.months import Months
from store.history.spool import Spool
from store.history.tail import Tail
from store.history.thinning import Thinning

START_NS = 1_768_377_600 * SECOND
PERIOD_NS = 10 * SECOND
POLLS_A_DRAIN = 5


class WallClock:
    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep_until(self, monotonic_ns: int) -> None:
        raise NotImplementedError("the benchmark never waits")


def polls(devices: int, columns: int, count: int) -> Iterator[list[Block]]:
    """One block per device and poll, values wandering as measured ones do."""
    random.seed(1)
    qualities = bytes([GOOD]) * columns
    levels = [random.uniform(0, 400) for _ in range(columns)]
    for number in range(count):
        at_ns = START_NS + number * PERIOD_NS
        levels = [round(level + random.uniform(-1, 1), 2) for level in levels]
        yield [Block(f"d{device}", at_ns, at_ns, array("d", levels), qualities) for device in range(devices)]


class Stopwatch:
    """CPU seconds of this process, threads of libraries included."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, act: Callable[[], object]) -> None:
        began = time.process_time()
        act()
        self.seconds += time.process_time() - began


def accept_all(spool: Spool, blocks: list[Block]) -> None:
    for block in blocks:
        spool.accept(block)


def spool_and_history(directory: Path, devices: int, columns: int, count: int) -> tuple[float, float, int]:
    """CPU seconds of the spool, of the history, bytes of the history."""
    names = tuple(f"p{column}" for column in range(columns))
    spool = Spool(directory / "spool.sqlite", {f"d{device}": names for device in range(devices)}, WallClock())
    months = Months(directory / "history")
    sink = EmbeddedSink(months, spool)
    drain = Drain(spool, sink, WallClock())
    in_spool, in_history = Stopwatch(), Stopwatch()
    for number, blocks in enumerate(polls(devices, columns, count)):
        in_spool(partial(accept_all, spool, blocks))
        in_spool(spool.flush)
        if number % POLLS_A_DRAIN == 0:
            in_history(drain.drain)
            in_spool(spool.trim)
    in_history(drain.drain)
    show_reads(EmbeddedHistory(months, Tail(spool, sink.name), spool.file.identity), count)
    in_history(months.close)
    size = sum(path.stat().st_size for path in (directory / "history").glob("*.duckdb"))
    spool.close()
    return in_spool.seconds, in_history.seconds, size


def changes_only(directory: Path, devices: int, columns: int, count: int) -> tuple[float, float]:
    """CPU seconds of a spool that keeps changes only, its deadbands holding about half of the values; the share of rows it keeps."""
    names = tuple(f"p{column}" for column in range(columns))
    thinning = Thinning({f"d{device}": [1.0] * columns for device in range(devices)}, 600 * SECOND)
    spool = Spool(directory / "thin.sqlite", {f"d{device}": names for device in range(devices)}, WallClock(), thinning=thinning)
    watch = Stopwatch()
    for blocks in polls(devices, columns, count):
        watch(partial(accept_all, spool, blocks))
        watch(spool.flush)
    kept = spool.written / (devices * count)
    spool.close()
    return watch.seconds, kept


def row_per_point(directory: Path, devices: int, columns: int, count: int) -> tuple[float, int]:
    """CPU seconds and bytes of the obvious way: one table keyed by series and time, one commit per poll."""
    path = directory / "plain.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("create table reading (series, at, value, quality, primary key (series, at)) without rowid")
    watch = Stopwatch()

    def write(blocks: list[Block]) -> None:
        rows = (
            (device * columns + column, block.source_ns, value, block.qualities[column])
            for device, block in enumerate(blocks)
            for column, value in enumerate(block.values)
        )
        with connection:
            connection.executemany("insert into reading values (?, ?, ?, ?)", rows)

    for blocks in polls(devices, columns, count):
        watch(partial(write, blocks))
    connection.close()
    return watch.seconds, path.stat().st_size


def show_reads(history: EmbeddedHistory, count: int) -> None:
    end_ns = START_NS + count * PERIOD_NS
    edges = list(range(START_NS, end_ns + 1, (end_ns - START_NS) // 24))
    points = [f"d{device}.p0" for device in range(90)]
    reads: dict[str, Callable[[], object]] = {
        "one point, raw": lambda: history.readings("d3.p2", START_NS, end_ns, 1_000_000),
        "one point, 24 means": lambda: history.aggregate("d3.p2", edges, Aggregate.MEAN),
        "90 counters × 24": lambda: history.counters(points, edges),
    }
    for name, read in reads.items():
        began = time.perf_counter()
        read()
        print(f"read  {name:<22} {(time.perf_counter() - began) * 1e3:8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=250)
    parser.add_argument("--columns", type=int, default=24)
    parser.add_argument("--polls", type=int, default=400)
    asked = parser.parse_args()
    points = asked.devices * asked.columns * asked.polls
    with tempfile.TemporaryDirectory() as directory:
        spool_s, history_s, history_bytes = spool_and_history(Path(directory), asked.devices, asked.columns, asked.polls)
        thin_s, kept = changes_only(Path(directory), asked.devices, asked.columns, asked.polls)
        plain_s, plain_bytes = row_per_point(Path(directory), asked.devices, asked.columns, asked.polls)
    ours_s = spool_s + history_s
    print(f"write spool                  {spool_s / points * 1e6:8.3f} µs CPU a point")
    print(f"write spool, changes only    {thin_s / points * 1e6:8.3f} µs CPU a point, {100 * kept:.0f} % of the rows kept")
    print(f"write history                {history_s / points * 1e6:8.3f} µs CPU a point, {history_bytes / points:.1f} bytes")
    print(f"write SQLite, row per point  {plain_s / points * 1e6:8.3f} µs CPU a point, {plain_bytes / points:.1f} bytes")
    print(f"ratio plain / ours           {plain_s / ours_s:8.1f}")
    print(f"at one poll a second         {ours_s / asked.polls * 100:8.2f} % of a core for {asked.devices} × {asked.columns} points")


if __name__ == "__main__":
    main()
