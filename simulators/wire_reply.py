"""What leaves a device that misbehaves on the wire, instead of its right answer. Pure: chance is drawn from the number of the request."""

import zlib
from collections.abc import Callable
from typing import NamedTuple

from simulators.exception_code import ExceptionCode
from simulators.framing import Framing, Request
from simulators.modbus_pdu import exception
from simulators.network_fault import NetworkFault


class Reply(NamedTuple):
    """``frame`` leaves ``late_s`` seconds after the request; an empty one is silence. ``hangs_up``: the connection ends instead."""

    frame: bytes
    late_s: float = 0.0
    hangs_up: bool = False


NOTHING = Reply(b"")
HANG_UP = Reply(b"", hangs_up=True)


def misbehaved(
    fault: NetworkFault, amount: float, turn: int, framing: Framing, request: Request, answer: Callable[[bytes], bytes], who: str
) -> Reply:
    """The reply of an end with a fault. ``turn`` counts its requests; ``answer`` gives the right PDU and is not asked when none leaves."""
    match fault:
        case NetworkFault.SILENT:
            return NOTHING
        case NetworkFault.RESET | NetworkFault.REFUSE:
            return HANG_UP
        case NetworkFault.LOSSY if chance(who, turn) < amount:
            return NOTHING
        case NetworkFault.EXCEPTION:
            return Reply(framing.wrap(request.transaction, request.unit, exception(request.pdu[0], ExceptionCode.DEVICE_FAILURE)))
    pdu = answer(request.pdu)
    right = framing.wrap(request.transaction, request.unit, pdu)
    match fault:
        case NetworkFault.SLOW | NetworkFault.DELAY:
            return Reply(right, amount)
        case NetworkFault.JITTER:
            return Reply(right, amount * chance(who, turn))
        case NetworkFault.GARBAGE:
            return Reply(garbage(framing, request, pdu, turn))
        case NetworkFault.TRUNCATED:
            return Reply(right[: max(1, len(right) // 2)])
        case NetworkFault.WRONG_UNIT:
            return Reply(framing.wrap(request.transaction, request.unit % 247 + 1, pdu))
        case NetworkFault.WRONG_TRANSACTION:
            return Reply(framing.wrap((request.transaction + 1) % 0x10000, request.unit, pdu))
    return Reply(right)


def garbage(framing: Framing, request: Request, pdu: bytes, turn: int) -> bytes:
    """A reply gone wrong, a different way each turn: noise, another request's answer, a function nobody asked for, cut short."""
    right = framing.wrap(request.transaction, request.unit, pdu)
    return (
        bytes((byte * 37 + 11) % 256 for byte in right),
        framing.wrap(request.transaction ^ 0x5A5A, request.unit ^ 1, pdu),
        framing.wrap(request.transaction, request.unit, b"\x2b" + pdu[1:]),
        right[: max(7, len(right) // 2)],
    )[turn % 4]


def chance(who: str, turn: int) -> float:
    """A number of 0 to 1, the same for the same turn of the same device."""
    return zlib.crc32(f"{turn} {who} {turn}".encode()) / 2**32
