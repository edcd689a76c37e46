"""A Sparkplug B payload → its metrics (Eclipse Sparkplug 3.0.0 §6.4, sparkplug_b.proto). Pure and bounded.

Payload      1 timestamp u64 ms │ 2 metric … │ 3 seq u64 │ 4 uuid │ 5 body
Metric       1 name │ 2 alias u64 │ 3 timestamp u64 ms │ 4 datatype u32 │ 5 is_historical │ 6 is_transient │ 7 is_null │ 8 metadata
             9 properties │ 10–18 one value (datatype.py)
PropertySet  1 key … │ 2 value …            PropertyValue  1 type u32 │ 2 is_null │ 3 int u32 │ 4 long u64 │ …

These four levels are all that is gone down to; what data sets and templates hold is left closed, however deep it is.
"""

from dataclasses import dataclass

from collectors.errors import PayloadError
from collectors.sparkplug.datatype import VALUE_FIELDS, Held
from collectors.sparkplug.wire import Content, fields

MAX_PAYLOAD = 1024 * 1024
"""Bytes. The birth of a gateway with 10,000 metrics is some 600 KB."""
MAX_METRICS = 10_000
COMPRESSED = b"SPBV1.0_COMPRESSED"
"""What the uuid of a payload says whose body is packed; the standard has dropped it since 3.0."""
_QUALITY = b"Quality"


@dataclass(slots=True)
class Metric:
    """``raw`` is the metric with its tag, as it stood in the payload: several after one another are a payload again."""

    raw: bytes
    name: str = ""
    alias: int | None = None
    timestamp_ms: int | None = None
    datatype: int = 0
    is_historical: bool = False
    is_transient: bool = False
    is_null: bool = False
    held: Held = None
    quality: int | None = None
    """Its property ``Quality``: 0 bad, 192 good, 500 stale (§6.4.9)."""


@dataclass(frozen=True, slots=True)
class Payload:
    timestamp_ms: int | None
    seq: int
    """0 where none is written: encoders of Protocol Buffers 3 leave a zero out."""
    metrics: tuple[Metric, ...]


def decode(payload: bytes) -> Payload:
    """Raises PayloadError with the reason for whatever is no payload, or too much of one."""
    if len(payload) > MAX_PAYLOAD:
        raise PayloadError(f"{len(payload)} bytes; at most {MAX_PAYLOAD} are read")
    timestamp_ms, seq, metrics = None, 0, list[Metric]()
    for number, content, start, end in fields(payload):
        if number == 1:
            timestamp_ms = _number(content)
        elif number == 2:
            metrics.append(_metric(_message(content), payload[start:end]))
        elif number == 3:
            seq = _number(content)
        elif number == 4 and content == COMPRESSED:
            raise PayloadError("the payload is compressed; let the node send it plain")
        if len(metrics) > MAX_METRICS:
            raise PayloadError(f"more than {MAX_METRICS} metrics")
    return Payload(timestamp_ms, seq % 256, tuple(metrics))


def _metric(message: bytes, raw: bytes) -> Metric:
    metric = Metric(raw)
    for number, content, _, _ in fields(message):
        if number in VALUE_FIELDS:
            metric.held = (number, content)
        elif number == 1:
            metric.name = _words(content)
        elif number == 2:
            metric.alias = _number(content)
        elif number == 3:
            metric.timestamp_ms = _number(content)
        elif number == 4:
            metric.datatype = _number(content)
        elif number == 5:
            metric.is_historical = content != 0
        elif number == 6:
            metric.is_transient = content != 0
        elif number == 7:
            metric.is_null = content != 0
        elif number == 9:
            metric.quality = _quality(_message(content))
    return metric


def _quality(properties: bytes) -> int | None:
    """Keys and values are two lists, side by side."""
    keys, values = list[Content](), list[Content]()
    for number, content, _, _ in fields(properties):
        if number in (1, 2):
            (keys if number == 1 else values).append(content)
    for key, value in zip(keys, values, strict=False):
        if key == _QUALITY:
            return next((_number(content) for number, content, _, _ in fields(_message(value)) if number in (3, 4)), None)
    return None


def _number(content: Content) -> int:
    if isinstance(content, int):
        return content
    raise PayloadError("bytes where a number belongs")


def _message(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    raise PayloadError("a number where a message belongs")


def _words(content: Content) -> str:
    try:
        return _message(content).decode()
    except UnicodeDecodeError:
        raise PayloadError("a name that is not UTF-8") from None
