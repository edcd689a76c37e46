"""Payloads: what Google's encoder wrote is read as it was meant, and whatever is no payload is refused with a reason."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.errors import PayloadError
from collectors.sparkplug.datatype import DataType, Unread, value_of
from collectors.sparkplug.payload import MAX_METRICS, MAX_PAYLOAD, decode
from tests.collectors.sparkplug.support import payload

NOON_MS = 1_785_585_600_000


@pytest.mark.parametrize(
    ("datatype", "fields", "value"),
    [
        pytest.param(DataType.INT8, {"int_value": 0xFFFFFFFE}, -2, id="int8-in-32-bits-of-two-s-complement"),
        pytest.param(DataType.INT8, {"int_value": 0xFE}, -2, id="int8-in-its-own-8-bits-as-eclipse-s-python-writes-it"),
        pytest.param(DataType.INT16, {"int_value": 0x8000}, -32768, id="int16"),
        pytest.param(DataType.INT32, {"int_value": 0xFFFFFFFF}, -1, id="int32"),
        pytest.param(DataType.INT32, {"long_value": 2**64 - 5}, -5, id="int32-in-the-long-field"),
        pytest.param(DataType.INT64, {"long_value": 2**63}, -(2**63), id="int64"),
        pytest.param(DataType.UINT8, {"int_value": 255}, 255, id="uint8"),
        pytest.param(DataType.UINT16, {"int_value": 65535}, 65535, id="uint16"),
        pytest.param(DataType.UINT32, {"int_value": 2**32 - 1}, 2**32 - 1, id="uint32"),
        pytest.param(DataType.UINT32, {"long_value": 2**32 - 1}, 2**32 - 1, id="uint32-in-the-long-field-as-eclipse-s-java-writes-it"),
        pytest.param(DataType.UINT64, {"long_value": 2**64 - 1}, 2**64 - 1, id="uint64"),
        pytest.param(DataType.FLOAT, {"float_value": 1.5}, 1.5, id="float"),
        pytest.param(DataType.DOUBLE, {"double_value": -0.1}, -0.1, id="double"),
        pytest.param(DataType.BOOLEAN, {"boolean_value": True}, True, id="boolean"),
        pytest.param(DataType.STRING, {"string_value": "泵"}, "泵", id="string"),
        pytest.param(DataType.TEXT, {"string_value": ""}, "", id="text"),
        pytest.param(DataType.UUID, {"string_value": "a-b"}, "a-b", id="uuid"),
        pytest.param(DataType.DATETIME, {"long_value": NOON_MS}, NOON_MS, id="datetime"),
        pytest.param(DataType.BYTES, {"bytes_value": b"\x01\xff"}, "01ff", id="bytes"),
        pytest.param(DataType.UNKNOWN, {"int_value": 1}, Unread.NO_TYPE, id="no-type"),
        pytest.param(DataType.TEMPLATE, {"template_value": b"\xff"}, Unread.UNSUPPORTED, id="template-is-left-closed"),
        pytest.param(DataType.INT16_ARRAY, {"bytes_value": b"\x01\x00"}, Unread.UNSUPPORTED, id="array"),
        pytest.param(99, {"int_value": 1}, Unread.UNSUPPORTED, id="a-type-nobody-knows"),
        pytest.param(DataType.INT32, {"string_value": "5"}, Unread.WRONG_FIELD, id="words-for-a-number"),
        pytest.param(DataType.FLOAT, {"int_value": 5}, Unread.WRONG_FIELD, id="whole-for-a-float"),
        pytest.param(DataType.STRING, {"bytes_value": b"x"}, Unread.WRONG_FIELD, id="bytes-for-words"),
        pytest.param(DataType.INT32, {}, Unread.EMPTY, id="nothing"),
    ],
)
def test_a_value_is_read_by_its_type(datatype: int, fields: dict[str, Any], value: object) -> None:
    (metric,) = decode(payload({"name": "m", "datatype": int(datatype), **fields})).metrics
    read = value_of(metric.datatype, metric.held)
    assert read == value
    assert type(read) is type(value)


SIGNED = {DataType.INT8: "b", DataType.INT16: "h", DataType.INT32: "i", DataType.INT64: "q"}


@given(st.sampled_from(sorted(SIGNED)), st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=60)
def test_a_signed_number_comes_back_from_any_two_s_complement(datatype: DataType, number: int) -> None:
    size = struct.calcsize(SIGNED[datatype])
    wanted = int.from_bytes(number.to_bytes(8, "little", signed=True)[:size], "little", signed=True)
    field = "long_value" if datatype is DataType.INT64 else "int_value"
    held = (10 + (field == "long_value"), wanted % (2**64 if datatype is DataType.INT64 else 2**32))
    assert value_of(datatype, held) == wanted


def test_the_frame_of_a_payload_and_of_its_metrics_is_read() -> None:
    flags = {"is_null": True, "is_historical": True, "is_transient": True}
    written = payload({"name": "a", "alias": 2**40, "timestamp": 5, "datatype": 3, "quality": 500, **flags}, {"alias": 0}, seq=255, at_ms=7)
    read = decode(written)
    first, second = read.metrics
    assert (read.seq, read.timestamp_ms) == (255, 7)
    assert (first.name, first.alias, first.timestamp_ms, first.datatype, first.quality) == ("a", 2**40, 5, 3, 500)
    assert (first.is_null, first.is_historical, first.is_transient) == (True, True, True)
    assert (second.name, second.alias, second.timestamp_ms, second.is_null, second.quality) == ("", 0, None, False, None)
    assert decode(first.raw + second.raw).metrics == read.metrics, "metrics cut out of a payload are a payload again"


VARINT_WITHOUT_END = b"\x08" + b"\xff" * 11


@pytest.mark.parametrize(
    ("written", "why"),
    [
        pytest.param(bytes(MAX_PAYLOAD + 1), "at most 1048576 are read", id="too-long"),
        pytest.param(b"\x12\x00" * (MAX_METRICS + 1), "more than 10000 metrics", id="too-many-metrics"),
        pytest.param(VARINT_WITHOUT_END, "varint without end", id="a-varint-of-eleven-bytes"),
        pytest.param(b"\x08", "varint without end", id="cut-in-a-varint"),
        pytest.param(b"\x12\x7f\x08", "127 bytes announced", id="cut-in-a-metric"),
        pytest.param(b"\x12\x02\x0a\x05", "5 bytes announced at byte 0, 0 left", id="a-name-that-reaches-beyond-its-metric"),
        pytest.param(b"\x0b", "wire type 3", id="a-group"),
        pytest.param(b"\x10\x05", "a number where a message belongs", id="a-metric-that-is-a-number"),
        pytest.param(b"\x0a\x01x", "bytes where a number belongs", id="a-time-of-bytes"),
        pytest.param(b"\x12\x03\x0a\x01\xff", "not UTF-8", id="a-name-of-noise"),
        pytest.param(payload(at_ms=1) + b"\x22\x12SPBV1.0_COMPRESSED", "let the node send it plain", id="compressed"),
    ],
)
def test_what_is_no_payload_is_refused_with_a_reason(written: bytes, why: str) -> None:
    with pytest.raises(PayloadError, match=why):
        decode(written)


GOOD = payload({"name": "level", "alias": 1, "timestamp": 5, "datatype": 10, "double_value": 2.5, "quality": 192}, seq=3, at_ms=NOON_MS)


@given(st.one_of(st.binary(max_size=80), st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255))))
@settings(max_examples=100)
def test_noise_is_read_or_refused_and_never_more_than_that(noise: bytes | tuple[int, int]) -> None:
    if not isinstance(noise, bytes):
        at, byte = noise
        noise = GOOD[:at] + bytes((byte,)) + GOOD[at + 1 :]
    try:
        read = decode(noise)
    except PayloadError:
        return
    for metric in read.metrics:
        value_of(metric.datatype, metric.held)
