"""What a machine that only reads answers: whether it is alive, whether it is well, and its figures. Its readings are the core's to show."""

from collections.abc import Iterator, Mapping

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from api.figures import families, readiness
from api.headers import SafeHeaders
from api.paging import answer
from model.ports import HealthCheck


def edge_app(title: str, health: HealthCheck, counters: Mapping[str, float]) -> FastAPI:
    app = FastAPI(title=f"Guanjia edge · {title}", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SafeHeaders)
    registry = CollectorRegistry()
    registry.register(_Counters(counters))

    @app.get("/healthz")
    async def healthz() -> Response:
        return answer({"alive": True})

    @app.get("/readyz")
    async def readyz() -> Response:
        return readiness(health)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return app


class _Counters(Collector):
    """Counted afresh at each scrape."""

    def __init__(self, counters: Mapping[str, float]) -> None:
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        return families(self._counters)

    def describe(self) -> Iterator[Metric]:
        return iter(())
