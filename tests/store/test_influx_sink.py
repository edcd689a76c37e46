"""The drain to a server that is away, or that will not take every line."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from model.clock import SECOND
from model.reading import Sample
from store.history.drain import Drain
from store.history.errors import Refused, StoreError, Unreachable
from store.history.influx import InfluxSink
from store.history.influx_history import InfluxHistory
from store.history.influx_server import Answer, Ask, Field
from store.history.layout import columns_of
from store.history.spool import Spool
from store.history.tail import Tail
from tests.store.bench_site import T0, FixedClock, meter, site


class FakeServer:
    """Keeps what it is given; refuses a request that holds the word it does not like."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.requests = 0
        self.away: StoreError | None = None
        self.dislikes = "no such word"

    def write(self, lines: Sequence[str]) -> None:
        self.requests += 1
        if self.away:
            raise self.away
        if any(self.dislikes in line for line in lines):
            raise Refused("field type conflict", is_malformed=True)
        self.lines += lines

    def samples(self, field: Field, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        return []

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        return [{} for _ in asks]

    def close(self) -> None: ...


class Setup:
    def __init__(self, directory: Path) -> None:
        self.clock = FixedClock()
        self.server = FakeServer()
        self.spool = Spool(directory / "spool.sqlite", columns_of(site()), self.clock)
        self.sink = InfluxSink(self.server, site(), self.spool)
        self.drain = Drain(self.spool, self.sink, self.clock, batch_rows=64)
        self.history = InfluxHistory(self.server, site(), Tail(self.spool, self.sink.name))

    def take(self, count: int) -> None:
        first = self.spool.file.span()[1]
        for index in range(first, first + count):
            self.spool.accept(meter(T0 + index * SECOND, float(index)))
        self.spool.flush()

    def times(self) -> list[int]:
        return [(int(line.rpartition(" ")[2]) - T0) // SECOND for line in self.server.lines]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path)


def test_a_store_that_was_away_gets_everything_in_order(setup: Setup) -> None:
    setup.server.away = Unreachable("connection refused")
    setup.take(100)
    assert not setup.drain.drain()
    setup.take(100)
    setup.clock.at_ns += 300 * SECOND
    assert not setup.drain.drain()
    health = setup.drain.health()
    assert (health.ok, health.part) == (False, "history:influxdb")
    assert "connection refused" in health.reason
    assert "200 blocks wait" in health.reason
    assert setup.drain.lag_s() == 300
    setup.server.away = None
    assert setup.drain.drain()
    assert setup.times() == list(range(200))
    assert setup.drain.health().ok
    assert setup.drain.lag_blocks() == 0


def test_readings_are_seen_while_the_store_has_none_of_them(setup: Setup) -> None:
    setup.server.away = Unreachable("connection refused")
    setup.take(3)
    setup.drain.drain()
    assert [s.value for s in setup.history.readings("sub1.m1.energy_import", T0, T0 + 60 * SECOND, 10)] == [0, 1, 2]


@pytest.mark.parametrize("bad", [[0], [63], [17, 18, 40], list(range(64))], ids=["first", "last", "three", "all"])
def test_a_bad_line_is_left_out_alone_and_counted(setup: Setup, bad: list[int]) -> None:
    setup.server.dislikes = "u1_q=84i"
    for index in range(64):
        one = meter(T0 + index * SECOND, float(index))
        if index in bad:
            one.qualities = bytes([84, 192, 192, 192])
        setup.spool.accept(one)
    setup.spool.flush()
    assert setup.drain.drain()
    assert setup.times() == [index for index in range(64) if index not in bad]
    assert setup.sink.counters()["guanjia_history_influxdb_refused_lines_total"] == len(bad)


def test_a_refusal_that_is_not_about_the_lines_leaves_them_waiting(setup: Setup) -> None:
    setup.server.away = Refused("401: unauthorized", is_malformed=False)
    setup.take(10)
    assert not setup.drain.drain()
    assert setup.server.requests == 1
    assert setup.drain.lag_blocks() == 10
    assert "unauthorized" in setup.drain.health().reason


def test_the_cursor_survives_a_restart(tmp_path: Path) -> None:
    before = Setup(tmp_path)
    before.take(10)
    before.drain.drain()
    before.spool.close()
    after = Setup(tmp_path)
    after.take(5)
    after.drain.drain()
    assert after.times() == [10, 11, 12, 13, 14]


def test_its_thread_tries_again_and_stop_does_not_wait_for_the_server(setup: Setup) -> None:
    setup.server.away = Unreachable("connection refused")
    setup.take(1)
    setup.drain.start()
    setup.drain.stop(2.0)
    assert setup.drain.lag_blocks() == 1
