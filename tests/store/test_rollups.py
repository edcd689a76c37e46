"""Quarters of an hour summed up: every figure comes out as from the raw readings, and stays when those are gone."""

import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.clock import DAY, HOUR, MINUTE, SECOND
from model.quality import GOOD, Quality
from model.reading import Aggregate, Block, CounterInterval
from store.history import ordering
from store.history.compaction import Ages, compact, retain, roll
from store.history.months import month_bounds
from store.history.rollups import QUARTER_NS
from tests.store.bench_site import NAN, T0, Bench, block, meter

BOUNDS = JANUARY, FEBRUARY = month_bounds("2026-01")
CURRENT, ENERGY, OTHER = "sub1.m1.i1", "sub1.m1.energy_import", "sub1.m2.energy_import"
HOURS = [T0 + hour * HOUR for hour in range(9)]
UNEVEN = [T0 - 5 * HOUR, T0 + QUARTER_NS, T0 + 2 * QUARTER_NS, T0 + 3 * HOUR, T0 + 20 * HOUR]


def day(seed: int = 1) -> Iterator[Block]:
    """Eight hours of two meters, read each 40 s: values that wander, some uncertain, some bad, counters that fall now and then."""
    chance, energy = random.Random(seed), 0.0
    for index in range(8 * 90):
        at_ns = T0 + index * 40 * SECOND
        energy = 0.0 if index % 271 == 270 else energy + chance.random()
        quality = chance.choice([GOOD] * 8 + [Quality.OUT_OF_RANGE, Quality.SENSOR_FAILURE])
        values = [230.0, NAN, NAN, NAN] if quality == Quality.SENSOR_FAILURE else [230.0, chance.uniform(0, 100), energy, NAN]
        yield block(at_ns, values, f"sub1.m{1 + index % 2}", [GOOD, quality, quality, GOOD])


Figures = dict[str, list[float | None] | list[CounterInterval]]


def figures(bench: Bench) -> Figures:
    """Everything there is to ask."""
    found: Figures = {}
    for name, edges in (("hours", HOURS), ("uneven", UNEVEN), ("minutes", [T0 + minute * MINUTE for minute in range(0, 60, 7)])):
        hows = Aggregate if name == "hours" else (Aggregate.MEAN, Aggregate.DELTA)
        found |= {f"{how} {name}": bench.history.aggregate(CURRENT, edges, how) for how in hows}
        found[f"counters {name}"] = bench.history.counters([ENERGY, OTHER], edges)
    return found


def same(one: Figures, other: Figures) -> None:
    assert one.keys() == other.keys()
    for name, figure in one.items():
        assert other[name] == (figure if name.startswith("counters") else pytest.approx(figure)), name


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """What the readings say, with nothing summed up."""
    bench = Bench(tmp_path_factory.mktemp("raw"))
    bench.take(*day())
    bench.drain.drain()
    found = figures(bench)
    bench.close()
    return found


