"""Numbers inside a binary field of a message: what LoRaWAN servers hand through as base64 or hexadecimal digits. Pure.

"frm_payload": "AfU="  →  01 F5  →  octets 0, bit 0: occupied · octets 1, i16: −11 °C
"""

import base64
import binascii
import struct
from collections.abc import Callable
from math import isfinite, nan
from typing import Literal

from model.profile import ByteOrder, TopicPath, WireType

NOT_THERE = nan
"""What a field too short for the number gives: this message does not speak of it. Compared by identity."""

_SIGNED = frozenset({WireType.I16, WireType.I32, WireType.I64})
_FLOATS = {(WireType.F32, 4): "f", (WireType.F64, 8): "d"}


def unpacked(encoding: str, written: str) -> bytes | None:
    """The bytes of the field, or None when it is not written that way."""
    try:
        return bytes.fromhex(written) if encoding == "hex" else base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None


def number_in(encoding: str, wire: TopicPath, type_: WireType) -> Callable[[object], float | None]:
    """Reads the number that the octets of ``wire`` make: a float where type and width say so, else an integer."""
    assert wire.octets is not None
    first, end = wire.octets[0], wire.octets[1] + 1
    of_bytes = _of_bytes(wire, type_, end - first)

    def read(found: object) -> float | None:
        inside = unpacked(encoding, found) if isinstance(found, str) else None
        if inside is None:
            return None
        return of_bytes(inside[first:end]) if len(inside) >= end else NOT_THERE

    return read


def _of_bytes(wire: TopicPath, type_: WireType, width: int) -> Callable[[bytes], float | None]:
    order: Literal["big", "little"] = "big" if wire.byte_order is ByteOrder.BIG else "little"
    code = _FLOATS.get((type_, width))
    if code is not None:
        layout = struct.Struct((">" if order == "big" else "<") + code)

        def as_float(inside: bytes) -> float | None:
            number = float(layout.unpack(inside)[0])
            return number if isfinite(number) else None

        return as_float
    if wire.bit is not None:
        bit = wire.bit
        return lambda inside: float(int.from_bytes(inside, order) >> bit & 1)
    if type_ is WireType.BOOL:
        return lambda inside: float(any(inside))
    return lambda inside: float(int.from_bytes(inside, order, signed=type_ in _SIGNED))
