"""Storing changes only: what is left out, and that every question about the past is answered as if nothing had been."""

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from model.clock import HOUR, MINUTE, SECOND
from model.quality import ABSENT, GOOD, Quality
from model.reading import Aggregate, Block, Fault, Sample, failed_block
from model.site import Keep, Site, StoreConfig
from store.history.held import held_figures, track
from store.history.thinning import Thinning, holds_for_ns, thinning_of
from tests.store.bench_site import NAN, T0, Bench, block, meter, site

BAD, ODD = Quality.SENSOR_FAILURE, Quality.OUT_OF_RANGE
CHANGES = StoreConfig(keep=Keep.CHANGES)
CURRENT = "sub1.m1.i1"


def thrifty(deadband: float = 0.5) -> Site:
    """The small site, keeping changes only, with a deadband around the current of its first meter."""
    plain = site()
    devices = {**plain.devices, "sub1.m1": replace(plain.devices["sub1.m1"], deadbands={"i1": deadband})}
    return replace(plain, store=CHANGES, devices=devices)


def current(at_s: float, amperes: float, quality: int = GOOD) -> Block:
    """A meter of which nothing but the current and the time ever change."""
    return block(T0 + round(at_s * SECOND), [230.0, amperes, 100.0, NAN], qualities=[GOOD, quality, GOOD, GOOD], texts={3: "SN-1"})


def kept(*said: tuple[float, float, int]) -> list[float]:
    """The seconds at which one column is stored."""
    thinning = Thinning({"m": [0.5]}, 10 * MINUTE)
    return [at_s for at_s, value, code in said if thinning.news(block(T0 + round(at_s * SECOND), [value], "m", [code])) is not None]


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        pytest.param([(0, 10.0, GOOD), (1, 10.4, GOOD), (2, 9.6, GOOD), (3, 10.6, GOOD)], [0, 3], id="beyond-the-deadband"),
        pytest.param([(at, 10.0 + at / 10, GOOD) for at in range(13)], [0, 6, 12], id="slow-drift-adds-up"),
        pytest.param([(at, 10.0, GOOD) for at in range(0, 1300, 100)], [0, 600, 1200], id="a-heartbeat-on-a-flat-line"),
        pytest.param([(0, 10.0, GOOD), (1, NAN, BAD), (2, NAN, BAD), (3, 10.0, GOOD)], [0, 1, 3], id="bad-at-once-and-the-return-too"),
        pytest.param([(0, 10.0, GOOD), (1, 10.1, ODD), (2, 10.1, GOOD)], [0, 1, 2], id="another-quality"),
        pytest.param([(0, 10.0, GOOD), (1, NAN, ABSENT), (2, 10.0, GOOD)], [0], id="silence-about-it-is-no-change"),
        pytest.param([(0, 10.0, GOOD), (-900, 10.0, GOOD)], [0, -900], id="a-clock-far-back"),
    ],
)
def test_what_is_stored(said: list[tuple[float, float, int]], stored: list[float]) -> None:
    assert kept(*said) == stored


def test_only_the_columns_that_changed_are_stored_and_words_when_they_are_others(tmp_path: Path) -> None:
    bench = Bench(tmp_path, thrifty())
    bench.take(current(0, 5.0), current(1, 5.1), current(2, 7.0), replace(current(3, 7.0), texts={3: "SN-2"}))
    assert [bytes(row.qualities) for row in bench.spool.file.after(0, 10)] == [
        bytes([GOOD] * 4),
        bytes([ABSENT, GOOD, ABSENT, ABSENT]),
        bytes([ABSENT, ABSENT, ABSENT, GOOD]),
    ]
    assert bench.spool.encoder.thinned == 1
    bench.drain.drain()
    assert [s.value for s in bench.history.readings("sub1.m1.serial", T0, T0 + HOUR, 10)] == ["SN-1", "SN-2"]
    bench.close()


def test_a_store_that_keeps_everything_thins_and_holds_nothing() -> None:
    assert thinning_of(StoreConfig(), site()) is None
    assert holds_for_ns(StoreConfig(), site(), CURRENT) == 0
    assert holds_for_ns(CHANGES, site(), CURRENT) > CHANGES.heartbeat_ns


