"""No disk, another process, a stop at the wrong moment: the embedded history waits, loses nothing, and goes on by itself."""

import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from model.clock import DAY, HOUR, SECOND
from model.reading import Aggregate
from store.history.compaction import Ages, compact, tidy
from store.history.device_columns import EmbeddedColumns
from store.history.months import Months, month_bounds
from store.history.tail import Tail
from tests.store.bench_site import T0, Bench, meter

ENERGY = "sub1.m1.energy_import"
FEBRUARY = month_bounds("2026-01")[1]
_NEW_FILE = 12_288
"""What DuckDB writes first of all."""


@contextmanager
def no_disk_behind(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def seconds(first: int, end: int) -> list[object]:
    return [float(index) for index in range(first, end)]


def take(bench: Bench, first: int, end: int) -> None:
    bench.take(*(meter(T0 + index * SECOND, float(index)) for index in range(first, end)))


def values(bench: Bench) -> list[object]:
    return [sample.value for sample in bench.history.readings(ENERGY, T0, T0 + DAY, 100_000)]


def test_a_month_that_finds_no_disk_at_its_birth_is_born_later(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    take(bench, 0, 5)
    with no_disk_behind(_NEW_FILE - 4096):
        assert not bench.drain.drain()
    assert bench.drain.drain()
    bench.close()
    again = Bench(tmp_path)
    assert values(again) == seconds(0, 5)
    again.close()


def test_a_file_given_up_for_want_of_disk_is_opened_again(bench: Bench) -> None:
    take(bench, 0, 5)
    assert bench.drain.drain()
    bench.months.cursor().execute("set checkpoint_threshold = '1B'")
    take(bench, 5, 10)
    with no_disk_behind(_NEW_FILE):
        assert not bench.drain.drain()
        assert values(bench) == seconds(0, 10)
    assert bench.drain.drain()
    take(bench, 10, 15)
    assert bench.drain.drain()
    assert values(bench) == seconds(0, 15)


def test_a_sort_that_finds_no_disk_gives_back_what_it_had_and_is_made_later(bench: Bench) -> None:
    take(bench, 0, 500)
    bench.drain.drain()
    with no_disk_behind(_NEW_FILE), pytest.raises(duckdb.Error):
        compact(bench.months, FEBRUARY + 3 * DAY)
    assert [path.name for path in bench.months.directory.glob("*.duckdb")] == ["2026-01.duckdb"]
    assert compact(bench.months, FEBRUARY + 3 * DAY) == ["2026-01"]
    assert values(bench) == seconds(0, 500)


def test_the_oldest_month_goes_even_when_there_is_no_disk_to_sum_up(bench: Bench) -> None:
    bench.take(meter(T0, 1.0), meter(FEBRUARY, 2.0))
    bench.drain.drain()
    with no_disk_behind(_NEW_FILE - 4096):
        tidy(bench.months, FEBRUARY + 3 * DAY, Ages(2 * DAY, 2 * DAY), lambda: True)
    assert {path.name[:7] for path in bench.months.directory.glob("*[0-9].duckdb*")} == {"2026-02"}


_HOLDER = "import fcntl, sys; file = open(sys.argv[1], 'r+'); fcntl.lockf(file, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()"


def test_who_finds_the_files_taken_leaves_the_sort_that_runs_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    take(bench, 0, 5)
    bench.drain.drain()
    bench.close()
    sorting = tmp_path / "history" / "2026-01.sorting.duckdb"
    sorting.write_bytes(b"half a file")
    command = [sys.executable, "-S", "-c", _HOLDER, str(tmp_path / "history" / "2026-01.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(duckdb.IOException, match="lock"):
            Months(tmp_path / "history")
        holder.communicate()
    assert sorting.exists()
    Months(tmp_path / "history").close()
    assert not sorting.exists()


def test_a_stop_interrupts_what_still_reads(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    take(bench, 0, 5)
    bench.drain.drain()
    take(bench, 5, 6)
    begun, told = threading.Event(), list[str]()

    def read() -> None:
        cursor = bench.months.cursor()
        begun.set()
        try:
            cursor.execute("select count(*) from range(1000000) a, range(1000000) b where a.range + b.range = 7").fetchall()
        except duckdb.Error as error:
            told.append(type(error).__name__)

    reader = threading.Thread(target=read)
    reader.start()
    begun.wait()
    bench.months.close()
    reader.join(60)
    assert told in (["InterruptException"], ["ConnectionException"])
    assert not bench.drain.drain(), "a drain that is slower than the stop takes it for a history that is away"
    bench.spool.close()


def pass_on(bench: Bench) -> None:
    """What the drain and the spool do within a minute, beside whoever reads."""

    def beside() -> None:
        bench.drain.drain()
        bench.spool.trim()
        bench.spool.trim()

    other = threading.Thread(target=beside)
    other.start()
    other.join()


def test_whoever_reads_columns_slowly_misses_nothing(bench: Bench) -> None:
    take(bench, 0, 10)
    bench.drain.drain()
    take(bench, 10, 20)
    pieces = EmbeddedColumns(bench.months, Tail(bench.spool, bench.sink.name)).readings([ENERGY], T0, T0 + DAY)
    read = next(pieces).value.tolist()
    pass_on(bench)
    for piece in pieces:
        read += piece.value.tolist()
    assert set(read) == set(seconds(0, 20))


def test_a_question_that_takes_a_minute_misses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    take(bench, 0, 10)
    bench.drain.drain()
    take(bench, 10, 20)
    quick = bench.history._slots

    def slow(*asked: object) -> object:
        found = quick(*asked)  # type: ignore[arg-type]
        pass_on(bench)
        return found

    monkeypatch.setattr(bench.history, "_slots", slow)
    assert bench.history.aggregate(ENERGY, [T0, T0 + HOUR + 1], Aggregate.COUNT) == [20.0]


def test_a_log_that_is_just_being_taken_into_its_file_does_not_spoil_the_figures(bench: Bench) -> None:
    before = bench.months.used_bytes()
    (bench.months.directory / "2026-01.duckdb.wal").symlink_to("gone")
    assert bench.months.used_bytes() == before
