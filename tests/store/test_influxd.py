"""Against a real InfluxDB 1.6: what is written through the spool reads back as from the embedded history."""

from collections.abc import Iterator

import pytest

from model.clock import HOUR, SECOND
from model.quality import Quality
from model.reading import Aggregate, Fault, Sample, failed_block
from model.site import StoreConfig
from store.history.drain import Drain
from store.history.errors import Refused, Unreachable
from store.history.influx import InfluxSink
from store.history.influx_history import InfluxHistory
from store.history.influx_v1 import InfluxServer1
from store.history.tail import Tail
from tests.store.bench_site import NAN, T0, Bench, block, meter, site
from tests.store.influx_engine import INFLUXD, influxd

pytestmark = pytest.mark.skipif(INFLUXD is None, reason="influxd is not installed (Debian package influxdb)")

ENERGY = "sub1.m1.energy_import"
POINTS = [ENERGY, "sub1.m2.energy_import"]
EDGES = [T0, T0 + 20 * SECOND, T0 + 45 * SECOND, T0 + HOUR, T0 + 2 * HOUR]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with influxd(tmp_path_factory.mktemp("influxd")) as url:
        yield url


class Both:
    """One spool, drained to both histories."""

    def __init__(self, bench: Bench, url: str) -> None:
        self.bench = bench
        self.server = InfluxServer1(StoreConfig("influxdb", url, version=1))
        self.sink = InfluxSink(self.server, site(), bench.spool)
        self.drain = Drain(bench.spool, self.sink, bench.clock)
        self.influx = InfluxHistory(self.server, site(), Tail(bench.spool, self.sink.name))

    def drain_all(self) -> None:
        assert self.bench.drain.drain()
        assert self.drain.drain()


@pytest.fixture
def both(bench: Bench, url: str) -> Iterator[Both]:
    made = Both(bench, url)
    bench.take(*(meter(T0 + index * SECOND, value) for index, value in enumerate([5.0, 6.0, 2.0, 3.0, 1.0])))
    bench.take(*(meter(T0 + 30 * SECOND + index * SECOND, 10.0 + index, "sub1.m2") for index in range(30)))
    bench.take(
        block(T0 + 50 * SECOND, [230.0, 0.5, 7.0, NAN], qualities=[192, 192, Quality.INACCURATE, 255]),
        block(T0 + 51 * SECOND, [230.0, 0.5, NAN, NAN], qualities=[192, 192, Quality.SENSOR_FAILURE, 192], texts={3: '序列 "1"\\'}),
        failed_block("sub1.m1", 4, T0 + 52 * SECOND, Fault.TIMEOUT),
        meter(T0 + 53 * SECOND, 12.25),
    )
    yield made
    made.server.close()


def test_readings_match_value_time_and_quality(both: Both) -> None:
    both.drain_all()
    for point in (ENERGY, "sub1.m1.u1", "sub1.m1.serial", "sub1.m2.i1"):
        expected = both.bench.history.readings(point, T0, T0 + HOUR, 1000)
        assert both.influx.readings(point, T0, T0 + HOUR, 1000) == expected
    assert both.influx.readings(ENERGY, T0 + SECOND, T0 + 3 * SECOND, 1000) == [
        Sample(T0 + SECOND, 6.0, Quality.GOOD),
        Sample(T0 + 2 * SECOND, 2.0, Quality.GOOD),
    ]
    assert len(both.influx.readings(ENERGY, T0, T0 + HOUR, 3)) == 3


@pytest.mark.parametrize("how", list(Aggregate))
def test_figures_match(both: Both, how: Aggregate) -> None:
    both.drain_all()
    for point in (ENERGY, "sub1.m2.energy_import", "sub1.m1.serial"):
        assert both.influx.aggregate(point, EDGES, how) == both.bench.history.aggregate(point, EDGES, how)


def test_counters_match_and_leave_uncertain_readings_out(both: Both) -> None:
    both.drain_all()
    expected = both.bench.history.counters(POINTS, EDGES)
    assert both.influx.counters(POINTS, EDGES) == expected
    assert [interval.falls for interval in expected if interval.point == ENERGY] == [2, 0]


def test_the_undrained_tail_is_seen_too(both: Both) -> None:
    both.drain_all()
    both.bench.take(meter(T0 + 54 * SECOND, 13.0))
    for history in (both.influx, both.bench.history):
        assert history.readings(ENERGY, T0, T0 + HOUR, 1000)[-1] == Sample(T0 + 54 * SECOND, 13.0, Quality.GOOD)
    assert both.influx.aggregate(ENERGY, EDGES, Aggregate.COUNT) == both.bench.history.aggregate(ENERGY, EDGES, Aggregate.COUNT)
    assert both.influx.counters(POINTS, EDGES) == both.bench.history.counters(POINTS, EDGES)


def test_one_bad_line_does_not_stop_the_rest(both: Both) -> None:
    both.drain_all()
    both.server.write(["power_meter,device=sub1.m1,site=talent spare=1.0 1"])
    assert both.sink.refused_lines == 0
    lines = [f"power_meter,device=sub1.m9,site=talent u1={index}.0 {T0 + index}" for index in range(20)]
    lines[7] = "power_meter,device=sub1.m9,site=talent u1=oops 7"
    lines[12] = f'power_meter,device=sub1.m9,site=talent energy_import="words" {T0}'
    both.sink._write(lines)
    assert both.sink.refused_lines == 2
    counted = both.server._query(["select count(u1) from power_meter where device = 'sub1.m9'"])
    assert counted[0][0]["values"][0][1] == 18


def test_one_devices_words_and_anothers_number_of_the_same_name_are_both_kept(both: Both) -> None:
    at_ns = T0 - HOUR
    both.bench.take(block(at_ns, [230.0, 0.5, 1.0, 4711.0]), block(at_ns, [231.0, 0.6, 2.0, NAN], "sub1.m2", texts={3: "SN-4711"}))
    both.drain_all()
    assert both.sink.refused_lines == 0
    assert both.influx.readings("sub1.m1.serial", at_ns, at_ns + 1, 9) == [Sample(at_ns, 4711.0, Quality.GOOD)]
    assert both.influx.readings("sub1.m2.serial", at_ns, at_ns + 1, 9) == [Sample(at_ns, "SN-4711", Quality.GOOD)]


def test_a_database_that_does_not_exist_is_a_refusal_not_a_bad_batch(url: str) -> None:
    server = InfluxServer1(StoreConfig("influxdb", url, bucket="nowhere", version=1))
    with pytest.raises(Refused) as refusal:
        server.write(["a b=1.0 1"])
    assert not refusal.value.is_malformed
    assert "nowhere" in str(refusal.value)
    server.close()


def test_nobody_listening_is_unreachable() -> None:
    server = InfluxServer1(StoreConfig("influxdb", "http://127.0.0.1:9", version=1))
    with pytest.raises(Unreachable):
        server.write(["a b=1.0 1"])
    server.close()
