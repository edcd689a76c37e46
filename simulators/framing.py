"""How Modbus requests are wrapped on a TCP stream: with the MBAP header, or as RTU frames through a serial gateway.

TCP  (Modbus Messaging on TCP/IP V1.0b §3.1.3)          RTU over TCP (Modbus over Serial Line V1.02 §2.5.1)
┌────────────────┬──────────────┬────────────┬──────┬─────    ┌──────┬───────┬─────────────┐
│ transaction u16│ protocol = 0 │ length u16 │ unit │ PDU     │ unit │ PDU … │ CRC, low    │
└────────────────┴──────────────┴────────────┴──────┴─────    │      │       │ byte first  │
                                 counts unit and PDU          └──────┴───────┴─────────────┘
"""

import struct
from dataclasses import dataclass
from typing import Protocol

_HEADER = struct.Struct(">HHHB")
_LONGEST = 254
"""Unit and PDU together (Modbus V1.1b3 §4.1: an ADU on TCP is at most 260 bytes)."""


class NoFrame(Exception):
    """What came in can't be the beginning of a request; where the next one begins nobody knows."""


@dataclass(frozen=True, slots=True)
class Request:
    transaction: int
    unit: int
    pdu: bytes


class Framing(Protocol):
    def take(self, received: bytearray) -> Request | None:
        """The first whole request, removed from ``received``; None while more must come. Raises NoFrame."""
        ...

    def wrap(self, transaction: int, unit: int, pdu: bytes) -> bytes: ...


class TcpFraming:
    def take(self, received: bytearray) -> Request | None:
        if len(received) < _HEADER.size:
            return None
        transaction, protocol, length, unit = _HEADER.unpack_from(received)
        if protocol != 0 or not 2 <= length <= _LONGEST:
            raise NoFrame
        if len(received) < 6 + length:
            return None
        pdu = bytes(received[_HEADER.size : 6 + length])
        del received[: 6 + length]
        return Request(transaction, unit, pdu)

    def wrap(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        return _HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu


class RtuFraming:
    """Frames carry no length: the function code says how long a request is. One with a wrong checksum is dropped, as on the bus."""

    def take(self, received: bytearray) -> Request | None:
        while len(received) >= 2:
            length = _rtu_length(received)
            if length is None or len(received) < length:
                return None
            frame = bytes(received[:length])
            del received[:length]
            if frame[-2:] == checksum(frame[:-2]):
                return Request(0, frame[0], frame[1:-2])
        return None

    def wrap(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        frame = bytes((unit,)) + pdu
        return frame + checksum(frame)


def _rtu_length(received: bytearray) -> int | None:
    function = received[1]
    if 1 <= function <= 6:
        return 8
    if function in (15, 16):
        return 9 + received[6] if len(received) > 6 else None
    raise NoFrame


def checksum(frame: bytes) -> bytes:
    """CRC-16/MODBUS, polynomial 0xA001 reflected, start 0xFFFF (Modbus over Serial Line V1.02 §2.5.1.2)."""
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc.to_bytes(2, "little")
