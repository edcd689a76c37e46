"""The embedded history: readings, figures and counters, whichever side of the drain they lie on."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from model.clock import DAY, HOUR, SECOND
from model.ports import HistoryUnavailable
from model.quality import Quality
from model.reading import Aggregate, Block, CounterInterval, Fault, Sample, failed_block
from store.history import embedded_history
from store.history.compaction import Ages, compact, retain
from store.history.drain import Drain
from store.history.months import month_bounds, month_of
from tests.store.bench_site import NAN, T0, Bench, block, meter, site

ENERGY = "sub1.m1.energy_import"
FEBRUARY = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp()) * SECOND


def minutes(count: int, start_ns: int = T0) -> list[Block]:
    return [meter(start_ns + index * 60 * SECOND, float(index)) for index in range(count)]


@pytest.fixture(params=["undrained", "half drained", "drained"])
def split(request: pytest.FixtureRequest, bench: Bench) -> Bench:
    """Ten readings a minute apart, on either side of the drain or across it."""
    blocks = minutes(10)
    bench.take(*blocks[:5])
    if request.param != "undrained":
        bench.drain.drain()
    bench.take(*blocks[5:])
    if request.param == "drained":
        bench.drain.drain()
    return bench


def test_readings_come_in_order_half_open_and_limited(split: Bench) -> None:
    end_ns = T0 + 9 * 60 * SECOND
    read = split.history.readings(ENERGY, T0 + 60 * SECOND, end_ns, 100)
    assert [sample.value for sample in read] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert read[0] == Sample(T0 + 60 * SECOND, 1.0, Quality.GOOD)
    assert [sample.value for sample in split.history.readings(ENERGY, T0, end_ns, 7)] == [0, 1, 2, 3, 4, 5, 6]


def test_texts_are_read_as_words(split: Bench) -> None:
    read = split.history.readings("sub1.m1.serial", T0, T0 + HOUR, 100)
    assert [sample.value for sample in read] == ["SN-1"] * 10


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Aggregate.MEAN, [0.5, None, 4.5]),
        (Aggregate.MIN, [0, None, 2]),
        (Aggregate.MAX, [1, None, 7]),
        (Aggregate.FIRST, [0, None, 2]),
        (Aggregate.LAST, [1, None, 7]),
        (Aggregate.SUM, [1, None, 27]),
        (Aggregate.COUNT, [2, None, 6]),
        (Aggregate.DELTA, [1, None, 5]),
    ],
)
def test_figures_over_arbitrary_edges(split: Bench, how: Aggregate, expected: list[float | None]) -> None:
    edges = [T0, T0 + 61 * SECOND, T0 + 119 * SECOND, T0 + 480 * SECOND]
    assert split.history.aggregate(ENERGY, edges, how) == expected


def test_counters_give_first_last_and_falls_across_the_drain(split: Bench) -> None:
    edges = [T0 - HOUR, T0, T0 + 5 * 60 * SECOND, T0 + HOUR]
    assert split.history.counters([ENERGY, "sub1.m2.energy_import"], edges) == [
        CounterInterval(ENERGY, T0, T0, 0.0, T0 + 240 * SECOND, 4.0, 0),
        CounterInterval(ENERGY, T0 + 300 * SECOND, T0 + 300 * SECOND, 5.0, T0 + 540 * SECOND, 9.0, 0),
    ]


def test_counters_keep_the_order_of_the_points_asked_for(bench: Bench) -> None:
    bench.take(meter(T0, 1.0, "sub1.m2"))
    bench.drain.drain()
    bench.take(meter(T0, 1.0, "sub1.m1"))
    read = bench.history.counters([ENERGY, "sub1.m2.energy_import"], [T0, T0 + HOUR])
    assert [interval.point for interval in read] == [ENERGY, "sub1.m2.energy_import"]


@pytest.mark.parametrize("drained", [0, 2, 3, 5])
def test_every_fall_is_counted_also_the_one_at_the_drain(bench: Bench, drained: int) -> None:
    blocks = [meter(T0 + index * SECOND, value) for index, value in enumerate([5.0, 6.0, 2.0, 3.0, 1.0])]
    bench.take(*blocks[:drained])
    bench.drain.drain()
    bench.take(*blocks[drained:])
    [interval] = bench.history.counters([ENERGY], [T0, T0 + HOUR])
    assert (interval.first, interval.last, interval.falls) == (5.0, 1.0, 2)


def test_a_fall_between_hours_that_are_read_apart_is_counted_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_history, "_POINT_DAYS", 0)
    bench.take(*(meter(T0 + index * HOUR, value) for index, value in enumerate([5.0, 6.0, 2.0, 3.0, 1.0])))
    bench.drain.drain()
    [interval] = bench.history.counters([ENERGY], [T0, T0 + 5 * HOUR])
    assert (interval.first, interval.last, interval.falls) == (5.0, 1.0, 2)


@pytest.mark.parametrize("drained", [False, True])
def test_bad_readings_have_no_value_and_no_part_in_figures(bench: Bench, drained: bool) -> None:
    bench.take(
        meter(T0, 1.0),
        block(T0 + SECOND, [230.0, NAN, NAN, NAN], qualities=[192, 84, Quality.SENSOR_FAILURE, 255]),
        block(T0 + 2 * SECOND, [230.0, 0.5, 7.0, NAN], qualities=[192, 192, Quality.INACCURATE, 255]),
        failed_block("sub1.m1", 4, T0 + 3 * SECOND, Fault.TIMEOUT),
    )
    if drained:
        bench.drain.drain()
    assert bench.history.readings(ENERGY, T0, T0 + HOUR, 10) == [
        Sample(T0, 1.0, Quality.GOOD),
        Sample(T0 + SECOND, None, Quality.SENSOR_FAILURE),
        Sample(T0 + 2 * SECOND, 7.0, Quality.INACCURATE),
        Sample(T0 + 3 * SECOND, None, Quality.COMM_FAILURE),
    ]
    assert bench.history.aggregate(ENERGY, [T0, T0 + HOUR], Aggregate.MAX) == [7.0]
    [counted] = bench.history.counters([ENERGY], [T0, T0 + HOUR])
    assert (counted.last, counted.last_ns) == (1.0, T0)
    assert len(bench.history.readings("sub1.m1.serial", T0, T0 + HOUR, 10)) == 2


def test_unknown_points_have_no_past(bench: Bench) -> None:
    bench.take(meter(T0, 1.0))
    bench.drain.drain()
    assert bench.history.readings("sub1.m1.nothing", T0, T0 + HOUR, 10) == []
    assert bench.history.aggregate("no.such", [T0, T0 + HOUR], Aggregate.MEAN) == [None]
    assert bench.history.counters(["no.such"], [T0, T0 + HOUR]) == []


def test_a_month_boundary_does_not_show(bench: Bench) -> None:
    bench.take(*(meter(FEBRUARY + offset * HOUR, float(offset + 3)) for offset in range(-3, 3)))
    bench.drain.drain()
    assert bench.months.names() == ["2026-01", "2026-02"]
    edges = [FEBRUARY - 3 * HOUR, FEBRUARY - HOUR, FEBRUARY + 3 * HOUR]
    assert [s.value for s in bench.history.readings(ENERGY, edges[0], edges[-1], 5)] == [0, 1, 2, 3, 4]
    assert bench.history.aggregate(ENERGY, edges, Aggregate.SUM) == [1.0, 14.0]
    spanning = bench.history.counters([ENERGY], edges)[1]
    assert (spanning.first, spanning.last, spanning.falls) == (2.0, 5.0, 0)


def test_late_readings_go_to_their_own_month_and_place(bench: Bench) -> None:
    bench.take(meter(FEBRUARY, 2.0))
    bench.drain.drain()
    bench.take(meter(FEBRUARY - HOUR, 1.0))
    bench.drain.drain()
    bench.take(meter(FEBRUARY - 2 * HOUR, 0.0))
    assert [s.value for s in bench.history.readings(ENERGY, FEBRUARY - DAY, FEBRUARY + DAY, 10)] == [0, 1, 2]


def test_a_batch_sent_twice_is_kept_once(bench: Bench) -> None:
    bench.take(*minutes(10))
    rows = bench.spool.file.after(0, 100)
    bench.sink.deliver(rows[:6])
    bench.sink.deliver(rows)
    assert len(bench.history.readings(ENERGY, T0, T0 + HOUR, 100)) == 10
    assert bench.history.aggregate(ENERGY, [T0, T0 + HOUR], Aggregate.COUNT) == [10.0]


def test_a_new_spool_is_not_mistaken_for_the_old_one(tmp_path: Path) -> None:
    before = Bench(tmp_path)
    before.take(*minutes(10))
    before.drain.drain()
    before.close()
    for path in tmp_path.glob("spool.sqlite*"):
        path.unlink()
    after = Bench(tmp_path)
    after.take(*minutes(3, T0 + HOUR))
    after.drain.drain()
    assert len(after.history.readings(ENERGY, T0, T0 + DAY, 100)) == 13
    after.close()


def test_points_keep_their_past_when_columns_move(tmp_path: Path) -> None:
    before = Bench(tmp_path)
    before.take(meter(T0, 1.0))
    before.drain.drain()
    before.take(meter(T0 + SECOND, 2.0))
    before.close()
    after = Bench(tmp_path, site({"sub1.m1": ("energy_import", "u1")}))
    after.take(block(T0 + 2 * SECOND, [3.0, 230.0]))
    for _ in range(2):
        assert [s.value for s in after.history.readings(ENERGY, T0, T0 + HOUR, 10)] == [1, 2, 3]
        after.drain.drain()
    after.close()


def test_sorting_a_closed_month_changes_nothing_a_reader_sees(bench: Bench) -> None:
    bench.take(*minutes(50), *(meter(T0 + index * SECOND, 9.0, "sub1.m2") for index in range(50)))
    bench.drain.drain()
    before = bench.history.readings(ENERGY, T0, T0 + DAY, 100)
    words = bench.history.readings("sub1.m1.serial", T0, T0 + DAY, 100)
    assert compact(bench.months, FEBRUARY) == []
    assert compact(bench.months, FEBRUARY + 3 * DAY) == ["2026-01"]
    assert compact(bench.months, FEBRUARY + 3 * DAY) == []
    assert [path.name for path in bench.months.directory.glob("*.duckdb")] == ["2026-01.sorted.duckdb"]
    assert bench.history.readings(ENERGY, T0, T0 + DAY, 100) == before
    assert bench.history.readings("sub1.m1.serial", T0, T0 + DAY, 100) == words


def test_a_sorted_month_still_takes_late_readings_and_opens_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(*minutes(5))
    bench.drain.drain()
    compact(bench.months, FEBRUARY + 3 * DAY)
    bench.take(meter(T0 + HOUR, 77.0))
    bench.drain.drain()
    bench.close()
    again = Bench(tmp_path)
    assert [s.value for s in again.history.readings(ENERGY, T0, T0 + DAY, 100)] == [0, 1, 2, 3, 4, 77]
    again.close()


def test_an_unfinished_sort_is_forgotten_and_a_finished_one_wins(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(*minutes(5))
    bench.drain.drain()
    bench.close()
    history = tmp_path / "history"
    (history / "2026-01.sorting.duckdb").write_bytes(b"half a file")
    (history / "2026-01.sorted.duckdb").write_bytes((history / "2026-01.duckdb").read_bytes())
    again = Bench(tmp_path)
    assert sorted(path.name for path in history.glob("*.duckdb")) == ["2026-01.sorted.duckdb"]
    assert len(again.history.readings(ENERGY, T0, T0 + DAY, 100)) == 5
    again.close()


def test_retention_drops_whole_months(bench: Bench) -> None:
    bench.take(meter(T0, 1.0), meter(FEBRUARY, 2.0))
    bench.drain.drain()
    assert retain(bench.months, FEBRUARY + DAY, Ages(2 * DAY, 2 * DAY)) == []
    assert retain(bench.months, FEBRUARY + 3 * DAY, Ages(2 * DAY, 2 * DAY)) == ["2026-01"]
    assert [s.value for s in bench.history.readings(ENERGY, T0, FEBRUARY + DAY, 10)] == [2.0]
    assert list(bench.months.directory.glob("2026-01*")) == []


def test_readers_in_other_threads_never_see_a_reading_twice_or_miss_one(bench: Bench) -> None:
    """While blocks come in, are drained, trimmed and the month is sorted, what was committed is always there once."""
    wrong: list[str] = []
    committed = 0
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            least = committed
            values = [sample.value for sample in bench.history.readings(ENERGY, T0, T0 + DAY, 100_000)]
            if values != [float(index) for index in range(len(values))] or len(values) < least:
                wrong.append(f"{least} committed, read {values[:3]}…{values[-3:]} ({len(values)})")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    small = Drain(bench.spool, bench.sink, bench.clock, batch_rows=7)
    for start in range(0, 600, 20):
        bench.take(*(meter(T0 + index * SECOND, float(index)) for index in range(start, start + 20)))
        committed = start + 20
        small.drain()
        if start % 200 == 100:
            bench.spool.trim()
        if start == 300:
            assert compact(bench.months, FEBRUARY + 3 * DAY) == ["2026-01"]
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_months_follow_the_calendar() -> None:
    assert month_of(FEBRUARY - 1) == "2026-01"
    assert month_of(FEBRUARY) == "2026-02"
    assert month_bounds("2025-12")[1] == month_bounds("2026-01")[0]
    assert month_bounds("2026-01")[1] == FEBRUARY


def memory_limit(bench: Bench) -> str:
    [(limit,)] = bench.months.cursor().execute("select current_setting('memory_limit')").fetchall()
    return str(limit)


def test_a_question_has_room_of_its_own_and_gives_it_back(bench: Bench) -> None:
    at_rest = memory_limit(bench)
    with bench.months.turn(), bench.months.turn():
        assert memory_limit(bench) != at_rest
    assert memory_limit(bench) == at_rest


def test_a_question_that_fails_says_so_and_the_next_is_answered(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.take(meter(T0, 1.0))
    bench.drain.drain()
    edges = [T0, T0 + HOUR + 1]
    with monkeypatch.context() as broken:
        broken.setattr(embedded_history, "_PARTIALS", "select no_such_thing from {alias}.reading, edges where {series} and 1 < ? + ?")
        with pytest.raises(HistoryUnavailable, match="no_such_thing"):
            bench.history.aggregate(ENERGY, edges, Aggregate.MEAN)
    assert bench.history.aggregate(ENERGY, edges, Aggregate.MEAN) == [1.0]
