"""How Modbus requests are wrapped on a TCP stream: with the MBAP header, or as RTU frames through a serial gateway.

TCP  (Modbus Messaging on TCP/IP V1.0b §3.1.3)          RTU over TCP (Modbus over Serial Line V1.02 §2.5.1)
┌────────────────┬──────────────┬────────────┬──────┬─────    ┌──────┬───────┬─────────────┐
│ transaction u16│ protocol = 0 │ length u16 │ unit │ PDU     │ unit │ PDU … │ CRC, low    │
└────────────────┴──────────────┴────────────┴──────┴─────    │      │       │ byte first  │
                                 counts unit and PDU          └──────┴───────┴─────────────┘
"""

import struct
from typing import NamedTuple, Protocol

_HEADER = struct.Struct(">HHHB")
_LONGEST = 254
"""Unit and PDU together (Modbus V1.1b3 §4.1: an ADU on TCP is at most 260 bytes)."""
_LONGEST_RTU = 264
"""The longest request a length byte can announce; an ADU is at most 256 bytes long (Modbus over Serial Line V1.02 §2.5.1)."""
SILENCE_S = 0.1
"""Pause that ends a frame. On a real line 3.5 characters do, 4 ms at 9600 baud; a gateway's TCP stream knows no characters."""


class NoFrame(Exception):
    """What came in can't be the beginning of a request; where the next one begins nobody knows."""


class Request(NamedTuple):
    transaction: int
    unit: int
    pdu: bytes


class Framing(Protocol):
    silence_ends_frame: bool
    """Whether a pause on the line ends whatever has come so far: what begins after it is a new request."""

    def take(self, received: bytearray) -> Request | None:
        """The first whole request, removed from ``received``; None while more must come. Raises NoFrame."""
        ...

    def wrap(self, transaction: int, unit: int, pdu: bytes) -> bytes: ...


class TcpFraming:
    silence_ends_frame = False

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
    """Frames carry no length: the function code says how long a request is. One with a wrong checksum is dropped, as on the bus.

    How long a request with an unknown function is nobody knows: it ends where its checksum fits.
    """

    silence_ends_frame = True

    def take(self, received: bytearray) -> Request | None:
        while len(received) >= 2:
            length = _rtu_length(received)
            if length is None or len(received) < length:
                if len(received) > _LONGEST_RTU:
                    raise NoFrame
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
    """Of the first request in bytes; None while that can't be told."""
    function = received[1]
    if 1 <= function <= 6:
        return 8
    if function in (15, 16):
        return 9 + received[6] if len(received) > 6 else None
    whole = len(received) >= 4 and bytes(received[-2:]) == checksum(bytes(received[:-2]))
    return len(received) if whole else None


def checksum(frame: bytes) -> bytes:
    """CRC-16/MODBUS, polynomial 0xA001 reflected, start 0xFFFF (Modbus over Serial Line V1.02 §2.5.1.2)."""
    crc = 0xFFFF
    for byte in frame:
        crc = crc >> 8 ^ _TURNED[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def _turned(byte: int) -> int:
    """What eight shifts make of one byte."""
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_TURNED = tuple(_turned(byte) for byte in range(256))