@pytest.mark.parametrize("drained", [0, 30, 60], ids=["all-in-the-spool", "half-drained", "all-drained"])
def test_figures_are_those_of_every_reading(tmp_path: Path, drained: int) -> None:
    """A load that steps at 10, 20 … minutes, read each minute, in a month file, in the spool and across both."""
    bench = Bench(tmp_path, thrifty())
    for minute in range(60):
        bench.take(current(minute * 60, float(minute // 10)))
        if minute + 1 == drained:
            bench.drain.drain()
    assert bench.spool.encoder.thinned > 40
    edges = [T0 + quarter * 15 * MINUTE for quarter in range(5)]

    def asked(how: Aggregate) -> list[float | None]:
        return bench.history.aggregate(CURRENT, edges, how)

    assert asked(Aggregate.MEAN) == pytest.approx(
        [(0 * 10 + 1 * 5) / 15, (1 * 5 + 2 * 10) / 15, (3 * 10 + 4 * 5) / 15, (4 * 5 + 5 * 10) / 15]
    )
    assert asked(Aggregate.MIN) == [0.0, 1.0, 3.0, 4.0]
    assert asked(Aggregate.MAX) == [1.0, 2.0, 4.0, 5.0]
    assert asked(Aggregate.FIRST) == [0.0, 1.0, 3.0, 4.0]
    assert asked(Aggregate.LAST) == [1.0, 2.0, 4.0, 5.0]
    assert asked(Aggregate.DELTA) == [1.0, 1.0, 1.0, 1.0]
    bench.close()


def test_a_lost_device_leaves_a_gap_and_its_return_ends_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, thrifty())
    bench.take(*(current(second, 4.0) for second in range(60)))
    bench.take(*(failed_block("sub1.m1", 4, T0 + second * SECOND, Fault.TIMEOUT) for second in range(60, 240)))
    bench.take(*(current(second, 4.0) for second in range(240, 300)))
    edges = [T0 + minute * MINUTE for minute in range(6)]
    assert bench.history.aggregate(CURRENT, edges, Aggregate.MEAN) == [4.0, None, None, None, 4.0]
    assert [(s.source_ns - T0) // SECOND for s in bench.history.readings(CURRENT, T0, T0 + HOUR, 10)] == [0, 60, 240]
    bench.close()


def test_a_platform_that_was_down_leaves_a_gap_no_heartbeat_covers(tmp_path: Path) -> None:
    bench = Bench(tmp_path, thrifty())
    bench.take(current(0, 4.0), current(3600, 4.0))
    edges = [T0 + tenth * 10 * MINUTE for tenth in range(8)]
    assert bench.history.aggregate(CURRENT, edges, Aggregate.LAST) == [4.0, 4.0, None, None, None, None, 4.0]
    bench.close()


def test_a_counter_keeps_its_whole_course(tmp_path: Path) -> None:
    bench = Bench(tmp_path, thrifty())
    bench.take(*(meter(T0 + second * SECOND, float(max(0, second - 1800) // 60)) for second in range(0, 3600, 10)))
    [counted] = bench.history.counters(["sub1.m1.energy_import"], [T0, T0 + HOUR])
    assert (counted.first, counted.last, counted.falls) == (0.0, 29.0, 0)
    bench.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_time_weighted_mean_is_the_mean_of_every_second(seed: int) -> None:
    """Against the plainest oracle: walk the seconds, carry the last reading, stop at a bad one or when it has stood for too long."""
    chance, hold_s = random.Random(seed), 700
    at, samples = 0, list[Sample]()
    for _ in range(chance.randint(1, 40)):
        at += chance.randint(1, 900)
        good = chance.random() < 0.8
        samples.append(Sample(at * SECOND, chance.choice([1.0, 2.0, 3.5]) if good else None, Quality.GOOD if good else BAD))
    by_second: dict[int, float] = {}
    for one, following in pairwise([*samples, Sample(10**9 * SECOND, None, BAD)]):
        begin, end = one.source_ns // SECOND, following.source_ns // SECOND
        if isinstance(one.value, float):
            by_second |= dict.fromkeys(range(begin, min(end, begin + hold_s)), one.value)
    edges = sorted(chance.sample(range(at + 2000), 6))
    found = held_figures(track(samples), [edge * SECOND for edge in edges], hold_s * SECOND, Aggregate.MEAN)
    for (start, end), mean in zip(pairwise(edges), found, strict=True):
        known = [by_second[second] for second in range(start, end) if second in by_second]
        assert mean == (pytest.approx(sum(known) / len(known)) if known else None)
