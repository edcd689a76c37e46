"""What a platform kept can be copied out again: every value, quality and word of a stretch of its past, put together by exchange."""

from itertools import groupby
from math import nan
from pathlib import Path

import numpy as np
import pytest

from guanjia.recording.columns import blocks_of
from guanjia.recording.copied import copied
from model.clock import MINUTE, SECOND
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault
from model.site import StoreConfig
from store.history.bulk import BulkWriter, is_empty_between, opened_months, take
from store.history.errors import Unreachable
from store.history.open import open_history
from tests.recording.samples import told
from tests.store.bench_site import T0, FixedClock, block, meter, site

HOUR_OF_BLOCKS = [
    meter(T0, 100.0),
    meter(T0 + SECOND, 200.0, "sub1.m2"),
    block(T0 + MINUTE, [nan] * 4, qualities=[Quality.COMM_FAILURE] * 4, fault=Fault.CLOSED),
    block(T0 + 25 * MINUTE, [231.5, nan, 101.0, nan], qualities=[84, Quality.SENSOR_FAILURE, GOOD, GOOD], texts={3: "SN-2 换表"}),
    block(T0 + 26 * MINUTE, [nan, 7.0, nan, nan], qualities=[ABSENT, GOOD, ABSENT, ABSENT]),
]


@pytest.fixture
def lived(tmp_path: Path) -> Path:
    """The folder of a platform that has stopped: some of what it read drained, some still in the spool."""
    clock = FixedClock(T0 + 30 * MINUTE)
    store = open_history(StoreConfig(), site(), tmp_path, clock)
    store.start()
    for one in HOUR_OF_BLOCKS:
        store.accept(one)
    store.stop()
    return tmp_path


def blocks_between(data: Path, start_ns: int, end_ns: int) -> list[Block]:
    windows = copied(site(), data, start_ns, end_ns, FixedClock(T0 + 30 * MINUTE))
    found = [one for window in windows for device, columns in window.items() for one in blocks_of(device, columns)]
    return sorted(found, key=lambda one: one.source_ns)


def test_every_exchange_comes_back_as_it_was(lived: Path) -> None:
    expected = told(HOUR_OF_BLOCKS)
    expected[2] = (*expected[2][:-1], Fault.TIMEOUT)  # the history does not say which fault it was
    assert told(blocks_between(lived, T0, T0 + 30 * MINUTE)) == expected


def test_the_end_is_not_included(lived: Path) -> None:
    assert [b.source_ns for b in blocks_between(lived, T0 + SECOND, T0 + 25 * MINUTE)] == [T0 + SECOND, T0 + MINUTE]


def test_a_stretch_over_the_end_of_a_month_is_whole(tmp_path: Path) -> None:
    new_year = 1_767_225_600 * SECOND
    with opened_months(tmp_path) as months:
        writer = BulkWriter(months)
        for at_ns in (new_year - SECOND, new_year):
            writer.add(["sub1.m1.u1"], np.array([at_ns]), np.array([[230.0]]), np.array([[GOOD]], dtype=np.uint8), {})
        writer.commit()
    assert [b.source_ns for b in blocks_between(tmp_path, new_year - MINUTE, new_year + MINUTE)] == [new_year - SECOND, new_year]


def test_files_that_can_not_be_opened_are_refused_with_a_reason(lived: Path) -> None:
    (lived / "history" / "2026-01.duckdb").write_bytes(b"not a database")
    with pytest.raises(Unreachable, match=r"2026-01\.duckdb"):
        blocks_between(lived, T0, T0 + MINUTE)


@pytest.fixture
def in_bulk(tmp_path: Path) -> Path:
    instants = T0 + np.arange(10, dtype=np.int64) * SECOND
    values = np.vstack([np.arange(10, dtype=np.float64), np.full(10, nan), np.full(10, nan)])
    qualities = np.full(values.shape, GOOD, dtype=np.uint8)
    qualities[0, 4], values[0, 4] = Quality.SENSOR_FAILURE, nan
    qualities[1, :5], qualities[2, 7] = ABSENT, Quality.COMM_FAILURE
    with opened_months(tmp_path) as months:
        writer = BulkWriter(months)
        writer.add(["a.x", "a.y", "a.words"], instants, values, qualities, {2: ["", *"bcdefghij"]})
        writer.commit()
    return tmp_path


def test_what_goes_in_in_bulk_comes_out_in_bulk(in_bulk: Path) -> None:
    with opened_months(in_bulk) as months:
        found = {taken.point: taken for taken in take(months, T0 + SECOND, T0 + 9 * SECOND)}
    assert set(found) == {"a.x", "a.y", "a.words"}
    assert found["a.x"].at_ns.tolist() == [T0 + n * SECOND for n in range(1, 9)]
    assert np.array_equal(found["a.x"].values, [1, 2, 3, nan, 5, 6, 7, 8], equal_nan=True)
    assert found["a.x"].qualities.tolist() == [GOOD, GOOD, GOOD, Quality.SENSOR_FAILURE, GOOD, GOOD, GOOD, GOOD]
    assert found["a.y"].at_ns.tolist() == [T0 + n * SECOND for n in range(5, 9)]
    assert list(found["a.words"].words.values()) == ["b", "c", "d", "e", "f", "g", "i"]


def test_files_know_when_they_have_nothing_of_a_time(in_bulk: Path) -> None:
    with opened_months(in_bulk) as months:
        assert not is_empty_between(months, T0, T0 + MINUTE)
        assert is_empty_between(months, T0 + 30 * MINUTE, T0 + 60 * MINUTE)


def test_what_is_not_committed_is_not_there(in_bulk: Path) -> None:
    one = np.array([[1.0]])
    with opened_months(in_bulk) as months:
        writer = BulkWriter(months)
        writer.add(["a.x"], np.array([T0 + MINUTE]), one, one.astype(np.uint8), {})
    with opened_months(in_bulk) as months:
        assert is_empty_between(months, T0 + MINUTE, T0 + 2 * MINUTE)


def test_readings_in_bulk_are_read_by_the_platform(in_bulk: Path) -> None:
    store = open_history(StoreConfig(), site(), in_bulk, FixedClock(T0 + MINUTE))
    samples = store.history.readings("a.words", T0, T0 + MINUTE, 100)
    store.stop()
    by_quality = {
        quality: [s.value for s in group] for quality, group in groupby(sorted(samples, key=lambda s: s.quality), lambda s: s.quality)
    }
    assert by_quality == {Quality.COMM_FAILURE: [None], Quality.GOOD: ["", "b", "c", "d", "e", "f", "g", "i", "j"]}
