"""What edges and core tell of themselves stands in their page."""

from dataclasses import replace
from pathlib import Path

from collectors.counters import Counters
from guanjia.apart.core import CoreReading
from guanjia.apart.edge import EdgeMachine
from guanjia.apart.shares import apart
from guanjia.hub import Hub
from guanjia.live import LiveTable
from guanjia.system_clock import SystemClock
from model.broker import BrokerConfig
from model.site import LinkConfig
from store.history.open import open_history
from tests.docs.pages import DOCS, named, section
from tests.rules.workshop import device, point, site

PAGE = DOCS / "apart.md"
SITE = replace(apart(site(device("p1", [point("level", "m")]))), link=LinkConfig(BrokerConfig("mqtt://127.0.0.1:1")))


def _told() -> set[str]:
    return {name.partition("{")[0] for name in named(section(PAGE, "Is it well?")) if name.startswith("guanjia_")}


def test_every_figure_of_edges_and_core_is_documented_and_no_other(tmp_path: Path) -> None:
    clock = SystemClock()
    store = open_history(SITE.store, SITE, tmp_path / "core", clock)
    hub = Hub(LiveTable(SITE), store, store, None, lambda events: None, lambda device, link: None, clock)  # type: ignore[arg-type]
    core = CoreReading(SITE, hub, clock, store)
    edge = EdgeMachine(SITE, "field", tmp_path / "edge", clock)
    usual = {*Counters().metrics(0), *hub.counters, *store.counters()}
    assert ({name.partition("{")[0] for name in core.metrics()} | set(edge.counters)) - usual == _told()
    told = named(section(PAGE, "Is it well?"))
    assert {part.part for part in edge.health()} <= told
    assert [(part.part, part.ok) for part in core.health()] == [("edge:field", False)]
    edge.close()
    store.stop()
