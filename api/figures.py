"""What every process of ours tells of itself: whether it is well, and its counters as Prometheus' metrics."""

import re
from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.responses import Response

from api.paging import answer
from model.ports import HealthCheck

_LABELLED = re.compile(r'(\w+)(?:\{(\w+)="([^"]*)"\})?')


def families(counters: Mapping[str, float]) -> Iterator[Metric]:
    """``guanjia_polls_total``, or one figure of several things: ``guanjia_edge_connected{edge="e1"}``."""
    found: dict[str, Metric] = {}
    for name, value in sorted(counters.items()):
        parts = _LABELLED.fullmatch(name)
        assert parts is not None, name
        base, label, of = parts.groups()
        if base not in found:
            kind = CounterMetricFamily if base.endswith("_total") else GaugeMetricFamily
            found[base] = kind(
                base, base.removeprefix("guanjia_").removesuffix("_total").replace("_", " "), labels=[label] if label else ()
            )
        found[base].add_metric([of] if label else [], value)  # type: ignore[attr-defined]
    yield from found.values()


def readiness(health: HealthCheck) -> Response:
    parts = list(health())
    ready = all(part.ok for part in parts)
    shown = [{"part": part.part, "ok": part.ok, "reason": part.reason} for part in parts]
    return answer({"ready": ready, "parts": shown}, 200 if ready else 503)
