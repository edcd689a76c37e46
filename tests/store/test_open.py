"""Spool, drain and history as the platform opens them."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from model.clock import HOUR, SECOND
from model.reading import Aggregate
from model.site import StoreConfig
from store.history.open import HistoryStore, open_history
from tests.store.bench_site import T0, FixedClock, meter, site

ENERGY = "sub1.m1.energy_import"
AWAY = StoreConfig("influxdb", "http://127.0.0.1:9", "home", "talent", "secret")


def opened(directory: Path, config: StoreConfig | None = None) -> HistoryStore:
    return open_history(config or StoreConfig(), site(), directory, FixedClock())


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("config", [StoreConfig(), AWAY], ids=["embedded", "influxdb away"])
def test_what_was_accepted_is_there_after_a_restart(tmp_path: Path, config: StoreConfig) -> None:
    store = opened(tmp_path / "data", config)
    store.start()
    for index in range(5000):
        store.accept(meter(T0 + index * SECOND, float(index)))
    began = time.monotonic()
    store.stop()
    assert time.monotonic() - began < 30, "nobody waits for a history that is away"
    again = opened(tmp_path / "data")
    assert again.history.aggregate(ENERGY, [T0, T0 + 2 * HOUR], Aggregate.COUNT) == [5000.0]
    again.start()
    until(lambda: again.counters()["guanjia_history_embedded_lag_blocks"] == 0)
    assert again.history.aggregate(ENERGY, [T0, T0 + 2 * HOUR], Aggregate.COUNT) == [5000.0]
    again.stop()


def test_health_and_counters_tell_how_it_stands(tmp_path: Path) -> None:
    store = opened(tmp_path, AWAY)
    store.start()
    store.accept(meter(T0, 1.0))
    store.flush()
    until(lambda: not all(part.ok for part in store.health()) or store.counters()["guanjia_history_influxdb_lag_blocks"] == 1)
    assert [part.part for part in store.health()] == ["spool", "history:influxdb"]
    counters = store.counters()
    assert counters["guanjia_spool_written_blocks_total"] == 1
    assert counters["guanjia_spool_bytes"] > 0
    store.stop()


def test_a_store_that_never_started_stops_clean(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.accept(meter(T0, 1.0))
    store.stop()
    again = opened(tmp_path)
    assert len(again.history.readings(ENERGY, T0, T0 + HOUR, 10)) == 1
    again.stop()
