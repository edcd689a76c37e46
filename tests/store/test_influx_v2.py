"""InfluxDB 2.x: requests as its API wants them, answers as it gives them, from a server that speaks just enough HTTP."""

import gzip
import json
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from model.clock import HOUR, SECOND
from model.quality import Quality
from model.reading import Aggregate, CounterInterval, Sample
from model.site import StoreConfig
from store.history.drain import Drain
from store.history.errors import Refused, Unreachable
from store.history.influx import InfluxSink
from store.history.influx_history import InfluxHistory
from store.history.influx_server import Ask, Field, Figure
from store.history.influx_v2 import InfluxServer2, word
from store.history.tail import Tail
from tests.ports import free_ports
from tests.store.bench_site import T0, Bench, meter, site

VICTORIA = shutil.which("victoria-metrics")
ENERGY = "sub1.m1.energy_import"
METERS = Field("talent", "power_meter", ("sub1.m1", "sub1.m2"), "energy_import")


@dataclass
class Exchange:
    """What the server was asked last, and what it shall answer."""

    status: int = 204
    reply: str = ""
    path: str = ""
    query: dict[str, list[str]] = field(default_factory=dict)
    authorization: str = ""
    body: bytes = b""


class _Handler(BaseHTTPRequestHandler):
    exchange: ClassVar[Exchange]

    def do_POST(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        one = self.exchange
        one.path, one.query = url.path, urllib.parse.parse_qs(url.query)
        one.authorization = self.headers["Authorization"]
        one.body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        reply = one.reply.encode()
        self.send_response(one.status)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def answering(exchange: Exchange) -> Iterator[InfluxServer2]:
    handler = type("Handler", (_Handler,), {"exchange": exchange})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        client = InfluxServer2(StoreConfig("influxdb", f"http://127.0.0.1:{server.server_port}", "home", "talent", "secret"))
        try:
            yield client
        finally:
            client.close()
            server.shutdown()
            thread.join()


def test_a_write_goes_to_the_bucket_in_nanoseconds() -> None:
    exchange = Exchange()
    with answering(exchange) as server:
        server.write(["a b=1.0 1", "a b=2.0 2"])
    assert exchange.path == "/api/v2/write"
    assert exchange.query == {"org": ["home"], "bucket": ["talent"], "precision": ["ns"]}
    assert exchange.authorization == "Token secret"
    assert exchange.body == b"a b=1.0 1\na b=2.0 2"


@pytest.mark.parametrize(
    ("status", "malformed"),
    [(400, True), (413, True), (422, True), (401, False), (403, False), (404, False)],
)
def test_a_refusal_is_about_the_lines_or_about_us(status: int, malformed: bool) -> None:
    with answering(Exchange(status, '{"code":"invalid","message":"no good"}')) as server, pytest.raises(Refused) as refusal:
        server.write(["a b=1.0 1"])
    assert refusal.value.is_malformed is malformed
    assert str(status) in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_busy_server_is_asked_again_later(status: int) -> None:
    with answering(Exchange(status, "later")) as server, pytest.raises(Unreachable):
        server.write(["a b=1.0 1"])


PIVOTED = """#datatype,string,long,dateTime:RFC3339,string,double,long,long\r
#group,false,false,false,false,false,false,false\r
#default,_result,,,,,,\r
,result,table,_time,device,energy_import,energy_import_q,at\r
,,0,2026-01-14T08:00:00Z,sub1.m1,5.5,,{at0}\r
,,0,2026-01-14T08:00:01Z,sub1.m1,6.5,80,{at1}\r
,,0,2026-01-14T08:00:02Z,sub1.m1,,24,{at2}\r
\r
"""


def test_readings_come_back_to_the_nanosecond_with_their_quality(bench: Bench) -> None:
    exchange = Exchange(200, PIVOTED.format(at0=T0 + 1, at1=T0 + SECOND, at2=T0 + 2 * SECOND))
    with answering(exchange) as server:
        history = InfluxHistory(server, site(), Tail(bench.spool, "influxdb"))
        assert history.readings(ENERGY, T0, T0 + HOUR, 10) == [
            Sample(T0 + 1, 5.5, Quality.GOOD),
            Sample(T0 + SECOND, 6.5, Quality.INACCURATE),
            Sample(T0 + 2 * SECOND, None, Quality.COMM_FAILURE),
        ]
    asked = json.loads(exchange.body)["query"]
    assert exchange.path == "/api/v2/query"
    assert f"range(start: time(v: {T0}), stop: time(v: {T0 + HOUR}))" in asked
    assert 'r._field == "energy_import" or r._field == "energy_import_q" or r._field == "energy_import_text"' in asked


def figures(rows: list[tuple[str, str, int, float]]) -> str:
    """(result, device, at, figure) as the server would send them."""
    head = (
        "#datatype,string,long,string,long,double\r\n#group,false,false,true,false,false\r\n#default,_result,,,,\r\n"
        ",result,table,device,at,figure\r\n"
    )
    return "\r\n".join(f"{head},{result},{number},{device},{at},{value}\r\n" for number, (result, device, at, value) in enumerate(rows))


def test_counters_are_put_together_from_their_figures(bench: Bench) -> None:
    rows = [("0", "sub1.m1", T0, 5.0), ("1", "sub1.m1", T0 + SECOND, 6.0), ("2", "sub1.m1", 0, 1.0), ("0", "sub1.m2", T0, 1.0)]
    with answering(Exchange(200, figures([*rows, ("1", "sub1.m2", T0, 1.0)]))) as server:
        history = InfluxHistory(server, site(), Tail(bench.spool, "influxdb"))
        assert history.counters([ENERGY, "sub1.m2.energy_import"], [T0, T0 + HOUR]) == [
            CounterInterval(ENERGY, T0, T0, 5.0, T0 + SECOND, 6.0, 1),
            CounterInterval("sub1.m2.energy_import", T0, T0, 1.0, T0, 1.0, 0),
        ]


def test_a_mean_is_sum_over_count_with_the_tail(bench: Bench) -> None:
    bench.take(meter(T0, 9.0))
    with answering(Exchange(200, figures([("0", "sub1.m1", 0, 2.0), ("1", "sub1.m1", 0, 3.0)]))) as server:
        history = InfluxHistory(server, site(), Tail(bench.spool, "influxdb"))
        assert history.aggregate(ENERGY, [T0, T0 + HOUR, T0 + 2 * HOUR], Aggregate.MEAN) == [4.0, None]


def test_every_figure_is_one_flux_pipeline() -> None:
    with answering(Exchange()) as server:
        scripts = {figure: server.script(Ask(figure, METERS, 0, 10)) for figure in Figure}
    source = (
        'from(bucket: "talent") |> range(start: time(v: 0), stop: time(v: 10))'
        ' |> filter(fn: (r) => r._measurement == "power_meter" and r.site == "talent")'
        ' |> filter(fn: (r) => r.device == "sub1.m1" or r.device == "sub1.m2") |> filter(fn: (r) => r._field == "energy_import")'
        ' |> group(columns: ["device"]) |> sort(columns: ["_time"]) |> '
    )
    assert scripts[Figure.LAST] == (
        f"{source}last() |> map(fn: (r) => ({{device: r.device, at: int(v: r._time), figure: float(v: r._value)}}))"
    )
    assert "difference() |> filter(fn: (r) => r._value < 0.0) |> count()" in scripts[Figure.FALLS]
    assert 'r._field == "energy_import_q"' in scripts[Figure.DOUBTFUL]


def test_words_cannot_leave_their_quotes() -> None:
    assert word('a"b\\${c}') == '"a\\"b\\\\\\${c}"'


@pytest.mark.skipif(VICTORIA is None, reason="victoria-metrics is not installed (Debian package victoria-metrics)")
def test_a_real_server_of_the_same_write_path_takes_what_the_spool_holds(bench: Bench, tmp_path: Path) -> None:
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    arguments = [f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={tmp_path}/vm", "-retentionPeriod=100y", "-loggerLevel=ERROR"]
    with subprocess.Popen([str(VICTORIA), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"{url}/health")
            server = InfluxServer2(StoreConfig("influxdb", url, "home", "talent", "secret"))
            bench.take(*(meter(T0 + index * SECOND, float(index)) for index in range(20)))
            assert Drain(bench.spool, InfluxSink(server, site(), bench.spool), bench.clock).drain()
            with closing(urllib.request.urlopen(f"{url}/internal/force_flush", timeout=60)):
                pass
            match = urllib.parse.quote('power_meter_energy_import{device="sub1.m1",system="power"}')
            with closing(urllib.request.urlopen(f"{url}/api/v1/export?match={match}", timeout=60)) as reply:
                exported = json.loads(reply.read())
            assert exported["values"] == list(range(20))
            server.close()
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with closing(urllib.request.urlopen(url, timeout=10)):
                return
        except OSError:
            assert time.monotonic() < deadline, "victoria-metrics did not start"
            time.sleep(0.05)
