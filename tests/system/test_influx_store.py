"""``store: {kind: influxdb}`` end to end: history comes back from a real InfluxDB, and nothing is lost while it is away."""

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from model.clock import SECOND
from tests.ports import HOST, free_ports
from tests.store.influx_engine import INFLUXD, influxd
from tests.system.rig import PASSWORD, Rig, until

pytestmark = pytest.mark.skipif(INFLUXD is None, reason="influxd is not installed (Debian package influxdb)")

AWAY_S = 6
DEVICE, AREA, POINT = "sub2.incomer1", "sub2", "active_power_total"
LONGEST_GAP_NS = 5 * SECOND
"""The device is polled every second; a busy machine may miss a few, an outage of the store would cost more than AWAY_S."""


class Influx:
    """A server that can be stopped and started again with what it has."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = free_ports(2)
        self._running = ExitStack()
        self.url = f"http://{HOST}:{self._ports[1]}"

    def start(self) -> None:
        self._running.enter_context(influxd(self._folder, self._ports))

    def stop(self) -> None:
        self._running.close()

    def rows(self, query: str) -> list[list[Any]]:
        text = urllib.parse.urlencode({"db": "guanjia", "epoch": "ns", "q": query})
        with closing(urllib.request.urlopen(f"{self.url}/query?{text}", timeout=60)) as reply:
            [result] = json.load(reply)["results"]
        return [row for series in result.get("series", []) for row in series["values"]]

    def write(self, line: str) -> None:
        with closing(urllib.request.urlopen(f"{self.url}/write?db=guanjia", data=line.encode(), timeout=60)):
            pass


@contextmanager
def running(folder: Path) -> Iterator[tuple[Rig, Influx]]:
    influx = Influx(folder)
    rig = Rig(folder)
    store = f"store: {{kind: influxdb, version: 1, url: '{influx.url}'}}"
    rig.site.write_text(re.sub("(?m)^store:.*$", store, rig.site.read_text(encoding="utf-8")), encoding="utf-8")
    try:
        influx.start()
        rig.guanjia("user", "add", "engineer", "--role", "operator", "--password", PASSWORD, "--data", str(rig.data))
        rig.start_simulators()
        rig.start_platform()
        yield rig, influx
    finally:
        rig.close()
        influx.stop()


def delivered(rig: Rig) -> float:
    return rig.metrics()["guanjia_history_influxdb_delivered_blocks_total"]


def lag(rig: Rig) -> float:
    return rig.metrics()["guanjia_history_influxdb_lag_blocks"]


def readings(rig: Rig, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rig.get(f"/points/{DEVICE}.{POINT}/readings", **asked)["items"]
    return found


@pytest.mark.timeout(300)
def test_history_lives_in_influxdb_and_outlives_its_absence(tmp_path: Path) -> None:
    with running(tmp_path) as (rig, influx):
        until("the first blocks in InfluxDB", lambda: delivered(rig) > 300 or None, 60)
        _what_the_api_gives_back_is_what_influxdb_holds(rig, influx)
        _what_only_influxdb_knows_comes_back_too(rig, influx)
        since_ns = time.time_ns()
        influx.stop()
        _its_absence_is_said_and_the_spool_holds(rig)
        influx.start()
        until_ns = time.time_ns()
        until("the spool to be drained", lambda: (lag(rig) < 100 and rig.ready() and _newest_ns(influx) >= until_ns) or None, 60)
        _no_gap(influx, since_ns - 5 * SECOND, until_ns)
        assert rig.metrics()["guanjia_history_influxdb_refused_lines_total"] == 0
        assert rig.metrics()["guanjia_spool_refused_blocks_total"] == 0


def _what_the_api_gives_back_is_what_influxdb_holds(rig: Rig, influx: Influx) -> None:
    stored = influx.rows(f'select "{POINT}" from "power_meter" where "device" = \'{DEVICE}\' order by time desc limit 5')
    assert len(stored) == 5
    values = {item["value"] for item in readings(rig, limit=5000)}
    assert {value for _, value in stored} <= values
    assert any(item["value"] is not None for item in readings(rig, interval="1min", aggregate="mean"))


def _what_only_influxdb_knows_comes_back_too(rig: Rig, influx: Influx) -> None:
    """A reading of two hours ago, written past the platform: it can come from nowhere else."""
    at_s = int(time.time()) - 7200
    tags = f"power_meter,area={AREA},device={DEVICE},site=talent-apartments,system=power"
    influx.write("\n".join(f"{tags} {POINT}={value} {(at_s + value) * SECOND}" for value in (11, 13)))
    start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s + offset)) for offset in (-60, 60))
    assert [item["value"] for item in readings(rig, start=start, end=end)] == [11.0, 13.0]
    means = [item["value"] for item in readings(rig, start=start, end=end, interval="1h", aggregate="mean")]
    assert [value for value in means if value is not None] == [12.0]


def _its_absence_is_said_and_the_spool_holds(rig: Rig) -> None:
    away_until = time.monotonic() + AWAY_S
    until("the outage on /readyz", lambda: not rig.ready() or None, 60)
    before = delivered(rig)
    until("blocks waiting in the spool", lambda: lag(rig) > 200 or None, 60)
    refused = rig.ask("GET", f"/points/{DEVICE}.{POINT}/readings")
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert "does not answer" in refused.json()["detail"]
    time.sleep(max(0.0, away_until - time.monotonic()))
    assert delivered(rig) == before, "nothing is taken for delivered that was not"


def _newest_ns(influx: Influx) -> int:
    return max(_times_ns(influx, "time > 0"), default=0)


def _times_ns(influx: Influx, when: str) -> list[int]:
    return [at_ns for at_ns, _ in influx.rows(f'select "{POINT}" from "power_meter" where "device" = \'{DEVICE}\' and {when}')]


def _no_gap(influx: Influx, start_ns: int, end_ns: int) -> None:
    times = _times_ns(influx, f"time >= {start_ns} and time < {end_ns}")
    assert times[0] - start_ns < LONGEST_GAP_NS
    assert end_ns - times[-1] < LONGEST_GAP_NS
    assert max(later - earlier for earlier, later in pairwise(times)) < LONGEST_GAP_NS
