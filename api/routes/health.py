"""Whether the platform is alive, whether it is well, and its figures for Prometheus."""

from collections import Counter
from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from api.access import ThePlatform
from api.context import Platform
from api.figures import families, readiness
from api.paging import answer
from model.ports import TicketFilter
from model.quality import Severity, severity_counts

router = APIRouter(tags=["health"])
_MOST_TICKETS = 100_000


@router.get("/healthz", summary="Alive")
async def healthz() -> Response:
    return answer({"alive": True})


@router.get("/readyz", summary="Each part's state, with the reason when it is not well; 503 until all are")
async def readyz(platform: ThePlatform) -> Response:
    return readiness(platform.health)


@router.get("/metrics", summary="Figures in Prometheus' text format")
def metrics(platform: ThePlatform) -> Response:
    registry = CollectorRegistry()
    registry.register(_Figures(platform))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Figures(Collector):
    """Counted afresh at each scrape; nothing is kept twice."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def collect(self) -> Iterator[Metric]:
        yield from families(self._platform.counters)
        yield self._points()
        yield self._devices()
        yield self._alarms()
        yield self._tickets()

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def _points(self) -> Metric:
        live = self._platform.live
        count = sum((severity_counts(live.qualities(device)) for device in self._platform.site.devices), Counter[Severity]())
        family = GaugeMetricFamily("guanjia_points", "points by quality of their last value", labels=["quality"])
        for severity in Severity:
            family.add_metric([severity.value], count[severity])
        return family

    def _devices(self) -> Metric:
        connected = sum(self._platform.live.link(device).connected for device in self._platform.site.devices)
        family = GaugeMetricFamily("guanjia_devices", "devices by connection", labels=["connection"])
        family.add_metric(["connected"], connected)
        family.add_metric(["disconnected"], len(self._platform.site.devices) - connected)
        return family

    def _alarms(self) -> Metric:
        standings = self._platform.journal.standings()
        count = Counter((open_one.priority.value, standing.state.wire) for standing, open_one in standings if open_one)
        family = GaugeMetricFamily("guanjia_alarms", "standing alarms", labels=["priority", "state"])
        for labels, number in sorted(count.items()):
            family.add_metric(labels, number)
        return family

    def _tickets(self) -> Metric:
        now_ns = self._platform.clock.now_ns()
        open_tickets = self._platform.journal.tickets(TicketFilter(open=True, limit=_MOST_TICKETS))
        count = Counter((t.ticket_class.value, str(any(c.is_broken(now_ns) for c in t.clocks)).lower()) for t in open_tickets)
        family = GaugeMetricFamily("guanjia_tickets_open", "open tickets", labels=["class", "overdue"])
        for labels, number in sorted(count.items()):
            family.add_metric(labels, number)
        return family
