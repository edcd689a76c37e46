"""Three hours of the reference site in a real InfluxDB, written by the product's own sink; some devices broken, one silent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guanjia.config.configuration import Configuration, load_configuration
from model.clock import MINUTE, SECOND
from model.site import Site, StoreConfig
from store.history.drain import Drain
from store.history.influx import InfluxSink
from store.history.influx_v1 import InfluxServer1
from store.history.layout import columns_of
from store.history.spool import Spool
from tests.grafana.asked import Engine
from tests.grafana.lived_site import LivedSite
from tests.store.bench_site import FixedClock
from tests.store.influx_engine import INFLUXD, influxd

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "talent-apartments"
NOW_NS = 1_768_359_587 * SECOND
"""A Wednesday in January, 10:59:47 on site: the same at whatever hour and however slowly the tests run."""
MINUTES = 180
BROKEN = {
    "b01.light-meter": "feeder_trip",
    "pr1.pump2": "motor_trip",
    "garage-a.sump1": "floor_leak",
    "b07.lift1": "entrapment",
    "fcc.loop01": "smoke",
    "gate.south.out": "arm_off",
    "charge.a01": "ground_failure",
    "charge.b07": "ground_failure",
}
SILENT = "b08.lift1"


@dataclass(frozen=True)
class Lived:
    """What the site was in the end, and where to ask about it."""

    site: Site
    engine: Engine
    machines: LivedSite


@pytest.fixture(scope="session")
def reference() -> Configuration:
    return load_configuration(EXAMPLES / "site.yaml")


@pytest.fixture(scope="session")
def small() -> Configuration:
    return load_configuration(EXAMPLES / "small.yaml")


@pytest.fixture(scope="session")
def lived(reference: Configuration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    if INFLUXD is None:
        pytest.skip("influxd is not installed (Debian package influxdb)")
    directory = tmp_path_factory.mktemp("influxd")
    machines = LivedSite(reference.site, NOW_NS - MINUTES * MINUTE)
    with influxd(directory) as url:
        _fill(url, machines, directory)
        yield Lived(reference.site, Engine(url, NOW_NS), machines)


def _fill(url: str, lived: LivedSite, directory: Path) -> None:
    clock = FixedClock(lived.at_ns)
    spool = Spool(directory / "spool.sqlite", columns_of(lived.site), clock)
    server = InfluxServer1(StoreConfig("influxdb", url, version=1))
    sink = InfluxSink(server, lived.site, spool)
    for block in lived.live(MINUTES - 3, poll_every=15):
        spool.accept(block)
    for device, fault in BROKEN.items():
        lived.machines[device].inject(fault)
    lived.silent.add(SILENT)
    for block in lived.live(3):
        spool.accept(block)
    spool.flush()
    assert Drain(spool, sink, clock).drain()
    assert sink.refused_lines == 0, "the server takes every line"
    server.close()
    spool.close()
