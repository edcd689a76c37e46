"""InfluxDB 1.x: ``/write`` and InfluxQL over ``/query``, through the HTTP layer of influxdb-client."""

import base64
from collections.abc import Sequence
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient

from model.quality import Quality
from model.reading import Sample
from model.site import StoreConfig
from store.history.columns import reading_value
from store.history.errors import Refused
from store.history.influx_server import TIMEOUT_MS, Answer, Ask, Field, Figure, judged
from store.history.line import quality_field, text_field

_STATEMENTS_A_REQUEST = 200


class InfluxServer1:
    """``bucket`` is the database, which must exist; ``token`` is ``user:password`` where the server asks for one."""

    def __init__(self, config: StoreConfig) -> None:
        self._database = config.bucket
        self._client: Any = InfluxDBClient(url=config.url, token="", org="-", timeout=TIMEOUT_MS)
        self._api: Any = self._client.api_client
        if config.token:
            self._sign_with(config.token)

    def _sign_with(self, token: str) -> None:
        """The library would send ``Token …``, which 1.x understands only from 1.8 on."""
        self._api.set_default_header("Authorization", "Basic " + base64.b64encode(token.encode()).decode())

    def write(self, lines: Sequence[str]) -> None:
        with judged():
            self._api.call_api(
                "/write",
                "POST",
                query_params=[("db", self._database), ("precision", "ns")],
                header_params={"Content-Type": "text/plain; charset=utf-8"},
                body="\n".join(lines).encode(),
            )

    def samples(self, field: Field, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        columns = ", ".join(map(name, (field.name, quality_field(field.name), text_field(field.name))))
        [series] = self._query([f"select {columns} {_source(field, start_ns, end_ns)} order by time limit {limit}"])
        return [_sample(*row) for one in series for row in one["values"]]

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        return [_answer(series) for series in self._query([statement(ask) for ask in asks])]

    def _query(self, statements: Sequence[str]) -> list[list[dict[str, Any]]]:
        """The series each statement returns."""
        results: list[dict[str, Any]] = []
        for start in range(0, len(statements), _STATEMENTS_A_REQUEST):
            text = "; ".join(statements[start : start + _STATEMENTS_A_REQUEST])
            with judged():
                reply = self._api.call_api(
                    "/query",
                    "POST",
                    query_params=[("db", self._database), ("epoch", "ns")],
                    header_params={"Content-Type": "application/x-www-form-urlencoded"},
                    post_params=[("q", text)],
                    response_type=object,
                    _return_http_data_only=True,
                )
            results += reply["results"]
        for result in results:
            if "error" in result:
                raise Refused(f"InfluxDB: {result['error']}", is_malformed=True)
        return [result.get("series", []) for result in results]

    def close(self) -> None:
        self._client.close()


def name(identifier: str) -> str:
    """A quoted InfluxQL identifier."""
    escaped = identifier.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def word(text: str) -> str:
    """A quoted InfluxQL string."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def statement(ask: Ask) -> str:
    """One figure, a series per device; a selector alone in a statement keeps the time of the reading it selects."""
    source = _source(ask.field, ask.start_ns, ask.end_ns)
    field = name(ask.field.name)
    match ask.figure:
        case Figure.FALLS:
            steps = f'select difference({field}) as "step" {source} group by "device"'
            return f'select count("step") from ({steps}) where "step" < 0 group by "device"'
        case Figure.DOUBTFUL:
            quality = name(quality_field(ask.field.name))
            return f'select count({quality}) {source} and {quality} >= {int(Quality.UNCERTAIN)} group by "device"'
        case figure:
            return f'select {figure.value}({field}) {source} group by "device"'


def _source(field: Field, start_ns: int, end_ns: int) -> str:
    devices = " or ".join(f'"device" = {word(device)}' for device in field.devices)
    return f'from {name(field.device_class)} where "site" = {word(field.site)} and ({devices}) and time >= {start_ns} and time < {end_ns}'


def _sample(at_ns: int, value: float | None, code: int | None, words: str | None) -> Sample:
    number = None if value is None else float(value)
    return Sample(at_ns, reading_value(number, words), Quality(Quality.GOOD if code is None else code))


def _answer(series: list[dict[str, Any]]) -> Answer:
    return {one["tags"]["device"]: (int(at_ns), float(figure)) for one in series for at_ns, figure in one["values"] if figure is not None}
