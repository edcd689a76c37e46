"""Protocol Buffers as bytes: the fields of one message, one after the other. Pure; knows no schema and descends into nothing by itself.

field    tag, content        tag = field number × 8 + wire type, a varint
content  0 varint │ 1 eight bytes │ 2 a varint's length of bytes │ 5 four bytes; little-endian, seven bits a byte in a varint
(protobuf.dev, "Encoding". Groups, 3 and 4, are not in Sparkplug's definition and are refused.)
"""

from collections.abc import Iterator
from typing import NamedTuple

from collectors.errors import PayloadError

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_LENGTHS = {_EIGHT: 8, _FOUR: 4}
_VARINT_BITS = 70
"""Ten bytes of seven: what 64 bits need. A varint that goes on is none."""
_64_BITS = (1 << 64) - 1

Content = int | bytes


class Field(NamedTuple):
    """``start`` and ``end`` are where it lies in its message, tag and all."""

    number: int
    content: Content
    start: int
    end: int


def fields(message: bytes) -> Iterator[Field]:
    """Raises PayloadError where the bytes are no message."""
    at, whole = 0, len(message)
    while at < whole:
        start = at
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield Field(tag >> 3, value & _64_BITS, start, at)
            continue
        if kind == _BYTES:
            length, at = _varint(message, at)
        elif kind in _LENGTHS:
            length = _LENGTHS[kind]
        else:
            raise PayloadError(f"wire type {kind} at byte {start}")
        if length > whole - at:
            raise PayloadError(f"{length} bytes announced at byte {start}, {whole - at} left")
        yield Field(tag >> 3, message[at : at + length], start, at + length)
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift >= _VARINT_BITS:
            raise PayloadError(f"a varint without end at byte {at}")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
