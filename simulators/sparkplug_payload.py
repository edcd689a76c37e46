"""Sparkplug B payloads, written as protocol buffers by hand (Eclipse Sparkplug 3.0.0 §6.4, sparkplug_b.proto).

Payload  1 timestamp u64 ms │ 2 metric … │ 3 seq u64
Metric   1 name │ 2 alias u64 │ 3 timestamp u64 ms │ 4 datatype u32 │ 7 is_null bool
         10 int u32 │ 11 long u64 │ 12 float │ 13 double │ 14 bool │ 15 string        exactly one of them, or is_null

A field is its tag, number × 8 + wire type, and its content: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes; little-endian.
"""

import struct
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple

REBIRTH = "Node Control/Rebirth"
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


class DataType(IntEnum):
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13


_LONG = frozenset({DataType.INT64, DataType.UINT64, DataType.DATETIME})
Number = float | int | bool | str | None


class Metric(NamedTuple):
    """``value`` None: it has none just now. Births carry name and alias, data the alias alone."""

    datatype: DataType
    value: Number
    timestamp_ms: int | None
    name: str = ""
    alias: int | None = None


def encode(timestamp_ms: int | None, metrics: Iterable[Metric], seq: int | None) -> bytes:
    """One payload; a death certificate has no sequence number."""
    found = [] if timestamp_ms is None else [_field(1, timestamp_ms)]
    found += [_bytes(2, _metric(metric)) for metric in metrics]
    if seq is not None:
        found.append(_field(3, seq))
    return b"".join(found)


def asks_rebirth(payload: bytes) -> bool:
    """Whether a command says that the births are to be said again. What is no payload asks for nothing."""
    try:
        return any(_is_rebirth(content) for number, content in _fields(payload) if number == 2 and isinstance(content, bytes))
    except (IndexError, struct.error):
        return False


def _metric(metric: Metric) -> bytes:
    found = b""
    if metric.name:
        found += _bytes(1, metric.name.encode())
    if metric.alias is not None:
        found += _field(2, metric.alias)
    if metric.timestamp_ms is not None:
        found += _field(3, metric.timestamp_ms)
    found += _field(4, metric.datatype)
    return found + (_field(7, 1) if metric.value is None else _value(metric.datatype, metric.value))


def _value(datatype: DataType, value: float | int | bool | str) -> bytes:
    """Signed numbers travel as the two's complement in an unsigned field (§6.4.16)."""
    if isinstance(value, str):
        return _bytes(15, value.encode())
    if datatype is DataType.FLOAT:
        return _tag(12, _FOUR) + struct.pack("<f", value)
    if datatype is DataType.DOUBLE:
        return _tag(13, _EIGHT) + struct.pack("<d", value)
    if datatype is DataType.BOOLEAN:
        return _field(14, int(value != 0))
    if datatype in _LONG:
        return _field(11, int(value) & (1 << 64) - 1)
    return _field(10, int(value) & (1 << 32) - 1)


def _tag(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _field(number: int, value: int) -> bytes:
    return _tag(number, _VARINT) + _varint(value)


def _bytes(number: int, content: bytes) -> bytes:
    return _tag(number, _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the highest bit says that more follow."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        match tag & 7:
            case 0:
                value, at = _read_varint(message, at)
                yield tag >> 3, value
                continue
            case 1:
                length = 8
            case 5:
                length = 4
            case 2:
                length, at = _read_varint(message, at)
            case _:
                raise IndexError(tag)
        yield tag >> 3, message[at : at + length]
        at += length


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | message[at] << shift, at + 1


def _is_rebirth(metric: bytes) -> bool:
    found = dict(_fields(metric))
    return found.get(1) == REBIRTH.encode() and found.get(14) == 1
