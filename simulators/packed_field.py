"""The binary field of a message, as LoRaWAN servers hand it through: numbers at their bytes, the whole in base64 or hexadecimal digits."""

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from model.profile import ByteOrder, Point, TopicPath, WireType

_SIGNED = frozenset({WireType.I16, WireType.I32, WireType.I64})


@dataclass(frozen=True, slots=True)
class Part:
    """One number within the field: its bytes ``first`` to ``last``, one ``bit`` of them or all."""

    first: int
    last: int
    bit: int | None
    order: Literal["big", "little"]
    is_signed: bool
    digits: Callable[[bytes], str]

    def put(self, field: bytearray, raw: float) -> None:
        """Write the number; the field grows to hold it. No number is 0."""
        field.extend(bytes(max(0, self.last + 1 - len(field))))
        bits = 8 * (self.last + 1 - self.first)
        there = int.from_bytes(field[self.first : self.last + 1], self.order)
        number = 0 if math.isnan(raw) else round(raw)
        if self.bit is not None:
            number = there & ~(1 << self.bit) | (number != 0) << self.bit
        least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if self.is_signed else (0, (1 << bits) - 1)
        whole = min(max(number, least), most) % (1 << bits)
        field[self.first : self.last + 1] = whole.to_bytes(bits // 8, self.order)


def part(point: Point, wire: TopicPath) -> Part | None:
    """Where the point lies within its field; None for one that is a value of its own. A float in bytes is not spoken."""
    if wire.octets is None:
        return None
    digits = bytes.hex if point.encoding == "hex" else lambda field: base64.b64encode(field).decode()
    return Part(*wire.octets, wire.bit, "little" if wire.byte_order is ByteOrder.LITTLE else "big", point.type in _SIGNED, digits)
