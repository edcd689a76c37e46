"""InfluxDB 2.x: ``/api/v2/write`` by the client's synchronous writer, Flux for reading."""

from collections.abc import Sequence
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision

from model.quality import Quality
from model.reading import Sample
from model.site import StoreConfig
from store.history.columns import reading_value
from store.history.influx_server import TIMEOUT_MS, Answer, Ask, Field, Figure, judged
from store.history.line import quality_field, text_field

_ASKS_A_REQUEST = 50


class InfluxServer2:
    def __init__(self, config: StoreConfig) -> None:
        self._bucket = config.bucket
        self._org = config.org
        self._client: Any = InfluxDBClient(url=config.url, token=config.token, org=config.org, timeout=TIMEOUT_MS, enable_gzip=True)
        self._writer: Any = self._client.write_api(write_options=SYNCHRONOUS)
        self._reader = self._client.query_api()

    def write(self, lines: Sequence[str]) -> None:
        with judged():
            self._writer.write(self._bucket, self._org, "\n".join(lines).encode(), WritePrecision.NS)

    def samples(self, field: Field, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        quality, text = quality_field(field.name), text_field(field.name)
        script = (
            f"{self._source(field, [field.name, quality, text], start_ns, end_ns)}"
            ' |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> group()'
            f' |> sort(columns: ["_time"]) |> limit(n: {limit}) |> map(fn: (r) => ({{r with at: int(v: r._time)}}))'
        )
        return [_sample(record["at"], record.get(field.name), record.get(quality), record.get(text)) for record in self._records(script)]

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        answers: list[Answer] = [{} for _ in asks]
        for start in range(0, len(asks), _ASKS_A_REQUEST):
            some = enumerate(asks[start : start + _ASKS_A_REQUEST], start)
            script = "\n".join(f'{self.script(ask)} |> yield(name: "{index}")' for index, ask in some)
            for record in self._records(script):
                answers[int(record["result"])][record["device"]] = (int(record["at"]), float(record["figure"]))
        return answers

    def script(self, ask: Ask) -> str:
        """One figure as rows of ``device``, ``at``, ``figure``."""
        field = quality_field(ask.field.name) if ask.figure is Figure.DOUBTFUL else ask.field.name
        source = self._source(ask.field, [field], ask.start_ns, ask.end_ns)
        grouped = f'{source} |> group(columns: ["device"]) |> sort(columns: ["_time"])'
        at = "int(v: r._time)" if ask.figure in (Figure.FIRST, Figure.LAST) else "0"
        return f"{grouped} |> {_FUNCTIONS[ask.figure]} |> map(fn: (r) => ({{device: r.device, at: {at}, figure: float(v: r._value)}}))"

    def _source(self, field: Field, names: Sequence[str], start_ns: int, end_ns: int) -> str:
        devices = " or ".join(f"r.device == {word(device)}" for device in field.devices)
        fields = " or ".join(f"r._field == {word(name)}" for name in names)
        return (
            f"from(bucket: {word(self._bucket)}) |> range(start: time(v: {start_ns}), stop: time(v: {end_ns}))"
            f" |> filter(fn: (r) => r._measurement == {word(field.device_class)} and r.site == {word(field.site)})"
            f" |> filter(fn: (r) => {devices}) |> filter(fn: (r) => {fields})"
        )

    def _records(self, script: str) -> list[dict[str, Any]]:
        with judged():
            return [record.values for table in self._reader.query(script, self._org) for record in table.records]

    def close(self) -> None:
        self._writer.close()
        self._client.close()


_FUNCTIONS = {
    Figure.COUNT: "count()",
    Figure.SUM: "sum()",
    Figure.MIN: "min()",
    Figure.MAX: "max()",
    Figure.FIRST: "first()",
    Figure.LAST: "last()",
    Figure.FALLS: "difference() |> filter(fn: (r) => r._value < 0.0) |> count()",
    Figure.DOUBTFUL: f"filter(fn: (r) => r._value >= {int(Quality.UNCERTAIN)}) |> count()",
}


def word(text: str) -> str:
    """A quoted Flux string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return f'"{escaped}"'


def _sample(at_ns: int, number: float | None, code: int | None, words: str | None) -> Sample:
    return Sample(at_ns, reading_value(number, words), Quality(Quality.GOOD if code is None else code))
