"""The answer of a device whose long values stand with their words in the other order: a firmware update, or a wrong setting on site."""

import struct

from model.profile import Point, Profile, Register, Table, WireType

_TABLE_OF = {3: Table.HOLDING, 4: Table.INPUT}
_NOT_LONG = (WireType.STRING, WireType.BOOL, WireType.BITS)


def has_long_values(profile: Profile) -> bool:
    return any(_is_long(point) for point in profile.points)


def swapped(profile: Profile, request: bytes, answer: bytes) -> bytes:
    """The answer with the words of every 32- and 64-bit value that lies in it whole turned round; any other answer as it is."""
    if answer[0] not in _TABLE_OF:
        return answer
    table, (first, count) = _TABLE_OF[answer[0]], struct.unpack_from(">HH", request, 1)
    turned = bytearray(answer)
    for point in profile.points:
        wire = point.wire
        if isinstance(wire, Register) and wire.table is table and _is_long(point) and first <= wire.address <= first + count - wire.words:
            at, end = 2 + 2 * (wire.address - first), 2 + 2 * (wire.address - first + wire.words)
            words = [answer[place : place + 2] for place in range(at, end, 2)]
            turned[at:end] = b"".join(reversed(words))
    return bytes(turned)


def _is_long(point: Point) -> bool:
    return isinstance(point.wire, Register) and point.wire.words > 1 and point.type not in _NOT_LONG