@pytest.fixture(scope="module")
def summed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a month that is summed up, made once: its 2,976 quarters cost seconds."""
    folder = tmp_path_factory.mktemp("summed")
    bench = Bench(folder)
    bench.take(*day())
    bench.drain.drain()
    assert roll(bench.months, FEBRUARY + DAY) == (FEBRUARY - JANUARY) // QUARTER_NS
    bench.close()
    return folder


def rolled(summed: Path, directory: Path) -> Bench:
    shutil.copytree(summed, directory, dirs_exist_ok=True)
    return Bench(directory)


def test_figures_from_sums_are_those_of_the_readings(tmp_path: Path, summed: Path, raw: Figures) -> None:
    bench = rolled(summed, tmp_path)
    same(figures(bench), raw)
    assert roll(bench.months, FEBRUARY + DAY) == 0, "nothing is summed up twice"
    bench.close()
    again = Bench(tmp_path)
    assert roll(again.months, FEBRUARY + DAY) == 0
    same(figures(again), raw)
    again.close()


@pytest.mark.parametrize("passed_min", [20, 100, 479], ids=["one-quarter", "in-between", "all-but-the-last"])
def test_what_has_not_settled_is_read_raw(bench: Bench, raw: Figures, passed_min: int) -> None:
    bench.take(*day())
    bench.drain.drain()
    assert roll(bench.months, T0 + passed_min * MINUTE) > 0
    same(figures(bench), raw)


def test_a_late_reading_opens_its_quarter_again(bench: Bench, raw: Figures) -> None:
    blocks = list(day())
    is_late = [T0 + HOUR <= one.source_ns < T0 + 2 * HOUR for one in blocks]
    late = [one for one, it_is in zip(blocks, is_late, strict=True) if it_is]
    bench.take(*(one for one, it_is in zip(blocks, is_late, strict=True) if not it_is))
    bench.drain.drain()
    roll(bench.months, T0 + DAY)
    bench.take(*late)
    bench.drain.drain()
    same(figures(bench), raw)
    assert roll(bench.months, T0 + DAY) == 4
    same(figures(bench), raw)


def test_sums_outlive_the_raw_month_and_what_comes_later_changes_nothing(tmp_path: Path, summed: Path, raw: Figures) -> None:
    kept = {name: figure for name, figure in raw.items() if not name.endswith("minutes")}
    ages = Ages(raw_ns=62 * DAY, rollup_ns=3653 * DAY)
    bench = rolled(summed, tmp_path)
    compact(bench.months, FEBRUARY + 3 * DAY)
    assert retain(bench.months, FEBRUARY + 61 * DAY, ages) == []
    assert retain(bench.months, FEBRUARY + 63 * DAY, ages) == ["2026-01"]
    assert [path.name for path in bench.months.directory.glob("*.duckdb")] == ["2026-01.rollup.duckdb"]
    assert bench.history.readings(CURRENT, T0, T0 + DAY, 10) == []
    bench.close()
    again = Bench(tmp_path)
    again.take(meter(T0 + 30, 9.0))
    again.drain.drain()
    same(kept, {name: figure for name, figure in figures(again).items() if name in kept})
    retain(again.months, FEBRUARY + 4000 * DAY, ages)
    assert list(again.months.directory.glob("*.duckdb")) == []
    again.close()


def test_a_raw_month_is_not_dropped_before_it_is_summed_up(bench: Bench) -> None:
    bench.take(meter(T0, 1.0))
    bench.drain.drain()
    roll(bench.months, T0 + HOUR)
    assert retain(bench.months, FEBRUARY + 400 * DAY, Ages(62 * DAY, 3653 * DAY)) == []


def test_all_before_the_first_reading_is_one_look_and_summing_up_stops_when_it_is_not_wanted_any_more(bench: Bench) -> None:
    bench.take(*day())
    bench.drain.drain()
    answers = iter([True, True])
    before = (T0 - month_bounds("2026-01")[0]) // HOUR * 4
    assert before > 40
    assert roll(bench.months, FEBRUARY + DAY, lambda: next(answers, False)) == before + 4


def test_a_settled_hour_is_put_in_order_of_its_points_and_a_late_reading_is_not_lost(bench: Bench, raw: Figures) -> None:
    bench.take(*day())
    bench.drain.drain()
    roll(bench.months, T0 + 3 * HOUR + 40 * MINUTE)
    assert [stretch for stretch in range(5) if _is_in_order(bench, T0 + stretch * HOUR)] == [0, 1, 2]
    same(figures(bench), raw)
    bench.take(meter(T0 + 5 * MINUTE + 1, 7.0))
    bench.drain.drain()
    assert not _is_in_order(bench, T0)
    assert 7.0 in [sample.value for sample in bench.history.readings(ENERGY, T0, T0 + HOUR, 1000)]


def _is_in_order(bench: Bench, hour_ns: int) -> bool:
    """As the rows lie in the file."""
    [(_, start_ns, end_ns)] = bench.months.between(hour_ns, hour_ns + HOUR)
    assert start_ns <= hour_ns < end_ns
    query = "select series, source_ns from h_2026_01.reading where source_ns >= ? and source_ns < ? order by rowid"
    rows = bench.months.cursor().execute(query, [hour_ns, hour_ns + HOUR]).fetchall()
    return rows == sorted(rows)


def test_of_two_readings_of_one_instant_the_later_one_stays_the_later(bench: Bench) -> None:
    bench.take(meter(T0, 0.0))
    bench.drain.drain()
    twice = "select 1000 + i // 2 % 1000 as series, ? + i // 2000 as source_ns, i % 2 as value, 192 as quality from range(40000) t(i)"
    bench.months.cursor().execute(f"insert into h_2026_01.reading {twice}", [T0])
    bench.months.rollups.roll("2026-01", T0, T0 + HOUR, T0 + DAY, lambda: True)
    fell = (
        "select value < lag(value) over (partition by series, source_ns order by rowid) as fell from h_2026_01.reading where series >= 1000"
    )
    assert bench.months.cursor().execute(f"select count(*) from ({fell}) where fell").fetchall() == [(0,)]


def test_a_late_reading_summed_up_under_the_reader_is_counted_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def sum_up() -> int:
        return bench.months.rollups.roll("2026-01", T0, T0 + HOUR, T0 + DAY, lambda: True)

    bench.take(meter(T0, 1.0), meter(T0 + MINUTE, 2.0))
    bench.drain.drain()
    assert sum_up() == 4
    bench.take(meter(T0 + SECOND, 7.0))
    quick = bench.history._tail.samples

    def slow(*asked: object) -> object:
        found = quick(*asked)  # type: ignore[arg-type]
        other = threading.Thread(target=lambda: bench.drain.drain() and sum_up())
        other.start()
        other.join()
        return found

    monkeypatch.setattr(bench.history._tail, "samples", slow)
    assert bench.history.aggregate(ENERGY, [T0, T0 + HOUR], Aggregate.COUNT) == [3.0]


def test_an_hour_is_put_in_order_within_the_room_of_one_question(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def limit() -> object:
        return bench.months.cursor().execute("select current_setting('memory_limit')").fetchone()

    limits: list[object] = []
    bench.take(meter(T0, 1.0))
    bench.drain.drain()
    monkeypatch.setattr(ordering, "_rewrite", lambda *_: limits.append(limit()))
    bench.months.rollups.roll("2026-01", T0, T0 + HOUR, T0 + DAY, lambda: True)
    with bench.months.turn():
        assert limits == [limit()]


def test_a_month_dropped_under_the_reader_is_counted_once(
    tmp_path: Path, summed: Path, raw: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = rolled(summed, tmp_path)
    whole = bench.history._rolled_slots

    def drop(*asked: object) -> object:
        found = whole(*asked)  # type: ignore[arg-type]
        other = threading.Thread(target=retain, args=(bench.months, FEBRUARY + 63 * DAY, Ages(62 * DAY, 3653 * DAY)))
        other.start()
        other.join()
        return found

    monkeypatch.setattr(bench.history, "_rolled_slots", drop)
    assert bench.history.aggregate(CURRENT, HOURS, Aggregate.COUNT) == raw["count hours"]
    assert bench.months.names() == []
    bench.close()
